//! `cargo bench --bench verify`: one check at one client, from the parsed request to the committed answer, on SQLite with
//! `synchronous=FULL`; and where its time goes.

#![allow(clippy::print_stdout, clippy::disallowed_methods)] // a bench prints, and asks the clock

use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::{Timestamp, civil};
use yuanmark::domain::area::Area;
use yuanmark::domain::calendar::day_of;
use yuanmark::domain::code::Code;
use yuanmark::domain::entitlement::Account;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::form::Form;
use yuanmark::domain::input::Input;
use yuanmark::domain::licensee::{LegalBasis, LicenseeState, NewLicensee, Particulars};
use yuanmark::domain::lot::{LotLabel, LotNumber, NewLot, TestReport, TestResult};
use yuanmark::domain::mark::{MarkCount, MarkId, MarkIndex};
use yuanmark::domain::order::{Batch, NewOrder};
use yuanmark::domain::phone::PhoneHash;
use yuanmark::domain::printer::NewPrinter;
use yuanmark::domain::season::Season;
use yuanmark::domain::text::Line;
use yuanmark::domain::township::Township;
use yuanmark::domain::uscc::Uscc;
use yuanmark::keystore::KeyFolder;
use yuanmark::service::desk::Call;
use yuanmark::service::issue::{self, Issue};
use yuanmark::service::keys::{self, LiveKeys};
use yuanmark::service::marks::{self, Change, Which};
use yuanmark::service::verify::{self, Channel, Check};
use yuanmark::service::{entitlements, licensees, lots, orders, printers};
use yuanmark::store::{DatabaseUrl, Store, migrate};

/// Its canned goods are in the market for some years.
const SEASON: u16 = 2026;
const MARKS: u32 = 1_000_000;
const CHECKS: u32 = 4000;

fn main() {
    // In the folder of the build, which is on a disk; the system's temporary folder may be memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(measure(folder.path()));
}

async fn measure(folder: &Path) {
    let (store, keys, batch) = installation(folder).await;
    let now = Timestamp::now();
    let codes: Vec<String> = (0..CHECKS)
        .map(|number| code(&keys, &batch, number * 211 % MARKS).to_base64url())
        .collect();
    println!("one client, {CHECKS} checks each, microseconds: p50, p99");

    let mut whole = Vec::new();
    let mut looked = Vec::new();
    for (number, text) in codes.iter().enumerate() {
        for (channel, times) in [
            (Channel::Consumer, &mut whole),
            (Channel::Unrecorded, &mut looked),
        ] {
            let start = Instant::now();
            let check = Check {
                input: Input::read(text),
                channel,
                phone: Some(PhoneHash(
                    u128::try_from(number).expect("a number").to_be_bytes(),
                )),
                place: None,
                network: None,
            };
            verify::answer(&store, &keys, check, now)
                .await
                .expect("an answer");
            times.push(start.elapsed());
        }
    }
    report("a check, from parsed request to committed answer", whole);
    report("  the same without writing it down", looked);
    report(
        "  of that, reading the code and its signature",
        crypto(&keys, &codes),
    );
    report(
        "an empty durable transaction (insert, commit)",
        empty_commits(&store).await,
    );
    report("fdatasync of 4 KiB on this disk", syncs(folder));
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_micros();
    println!("  {what:<50} {:>6} {:>6}", at(50), at(99));
}

fn crypto(keys: &LiveKeys, codes: &[String]) -> Vec<Duration> {
    let ring = keys.ring();
    codes
        .iter()
        .map(|text| {
            let start = Instant::now();
            let Some(Input::Code(code)) = Input::read(text) else {
                panic!("a code");
            };
            assert!(ring.signer_of(&code).is_some());
            start.elapsed()
        })
        .collect()
}

/// The least a durable answer can cost through the same database and driver.
async fn empty_commits(store: &Store) -> Vec<Duration> {
    let Store::Sqlite { writer, .. } = store else {
        panic!("SQLite");
    };
    let create = "CREATE TABLE bench (number INTEGER NOT NULL)";
    sqlx::query(create).execute(writer).await.expect("a table");
    let mut times = Vec::new();
    for _ in 0..CHECKS {
        let start = Instant::now();
        let mut tx = writer
            .begin_with("BEGIN IMMEDIATE")
            .await
            .expect("a transaction");
        sqlx::query("INSERT INTO bench VALUES (1)")
            .execute(&mut *tx)
            .await
            .expect("an insert");
        tx.commit().await.expect("a commit");
        times.push(start.elapsed());
    }
    times
}

fn syncs(folder: &Path) -> Vec<Duration> {
    let mut file = File::create(folder.join("sync")).expect("a file");
    let block = [1; 4096];
    (0..CHECKS)
        .map(|_| {
            file.rewind().expect("a seek");
            file.write_all(&block).expect("a write");
            let start = Instant::now();
            file.sync_data().expect("a sync");
            start.elapsed()
        })
        .collect()
}

