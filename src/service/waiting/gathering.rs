//! Gathering what waits, kind by kind.

use std::collections::HashMap;

use jiff::civil::Date;

use super::on_hand::{self, OnHand};
use super::{About, Gathered, Name, Waiting, frozen};
use crate::domain::access::Scope;
use crate::domain::calendar::day_of;
use crate::domain::deadline::Matter;
use crate::domain::licensee::attention::Attention;
use crate::domain::licensee::{Licensee, LicenseeNumber, LicenseeState};
use crate::domain::order::{Order, OrderNumber};
use crate::domain::said::Said;
use crate::domain::season::Season;
use crate::domain::segments::marks_in;
use crate::domain::tip::TipState;
use crate::domain::whereabouts::Whereabouts;
use crate::service::ServiceError;
use crate::service::cases::notices;
use crate::store::waiting::{Found, Orders};
use crate::store::{Tx, alert, case, ledger, tip, user, waiting};

/// Things of one kind that are gathered one by one.
const MOST: u32 = 50;

/// What has been gathered so far.
pub(super) struct Gathering {
    tx: Tx,
    scope: Scope,
    today: Date,
    /// What the licensee has on hand, once it was looked up.
    stock: Option<Vec<(Order, OnHand)>>,
    pub(super) gathered: Gathered,
}

impl Gathering {
    /// Nothing yet.
    pub(super) fn new(tx: Tx, scope: Scope, today: Date) -> Self {
        Self {
            tx,
            scope,
            today,
            stock: None,
            gathered: Gathered::default(),
        }
    }

