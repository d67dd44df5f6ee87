//! A lot (生产批次): goods packed together, with the test they passed or failed. Marks are activated for a lot.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::calendar::day_of;
use super::form::Form;
use super::licensee::LicenseeNumber;
use super::refusal::Refusal;
use super::season::Season;
use super::text::Line;
use super::township::Township;
use super::words::{numbered, words};

numbered! {
    /// The number of a lot, from 1.
    pub struct LotNumber(u32);
}

words! {
    /// How an inspection ended.
    pub enum TestResult {
        /// The sample is as the standard asks.
        Passed = "passed" "合格",
        /// It is not: the lot is recalled.
        Failed = "failed" "不合格",
    }
}

/// What the public sees of a lot: everything here, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotLabel {
    /// The firm's own number of the lot, as on the pack.
    pub code: Line,
    /// The product as it stands on the pack.
    pub product: Line,
    /// The form.
    pub form: Form,
    /// The season.
    pub season: Season,
    /// When the shoots were picked.
    pub harvested: Date,
    /// Where.
    pub township: Township,
    /// The standard with its version.
    pub standard: Line,
    /// The certificate of compliance (承诺达标合格证), if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Line>,
}

/// What a lot is entered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLot {
    /// Whose goods.
    pub licensee: LicenseeNumber,
    /// What the public sees.
    pub public: LotLabel,
    /// How many packs. No more marks than these are activated for it.
    pub packs: u32,
    /// Steps of processing, in order. Not public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Line>,
}

/// A report of an inspection. Laboratory, number, day and result are public, the file is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReport {
    /// Who tested.
    pub laboratory: Line,
    /// The report's number.
    pub number: Line,
    /// The day of the report.
    pub date: Date,
    /// How it ended.
    pub result: TestResult,
    /// SHA-256 of the report's file in hexadecimal, if it is kept here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Line>,
}

/// A lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// Its number.
    pub number: LotNumber,
    /// What it was entered with.
    pub entered: NewLot,
    /// Its reports, in the order they came.
    pub reports: Vec<TestReport>,
    /// Why it is recalled, if it is.
    pub recalled: Option<Line>,
    /// Marks activated for it, less those that were lost, returned or spoiled since.
    pub marks: u64,
    /// When it was entered.
    pub at: Timestamp,
    /// Who entered it.
    pub by: Line,
}

impl Lot {
    /// Steps and reports; more is a mistake.
    pub const MOST_ENTRIES: usize = 50;
    /// Packs; as many as marks in the largest batch.
    pub const MOST_PACKS: u32 = 1 << 24;

    /// Enters a lot.
    ///
    /// # Errors
    /// [`Refusal`] if it has no packs or too many, was picked in the future or in another season.
    pub fn enter(
        number: LotNumber,
        new: &NewLot,
        by: &Line,
        at: Timestamp,
    ) -> Result<Self, Refusal> {
        if new.packs == 0 || new.packs > Self::MOST_PACKS {
            return Err(Refusal::invalid(
                format!("a lot of {} packs cannot be", new.packs),
                format!("between 1 and {}", Self::MOST_PACKS),
            ));
        }
        let picked = new.public.harvested;
        if picked > day_of(at) {
            return Err(Refusal::invalid(
                format!("the day of harvest, {picked}, is still to come"),
                "a lot is entered when it is made",
            ));
        }
        if u16::try_from(picked.year()).ok() != Some(new.public.season.year()) {
            return Err(Refusal::invalid(
                format!("picked on {picked}, but of season {}", new.public.season),
                "the season is the year of the harvest",
            ));
        }
        if new.steps.len() > Self::MOST_ENTRIES {
            return Err(Refusal::invalid(
                format!("more than {} steps", Self::MOST_ENTRIES),
                "name the main steps of processing",
            ));
        }
        Ok(Self {
            number,
            entered: new.clone(),
            reports: Vec::new(),
            recalled: None,
            marks: 0,
            at,
            by: by.clone(),
        })
    }

    /// Files a report.
    ///
    /// # Errors
    /// [`Refusal`] if it lies before the harvest or in the future, or has been filed.
    pub fn report(&mut self, report: &TestReport, at: Timestamp) -> Result<(), Refusal> {
        if report.date < self.entered.public.harvested || report.date > day_of(at) {
            return Err(Refusal::invalid(
                format!("a report of {} cannot be on this lot", report.date),
                format!(
                    "it was picked on {}, and today is {}",
                    self.entered.public.harvested,
                    day_of(at)
                ),
            ));
        }
        let is_known = |known: &TestReport| {
            known.laboratory == report.laboratory && known.number == report.number
        };
        if self.reports.iter().any(is_known) {
            return Err(Refusal::conflict(
                format!(
                    "report {} of {} is filed already",
                    report.number, report.laboratory
                ),
                "a corrected report has a number of its own",
            ));
        }
        if self.reports.len() == Self::MOST_ENTRIES {
            return Err(Refusal::conflict(
                format!("lot {} has {} reports", self.number, Self::MOST_ENTRIES),
                "no lot is tested so often",
            ));
        }
        self.reports.push(report.clone());
        Ok(())
    }

    /// Whether the newest report says that it passed.
    pub fn has_passed(&self) -> bool {
        self.reports
            .last()
            .is_some_and(|report| report.result == TestResult::Passed)
    }

    /// Whether marks may be activated for it.
    ///
    /// # Errors
    /// [`Refusal`] if it is recalled, or has not passed its test.
    pub fn may_activate(&self) -> Result<(), Refusal> {
        if self.recalled.is_some() {
            return Err(Refusal::conflict(
                format!("lot {} is recalled", self.number),
                "its marks stay withdrawn until the recall is taken back",
            ));
        }
        if !self.has_passed() {
            let what = match self.reports.last() {
                Some(_) => "has failed its test",
                None => "has no test report yet",
            };
            return Err(Refusal::conflict(
                format!("lot {} {what}", self.number),
                "file the report of a test it passed: `yuanmark lot report`",
            ));
        }
        Ok(())
    }

    /// Recalls it.
    ///
    /// # Errors
    /// [`Refusal`] if it is recalled.
    pub fn recall(&mut self, reason: &Line) -> Result<(), Refusal> {
        if self.recalled.is_some() {
            return Err(Refusal::conflict(
                format!("lot {} is recalled already", self.number),
                "nothing has to be done",
            ));
        }
        self.recalled = Some(reason.clone());
        Ok(())
    }

    /// Takes the recall back.
    ///
    /// # Errors
    /// [`Refusal`] if it is not recalled.
    pub fn restore(&mut self) -> Result<(), Refusal> {
        if self.recalled.take().is_none() {
            return Err(Refusal::conflict(
                format!("lot {} is not recalled", self.number),
                "nothing has to be taken back",
            ));
        }
        Ok(())
    }
}
