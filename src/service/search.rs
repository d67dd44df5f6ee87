//! One box for everything: what a person types or scans, read in every way in which it can mean something, and looked
//! for within what that person may see. What lies outside is not found, as if it were not there.

use super::keys::LiveKeys;
use super::{ServiceError, seen, verify};
use crate::domain::access::{Permission as P, Principal, Scope};
use crate::domain::container::{Container, ContainerNumber};
use crate::domain::document::{AddedDocument, DocumentNumber};
use crate::domain::input::Input;
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::domain::order::{Batch, Order, OrderNumber};
use crate::domain::printer::{Printer, PrinterNumber};
use crate::domain::serial::Serial;
use crate::domain::text::{Line, half_width};
use crate::domain::tip::{Ticket, Tip, TipNumber};
use crate::store::search::{self, Wanted};
use crate::store::{Store, Tx, tip};

/// Things of one kind that are told; who gets more adds a word.
pub const MOST: u32 = 20;
/// Digits from which on a number may be a part of a credit code; shorter ones would be found in every second.
const DIGITS_OF_CODE: usize = 6;

/// Something that was found.
#[derive(Clone, Debug)]
pub enum Hit {
    /// A mark, by its code, its serial, or batch and index.
    Mark {
        /// Its serial.
        serial: Serial,
        /// Where it is in its batch.
        mark: MarkId,
        /// What it was ordered for.
        order: Box<Order>,
    },
    /// A licensee.
    Licensee(Box<Licensee>),
    /// An order.
    Order(Box<Order>),
    /// A batch.
    Batch(Box<Batch>),
    /// A lot.
    Lot(Box<Lot>),
    /// A roll or box.
    Container(Box<Container>),
    /// A document.
    Document(Box<AddedDocument>),
    /// A printer.
    Printer(Box<Printer>),
    /// What somebody told of a suspect pack, by its number or ticket.
    Tip(Box<Tip>),
}

/// What is odd about a code that was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// It is written like one of ours, but none of our keys has signed it.
    NotSigned,
    /// One of our keys has signed it, but no batch accounts for it: a key has leaked, or the database lost a batch.
    NotIssued,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// All of it, by kind.
    pub hits: Vec<Hit>,
    /// Whether there is more of some kind.
    pub is_cut: bool,
    /// What is odd about a code, for people who see everything.
    pub oddity: Option<Oddity>,
}

