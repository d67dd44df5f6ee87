//! What the address of a list asks for. What cannot be read is said at its field, and nothing is listed then: a list that
//! leaves a wrong condition out would say of everything what was asked of some.

use super::guard::Visit;
use super::party;
use super::read::{Errors, Reader, whole};
use super::typed::Typed;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::season::Season;
use crate::domain::wanted::Wanted;
use crate::service::ServiceError;

/// Reads what an address asks for.
pub struct Asked<'a> {
    visit: &'a Visit,
    typed: &'a Typed,
    reader: Reader<'a>,
}

impl<'a> Asked<'a> {
    /// Of this address.
    pub fn new(visit: &'a Visit, typed: &'a Typed) -> Self {
        let reader = Reader::new(typed, visit.language);
        Self {
            visit,
            typed,
            reader,
        }
    }

    /// Who asks.
    pub const fn visit(&self) -> &'a Visit {
        self.visit
    }

    /// A season.
    pub fn season(&mut self) -> Option<Season> {
        let season = |text: &str| Season::new(whole(text)?);
        let read = self.reader.wanted_or_none("season", Wanted::Season, season);
        read.flatten()
    }

    /// The number of something.
    pub fn number<T>(&mut self, name: &'static str, of: impl FnOnce(u32) -> T) -> Option<T> {
        self.value(name, Wanted::Number, |text| whole(text).map(of))
    }

    /// One of a few words.
    pub fn word<T>(&mut self, name: &'static str, of: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.value(name, Wanted::Choice, of)
    }

    /// A value, if one is asked for.
    pub fn value<T>(
        &mut self,
        name: &'static str,
        wanted: Wanted,
        of: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.reader.wanted_or_none(name, wanted, of).flatten()
    }

    /// A licensee by its number, name or code; of a person who sees one alone, that.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn licensee(&mut self) -> Result<Option<LicenseeNumber>, ServiceError> {
        if self.typed.get("licensee").is_empty() {
            return Ok(self.visit.scope().licensee());
        }
        party::read_licensee(self.visit, self.typed, &mut self.reader, "licensee").await
    }

    /// Says that a field is wrong.
    pub fn wrong(&mut self, name: &'static str, chinese: &str, english: &str) {
        self.reader.wrong(name, chinese, english);
    }

    /// What could not be read.
    pub fn finish(self) -> Errors {
        self.reader.finish()
    }

    /// For a table to take away, which has no fields to say it at.
    ///
    /// # Errors
    /// If something could not be read.
    pub fn all_read(self) -> Result<(), ServiceError> {
        if self.finish().is_empty() {
            return Ok(());
        }
        Err(Refusal::invalid(
            said!("a condition of this table cannot be read", "导出条件有误"),
            said!(
                "open the list: it says at the field what is wrong",
                "请回到列表，列表会在相应的栏目说明错误"
            ),
        )
        .into())
    }
}
