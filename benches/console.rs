//! Every page of the console, as every role that may see it, over 10,000 licensees, a ledger of 1,000,000 entries and an
//! audit trail of 1,000,000 steps: what the server takes for a page, from the request to the last byte, over loopback.
//!
//! `cargo bench --bench console` on SQLite; `scripts/with-postgres cargo bench --bench console -- --postgres` on
//! PostgreSQL. `-- --entries 100000` for a smaller office. Nothing is asserted but that the pages come.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::pedantic
)]

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use axum::http::Method;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use yuanmark::domain::access::password::Password;
use yuanmark::domain::access::{Login, Role, Scope, User, token};
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::mark::{BatchNumber, MarkId, MarkIndex};
use yuanmark::domain::printer::PrinterNumber;
use yuanmark::domain::public_url::PublicUrl;
use yuanmark::http::console::guard::Needs;
use yuanmark::http::{self, App, CATALOG_MIB, Traffic, console};
use yuanmark::keystore::KeyFolder;
use yuanmark::service::keys::{self, LiveKeys};
use yuanmark::service::people::accounts::{self, NewUser};
use yuanmark::service::system;
use yuanmark::service::trail::Origin;
use yuanmark::store::trail::{Outcome, Step};
use yuanmark::store::{DatabaseUrl, Store, migrate, session, trail, user};

mod office;

use office::{line, quantiles};

const STEPS: u64 = 1_000_000;
/// Times that a page is asked for, with other things each time.
const ROUNDS: u32 = 40;
/// What a page may take, in milliseconds.
const WANTED: f64 = 100.0;

