//! An installation of any size: what the program itself writes where that is quick enough, rows that look the same where
//! it is not.

use std::path::PathBuf;

use clap::Args;
use jiff::{Timestamp, civil};
use serde_json::json;
use sqlx::AssertSqlSafe;
use yuanmark::domain::area::Area;
use yuanmark::domain::calendar::day_of;
use yuanmark::domain::entitlement::Account;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::{
    LegalBasis, LicenseeNumber, LicenseeState, NewLicensee, Particulars,
};
use yuanmark::domain::lot::{LotLabel, LotNumber, NewLot, TestReport, TestResult};
use yuanmark::domain::mark::MarkCount;
use yuanmark::domain::order::{Batch, NewOrder};
use yuanmark::domain::printer::{NewPrinter, PrinterNumber};
use yuanmark::domain::season::Season;
use yuanmark::domain::text::Line;
use yuanmark::domain::township::Township;
use yuanmark::domain::uscc::Uscc;
use yuanmark::keystore::KeyFolder;
use yuanmark::service::desk::Call;
use yuanmark::service::issue::{self, Issue};
use yuanmark::service::keys::{self, LiveKeys};
use yuanmark::service::marks::{self, Change, Which};
use yuanmark::service::{entitlements, licensees, lots, orders, printers};
use yuanmark::store::{DatabaseUrl, Store, migrate};

use super::layout::Layout;

#[derive(Args)]
pub struct Fill {
    #[command(flatten)]
    layout: Layout,
    /// Empty
    #[arg(long)]
    database: DatabaseUrl,
    /// Made if it is not there
    #[arg(long)]
    keys: PathBuf,
}

/// Its canned goods are in the market for some years.
const SEASON: u16 = 2026;
/// So many batches the program itself issues; if there are more, they are copies of the first.
const ISSUED: u32 = 20;
/// What is reported of a batch comes in so many equal ranges; the last of them is withdrawn.
const RANGES: u32 = 20;
/// Scans before the measurement came so far apart, in microseconds.
const BETWEEN_SCANS: i64 = 1_000_000;

impl Fill {
    pub async fn run(self) {
        let now = Timestamp::now();
        let folder = KeyFolder::new(self.keys.clone());
        if !self.keys.exists() {
            keys::make(&folder, None, None, now).unwrap();
        }
        let keys = LiveKeys::open(folder, None).unwrap();
        let store = Store::connect_or_create(&self.database).await.unwrap();
        migrate::run(&store).await.unwrap();
        let office = Office {
            store: &store,
            keys: &keys,
            by: Call::new(line("bench"), now),
            layout: self.layout,
        };
        let licensee = office.enter_people().await;
        // A season's land has no room for a billion marks: copies stand for other licensees' and other years'.
        let issued = match self.layout.batches {
            few @ ..=ISSUED => few,
            _ => 1,
        };
        for number in 1..=issued {
            office.issue(licensee, number).await;
        }
        if issued < self.layout.batches {
            copy_batches(&store, self.layout).await;
        }
        scan(&store, self.layout, now).await;
        let told = json!({
            "marks": u64::from(self.layout.batches) * u64::from(self.layout.marks),
            "events": count(&store, "SELECT count(*) FROM range_events").await,
            "scans": count(&store, "SELECT count(*) FROM scans").await,
        });
        settle(&store).await;
        store.close().await;
        println!("{told}");
    }
}

fn line(text: &str) -> Line {
    Line::new("text", text).unwrap()
}

/// Those who work with marks.
struct Office<'a> {
    store: &'a Store,
    keys: &'a LiveKeys,
    by: Call,
    layout: Layout,
}

