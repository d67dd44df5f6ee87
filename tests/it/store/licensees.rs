//! `store::licensee`

use yuanmark::domain::licensee::{
    LegalBasis, Licensee, LicenseeNumber, LicenseeState, Pending, RightEnded, Step, StepTaken,
};
use yuanmark::domain::uscc::Uscc;
use yuanmark::store::licensee::Filter;
use yuanmark::store::{StoreError, Tx, kept, licensee};

use super::{a_licensee, add_licensee, both, noon};
use crate::support::databases::{execute, number};
use crate::support::installation::{USCCS, line};

fn end() -> RightEnded {
    RightEnded {
        at: noon(),
        marks_good_until: "2026-12-31T16:00:00.000001Z".parse().unwrap(),
        reason: line("两年未使用专用标志"),
        document: Some(line("公告2026年第3号")),
        actor: line("office"),
    }
}

async fn listed(tx: &mut Tx, filter: &Filter, after: u16, limit: u32) -> Vec<u16> {
    let after = LicenseeNumber(after);
    let licensees = licensee::list(tx, filter, after, limit).await.unwrap();
    licensees.iter().map(|licensee| licensee.number.0).collect()
}

#[tokio::test]
async fn a_licensee_comes_back_as_it_was_written() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        for (place, basis) in (0..).zip(LegalBasis::ALL) {
            let number = licensee::next_number(&mut tx).await.unwrap();
            let mut expected = a_licensee(number, place);
            expected.particulars.name = line(&format!("沅江'示例\" {place}"));
            expected.particulars.legal_basis = *basis;
            kept::save(&mut tx, &expected).await.unwrap();
            let found = licensee::get(&mut tx, number).await.unwrap();
            assert_eq!(found, Some(expected.clone()));
            let uscc = Uscc::new(USCCS[place]).unwrap();
            let found = licensee::by_uscc(&mut tx, &uscc).await.unwrap();
            assert_eq!(found, Some(expected));
        }
    }
}

#[tokio::test]
async fn a_licensee_that_is_not_there_is_none() {
    for (_database, store) in both().await {
        let mut tx = store.read().await.unwrap();
        for number in [0, 1, u16::MAX] {
            let found = licensee::get(&mut tx, LicenseeNumber(number)).await;
            assert_eq!(found.unwrap(), None);
        }
        let uscc = Uscc::new(USCCS[0]).unwrap();
        assert_eq!(licensee::by_uscc(&mut tx, &uscc).await.unwrap(), None);
        assert_eq!(listed(&mut tx, &Filter::default(), 0, 9).await, [0; 0]);
    }
}

#[tokio::test]
async fn a_uscc_stands_in_the_register_once() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        add_licensee(&mut tx, 0).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.write().await.unwrap();
        let again = add_licensee(&mut tx, 0).await;
        assert!(matches!(again, Err(StoreError::Unavailable(_))));
        drop(tx);
        let mut tx = store.read().await.unwrap();
        assert_eq!(listed(&mut tx, &Filter::default(), 0, 9).await, [1]);
    }
}

#[tokio::test]
async fn licensees_are_listed_by_number_from_where_one_left_off() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        for place in [2, 0, 3, 1] {
            add_licensee(&mut tx, place).await.unwrap();
        }
        let all = Filter::default();
        let found = licensee::list(&mut tx, &all, LicenseeNumber(0), 9).await;
        let found = found.unwrap();
        let usccs: Vec<&str> = found.iter().map(|one| one.uscc.as_str()).collect();
        assert_eq!(usccs, [USCCS[2], USCCS[0], USCCS[3], USCCS[1]]);
        assert_eq!(listed(&mut tx, &all, 1, 2).await, [2, 3]);
        assert_eq!(listed(&mut tx, &all, 4, 2).await, [0; 0]);
    }
}

