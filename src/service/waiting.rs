//! What waits for a person, over all kinds of things together, the oldest first: the start page.
//!
//! What waits follows from where things stand; nobody has to hand anything on. Each thing has its deadline
//! ([`crate::domain::deadline`]). Of each kind the oldest are gathered and the others counted.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::ServiceError;
use crate::domain::access::{Role, Scope, UserNumber};
use crate::domain::calendar::day_of;
use crate::domain::deadline::{Deadline, Left, Matter};
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::ledger::entry::Entry;
use crate::domain::licensee::attention::Attention;
use crate::domain::licensee::{Licensee, LicenseeNumber, LicenseeState};
use crate::domain::lot::LotNumber;
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::order::{Order, OrderNumber};
use crate::domain::season::Season;
use crate::domain::segments::marks_in;
use crate::domain::text::Line;
use crate::domain::transfer::TransferNumber;
use crate::domain::whereabouts::Whereabouts;
use crate::store::waiting::{Found, Orders};
use crate::store::{Store, Tx, ledger, user, waiting};

/// Things of one kind that are gathered one by one.
const MOST: u32 = 50;
/// Entries of freezing that are looked through.
const MOST_ENTRIES: u32 = 2000;

/// What it is that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// An order.
    Order(OrderNumber),
    /// A licensee.
    Licensee(LicenseeNumber),
    /// A lot.
    Lot(LotNumber),
    /// A transfer.
    Transfer(TransferNumber),
    /// Marks of a batch.
    Batch(BatchNumber),
    /// A licensee's marks of a season.
    Season(LicenseeNumber, Season),
    /// A person's account.
    Person(UserNumber),
}

/// A thing that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// For what.
    pub matter: Matter,
    /// What.
    pub about: About,
    /// What it is called: a product, a lot's code, a person.
    pub name: String,
    /// Whose it is, where that is somebody else.
    pub whose: Option<(LicenseeNumber, String)>,
    /// How many marks.
    pub marks: Option<u64>,
    /// Since when.
    pub since: Date,
    /// By when it should be done.
    pub deadline: Deadline,
}

/// All that waits for a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// The oldest first.
    pub things: Vec<Waiting>,
    /// How many there are of each kind, those that are not gathered too.
    pub counts: Vec<(Matter, u64)>,
}

/// What waits for a role.
pub const fn matters_of(role: Role) -> &'static [Matter] {
    use Matter as M;
    match role {
        Role::Approver => &[
            M::Approval,
            M::Admission,
            M::Correction,
            M::NonUse,
            M::OrderApproval,
            M::Frozen,
        ],
        Role::SecondApprover => &[M::SecondPerson],
        Role::Registrar => &[
            M::FirstReview,
            M::OrderPrinter,
            M::OrderIssue,
            M::OrderRelease,
            M::LotReport,
            M::Destruction,
            M::OrderClosing,
        ],
        Role::Printer => &[M::PrintReport, M::Delivery],
        Role::Licensee => &[M::Receipt, M::Activation, M::Use, M::Transfer],
        Role::Inspector => &[M::Frozen],
        // Nothing waits for an auditor: what is told is what others are late with.
        Role::Auditor => &[
            M::FirstReview,
            M::Approval,
            M::Admission,
            M::Correction,
            M::SecondPerson,
            M::OrderApproval,
            M::OrderPrinter,
            M::OrderIssue,
            M::OrderRelease,
            M::PrintReport,
            M::Delivery,
            M::Receipt,
            M::LotReport,
            M::Destruction,
            M::OrderClosing,
            M::Frozen,
        ],
        Role::Administrator => &[M::Account],
    }
}

/// Whether a role is told only what is overdue.
pub const fn sees_only_overdue(role: Role) -> bool {
    matches!(role, Role::Auditor)
}

/// Gathers what waits for a person of this role, within what the person sees.
///
/// # Errors
/// If the database does not answer.
pub async fn gather(
    store: &Store,
    role: Role,
    scope: Scope,
    now: Timestamp,
) -> Result<Gathered, ServiceError> {
    let mut gathering = Gathering {
        tx: store.read().await?,
        scope,
        today: day_of(now),
        gathered: Gathered::default(),
    };
    for matter in matters_of(role) {
        gathering.gather(*matter).await?;
    }
    let today = gathering.today;
    let mut gathered = gathering.gathered;
    if sees_only_overdue(role) {
        let is_over = |one: &Waiting| matches!(one.deadline.left(today), Left::Over(_));
        gathered.things.retain(is_over);
        gathered.counts.clear();
    }
    gathered.things.sort_by_key(|one| (one.since, one.matter));
    Ok(gathered)
}

