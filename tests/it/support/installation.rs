//! A whole installation in a folder that goes away: keys, a database, and the steps that stories begin with.

use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;
use yuanmark::domain::code::Code;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::{LegalBasis, Licensee};
use yuanmark::domain::mark::{MarkCount, MarkId, MarkIndex};
use yuanmark::domain::order::{Batch, Order};
use yuanmark::domain::season::Season;
use yuanmark::domain::serial::Serial;
use yuanmark::domain::text::Line;
use yuanmark::domain::uscc::Uscc;
use yuanmark::keystore::KeyFolder;
use yuanmark::service::issue::{self, Issue};
use yuanmark::service::keys::{self, LiveKeys};
use yuanmark::service::marks::{self, Change, Changed};
use yuanmark::service::{ServiceError, licensees, orders};
use yuanmark::store::Store;
use yuanmark::store::order::NewOrder;

use super::databases::TestDatabase;

/// Sample codes that pass the check and belong to nobody.
pub const USCCS: [&str; 4] = [
    "91430981MA4TEXT1XY",
    "91430981MA4TEXT28Y",
    "93430981MA4TEXT36K",
    "92430981MA4TEXT44H",
];

/// When stories begin: 2026-04-02 08:00 in Beijing.
pub fn morning() -> Timestamp {
    "2026-04-02T08:00:00+08:00".parse().unwrap()
}

pub fn line(text: &str) -> Line {
    Line::new("text", text).unwrap()
}

pub fn index(index: u32) -> MarkIndex {
    MarkIndex::new(index).unwrap()
}

pub struct Installation {
    pub database: TestDatabase,
    pub store: Store,
    pub keys: Arc<LiveKeys>,
    pub folder: TempDir,
}

impl Installation {
    /// With one signing key, made on 1 January 2026, and an empty ledger.
    pub async fn new(database: TestDatabase) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key_folder = KeyFolder::new(folder.path().join("keys"));
        keys::make(
            &key_folder,
            None,
            None,
            "2026-01-01T00:00:00Z".parse().unwrap(),
        )
        .unwrap();
        Self {
            store: database.open().await,
            keys: Arc::new(LiveKeys::open(key_folder, None).unwrap()),
            database,
            folder,
        }
    }

    /// One on each kind of database.
    pub async fn both() -> [Self; 2] {
        let [sqlite, postgres] = TestDatabase::both().await;
        [Self::new(sqlite).await, Self::new(postgres).await]
    }

    pub async fn licensee(&self, number: usize) -> Licensee {
        let name = line(&format!("虚构芦笋企业 {number}"));
        let uscc = Uscc::new(USCCS[number]).unwrap();
        licensees::add(&self.store, &name, &uscc, LegalBasis::GiProduct, morning())
            .await
            .unwrap()
    }

    pub async fn order(&self, licensee: &Licensee, quantity: u32) -> Order {
        self.order_of_season(licensee, quantity, 2026).await
    }

    pub async fn order_of_season(&self, licensee: &Licensee, quantity: u32, season: u16) -> Order {
        let new = NewOrder {
            licensee: licensee.number,
            season: Season::new(season).unwrap(),
            form: Form::Canned,
            product: line("清水芦笋罐头 425 g"),
            quantity: MarkCount::new(quantity).unwrap(),
            actor: line("test"),
        };
        orders::place(&self.store, new, morning()).await.unwrap()
    }

    pub async fn issue(
        &self,
        order: &Order,
        idempotency_key: &str,
    ) -> Result<issue::Issued, ServiceError> {
        self.issue_at(order, idempotency_key, morning()).await
    }

    pub async fn issue_at(
        &self,
        order: &Order,
        idempotency_key: &str,
        now: Timestamp,
    ) -> Result<issue::Issued, ServiceError> {
        let new = Issue {
            order: order.number,
            has_hidden_codes: false,
            idempotency_key: line(idempotency_key),
            actor: line("test"),
        };
        issue::issue(&self.store, &self.keys, &new, now).await
    }

    /// A licensee, an order and its batch.
    pub async fn batch(&self, count: u32) -> Batch {
        let licensee = self.licensee(0).await;
        let order = self.order(&licensee, count).await;
        self.issue(&order, "first").await.unwrap().batch
    }

    pub fn code(&self, batch: &Batch, place: u32) -> Code {
        let mark = MarkId {
            batch: batch.number,
            index: index(place),
        };
        let signing = self.keys.signing_key(batch.key).unwrap();
        batch.payload(mark).unwrap().sign(&signing)
    }

    pub fn serial(&self, batch: &Batch, place: u32) -> Serial {
        self.keys.secrets.serial.serial(MarkId {
            batch: batch.number,
            index: index(place),
        })
    }

    /// Writes down an event for the marks that the lines name; for all of the batch if they are empty.
    pub async fn change(
        &self,
        batch: &Batch,
        kind: EventKind,
        lines: &str,
        now: Timestamp,
    ) -> Result<Changed, ServiceError> {
        let (actor, reason) = (line("clerk"), line("for the story"));
        let change = Change {
            kind,
            lines: (!lines.is_empty()).then_some(lines),
            batch: Some(batch.number),
            skip_bad: false,
            actor: &actor,
            reason: Some(&reason),
            document: None,
        };
        marks::change(&self.store, &self.keys.secrets.serial, &change, now).await
    }
}
