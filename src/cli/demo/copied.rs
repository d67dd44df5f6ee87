//! A mark that is asked about all over the country, as copies of one label are: the page says so, and there is an alert.

use jiff::{SignedDuration, Timestamp};

use super::steps::say;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::domain::code::Code;
use crate::domain::input::Input;
use crate::domain::phone::PhoneName;
use crate::domain::place::{Place, PlaceClass, Prefecture};
use crate::service::keys::LiveKeys;
use crate::service::verify::{self, Answer, Channel, Check};
use crate::store::Store;

/// Yiyang, Beijing, Guangzhou, Chengdu, Shenyang and Xi'an, each a few days after the other.
const CITIES: [u32; 6] = [430_900, 110_100, 440_100, 510_100, 210_100, 610_100];
/// Between two of them.
const APART: SignedDuration = SignedDuration::from_hours(5 * 24);

/// Asks about the mark from phones in these cities, unless a run before has.
pub(super) async fn ask(
    store: &Store,
    keys: &LiveKeys,
    code: &Code,
    now: Timestamp,
    output: &mut Output,
) -> Result<(), Failure> {
    let input = Some(Input::Code(*code));
    let before = verify::answer(store, keys, Check::look(input), now).await?;
    let is_new = !matches!(&before, Answer::Ours(mark) if mark.query.is_some());
    let cities = if is_new { &CITIES[..] } else { &[] };
    let mut at = now - APART * 6;
    for (name, city) in (1..).zip(cities) {
        at += APART;
        let check = Check {
            input,
            channel: Channel::Consumer,
            phone: Some(keys.secrets.phone.hash(PhoneName::new([name; 16]))),
            place: Prefecture::new(*city).map(|prefecture| Place {
                prefecture,
                class: PlaceClass::Gps,
            }),
            network: None,
        };
        verify::answer(store, keys, check, at).await?;
    }
    say(
        output,
        is_new,
        "one mark asked about in six cities: an alert, and its page says so",
    )
}
