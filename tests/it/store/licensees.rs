//! `store::licensee`

use yuanmark::domain::licensee::{LegalBasis, Licensee, LicenseeNumber, RightEnded};
use yuanmark::domain::uscc::Uscc;
use yuanmark::store::{StoreError, licensee};

use super::{add_licensee, both, noon};
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

#[tokio::test]
async fn a_licensee_comes_back_as_it_was_written() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        for (place, basis) in (0..).zip(LegalBasis::ALL) {
            let name = line(&format!("沅江'示例\" {place}"));
            let uscc = Uscc::new(USCCS[place]).unwrap();
            let added = licensee::add(&mut tx, &name, &uscc, basis, noon()).await;
            let number = added.unwrap().unwrap();
            let expected = Licensee {
                number,
                name,
                uscc,
                legal_basis: basis,
                added_at: noon(),
                ended: None,
            };
            let found = licensee::get(&mut tx, number).await.unwrap();
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
        assert_eq!(licensee::list(&mut tx).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_uscc_stands_in_the_register_once() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        assert!(add_licensee(&mut tx, 0).await.unwrap().is_some());
        assert_eq!(add_licensee(&mut tx, 0).await.unwrap(), None);
        assert_eq!(licensee::list(&mut tx).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn licensees_are_listed_by_number() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        for place in [2, 0, 3, 1] {
            add_licensee(&mut tx, place).await.unwrap();
        }
        let all = licensee::list(&mut tx).await.unwrap();
        let listed: Vec<(u16, &str)> = all
            .iter()
            .map(|licensee| (licensee.number.0, licensee.uscc.as_str()))
            .collect();
        let expected = [(1, USCCS[2]), (2, USCCS[0]), (3, USCCS[3]), (4, USCCS[1])];
        assert_eq!(listed, expected);
    }
}

#[tokio::test]
async fn the_end_of_a_right_comes_back_and_is_written_once() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let number = add_licensee(&mut tx, 0).await.unwrap().unwrap();
        let other = add_licensee(&mut tx, 1).await.unwrap().unwrap();
        let without_document = RightEnded {
            document: None,
            reason: line("another reason"),
            ..end()
        };
        assert!(licensee::end(&mut tx, number, &end()).await.unwrap());
        assert!(
            !licensee::end(&mut tx, number, &without_document)
                .await
                .unwrap()
        );
        assert!(
            licensee::end(&mut tx, other, &without_document)
                .await
                .unwrap()
        );

        let found = licensee::get(&mut tx, number).await.unwrap().unwrap();
        assert_eq!(found.ended, Some(end()), "the first end stays");
        let all = licensee::list(&mut tx).await.unwrap();
        assert_eq!(all[0].ended, Some(end()));
        assert_eq!(all[1].ended, Some(without_document));
    }
}

#[tokio::test]
async fn a_right_that_was_never_granted_cannot_end() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let ended = licensee::end(&mut tx, LicenseeNumber(1), &end()).await;
        assert!(matches!(ended, Err(StoreError::Unavailable(_))));
    }
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
        assert_eq!(last, Some(LicenseeNumber(65_535)));
        let beyond = add_licensee(&mut tx, 1).await;
        assert!(matches!(beyond, Err(StoreError::NumbersUsedUp("licensee"))));
        let rows = number(&mut tx, "SELECT count(*) FROM licensees").await;
        assert_eq!(rows, 1);
    }
}
