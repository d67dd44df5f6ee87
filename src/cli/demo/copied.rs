//! A mark that is asked about all over the country, as copies of one label are: the page says so, there is an alert, and an
//! inspector has begun a case.

use jiff::{SignedDuration, Timestamp};

use super::steps::{say, words};
use super::tips::told;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::domain::access::Scope;
use crate::domain::calendar::day_of;
use crate::domain::case::Inspection;
use crate::domain::code::Code;
use crate::domain::input::Input;
use crate::domain::mark::MarkId;
use crate::domain::phone::PhoneName;
use crate::domain::place::{Place, PlaceClass, Prefecture};
use crate::service::desk::Call;
use crate::service::keys::LiveKeys;
use crate::service::verify::{self, Answer, Channel, Check};
use crate::service::{alerts, cases};
use crate::store::Store;
use crate::store::alert::Filter;

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
    )?;
    pursue(store, code.payload().mark, now, output).await
}

/// Opens a case for the alert of the mark and enters an inspection, unless a run before has.
async fn pursue(
    store: &Store,
    mark: MarkId,
    now: Timestamp,
    output: &mut Output,
) -> Result<(), Failure> {
    let of_mark = Filter {
        batch: Some(mark.batch),
        index: Some(mark.index),
        ..Filter::default()
    };
    let found = alerts::list(store, Scope::All, &of_mark, None, 1, now).await?;
    let alert = found.first().map(|alert| alert.number);
    let alert = alert.ok_or_else(|| Failure::new("the alert is not there", "report this fault"))?;
    let before = cases::list(store, Scope::All, None, None, 1).await?;
    let call = |name| {
        let by = Call::new(words("inspector")?, now);
        let request = Some(words(name)?);
        Ok::<_, Failure>(Call { request, ..by })
    };
    let title = words("一枚标志在六个城市被查询（演示）")?;
    let case = cases::open(store, &call("demo-case-open")?, title, &[alert]).await?;
    let number = case.case.number;
    let inspection = Inspection {
        day: day_of(now),
        prefecture: Prefecture::new(440_100),
        spot: words("示例批发市场 12 号档")?,
        finding: told("档口有 30 箱罐头贴有同一编号的标志，店主称从网上购入。（演示）")?,
        documents: Vec::new(),
        exhibits: Vec::new(),
    };
    let inspected = cases::Act::Inspect(inspection);
    cases::act(store, &call("demo-case-inspect")?, number, inspected).await?;
    let what = format!("case {number}: its alert, and an inspection");
    say(output, before.is_empty(), &what)
}