struct Gathering {
    tx: Tx,
    scope: Scope,
    today: Date,
    gathered: Gathered,
}

impl Gathering {
    async fn gather(&mut self, matter: Matter) -> Result<(), ServiceError> {
        let (before, all) = (self.gathered.things.len(), self.of(matter).await?);
        if all > 0 {
            self.gathered.counts.push((matter, all));
        }
        self.name_licensees(before).await
    }

    /// Gathers the oldest of a kind, and says how many there are.
    async fn of(&mut self, matter: Matter) -> Result<u64, ServiceError> {
        match matter {
            Matter::FirstReview => self.licensees(matter, LicenseeState::Applied).await,
            Matter::Approval => self.licensees(matter, LicenseeState::Reviewed).await,
            Matter::Admission => self.licensees(matter, LicenseeState::Approved).await,
            Matter::Correction | Matter::NonUse => self.attention(matter).await,
            Matter::SecondPerson => self.second_person().await,
            Matter::OrderApproval => self.orders(matter, Orders::ToApprove).await,
            Matter::OrderPrinter => self.orders(matter, Orders::ToAssign).await,
            Matter::OrderIssue => self.orders(matter, Orders::ToIssue).await,
            Matter::OrderRelease => self.orders(matter, Orders::ToRelease).await,
            Matter::PrintReport => self.orders(matter, Orders::ToPrint).await,
            Matter::Delivery => self.orders(matter, Orders::ToDeliver).await,
            Matter::Receipt => self.orders(matter, Orders::ToReceive).await,
            Matter::Destruction => self.orders(matter, Orders::ToDestroy).await,
            Matter::OrderClosing => self.orders(matter, Orders::ToClose).await,
            Matter::LotReport => self.lots().await,
            Matter::Activation | Matter::Use => self.held(matter).await,
            Matter::Transfer => self.transfers().await,
            Matter::Frozen => self.frozen().await,
            Matter::Account => self.accounts().await,
        }
    }

    fn add(&mut self, matter: Matter, about: About, name: String, since: Date) -> &mut Waiting {
        let deadline = matter.deadline(since);
        self.gathered.things.push(Waiting {
            matter,
            about,
            name,
            whose: None,
            marks: None,
            since,
            deadline,
        });
        let last = self.gathered.things.len() - 1;
        &mut self.gathered.things[last]
    }

    async fn orders(&mut self, matter: Matter, which: Orders) -> Result<u64, ServiceError> {
        let year = u16::try_from(self.today.year()).unwrap_or_default();
        let season = Season::new(year).unwrap_or(Season::from_offset(0));
        let tx = &mut self.tx;
        let Found { oldest, all } = waiting::orders(tx, which, self.scope, season, MOST).await?;
        let numbers: Vec<OrderNumber> = oldest.iter().map(|order| order.number).collect();
        let begun = waiting::last_entries(tx, &numbers, which.begun_by()).await?;
        for order in oldest {
            let since = begun.get(&order.number).unwrap_or(&order.placed_at);
            let name = order.placed.product.to_string();
            let licensee = order.placed.licensee;
            let is_own = self.scope.licensee() == Some(licensee);
            let about = About::Order(order.number);
            let waiting = self.add(matter, about, name, day_of(*since));
            waiting.marks = Some(marks_of(&order, which));
            waiting.whose = (!is_own).then(|| (licensee, String::new()));
        }
        Ok(all)
    }

    /// Looks the names of licensees up, of the things from a place on.
    async fn name_licensees(&mut self, from: usize) -> Result<(), ServiceError> {
        let things = self.gathered.things[from..].iter();
        let mut wanted: Vec<LicenseeNumber> = things
            .filter_map(|one| one.whose.as_ref())
            .filter(|(_, name)| name.is_empty())
            .map(|(licensee, _)| *licensee)
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut names: HashMap<LicenseeNumber, String> =
            waiting::names(&mut self.tx, &wanted).await?;
        for one in &mut self.gathered.things[from..] {
            if let Some((licensee, name)) = &mut one.whose
                && let Some(known) = names.get_mut(licensee)
            {
                name.clone_from(known);
            }
        }
        Ok(())
    }