    /// Gathers the oldest of a kind and counts all.
    pub(super) async fn gather(&mut self, matter: Matter) -> Result<(), ServiceError> {
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
            Matter::PackAgain => self.orders(matter, Orders::ToOpenAgain).await,
            Matter::PrintReport => self.orders(matter, Orders::ToPrint).await,
            Matter::Delivery => self.orders(matter, Orders::ToDeliver).await,
            Matter::Receipt => self.orders(matter, Orders::ToReceive).await,
            Matter::Destruction => self.orders(matter, Orders::ToDestroy).await,
            Matter::OrderClosing => self.orders(matter, Orders::ToClose).await,
            Matter::LotReport => self.lots().await,
            Matter::Activation | Matter::Use => self.on_hand(matter).await,
            Matter::Recall => self.recalled().await,
            Matter::Transfer => self.transfers().await,
            Matter::Frozen => self.frozen().await,
            Matter::Account => self.accounts().await,
            Matter::TipAcceptance => self.tips(matter, &[TipState::Received]).await,
            Matter::TipDecision => {
                let open = [TipState::Accepted, TipState::HandedOn];
                self.tips(matter, &open).await
            }
            Matter::Alert => self.alerts().await,
            Matter::Notice => self.notices().await,
            Matter::Answer => self.answers().await,
        }
    }

    fn add(
        &mut self,
        matter: Matter,
        about: About,
        name: impl Into<Name>,
        since: Date,
    ) -> &mut Waiting {
        let deadline = matter.deadline(since);
        self.gathered.things.push(Waiting {
            matter,
            about,
            name: name.into(),
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

    /// Labels that a licensee has on hand: not activated, or activated and not used.
    async fn on_hand(&mut self, matter: Matter) -> Result<u64, ServiceError> {
        let Some(licensee) = self.scope.licensee() else {
            return Ok(0);
        };
        let stock = match self.stock.take() {
            Some(stock) => stock,
            None => on_hand::of(&mut self.tx, licensee).await?,
        };
        let numbers: Vec<OrderNumber> = stock.iter().map(|(order, _)| order.number).collect();
        let began: &[&str] = match matter {
            Matter::Activation => &["received"],
            _ => &["activated"],
        };
        let begun = waiting::last_entries(&mut self.tx, &numbers, began).await?;
        let mut all = 0;
        for (order, on_hand) in &stock {
            let marks = match matter {
                Matter::Activation => on_hand.inactive,
                _ => on_hand.active,
            };
            if marks == 0 {
                continue;
            }
            all += 1;
            let since = begun.get(&order.number).unwrap_or(&order.placed_at);
            let name = order.placed.product.to_string();
            let about = About::Order(order.number);
            let waiting = self.add(matter, about, name, day_of(*since));
            waiting.marks = Some(marks);
        }
        self.stock = Some(stock);
        Ok(all)
    }

    /// Recalled lots of a licensee of which marks are still out.
    async fn recalled(&mut self) -> Result<u64, ServiceError> {
        let Some(licensee) = self.scope.licensee() else {
            return Ok(0);
        };
        let Found { oldest, all } = waiting::recalled_lots(&mut self.tx, licensee, MOST).await?;
        for lot in oldest {
            let recall = ledger::Filter {
                lot: Some(lot.number),
                kind: Some("lot_recalled".to_owned()),
                ..Default::default()
            };
            let recall = ledger::newest(&mut self.tx, &recall, None, 1).await?;
            let since = recall.first().map_or(lot.at, |entry| entry.at);
            let label = &lot.entered.public;
            let name = format!("{} {}", label.code, label.product);
            let about = About::Lot(lot.number);
            let waiting = self.add(Matter::Recall, about, name, day_of(since));
            waiting.marks = Some(lot.marks);
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

    async fn frozen(&mut self) -> Result<u64, ServiceError> {
        let still = frozen::still(&mut self.tx).await?;
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

    async fn tips(&mut self, matter: Matter, states: &[TipState]) -> Result<u64, ServiceError> {
        let Found { oldest, all } = tip::waiting(&mut self.tx, states, MOST).await?;
        for one in oldest {
            let about = About::Tip(one.number);
            let kind = one.new.kind;
            let name = Said::new(kind.english(), kind.chinese());
            self.add(matter, about, name, day_of(one.sent_at));
        }
        Ok(all)
    }

    async fn alerts(&mut self) -> Result<u64, ServiceError> {
        let Found { oldest, all } = alert::waiting(&mut self.tx, MOST).await?;
        for one in oldest {
            let about = About::Alert(one.number);
            let name = Said::new(one.kind.english(), one.kind.chinese());
            let waiting = self.add(Matter::Alert, about, name, day_of(one.raised_at));
            waiting.whose = one.licensee.map(|licensee| (licensee, String::new()));
        }
        Ok(all)
    }

    /// What the office told a licensee and has no answer to.
    async fn notices(&mut self) -> Result<u64, ServiceError> {
        let Some(licensee) = self.scope.licensee() else {
            return Ok(0);
        };
        let mut all = 0;
        for one in notices::of(&mut self.tx, licensee).await? {
            if let Some(last) = one.passed.last().filter(|_| one.waits_for_an_answer()) {
                all += 1;
                let about = About::Notice(one.case);
                self.add(Matter::Notice, about, String::new(), day_of(last.at));
            }
        }
        Ok(all)
    }

    /// What licensees answered.
    async fn answers(&mut self) -> Result<u64, ServiceError> {
        let found = case::answered(&mut self.tx, u32::MAX).await?;
        let all = found.len() as u64;
        for (number, step) in found.into_iter().take(MOST as usize) {
            let title = case::get(&mut self.tx, number).await?;
            let title = title.map_or_else(String::new, |case| case.title.to_string());
            let about = About::Case(number);
            let waiting = self.add(Matter::Answer, about, title, day_of(step.at));
            waiting.whose = step.licensee().map(|licensee| (licensee, String::new()));
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
        | Orders::ToOpenAgain
        | Orders::ToClose => order.placed.quantity.get().into(),
        Orders::ToPrint => at(Whereabouts::Unreported),
        Orders::ToDeliver => at(Whereabouts::AtPrinter),
        Orders::ToReceive => at(Whereabouts::InTransit),
        Orders::ToDestroy => order.counts.to_be_destroyed().into(),
    }
}
