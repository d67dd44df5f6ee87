//! A register of 10,000 licensees and a ledger of 1,000,000 entries: lists, `ledger verify`, export.
//!
//! `cargo bench --bench ledger` on SQLite; `scripts/with-postgres cargo bench --bench ledger -- --postgres` on PostgreSQL.
//! `-- --entries 100000` for a smaller ledger. Nothing is asserted but that the ledger is right.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::pedantic
)]

use std::str::FromStr;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use yuanmark::domain::access::Scope;
use yuanmark::domain::area::Area;
use yuanmark::domain::container::{ContainerKind, NewContainer};
use yuanmark::domain::entitlement::{Account, Coefficients, Grant};
use yuanmark::domain::event::EventKind;
use yuanmark::domain::form::Form;
use yuanmark::domain::key_id::KeyId;
use yuanmark::domain::ledger::entry::{
    BatchIssued, ContainerFilled, Entry, Granted, LicenseeEntered, LotEntered, LotReported, Marks,
    OrderApproved, OrderPlaced, PackReleased, PrinterAssigned, PrinterEntered,
};
use yuanmark::domain::licensee::{
    LegalBasis, LicenseeNumber, LicenseeState, NewLicensee, Particulars,
};
use yuanmark::domain::lot::{LotLabel, NewLot, TestReport, TestResult};
use yuanmark::domain::mark::{IndexRange, MarkCount, MarkIndex};
use yuanmark::domain::order::{NewOrder, OrderNumber};
use yuanmark::domain::printer::{NewPrinter, PrinterNumber};
use yuanmark::domain::season::Season;
use yuanmark::domain::text::Line;
use yuanmark::domain::township::Township;
use yuanmark::domain::uscc::Uscc;
use yuanmark::service::desk::{Call, Desk};
use yuanmark::service::{audit, directory, ledger, licensees, orders};
use yuanmark::store::{DatabaseUrl, Store, batch, licensee, migrate, order, register};

const LICENSEES: u16 = 10_000;
const ROLLS: u32 = 20;
const MARKS_A_ROLL: u32 = 1_000;
/// Entries of one order: 6 of the order, 1 of its lot's two, and 6 a roll.
const ENTRIES_AN_ORDER: u64 = 6 + 6 * ROLLS as u64;
const ORDERS_A_DESK: u64 = 40;

fn line(text: &str) -> Line {
    Line::new("text", text).unwrap()
}

fn now() -> Timestamp {
    "2026-04-20T08:00:00+08:00".parse().unwrap()
}

fn call() -> Call {
    Call::new(line("登记员"), now())
}

/// A code that passes the check and is given to nobody.
fn uscc(number: u64) -> Uscc {
    let body = format!("91430981{number:09}");
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .find_map(|check| Uscc::new(&format!("{body}{check}")).ok())
        .unwrap()
}

async fn enter_licensees(store: &Store) {
    let mut desk = Desk::open(store, &call()).await.unwrap();
    let printer = register::next_printer(&mut desk.tx).await.unwrap();
    let new = NewPrinter {
        name: line("虚构彩印有限公司"),
        uscc: uscc(999_999),
        licence: line("印证字001号"),
    };
    desk.enter(PrinterEntered { printer, new }).unwrap();
    for number in 0..LICENSEES {
        let mut particulars = Particulars::new(
            line(&format!("虚构芦笋企业第{number}号")),
            LegalBasis::GiProduct,
        );
        particulars.forms = [Form::Canned, Form::Fresh].into();
        particulars.products = vec![line("清水芦笋罐头 425 g"), line("鲜芦笋 500 g")];
        let township = Township::from_text("006").unwrap();
        particulars.areas = [(township, Area::from_text("100000").unwrap())].into();
        let licensee = licensee::next_number(&mut desk.tx).await.unwrap();
        let new = NewLicensee {
            uscc: uscc(number.into()),
            particulars,
            state: LicenseeState::Active,
            date: "2026-01-05".parse().unwrap(),
            document: Some(line("公告2026年第1号")),
        };
        desk.enter(LicenseeEntered { licensee, new }).unwrap();
        let account = account(licensee);
        let area = Area::from_text("50000").unwrap();
        let coefficients = Coefficients::assumed();
        let grant = Grant {
            area,
            pack_grams: 425,
            coefficients: 0,
            marks: coefficients.marks(area, Form::Canned, 425),
            document: line("测产2026-1"),
        };
        desk.enter(Granted { account, grant }).unwrap();
    }
    desk.close().await.unwrap();
}

