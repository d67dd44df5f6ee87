//! How each value on a command line is read.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::value_parser;
use jiff::Timestamp;
use jiff::civil::Date;

use super::failure::Failure;
use super::output::thousands;
use crate::domain::access::{Permission, Role};
use crate::domain::alert::{AlertKind, AlertState, Cause, Verdict};
use crate::domain::area::Area;
use crate::domain::calendar::day_of;
use crate::domain::case::{CaseResult, CaseState};
use crate::domain::container::ContainerKind;
use crate::domain::document::Purpose;
use crate::domain::entitlement::coefficients::{Coefficients, PerMille};
use crate::domain::form::Form;
use crate::domain::licensee::particulars::Standard;
use crate::domain::licensee::{LegalBasis, LicenseeNumber, LicenseeState, Step};
use crate::domain::lot::TestResult;
use crate::domain::mark::{BatchNumber, IndexRange, MarkCount, MarkIndex};
use crate::domain::market::Market;
use crate::domain::offer::OfferState;
use crate::domain::order::OrderState;
use crate::domain::public_url::PublicUrl;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::tip::{TipKind, TipState};
use crate::domain::township::Township;
use crate::domain::uscc::Uscc;
use crate::domain::whole::digits_of;
use crate::render::dpi::{Dpi, DpiError};
use crate::render::imposition::Order;
use crate::render::rolls::Direction;
use crate::service::pack::Format;
use crate::service::system;
use crate::store::trail::Outcome;

/// A thing of which there are a few, each with a word and a Chinese name.
pub(super) trait Word: Copy + Send + Sync + 'static {
    const ALL: &'static [Self];
    fn slug(self) -> &'static str;
    fn chinese(self) -> &'static str;
}

macro_rules! are_words {
    ($($name:ident: $all:expr;)+) => { $(
        impl Word for $name {
            const ALL: &'static [Self] = $all;
            fn slug(self) -> &'static str { Self::slug(self) }
            fn chinese(self) -> &'static str { Self::chinese(self) }
        }
    )+ };
}

are_words! {
    AlertKind: Self::ALL;
    AlertState: Self::ALL;
    CaseResult: Self::ALL;
    CaseState: Self::ALL;
    Cause: Self::ALL;
    Verdict: Self::ALL;
    ContainerKind: Self::ALL;
    Direction: Self::ALL;
    Form: &Self::ALL;
    Format: Self::ALL;
    LegalBasis: Self::ALL;
    LicenseeState: Self::ALL;
    OfferState: Self::ALL;
    Order: Self::ALL;
    OrderState: Self::ALL;
    Outcome: Self::ALL;
    Permission: Self::ALL;
    Purpose: Self::ALL;
    Role: Self::ALL;
    Step: Self::ALL;
    TestResult: Self::ALL;
    TipKind: Self::ALL;
    TipState: Self::ALL;
}

/// One of a few words; help shows each with its Chinese name.
pub(super) fn word<T: Word>() -> impl TypedValueParser<Value = T> {
    let values = T::ALL
        .iter()
        .map(|one| PossibleValue::new(one.slug()).help(one.chinese()));
    PossibleValuesParser::new(values).try_map(|text| {
        let found = T::ALL.iter().copied().find(|one| one.slug() == text);
        found.ok_or("is none of these words")
    })
}

/// A number from 1, of its own type.
pub(super) fn number<T: Clone + Send + Sync + 'static>(
    of: fn(u32) -> T,
) -> impl TypedValueParser<Value = T> {
    value_parser!(u32).range(1..).map(of)
}

pub(super) fn licensee() -> impl TypedValueParser<Value = LicenseeNumber> {
    value_parser!(u16).range(1..).map(LicenseeNumber)
}

/// The number of an entry of the ledger.
pub(super) fn entry() -> impl TypedValueParser<Value = u64> {
    // What a database can count.
    value_parser!(u64).range(1..=i64::MAX.unsigned_abs())
}

pub(super) fn line(text: &str) -> Result<Line, String> {
    Line::new("text", text).map_err(|error| error.to_string())
}

pub(super) fn market(text: &str) -> Result<Market, String> {
    Market::new(text).map_err(|error| error.en)
}

pub(super) fn season(text: &str) -> Result<Season, String> {
    let year = text.parse().ok().and_then(Season::new);
    year.ok_or_else(|| "a season is a year from 2000 to 2255".into())
}

pub(super) fn uscc(text: &str) -> Result<Uscc, String> {
    Uscc::new(text).map_err(|error| error.to_string())
}

pub(super) fn mark_count(text: &str) -> Result<MarkCount, String> {
    let count = whole(text).and_then(MarkCount::new);
    count.ok_or_else(|| "a batch holds 1 to 16,777,216 marks".into())
}

/// Marks of an entitlement: as many as are written, with thousands apart or not.
pub(super) fn marks(text: &str) -> Result<u64, String> {
    let hint = "a number of marks is written as in 5000 or 5,000";
    whole(text).ok_or_else(|| hint.into())
}

/// The same with a sign.
pub(super) fn more_or_fewer_marks(text: &str) -> Result<i64, String> {
    let hint = "write as in 500 or 5,000 for more marks, -500 for fewer";
    whole(text).ok_or_else(|| hint.into())
}

/// Raw shoots in kilograms that a mu yields.
pub(super) fn kg_per_mu(text: &str) -> Result<u32, String> {
    let kilograms = whole(text).filter(|kg| (1..=Coefficients::MOST_KG_PER_MU).contains(kg));
    kilograms.ok_or_else(|| {
        format!(
            "a mu yields 1 to {} kg",
            thousands(Coefficients::MOST_KG_PER_MU.into())
        )
    })
}