    fn add_licensee(&mut self, matter: Matter, one: &Licensee, since: Date) {
        let about = About::Licensee(one.number);
        self.add(matter, about, one.name().to_string(), since);
    }

    async fn licensees(
        &mut self,
        matter: Matter,
        state: LicenseeState,
    ) -> Result<u64, ServiceError> {
        let Found { oldest, all } = waiting::licensees(&mut self.tx, state, MOST).await?;
        for one in oldest {
            self.add_licensee(matter, &one, one.state_since);
        }
        Ok(all)
    }

    /// Corrections whose time is over, and rights that are not used: the day stands with the thing itself.
    async fn attention(&mut self, matter: Matter) -> Result<u64, ServiceError> {
        let state = (matter == Matter::Correction).then_some(LicenseeState::Correcting);
        let found = waiting::needing_attention(&mut self.tx, self.today, state, MOST).await?;
        let mut all = found.all - found.oldest.len() as u64;
        for one in found.oldest {
            let days = one
                .attention(self.today)
                .into_iter()
                .filter_map(|why| match why {
                    Attention::CorrectionOverdue { due } => Some((Matter::Correction, due)),
                    Attention::NotUsed { .. } | Attention::NotUsedSoon { .. } => {
                        Some((Matter::NonUse, one.non_use_ends()?))
                    }
                    Attention::WaitsForSecond { .. } => None,
                });
            for (_, day) in days.filter(|(of, _)| *of == matter) {
                all += 1;
                self.add_licensee(matter, &one, day);
            }
        }
        Ok(all)
    }

    async fn second_person(&mut self) -> Result<u64, ServiceError> {
        let Found { oldest, all } = waiting::pending(&mut self.tx, MOST).await?;
        for one in oldest {
            if let Some(pending) = &one.pending {
                self.add_licensee(Matter::SecondPerson, &one, day_of(pending.at));
            }
        }
        Ok(all)
    }

    async fn lots(&mut self) -> Result<u64, ServiceError> {
        let Found { oldest, all } = waiting::lots_without_report(&mut self.tx, MOST).await?;
        for lot in oldest {
            let label = &lot.entered.public;
            let name = format!("{} {}", label.code, label.product);
            let about = About::Lot(lot.number);
            let waiting = self.add(Matter::LotReport, about, name, day_of(lot.at));
            waiting.whose = Some((lot.entered.licensee, String::new()));
            waiting.marks = Some(lot.entered.packs.into());
        }
        Ok(all)
    }

    /// Labels that a licensee has and has not activated, or has activated and not used.
    async fn held(&mut self, matter: Matter) -> Result<u64, ServiceError> {
        let Some(licensee) = self.scope.licensee() else {
            return Ok(0);
        };
        let began: &[&str] = match matter {
            Matter::Activation => &["received"],
            _ => &["activated"],
        };
        let begun = waiting::last_entries_of(&mut self.tx, licensee, began).await?;
        let mut all = 0;
        for held in waiting::held(&mut self.tx, licensee).await? {
            let marks = match matter {
                Matter::Activation => (held.on_hand + held.used).saturating_sub(held.activated),
                _ => held.activated.saturating_sub(held.used),
            };
            let Some(since) = begun.get(&held.season).filter(|_| marks > 0) else {
                continue;
            };
            all += 1;
            let about = About::Season(licensee, held.season);
            let waiting = self.add(matter, about, held.season.to_string(), day_of(*since));
            waiting.marks = Some(marks);
        }
        Ok(all)
    }

    async fn transfers(&mut self) -> Result<u64, ServiceError> {
        let Some(licensee) = self.scope.licensee() else {
            return Ok(0);
        };
        let open = waiting::transfers(&mut self.tx, licensee, MOST).await?;
        let all = open.len() as u64;
        for transfer in open {
            let gives = transfer.from.licensee == licensee;
            let other = if gives {
                transfer.to
            } else {
                transfer.from.licensee
            };
            let name = transfer.from.season.to_string();
            let about = About::Transfer(transfer.number);
            let waiting = self.add(Matter::Transfer, about, name, day_of(transfer.at));
            waiting.marks = Some(transfer.marks);
            waiting.whose = Some((other, String::new()));
        }
        Ok(all)
    }

