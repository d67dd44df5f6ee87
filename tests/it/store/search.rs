//! `store::search`, the columns it looks into, and batches within a scope.

use yuanmark::domain::access::Scope;
use yuanmark::domain::container::{Container, ContainerKind, ContainerNumber, NewContainer};
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::{Licensee, LicenseeNumber};
use yuanmark::domain::lot::{Lot, LotLabel, LotNumber, NewLot};
use yuanmark::domain::mark::BatchNumber;
use yuanmark::domain::printer::{NewPrinter, Printer, PrinterNumber};
use yuanmark::domain::season::Season;
use yuanmark::domain::township::Township;
use yuanmark::domain::uscc::Uscc;
use yuanmark::store::search::{self, Wanted};
use yuanmark::store::{Store, Tx, batch, kept};

use super::{a_licensee, add_batch, add_order, both, noon, range};
use crate::support::databases::execute;
use crate::support::installation::{USCCS, line};

fn printer(number: u32, name: &str, uscc: &str) -> Printer {
    Printer {
        number: PrinterNumber(number),
        particulars: NewPrinter {
            name: line(name),
            uscc: Uscc::new(uscc).unwrap(),
            licence: line("印证字001号"),
        },
        added_at: noon(),
        ended: None,
        recipient: None,
    }
}

fn lot(number: u32, licensee: u16, code: &str) -> Lot {
    let new = NewLot {
        licensee: LicenseeNumber(licensee),
        public: LotLabel {
            code: line(code),
            product: line("即食芦笋 120 g"),
            form: Form::ReadyToEat,
            season: Season::new(2026).unwrap(),
            harvested: "2026-03-20".parse().unwrap(),
            township: Township::from_text("006").unwrap(),
            standard: line("示例标准 2026"),
            certificate: None,
        },
        packs: 10,
        steps: Vec::new(),
    };
    Lot::enter(LotNumber(number), &new, &line("clerk"), noon()).unwrap()
}

fn container(number: u32, batch: BatchNumber, label: Option<&str>) -> Container {
    Container {
        number: ContainerNumber(number),
        filled: NewContainer {
            kind: ContainerKind::Roll,
            batch,
            ranges: vec![range(number * 2, number * 2 + 1)],
            label: label.map(line),
        },
        at: noon(),
        by: line("clerk"),
    }
}

/// Two licensees with a batch each; the first one's order is printer 1's.
async fn fill(tx: &mut Tx) -> [BatchNumber; 2] {
    for one in [
        printer(1, "虚构彩印（甲）", USCCS[2]),
        printer(2, "100%_印!", USCCS[3]),
    ] {
        kept::save(tx, &one).await.unwrap();
    }
    let mut batches = Vec::new();
    for (number, name, contact) in [(1, "沅江（虚构）甲", "王五"), (2, "乙 Asparagus", "赵六")]
    {
        let mut licensee = a_licensee(LicenseeNumber(number), usize::from(number) - 1);
        licensee.particulars.name = line(name);
        licensee.particulars.contact.person = Some(line(contact));
        kept::save(tx, &licensee).await.unwrap();
        let mut order = add_order(tx, licensee.number, 10).await;
        if number == 1 {
            order.printer = Some(PrinterNumber(1));
            kept::save(tx, &order).await.unwrap();
        }
        let batch = add_batch(tx, &order, name).await.unwrap();
        kept::save(tx, &lot(number.into(), number, &format!("L-{number}a")))
            .await
            .unwrap();
        let label = (number == 1).then_some("卷 001");
        kept::save(tx, &container(number.into(), batch.number, label))
            .await
            .unwrap();
        batches.push(batch.number);
    }
    batches.try_into().unwrap()
}

const LICENSEE_1: Scope = Scope::Licensee(LicenseeNumber(1));
const PRINTER_1: Scope = Scope::Printer(PrinterNumber(1));
const PRINTER_2: Scope = Scope::Printer(PrinterNumber(2));

