//! A licensee (合法使用人): who may use the mark, on what legal basis, and where it stands on its path.

pub mod attention;
pub mod difference;
pub mod particulars;
pub mod path;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use particulars::Particulars;
pub use path::{LicenseeState, Step, StepTaken};

use super::calendar::day_of;
use super::refusal::Refusal;
use super::said::said;
use super::text::{Line, half_width};
use super::uscc::Uscc;
use super::words::{numbered, words};

numbered! {
    /// The number of a licensee: two bytes of the code. Given out from 1.
    pub struct LicenseeNumber(u16);
}

words! {
    /// The route by which the right was granted; the two differ in what is printed and how the right ends.
    pub enum LegalBasis {
        /// Protected geographical-indication product (地理标志产品).
        GiProduct = "gi_product" "地理标志产品" "GI product",
        /// Certification mark (证明商标).
        CertificationMark = "certification_mark" "证明商标" "certification mark",
        /// Both.
        Both = "both" "地理标志产品、证明商标" "GI product and certification mark",
    }
}

/// Who may use the mark, or wants to, or could.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licensee {
    /// Its number in codes.
    pub number: LicenseeNumber,
    /// Its unified social credit code (统一社会信用代码).
    pub uscc: Uscc,
    /// What its file says.
    pub particulars: Particulars,
    /// The version of the file, from 1.
    pub revision: u32,
    /// Where it stands.
    pub state: LicenseeState,
    /// Since which day.
    pub state_since: Date,
    /// Where it stood before its right ended.
    pub state_before: Option<LicenseeState>,
    /// Until when a correction is due.
    pub correction_due: Option<Date>,
    /// Since when its right is in force; kept when it ends.
    pub in_force_since: Option<Date>,
    /// The last day on which it activated or used marks.
    pub last_use: Option<Date>,
    /// A step that waits for its second person.
    pub pending: Option<Pending>,
    /// How its right ended, if it did.
    pub ended: Option<RightEnded>,
    /// When it was entered.
    pub added_at: Timestamp,
}

/// A step that needs two people and has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The step.
    pub step: StepTaken,
    /// Who proposed it.
    pub by: Line,
    /// When.
    pub at: Timestamp,
}

/// The end of a licensee's right (使用资格终止). What happens to marks in the market is a dated policy: they stay
/// good until `marks_good_until`, and are withdrawn from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightEnded {
    /// When it was entered.
    pub at: Timestamp,
    /// The policy date: from this moment on the licensee's marks are withdrawn.
    pub marks_good_until: Timestamp,
    /// Why; the public reads it.
    pub reason: Line,
    /// The number of the decision.
    pub document: Option<Line>,
    /// Who entered it.
    pub actor: Line,
}

/// What a licensee may do, or have done for it, depending on where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Place an order.
    Order,
    /// Have an order approved, take part in a transfer, get an entitlement.
    Approve,
    /// Have labels issued, released, delivered and activated.
    Proceed,
}

/// A licensee as it is entered: as an applicant, or as one whose right was granted before this ledger began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLicensee {
    /// Its unified social credit code.
    pub uscc: Uscc,
    /// Its file.
    pub particulars: Particulars,
    /// [`LicenseeState::Applied`] or [`LicenseeState::Active`].
    pub state: LicenseeState,
    /// The day of the application, or since when the right is in force.
    pub date: Date,
    /// The number of the document; needed for a right in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Line>,
}

impl Licensee {
    /// Enters a licensee.
    ///
    /// # Errors
    /// [`Refusal`] if it is entered in another state than applied or active, without a document where its right is in
    /// force, or with a day that is still to come.
    pub fn enter(
        number: LicenseeNumber,
        new: &NewLicensee,
        at: Timestamp,
    ) -> Result<Self, Refusal> {
        new.particulars.check()?;
        if new.date > day_of(at) {
            return Err(Refusal::invalid(
                said!("the day {} is still to come", "日期 {} 尚未到来", new.date),
                said!(
                    "name the day of the application, or since when the right is in force",
                    "请填写申请日期，或使用权生效的日期"
                ),
            ));
        }
        let in_force_since = match new.state {
            LicenseeState::Applied => None,
            LicenseeState::Active if new.document.is_some() => Some(new.date),
            LicenseeState::Active => {
                return Err(Refusal::invalid(
                    said!(
                        "a right in force needs the number of the announcement or registration",
                        "使用权已生效的，须有公告或注册文号"
                    ),
                    said!(
                        "name the document, or enter an application",
                        "请填写文号；尚未取得的，请按申请登记"
                    ),
                ));
            }
            other => {
                return Err(Refusal::invalid(
                    said!(
                        "nobody is entered as {}", other.slug();
                        "建档时的状态不能是“{}”", other.chinese()
                    ),
                    said!(
                        "enter it as applied or active, then take the steps that follow",
                        "请按“申请”或“有效”建档，再逐步办理状态变更"
                    ),
                ));
            }
        };
        Ok(Self {
            number,
            uscc: new.uscc.clone(),
            particulars: new.particulars.clone(),
            revision: 1,
            state: new.state,
            state_since: new.date,
            state_before: None,
            correction_due: None,
            in_force_since,
            last_use: None,
            pending: None,
            ended: None,
            added_at: at,
        })
    }

