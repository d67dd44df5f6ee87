//! What needs somebody's attention follows from the dates alone: nobody has to run anything for it.

use jiff::ToSpan;
use jiff::civil::Date;
use yuanmark::domain::access::Scope;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::licensee::attention::Attention;
use yuanmark::domain::licensee::{
    Licensee, LicenseeNumber, LicenseeState, NewLicensee, Step, StepTaken,
};
use yuanmark::service::licensees;

use super::proof::prove;
use super::{applicant, on, step};
use crate::support::installation::{Installation, call, line, morning};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

async fn since(place: &Installation, number: usize, date: &str) -> LicenseeNumber {
    let new = NewLicensee {
        state: LicenseeState::Active,
        date: day(date),
        document: Some(line("公告1")),
        ..applicant(number)
    };
    licensees::enter(&place.store, &call("科员", morning()), new)
        .await
        .unwrap()
        .number
}

async fn get(place: &Installation, number: LicenseeNumber) -> Licensee {
    licensees::get(&place.store, Scope::All, number)
        .await
        .unwrap()
}

/// The words for a licensee on a day; whoever is listed has some, and who has some is listed.
async fn words(place: &Installation, number: LicenseeNumber, date: &str) -> Vec<&'static str> {
    let listed = licensees::needing_attention(&place.store, day(date), 100)
        .await
        .unwrap();
    let found: Vec<&str> = get(place, number)
        .await
        .attention(day(date))
        .iter()
        .map(Attention::slug)
        .collect();
    assert_eq!(
        listed.iter().any(|licensee| licensee.number == number),
        !found.is_empty(),
        "{date}"
    );
    found
}

#[tokio::test]
async fn two_years_without_use_are_told_before_and_after() {
    for place in Installation::both().await {
        let number = since(&place, 0, "2026-01-05").await;
        assert!(words(&place, number, "2027-10-06").await.is_empty());
        assert_eq!(
            words(&place, number, "2027-10-07").await,
            ["not_used_soon"],
            "90 days before"
        );
        assert_eq!(words(&place, number, "2028-01-04").await, ["not_used_soon"]);
        assert_eq!(words(&place, number, "2028-01-05").await, ["not_used"]);
        let told = get(&place, number).await.attention(day("2028-01-05"));
        assert_eq!(
            told,
            [Attention::NotUsed {
                since: day("2026-01-05")
            }]
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_right_of_29_february_has_its_day_in_years_without_one() {
    for place in Installation::both().await {
        let number = since(&place, 0, "2024-02-29").await;
        assert_eq!(
            get(&place, number).await.non_use_ends(),
            Some(day("2026-02-28"))
        );
        assert_eq!(words(&place, number, "2026-02-27").await, ["not_used_soon"]);
        assert_eq!(words(&place, number, "2026-02-28").await, ["not_used"]);
    }
}

#[tokio::test]
async fn activation_and_use_begin_the_two_years_anew() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let number = batch.licensee;
        assert_eq!(words(&place, number, "2028-01-05").await, ["not_used"]);
        place
            .change(&batch, EventKind::Activated, "0-4", on("2026-05-01"))
            .await
            .unwrap();
        assert_eq!(get(&place, number).await.last_use, Some(day("2026-05-01")));
        assert!(words(&place, number, "2028-01-05").await.is_empty());
        assert_eq!(words(&place, number, "2028-05-01").await, ["not_used"]);
        // Shortly before midnight in London it is the next day in China.
        place
            .change(
                &batch,
                EventKind::Used,
                "0",
                super::at("2026-06-01T23:00:00Z"),
            )
            .await
            .unwrap();
        assert_eq!(words(&place, number, "2028-06-01").await, ["not_used_soon"]);
        assert_eq!(words(&place, number, "2028-06-02").await, ["not_used"]);
        // What is entered late does not turn the clock back; what changes nothing does not move it.
        place
            .change(&batch, EventKind::Used, "1", on("2026-05-20"))
            .await
            .unwrap();
        place
            .change(&batch, EventKind::Used, "0-1", on("2027-06-01"))
            .await
            .unwrap();
        assert_eq!(get(&place, number).await.last_use, Some(day("2026-06-02")));
        // Other things that happen to labels are no use of the mark.
        place
            .change(&batch, super::RETURNED, "9", on("2027-06-01"))
            .await
            .unwrap();
        assert_eq!(get(&place, number).await.last_use, Some(day("2026-06-02")));
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_correction_that_is_overdue_shows_the_day_after() {
    for place in Installation::both().await {
        let number = since(&place, 0, "2026-01-05").await;
        let order = StepTaken {
            due: Some(day("2026-04-30")),
            ..step(Step::OrderCorrection, "2026-03-01")
        };
        licensees::take_step(&place.store, &call("科员", morning()), number, order)
            .await
            .unwrap();
        assert!(
            words(&place, number, "2026-04-30").await.is_empty(),
            "the last day is in time"
        );
        assert_eq!(
            words(&place, number, "2026-05-01").await,
            ["correction_overdue"]
        );
        let accepted = step(Step::AcceptCorrection, "2026-05-02");
        licensees::take_step(
            &place.store,
            &call("科员", on("2026-05-02")),
            number,
            accepted,
        )
        .await
        .unwrap();
        assert!(words(&place, number, "2026-05-02").await.is_empty());
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_step_that_waits_for_a_second_person_shows_and_hides_nothing_else() {
    for place in Installation::both().await {
        let number = since(&place, 0, "2026-01-05").await;
        let order = StepTaken {
            due: Some(day("2026-03-15")),
            ..step(Step::OrderCorrection, "2026-03-01")
        };
        licensees::take_step(&place.store, &call("科员", morning()), number, order)
            .await
            .unwrap();
        let exit = step(Step::Exit, "2026-03-20");
        licensees::propose_step(&place.store, &call("科员", morning()), number, exit)
            .await
            .unwrap();
        assert_eq!(
            words(&place, number, "2026-04-02").await,
            ["correction_overdue", "waits_for_second"]
        );
        // Who looks back at an earlier day still finds the correction that was overdue then.
        let overdue = licensees::needing_attention(&place.store, day("2026-03-16"), 9)
            .await
            .unwrap();
        assert_eq!(overdue.len(), 1);
        licensees::confirm_step(&place.store, &call("科长", morning()), number)
            .await
            .unwrap();
        assert!(
            words(&place, number, "2030-01-01").await.is_empty(),
            "a right that has ended needs no use"
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn the_day_in_the_list_is_the_first_day_with_something_to_tell() {
    for place in Installation::both().await {
        for (number, date) in ["2023-12-31", "2024-02-28", "2024-02-29", "2024-03-01"]
            .into_iter()
            .enumerate()
        {
            let licensee = since(&place, number, date).await;
            let licensee = get(&place, licensee).await;
            let first = licensee.attention_from().unwrap();
            let mut today = day("2023-01-01");
            while today < day("2027-01-01") {
                assert_eq!(
                    !licensee.attention(today).is_empty(),
                    today >= first,
                    "{date}: {today}"
                );
                today = today.checked_add(1.day()).unwrap();
            }
        }
    }
}