#[tokio::test]
async fn licensees_are_found_by_a_part_of_their_name_or_code_and_by_nothing_like_it() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        for (place, name) in ["100%沅江", "沅江_芦笋!", "洞庭芦笋"].iter().enumerate() {
            let number = licensee::next_number(&mut tx).await.unwrap();
            let mut licensee = a_licensee(number, place);
            licensee.particulars.name = line(name);
            kept::save(&mut tx, &licensee).await.unwrap();
        }
        for (search, expected) in [
            ("沅江", vec![1, 2]),
            ("芦笋", vec![2, 3]),
            ("%", vec![1]),
            ("_", vec![2]),
            ("!", vec![2]),
            ("江%", vec![]),
            ("MA4TEXT36", vec![3]),
            ("", vec![1, 2, 3]),
        ] {
            let filter = Filter {
                search: Some(search.into()),
                ..Filter::default()
            };
            assert_eq!(listed(&mut tx, &filter, 0, 9).await, expected, "{search}");
        }
    }
}

#[tokio::test]
async fn licensees_are_listed_by_state_and_by_the_day_on_which_they_need_attention() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let first = add_licensee(&mut tx, 0).await.unwrap();
        let second = add_licensee(&mut tx, 1).await.unwrap();
        let correcting = Licensee {
            state: LicenseeState::Correcting,
            correction_due: Some("2026-05-01".parse().unwrap()),
            ..a_licensee(second, 1)
        };
        kept::save(&mut tx, &correcting).await.unwrap();
        for (state, expected) in [
            (LicenseeState::Active, vec![first.0]),
            (LicenseeState::Correcting, vec![second.0]),
            (LicenseeState::Exited, vec![]),
        ] {
            let filter = Filter {
                state: Some(state),
                ..Filter::default()
            };
            assert_eq!(listed(&mut tx, &filter, 0, 9).await, expected);
        }
        let due = correcting.attention_from().unwrap();
        for (day, expected) in [(due.yesterday().unwrap(), vec![]), (due, vec![second.0])] {
            let filter = Filter {
                attention_on: Some(day),
                ..Filter::default()
            };
            assert_eq!(listed(&mut tx, &filter, 0, 9).await, expected, "{day}");
        }
    }
}

#[tokio::test]
async fn the_end_of_a_right_and_a_step_that_waits_come_back_until_they_are_undone() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let number = add_licensee(&mut tx, 0).await.unwrap();
        let undo = StepTaken {
            step: Step::Undo,
            date: "2026-04-02".parse().unwrap(),
            ground: line("复议决定"),
            document: Some(line("沅政复决〔2026〕1号")),
            due: None,
            marks_good_until: None,
        };
        let pending = Pending {
            step: undo,
            by: line("office"),
            at: noon(),
        };
        let in_force = a_licensee(number, 0);
        let ended = Licensee {
            state: LicenseeState::Cancelled,
            state_before: Some(LicenseeState::Active),
            pending: Some(pending),
            ended: Some(end()),
            ..in_force.clone()
        };
        for expected in [ended, in_force] {
            kept::save(&mut tx, &expected).await.unwrap();
            let found = licensee::get(&mut tx, number).await.unwrap();
            assert_eq!(found, Some(expected));
        }
        let rows = number_of_licensees(&mut tx).await;
        assert_eq!(rows, 1, "a licensee is one row, whatever becomes of it");
    }
}

async fn number_of_licensees(tx: &mut Tx) -> i64 {
    number(tx, "SELECT count(*) FROM licensees").await
}

#[tokio::test]
async fn after_65535_licensees_the_numbers_are_used_up() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        execute(
            &mut tx,
            "UPDATE counters SET next = 65535 WHERE name = 'licensee'",
        )
        .await;
        let last = add_licensee(&mut tx, 0).await.unwrap();
        assert_eq!(last, LicenseeNumber(65_535));
        let beyond = add_licensee(&mut tx, 1).await;
        assert!(matches!(beyond, Err(StoreError::NumbersUsedUp("licensee"))));
        assert_eq!(number_of_licensees(&mut tx).await, 1);
    }
}
