//! An office with 10,000 licensees and a ledger of as many entries as are wanted.

use std::time::{Duration, Instant};

use jiff::Timestamp;
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
use yuanmark::service::ledger;
use yuanmark::store::{Store, batch, licensee, order, register};

/// Licensees in the register.
pub const LICENSEES: u16 = 10_000;
const ROLLS: u32 = 20;
const MARKS_A_ROLL: u32 = 1_000;
/// Entries of one order: 6 of the order, 1 of its lot's two, and 6 a roll.
const ENTRIES_AN_ORDER: u64 = 6 + 6 * ROLLS as u64;
const ORDERS_A_DESK: u64 = 40;

/// A text.
pub fn line(text: &str) -> Line {
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
        market: None,
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

/// Fills the register and the ledger, and says how long it took. Returns the number of the last order.
pub async fn fill(store: &Store, entries: u64) -> u32 {
    let start = Instant::now();
    enter_licensees(store).await;
    println!(
        "{LICENSEES} licensees entered in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    let start = Instant::now();
    let orders = entries / ENTRIES_AN_ORDER;
    let mut last_order = 0;
    let mut written = 0;
    while written < orders {
        let mut desk = Desk::open(store, &call()).await.unwrap();
        for _ in 0..ORDERS_A_DESK.min(orders - written) {
            enter_order(
                &mut desk,
                LicenseeNumber(u16::try_from(written % u64::from(LICENSEES) + 1).unwrap()),
            )
            .await;
            written += 1;
            last_order += 1;
        }
        desk.close().await.unwrap();
    }
    let head = ledger::head(store).await.unwrap();
    println!(
        "{} entries written in {:.1} s",
        head.number,
        start.elapsed().as_secs_f64()
    );

    last_order
}

/// Median and 95th percentile.
pub fn quantiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 95 / 100])
}
