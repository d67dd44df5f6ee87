//! Lists of marks with everything that can be wrong in them: each bad line is told with its reason, nothing is changed
//! unless bad lines are to be skipped, and then the good ones alone.

use yuanmark::domain::access::Scope;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::order::Batch;
use yuanmark::domain::selection::{LineOutcome, LineReport};
use yuanmark::service::ServiceError;
use yuanmark::service::marks::{self, Change, Changed, Which};

use super::proof::prove;
use super::{
    DESTROYED, FROZEN, LOST, SPOILED, assert_conflict, assert_invalid, assert_no_such, change,
    entries, of_lines,
};
use crate::support::installation::{Installation, call, index, line, morning};
use crate::support::said::assert_chinese;

/// `line: what became of it`, as a person would note it down.
fn noted(lines: &[LineReport]) -> Vec<String> {
    let note = |report: &LineReport| match &report.outcome {
        LineOutcome::Taken { marks } => format!("{}: {marks}", report.line),
        LineOutcome::Repeated { marks, repeated } => {
            format!("{}: {marks}, {repeated} again", report.line)
        }
        LineOutcome::Bad(error) => {
            assert_chinese(&error.clone().into());
            format!("{}: {error}", report.line)
        }
    };
    lines.iter().map(note).collect()
}

async fn told(place: &Installation, wanted: &Change<'_>) -> Vec<String> {
    let before = entries(place).await;
    match change(place, &call("企业", morning()), wanted).await {
        Err(ServiceError::BadLines { bad, lines }) => {
            let count = lines
                .iter()
                .filter(|line| matches!(line.outcome, LineOutcome::Bad(_)))
                .count();
            assert_eq!(bad, count);
            assert_eq!(entries(place).await, before, "nothing was changed");
            noted(&lines)
        }
        other => panic!("no bad lines: {other:?}"),
    }
}

async fn done(place: &Installation, wanted: &Change<'_>) -> Changed {
    change(place, &call("企业", morning()), wanted)
        .await
        .unwrap()
}

async fn second_batch(place: &Installation, first: &Batch) -> Batch {
    let licensee = yuanmark::service::licensees::get(&place.store, Scope::All, first.licensee)
        .await
        .unwrap();
    let order = place.order(&licensee, 10).await;
    place.issue(&order, "second").await.unwrap().batch
}

#[tokio::test]
async fn lists_that_overlap_run_backwards_or_are_foreign_are_told_line_by_line() {
    for place in Installation::both().await {
        let batch = place.batch(100).await;
        let other = second_batch(&place, &batch).await;
        let own = |mark| place.serial(&batch, mark);
        let foreign = place.serial(&other, 3);
        let text = format!(
            "10-19\n15-24\n{}\n30..25\n{}..{}\n{foreign}\n{}..{foreign}\n99-100\n99999999\n\n# 注\nABCD\n0000-0000-0000-0000\n-5\n1--3\n7.5",
            own(12),
            own(40),
            own(35),
            own(1),
        );
        let mut wanted = of_lines(EventKind::Used, Which::Lines(&text), batch.number);
        let bad = told(&place, &wanted).await;
        let should = [
            "1: 10",
            "2: 5, 5 again",
            "3: 0, 1 again",
            "4: runs backwards: the first mark must not come after the last",
            "5: runs backwards: the first mark must not come after the last",
            "6: belongs to batch 2, not to batch 1",
            "7: belongs to batch 2, not to batch 1",
            "8: goes beyond batch 1, whose last index is 99",
            "9: goes beyond batch 1, whose last index is 16777215",
            "12: is neither a serial, an index nor a range",
            "13: is not a serial of ours",
            "14: is neither a serial, an index nor a range",
            "15: is neither a serial, an index nor a range",
            "16: is neither a serial, an index nor a range",
        ];
        assert_eq!(bad, should);
        wanted.skip_bad = true;
        let good = done(&place, &wanted).await;
        assert_eq!((good.marks, noted(&good.lines)), (15, bad));
        prove(&place).await;
    }
}

