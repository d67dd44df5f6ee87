//! The mark that a tip is about: whose the serial is that was told, and what whoever scans it now is told.

use crate::domain::access::Permission as P;
use crate::domain::input::Input;
use crate::domain::refusal::RefusalKind;
use crate::domain::serial::Serial;
use crate::domain::tip::Tip;
use crate::http::console::batches::state_in;
use crate::http::console::file::File;
use crate::http::console::guard::Visit;
use crate::http::console::marks::{address_of, verdict_in};
use crate::http::console::words::{Two, two};
use crate::service::life::{self, Life};
use crate::service::{ServiceError, system};

const SERIAL: Two = two("防伪编号", "Serial");
const WHOSE: Two = two("这个编号", "This serial");

/// What is known of the serial that was told.
pub enum Told {
    /// None was.
    Nothing,
    /// It is written as no serial is.
    NoSerial,
    /// It is written like one, and is none of ours.
    NotOurs,
    /// One of ours.
    Ours(Serial, Box<Life>),
}

impl Told {
    /// Looks at what was told.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn of(visit: &Visit, tip: &Tip) -> Result<Self, ServiceError> {
        let Some(typed) = &tip.new.serial else {
            return Ok(Self::Nothing);
        };
        if Input::read(typed.as_str()).is_none() {
            return Ok(Self::NoSerial);
        }
        let Some(mark) = tip.mark else {
            return Ok(Self::NotOurs);
        };
        let app = &visit.app;
        let serial = app.keys.secrets.serial.serial(mark);
        let life = life::of_mark(&app.store, &app.keys, visit.scope(), serial, system::now());
        match life.await {
            Ok(life) => Ok(Self::Ours(serial, Box::new(life))),
            Err(ServiceError::Refused(refusal)) if refusal.kind == RefusalKind::NoSuch => {
                Ok(Self::NotOurs)
            }
            Err(error) => Err(error),
        }
    }

    /// Shows it.
    pub fn add_to(&self, file: File, visit: &Visit, tip: &Tip) -> File {
        let typed = tip.new.serial.as_ref().map(ToString::to_string);
        let of_ours = match self {
            Self::Ours(serial, _) => Some(*serial),
            _ => None,
        };
        let address = of_ours.map(address_of).unwrap_or_default();
        let may = of_ours.is_some() && visit.may(P::MarkRead);
        let file = file.linked(SERIAL, typed, may, address);
        let say = |words: Two| Some(visit.say(words).to_owned());
        let facts = match self {
            Self::Nothing => return file,
            Self::NoSerial => vec![(
                WHOSE,
                say(two(
                    "不是防伪编号的写法（16 位数字和字母）",
                    "is not written as serials are (16 digits and letters)",
                )),
            )],
            Self::NotOurs => vec![(WHOSE, say(two("本系统没有发出过", "was never issued here")))],
            Self::Ours(_, life) => vec![
                (
                    two("标志状态", "State of the mark"),
                    Some(state_in(visit, life.report.state)),
                ),
                (
                    two("现在扫码看到的", "What a scan is told now"),
                    say(verdict_in(life.told.verdict())),
                ),
                (
                    two("产品", "Product"),
                    Some(life.order.placed.product.to_string()),
                ),
                (
                    two("合法使用人", "Licensee"),
                    Some(life.licensee.name().to_string()),
                ),
            ],
        };
        file.facts(None, facts)
    }
}