#[tokio::test]
async fn things_are_found_within_a_scope_by_what_people_know_of_them() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        fill(&mut tx).await;
        let part = Wanted::Part;
        for (wanted, scope, expected) in [
            (part("沅江"), Scope::All, vec![1]),
            (part("(虚构)"), Scope::All, vec![1]),
            (part("ASPARA"), Scope::All, vec![2]),
            (part("王"), Scope::All, vec![1]),
            (part("ma4text"), Scope::All, vec![2, 1]),
            (part("ｍａ４ＴＥＸＴ"), LICENSEE_1, vec![1]),
            (part("赵六"), LICENSEE_1, vec![]),
            (part("沅江"), PRINTER_1, vec![]),
            (part("%"), Scope::All, vec![]),
            (part("_"), Scope::All, vec![]),
        ] {
            let found = search::licensees(&mut tx, wanted, scope, 9).await.unwrap();
            let numbers: Vec<u16> = found.iter().map(|one| one.number.0).collect();
            assert_eq!(numbers, expected, "{wanted:?} {scope:?}");
        }
        for (wanted, scope, expected) in [
            (part("彩印(甲)"), Scope::All, vec![1]),
            (part("%_印!"), Scope::All, vec![2]),
            (Wanted::Exactly("100%_印!"), Scope::All, vec![2]),
            (Wanted::Exactly("印"), Scope::All, vec![]),
            (part("印"), PRINTER_1, vec![1]),
            (part("印"), LICENSEE_1, vec![]),
        ] {
            let found = search::printers(&mut tx, wanted, scope, 9).await.unwrap();
            let numbers: Vec<u32> = found.iter().map(|one| one.number.0).collect();
            assert_eq!(numbers, expected, "{wanted:?} {scope:?}");
        }
        for (wanted, scope, expected) in [
            (part("l-"), Scope::All, vec![2, 1]),
            (Wanted::Exactly("l-2A"), Scope::All, vec![2]),
            (Wanted::Exactly("L-2"), Scope::All, vec![]),
            (part("L-"), LICENSEE_1, vec![1]),
            (part("L-"), PRINTER_1, vec![]),
        ] {
            let found = search::lots(&mut tx, wanted, scope, 9).await.unwrap();
            let numbers: Vec<u32> = found.iter().map(|one| one.number.0).collect();
            assert_eq!(numbers, expected, "{wanted:?} {scope:?}");
        }
        for (scope, expected) in [
            (Scope::All, vec![1]),
            (LICENSEE_1, vec![1]),
            (Scope::Licensee(LicenseeNumber(2)), vec![]),
            (PRINTER_1, vec![1]),
            (PRINTER_2, vec![]),
        ] {
            let found = search::containers(&mut tx, part("001"), scope, 9)
                .await
                .unwrap();
            let numbers: Vec<u32> = found.iter().map(|one| one.number.0).collect();
            assert_eq!(numbers, expected, "{scope:?}");
        }
        let some = search::licensees(&mut tx, part("TEXT"), Scope::All, 1)
            .await
            .unwrap();
        assert_eq!(some.len(), 1, "no more than asked for");
    }
}

#[tokio::test]
async fn batches_are_listed_by_licensee_printer_and_season() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let [first, second] = fill(&mut tx).await;
        let season = Season::new;
        for (filter, expected) in [
            (batch::Filter::default(), vec![second, first]),
            (
                batch::Filter {
                    licensee: Some(LicenseeNumber(1)),
                    season: season(2026),
                    ..Default::default()
                },
                vec![first],
            ),
            (
                batch::Filter {
                    printer: Some(PrinterNumber(1)),
                    ..Default::default()
                },
                vec![first],
            ),
            (
                batch::Filter {
                    printer: Some(PrinterNumber(2)),
                    ..Default::default()
                },
                vec![],
            ),
            (
                batch::Filter {
                    season: season(2025),
                    ..Default::default()
                },
                vec![],
            ),
        ] {
            let found = batch::list(&mut tx, &filter, None, 9).await.unwrap();
            let numbers: Vec<BatchNumber> = found.iter().map(|one| one.number).collect();
            assert_eq!(numbers, expected, "{filter:?}");
        }
        let before = batch::list(&mut tx, &batch::Filter::default(), Some(second), 9).await;
        assert_eq!(before.unwrap().len(), 1);
    }
}

/// What a migration fills in is what the program would have written.
#[tokio::test]
async fn a_database_from_before_the_search_is_filled_in() {
    for (database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let [first, second] = fill(&mut tx).await;
        // Back to how it was before, and the migration once more.
        for (table, column, index) in [
            ("licensees", "contact", "licensees_by_name"),
            ("lots", "code", "lots_by_code"),
            ("containers", "label", "containers_by_label"),
        ] {
            execute(&mut tx, &format!("DROP INDEX {index}")).await;
            execute(
                &mut tx,
                &format!("ALTER TABLE {table} DROP COLUMN {column}"),
            )
            .await;
        }
        execute(&mut tx, "DROP INDEX batches_by_licensee").await;
        execute(&mut tx, "ALTER TABLE printers DROP COLUMN name").await;
        let sql = if database.is_sqlite() {
            include_str!("../../../migrations/sqlite/0005_search.sql")
        } else {
            include_str!("../../../migrations/postgres/0005_search.sql")
        };
        execute(&mut tx, sql).await;
        tx.commit().await.unwrap();
        are_as_written(&store, [first, second]).await;
    }
}

async fn are_as_written(store: &Store, [first, second]: [BatchNumber; 2]) {
    let mut tx = store.read().await.unwrap();
    let mut licensees: Vec<Licensee> = Vec::new();
    let mut printers: Vec<Printer> = Vec::new();
    for number in 1..=2 {
        licensees.extend(kept::get(&mut tx, LicenseeNumber(number)).await.unwrap());
        printers.extend(
            kept::get(&mut tx, PrinterNumber(number.into()))
                .await
                .unwrap(),
        );
    }
    let lots = [lot(1, 1, "L-1a"), lot(2, 2, "L-2a")];
    let containers = [
        container(1, first, Some("卷 001")),
        container(2, second, None),
    ];
    let nothing = Vec::<String>::new();
    assert_eq!(
        kept::differences(&mut tx, licensees.iter()).await.unwrap(),
        nothing
    );
    assert_eq!(
        kept::differences(&mut tx, printers.iter()).await.unwrap(),
        nothing
    );
    assert_eq!(
        kept::differences(&mut tx, lots.iter()).await.unwrap(),
        nothing
    );
    assert_eq!(
        kept::differences(&mut tx, containers.iter()).await.unwrap(),
        nothing
    );
}
