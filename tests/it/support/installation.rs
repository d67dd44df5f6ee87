//! A whole installation in a folder that goes away: keys, a database, and the steps that stories begin with.

use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;
use yuanmark::domain::access::Scope;
use yuanmark::domain::area::Area;
use yuanmark::domain::code::Code;
use yuanmark::domain::entitlement::Account;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::form::Form;
use yuanmark::domain::ledger::entry::Destruction;
use yuanmark::domain::licensee::{LegalBasis, Licensee, LicenseeState, NewLicensee, Particulars};
use yuanmark::domain::lot::{Lot, LotLabel, LotNumber, NewLot, TestReport, TestResult};
use yuanmark::domain::mark::{MarkCount, MarkId, MarkIndex};
use yuanmark::domain::order::{Batch, NewOrder, Order};
use yuanmark::domain::printer::{NewPrinter, Printer};
use yuanmark::domain::season::Season;
use yuanmark::domain::serial::Serial;
use yuanmark::domain::text::Line;
use yuanmark::domain::township::Township;
use yuanmark::domain::uscc::Uscc;
use yuanmark::keystore::KeyFolder;
use yuanmark::service::desk::Call;
use yuanmark::service::issue::{self, Issue};
use yuanmark::service::keys::{self, LiveKeys};
use yuanmark::service::marks::{self, Change, Changed, Which};
use yuanmark::service::{ServiceError, entitlements, licensees, lots, orders, printers};
use yuanmark::store::Store;

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