impl Found {
    /// What was found, if it is one thing.
    pub fn only(&self) -> Option<&Hit> {
        match &self.hits[..] {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// Looks for what somebody typed or scanned, within what they may see.
///
/// # Errors
/// If the database does not answer.
pub async fn find(
    store: &Store,
    keys: &LiveKeys,
    who: &Principal,
    text: &str,
) -> Result<Found, ServiceError> {
    let mut search = Search {
        tx: store.read().await?,
        keys,
        who,
        scope: who.user.scope,
        found: Found::default(),
    };
    let text = text.trim();
    if text.is_empty() || text.len() > Input::LONGEST {
        return Ok(search.found);
    }
    match Input::read(text) {
        // A code is nothing else besides.
        Some(Input::Code(code)) => {
            search.code(&code).await?;
            return Ok(search.found);
        }
        Some(Input::Serial(serial)) => {
            if let Some(mark) = keys.secrets.serial.mark(serial) {
                search.mark(mark).await?;
                return Ok(search.found);
            }
            // A ticket is written as a serial is.
            search.ticket(text).await?;
        }
        None => {}
    }
    // What cannot stand in a line of text stands in none of ours, and not every database takes it.
    if let Ok(line) = Line::new("search", text) {
        search.words(line.as_str()).await?;
    }
    Ok(search.found)
}

struct Search<'a> {
    tx: Tx,
    keys: &'a LiveKeys,
    who: &'a Principal,
    scope: Scope,
    found: Found,
}

impl Search<'_> {
    async fn code(&mut self, code: &crate::domain::code::Code) -> Result<(), ServiceError> {
        let payload = code.payload();
        let oddity = if self.keys.ring().signer_of(code).is_none() {
            Oddity::NotSigned
        } else if verify::issued(&mut self.tx, payload.mark, Some(payload))
            .await?
            .is_none()
        {
            Oddity::NotIssued
        } else {
            return self.mark(payload.mark).await;
        };
        self.found.oddity = Some(oddity).filter(|_| self.scope == Scope::All);
        Ok(())
    }

    async fn mark(&mut self, mark: MarkId) -> Result<(), ServiceError> {
        if !self.who.may(P::MarkRead) {
            return Ok(());
        }
        let seen = seen::batch_of_order(&mut self.tx, self.scope, mark.batch).await?;
        if let Some((batch, order)) = seen
            && batch.count.has(mark.index)
        {
            self.found.hits.push(Hit::Mark {
                serial: self.keys.secrets.serial.serial(mark),
                mark,
                order: Box::new(order),
            });
        }
        Ok(())
    }

    async fn ticket(&mut self, text: &str) -> Result<(), ServiceError> {
        if !self.may_read_tips() {
            return Ok(());
        }
        if let Some(ticket) = Ticket::read(text) {
            let found = tip::by_ticket(&mut self.tx, &ticket.digest()).await?;
            let hits = found.map(|tip| Hit::Tip(Box::new(tip)));
            self.found.hits.extend(hits);
        }
        Ok(())
    }

    /// Tips are the office's alone.
    fn may_read_tips(&self) -> bool {
        self.who.may(P::TipRead) && self.scope == Scope::All
    }

    async fn words(&mut self, text: &str) -> Result<(), ServiceError> {
        if let Some(mark) = mark_of(text) {
            self.mark(mark).await?;
        }
        let number = Numbered::read(text);
        if let Some(number) = &number {
            self.numbered(number).await?;
        }
        let is_bare = number.as_ref().is_some_and(|number| number.kinds.len() > 1);
        let is_named = number.is_some_and(|number| number.kinds.len() == 1);
        let wanted = if is_bare {
            Wanted::Exactly(text)
        } else {
            Wanted::Part(text)
        };
        if !is_named && (!is_bare || text.len() >= DIGITS_OF_CODE) {
            self.firms(Wanted::Part(text)).await?;
        }
        if self.who.may(P::LotRead) {
            let found = search::lots(&mut self.tx, wanted, self.scope, MOST + 1).await?;
            self.add(found, |lot| Hit::Lot(Box::new(lot)));
        }
        if self.who.may(P::ContainerRead) {
            let found = search::containers(&mut self.tx, wanted, self.scope, MOST + 1).await?;
            self.add(found, |container| Hit::Container(Box::new(container)));
        }
        self.found.hits.sort_by_key(Hit::place);
        Ok(())
    }

    async fn firms(&mut self, wanted: Wanted<'_>) -> Result<(), ServiceError> {
        if self.who.may(P::LicenseeRead) {
            let found = search::licensees(&mut self.tx, wanted, self.scope, MOST + 1).await?;
            self.add(found, |licensee| Hit::Licensee(Box::new(licensee)));
        }
        if self.who.may(P::PrinterRead) {
            let found = search::printers(&mut self.tx, wanted, self.scope, MOST + 1).await?;
            self.add(found, |printer| Hit::Printer(Box::new(printer)));
        }
        Ok(())
    }

    /// What has this number of its own.
    async fn numbered(&mut self, number: &Numbered) -> Result<(), ServiceError> {
        for kind in number.kinds {
            let found = self.at(*kind, number.number).await?;
            self.found.hits.extend(found);
        }
        Ok(())
    }

    async fn at(&mut self, kind: Kind, number: u32) -> Result<Option<Hit>, ServiceError> {
        if !self.who.may(kind.permission()) {
            return Ok(None);
        }
        let (tx, scope) = (&mut self.tx, self.scope);
        Ok(match kind {
            Kind::Order => seen::order(tx, scope, OrderNumber(number))
                .await?
                .map(|order| Hit::Order(Box::new(order))),
            Kind::Batch => match BatchNumber::new(number) {
                Some(number) => seen::batch_of_order(tx, scope, number)
                    .await?
                    .map(|(batch, _)| Hit::Batch(Box::new(batch))),
                None => None,
            },
            Kind::Licensee => match u16::try_from(number) {
                Ok(number) => seen::licensee(tx, scope, LicenseeNumber(number))
                    .await?
                    .map(|licensee| Hit::Licensee(Box::new(licensee))),
                Err(_) => None,
            },
            Kind::Lot => seen::lot(tx, scope, LotNumber(number))
                .await?
                .map(|lot| Hit::Lot(Box::new(lot))),
            Kind::Container => seen::container(tx, scope, ContainerNumber(number))
                .await?
                .map(|container| Hit::Container(Box::new(container))),
            Kind::Document => seen::document(tx, scope, DocumentNumber(number))
                .await?
                .map(|document| Hit::Document(Box::new(document))),
            Kind::Printer => seen::printer(tx, scope, PrinterNumber(number))
                .await?
                .map(|printer| Hit::Printer(Box::new(printer))),
            Kind::Tip if scope == Scope::All => tip::get(tx, TipNumber(number))
                .await?
                .map(|tip| Hit::Tip(Box::new(tip))),
            Kind::Tip => None,
        })
    }

    /// Adds what was found and is not there yet.
    fn add<T>(&mut self, found: Vec<T>, hit: impl Fn(T) -> Hit) {
        self.found.is_cut |= found.len() > MOST as usize;
        for one in found.into_iter().take(MOST as usize).map(hit) {
            if !self
                .found
                .hits
                .iter()
                .any(|known| known.place() == one.place())
            {
                self.found.hits.push(one);
            }
        }
    }
}

impl Hit {
    /// Where it stands among all hits; two of the same place are the same thing.
    fn place(&self) -> (u8, std::cmp::Reverse<u64>) {
        let (kind, number): (u8, u64) = match self {
            Self::Mark { mark, .. } => (
                0,
                u64::from(mark.batch.get()) << 24 | u64::from(mark.index.get()),
            ),
            Self::Licensee(licensee) => (1, licensee.number.0.into()),
            Self::Order(order) => (2, order.number.0.into()),
            Self::Batch(batch) => (3, batch.number.get().into()),
            Self::Lot(lot) => (4, lot.number.0.into()),
            Self::Container(container) => (5, container.number.0.into()),
            Self::Document(added) => (6, added.document.number.0.into()),
            Self::Printer(printer) => (7, printer.number.0.into()),
            Self::Tip(tip) => (8, tip.number.0.into()),
        };
        (kind, std::cmp::Reverse(number))
    }
}

/// What has numbers of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Order,
    Batch,
    Licensee,
    Lot,
    Container,
    Document,
    Printer,
    Tip,
}