#[tokio::test]
async fn labels_that_are_elsewhere_are_told_line_by_line() {
    for place in Installation::both().await {
        let batch = place.batch(30).await;
        for (event, lines) in [
            (SPOILED, "5"),
            (LOST, "12-14"),
            (EventKind::Used, "20-29"),
            (DESTROYED, "5"),
        ] {
            done(&place, &of_lines(event, Which::Lines(lines), batch.number)).await;
        }
        let mut wanted = of_lines(
            EventKind::Used,
            Which::Lines("0-4\n5\n6-12\n13\n18-22"),
            batch.number,
        );
        let bad = told(&place, &wanted).await;
        let cannot = |labels: &str, are: &str| {
            format!("cannot be taken: labels {labels} are {are} and cannot be used")
        };
        assert_eq!(
            bad,
            [
                "1: 5".to_owned(),
                format!("2: {}", cannot("5", "destroyed_in_use (使用作废已销毁)")),
                format!("3: {}", cannot("12", "lost_after_delivery (发放后遗失)")),
                format!("4: {}", cannot("13", "lost_after_delivery (发放后遗失)")),
                "5: 5".to_owned(),
            ]
        );
        // The same named as a whole is refused as a whole, with the first labels in the way.
        let whole = of_lines(EventKind::Used, Which::All, batch.number);
        assert_conflict(
            change(&place, &call("企业", morning()), &whole).await,
            "labels 5 are destroyed_in_use",
        );
        wanted.skip_bad = true;
        let good = done(&place, &wanted).await;
        assert_eq!(
            (good.marks, good.unchanged),
            (7, 3),
            "three of them are used already"
        );
        // Once more changes nothing and writes nothing.
        let before = entries(&place).await;
        let again = done(&place, &wanted).await;
        assert_eq!(
            (again.marks, again.unchanged, again.entries.len()),
            (0, 10, 0)
        );
        assert_eq!(entries(&place).await, before);
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_list_of_nothing_but_bad_lines_or_of_no_line_changes_nothing() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let mut wanted = of_lines(EventKind::Used, Which::Lines("x\n77"), batch.number);
        wanted.skip_bad = true;
        assert_eq!(told(&place, &wanted).await.len(), 2);
        let by = call("企业", morning());
        for empty in ["", "\n\n", "# 注", " \t "] {
            assert_invalid(
                change(
                    &place,
                    &by,
                    &of_lines(EventKind::Used, Which::Lines(empty), batch.number),
                )
                .await,
                "no mark is chosen",
            );
        }
        let mut unnamed = of_lines(EventKind::Used, Which::Lines("5"), batch.number);
        unnamed.batch = None;
        assert_eq!(
            told(&place, &unnamed).await,
            ["1: is an index, but no batch was chosen"]
        );
        let nowhere = yuanmark::domain::mark::BatchNumber::new(77).unwrap();
        let wanted = of_lines(EventKind::Used, Which::Lines("5"), nowhere);
        assert_no_such(change(&place, &by, &wanted).await, "there is no batch 77");
        let mut wanted = of_lines(EventKind::Used, Which::All, batch.number);
        wanted.batch = None;
        assert_invalid(change(&place, &by, &wanted).await, "no batch is named");
        prove(&place).await;
    }
}

#[tokio::test]
async fn of_a_batch_that_was_never_issued_there_are_serials_but_no_marks() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let future = yuanmark::domain::mark::MarkId {
            batch: yuanmark::domain::mark::BatchNumber::new(9).unwrap(),
            index: index(1),
        };
        let text = place.keys.secrets.serial.serial(future).to_string();
        let mut wanted = of_lines(EventKind::Used, Which::Lines(&text), batch.number);
        wanted.batch = None;
        assert_eq!(
            told(&place, &wanted).await,
            ["1: is of batch 9, which was never issued"]
        );
    }
}

#[tokio::test]
async fn the_same_marks_in_a_million_lines_are_too_many_lines() {
    let place = Installation::new(crate::support::databases::TestDatabase::sqlite()).await;
    let batch = place.batch(10).await;
    let text = "5\n".repeat(marks::MOST_LINES + 1);
    let by = call("企业", morning());
    assert_invalid(
        change(
            &place,
            &by,
            &of_lines(EventKind::Used, Which::Lines(&text), batch.number),
        )
        .await,
        "more than 1000000 lines",
    );
}

#[tokio::test]
async fn the_authority_s_word_needs_a_reason_and_is_said_once() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let by = call("科员", morning());
        let mut silent = of_lines(FROZEN, Which::Lines("1-5"), batch.number);
        silent.reason = None;
        assert_invalid(change(&place, &by, &silent).await, "frozen needs a reason");
        let frozen = done(&place, &of_lines(FROZEN, Which::Lines("1-5"), batch.number)).await;
        assert_eq!(frozen.marks, 5);
        let again = done(&place, &of_lines(FROZEN, Which::Lines("0-9"), batch.number)).await;
        assert_eq!((again.marks, again.unchanged), (5, 5));
        let lasting = EventKind::Restored(yuanmark::domain::event::Withdrawal::Revoked);
        let mut back = of_lines(lasting, Which::All, batch.number);
        back.document = Some(line("决定1"));
        assert_conflict(change(&place, &by, &back).await, "stays so");
        prove(&place).await;
    }
}
