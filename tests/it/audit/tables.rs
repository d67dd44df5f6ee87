//! The ledger as tables, read by readers we did not write.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use yuanmark::domain::access::Scope;
use yuanmark::domain::event::EventKind;
use yuanmark::service::export;
use yuanmark::sheets::SheetFormat;
use yuanmark::store::ledger::Filter;

use crate::support::installation::{Installation, morning};

#[tokio::test]
async fn the_entries_open_in_a_foreign_reader() {
    for installation in Installation::both().await {
        let batch = installation.batch(1000).await;
        installation
            .change(&batch, EventKind::Activated, "0-499", morning())
            .await
            .unwrap();
        let filter = Filter::default();
        let (bytes, rows) = export::entries(
            &installation.store,
            Scope::All,
            &filter,
            SheetFormat::Xlsx,
            morning(),
            Vec::new(),
        )
        .await
        .unwrap();
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range("专用标志台账").unwrap();
        assert_eq!(sheet.rows().count() as u64, rows + 1);
        let head: Vec<String> = sheet
            .rows()
            .next()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(&head[..4], ["序号", "时间", "事项", "经办人"]);
        let activated = sheet
            .rows()
            .find(|row| row[2] == Data::String("激活".into()))
            .unwrap();
        assert_eq!(activated[10], Data::Float(500.0), "a number, not text");
        assert_eq!(activated[11], Data::String("0-499".into()));
        assert_eq!(activated[5], Data::String("虚构芦笋企业 0".into()));

        let granted = sheet
            .rows()
            .find(|row| row[2] == Data::String("核定额度".into()))
            .unwrap();
        assert_eq!(
            granted[14],
            Data::String("测产2026-1".into()),
            "every kind tells its document"
        );
        assert!(
            granted[10].to_string().parse::<f64>().unwrap() > 1000.0,
            "and its number"
        );

        let (csv, same) = export::entries(
            &installation.store,
            Scope::All,
            &filter,
            SheetFormat::Csv,
            morning(),
            Vec::new(),
        )
        .await
        .unwrap();
        assert_eq!(same, rows);
        let text = String::from_utf8(csv).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        assert_eq!(reader.records().map(Result::unwrap).count() as u64, rows);
    }
}

#[tokio::test]
async fn the_orders_show_where_their_labels_are() {
    for installation in Installation::both().await {
        let batch = installation.batch(1000).await;
        installation
            .change(&batch, EventKind::Used, "0-99", morning())
            .await
            .unwrap();
        let filter = yuanmark::store::order::Filter::default();
        let (bytes, rows) = export::orders(
            &installation.store,
            Scope::All,
            &filter,
            SheetFormat::Xlsx,
            morning(),
            Vec::new(),
        )
        .await
        .unwrap();
        assert_eq!(rows, 1);
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range("印制发放使用台账").unwrap();
        let (head, row) = (sheet.rows().next().unwrap(), sheet.rows().nth(1).unwrap());
        let at = |title: &str| {
            let place = head
                .iter()
                .position(|cell| *cell == Data::String(title.into()))
                .unwrap();
            row[place].to_string()
        };
        assert_eq!(
            [
                at("印制数量"),
                at("合格"),
                at("发放"),
                at("使用"),
                at("结存")
            ],
            ["1000", "1000", "1000", "100", "900"]
        );
    }
}