impl Office<'_> {
    /// A licensee with the largest entitlement there is, and a printer.
    async fn enter_people(&self) -> LicenseeNumber {
        let area = Area::MAX;
        let mut particulars = Particulars::new(line("虚构芦笋企业"), LegalBasis::Both);
        particulars.forms = [Form::Canned].into();
        particulars.areas = [(Township::from_text("006").unwrap(), area)].into();
        let new = NewLicensee {
            uscc: Uscc::new("91430981MA4TEXT1XY").unwrap(),
            particulars,
            state: LicenseeState::Active,
            date: day_of(self.by.at),
            document: Some(line("公告2026年第1号")),
        };
        let licensee = licensees::enter(self.store, &self.by, new)
            .await
            .unwrap()
            .number;
        let account = Account {
            licensee,
            season: Season::new(SEASON).unwrap(),
            form: Form::Canned,
        };
        let document = line("测产2026-1");
        entitlements::grant(self.store, &self.by, account, area, 425, document)
            .await
            .unwrap();
        let new = NewPrinter {
            name: line("虚构彩印有限公司"),
            uscc: Uscc::new("51430981MJJTEXT52T").unwrap(),
            licence: line("印证字001号"),
        };
        printers::enter(self.store, &self.by, new).await.unwrap();
        licensee
    }

    /// A batch from its order to its use, range by range; the last range is withdrawn.
    async fn issue(&self, licensee: LicenseeNumber, number: u32) {
        let new = NewOrder {
            licensee,
            season: Season::new(SEASON).unwrap(),
            form: Form::Canned,
            product: line("清水芦笋罐头 425 g"),
            quantity: MarkCount::new(self.layout.marks).unwrap(),
            market: None,
        };
        let order = orders::place(self.store, &self.by, new)
            .await
            .unwrap()
            .number;
        orders::approve(self.store, &self.by, order, None)
            .await
            .unwrap();
        let new = Issue {
            order,
            has_hidden_codes: false,
            idempotency_key: line(&format!("bench {number}")),
            actor: line("bench"),
        };
        let issued = issue::issue(self.store, self.keys, &new, self.by.at);
        let batch = issued.await.unwrap().batch;
        orders::assign(self.store, &self.by, order, PrinterNumber(1))
            .await
            .unwrap();
        orders::release(self.store, &self.by, order, line("收件人"), None)
            .await
            .unwrap();
        let lot = self.lot(&batch).await;
        let size = self.layout.marks / RANGES;
        for range in 0..RANGES {
            let lines = format!("{}-{}", range * size, (range + 1) * size - 1);
            let last = match range + 1 {
                RANGES => EventKind::Withdrawn(Withdrawal::Revoked),
                _ => EventKind::Used,
            };
            for event in [
                EventKind::Printed,
                EventKind::Delivered,
                EventKind::Received,
                EventKind::Activated,
                last,
            ] {
                let mut change = Change::new(event, Which::Lines(&lines), Some(batch.number));
                change.lot = (event == EventKind::Activated).then_some(lot);
                change.reason = Some(line("示例"));
                marks::change(self.store, self.keys, &self.by, &change)
                    .await
                    .unwrap();
            }
        }
    }

    /// A lot that has passed its test.
    async fn lot(&self, batch: &Batch) -> LotNumber {
        let new = NewLot {
            licensee: batch.licensee,
            public: LotLabel {
                code: line(&format!("L-{}", batch.number.get())),
                product: line("清水芦笋罐头 425 g"),
                form: batch.form,
                season: batch.season,
                harvested: civil::date(SEASON.cast_signed(), 4, 1),
                township: Township::from_text("006").unwrap(),
                standard: line("示例标准 2026"),
                certificate: None,
            },
            packs: self.layout.marks,
            steps: Vec::new(),
        };
        let lot = lots::enter(self.store, &self.by, new).await.unwrap().number;
        let report = TestReport {
            laboratory: line("虚构检验所"),
            number: line("检验报告2026-017"),
            date: civil::date(SEASON.cast_signed(), 4, 10),
            result: TestResult::Passed,
            file: None,
        };
        lots::report(self.store, &self.by, lot, report)
            .await
            .unwrap();
        lot
    }
}

/// Copies the first batch with its order and its events under the numbers that follow. Entries of the ledger are not
/// copied: a check reads none.
async fn copy_batches(store: &Store, layout: Layout) {
    let last = layout.batches;
    let numbers = format!(
        "WITH RECURSIVE copies (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM copies WHERE n < {last}) "
    );
    let order = "INSERT INTO orders (number, licensee, printer, season, form, state, quantity, body, unreported, \
         at_printer, in_transit, on_hand, used, to_be_destroyed, good, delivered) ";
    let copied = "SELECT n, licensee, printer, season, form, state, quantity, \
         replace(replace(body, '{\"number\":1,', '{\"number\":' || CAST(n AS TEXT) || ','), '\"batch\":1,', \
         '\"batch\":' || CAST(n AS TEXT) || ','), unreported, at_printer, in_transit, on_hand, used, to_be_destroyed, \
         good, delivered FROM copies JOIN orders ON number = 1";
    let batch = "INSERT INTO batches (number, order_number, key_id, licensee, season, form, count, has_hidden_codes, \
         issued_at, actor, idempotency_key) ";
    let copied_batch = "SELECT n, n, key_id, licensee, season, form, count, has_hidden_codes, issued_at, actor, \
         'bench ' || CAST(n AS TEXT) FROM copies JOIN batches ON number = 1";
    let events = "INSERT INTO range_events (batch, number, first_index, last_index, kind, at, actor, reason, document, \
         lot) ";
    let copied_events = "SELECT n, number, first_index, last_index, kind, at, actor, reason, document, lot \
         FROM copies JOIN range_events ON batch = 1";
    for (into, from) in [
        (order, copied),
        (batch, copied_batch),
        (events, copied_events),
    ] {
        execute(store, format!("{into}{numbers}{from}")).await;
    }
    let next = last + 1;
    let counters = format!("UPDATE counters SET next = {next} WHERE name IN ('order', 'batch')");
    execute(store, counters).await;
}

