//! A lot (生产批次): goods packed together, with the test they passed or failed. Marks are activated for a lot.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::calendar::day_of;
use super::form::Form;
use super::licensee::LicenseeNumber;
use super::refusal::Refusal;
use super::said::said;
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
                said!(
                    "a lot of {} packs cannot be",
                    "生产批次的包数不能是 {}",
                    new.packs
                ),
                said!(
                    "between 1 and {}",
                    "请填写 1 至 {} 之间的数",
                    Self::MOST_PACKS
                ),
            ));
        }
        let picked = new.public.harvested;
        if picked > day_of(at) {
            return Err(Refusal::invalid(
                said!(
                    "the day of harvest, {picked}, is still to come",
                    "采收日期 {picked} 尚未到来"
                ),
                said!(
                    "a lot is entered when it is made",
                    "请在产品生产之后登记生产批次"
                ),
            ));
        }
        if u16::try_from(picked.year()).ok() != Some(new.public.season.year()) {
            return Err(Refusal::invalid(
                said!(
                    "picked on {picked}, but of season {}",
                    "采收日期是 {picked}，年度却是 {}",
                    new.public.season
                ),
                said!(
                    "the season is the year of the harvest",
                    "年度就是采收的年份，请核对"
                ),
            ));
        }
        if new.steps.len() > Self::MOST_ENTRIES {
            return Err(Refusal::invalid(
                said!(
                    "more than {} steps",
                    "加工步骤超过 {} 项",
                    Self::MOST_ENTRIES
                ),
                said!(
                    "name the main steps of processing",
                    "请只填写主要的加工步骤"
                ),
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
                said!(
                    "a report of {} cannot be on this lot",
                    "这一生产批次不会有 {} 的检验报告",
                    report.date
                ),
                said!(
                    "it was picked on {}, and today is {}",
                    "采收日期是 {}，今天是 {}，请核对报告日期",
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
                said!(
                    "report {} of {} is filed already",
                    "{1}的检验报告 {0} 已经登记",
                    report.number,
                    report.laboratory
                ),
                said!(
                    "a corrected report has a number of its own",
                    "更正后的报告应有自己的编号"
                ),
            ));
        }
        if self.reports.len() == Self::MOST_ENTRIES {
            return Err(Refusal::conflict(
                said!(
                    "lot {} has {} reports",
                    "生产批次 {} 已有 {} 份检验报告",
                    self.number,
                    Self::MOST_ENTRIES
                ),
                said!(
                    "no lot is tested so often",
                    "检验不会这样频繁，请核对是否重复登记"
                ),
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
                said!("lot {} is recalled", "生产批次 {} 已召回", self.number),
                said!(
                    "its marks stay withdrawn until the recall is taken back",
                    "解除召回之前，其标志一直停用"
                ),
            ));
        }
        if !self.has_passed() {
            let number = self.number;
            let what = match self.reports.last() {
                Some(_) => said!(
                    "lot {number} has failed its test",
                    "生产批次 {number} 检验不合格"
                ),
                None => said!(
                    "lot {number} has no test report yet",
                    "生产批次 {number} 还没有检验报告"
                ),
            };
            return Err(Refusal::conflict(
                what,
                said!(
                    "file the report of a test it passed: `yuanmark lot report`",
                    "请先登记合格的检验报告"
                ),
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
                said!(
                    "lot {} is recalled already",
                    "生产批次 {} 已经召回",
                    self.number
                ),
                said!("nothing has to be done", "无需再办"),
            ));
        }
        self.recalled = Some(reason.clone());
        Ok(())
    }

    /// Takes the recall back.
    ///
    /// # Errors
    /// [`Refusal`] if it is not recalled, or its newest test was failed.
    pub fn restore(&mut self) -> Result<(), Refusal> {
        let newest = self.reports.last().map(|report| report.result);
        if self.recalled.is_some() && newest == Some(TestResult::Failed) {
            return Err(Refusal::conflict(
                said!(
                    "lot {} has failed its newest test",
                    "生产批次 {} 最近一次检验不合格",
                    self.number
                ),
                said!(
                    "file the report of a test it passed first: `yuanmark lot report`",
                    "请先登记复检合格的报告，再解除召回"
                ),
            ));
        }
        if self.recalled.take().is_none() {
            return Err(Refusal::conflict(
                said!(
                    "lot {} is not recalled",
                    "生产批次 {} 没有召回",
                    self.number
                ),
                said!("nothing has to be taken back", "无需解除"),
            ));
        }
        Ok(())
    }
}