/// Steps as an office leaves them.
async fn fill_trail(store: &Store, steps: u64) {
    let start = Instant::now();
    let logins = ["li.hua", "wang.min", "zhao.lei", "chen.jie"];
    let actions = ["sign-in", "order_approved", "delivered", "export"];
    for some in (0..steps).step_by(20_000) {
        let mut tx = store.write().await.unwrap();
        for number in some..(some + 20_000).min(steps) {
            let step = Step {
                number: 0,
                at: system::now(),
                user: None,
                login: logins[number as usize % 4].to_owned(),
                action: actions[number as usize / 4 % 4].to_owned(),
                subject: Some(format!("order {}", number % 8_000 + 1)),
                outcome: Outcome::Done,
                old: Some(r#"{"state":"placed"}"#.to_owned()),
                new: Some(r#"{"state":"approved"}"#.to_owned()),
                network: "192.0.2.7".to_owned(),
                agent: "Mozilla/5.0".to_owned(),
                entry: None,
            };
            trail::add(&mut tx, &step).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    let took = start.elapsed().as_secs_f64();
    println!("{steps} steps of the trail written in {took:.1} s");
}

/// A person of a role who is signed in: the value of the cookie.
async fn sign_in(store: &Store, role: Role) -> String {
    let now = system::now();
    let origin = Origin::shell(&line("bench"));
    let scope = match role {
        Role::Licensee => Scope::Licensee(LicenseeNumber(1)),
        Role::Printer => Scope::Printer(PrinterNumber(1)),
        _ => Scope::All,
    };
    let new = NewUser {
        login: Login::new(&format!("bench.{}", role.slug())).unwrap(),
        name: line(role.chinese()),
        role,
        scope,
    };
    let password = Password::new("reeds by the quiet lake", &new.login).unwrap();
    let (made, _): (User, _) = accounts::add(store, &origin, now, new, Some(password))
        .await
        .unwrap();
    let mut tx = store.write().await.unwrap();
    let mut credentials = user::credentials(&mut tx, made.number).await.unwrap();
    credentials.factor_salt = Some([1; 16]);
    user::set_credentials(&mut tx, made.number, &credentials)
        .await
        .unwrap();
    let cookie = format!("bench-{}", role.slug());
    let from = ("127.0.0.1", "bench");
    let hash = token::stored(cookie.as_bytes());
    session::add(&mut tx, &hash, made.number, true, now, from)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    cookie
}

/// The address of a page with something that is there in each place; another each round.
fn filled(path: &str, round: u32, keys: &LiveKeys) -> Option<String> {
    let mark = MarkId {
        batch: BatchNumber::new(1)?,
        index: MarkIndex::new(round * 31)?,
    };
    let serial = keys.secrets.serial.serial(mark).to_string();
    let mut address = String::new();
    for part in path.split('/').skip(1) {
        let value = match part {
            "{licensee}" | "{order}" | "{batch}" | "{lot}" | "{document}" | "{transfer}" => {
                "1".to_owned()
            }
            "{printer}" | "{user}" | "{session}" | "{token}" => "1".to_owned(),
            "{container}" => (round % 20 + 1).to_string(),
            "{entry}" => (round * 7 + 20_010).to_string(),
            "{step}" if path.contains("/trail/") => (round * 101 + 1).to_string(),
            "{step}" => "suspend".to_owned(),
            "{serial}" => serial.clone(),
            "{season}" => "2026".to_owned(),
            "{form}" => "canned".to_owned(),
            "{event}" => "frozen".to_owned(),
            other if other.starts_with('{') => return None,
            other => other.to_owned(),
        };
        address.push('/');
        address.push_str(&value);
    }
    match path {
        "/console/search" => address.push_str(&format!("?q=第{}号", round * 37)),
        "/console/licensees" => address.push_str(&format!("?q=第{}号", round * 37)),
        _ => {}
    }
    Some(address)
}

fn ask(agent: &ureq::Agent, at: SocketAddr, address: &str, cookie: &str) -> (u16, u64) {
    let address = address
        .replace('第', "%E7%AC%AC")
        .replace('号', "%E5%8F%B7");
    let mut answer = agent
        .get(format!("http://{at}{address}"))
        .header("cookie", format!("session={cookie}"))
        .call()
        .unwrap();
    let bytes = answer.body_mut().read_to_vec().unwrap().len() as u64;
    (answer.status().as_u16(), bytes)
}

async fn measure(store: Store, folder: &std::path::Path) {
    let folder = KeyFolder::new(folder);
    keys::make(&folder, None, None, system::now()).unwrap();
    let keys = Arc::new(LiveKeys::open(folder, None).unwrap());
    let url = PublicUrl::new("http://127.0.0.1:1").unwrap();
    let app = App::new(
        store.clone(),
        keys.clone(),
        url,
        None,
        Traffic::default(),
        CATALOG_MIB,
    );
    let pages = console::routes::pages(app.clone()).listed;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel::<()>();
    let serving = tokio::spawn(http::serve(listener, app, async move { _ = ended.await }));
    let mut cookies = Vec::new();
    for role in Role::ALL {
        cookies.push((*role, sign_in(&store, *role).await));
    }
    let rows = tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .into();
        let mut rows = Vec::new();
        for (method, path, needs) in pages {
            let is_a_file = path.ends_with("/table") || path.ends_with("/pack"); // as long as what it holds
            if method != Method::GET || needs == Needs::Nobody || is_a_file {
                continue;
            }
            for (role, cookie) in &cookies {
                let mut times = Vec::new();
                let mut last = (0, 0);
                for round in 0..ROUNDS {
                    let Some(address) = filled(path, round, &keys) else {
                        break;
                    };
                    let start = Instant::now();
                    last = ask(&agent, at, &address, cookie);
                    times.push(start.elapsed());
                    if last.0 == 403 || last.0 >= 500 {
                        break;
                    }
                }
                if last.0 == 403 {
                    continue; // not for this role
                }
                assert!(last.0 < 500, "{path} as {}: {}", role.slug(), last.0);
                if times.len() == ROUNDS as usize {
                    rows.push((quantiles(times), path, *role, last));
                } else {
                    println!("{path}: the bench does not know what to ask for");
                    break;
                }
            }
        }
        rows
    });
    let mut rows = rows.await.unwrap();
    rows.sort_by_key(|((_, p95), ..)| std::cmp::Reverse(*p95));
    let slow = rows
        .iter()
        .filter(|((_, p95), ..)| p95.as_secs_f64() * 1e3 > WANTED);
    println!(
        "{} pages and roles, {ROUNDS} times each; {} above {WANTED} ms p95. The slowest: p50, p95, status, bytes",
        rows.len(),
        slow.count()
    );
    for ((p50, p95), path, role, (status, bytes)) in rows.iter().take(25) {
        println!(
            "  {path:52} {:16} {:7.1} ms {:7.1} ms  {status} {bytes}",
            role.slug(),
            p50.as_secs_f64() * 1e3,
            p95.as_secs_f64() * 1e3
        );
    }
    let mut medians: Vec<_> = rows.iter().map(|((p50, _), ..)| *p50).collect();
    medians.sort_unstable();
    let middle = medians[medians.len() / 2].as_secs_f64() * 1e3;
    println!("  the page in the middle: {middle:.1} ms");
    end.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let entries = arguments
        .iter()
        .position(|argument| argument == "--entries")
        .map_or(1_000_000, |place| arguments[place + 1].parse().unwrap());
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let address = if arguments.iter().any(|argument| argument == "--postgres") {
        std::env::var("YUANMARK_TEST_POSTGRES").unwrap()
    } else {
        format!("sqlite:{}", folder.path().join("bench.db").display())
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let url = DatabaseUrl::from_str(&address).unwrap();
        let store = Store::connect_or_create(&url).await.unwrap();
        migrate::run(&store).await.unwrap();
        office::fill(&store, entries).await;
        fill_trail(&store, STEPS.min(entries)).await;
        measure(store.clone(), &folder.path().join("keys")).await;
        store.close().await;
    });
}
