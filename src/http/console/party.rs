//! Licensees and printers by their names: nobody has to know a number by heart.
//!
//! Where there are few, a field offers them; else it takes a name, a credit code or a number.

use std::collections::{BTreeMap, BTreeSet};

use super::form::{Form, Kind};
use super::guard::Visit;
use super::list::Filter as Choose;
use super::read::Reader;
use super::typed::Typed;
use super::words::{Two, noted, two};
use crate::domain::access::Scope;
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::printer::{Printer, PrinterNumber};
use crate::domain::said::{Said, said};
use crate::domain::wanted::Wanted;
use crate::http::language::Language;
use crate::service::people::accounts;
use crate::service::{ServiceError, licensees, printers};
use crate::store::licensee::Filter;

/// Licensees that a field offers; of more, a page would be heavier than the choice is worth.
const MOST_OFFERED: u32 = 200;
/// Licensees of a like name that are told.
const MOST_LIKE: u32 = 5;

/// A name with its number, as it stands in a field.
fn numbered(name: &str, number: LicenseeNumber) -> String {
    format!("{name}（{number}）")
}

/// The number at the end of [`numbered`], or the whole if it is one.
fn number_in(text: &str) -> Option<LicenseeNumber> {
    let within = text.strip_suffix(['）', ')']);
    let number = match within {
        Some(within) => within.rsplit(['（', '(']).next()?,
        None => text,
    };
    number.trim().parse().ok().map(LicenseeNumber)
}

/// What is offered to choose a licensee from; nothing if there are too many, or the person sees one alone.
pub async fn offered(visit: &Visit) -> Result<Vec<String>, ServiceError> {
    if visit.scope().licensee().is_some() {
        return Ok(Vec::new());
    }
    let (store, all) = (&visit.app.store, Filter::default());
    let found = licensees::list(
        store,
        visit.scope(),
        &all,
        LicenseeNumber(0),
        MOST_OFFERED + 1,
    )
    .await?;
    if found.len() > MOST_OFFERED as usize {
        return Ok(Vec::new());
    }
    let each = found
        .iter()
        .map(|one| numbered(one.name().as_str(), one.number));
    Ok(each.collect())
}

/// The licensee that a person means.
async fn meant(visit: &Visit, text: &str) -> Result<Result<LicenseeNumber, Said>, ServiceError> {
    let store = &visit.app.store;
    let unknown = || {
        said!(
            "no licensee has this name or code",
            "没有名称或代码如此的合法使用人"
        )
    };
    if visit.scope() != Scope::All {
        // What is not in the public directory is nothing to another licensee's people.
        let filter = Filter {
            search: Some(text.to_owned()),
            ..Filter::default()
        };
        let found =
            licensees::list(store, Scope::All, &filter, LicenseeNumber(0), MOST_LIKE).await?;
        let is_it = |one: &&Licensee| {
            let is_named = one.name().as_str() == text || one.uscc.as_str() == text;
            is_named && one.state.holds_the_right()
        };
        let one = found.iter().find(is_it);
        return Ok(one.map(|one| one.number).ok_or_else(unknown));
    }
    if let Some(number) = number_in(text) {
        let is_known = licensees::get(store, visit.scope(), number).await.is_ok();
        return Ok(is_known
            .then_some(number)
            .ok_or_else(|| said!("there is no licensee {number}", "没有合法使用人 {number}")));
    }
    let filter = Filter {
        search: Some(text.to_owned()),
        ..Filter::default()
    };
    let found = licensees::list(
        store,
        visit.scope(),
        &filter,
        LicenseeNumber(0),
        MOST_LIKE + 1,
    )
    .await?;
    let is_it = |one: &&Licensee| one.name().as_str() == text || one.uscc.as_str() == text;
    if let Some(one) = found.iter().find(is_it) {
        return Ok(Ok(one.number));
    }
    let names: Vec<String> = found
        .iter()
        .take(MOST_LIKE as usize)
        .map(|one| numbered(one.name().as_str(), one.number))
        .collect();
    Ok(match &found[..] {
        [] => Err(unknown()),
        [only] => Ok(only.number),
        _ => Err(said!(
            "several have such a name: {}", names.join(", ");
            "有多个相近的名称，请写明其中之一：{}", names.join("、")
        )),
    })
}

/// A field for a licensee; none for a person who sees one alone.
pub async fn licensee_field(
    visit: &Visit,
    form: Form,
    name: &'static str,
    label: Two,
) -> Result<Form, ServiceError> {
    if visit.scope().licensee().is_some() {
        return Ok(form);
    }
    let kind = Kind::Offered(offered(visit).await?);
    Ok(form.field(name, label, kind).hint(two(
        "名称、统一社会信用代码或编号",
        "Its name, credit code or number",
    )))
}

