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
use std::time::Instant;

use yuanmark::domain::access::Scope;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::order::OrderNumber;
use yuanmark::domain::printer::PrinterNumber;
use yuanmark::domain::season::Season;
use yuanmark::service::{audit, directory, ledger, licensees, orders};
use yuanmark::store::{DatabaseUrl, Store, licensee, migrate, order};

mod office;

use office::{LICENSEES, quantiles};

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
        let last_order = office::fill(&store, entries).await;
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
