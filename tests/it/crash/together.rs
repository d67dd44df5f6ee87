//! Several processes write to one database at the same time.

use std::process::{Child, Output};

use super::{assert_nothing_lost, issue_arguments, orders, printed_batch};
use crate::support::databases::TestDatabase;
use crate::support::installation::Installation;
use crate::support::killed::{program, stderr};

fn outputs(processes: Vec<Child>) -> Vec<Output> {
    let outputs: Vec<Output> = processes
        .into_iter()
        .map(|process| process.wait_with_output().unwrap())
        .collect();
    for output in &outputs {
        assert!(output.status.success(), "{}", stderr(output));
    }
    outputs
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_that_issue_at_once_share_out_the_numbers() {
    for place in Installation::both().await {
        let orders = orders(&place, 8).await;
        let processes = orders
            .iter()
            .map(|order| {
                program(&place)
                    .args(issue_arguments(order))
                    .spawn()
                    .unwrap()
            })
            .collect();
        let outputs = outputs(processes);
        let printed: Vec<_> = outputs.iter().map(printed_batch).collect();
        assert!(printed.iter().all(Option::is_some), "{printed:?}");
        assert_nothing_lost(&place, &orders, &printed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn six_processes_with_the_same_request_make_one_batch() {
    for place in Installation::both().await {
        let orders = orders(&place, 1).await;
        let processes = (0..6)
            .map(|_| {
                let arguments = issue_arguments(&orders[0]);
                program(&place).args(arguments).spawn().unwrap()
            })
            .collect();
        let outputs = outputs(processes);
        let printed: Vec<_> = outputs.iter().map(printed_batch).collect();
        assert_eq!(printed, [Some(1); 6]);
        let repeats = outputs
            .iter()
            .filter(|output| output.stdout.starts_with(b"issued before"));
        assert_eq!(repeats.count(), 5);
        assert_nothing_lost(&place, &orders, &printed[..1]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn six_processes_that_migrate_an_empty_database_at_once_all_find_it_done() {
    for database in TestDatabase::both().await {
        let processes = (0..6)
            .map(|_| {
                std::process::Command::new(env!("CARGO_BIN_EXE_yuanmark"))
                    .arg("migrate")
                    .env("YUANMARK_DATABASE", &database.address)
                    .stdout(std::process::Stdio::piped())
                    .stderr(std::process::Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        outputs(processes);
        let place = Installation::new(database).await;
        let orders = orders(&place, 1).await;
        assert_nothing_lost(&place, &orders, &[None]).await;
    }
}