fn line(text: &str) -> Line {
    Line::new("text", text).expect("a line")
}

fn code(keys: &LiveKeys, batch: &Batch, place: u32) -> Code {
    let mark = MarkId {
        batch: batch.number,
        index: MarkIndex::new(place).expect("an index"),
    };
    let key = keys.signing_key(batch.key).expect("a key");
    batch.payload(mark).expect("a mark").sign(&key)
}

/// A million marks, all activated.
async fn installation(folder: &Path) -> (Store, LiveKeys, Batch) {
    let now = Timestamp::now();
    let key_folder = KeyFolder::new(folder.join("keys"));
    keys::make(&key_folder, None, None, now).expect("keys");
    let keys = LiveKeys::open(key_folder, None).expect("keys");
    let store = Store::connect_or_create(&DatabaseUrl::Sqlite(folder.join("bench.db")))
        .await
        .expect("a database");
    migrate::run(&store).await.expect("a schema");
    let batch = delivered_batch(&store, &keys, now).await;
    let lot = lot(&store, &batch, now).await;
    let mut change = Change::new(EventKind::Activated, Which::All, Some(batch.number));
    change.lot = Some(lot);
    let by = Call::new(line("bench"), now);
    marks::change(&store, &keys, &by, &change)
        .await
        .expect("an activation");
    (store, keys, batch)
}

/// A batch whose labels the licensee has, from its order on.
async fn delivered_batch(store: &Store, keys: &LiveKeys, now: Timestamp) -> Batch {
    let by = Call::new(line("bench"), now);
    let season = Season::new(SEASON).expect("a season");
    let mut particulars = Particulars::new(line("虚构企业"), LegalBasis::Both);
    particulars.forms = [Form::Canned].into();
    let township = Township::from_text("006").expect("a township");
    let area = Area::from_text("100000").expect("an area");
    particulars.areas = [(township, area)].into();
    let new = NewLicensee {
        uscc: Uscc::new("91430981MA4TEXT1XY").expect("a code"),
        particulars,
        state: LicenseeState::Active,
        date: day_of(now),
        document: Some(line("公告")),
    };
    let licensee = licensees::enter(store, &by, new).await.expect("a licensee");
    let account = Account {
        licensee: licensee.number,
        season,
        form: Form::Canned,
    };
    entitlements::grant(store, &by, account, area, 425, line("测产"))
        .await
        .expect("an entitlement");
    let new = NewOrder {
        licensee: licensee.number,
        season,
        form: Form::Canned,
        product: line("罐头"),
        quantity: MarkCount::new(MARKS).expect("a count"),
    };
    let order = orders::place(store, &by, new)
        .await
        .expect("an order")
        .number;
    orders::approve(store, &by, order, None)
        .await
        .expect("an approval");
    let new = Issue {
        order,
        has_hidden_codes: false,
        idempotency_key: line("bench"),
        actor: line("bench"),
    };
    let issued = issue::issue(store, keys, &new, now).await.expect("a batch");
    let new = NewPrinter {
        name: line("虚构彩印"),
        uscc: Uscc::new("51430981MJJTEXT52T").expect("a code"),
        licence: line("印证字001号"),
    };
    let printer = printers::enter(store, &by, new).await.expect("a printer");
    orders::assign(store, &by, order, printer.number)
        .await
        .expect("an assignment");
    orders::release(store, &by, order, line("收件人"), None)
        .await
        .expect("a release");
    for event in [
        EventKind::Printed,
        EventKind::Delivered,
        EventKind::Received,
    ] {
        let change = Change::new(event, Which::All, Some(issued.batch.number));
        marks::change(store, keys, &by, &change)
            .await
            .expect("a delivery");
    }
    issued.batch
}

/// A lot that has passed its test.
async fn lot(store: &Store, batch: &Batch, now: Timestamp) -> LotNumber {
    let by = Call::new(line("bench"), now);
    let new = NewLot {
        licensee: batch.licensee,
        public: LotLabel {
            code: line("L-1"),
            product: line("罐头"),
            form: batch.form,
            season: batch.season,
            harvested: civil::date(SEASON.cast_signed(), 4, 1),
            township: Township::from_text("006").expect("a township"),
            standard: line("示例标准"),
            certificate: None,
        },
        packs: MARKS,
        steps: Vec::new(),
    };
    let lot = lots::enter(store, &by, new).await.expect("a lot").number;
    let report = TestReport {
        laboratory: line("虚构检验所"),
        number: line("1"),
        date: day_of(now),
        result: TestResult::Passed,
        file: None,
    };
    lots::report(store, &by, lot, report)
        .await
        .expect("a report");
    lot
}
