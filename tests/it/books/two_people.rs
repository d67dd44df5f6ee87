//! The path of a licensee, walked from every state by every step; and the steps that need two people.

use std::collections::BTreeMap;

use yuanmark::domain::access::Scope;
use yuanmark::domain::licensee::{
    Licensee, LicenseeNumber, LicenseeState, NewLicensee, Step, StepTaken,
};
use yuanmark::domain::refusal::RefusalKind;
use yuanmark::domain::uscc::Uscc;
use yuanmark::service::transfers::{confirm, propose};
use yuanmark::service::{ServiceError, entitlements, licensees, lots, orders};

use super::proof::prove;
use super::{applicant, assert_conflict, assert_invalid, assert_no_such, at, on, step, told};
use crate::support::installation::{Installation, call, line, morning};

/// The path as the city's plan draws it: from, step, to.
const PATH: [(&str, &str, &str); 22] = [
    ("applied", "review", "reviewed"),
    ("applied", "reject", "rejected"),
    ("reviewed", "reject", "rejected"),
    ("reviewed", "approve", "approved"),
    ("rejected", "reapply", "applied"),
    ("approved", "admit", "active"),
    ("approved", "cancel", "cancelled"),
    ("active", "order-correction", "correcting"),
    ("active", "suspend", "suspended"),
    ("active", "cancel", "cancelled"),
    ("active", "exit", "exited"),
    ("correcting", "accept-correction", "active"),
    ("correcting", "suspend", "suspended"),
    ("correcting", "cancel", "cancelled"),
    ("correcting", "exit", "exited"),
    ("suspended", "resume", "active"),
    ("suspended", "cancel", "cancelled"),
    ("suspended", "exit", "exited"),
    ("exited", "blacklist", "blacklisted"),
    // Back to where it stood: these licensees were active.
    ("cancelled", "undo", "active"),
    ("exited", "undo", "active"),
    ("blacklisted", "undo", "exited"),
];
const TWO: [&str; 3] = ["exit", "blacklist", "undo"];

/// The steps that lead to a state.
fn way_to(state: LicenseeState) -> &'static [Step] {
    use Step as S;
    match state {
        LicenseeState::Applied => &[],
        LicenseeState::Reviewed => &[S::Review],
        LicenseeState::Rejected => &[S::Reject],
        LicenseeState::Approved => &[S::Review, S::Approve],
        LicenseeState::Active => &[S::Review, S::Approve, S::Admit],
        LicenseeState::Correcting => &[S::Review, S::Approve, S::Admit, S::OrderCorrection],
        LicenseeState::Suspended => &[S::Review, S::Approve, S::Admit, S::Suspend],
        LicenseeState::Cancelled => &[S::Review, S::Approve, S::Admit, S::Cancel],
        LicenseeState::Exited => &[S::Review, S::Approve, S::Admit, S::Exit],
        LicenseeState::Blacklisted => &[S::Review, S::Approve, S::Admit, S::Exit, S::Blacklist],
    }
}

/// A code of nobody's with the right check character.
fn uscc(number: usize) -> Uscc {
    let head = format!("91430981MA4TEX{number:03}");
    let letters = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars();
    letters
        .clone()
        .find_map(|check| Uscc::new(&format!("{head}{check}")).ok())
        .unwrap()
}

async fn entered(place: &Installation, number: usize) -> LicenseeNumber {
    let new = NewLicensee {
        uscc: uscc(number),
        ..applicant(0)
    };
    licensees::enter(&place.store, &call("科员", morning()), new)
        .await
        .unwrap()
        .number
}

/// Takes a step, by two people where it needs two.
async fn take(
    place: &Installation,
    number: LicenseeNumber,
    taken: StepTaken,
) -> Result<Licensee, ServiceError> {
    let store = &place.store;
    if !TWO.contains(&taken.step.slug()) {
        return licensees::take_step(store, &call("科员", morning()), number, taken).await;
    }
    licensees::propose_step(store, &call("科员", morning()), number, taken).await?;
    licensees::confirm_step(store, &call("科长", morning()), number).await
}