/// A field for the other side of something: whoever fills it in, it takes any licensee.
pub async fn other_licensee(visit: &Visit) -> Result<Kind, ServiceError> {
    Ok(Kind::Offered(offered(visit).await?))
}

/// The licensee of such a field: the person's own, or the one that was typed.
pub async fn read_licensee(
    visit: &Visit,
    typed: &Typed,
    reader: &mut Reader<'_>,
    name: &'static str,
) -> Result<Option<LicenseeNumber>, ServiceError> {
    if let Some(own) = visit.scope().licensee() {
        return Ok(Some(own));
    }
    read_any_licensee(visit, typed, reader, name).await
}

/// The licensee that was typed, whoever types it: another one than the person's own.
pub async fn read_any_licensee(
    visit: &Visit,
    typed: &Typed,
    reader: &mut Reader<'_>,
    name: &'static str,
) -> Result<Option<LicenseeNumber>, ServiceError> {
    let text = typed.get(name);
    if text.is_empty() {
        reader.said(name, &Wanted::Anything.said());
        return Ok(None);
    }
    Ok(match meant(visit, text).await? {
        Ok(number) => Some(number),
        Err(what) => {
            reader.said(name, &what);
            None
        }
    })
}

/// The value with which a field for a licensee begins.
pub async fn begun(visit: &Visit, number: LicenseeNumber) -> Result<String, ServiceError> {
    let one = super::seen::licensee(visit, number).await?;
    Ok(numbered(one.name().as_str(), number))
}

/// A field of a list's filter for a licensee.
pub async fn filter(visit: &Visit) -> Result<Choose, ServiceError> {
    Ok(Choose::Offered(offered(visit).await?))
}

/// Printers that take orders, to choose from.
pub async fn printers(visit: &Visit) -> Result<Kind, ServiceError> {
    let all = printers::list(&visit.app.store, visit.scope(), None, u32::MAX).await?;
    let working = all.iter().filter(|printer| printer.ended.is_none());
    let each = working.map(|one| (one.number.to_string(), one.particulars.name.to_string()));
    Ok(Kind::Choice(each.collect()))
}

/// Names that stand behind numbers, with the number behind the name.
pub struct Names {
    language: Language,
    licensees: BTreeMap<LicenseeNumber, String>,
    printers: BTreeMap<PrinterNumber, Printer>,
}

impl Names {
    /// Of these.
    pub async fn of(
        visit: &Visit,
        all: impl IntoIterator<Item = LicenseeNumber>,
    ) -> Result<Self, ServiceError> {
        let numbers: BTreeSet<LicenseeNumber> = all.into_iter().collect();
        let licensees = licensees::names(&visit.app.store, &numbers).await?;
        let printers = BTreeMap::new();
        Ok(Self {
            language: visit.language,
            licensees,
            printers,
        })
    }

    /// And of all printers.
    pub async fn and_printers(mut self, visit: &Visit) -> Result<Self, ServiceError> {
        let all = printers::list(&visit.app.store, visit.scope(), None, u32::MAX).await?;
        self.printers = all.into_iter().map(|one| (one.number, one)).collect();
        Ok(self)
    }

    /// A licensee's.
    pub fn licensee(&self, number: LicenseeNumber) -> String {
        match self.licensees.get(&number) {
            Some(name) => noted(self.language, name, &number.to_string()),
            None => number.to_string(),
        }
    }

    /// A printer's.
    pub fn printer(&self, number: PrinterNumber) -> String {
        match self.printers.get(&number) {
            Some(printer) => printer.particulars.name.to_string(),
            None => number.to_string(),
        }
    }
}

/// The names of people who sign in, by what they sign in with: under that the ledger knows them.
pub struct People(BTreeMap<String, String>);

impl People {
    /// Of whoever made these entries.
    pub async fn of<'a>(
        visit: &Visit,
        actors: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ServiceError> {
        let logins: BTreeSet<&str> = actors.into_iter().collect();
        Ok(Self(accounts::names(&visit.app.store, &logins).await?))
    }

    /// Name and sign-in name, or what the ledger says if nobody signs in so.
    pub fn name(&self, visit: &Visit, actor: &str) -> String {
        match self.0.get(actor) {
            Some(name) => noted(visit.language, name, actor),
            None => actor.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_field_offers_is_read_again() {
        for (text, number) in [
            ("12", Some(12)),
            ("虚构芦笋企业（12）", Some(12)),
            ("虚构（湖南）企业（3）", Some(3)),
            ("made-up (7)", Some(7)),
            ("虚构芦笋企业", None),
            ("虚构（湖南）", None),
            ("91430981MA4TEXT1XY", None),
        ] {
            assert_eq!(number_in(text), number.map(LicenseeNumber), "{text}");
        }
        let own = numbered("虚构企业", LicenseeNumber(65_535));
        assert_eq!(number_in(&own), Some(LicenseeNumber(65_535)));
    }
}
