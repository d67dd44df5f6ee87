//! The plan's targets, against figures that somebody entered.

use yuanmark::domain::event::EventKind;
use yuanmark::domain::ledger::entry::KINDS;
use yuanmark::domain::licensee::{LicenseeState, Step};
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::plan::PlanFigures;
use yuanmark::service::report::{self, Output, Users};
use yuanmark::service::{licensees, plan};

use super::proof::prove;
use super::{applicant, assert_invalid, assert_stale, at, entries, named, on, season, step};
use crate::support::installation::{Installation, call, index, line, morning};
use crate::support::scans::{self, Scanned};

fn figures(version: u32, year: u16, producers: u32, output_tonnes: u32) -> PlanFigures {
    PlanFigures {
        version,
        season: season(year),
        producers,
        output_tonnes,
        document: line("统计公报2026-1"),
    }
}

#[tokio::test]
async fn figures_are_entered_version_by_version_and_proved() {
    for place in Installation::both().await {
        let store = &place.store;
        let by = call("审批人", morning());
        assert_eq!(plan::newest_version(store).await.unwrap(), 0);
        let first = figures(1, 2026, 16, 30_000);
        plan::set(store, &named("审批人", "一"), first.clone())
            .await
            .unwrap();
        let before = entries(&place).await;
        plan::set(store, &named("审批人", "一"), first.clone())
            .await
            .unwrap();
        assert_eq!(entries(&place).await, before, "a retry does nothing");

        // Two read version 1; the second is told that there is another by now.
        plan::set(store, &by, figures(2, 2026, 17, 31_000))
            .await
            .unwrap();
        let late = plan::set(store, &by, figures(2, 2026, 99, 1)).await;
        assert_stale(late, "at version 2 by now");
        assert_stale(
            plan::set(store, &by, figures(4, 2026, 9, 1)).await,
            "at version 2",
        );
        assert_invalid(
            plan::set(store, &by, figures(3, 2026, 0, 1)).await,
            "0 producers",
        );
        plan::set(store, &by, figures(3, 2025, 15, 29_000))
            .await
            .unwrap();

        let of = async |year: u16| {
            let found = plan::list(store, Some(season(year)), None, 9)
                .await
                .unwrap();
            found
                .iter()
                .map(|set| set.figures.version)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (of(2026).await, of(2025).await, of(2024).await),
            (vec![2, 1], vec![3], vec![])
        );
        let older = plan::list(store, None, Some(3), 1).await.unwrap();
        assert_eq!(older[0].figures, figures(2, 2026, 17, 31_000));
        assert!(KINDS.iter().any(|(kind, ..)| *kind == "plan_figures"));
        let books = prove(&place).await;
        assert_eq!(books.plan_figures.len(), 3);
    }
}

#[tokio::test]
async fn a_season_is_measured_against_the_figures_in_force() {
    for place in Installation::both().await {
        let store = &place.store;
        let targets = async |day| report::targets(store, season(2026), on(day)).await.unwrap();
        assert_eq!(
            targets("2026-04-02").await.of_users(),
            None,
            "nothing to measure against"
        );

        // 40 marks of 425 g are used, of 60 that are activated.
        let batch = place.batch(100).await;
        place
            .change(&batch, EventKind::Activated, "0-59", morning())
            .await
            .unwrap();
        place
            .change(&batch, EventKind::Used, "0-39", morning())
            .await
            .unwrap();
        // A second licensee in force uses nothing; a third has only applied.
        place.licensee(1).await;
        let third = licensees::enter(store, &call("科员", morning()), applicant(2))
            .await
            .unwrap();
        assert_eq!(third.state, LicenseeState::Applied);
        plan::set(store, &call("审批人", morning()), figures(1, 2026, 3, 1))
            .await
            .unwrap();

        let found = targets("2026-04-02").await;
        let users = Users {
            in_force: 2,
            suspended: 0,
        };
        let output = Output {
            grams: 40 * 425,
            marks_without_weight: 0,
        };
        assert_eq!((found.users, found.output), (users, output));
        let (of_users, of_output) = (found.of_users().unwrap(), found.of_output().unwrap());
        assert_eq!(
            (of_users.part, of_users.whole, of_users.is_met()),
            (2, 3, false)
        );
        assert_eq!(of_users.lacks(), 1);
        assert_eq!((of_output.part, of_output.whole), (17_000, 1_000_000));

        // One right rests, and then ends: it counts while it has not ended.
        let by = call("科员", on("2026-05-06"));
        let rests = step(Step::Suspend, "2026-05-06");
        licensees::take_step(store, &by, batch.licensee, rests)
            .await
            .unwrap();
        let users = targets("2026-05-06").await.users;
        assert_eq!(
            users,
            Users {
                in_force: 2,
                suspended: 1
            }
        );
        let by = call("科员", on("2026-06-01"));
        let ends = step(Step::Cancel, "2026-06-01");
        licensees::take_step(store, &by, batch.licensee, ends)
            .await
            .unwrap();
        assert_eq!(targets("2026-06-01").await.users.in_force, 1);
        assert_eq!(
            targets("2026-05-31").await.users.in_force,
            2,
            "as of the day"
        );
        assert_eq!(
            targets("2026-01-04").await.users.in_force,
            0,
            "before both came into force"
        );

        let all = report::by_licensee(
            store,
            season(2026),
            on("2026-06-01"),
            yuanmark::domain::licensee::LicenseeNumber(0),
            9,
        )
        .await
        .unwrap();
        let listed: Vec<_> = all
            .iter()
            .map(|one| (one.number.0, one.is_user, one.funnel.used, one.output.grams))
            .collect();
        assert_eq!(
            listed,
            [(batch.licensee.0, false, 40, 17_000), (2, true, 0, 0)],
            "its marks are in the output though its right has ended"
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn scans_of_days_that_are_over_are_counted_once() {
    for place in Installation::both().await {
        let store = &place.store;
        let batch = place.batch(10).await;
        let scan = async |mark: u32, time: &str| {
            let mut tx = store.write().await.unwrap();
            let scan = Scanned {
                mark: MarkId {
                    batch: batch.number,
                    index: index(mark),
                },
                at: at(time),
                state: "active",
                place: None,
                phone: None,
                channel: "consumer",
            };
            scans::count(&mut tx, &scan).await;
            tx.commit().await.unwrap();
        };
        let counts = async |now: &str| {
            let (from, until) = ("2026-04-01".parse().unwrap(), "2026-04-03".parse().unwrap());
            let found = report::scans(store, from, until, at(now)).await.unwrap();
            assert_eq!(
                found.all(),
                found
                    .provinces
                    .iter()
                    .map(report::Counted::all)
                    .sum::<u64>()
            );
            found
                .days
                .iter()
                .map(report::Counted::all)
                .collect::<Vec<_>>()
        };
        scan(0, "2026-04-02T23:59:59+08:00").await;
        scan(1, "2026-04-03T00:00:00+08:00").await;
        // Half past midnight: yesterday is over, but somebody may still be writing.
        assert_eq!(counts("2026-04-03T00:30:00+08:00").await, [0, 1, 1]);
        scan(2, "2026-04-02T23:59:59+08:00").await;
        assert_eq!(counts("2026-04-03T01:30:00+08:00").await, [0, 2, 1]);
        // From now on the second is kept as it was counted; the third goes on.
        scan(3, "2026-04-02T12:00:00+08:00").await;
        scan(4, "2026-04-03T02:00:00+08:00").await;
        assert_eq!(counts("2026-04-03T02:30:00+08:00").await, [0, 2, 2]);
    }
}
