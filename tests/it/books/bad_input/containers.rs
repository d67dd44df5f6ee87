//! Rolls and boxes that overlap, do not exist, or hold something else.

use yuanmark::domain::access::Scope;
use yuanmark::domain::container::ContainerKind::{self, Box, Roll};
use yuanmark::domain::container::ContainerNumber;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::mark::IndexRange;
use yuanmark::service::containers::Fill;
use yuanmark::service::marks::Which;
use yuanmark::service::{ServiceError, containers, licensees};

use super::super::proof::prove;
use super::super::{RETURNED, assert_conflict, assert_invalid, assert_no_such, change, of_lines};
use super::clerk;
use crate::support::databases::execute;
use crate::support::installation::{Installation, line};

#[tokio::test]
async fn a_label_is_in_one_roll_and_one_box() {
    for place in Installation::both().await {
        let batch = place.batch(100).await;
        let key = &place.keys;
        let fill = async |kind, lines: &str| {
            let fill = Fill {
                kind,
                batch: Some(batch.number),
                lines,
                label: None,
            };
            containers::fill(&place.store, key, &clerk(), &fill).await
        };
        assert_eq!(
            fill(Roll, "10-19\n15-29\n50")
                .await
                .unwrap()
                .filled
                .ranges
                .len(),
            2
        );
        for overlapping in ["0-10", "29-30", "15", "0-99", "50", "49-51", "0-5\n40-60"] {
            assert_conflict(fill(Roll, overlapping).await, "are in roll 1 already");
        }
        fill(Roll, "30-49\n0-9").await.unwrap();
        assert_conflict(fill(Roll, "9-10").await, "already");
        fill(Box, "0-99").await.unwrap();
        assert_conflict(fill(Box, "99").await, "are in box 3 already");
        assert!(matches!(
            fill(Roll, "98-100").await,
            Err(ServiceError::BadLines { bad: 1, .. })
        ));
        assert_invalid(fill(Roll, "# leer").await, "these marks are of 0 batches");

        let none: [ContainerNumber; 0] = [];
        let used = |numbers| of_lines(EventKind::Used, Which::Containers(numbers), batch.number);
        assert_invalid(
            change(&place, &clerk(), &used(&none)).await,
            "no container is named",
        );
        assert_no_such(
            change(&place, &clerk(), &used(&[ContainerNumber(9)])).await,
            "there is no container 9",
        );
        let twice = [ContainerNumber(1), ContainerNumber(1), ContainerNumber(2)];
        assert_eq!(
            change(&place, &clerk(), &used(&twice)).await.unwrap().marks,
            51,
            "each label once"
        );
        // The box holds used labels among others: it is not returned as a whole.
        let returned = of_lines(
            RETURNED,
            Which::Containers(&[ContainerNumber(3)]),
            batch.number,
        );
        assert_conflict(
            change(&place, &clerk(), &returned).await,
            "labels 0-50 are used",
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_roll_is_in_a_box_whole_and_a_label_names_one_of_them() {
    for place in Installation::both().await {
        let batch = place.batch(300).await;
        let fill = async |kind, lines: &str, label: &str| {
            let fill = Fill {
                kind,
                batch: Some(batch.number),
                lines,
                label: (!label.is_empty()).then(|| line(label)),
            };
            containers::fill(&place.store, &place.keys, &clerk(), &fill).await
        };
        fill(Roll, "150-199", "甲").await.unwrap();
        for torn in ["100-160", "160-170", "190-250", "100-149\n151-250"] {
            assert_conflict(fill(Box, torn, "").await, "roll 1 only in part");
        }
        fill(Box, "100-249", "乙").await.unwrap();
        for torn in ["90-100", "249-250", "90-110"] {
            assert_conflict(fill(Roll, torn, "").await, "are in box 2, others are not");
        }
        fill(Roll, "100-149", "").await.unwrap();
        assert_conflict(fill(Roll, "0-9", "甲").await, "甲 stands on roll 1");
        for listed in ["甲,乙", "甲，乙", "甲、乙", "甲;乙", "甲；乙"] {
            assert_invalid(fill(Roll, "0-9", listed).await, "holds a separator");
        }
        // The same licensee's next batch is told from this one; another licensee's labels are its own.
        let licensee = licensees::get(&place.store, Scope::All, batch.licensee)
            .await
            .unwrap();
        let order = place.order(&licensee, 10).await;
        let next = place.issue(&order, "next").await.unwrap().batch;
        let other = place.licensee(1).await;
        let order = place.order(&other, 10).await;
        let foreign = place.issue(&order, "foreign").await.unwrap().batch;
        let of = async |batch| {
            let fill = Fill {
                kind: Roll,
                batch: Some(batch),
                lines: "0-9",
                label: Some(line("甲")),
            };
            containers::fill(&place.store, &place.keys, &clerk(), &fill).await
        };
        assert_conflict(of(next.number).await, "甲 stands on roll 1");
        of(foreign.number).await.unwrap();
        prove(&place).await;
    }
}

#[tokio::test]
async fn the_oldest_of_forty_thousand_boxes_still_holds_its_label() {
    for place in Installation::both().await {
        let batch = place.batch(40_001).await;
        let mut tx = place.store.write().await.unwrap();
        let sql = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) \
             INSERT INTO containers (number, batch, kind, body) SELECT i, {0}, 'box', \
             '{{\"number\":' || i || ',\"filled\":{{\"kind\":\"box\",\"batch\":{0},\"ranges\":[[' || i || ',' || i || ']]}},\
             \"at\":\"2026-04-02T00:00:00Z\",\"by\":\"test\"}}' FROM n",
            batch.number
        );
        execute(&mut tx, &sql).await;
        execute(
            &mut tx,
            "UPDATE counters SET next = 40001 WHERE name = 'container'",
        )
        .await;
        tx.commit().await.unwrap();
        let fill = Fill {
            kind: ContainerKind::Box,
            batch: Some(batch.number),
            lines: "0-1",
            label: None,
        };
        let answer = containers::fill(&place.store, &place.keys, &clerk(), &fill).await;
        assert_conflict(answer, "are in box 1 already");
    }
}

#[tokio::test]
async fn a_box_is_held_against_what_was_found_in_it() {
    for place in Installation::both().await {
        let batch = place.batch(50).await;
        let licensee = licensees::get(&place.store, Scope::All, batch.licensee)
            .await
            .unwrap();
        let order = place.order(&licensee, 10).await;
        let other = place.issue(&order, "second").await.unwrap().batch;
        let key = &place.keys;
        let lines = "10-19\n30-34";
        let fill = Fill {
            kind: ContainerKind::Box,
            batch: Some(batch.number),
            lines,
            label: None,
        };
        let number = containers::fill(&place.store, key, &clerk(), &fill)
            .await
            .unwrap()
            .number;
        let found = async |lines: &str| {
            let (_, comparison, reports) =
                containers::compare(&place.store, Scope::All, key, number, lines)
                    .await
                    .unwrap();
            let shown = |ranges: &[IndexRange]| {
                ranges
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<String>>()
                    .join(" ")
            };
            let others: Vec<String> = comparison
                .other_batches
                .iter()
                .map(|(batch, ranges)| format!("{batch}: {}", shown(ranges)))
                .collect();
            let bad = reports.iter().filter(|line| {
                matches!(
                    line.outcome,
                    yuanmark::domain::selection::LineOutcome::Bad(_)
                )
            });
            (
                comparison.agree,
                shown(&comparison.missing),
                shown(&comparison.foreign),
                others.join(" "),
                bad.count(),
            )
        };
        let empty = String::new;
        assert_eq!(
            found("10-19\n30-34").await,
            (15, empty(), empty(), empty(), 0)
        );
        assert_eq!(
            found("").await,
            (0, "10-19 30-34".into(), empty(), empty(), 0)
        );
        assert_eq!(
            found("0-49").await,
            (15, empty(), "0-9 20-29 35-49".into(), empty(), 0)
        );
        let foreign = format!(
            "{}..{}\n{}\n12\n12\n33-36\nfalsch\n77",
            place.serial(&other, 3),
            place.serial(&other, 6),
            place.serial(&batch, 10)
        );
        assert_eq!(
            found(&foreign).await,
            (
                4,
                "11 13-19 30-32".into(),
                "35-36".into(),
                "2: 3-6".into(),
                2
            )
        );
        assert_no_such(
            containers::compare(&place.store, Scope::All, key, ContainerNumber(9), "").await,
            "there is no container 9",
        );
        prove(&place).await;
    }
}