    /// The registered name.
    pub const fn name(&self) -> &Line {
        &self.particulars.name
    }

    /// On what the right rests.
    pub const fn legal_basis(&self) -> LegalBasis {
        self.particulars.legal_basis
    }

    /// Whether it may do this where it stands.
    ///
    /// # Errors
    /// [`Refusal`] of the kind conflict.
    pub fn may(&self, act: Act) -> Result<(), Refusal> {
        let allowed = match act {
            Act::Order | Act::Proceed => {
                matches!(
                    self.state,
                    LicenseeState::Active | LicenseeState::Correcting
                )
            }
            Act::Approve => self.state == LicenseeState::Active,
        };
        if allowed {
            return Ok(());
        }
        let number = self.number;
        if self.state.has_ended() {
            return Err(Refusal::conflict(
                said!(
                    "the right of licensee {number} to use the mark has ended",
                    "合法使用人 {number} 的标志使用权已终止"
                ),
                said!(
                    "its open orders can only be cancelled, and its marks returned",
                    "未完成的订单只能取消，剩余标志应当退回"
                ),
            ));
        }
        Err(Refusal::conflict(
            said!(
                "licensee {number} is {} ({}): its right is not fully in force",
                self.state.slug(), self.state.chinese();
                "合法使用人 {number} 处于“{}”状态，使用权尚未完全生效", self.state.chinese()
            ),
            said!(
                "`yuanmark licensee show {number}` shows the steps that lead on",
                "请在该合法使用人的页面查看下一步可办理的事项"
            ),
        ))
    }

    /// Changes the file. The change was made upon version `revision`.
    ///
    /// # Errors
    /// [`Refusal`] of the kind stale if there is a newer version by now.
    pub fn file(&mut self, revision: u32, particulars: &Particulars) -> Result<(), Refusal> {
        particulars.check()?;
        if revision != self.revision {
            return Err(Refusal::stale(
                said!(
                    "the file of licensee {} is at version {}, this change was made upon version {revision}",
                    "合法使用人 {} 的档案已是第 {} 版，而本次变更依据的是第 {revision} 版",
                    self.number,
                    self.revision
                ),
                said!(
                    "read the newest version, and make the change upon it",
                    "请查看最新版本，在其基础上重新修改"
                ),
            ));
        }
        if *particulars == self.particulars {
            return Err(Refusal::conflict(
                said!(
                    "the file of licensee {} says just this already",
                    "合法使用人 {} 的档案内容没有变化",
                    self.number
                ),
                said!("nothing has to be changed", "无需变更"),
            ));
        }
        self.particulars = particulars.clone();
        self.revision += 1;
        Ok(())
    }

    /// Takes a step that one person can take.
    ///
    /// # Errors
    /// [`Refusal`] if the step does not lead on from here, needs two people, or lacks something.
    pub fn take(&mut self, step: &StepTaken, by: &Line, at: Timestamp) -> Result<(), Refusal> {
        self.check(step, at)?;
        if step.step.needs_two() {
            return Err(Refusal::conflict(
                said!(
                    "{} ({}) needs two people", step.step.slug(), step.step.chinese();
                    "“{}”须由两人办理", step.step.chinese()
                ),
                said!(
                    "one proposes it, another confirms it",
                    "请先由一人提请，再由另一人复核"
                ),
            ));
        }
        self.carry_out(step, by, at);
        Ok(())
    }

    /// Proposes a step that needs two people.
    ///
    /// # Errors
    /// [`Refusal`] if the step does not lead on from here, one person is enough, or another one waits already.
    pub fn propose(&mut self, step: &StepTaken, by: &Line, at: Timestamp) -> Result<(), Refusal> {
        self.check(step, at)?;
        if !step.step.needs_two() {
            return Err(Refusal::invalid(
                said!(
                    "{} does not need two people", step.step.slug();
                    "“{}”不需要两人办理", step.step.chinese()
                ),
                said!("take the step itself", "请直接办理"),
            ));
        }
        if let Some(pending) = &self.pending {
            return Err(Refusal::conflict(
                said!(
                    "{}, proposed by {}, still waits for a second person", pending.step.step.slug(), pending.by;
                    "{}提请的“{}”还在等待复核", pending.by, pending.step.step.chinese()
                ),
                said!("confirm or drop it first", "请先复核或撤回"),
            ));
        }
        self.pending = Some(Pending {
            step: step.clone(),
            by: by.clone(),
            at,
        });
        Ok(())
    }

