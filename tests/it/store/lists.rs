//! Lists page by page, sorted by every column they may be sorted by, on both databases.

use yuanmark::domain::document::{AddedDocument, Purpose};
use yuanmark::domain::entitlement::Entitlement;
use yuanmark::domain::licensee::{Licensee, LicenseeNumber};
use yuanmark::domain::lot::Lot;
use yuanmark::domain::order::Order;
use yuanmark::domain::season::Season;
use yuanmark::domain::transfer::Transfer;
use yuanmark::service::documents::{self, NewDocument};
use yuanmark::service::{ServiceError, lists, transfers};
use yuanmark::store::lists::{
    DOCUMENTS, DocumentFilter, ENTITLEMENTS, EntitlementFilter, LICENSEES, LOTS, LicenseeFilter,
    LotFilter, ORDERS, Sort, TRANSFERS, TransferFilter,
};
use yuanmark::store::order;

use crate::support::installation::{Installation, call, line, morning};

/// All pages of a list, two rows each, by every sort: the same rows as in one page, in the same order; and the other way
/// round the other way round.
async fn every_page<T, K>(
    columns: &'static [&'static str],
    key: impl Fn(&T) -> K,
    page: impl AsyncFn(Sort, Option<K>, u32) -> Result<Vec<T>, ServiceError>,
) where
    K: PartialEq + std::fmt::Debug,
{
    for column in columns {
        let mut both = Vec::new();
        for sort in [Sort::up(column), Sort::down(column)] {
            let whole: Vec<K> = page(sort, None, 100)
                .await
                .unwrap()
                .iter()
                .map(&key)
                .collect();
            assert!(whole.len() > 2, "{column}: something to turn over");
            let mut turned = Vec::new();
            let mut after = None;
            loop {
                let some = page(sort, after.take(), 2).await.unwrap();
                let Some(last) = some.last() else { break };
                after = Some(key(last));
                turned.extend(some.iter().map(&key));
                assert!(turned.len() <= whole.len(), "{sort:?}: it ends");
            }
            assert_eq!(turned, whole, "{sort:?}");
            both.push(whole);
        }
        both[1].reverse();
        assert_eq!(both[0], both[1], "{column}");
    }
}

/// Three licensees with orders of two seasons, lots, documents and transfers.
async fn filled(installation: &Installation) {
    for number in [2, 0, 1] {
        let licensee = installation.licensee(number).await;
        for season in [2026, 2025] {
            let order = installation.order_of_season(&licensee, 10, season).await;
            let name = format!("{number}-{season}");
            let batch = installation.issue(&order, &name).await.unwrap().batch;
            installation.lot(&batch, morning()).await;
        }
        for title in ["乙", "甲", "丙"] {
            let content = format!("%PDF-{number}{title}");
            let new = NewDocument {
                licensee: LicenseeNumber(1),
                lot: None,
                purpose: Purpose::Other,
                title: line(title),
                content: content.as_bytes(),
            };
            documents::add(&installation.store, &call("test", morning()), &new)
                .await
                .unwrap();
        }
    }
    let season = Season::new(2026);
    let accounts = yuanmark::service::entitlements::list(
        &installation.store,
        yuanmark::domain::access::Scope::All,
        None,
        season,
        None,
        9,
    )
    .await
    .unwrap();
    for (place, one) in accounts.iter().enumerate() {
        let to = accounts[(place + 1) % accounts.len()].account.licensee;
        let by = call("test", morning());
        transfers::propose(&installation.store, &by, one.account, to, 5, None)
            .await
            .unwrap();
    }
}

