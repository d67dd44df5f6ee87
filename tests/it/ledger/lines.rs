//! Bad lines of a selection are told by number, and nothing is changed unless they are to be skipped.

use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::order::Batch;
use yuanmark::domain::said::Said;
use yuanmark::domain::selection::{LineError, LineOutcome, LineReport};
use yuanmark::service::ServiceError;
use yuanmark::service::marks::{self, Change, Changed, MOST_LINES, Which};

use super::{DELIVERED, refusal, rows};
use crate::support::installation::{Installation, call, index, line, morning};
use crate::support::said::assert_chinese;

/// What the ledger holds before a story begins: two batches were delivered.
const BEFORE: i64 = 2 * DELIVERED;

/// Freezing asks nothing of the labels, so that only the lines themselves can be bad.
async fn freeze(
    place: &Installation,
    batch: Option<&Batch>,
    lines: &str,
    skip_bad: bool,
) -> Result<Changed, ServiceError> {
    let frozen = EventKind::Withdrawn(Withdrawal::Frozen);
    change(place, frozen, batch, lines, skip_bad).await
}

async fn change(
    place: &Installation,
    event: EventKind,
    batch: Option<&Batch>,
    lines: &str,
    skip_bad: bool,
) -> Result<Changed, ServiceError> {
    let which = if lines.is_empty() {
        Which::All
    } else {
        Which::Lines(lines)
    };
    let change = Change {
        skip_bad,
        reason: Some(line("for the story")),
        ..Change::new(event, which, batch.map(|batch| batch.number))
    };
    let clerk = call("clerk", morning());
    marks::change(&place.store, &place.keys, &clerk, &change).await
}

/// A batch of 100 marks and one of 10.
async fn two_batches(place: &Installation) -> [Batch; 2] {
    let first = place.batch(100).await;
    let licensee = place.licensee(1).await;
    let order = place.order(&licensee, 10).await;
    let second = place.issue(&order, "second").await.unwrap().batch;
    place.deliver(&second).await;
    [first, second]
}

/// Line numbers, with what is wrong there.
fn bad(lines: &[LineReport]) -> Vec<(usize, LineError)> {
    lines
        .iter()
        .filter_map(|report| match &report.outcome {
            LineOutcome::Bad(error) => Some((report.line, error.clone())),
            _ => None,
        })
        .collect()
}

fn bad_lines(result: Result<Changed, ServiceError>) -> Vec<(usize, LineError)> {
    match result {
        Err(ServiceError::BadLines { bad: count, lines }) => {
            let found = bad(&lines);
            assert_eq!(count, found.len());
            for (_, error) in &found {
                assert_chinese(&error.clone().into());
            }
            found
        }
        other => panic!("no bad lines: {other:?}"),
    }
}

/// A file with one bad line of every kind among good ones, and what is wrong with each.
fn mixed(place: &Installation, first: &Batch, second: &Batch) -> (String, Vec<(usize, LineError)>) {
    let foreign = place.serial(second, 3);
    let text = format!(
        "# spoiled on 2 April\n10-19\n\n19-10\n15-24\nnonsense\n{foreign}\n95-100\n4BD9-QV4N-Q0NZ-57DB\n12\n\
         {}..{}\n16777216\n",
        place.serial(first, 50),
        place.serial(first, 59)
    );
    let beyond = |last| LineError::OutOfRange {
        batch: first.number,
        last: index(last),
    };
    let (found, chosen) = (second.number, first.number);
    let wrong = vec![
        (4, LineError::Reversed),
        (6, LineError::NotUnderstood),
        (7, LineError::Foreign { found, chosen }),
        (8, beyond(99)),
        (9, LineError::NotOurs),
        (12, beyond((1 << 24) - 1)),
    ];
    (text, wrong)
}

#[tokio::test]
async fn bad_lines_are_told_by_number_and_nothing_is_changed() {
    for place in Installation::both().await {
        let [first, second] = two_batches(&place).await;
        let (text, wrong) = mixed(&place, &first, &second);
        let refused = freeze(&place, Some(&first), &text, false).await;
        assert_eq!(bad_lines(refused), wrong);
        assert_eq!(rows(&place, "range_events").await, BEFORE);
    }
}