/// A licensee whose right is in force since 5 January.
async fn active(place: &Installation, number: usize) -> LicenseeNumber {
    place.licensee(number).await.number
}

#[tokio::test]
async fn from_every_state_every_step_goes_where_it_is_drawn_or_is_refused() {
    let drawn: BTreeMap<(&str, &str), &str> = PATH
        .iter()
        .map(|(from, step, to)| ((*from, *step), *to))
        .collect();
    for place in Installation::both().await {
        let mut number = 0;
        for &state in LicenseeState::ALL {
            for &next in Step::ALL {
                number += 1;
                let licensee = entered(&place, number).await;
                for &on_the_way in way_to(state) {
                    take(&place, licensee, step(on_the_way, "2026-01-10"))
                        .await
                        .unwrap();
                }
                let before = licensees::get(&place.store, Scope::All, licensee)
                    .await
                    .unwrap();
                assert_eq!(before.state, state);
                let answer = take(&place, licensee, step(next, "2026-02-10")).await;
                match drawn.get(&(state.slug(), next.slug())) {
                    Some(to) => {
                        let after = answer.unwrap();
                        assert_eq!(after.state.slug(), *to, "{} {}", state.slug(), next.slug());
                        assert_eq!(after.state_since.to_string(), "2026-02-10");
                        assert_eq!(after.ended.is_some(), after.state.has_ended());
                    }
                    None => {
                        let (kind, what) = told(answer);
                        assert_eq!(kind, RefusalKind::Conflict, "{what}");
                        let words = format!(
                            "is {} ({}): {} ({}) does not lead on from there",
                            state.slug(),
                            state.chinese(),
                            next.slug(),
                            next.chinese()
                        );
                        assert!(what.contains(&words), "{what}");
                        assert_eq!(
                            licensees::get(&place.store, Scope::All, licensee)
                                .await
                                .unwrap(),
                            before
                        );
                    }
                }
            }
        }
        prove(&place).await;
    }
}

#[tokio::test]
async fn what_ended_goes_back_to_just_where_it_stood() {
    for place in Installation::both().await {
        let store = &place.store;
        let mut number = 0;
        for before in [Step::OrderCorrection, Step::Suspend] {
            for end in [Step::Cancel, Step::Exit] {
                number += 1;
                let licensee = entered(&place, number).await;
                for first in [Step::Review, Step::Approve, Step::Admit] {
                    take(&place, licensee, step(first, "2026-01-10"))
                        .await
                        .unwrap();
                }
                let stood = take(&place, licensee, step(before, "2026-01-20"))
                    .await
                    .unwrap();
                let ended = take(&place, licensee, step(end, "2026-02-01"))
                    .await
                    .unwrap();
                assert_eq!(
                    ended.ended.unwrap().marks_good_until,
                    morning(),
                    "the moment of entry, if nothing else is said"
                );
                take(&place, licensee, step(Step::Undo, "2026-03-01"))
                    .await
                    .unwrap();
                let back = licensees::get(store, Scope::All, licensee).await.unwrap();
                assert_eq!(
                    (back.state, back.ended, back.correction_due),
                    (stood.state, None, stood.correction_due)
                );
            }
        }
        prove(&place).await;
    }
}

