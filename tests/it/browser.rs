//! The console in a real browser: headless Chromium, driven by the scripts in `tests/browser/`. Each story is told with
//! and without JavaScript, each in an installation of its own.

mod check;
mod claims;
mod office;
mod offline;
mod pages;
mod scripts;
mod verdicts;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use self::office::Office;

const VARIABLE: &str = "YUANMARK_TEST_BROWSER";
/// If it is set, [`pages`] and some stories leave a picture of every page of the console in every look there too.
const KEEP: &str = "YUANMARK_TEST_SCREENS";

/// Where pictures of the public's pages are left.
fn screens() -> PathBuf {
    std::env::var_os(KEEP).map_or_else(|| pictures().join("screens"), PathBuf::from)
}

/// Runs a script of `tests/browser/` with this on its standard input; it must end well.
async fn run(script: &str, given: Value) {
    let folder = std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} is not set: run ./scripts/test, which installs what the browser needs")
    });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let path = path.join(script);
    let mut command = Command::new("node");
    command
        .arg(path)
        .env(VARIABLE, folder)
        .env("NO_PROXY", "*")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let ran = spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(given.to_string().as_bytes()).unwrap();
        drop(stdin);
        child.wait_with_output().unwrap()
    });
    let ran = ran.await.unwrap();
    assert!(
        ran.status.success(),
        "{script}\n{}\n{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
}

/// Where pictures of failures are left: below Cargo's target folder.
fn pictures() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser")
}

async fn tell(story: &str, scripts: bool) {
    let office = Office::open().await;
    let given = json!({
        "address": office.url(),
        "scripts": scripts,
        "people": office.people(),
        "facts": office.facts(),
        "pictures": pictures().join(if scripts { "scripts" } else { "no-scripts" }),
        "keep": std::env::var_os(KEEP).map(PathBuf::from),
    });
    run(&format!("stories/{story}.js"), given).await;
}

/// A story, with and without JavaScript.
macro_rules! story {
    ($name:ident, $file:literal) => {
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn with_scripts() {
                super::tell($file, true).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn without_scripts() {
                super::tell($file, false).await;
            }
        }
    };
}

story!(signing_in, "sign-in");
story!(a_licence_from_application_to_active, "licence");
story!(an_order_from_placing_to_closing, "order");
story!(exit_and_blacklist_by_two_people, "exit");
story!(searching_the_audit_trail, "trail");
story!(a_report_from_sending_to_its_result, "report");
story!(a_copied_mark_from_its_alert_to_the_closed_case, "case");
