//! The books put to the proof: a whole season, random sequences, races, and everything that must be refused. Each story
//! ends with the ledger recomputed from its first entry.

mod afterwards;
mod attention;
mod bad_input;
mod documents;
mod marks_in_lines;
mod naive;
mod plan;
mod proof;
mod races;
mod random;
mod repeats;
mod season;
mod two_people;
mod waiting;
mod year_end;

use std::fmt::Debug;

use jiff::Timestamp;
use yuanmark::domain::access::Scope;
use yuanmark::domain::entitlement::{Account, Entitlement};
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::form::Form;
use yuanmark::domain::ledger::entry::Destruction;
use yuanmark::domain::licensee::{LegalBasis, Step, StepTaken};
use yuanmark::domain::licensee::{LicenseeNumber, LicenseeState, NewLicensee, Particulars};
use yuanmark::domain::lot::{LotLabel, NewLot, TestReport, TestResult};
use yuanmark::domain::mark::MarkCount;
use yuanmark::domain::order::NewOrder;
use yuanmark::domain::refusal::RefusalKind;
use yuanmark::domain::season::Season;
use yuanmark::domain::township::Township;
use yuanmark::domain::uscc::Uscc;
use yuanmark::service::desk::Call;
use yuanmark::service::marks::{self, Change, Changed, Which};
use yuanmark::service::{ServiceError, entitlements, ledger};

use crate::support::installation::{Installation, USCCS, call, line, morning};
use crate::support::said::assert_said;

const SPOILED: EventKind = EventKind::Withdrawn(Withdrawal::Spoiled);
const LOST: EventKind = EventKind::Withdrawn(Withdrawal::Lost);
const RETURNED: EventKind = EventKind::Withdrawn(Withdrawal::Returned);
const DESTROYED: EventKind = EventKind::Withdrawn(Withdrawal::Destroyed);
const FROZEN: EventKind = EventKind::Withdrawn(Withdrawal::Frozen);
const RECALLED: EventKind = EventKind::Withdrawn(Withdrawal::Recalled);

fn season(year: u16) -> Season {
    Season::new(year).unwrap()
}

fn account(licensee: LicenseeNumber, year: u16) -> Account {
    Account {
        licensee,
        season: season(year),
        form: Form::Canned,
    }
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// 09:00 in Beijing on that day.
fn on(day: &str) -> Timestamp {
    at(&format!("{day}T09:00:00+08:00"))
}

/// A call with a name for the request.
fn named(by: &str, request: &str) -> Call {
    Call {
        request: Some(line(request)),
        ..call(by, morning())
    }
}

/// What was refused and of what kind it is; what is wrong and what to do is always said in both languages.
fn told<T: Debug>(result: Result<T, ServiceError>) -> (RefusalKind, String) {
    match result {
        Err(ServiceError::Refused(refusal)) => {
            assert_said(&refusal);
            (refusal.kind, refusal.what.en)
        }
        other => panic!("not refused: {other:?}"),
    }
}

/// Refused as one that makes no sense, with these words.
#[track_caller]
fn assert_invalid<T: Debug>(result: Result<T, ServiceError>, words: &str) {
    let (kind, what) = told(result);
    assert_eq!(kind, RefusalKind::Invalid, "{what}");
    assert!(what.contains(words), "{what}");
}

/// Refused in the present state of the ledger, with these words.
#[track_caller]
fn assert_conflict<T: Debug>(result: Result<T, ServiceError>, words: &str) {
    let (kind, what) = told(result);
    assert_eq!(kind, RefusalKind::Conflict, "{what}");
    assert!(what.contains(words), "{what}");
}

#[track_caller]
fn assert_no_such<T: Debug>(result: Result<T, ServiceError>, words: &str) {
    let (kind, what) = told(result);
    assert_eq!(kind, RefusalKind::NoSuch, "{what}");
    assert!(what.contains(words), "{what}");
}

#[track_caller]
fn assert_stale<T: Debug>(result: Result<T, ServiceError>, words: &str) {
    let (kind, what) = told(result);
    assert_eq!(kind, RefusalKind::Stale, "{what}");
    assert!(what.contains(words), "{what}");
}

async fn entries(place: &Installation) -> u64 {
    ledger::head(&place.store).await.unwrap().number
}

async fn entitlement(place: &Installation, account: Account) -> Entitlement {
    let (licensee, season) = (Some(account.licensee), Some(account.season));
    let known = entitlements::list(&place.store, Scope::All, licensee, season, None, 7)
        .await
        .unwrap();
    let own = known
        .into_iter()
        .find(|entitlement| entitlement.account == account);
    own.unwrap_or_else(|| Entitlement::new(account))
}

async fn left(place: &Installation, account: Account) -> u64 {
    entitlement(place, account).await.balance()
}

async fn change(
    place: &Installation,
    by: &Call,
    change: &Change<'_>,
) -> Result<Changed, ServiceError> {
    marks::change(&place.store, &place.keys, by, change).await
}

fn applicant(number: usize) -> NewLicensee {
    let mut particulars = Particulars::new(line("虚构芦笋合作社"), LegalBasis::GiProduct);
    particulars.forms.insert(Form::Canned);
    let township = Township::from_text("006").unwrap();
    let area = yuanmark::domain::area::Area::from_text("1000").unwrap();
    particulars.areas.insert(township, area);
    NewLicensee {
        uscc: Uscc::new(USCCS[number]).unwrap(),
        particulars,
        state: LicenseeState::Applied,
        date: "2025-10-08".parse().unwrap(),
        document: None,
    }
}

/// A step with everything that belongs to it.
fn step(step: Step, date: &str) -> StepTaken {
    StepTaken {
        step,
        date: date.parse().unwrap(),
        ground: line("虚构事由"),
        document: step.needs_document().then(|| line("文号1")),
        due: (step == Step::OrderCorrection).then(|| date.parse().unwrap()),
        marks_good_until: None,
    }
}

fn new_order(licensee: LicenseeNumber, year: u16, quantity: u32) -> NewOrder {
    NewOrder {
        licensee,
        season: season(year),
        form: Form::Canned,
        product: line("清水芦笋罐头 425 g"),
        quantity: MarkCount::new(quantity).unwrap(),
        market: None,
    }
}

/// The firm's own code says how many packs: two lots of as many are one.
fn new_lot(licensee: LicenseeNumber, year: u16, packs: u32) -> NewLot {
    NewLot {
        licensee,
        public: LotLabel {
            code: line(&format!("批-{packs}")),
            product: line("清水芦笋罐头 425 g"),
            form: Form::Canned,
            season: season(year),
            harvested: format!("{year}-03-20").parse().unwrap(),
            township: Township::from_text("006").unwrap(),
            standard: line("示例标准 2026"),
            certificate: None,
        },
        packs,
        steps: Vec::new(),
    }
}

fn new_report(number: &str, date: &str, result: TestResult) -> TestReport {
    TestReport {
        laboratory: line("虚构检验所"),
        number: line(number),
        date: date.parse().unwrap(),
        result,
        file: None,
    }
}

fn destruction(date: &str) -> Destruction {
    Destruction {
        date: date.parse().unwrap(),
        witnesses: (line("证人甲"), line("证人乙")),
    }
}

/// A change of marks with the reason, witnesses and so on that belong to the event.
fn of_lines(
    event: EventKind,
    which: Which<'_>,
    batch: yuanmark::domain::mark::BatchNumber,
) -> Change<'_> {
    let mut change = Change::new(event, which, Some(batch));
    change.reason = Some(line("虚构事由"));
    if event == DESTROYED {
        change.destruction = Some(destruction("2026-04-02"));
    }
    change
}
