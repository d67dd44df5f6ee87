//! The register as a table, out and in.

use yuanmark::domain::access::Scope;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::said::Said;
use yuanmark::service::desk::Call;
use yuanmark::service::register::{self, Import, RowOutcome, Taking};
use yuanmark::service::{ledger, licensees};
use yuanmark::sheets::SheetFormat;

use crate::support::installation::{Installation, call, line, morning};
use crate::support::said::numbers;

const HEAD: &str =
    "名称,统一社会信用代码,授权依据,产品形态,执行标准,基地面积（亩）,联系人,状态,状态日期,文号";
const GOOD: &str = "虚构芦笋厂甲,91430981MA4TEXT1XY,地理标志产品,罐头；鲜品,示例标准 2026,胭脂湖街道=1000；006=1,王五,申请,2026-03-01,";

async fn import(installation: &Installation, text: &[u8], taking: Taking) -> Import {
    register::import(
        &installation.store,
        &call("登记员", morning()),
        text,
        taking,
    )
    .await
    .unwrap()
}

fn file(rows: &[&str]) -> String {
    format!("{HEAD}\n{}\n", rows.join("\n"))
}

/// The Chinese names the column and the numbers as the English does; cells stand in both as they are.
fn assert_row_said(problem: &Said) {
    if let Some((column, _)) = problem.zh.split_once('：') {
        assert!(
            problem.en.starts_with(&format!("{column}: ")),
            "{problem:?}"
        );
    }
    assert_eq!(numbers(&problem.en), numbers(&problem.zh), "{problem:?}");
}