fn account(licensee: LicenseeNumber) -> Account {
    Account {
        licensee,
        season: Season::new(2026).unwrap(),
        form: Form::Canned,
    }
}

async fn enter_order(desk: &mut Desk, licensee: LicenseeNumber) {
    let (season, form) = (Season::new(2026).unwrap(), Form::Canned);
    let product = line("清水芦笋罐头 425 g");
    desk.load_entitlements(licensee, season).await.unwrap();
    desk.load_printer(PrinterNumber(1)).await.unwrap();
    let number: OrderNumber = order::next_number(&mut desk.tx).await.unwrap();
    let quantity = MarkCount::new(ROLLS * MARKS_A_ROLL).unwrap();
    let new = NewOrder {
        licensee,
        season,
        form,
        product: product.clone(),
        quantity,
    };
    desk.enter(OrderPlaced { order: number, new }).unwrap();
    desk.enter(OrderApproved {
        order: number,
        document: None,
    })
    .unwrap();
    desk.enter(PrinterAssigned {
        order: number,
        printer: PrinterNumber(1),
    })
    .unwrap();
    let batch = batch::next_number(&mut desk.tx).await.unwrap();
    desk.enter(BatchIssued {
        order: number,
        batch,
        key: KeyId(1),
        has_hidden_codes: false,
        idempotency_key: line(&format!("order {number}")),
    })
    .unwrap();
    let receiver = line("收件人");
    desk.enter(PackReleased {
        order: number,
        receiver,
        sha256: None,
    })
    .unwrap();
    let lot = register::next_lot(&mut desk.tx).await.unwrap();
    let label = LotLabel {
        code: line("L-1"),
        product,
        form,
        season,
        harvested: "2026-04-01".parse().unwrap(),
        township: Township::from_text("006").unwrap(),
        standard: line("示例标准 2026"),
        certificate: None,
    };
    let new = NewLot {
        licensee,
        public: label,
        packs: quantity.get(),
        steps: Vec::new(),
    };
    desk.enter(LotEntered { lot, new }).unwrap();
    let report = TestReport {
        laboratory: line("虚构检验所"),
        number: line("检验2026-017"),
        date: "2026-04-10".parse().unwrap(),
        result: TestResult::Passed,
        file: None,
    };
    desk.enter(LotReported { lot, report }).unwrap();
    for roll in 0..ROLLS {
        let index = |index| MarkIndex::new(index).unwrap();
        let first = roll * MARKS_A_ROLL;
        let range = IndexRange::new(index(first), index(first + MARKS_A_ROLL - 1)).unwrap();
        let container = register::next_container(&mut desk.tx).await.unwrap();
        let new = NewContainer {
            kind: ContainerKind::Roll,
            batch,
            ranges: vec![range],
            label: None,
        };
        desk.enter(ContainerFilled { container, new }).unwrap();
        for event in [
            EventKind::Printed,
            EventKind::Delivered,
            EventKind::Received,
            EventKind::Activated,
            EventKind::Used,
        ] {
            let mut marks = Marks::new(batch, event, vec![range]);
            marks.lot = (event == EventKind::Activated).then_some(lot);
            desk.enter(Entry::Marks(marks)).unwrap();
        }
    }
}

/// Median and 95th percentile.
fn quantiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 95 / 100])
}