impl Kind {
    const ALL: &'static [Self] = &[
        Self::Order,
        Self::Batch,
        Self::Licensee,
        Self::Lot,
        Self::Container,
        Self::Document,
        Self::Printer,
        Self::Tip,
    ];

    const fn permission(self) -> P {
        match self {
            Self::Order => P::OrderRead,
            Self::Batch => P::BatchRead,
            Self::Licensee => P::LicenseeRead,
            Self::Lot => P::LotRead,
            Self::Container => P::ContainerRead,
            Self::Document => P::DocumentRead,
            Self::Printer => P::PrinterRead,
            Self::Tip => P::TipRead,
        }
    }
}

/// Words that stand before a number and say what it is the number of.
const NAMED: [(&[&str], &[Kind]); 8] = [
    (&["订单", "印制订单", "order"], &[Kind::Order]),
    (&["批", "标志批", "batch"], &[Kind::Batch]),
    (&["使用人", "合法使用人", "licensee"], &[Kind::Licensee]),
    (&["批次", "生产批次", "lot"], &[Kind::Lot]),
    (
        &["卷箱", "箱", "卷", "container", "box", "roll"],
        &[Kind::Container],
    ),
    (&["文件", "档案", "document"], &[Kind::Document]),
    (&["承印方", "printer"], &[Kind::Printer]),
    (&["线索", "举报线索", "tip"], &[Kind::Tip]),
];

/// A number, and what it may be the number of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Numbered {
    number: u32,
    kinds: &'static [Kind],
}

impl Numbered {
    /// Reads `12`, `订单 12`, `lot #3`, `第 12 批`.
    fn read(text: &str) -> Option<Self> {
        let plain: String = text.chars().map(half_width).collect();
        let plain = plain.to_ascii_lowercase();
        let plain = plain.trim_end_matches('号').trim();
        if let Some(inside) = plain
            .strip_prefix('第')
            .and_then(|rest| rest.strip_suffix('批'))
        {
            let number = inside.trim().parse().ok()?;
            let kinds = &[Kind::Batch];
            return Some(Self { number, kinds });
        }
        let begin = plain.find(|letter: char| letter.is_ascii_digit())?;
        let (word, digits) = plain.split_at(begin);
        let number = digits.parse().ok()?;
        let word =
            word.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '#' | ':'));
        if word.is_empty() {
            let kinds = Kind::ALL;
            return Some(Self { number, kinds });
        }
        let (_, kinds) = NAMED.iter().find(|(words, _)| words.contains(&word))?;
        Some(Self { number, kinds })
    }
}

/// A mark as tables write it, batch and index: `1-4031`.
fn mark_of(text: &str) -> Option<MarkId> {
    let (batch, index) = text.split_once('-')?;
    Some(MarkId {
        batch: BatchNumber::new(batch.parse().ok()?)?,
        index: MarkIndex::new(index.parse().ok()?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_with_what_it_is_the_number_of() {
        let one = |kind| (12, vec![kind]);
        for (text, expected) in [
            ("订单12", one(Kind::Order)),
            ("印制订单 １２ 号", one(Kind::Order)),
            ("Order #12", one(Kind::Order)),
            ("第 12 批", one(Kind::Batch)),
            ("批次：12", one(Kind::Lot)),
            ("箱 12", one(Kind::Container)),
            ("线索12", one(Kind::Tip)),
            ("12", (12, Kind::ALL.to_vec())),
        ] {
            let read = Numbered::read(text).unwrap();
            assert_eq!((read.number, read.kinds.to_vec()), expected, "{text}");
        }
        for text in ["", "L-12", "卷卷", "12a", "99999999999", "沅江 12"] {
            assert_eq!(Numbered::read(text), None, "{text}");
        }
        assert_eq!(mark_of("1-4031").unwrap().to_string(), "1-4031");
        assert_eq!(mark_of("L-1"), None);
        assert_eq!(mark_of("1-16777216"), None);
    }
}