fn problems(import: &Import) -> String {
    let bad = import
        .rows
        .iter()
        .filter_map(|(line, outcome)| match outcome {
            RowOutcome::Bad(problems) => {
                problems.iter().for_each(assert_row_said);
                let english: Vec<&str> = problems.iter().map(|said| said.en.as_str()).collect();
                Some(format!("{line}: {}", english.join(" | ")))
            }
            _ => None,
        });
    bad.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn what_goes_out_comes_in_again() {
    for installation in Installation::both().await {
        let rows = [
            "虚构芦笋厂甲,91430981MA4TEXT1XY,地理标志产品,罐头；鲜品,示例标准 2026；另一标准 2019,胭脂湖街道=1000；006=12.5,王五,有效,2026-01-05,公告1号",
            "=cmd|' /C calc'!A0,91430981MA4TEXT28Y,both,fresh,,,+8613800000000,申请,2026-03-01,",
        ];
        let taken = import(&installation, file(&rows).as_bytes(), Taking::default()).await;
        assert_eq!(problems(&taken), "");
        assert!(taken.is_written);
        let (csv, count) = register::export(
            &installation.store,
            Scope::All,
            &yuanmark::store::lists::LicenseeFilter::default(),
            SheetFormat::Csv,
            morning(),
            Vec::new(),
        )
        .await
        .unwrap();
        assert_eq!(count, 2);
        let text = String::from_utf8(csv.clone()).unwrap();
        assert!(
            text.contains("'=cmd"),
            "neutral on its way to a spreadsheet: {text}"
        );
        let head = ledger::head(&installation.store).await.unwrap();
        let again = import(&installation, &csv, Taking::default()).await;
        assert_eq!(
            again
                .rows
                .iter()
                .map(|(_, outcome)| outcome.clone())
                .collect::<Vec<_>>(),
            [
                RowOutcome::Unchanged(LicenseeNumber(1)),
                RowOutcome::Unchanged(LicenseeNumber(2))
            ]
        );
        assert_eq!(
            ledger::head(&installation.store).await.unwrap(),
            head,
            "nothing was written"
        );
        let second = licensees::get(&installation.store, Scope::All, LicenseeNumber(2))
            .await
            .unwrap();
        assert_eq!(second.name().as_str(), "=cmd|' /C calc'!A0");
    }
}

#[tokio::test]
async fn a_dry_run_tells_every_bad_line_and_writes_nothing() {
    for installation in Installation::both().await {
        let rows = [
            GOOD,
            "厂乙,9143O981MA4TEXT1XY,地理标志产品,罐头,,,,,,",
            "厂丙,91430981MA4TEXT28Y,祖传,罐子,无版本,长沙=1；006=x；006=1；006=2,,飞升,昨天,",
            "厂丁,91430981MA4TEXT1XY,地理标志产品,,,,,,,",
            ",,,,,,,,,",
            "厂戊,93430981MA4TEXT36K,地理标志产品",
            "厂己,92430981MA4TEXT44H,地理标志产品,罐头,,,,有效,2026-01-01,",
            "厂庚,93430981MA4TEXT36K,地理标志产品,罐头,,,,申请,2027-01-01,",
            "厂辛\u{202e},51430981MJJTEXT52T,地理标志产品,,,,,黑名单,,",
        ];
        let dry = Taking {
            dry_run: true,
            skip_bad: false,
        };
        let told = import(&installation, file(&rows).as_bytes(), dry).await;
        assert!(!told.is_written);
        let told = problems(&told);
        for expected in [
            "3: 统一社会信用代码: character 5",
            "4: 授权依据: \"祖传\" is none of",
            "产品形态: \"罐子\" is none of",
            "执行标准: \"无版本\" lacks its version",
            "状态: \"飞升\" is no state",
            "状态日期: \"昨天\" is no day",
            "5: 统一社会信用代码: stands in line 2 already",
            "8: a right in force needs the number",
            "still to come",
            "10: 名称: ",
        ] {
            assert!(told.contains(expected), "{expected}\n{told}");
        }
        assert_eq!(ledger::head(&installation.store).await.unwrap().number, 0);
        // Without skipping nothing is taken, with it the good ones are.
        let refused = import(&installation, file(&rows).as_bytes(), Taking::default()).await;
        assert!(!refused.is_written);
        assert_eq!(ledger::head(&installation.store).await.unwrap().number, 0);
        let skipping = Taking {
            dry_run: false,
            skip_bad: true,
        };
        let taken = import(&installation, file(&rows).as_bytes(), skipping).await;
        assert!(taken.is_written);
        assert_eq!(
            ledger::head(&installation.store).await.unwrap().number,
            1,
            "{}",
            problems(&taken)
        );
        let next = import(
            &installation,
            file(&[GOOD.replace("1XY", "28Y").as_str()]).as_bytes(),
            skipping,
        )
        .await;
        assert_eq!(
            next.rows[0].1,
            RowOutcome::Entered(LicenseeNumber(2)),
            "bad rows leave no gap"
        );
    }
}

#[tokio::test]
async fn a_known_licensee_gets_a_new_version_and_never_a_new_state() {
    let [installation, _] = Installation::both().await;
    import(&installation, file(&[GOOD]).as_bytes(), Taking::default()).await;
    let renamed = GOOD.replace("厂甲", "厂新");
    let taken = import(
        &installation,
        file(&[&renamed]).as_bytes(),
        Taking::default(),
    )
    .await;
    assert_eq!(taken.rows[0].1, RowOutcome::Changed(LicenseeNumber(1)));
    assert_eq!(
        licensees::get(&installation.store, Scope::All, LicenseeNumber(1))
            .await
            .unwrap()
            .revision,
        2
    );
    let promoted = renamed.replace("申请", "有效");
    let told = import(
        &installation,
        file(&[&promoted]).as_bytes(),
        Taking::default(),
    )
    .await;
    assert!(
        problems(&told).contains("a file changes no state"),
        "{}",
        problems(&told)
    );
    // A row made upon an older version overwrites nothing.
    let stale = format!("{HEAD},档案版本\n{},1\n", renamed.replace("王五", "赵六"));
    let told = import(&installation, stale.as_bytes(), Taking::default()).await;
    assert!(
        problems(&told).contains("is at version 2"),
        "{}",
        problems(&told)
    );
}

#[tokio::test]
async fn a_file_from_an_old_spreadsheet_is_read_in_its_encoding() {
    let [installation, _] = Installation::both().await;
    let text = file(&[GOOD]).replace('\n', "\r\n");
    let (gbk, _, _) = encoding_rs::GB18030.encode(&text);
    let taken = import(&installation, &gbk, Taking::default()).await;
    assert_eq!(
        (taken.encoding.as_str(), problems(&taken).as_str()),
        ("GB18030", "")
    );
    let licensee = licensees::get(&installation.store, Scope::All, LicenseeNumber(1))
        .await
        .unwrap();
    assert_eq!(licensee.name().as_str(), "虚构芦笋厂甲");
    let by = Call::new(line("登记员"), morning());
    for (broken, why) in [
        (&b"\xff\xfe\x00"[..], "UTF-16"),
        (b"PK\x03\x04 not a table", "xcel"),
        ("名称\n甲\n".as_bytes(), "统一社会信用代码"),
        ("名称,统一社会信用代码,授权依据,心情\n".as_bytes(), "心情"),
    ] {
        let error = register::import(&installation.store, &by, broken, Taking::default())
            .await
            .unwrap_err();
        assert!(error.to_string().contains(why), "{why}: {error}");
    }
}

#[tokio::test]
async fn what_a_spreadsheet_does_to_a_table_is_understood_or_told() {
    let [installation, _] = Installation::both().await;
    for day in ["2026/3/1", "2026年3月1日", "2026-3-1"] {
        let row = GOOD.replace("2026-03-01", day);
        let dry = Taking {
            dry_run: true,
            skip_bad: false,
        };
        let told = import(&installation, file(&[&row]).as_bytes(), dry).await;
        assert_eq!(problems(&told), "", "{day}");
    }
    let mangled = GOOD.replace("王五", "1.38E+10");
    let told = import(
        &installation,
        file(&[&mangled]).as_bytes(),
        Taking::default(),
    )
    .await;
    assert!(
        problems(&told).contains("联系人: a spreadsheet turned this into a number"),
        "{}",
        problems(&told)
    );
}
