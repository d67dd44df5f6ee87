//! Firms: their codes, how they are entered, and on which day.

use yuanmark::domain::area::Area;
use yuanmark::domain::licensee::{LicenseeState, NewLicensee, Particulars};
use yuanmark::domain::printer::NewPrinter;
use yuanmark::domain::township::Township;
use yuanmark::domain::uscc::{Uscc, UsccError};
use yuanmark::service::{licensees, printers};

use super::super::proof::prove;
use super::super::{applicant, assert_conflict, assert_invalid, entries};
use super::clerk;
use crate::support::installation::{Installation, USCCS, line};

#[test]
fn a_code_with_any_wrong_character_is_no_code_of_a_firm() {
    let right = USCCS[0];
    for wrong in [
        "",
        " ",
        "9143098",
        "91430981MA4TEXT1XYY",
        "91430981-MA4TEXT1XY",
    ] {
        assert!(
            matches!(Uscc::new(wrong), Err(UsccError::Length(_))),
            "{wrong}"
        );
    }
    for letter in ["I", "O", "S", "V", "Z", "-", "沅", "\u{200b}"] {
        let wrong = format!("{}{letter}{}", &right[..7], &right[8..]);
        let Err(error @ UsccError::Character { place, .. }) = Uscc::new(&wrong) else {
            panic!("{wrong}")
        };
        assert_eq!(place, 8);
        let chinese = error.chinese();
        assert!(chinese.contains("第 8 位"), "{chinese}");
        assert!(!chinese.contains('\u{200b}'), "{chinese}");
    }
    // Each single character changed and each two neighbours swapped is noticed.
    let letters: Vec<char> = right.chars().collect();
    for place in 0..18 {
        for other in "0123456789ABCDEFGHJKLMNPQRTUWXY"
            .chars()
            .filter(|other| *other != letters[place])
        {
            let mut wrong = letters.clone();
            wrong[place] = other;
            let wrong: String = wrong.into_iter().collect();
            assert!(
                matches!(Uscc::new(&wrong), Err(UsccError::Check { .. })),
                "{wrong}"
            );
        }
        if place < 17 && letters[place] != letters[place + 1] {
            let mut wrong = letters.clone();
            wrong.swap(place, place + 1);
            assert!(Uscc::new(&wrong.into_iter().collect::<String>()).is_err());
        }
    }
    let json = serde_json::to_string(&applicant(0))
        .unwrap()
        .replace(right, "91430981MA4TEXT1XX");
    assert!(
        serde_json::from_str::<NewLicensee>(&json).is_err(),
        "nor is it read back"
    );
}

#[tokio::test]
async fn a_firm_is_entered_once_however_its_code_is_written() {
    for place in Installation::both().await {
        licensees::enter(&place.store, &clerk(), applicant(0))
            .await
            .unwrap();
        for again in [
            "91430981ma4text1xy",
            " 91430981MA4TEXT1XY ",
            "９１４３０９８１ＭＡ４ＴＥＸＴ１ＸＹ",
        ] {
            let new = NewLicensee {
                uscc: Uscc::new(again).unwrap(),
                ..applicant(1)
            };
            assert_conflict(
                licensees::enter(&place.store, &clerk(), new).await,
                "has a licensee with the code 91430981MA4TEXT1XY already",
            );
        }
        let printer = |uscc: &str| NewPrinter {
            name: line("虚构彩印"),
            uscc: Uscc::new(uscc).unwrap(),
            licence: line("印证1"),
        };
        // A licensee may print for others: the two registers are apart.
        printers::enter(&place.store, &clerk(), printer(USCCS[0]))
            .await
            .unwrap();
        assert_conflict(
            printers::enter(&place.store, &clerk(), printer(USCCS[0])).await,
            "there is a printer with the code",
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn licensees_are_not_entered_in_the_middle_of_their_path_or_from_the_future() {
    for place in Installation::both().await {
        let enter = |new| async { licensees::enter(&place.store, &clerk(), new).await };
        let of = |state| NewLicensee {
            state,
            document: Some(line("公告1")),
            ..applicant(0)
        };
        for &state in LicenseeState::ALL {
            if !["applied", "active"].contains(&state.slug()) {
                assert_invalid(enter(of(state)).await, "nobody is entered as");
            }
        }
        assert_invalid(
            enter(NewLicensee {
                document: None,
                ..of(LicenseeState::Active)
            })
            .await,
            "needs the number of the announcement",
        );
        for future in ["2026-04-03", "2027-04-02", "9999-12-31"] {
            assert_invalid(
                enter(NewLicensee {
                    date: future.parse().unwrap(),
                    ..applicant(0)
                })
                .await,
                "still to come",
            );
        }
        let township = |code: &str| Township::from_text(code).unwrap();
        let mut large = applicant(0);
        large.particulars.areas = [
            (township("006"), Area::MAX),
            (township("008"), Area::from_hundredths(1).unwrap()),
        ]
        .into();
        assert_invalid(
            enter(large).await,
            "1000000.01 mu is larger than the whole area",
        );
        let mut long = applicant(0);
        long.particulars.products = vec![line("罐头"); Particulars::MOST_ENTRIES + 1];
        assert_invalid(enter(long).await, "more than 50 entries");
        assert_eq!(entries(&place).await, 0);
        // The far past is strange, but breaks nothing.
        let old = NewLicensee {
            date: "-009999-01-01".parse().unwrap(),
            ..of(LicenseeState::Active)
        };
        let old = enter(old).await.unwrap();
        let today = "2026-04-02".parse().unwrap();
        assert_eq!(old.attention(today).len(), 1);
        assert_eq!(
            licensees::needing_attention(&place.store, today, 9)
                .await
                .unwrap()
                .len(),
            1
        );
        prove(&place).await;
    }
}