async fn lists(store: &Store, last_order: u32) {
    const ROUNDS: u32 = 200;
    println!("lists of 100, {ROUNDS} times each with other arguments: p50, p95");
    macro_rules! measure {
        ($name:literal, |$round:ident| $ask:expr) => {{
            let mut times = Vec::new();
            for $round in 0..ROUNDS {
                let start = Instant::now();
                let found = $ask.await.unwrap();
                times.push(start.elapsed());
                assert!(!found.is_empty(), $name);
            }
            let (p50, p95) = quantiles(times);
            println!(
                "  {:36} {:7.2} ms {:7.2} ms",
                $name,
                p50.as_secs_f64() * 1e3,
                p95.as_secs_f64() * 1e3
            );
        }};
    }
    let number = |round: u32| LicenseeNumber(u16::try_from(round * 37 % 8_000 + 1).unwrap());
    measure!("licensees", |round| licensees::list(
        store,
        Scope::All,
        &Default::default(),
        number(round),
        100
    ));
    measure!("licensees, searched by name", |round| {
        let filter = licensee::Filter {
            search: Some(format!("第{}号", round * 37)),
            ..Default::default()
        };
        async move { licensees::list(store, Scope::All, &filter, LicenseeNumber(0), 100).await }
    });
    measure!("orders of a licensee", |round| {
        let filter = order::Filter {
            licensee: Some(LicenseeNumber(u16::try_from(round % 200 + 1).unwrap())),
            ..Default::default()
        };
        async move { orders::list(store, Scope::All, &filter, None, 100).await }
    });
    measure!("orders of a season", |round| {
        let filter = order::Filter {
            season: Season::new(2026),
            ..Default::default()
        };
        let before = OrderNumber(last_order - round);
        async move { orders::list(store, Scope::All, &filter, Some(before), 100).await }
    });
    let entries = |filter: yuanmark::store::ledger::Filter, before| async move {
        ledger::list(store, Scope::All, &filter, before, 100).await
    };
    let head = ledger::head(store).await.unwrap().number;
    measure!("entries, newest", |round| entries(
        Default::default(),
        Some(head - u64::from(round))
    ));
    measure!("entries of a licensee", |round| entries(
        yuanmark::store::ledger::Filter {
            licensee: Some(number(round)),
            ..Default::default()
        },
        None
    ));
    measure!("entries of a printer", |round| entries(
        yuanmark::store::ledger::Filter {
            printer: Some(PrinterNumber(1)),
            ..Default::default()
        },
        Some(head - u64::from(round) * (head / 400))
    ));
    measure!("entries of an order", |round| entries(
        yuanmark::store::ledger::Filter {
            order: Some(OrderNumber(round % last_order + 1)),
            ..Default::default()
        },
        None
    ));
    measure!("entries of a season and kind", |round| entries(
        yuanmark::store::ledger::Filter {
            season: Season::new(2026),
            kind: Some("delivered".into()),
            ..Default::default()
        },
        Some(head - u64::from(round) * (head / 400))
    ));
    measure!("entries of the rarest kind", |_round| entries(
        yuanmark::store::ledger::Filter {
            kind: Some("printer_entered".into()),
            ..Default::default()
        },
        None
    ));
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let entries = arguments
        .iter()
        .position(|argument| argument == "--entries")
        .map_or(1_000_000, |place| arguments[place + 1].parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let address = if arguments.iter().any(|argument| argument == "--postgres") {
        std::env::var("YUANMARK_TEST_POSTGRES").unwrap()
    } else {
        format!("sqlite:{}", folder.path().join("bench.db").display())
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Store::connect_or_create(&DatabaseUrl::from_str(&address).unwrap()).await.unwrap();
        migrate::run(&store).await.unwrap();
        let start = Instant::now();
        enter_licensees(&store).await;
        println!("{LICENSEES} licensees entered in {:.1} s", start.elapsed().as_secs_f64());
        let start = Instant::now();
        let orders = entries / ENTRIES_AN_ORDER;
        let mut last_order = 0;
        let mut written = 0;
        while written < orders {
            let mut desk = Desk::open(&store, &call()).await.unwrap();
            for _ in 0..ORDERS_A_DESK.min(orders - written) {
                enter_order(&mut desk, LicenseeNumber(u16::try_from(written % u64::from(LICENSEES) + 1).unwrap())).await;
                written += 1;
                last_order += 1;
            }
            desk.close().await.unwrap();
        }
        let head = ledger::head(&store).await.unwrap();
        println!("{} entries written in {:.1} s", head.number, start.elapsed().as_secs_f64());

        for _ in 0..3 {
            let start = Instant::now();
            let audit = audit::verify(&store, None).await.unwrap();
            let took = start.elapsed().as_secs_f64();
            assert!(audit.findings.is_empty(), "{:?}", audit.findings);
            println!(
                "ledger verify: {} entries, {} ranges, {} things in {took:.2} s: {:.0} entries a second",
                audit.entries,
                audit.ranges,
                audit.things,
                audit.entries as f64 / took
            );
        }
        lists(&store, last_order).await;
        let times = async {
            let mut times = Vec::new();
            for _ in 0..20 {
                let start = Instant::now();
                let look = directory::look(&store, None).await.unwrap();
                times.push(start.elapsed());
                assert!(look.changed.is_some_and(|found| found.holders.len() == usize::from(LICENSEES)));
            }
            times
        };
        let (p50, p95) = quantiles(times.await);
        println!(
            "the directory made anew: {:.1} ms, {:.1} ms",
            p50.as_secs_f64() * 1e3,
            p95.as_secs_f64() * 1e3
        );
        store.close().await;
    });
}