    /// Marks that are frozen and were not let go, by batch.
    async fn frozen(&mut self) -> Result<u64, ServiceError> {
        let mut entries = Vec::new();
        for kind in [
            EventKind::Withdrawn(Withdrawal::Frozen),
            EventKind::Restored(Withdrawal::Frozen),
        ] {
            let filter = ledger::Filter {
                kind: Some(kind.slug().to_owned()),
                ..Default::default()
            };
            entries.extend(ledger::newest(&mut self.tx, &filter, None, MOST_ENTRIES).await?);
        }
        entries.sort_unstable_by_key(|stored| stored.number);
        let mut still: HashMap<BatchNumber, Frozen> = HashMap::new();
        for stored in entries {
            let Some(Entry::Marks(marks)) = Entry::read(&stored.kind, &stored.body) else {
                continue;
            };
            let frozen = still.entry(marks.batch).or_insert_with(|| Frozen {
                ranges: Vec::new(),
                since: stored.at,
                licensee: stored.subjects.licensee,
                reason: None,
            });
            frozen.goes_on(marks.event, &marks.ranges, stored.at, marks.reason);
        }
        let mut still: Vec<_> = still
            .into_iter()
            .filter(|(_, frozen)| !frozen.ranges.is_empty())
            .collect();
        still.sort_unstable_by_key(|(batch, frozen)| (frozen.since, *batch));
        let all = still.len() as u64;
        for (batch, frozen) in still.into_iter().take(MOST as usize) {
            let name = frozen.reason.map(|reason| reason.to_string());
            let since = day_of(frozen.since);
            let about = About::Batch(batch);
            let waiting = self.add(Matter::Frozen, about, name.unwrap_or_default(), since);
            waiting.marks = Some(marks_in(&frozen.ranges));
            waiting.whose = frozen.licensee.map(|licensee| (licensee, String::new()));
        }
        Ok(all)
    }

    async fn accounts(&mut self) -> Result<u64, ServiceError> {
        let found = user::not_set_up(&mut self.tx, MOST).await?;
        let all = found.len() as u64;
        for (user, made_at) in found {
            let about = About::Person(user.number);
            let name = format!("{} {}", user.name, user.login);
            self.add(Matter::Account, about, name, day_of(made_at));
        }
        Ok(all)
    }
}

/// The marks of an order that wait.
fn marks_of(order: &Order, which: Orders) -> u64 {
    let at = |place| order.counts.at(place).into();
    match which {
        Orders::ToApprove
        | Orders::ToAssign
        | Orders::ToIssue
        | Orders::ToRelease
        | Orders::ToClose => order.placed.quantity.get().into(),
        Orders::ToPrint => at(Whereabouts::Unreported),
        Orders::ToDeliver => at(Whereabouts::AtPrinter),
        Orders::ToReceive => at(Whereabouts::InTransit),
        Orders::ToDestroy => order.counts.to_be_destroyed().into(),
    }
}

/// Marks of a batch that are frozen.
struct Frozen {
    ranges: Vec<IndexRange>,
    since: Timestamp,
    licensee: Option<LicenseeNumber>,
    reason: Option<Line>,
}

impl Frozen {
    /// A further entry: more marks are frozen, or some are let go.
    fn goes_on(
        &mut self,
        event: EventKind,
        ranges: &[IndexRange],
        at: Timestamp,
        reason: Option<Line>,
    ) {
        if event == EventKind::Withdrawn(Withdrawal::Frozen) {
            if self.ranges.is_empty() {
                self.since = at;
                self.reason = reason;
            }
            self.ranges.extend_from_slice(ranges);
            self.ranges = crate::domain::segments::joined(std::mem::take(&mut self.ranges));
            return;
        }
        for gone in ranges {
            let still = std::mem::take(&mut self.ranges);
            self.ranges = still
                .into_iter()
                .flat_map(|one| one.without(*gone))
                .collect();
        }
    }
}
