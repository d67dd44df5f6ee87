//! Several instances on one PostgreSQL: numbers are as exact as with one, and what the office does binds all of them from the
//! moment it is done.

mod bound;
mod proxy;

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};
use std::thread;

use crate::support::databases::TestDatabase;
use crate::support::installation::Installation;
use crate::support::scanning::{Marks, Outcome, Told, in_market, open};
use crate::support::serving::Process;
use crate::support::written::Written;

/// Each mark is asked about by so many phones at once.
const PHONES: u32 = 120;

/// An installation and three processes that serve it.
async fn three() -> (Installation, Arc<Marks>, [Process; 3]) {
    let (place, marks) = in_market(TestDatabase::postgres().await, 100_000).await;
    let processes = [(); 3].map(|()| Process::serve(&place));
    (place, marks, processes)
}

/// All at once, phones that come for the first time ask each about all of these marks; the phones take turns among the
/// instances.
fn ask_at_once(
    marks: &Arc<Marks>,
    processes: &[Process],
    phones: u32,
    places: &[u32],
) -> Vec<Told> {
    let begin = Arc::new(Barrier::new(usize::try_from(phones).unwrap()));
    let phones: Vec<_> = (0..phones)
        .map(|phone| {
            let by = usize::try_from(phone).unwrap() % processes.len();
            let (marks, begin, address) = (marks.clone(), begin.clone(), processes[by].address);
            let places = places.to_vec();
            thread::spawn(move || {
                let client = marks.client();
                begin.wait();
                let answers = places.iter().map(|place| {
                    let (mark, code) = marks.code(*place);
                    match client.ask((address, by), (mark, &code), &mut None) {
                        Outcome::Told(told) => told,
                        outcome => panic!("{outcome:?}"),
                    }
                });
                answers.collect::<Vec<_>>()
            })
        })
        .collect();
    phones
        .into_iter()
        .flat_map(|phone| phone.join().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_scans_of_the_same_marks_at_three_instances_are_numbered_without_a_gap() {
    let (place, marks, processes) = three().await;
    let places = [100, 101, 102];
    let told = ask_at_once(&marks, &processes, PHONES, &places);
    for place in places {
        let of_mark: Vec<&Told> = told.iter().filter(|told| told.mark.1 == place).collect();
        let numbers = of_mark.iter().map(|told| told.query.unwrap().0);
        let numbers: BTreeSet<u64> = numbers.collect();
        assert!(numbers.into_iter().eq(1..=PHONES.into()));
        let first = of_mark.iter().filter(|told| told.verdict == "first_check");
        assert_eq!(first.count(), 1);
    }
    let by: BTreeSet<usize> = told.iter().map(|told| told.by).collect();
    assert_eq!(by.len(), 3);
    let store = open(&place).await;
    let mut written = Written::default();
    written.read(&store).await;
    written.assert_holds(&told);
    assert_eq!(written.len(), told.len());
    store.close().await;
}
