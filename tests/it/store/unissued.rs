//! `store::unissued`

use jiff::SignedDuration;
use yuanmark::domain::keyring::KeyId;
use yuanmark::domain::mark::MarkId;
use yuanmark::store::unissued;

use super::{batch_number, both, noon};
use crate::support::databases::number;
use crate::support::installation::index;

fn seen(key: u8, batch: u32, place: u32) -> (MarkId, KeyId) {
    let mark = MarkId {
        batch: batch_number(batch),
        index: index(place),
    };
    (mark, KeyId(key))
}

#[tokio::test]
async fn nothing_was_seen_in_a_new_database() {
    for (_database, store) in both().await {
        let mut tx = store.read().await.unwrap();
        assert_eq!(unissued::count(&mut tx).await.unwrap(), (0, None));
    }
}

#[tokio::test]
async fn a_code_has_one_row_however_often_it_is_seen() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let later = noon() + SignedDuration::from_hours(1);
        for at in [noon(), noon(), later] {
            let seen = [(seen(1, 999, 3), 2)].into();
            unissued::add(&mut tx, &seen, at).await.unwrap();
        }
        assert_eq!(unissued::count(&mut tx).await.unwrap(), (1, Some(later)));
        let sql = format!(
            "SELECT count(*) FROM unissued_codes WHERE batch = 999 AND mark_index = 3 AND key_id = 1 AND times = 6 \
             AND first_at = {} AND last_at = {}",
            noon().as_microsecond(),
            later.as_microsecond()
        );
        assert_eq!(number(&mut tx, &sql).await, 1);
    }
}

#[tokio::test]
async fn codes_of_another_key_batch_or_index_are_other_codes() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        for (key, batch, place) in [(1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2)] {
            let seen = [(seen(key, batch, place), 1), (seen(9, 9, place), 1)].into();
            unissued::add(&mut tx, &seen, noon()).await.unwrap();
        }
        let seen = unissued::count(&mut tx).await.unwrap();
        assert_eq!(seen, (6, Some(noon())));
    }
}