#[tokio::test]
async fn one_person_alone_does_not_end_a_right_whichever_way_the_name_is_written() {
    for place in Installation::both().await {
        let store = &place.store;
        let licensee = active(&place, 0).await;
        let exit = step(Step::Exit, "2026-03-01");
        assert_conflict(
            licensees::take_step(store, &call("Zhang San", morning()), licensee, exit.clone())
                .await,
            "needs two people",
        );
        assert_conflict(
            licensees::confirm_step(store, &call("李四", morning()), licensee).await,
            "no step",
        );
        assert_conflict(
            licensees::drop_step(store, &call("李四", morning()), licensee, None).await,
            "no step",
        );
        licensees::propose_step(store, &call("Zhang San", morning()), licensee, exit.clone())
            .await
            .unwrap();
        for same in [
            "Zhang San",
            "zhang san",
            "ZHANGSAN",
            " Zhang  San ",
            "Ｚｈａｎｇ　Ｓａｎ",
            "Zhang\u{a0}San",
            "Zhang\u{3000}San",
            "Zhang\u{200b}San",
            "Zhang\u{2060}San",
            "Zhang-San",
        ] {
            let answer = licensees::confirm_step(store, &call(same, morning()), licensee).await;
            assert_conflict(answer, "proposed this step and cannot confirm it too");
        }
        let still = licensees::get(store, Scope::All, licensee).await.unwrap();
        assert_eq!(still.state, LicenseeState::Active, "nothing has ended");
        assert_conflict(
            licensees::propose_step(store, &call("王五", morning()), licensee, exit).await,
            "still waits for a second person",
        );
        let ended = licensees::confirm_step(store, &call("李四", morning()), licensee)
            .await
            .unwrap();
        assert_eq!(ended.ended.unwrap().actor, line("李四"));
        prove(&place).await;
    }
}

