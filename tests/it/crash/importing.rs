//! A process is killed while it takes a register in.

use std::time::Instant;

use yuanmark::domain::access::Scope;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::uscc::Uscc;
use yuanmark::service::{audit, licensees};
use yuanmark::store::licensee::Filter;

use crate::support::installation::Installation;
use crate::support::killed::{kill_when, program};

/// Rows of the file: so many that writing them takes a while.
const ROWS: u32 = 300;
/// Moments of an import at which a process is killed, from its start to beyond its end.
const MOMENTS: u32 = 16;

/// A code that passes the check and belongs to nobody.
fn uscc(number: u32) -> Uscc {
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .find_map(|check| Uscc::new(&format!("91430981{number:09}{check}")).ok())
        .unwrap()
}

fn register(first: u32) -> String {
    let rows =
        (first..first + ROWS).map(|number| format!("虚构企业{number},{},both\n", uscc(number)));
    format!(
        "名称,统一社会信用代码,授权依据\n{}",
        rows.collect::<String>()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_import_has_taken_the_whole_file_or_nothing() {
    for place in Installation::both().await {
        let file = place.folder.path().join("register.csv");
        let mut whole = None;
        let mut before = 0;
        for moment in 0..MOMENTS {
            std::fs::write(&file, register(before)).unwrap();
            let begin = Instant::now();
            let process = program(&place)
                .args(["licensee", "import"])
                .arg(&file)
                .spawn()
                .unwrap();
            let output = kill_when(process, || match whole {
                None => false, // the first runs undisturbed, to see how long it takes
                Some(whole) => begin.elapsed() > whole * moment * 5 / 4 / MOMENTS,
            });
            whole.get_or_insert(begin.elapsed());
            let (everyone, first) = (Filter::default(), LicenseeNumber(0));
            let all = licensees::list(&place.store, Scope::All, &everyone, first, u32::MAX).await;
            let now = u32::try_from(all.unwrap().len()).unwrap();
            assert!(
                now == before || now == before + ROWS,
                "{before} before, {now} now"
            );
            let has_answered = output.status.success();
            assert!(
                !has_answered || now == before + ROWS,
                "what was answered is there"
            );
            before = now;
        }
        assert!(before < MOMENTS * ROWS, "none was killed in time");
        let audit = audit::verify(&place.store, None).await.unwrap();
        assert_eq!(audit.findings, []);
    }
}