#[tokio::test]
#[allow(clippy::too_many_lines)] // one story
async fn a_list_turned_over_page_by_page_is_the_whole_list() {
    for installation in Installation::both().await {
        filled(&installation).await;
        let store = &installation.store;
        every_page(
            LICENSEES,
            |one: &Licensee| one.number,
            async |sort, after, limit| {
                lists::licensees(
                    store,
                    yuanmark::domain::access::Scope::All,
                    &LicenseeFilter::default(),
                    sort,
                    after,
                    limit,
                )
                .await
            },
        )
        .await;
        every_page(
            ORDERS,
            |one: &Order| one.number,
            async |sort, after, limit| {
                lists::orders(
                    store,
                    yuanmark::domain::access::Scope::All,
                    &order::Filter::default(),
                    sort,
                    after,
                    limit,
                )
                .await
            },
        )
        .await;
        every_page(
            LOTS,
            |one: &Lot| one.number,
            async |sort, after, limit| {
                lists::lots(
                    store,
                    yuanmark::domain::access::Scope::All,
                    &LotFilter::default(),
                    sort,
                    after,
                    limit,
                )
                .await
            },
        )
        .await;
        every_page(
            ENTITLEMENTS,
            |one: &Entitlement| one.account,
            async |sort, after, limit| {
                lists::entitlements(
                    store,
                    yuanmark::domain::access::Scope::All,
                    &EntitlementFilter::default(),
                    sort,
                    after,
                    limit,
                )
                .await
            },
        )
        .await;
        every_page(
            TRANSFERS,
            |one: &Transfer| one.number,
            async |sort, after, limit| {
                lists::transfers(
                    store,
                    yuanmark::domain::access::Scope::All,
                    &TransferFilter::default(),
                    sort,
                    after,
                    limit,
                )
                .await
            },
        )
        .await;
        let filter = DocumentFilter {
            licensee: LicenseeNumber(1),
            purpose: None,
        };
        every_page(
            DOCUMENTS,
            |one: &AddedDocument| one.document.number,
            async |sort, after, limit| {
                lists::documents(
                    store,
                    yuanmark::domain::access::Scope::All,
                    &filter,
                    sort,
                    after,
                    limit,
                )
                .await
            },
        )
        .await;
    }
}

#[tokio::test]
async fn a_list_is_sorted_and_chosen_as_asked() {
    for installation in Installation::both().await {
        filled(&installation).await;
        let store = &installation.store;
        let names = async |sort| -> Vec<String> {
            let found = lists::licensees(
                store,
                yuanmark::domain::access::Scope::All,
                &LicenseeFilter::default(),
                sort,
                None,
                9,
            )
            .await;
            let found = found.unwrap();
            found.iter().map(|one| one.name().to_string()).collect()
        };
        let sorted = ["虚构芦笋企业 0", "虚构芦笋企业 1", "虚构芦笋企业 2"];
        assert_eq!(names(Sort::up("name")).await, sorted);
        let own = Some(LicenseeNumber(2));
        let orders = order::Filter {
            licensee: own,
            season: Season::new(2025),
            ..Default::default()
        };
        let found = lists::orders(
            store,
            yuanmark::domain::access::Scope::All,
            &orders,
            Sort::down("number"),
            None,
            9,
        )
        .await;
        assert_eq!(found.unwrap().len(), 1);
        let filter = LotFilter {
            licensee: own,
            is_recalled: Some(true),
            ..Default::default()
        };
        let found = lists::lots(
            store,
            yuanmark::domain::access::Scope::All,
            &filter,
            Sort::down("number"),
            None,
            9,
        )
        .await;
        assert!(found.unwrap().is_empty());
        let filter = TransferFilter {
            licensee: own,
            state: None,
        };
        let found = lists::transfers(
            store,
            yuanmark::domain::access::Scope::All,
            &filter,
            Sort::up("number"),
            None,
            9,
        )
        .await;
        assert_eq!(found.unwrap().len(), 2, "as giver and as receiver");
        // After a row that never was nothing follows, where its place cannot be told.
        let filter = LicenseeFilter::default();
        let nobody = Some(LicenseeNumber(99));
        let found = lists::licensees(
            store,
            yuanmark::domain::access::Scope::All,
            &filter,
            Sort::up("name"),
            nobody,
            9,
        )
        .await;
        assert!(found.unwrap().is_empty());
    }
}