#[tokio::test]
async fn skipping_bad_lines_takes_the_good_ones_and_counts_each_mark_once() {
    for place in Installation::both().await {
        let [first, second] = two_batches(&place).await;
        let (text, wrong) = mixed(&place, &first, &second);
        let done = freeze(&place, Some(&first), &text, true).await.unwrap();
        assert_eq!(bad(&done.lines), wrong);
        assert_eq!((done.marks, done.unchanged), (25, 0));
        let ranges: Vec<String> = done
            .ranges
            .iter()
            .map(|(_, range)| range.to_string())
            .collect();
        assert_eq!(ranges, ["10-24", "50-59"]);
        let repeated = |number| {
            let report = done.lines.iter().find(|report| report.line == number);
            report.unwrap().outcome.clone()
        };
        let overlap = LineOutcome::Repeated {
            marks: 5,
            repeated: 5,
        };
        assert_eq!(repeated(5), overlap);
        let duplicate = LineOutcome::Repeated {
            marks: 0,
            repeated: 1,
        };
        assert_eq!(repeated(10), duplicate);
        assert_eq!(rows(&place, "range_events").await, BEFORE + 2);
    }
}

#[tokio::test]
async fn a_file_of_nothing_but_bad_lines_is_refused_even_when_they_are_to_be_skipped() {
    for place in Installation::both().await {
        let [first, _] = two_batches(&place).await;
        let refused = freeze(&place, Some(&first), "5-1\nx\n", true).await;
        assert_eq!(bad_lines(refused).len(), 2);
        assert_eq!(rows(&place, "range_events").await, BEFORE);
    }
}

#[tokio::test]
async fn a_line_whose_labels_cannot_go_there_is_bad_as_a_whole() {
    for place in Installation::both().await {
        let [first, _] = two_batches(&place).await;
        let lost = EventKind::Withdrawn(Withdrawal::Lost);
        place.change(&first, lost, "4-5", morning()).await.unwrap();
        let text = "0-2\n3-9\n5\n20-29\n";
        let used =
            async |skip_bad| change(&place, EventKind::Used, Some(&first), text, skip_bad).await;
        let why = |labels: &str| {
            LineError::Impossible(Said::new(
                format!("labels {labels} are lost_after_delivery (发放后遗失) and cannot be used"),
                format!("{labels} 号标志现为“发放后遗失”，不能使用"),
            ))
        };
        let wrong = [(2, why("4-5")), (3, why("5"))];
        assert_eq!(bad_lines(used(false).await), wrong);
        assert_eq!(rows(&place, "range_events").await, BEFORE + 1);
        let done = used(true).await.unwrap();
        assert_eq!(bad(&done.lines), wrong);
        assert_eq!((done.marks, done.unchanged), (13, 0));
        // Those that are so already are no hindrance.
        let again = change(&place, EventKind::Used, Some(&first), "0-3", false).await;
        let again = again.unwrap();
        assert_eq!((again.marks, again.unchanged), (1, 3));
    }
}

#[tokio::test]
async fn serials_of_several_batches_need_no_batch_but_must_have_been_issued() {
    for place in Installation::both().await {
        let [first, second] = two_batches(&place).await;
        let never_issued = Batch {
            number: yuanmark::domain::mark::BatchNumber::new(77).unwrap(),
            ..first.clone()
        };
        let text = format!(
            "{}\n{}\n{}\n{}\n",
            place.serial(&first, 1),
            place.serial(&second, 2),
            place.serial(&never_issued, 0),
            place.serial(&second, 10),
        );
        let refused = freeze(&place, None, &text, false).await;
        let wrong = [
            (3, LineError::UnknownBatch(never_issued.number)),
            (
                4,
                LineError::OutOfRange {
                    batch: second.number,
                    last: index(9),
                },
            ),
        ];
        assert_eq!(bad_lines(refused), wrong);
        let done = freeze(&place, None, &text, true).await.unwrap();
        assert_eq!(done.marks, 2);
        let changed: Vec<_> = done.ranges.iter().map(|(batch, _)| *batch).collect();
        assert_eq!(changed, [first.number, second.number]);
    }
}

#[tokio::test]
async fn who_chooses_nothing_changes_nothing() {
    for place in Installation::both().await {
        let [first, _] = two_batches(&place).await;
        for (batch, text, expected) in [
            (Some(&first), "# only a comment\n\n", "no mark is chosen"),
            (None, "", "no batch is named"),
        ] {
            let refused = freeze(&place, batch, text, true).await;
            assert_eq!(refusal(refused), expected);
        }
        let mut unknown = first.clone();
        unknown.number = yuanmark::domain::mark::BatchNumber::new(77).unwrap();
        let refused = freeze(&place, Some(&unknown), "", false).await;
        assert_eq!(refusal(refused), "there is no batch 77");
        assert_eq!(rows(&place, "range_events").await, BEFORE);
    }
}

#[tokio::test]
async fn a_selection_has_a_limit() {
    let place = Installation::new(crate::support::databases::TestDatabase::sqlite()).await;
    let [first, _] = two_batches(&place).await;
    let too_many = "5\n".repeat(MOST_LINES + 1);
    let refused = freeze(&place, Some(&first), &too_many, true).await;
    assert_eq!(refusal(refused), "there are more than 1000000 lines");
}