fn whole<T: FromStr>(text: &str) -> Option<T> {
    digits_of(text)?.parse().ok()
}

pub(super) fn batch_number(text: &str) -> Result<BatchNumber, String> {
    let number = text.parse().ok().and_then(BatchNumber::new);
    number.ok_or_else(|| "a batch number is from 1 to 268,435,455".into())
}

pub(super) fn index_range(text: &str) -> Result<IndexRange, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let index = |text: &str| text.trim().parse().ok().and_then(MarkIndex::new);
    let (Some(first), Some(last)) = (index(first), index(last)) else {
        return Err("a range is FIRST-LAST, as in 0-999".into());
    };
    IndexRange::new(first, last)
        .ok_or_else(|| "the first index must not be larger than the last".into())
}

pub(super) fn public_url(text: &str) -> Result<PublicUrl, String> {
    PublicUrl::new(text).map_err(|error| error.to_string())
}

pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    let hint = || "a time is written as in 2026-04-02T08:00:00+08:00".to_owned();
    text.parse().map_err(|_| hint())
}

/// A day, or `today`, which it is in Beijing.
pub(super) fn date(text: &str) -> Result<Date, String> {
    if text == "today" {
        return Ok(day_of(system::now()));
    }
    let is_plain = text.len() == "2026-04-02".len();
    let date = text.parse().ok().filter(|_| is_plain);
    date.ok_or_else(|| "a day is written as in 2026-04-02, or today".into())
}

pub(super) fn area(text: &str) -> Result<Area, String> {
    let hint = "an area is in mu with two decimals at most, as in 12.5, up to 1000000";
    Area::from_text(text).ok_or_else(|| hint.into())
}

pub(super) fn township(text: &str) -> Result<Township, String> {
    Township::from_text(text).ok_or_else(|| {
        let all: Vec<String> = Township::all()
            .map(|township| format!("{:03} {township}", township.code() % 1000))
            .collect();
        format!("a township is one of {}", all.join(", "))
    })
}

/// `TOWNSHIP=MU`, as in 胭脂湖街道=1000.
pub(super) fn area_of_township(text: &str) -> Result<(Township, Area), String> {
    let hint = "write TOWNSHIP=MU, as in 胭脂湖街道=1000 or 008=12.5";
    let (name, mu) = text.split_once('=').ok_or(hint)?;
    Ok((township(name)?, area(mu)?))
}

/// `NUMBER VERSION`, apart by the last space.
pub(super) fn standard(text: &str) -> Result<Standard, String> {
    Standard::read(text).map_err(|said| said.en)
}

/// A share, in thousandths or in percent.
pub(super) fn share(text: &str) -> Result<PerMille, String> {
    let hint = || "a share is 0 to 1000 thousandths, or in percent as in 1.5%".to_owned();
    let thousandths = match text.trim().strip_suffix('%') {
        None => text.trim().parse().ok(),
        // Hundredths of a percent, of which only whole thousandths can be kept.
        Some(percent) => Area::from_text(percent)
            .map(Area::hundredths)
            .filter(|hundredths| hundredths % 10 == 0)
            .and_then(|hundredths| u16::try_from(hundredths / 10).ok()),
    };
    thousandths.and_then(PerMille::new).ok_or_else(hint)
}

/// `FORM=SHARE`, as in canned=40%.
pub(super) fn share_of_form(text: &str) -> Result<(Form, PerMille), String> {
    let (name, part) = text
        .split_once('=')
        .ok_or("write FORM=SHARE, as in canned=40%")?;
    let words = Form::ALL.map(Form::slug).join(", ");
    let form = Form::from_slug(name.trim()).ok_or_else(|| format!("a form is one of {words}"))?;
    Ok((form, share(part)?))
}

/// Values by name, each name once.
pub(super) fn each_once<K: Ord + Copy + Display, V>(
    flag: &str,
    named: Vec<(K, V)>,
) -> Result<BTreeMap<K, V>, Failure> {
    let mut found = BTreeMap::new();
    for (name, value) in named {
        if found.insert(name, value).is_some() {
            return Err(Failure::wrong_input(
                format!("{flag} names {name} twice"),
                "name each once, with one value",
            ));
        }
    }
    Ok(found)
}

/// A press's dots an inch.
pub(super) fn dpi(text: &str) -> Result<Dpi, String> {
    text.parse().map_err(|error: DpiError| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_thousandths_or_percent() {
        let shares = ["15", "1.5%", "40%", "0", "100 %"].map(|text| share(text).unwrap().get());
        assert_eq!(shares, [15, 15, 400, 0, 1000]);
        for wrong in ["", "%", "1001", "100.1%", "1.55%", "-1", "1.5"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_standard_ends_with_its_version() {
        let read = standard("GB/T 13208 2008").unwrap();
        assert_eq!(
            (read.number.as_str(), read.version.as_str()),
            ("GB/T 13208", "2008")
        );
        assert!(standard("GB13208-2008").is_err() && standard("").is_err());
    }

    #[test]
    fn days_are_plain_days() {
        assert!(date("2026-04-02").is_ok() && date("today").is_ok());
        for wrong in ["2026-4-2", "20260402", "2026-02-30", "2026-04-02T00:00", ""] {
            assert!(date(wrong).is_err(), "{wrong}");
        }
    }
}
