//! `store::kept` and `store::register`: things of the books come back as they were written, and what differs from them
//! is told.

use yuanmark::domain::entitlement::coefficients::SetCoefficients;
use yuanmark::domain::entitlement::{Account, Coefficients, Entitlement};
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::{Licensee, LicenseeNumber};
use yuanmark::domain::printer::{NewPrinter, Printer, PrinterNumber};
use yuanmark::domain::season::Season;
use yuanmark::domain::transfer::{Transfer, TransferNumber, TransferState};
use yuanmark::domain::uscc::Uscc;
use yuanmark::store::{Store, Tx, kept, register};

use super::{a_licensee, add_licensee, both, noon};
use crate::support::databases::execute;
use crate::support::installation::{USCCS, line};

fn account(licensee: u16, year: u16, form: Form) -> Account {
    Account {
        licensee: LicenseeNumber(licensee),
        season: Season::new(year).unwrap(),
        form,
    }
}

#[tokio::test]
async fn an_entitlement_is_found_by_licensee_season_and_form_together() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        for place in [0, 1] {
            add_licensee(&mut tx, place).await.unwrap();
        }
        let mut all = Vec::new();
        for (granted, account) in (1..).zip([
            account(1, 2026, Form::Canned),
            account(1, 2026, Form::Fresh),
            account(2, 2026, Form::Canned),
            account(1, 2027, Form::Canned),
        ]) {
            let entitlement = Entitlement {
                granted,
                adjusted: -1,
                ordered: u64::MAX,
                ..Entitlement::new(account)
            };
            kept::save(&mut tx, &entitlement).await.unwrap();
            all.push(entitlement);
        }
        for entitlement in &all {
            let found = kept::get(&mut tx, entitlement.account).await.unwrap();
            assert_eq!(found, Some(*entitlement));
        }
        let nobody_s: Option<Entitlement> = kept::get(&mut tx, account(2, 2027, Form::Canned))
            .await
            .unwrap();
        assert_eq!(nobody_s, None);

        let (licensee, season) = (Some(LicenseeNumber(1)), Season::new(2026));
        for (licensee, season, limit, expected) in [
            (None, None, 9, vec![1, 2, 3, 4]),
            (None, None, 2, vec![1, 2]),
            (licensee, None, 9, vec![1, 2, 4]),
            (None, season, 9, vec![1, 2, 3]),
            (licensee, season, 9, vec![1, 2]),
        ] {
            let listed = register::entitlements(&mut tx, licensee, season, None, limit).await;
            let granted: Vec<u64> = listed.unwrap().iter().map(|one| one.granted).collect();
            assert_eq!(granted, expected);
        }
        for (licensee, season) in [
            (None, None),
            (licensee, None),
            (None, season),
            (licensee, season),
        ] {
            let whole = register::entitlements(&mut tx, licensee, season, None, 9);
            let whole = whole.await.unwrap();
            let (mut pages, mut after) = (Vec::new(), None);
            loop {
                let page = register::entitlements(&mut tx, licensee, season, after, 1);
                let page = page.await.unwrap();
                let Some(last) = page.last() else { break };
                after = Account::of_path(&last.account.path()).ok();
                assert_eq!(after, Some(last.account));
                pages.extend(page);
            }
            assert_eq!(pages, whole);
        }
    }
}

#[tokio::test]
async fn the_newest_coefficients_are_those_of_the_highest_version() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        assert_eq!(register::newest_coefficients(&mut tx).await.unwrap(), None);
        let mut all = Vec::new();
        for version in [2, 10, 9] {
            let set = SetCoefficients {
                coefficients: Coefficients {
                    version,
                    ..Coefficients::assumed()
                },
                at: noon(),
                by: line("office"),
            };
            kept::save(&mut tx, &set).await.unwrap();
            all.push(set);
        }
        let [oldest, newest, middle] = <[_; 3]>::try_from(all).unwrap();
        let found = register::newest_coefficients(&mut tx).await.unwrap();
        assert_eq!(found, Some(newest.clone()));
        let listed = register::all_coefficients(&mut tx).await.unwrap();
        assert_eq!(listed, [newest, middle, oldest]);
    }
}

#[tokio::test]
async fn transfers_are_found_by_either_side() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        for place in 0..3 {
            add_licensee(&mut tx, place).await.unwrap();
        }
        let mut all = Vec::new();
        for (from, to) in [(1, 2), (2, 3), (3, 1)] {
            let transfer = Transfer {
                number: register::next_transfer(&mut tx).await.unwrap(),
                from: account(from, 2026, Form::Canned),
                to: LicenseeNumber(to),
                marks: 5,
                document: Some(line("合同'1\"")),
                state: TransferState::Done,
                giver: Some(line("甲")),
                receiver: None,
                at: noon(),
                by: line("office"),
            };
            kept::save(&mut tx, &transfer).await.unwrap();
            let found = kept::get(&mut tx, transfer.number).await.unwrap();
            assert_eq!(found.as_ref(), Some(&transfer));
            all.push(transfer);
        }
        for (licensee, before, limit, expected) in [
            (None, None, 9, vec![3, 2, 1]),
            (None, None, 1, vec![3]),
            (Some(1), None, 9, vec![3, 1]),
            (Some(3), None, 9, vec![3, 2]),
            (Some(3), Some(3), 9, vec![2]),
            (Some(4), None, 9, vec![]),
        ] {
            let licensee = licensee.map(LicenseeNumber);
            let before = before.map(TransferNumber);
            let listed = register::transfers(&mut tx, licensee, before, limit).await;
            let numbers: Vec<u32> = listed.unwrap().iter().map(|one| one.number.0).collect();
            assert_eq!(numbers, expected);
        }
    }
}