/// The marks that were asked about before, once each, some days ago.
async fn scan(store: &Store, layout: Layout, now: Timestamp) {
    let (batches, scanned) = (i64::from(layout.batches), i64::from(layout.scanned()));
    let first_at = now.as_microsecond() - (batches * scanned + 86_400) * BETWEEN_SCANS;
    let (every, place) = (layout.every, layout.scanned_index(0));
    let in_use = layout.in_use();
    // 16 bytes that look like no other's.
    let phone = match store {
        Store::Sqlite { .. } => "CAST(printf('%016d', k * 100000 + number) AS BLOB)",
        Store::Postgres(_) => "convert_to(lpad((k * 100000 + number)::text, 16, '0'), 'UTF8')",
    };
    let marks = format!(
        "WITH RECURSIVE places (k) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT k + 1 FROM places WHERE k < {scanned} - 1), \
         marks (at, batch, mark_index, phone) AS (SELECT {first_at} + (k * {batches} + number - 1) * {BETWEEN_SCANS}, \
         number, k * {every} + {place}, {phone} FROM places CROSS JOIN batches) "
    );
    if let Store::Postgres(_) = store {
        let last = now.as_microsecond();
        let months = (first_at..last).step_by(10 * 86_400 * 1_000_000);
        for moment in months.chain([last]) {
            execute(store, format!("SELECT make_scans_month({moment})")).await;
        }
    }
    let counts = "INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at, first_prefecture, \
         first_place_class, first_phone) ";
    let counted = "SELECT batch, mark_index, 1, at, at, 430900, 'gps', phone FROM marks ORDER BY batch, mark_index";
    execute(store, format!("{counts}{marks}{counted}")).await;
    let scans = "INSERT INTO scans (at, batch, mark_index, query, previous_at, state, prefecture, place_class, phone, \
         channel) ";
    let written = format!(
        "SELECT at, batch, mark_index, 1, NULL, CASE WHEN mark_index < {in_use} THEN 'active' ELSE 'revoked' END, \
         430900, 'gps', phone, 'consumer' FROM marks ORDER BY at, batch, mark_index"
    );
    execute(store, format!("{scans}{marks}{written}")).await;
}

/// What a database does by itself in the hours after so much was written: SQLite moves its log into the file, PostgreSQL
/// looks through its tables.
async fn settle(store: &Store) {
    match store {
        Store::Sqlite { .. } => {
            execute(store, "PRAGMA wal_checkpoint(TRUNCATE)".to_owned()).await;
        }
        Store::Postgres(_) => {
            execute(store, "VACUUM (ANALYZE, FREEZE)".to_owned()).await;
            execute(store, "CHECKPOINT".to_owned()).await;
        }
    }
}

async fn execute(store: &Store, sql: String) {
    let text = AssertSqlSafe(sql.clone());
    let done = match store {
        Store::Sqlite { writer, .. } => sqlx::raw_sql(text).execute(writer).await.map(|_| ()),
        Store::Postgres(pool) => {
            // Filling takes longer than any statement of the program may.
            let mut connection = pool.acquire().await.unwrap();
            sqlx::raw_sql("SET statement_timeout = 0")
                .execute(&mut *connection)
                .await
                .unwrap();
            sqlx::raw_sql(text)
                .execute(&mut *connection)
                .await
                .map(|_| ())
        }
    };
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn count(store: &Store, sql: &'static str) -> i64 {
    let row: Result<(i64,), _> = match store {
        Store::Sqlite { writer, .. } => sqlx::query_as(sql).fetch_one(writer).await,
        Store::Postgres(pool) => sqlx::query_as(sql).fetch_one(pool).await,
    };
    row.unwrap().0
}