    /// Confirms the step that waits, which is then taken.
    ///
    /// # Errors
    /// [`Refusal`] if none waits, the same person confirms it, or it does not lead on any more.
    pub fn confirm(&mut self, by: &Line, at: Timestamp) -> Result<(), Refusal> {
        let pending = self.waiting()?.clone();
        if is_same_person(&pending.by, by) {
            return Err(Refusal::conflict(
                said!(
                    "{by} proposed this step and cannot confirm it too",
                    "这一事项由{by}提请，不能由本人复核"
                ),
                said!("a second person must confirm it", "请由另一人复核"),
            ));
        }
        self.check(&pending.step, at)?;
        self.pending = None;
        self.carry_out(&pending.step, by, at);
        Ok(())
    }

    /// Drops the step that waits.
    ///
    /// # Errors
    /// [`Refusal`] if none waits.
    pub fn drop_pending(&mut self) -> Result<(), Refusal> {
        self.waiting().map_err(|refusal| Refusal {
            advice: said!("there is nothing to be dropped", "没有提请可以撤回"),
            ..refusal
        })?;
        self.pending = None;
        Ok(())
    }

    /// Notes that marks were activated or used: the non-use clock begins anew.
    pub fn used(&mut self, at: Timestamp) {
        self.last_use = self.last_use.max(Some(day_of(at)));
    }

    fn waiting(&self) -> Result<&Pending, Refusal> {
        self.pending.as_ref().ok_or_else(|| {
            Refusal::conflict(
                said!(
                    "no step of licensee {} waits for a second person",
                    "合法使用人 {} 没有待复核的事项",
                    self.number
                ),
                said!("propose the step first", "请先提请"),
            )
        })
    }

    fn check(&self, step: &StepTaken, at: Timestamp) -> Result<(), Refusal> {
        step.check(day_of(at))?;
        if self.after(step.step).is_none() {
            let slugs: Vec<&str> = self.state.steps().map(Step::slug).collect();
            let names: Vec<&str> = self.state.steps().map(Step::chinese).collect();
            return Err(Refusal::conflict(
                said!(
                    "licensee {} is {} ({}): {} ({}) does not lead on from there",
                    self.number, self.state.slug(), self.state.chinese(), step.step.slug(), step.step.chinese();
                    "合法使用人 {} 处于“{}”状态，不能办理“{}”", self.number, self.state.chinese(), step.step.chinese()
                ),
                said!(
                    "from there lead: {}", slugs.join(", ");
                    "此时可以办理：{}", names.join("、")
                ),
            ));
        }
        if step.date < self.state_since {
            return Err(Refusal::invalid(
                said!(
                    "the decision is of {}, but licensee {} is {} since {} only",
                    step.date, self.number, self.state.slug(), self.state_since;
                    "决定日期是 {}，而合法使用人 {} 到 {} 才进入“{}”状态",
                    step.date, self.number, self.state_since, self.state.chinese()
                ),
                said!(
                    "steps are dated in their order",
                    "各事项的日期应当依次排列，请核对"
                ),
            ));
        }
        if step
            .marks_good_until
            .is_some_and(|until| until < self.added_at)
        {
            return Err(Refusal::invalid(
                said!(
                    "the policy date lies before the licensee was entered",
                    "在市标志的截止日期早于建档日期"
                ),
                said!("look at its year", "请核对年份"),
            ));
        }
        Ok(())
    }

    fn after(&self, step: Step) -> Option<LicenseeState> {
        match (step, self.state) {
            (Step::Undo, LicenseeState::Blacklisted) => Some(LicenseeState::Exited),
            (Step::Undo, LicenseeState::Exited | LicenseeState::Cancelled) => self.state_before,
            (step, state) => state.after(step),
        }
    }

    fn carry_out(&mut self, taken: &StepTaken, by: &Line, at: Timestamp) {
        let Some(next) = self.after(taken.step) else {
            return;
        };
        match taken.step {
            Step::Cancel | Step::Exit => {
                self.state_before = Some(self.state);
                self.ended = Some(RightEnded {
                    at,
                    marks_good_until: taken.marks_good_until.unwrap_or(at),
                    reason: taken.ground.clone(),
                    document: taken.document.clone(),
                    actor: by.clone(),
                });
            }
            Step::Undo if next != LicenseeState::Exited => {
                self.state_before = None;
                self.ended = None;
            }
            Step::Admit => self.in_force_since = Some(taken.date),
            Step::OrderCorrection => self.correction_due = taken.due,
            Step::AcceptCorrection | Step::Resume => self.correction_due = None,
            _ => {}
        }
        self.state = next;
        self.state_since = taken.date;
    }
}

/// Two names that differ in case, width, spacing, hyphens or invisible characters alone are one person's.
pub fn is_same_person(one: &Line, other: &Line) -> bool {
    let plain = |line: &Line| -> String {
        let letters = line.as_str().chars().map(half_width);
        let letters = letters.filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    plain(one) == plain(other)
}