fn printer(number: u32, uscc: &str) -> Printer {
    Printer {
        number: PrinterNumber(number),
        particulars: NewPrinter {
            name: line("虚构彩印有限公司"),
            uscc: Uscc::new(uscc).unwrap(),
            licence: line("印证字001号"),
        },
        added_at: noon(),
        ended: Some(line("停业")),
        recipient: None,
    }
}

#[tokio::test]
async fn a_printer_is_found_by_its_code() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        for (place, uscc) in USCCS.iter().enumerate().take(3) {
            let number = register::next_printer(&mut tx).await.unwrap().0;
            assert_eq!(number, u32::try_from(place).unwrap() + 1);
            kept::save(&mut tx, &printer(number, uscc)).await.unwrap();
        }
        let uscc = Uscc::new(USCCS[1]).unwrap();
        let found = register::printer_by_uscc(&mut tx, &uscc).await.unwrap();
        assert_eq!(found, Some(printer(2, USCCS[1])));
        let uscc = Uscc::new(USCCS[3]).unwrap();
        assert_eq!(
            register::printer_by_uscc(&mut tx, &uscc).await.unwrap(),
            None
        );
        for (before, limit, expected) in [
            (None, 9, vec![3, 2, 1]),
            (None, 2, vec![3, 2]),
            (Some(PrinterNumber(3)), 9, vec![2, 1]),
        ] {
            let listed = register::printers(&mut tx, before, limit).await.unwrap();
            let numbers: Vec<u32> = listed.iter().map(|one| one.number.0).collect();
            assert_eq!(numbers, expected);
        }
    }
}

#[tokio::test]
async fn a_content_is_kept_once_under_its_hash() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let every_byte: Vec<u8> = (0..=u8::MAX).collect();
        for _ in 0..2 {
            register::keep_content(&mut tx, "aa", &every_byte)
                .await
                .unwrap();
        }
        register::keep_content(&mut tx, "bb", b"").await.unwrap();
        for (hash, expected) in [("aa", Some(every_byte)), ("bb", Some(vec![])), ("cc", None)] {
            let found = register::content(&mut tx, hash).await.unwrap();
            assert_eq!(found, expected, "{hash}");
        }
    }
}

/// Two licensees, as they were written.
async fn two_licensees(store: &Store) -> Vec<Licensee> {
    let mut tx = store.write().await.unwrap();
    for place in [0, 1] {
        add_licensee(&mut tx, place).await.unwrap();
    }
    tx.commit().await.unwrap();
    vec![
        a_licensee(LicenseeNumber(1), 0),
        a_licensee(LicenseeNumber(2), 1),
    ]
}

async fn differences(tx: &mut Tx, licensees: &[Licensee]) -> Vec<String> {
    kept::differences(tx, licensees.iter()).await.unwrap()
}

#[tokio::test]
async fn a_table_that_was_not_changed_by_other_means_does_not_differ() {
    for (_database, store) in both().await {
        let licensees = two_licensees(&store).await;
        let mut tx = store.read().await.unwrap();
        assert_eq!(differences(&mut tx, &licensees).await, [""; 0]);
    }
}

#[tokio::test]
async fn each_row_that_differs_from_the_ledger_is_told_with_its_column() {
    for (_database, store) in both().await {
        let licensees = two_licensees(&store).await;
        for (sql, expected) in [
            (
                "UPDATE licensees SET state = 'exited' WHERE number = 2",
                "licensees 2: state is exited, the ledger says active",
            ),
            (
                "UPDATE licensees SET attention_from = NULL WHERE number = 1",
                "licensees 1: attention_from is nothing, the ledger says 2027-10-07",
            ),
            (
                "DELETE FROM licensees WHERE number = 1",
                "licensees 1: is missing",
            ),
            (
                "INSERT INTO licensees (number, uscc, name, state, body) VALUES (3, 'x', 'x', 'x', 'x')",
                "licensees 3: the ledger knows nothing of it",
            ),
        ] {
            let mut tx = store.write().await.unwrap();
            execute(&mut tx, sql).await;
            assert_eq!(differences(&mut tx, &licensees).await, [expected], "{sql}");
        }
        let mut tx = store.write().await.unwrap();
        execute(&mut tx, "UPDATE licensees SET body = '{}' WHERE number = 2").await;
        let [told] = &differences(&mut tx, &licensees).await[..] else {
            panic!("one row differs");
        };
        assert!(told.starts_with("licensees 2: says {}, the ledger says {\"number\":2,"));
    }
}

#[tokio::test]
async fn a_key_of_several_columns_is_told_whole() {
    for (_database, store) in both().await {
        two_licensees(&store).await;
        let entitlement = Entitlement::new(account(2, 2026, Form::Canned));
        let mut tx = store.read().await.unwrap();
        let told = kept::differences(&mut tx, [entitlement].iter()).await;
        assert_eq!(told.unwrap(), ["entitlements 2 2026 canned: is missing"]);
    }
}