#[tokio::test]
async fn each_side_of_a_transfer_confirms_by_a_person_of_its_own() {
    for place in Installation::both().await {
        let (giver, receiver) = (active(&place, 0).await, active(&place, 1).await);
        let from = super::account(giver, 2026);
        let (store, by) = (&place.store, call("科员", morning()));
        entitlements::adjust(store, &by, from, 100, line("核定"), line("核定1"))
            .await
            .unwrap();
        let transfer = propose(store, &by, from, receiver, 10, None)
            .await
            .unwrap()
            .number;
        confirm(store, &call("Zhang San", morning()), transfer, giver)
            .await
            .unwrap();
        assert_conflict(
            confirm(store, &call("zhangsan", morning()), transfer, receiver).await,
            "for the other side",
        );
        assert_conflict(
            confirm(store, &call("李四", morning()), transfer, giver).await,
            "has confirmed transfer",
        );
        let stranger = active(&place, 2).await;
        assert_invalid(
            confirm(store, &call("李四", morning()), transfer, stranger).await,
            "has no part",
        );
        confirm(store, &call("李四", morning()), transfer, receiver)
            .await
            .unwrap();
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_step_that_no_longer_leads_on_cannot_be_confirmed() {
    for place in Installation::both().await {
        let store = &place.store;
        let licensee = active(&place, 0).await;
        let proposed = call("张三", morning());
        licensees::propose_step(store, &proposed, licensee, step(Step::Exit, "2026-02-01"))
            .await
            .unwrap();
        // Meanwhile it was suspended, on a later day.
        take(&place, licensee, step(Step::Suspend, "2026-02-02"))
            .await
            .unwrap();
        let answer = licensees::confirm_step(store, &call("李四", morning()), licensee).await;
        assert_invalid(
            answer,
            "the decision is of 2026-02-01, but licensee 1 is suspended since 2026-02-02 only",
        );
        take(&place, licensee, step(Step::Cancel, "2026-02-03"))
            .await
            .unwrap();
        let answer = licensees::confirm_step(store, &call("李四", morning()), licensee).await;
        assert_conflict(answer, "does not lead on from there");
        let dropped = licensees::drop_step(store, &proposed, licensee, Some(line("证据不足")))
            .await
            .unwrap();
        assert_eq!(dropped.pending, None);
        prove(&place).await;
    }
}

#[tokio::test]
async fn what_belongs_to_a_step_must_stand_by_it_and_nothing_else() {
    for place in Installation::both().await {
        let store = &place.store;
        let number = active(&place, 0).await;
        let before = super::entries(&place).await;
        let take = |taken: StepTaken| async {
            licensees::take_step(store, &call("科员", morning()), number, taken).await
        };
        let good = |which| step(which, "2026-03-01");
        let words = |which: Step| format!("{} needs the number of a document", which.slug());

        for which in [
            Step::OrderCorrection,
            Step::Suspend,
            Step::Cancel,
            Step::Exit,
            Step::Undo,
            Step::Approve,
            Step::Reject,
        ] {
            let bare = StepTaken {
                document: None,
                ..good(which)
            };
            assert_invalid(take(bare).await, &words(which));
        }
        let early = StepTaken {
            date: "2026-01-04".parse().unwrap(),
            ..good(Step::Suspend)
        };
        assert_invalid(take(early).await, "is active since 2026-01-05 only");
        let late = StepTaken {
            date: "2026-04-03".parse().unwrap(),
            ..good(Step::Suspend)
        };
        assert_invalid(take(late).await, "still to come");
        let endless = StepTaken {
            due: None,
            ..good(Step::OrderCorrection)
        };
        assert_invalid(take(endless).await, "needs a date until when");
        let due = Some("2026-02-28".parse().unwrap());
        let before_it_began = StepTaken {
            due,
            ..good(Step::OrderCorrection)
        };
        assert_invalid(take(before_it_began).await, "before it was ordered");
        let strange = StepTaken {
            due,
            ..good(Step::Suspend)
        };
        assert_invalid(take(strange).await, "has no date until when");
        let policy = Some(at("2026-12-31T16:00:00Z"));
        let strange = StepTaken {
            marks_good_until: policy,
            ..good(Step::Suspend)
        };
        assert_invalid(take(strange).await, "marks stay good");
        let past = StepTaken {
            marks_good_until: Some(at("2025-12-31T16:00:00Z")),
            ..good(Step::Cancel)
        };
        assert_invalid(take(past).await, "before the licensee was entered");
        let answer =
            licensees::propose_step(store, &call("科员", morning()), number, good(Step::Suspend))
                .await;
        assert_invalid(answer, "does not need two people");
        let nobody = LicenseeNumber(999);
        let answer =
            licensees::take_step(store, &call("科员", morning()), nobody, good(Step::Suspend))
                .await;
        assert_no_such(answer, "there is no licensee 999");
        assert_eq!(super::entries(&place).await, before, "nothing was entered");

        // The day of the decision is the day in China.
        let late_evening = call("科员", at("2026-04-02T16:30:00Z"));
        let taken = StepTaken {
            date: "2026-04-03".parse().unwrap(),
            ..good(Step::Suspend)
        };
        licensees::take_step(store, &late_evening, number, taken)
            .await
            .unwrap();
        prove(&place).await;
    }
}

#[tokio::test]
async fn what_a_licensee_may_do_follows_from_where_it_stands() {
    for place in Installation::both().await {
        let store = &place.store;
        let by = call("科员", on("2026-04-02"));
        for (number, &state) in (1..).zip(LicenseeState::ALL) {
            let licensee = entered(&place, number).await;
            for &on_the_way in way_to(state) {
                take(&place, licensee, step(on_the_way, "2026-01-10"))
                    .await
                    .unwrap();
            }
            let account = super::account(licensee, 2026);
            entitlements::adjust(store, &by, account, 100, line("核定"), line("核定1"))
                .await
                .unwrap();
            let is_in_force = ["active", "correcting"].contains(&state.slug());
            let placed = orders::place(store, &by, super::new_order(licensee, 2026, 10)).await;
            assert_eq!(placed.is_ok(), is_in_force, "{}", state.slug());
            let entered = lots::enter(store, &by, super::new_lot(licensee, 2026, 10)).await;
            assert_eq!(entered.is_ok(), is_in_force, "{}", state.slug());
            if let Ok(order) = placed {
                let approved = orders::approve(store, &by, order.number, None).await;
                assert_eq!(
                    approved.is_ok(),
                    state == LicenseeState::Active,
                    "no order is approved while something is to be corrected"
                );
            }
        }
        prove(&place).await;
    }
}