/// A call without a name for the request.
pub fn call(by: &str, now: Timestamp) -> Call {
    Call::new(line(by), now)
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

    /// A licensee whose right is in force, with 100,000 mu for every form: more than enough for any story.
    pub async fn licensee(&self, number: usize) -> Licensee {
        let name = line(&format!("虚构芦笋企业 {number}"));
        let mut particulars = Particulars::new(name, LegalBasis::GiProduct);
        particulars.forms = Form::ALL.into_iter().collect();
        let township = Township::from_text("006").unwrap();
        particulars.areas = [(township, Area::from_text("700000").unwrap())].into();
        let new = NewLicensee {
            uscc: Uscc::new(USCCS[number]).unwrap(),
            particulars,
            state: LicenseeState::Active,
            date: "2026-01-05".parse().unwrap(),
            document: Some(line("公告2026年第1号")),
        };
        licensees::enter(&self.store, &call("test", morning()), new)
            .await
            .unwrap()
    }

    /// An order for canned shoots of 2026, approved.
    pub async fn order(&self, licensee: &Licensee, quantity: u32) -> Order {
        self.order_of_season(licensee, quantity, 2026).await
    }

    /// An order, approved; of an earlier season, it is placed on 2 April of that year.
    pub async fn order_of_season(&self, licensee: &Licensee, quantity: u32, season: u16) -> Order {
        let now: Timestamp = format!("{season}-04-02T08:00:00+08:00").parse().unwrap();
        let (form, season) = (Form::Canned, Season::new(season).unwrap());
        let account = Account {
            licensee: licensee.number,
            season,
            form,
        };
        let known = entitlements::list(
            &self.store,
            Scope::All,
            Some(licensee.number),
            Some(season),
            None,
            7,
        )
        .await
        .unwrap();
        if known.is_empty() {
            let area = Area::from_text("100000").unwrap();
            let document = line("测产2026-1");
            entitlements::grant(
                &self.store,
                &call("test", now),
                account,
                area,
                425,
                document,
            )
            .await
            .unwrap();
        }
        let new = NewOrder {
            licensee: licensee.number,
            season,
            form,
            product: line("清水芦笋罐头 425 g"),
            quantity: MarkCount::new(quantity).unwrap(),
            market: None,
        };
        let order = orders::place(&self.store, &call("test", now), new)
            .await
            .unwrap();
        orders::approve(&self.store, &call("test", now), order.number, None)
            .await
            .unwrap()
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

    /// The same, of labels that carry hidden codes.
    pub async fn issue_hidden(&self, order: &Order, idempotency_key: &str) -> Batch {
        let new = Issue {
            order: order.number,
            has_hidden_codes: true,
            idempotency_key: line(idempotency_key),
            actor: line("test"),
        };
        let issued = issue::issue(&self.store, &self.keys, &new, morning()).await;
        issued.unwrap().batch
    }

    /// The hidden code of a mark, as printed.
    pub fn hidden_code(&self, batch: &Batch, place: u32) -> String {
        self.keys.secrets.hidden.hidden_code(MarkId {
            batch: batch.number,
            index: index(place),
        })
    }

    /// The printer of this installation; entered when it is first asked for.
    pub async fn printer(&self) -> Printer {
        let known = printers::list(&self.store, Scope::All, None, 1)
            .await
            .unwrap();
        if let Some(printer) = known.into_iter().next() {
            return printer;
        }
        let new = NewPrinter {
            name: line("虚构彩印有限公司"),
            uscc: Uscc::new("51430981MJJTEXT52T").unwrap(),
            licence: line("印证字001号"),
        };
        printers::enter(&self.store, &call("test", morning()), new)
            .await
            .unwrap()
    }

    /// A licensee, an order and its batch, whose labels are printed, delivered and received.
    pub async fn batch(&self, count: u32) -> Batch {
        let licensee = self.licensee(0).await;
        let order = self.order(&licensee, count).await;
        let batch = self.issue(&order, "first").await.unwrap().batch;
        self.deliver(&batch).await;
        batch
    }

    /// Releases the data pack of a batch; all its labels are printed, delivered and received.
    pub async fn deliver(&self, batch: &Batch) {
        let printer = self.printer().await;
        self.deliver_by(batch, &printer).await;
    }

    /// The same, by this printer.
    pub async fn deliver_by(&self, batch: &Batch, printer: &Printer) {
        let now = batch.issued_at;
        let by = call("test", now);
        orders::assign(&self.store, &by, batch.order, printer.number)
            .await
            .unwrap();
        orders::release(&self.store, &by, batch.order, line("收件人"), None)
            .await
            .unwrap();
        for event in [
            EventKind::Printed,
            EventKind::Delivered,
            EventKind::Received,
        ] {
            self.change(batch, event, "", now).await.unwrap();
        }
    }

    /// A lot for the marks of a batch that has passed its test; the first one that was made for it, if there is one.
    pub async fn lot(&self, batch: &Batch, now: Timestamp) -> LotNumber {
        let lots = lots::list(
            &self.store,
            Scope::All,
            Some(batch.licensee),
            Some(batch.season),
            None,
            100,
        )
        .await
        .unwrap();
        let fits = |lot: &&Lot| lot.entered.public.form == batch.form && lot.may_activate().is_ok();
        if let Some(lot) = lots.iter().find(fits) {
            return lot.number;
        }
        let day = format!("{}-04-01", batch.season.year());
        let code = format!("L-{}", lots.len() + 1);
        let new = NewLot {
            licensee: batch.licensee,
            public: LotLabel {
                code: line(&code),
                product: line("清水芦笋罐头 425 g"),
                form: batch.form,
                season: batch.season,
                harvested: day.parse().unwrap(),
                township: Township::from_text("006").unwrap(),
                standard: line("示例标准 2026"),
                certificate: None,
            },
            packs: Lot::MOST_PACKS,
            steps: Vec::new(),
        };
        // Of a season that has not begun by `now`, it is entered on the day of its harvest.
        let harvest: Timestamp = format!("{day}T08:00:00+08:00").parse().unwrap();
        let by = call("test", now.max(harvest));
        let lot = lots::enter(&self.store, &by, new).await.unwrap();
        let report = TestReport {
            laboratory: line("虚构检验所"),
            number: line("检验2026-017"),
            date: day.parse().unwrap(),
            result: TestResult::Passed,
            file: None,
        };
        lots::report(&self.store, &by, lot.number, report)
            .await
            .unwrap()
            .number
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

    /// Gives the licensee of a batch a telephone number for the public.
    pub async fn set_hotline(&self, batch: &Batch, number: &str) {
        let firm = licensees::get(&self.store, Scope::All, batch.licensee)
            .await
            .unwrap();
        let mut file = firm.particulars.clone();
        file.contact.hotline = Some(line(number));
        let by = call("test", morning());
        licensees::file(&self.store, &by, firm.number, firm.revision, file)
            .await
            .unwrap();
    }

    /// Writes down an event for the marks that the lines name; for all of the batch if they are empty. Marks are activated
    /// for a lot that has passed its test; destruction has its witnesses.
    pub async fn change(
        &self,
        batch: &Batch,
        event: EventKind,
        lines: &str,
        now: Timestamp,
    ) -> Result<Changed, ServiceError> {
        let which = if lines.is_empty() {
            Which::All
        } else {
            Which::Lines(lines)
        };
        let mut change = Change::new(event, which, Some(batch.number));
        change.reason = Some(line("for the story"));
        if event == EventKind::Activated {
            change.lot = Some(self.lot(batch, now).await);
        }
        if event == EventKind::Withdrawn(Withdrawal::Destroyed) {
            let date = yuanmark::domain::calendar::day_of(now);
            let witnesses = (line("证人甲"), line("证人乙"));
            change.destruction = Some(Destruction { date, witnesses });
        }
        marks::change(&self.store, &self.keys, &call("clerk", now), &change).await
    }
}
