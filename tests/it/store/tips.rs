//! `store::tip`

use jiff::SignedDuration;
use yuanmark::domain::place::Prefecture;
use yuanmark::domain::tip::{CONTACT_DAYS, NewTip, TipKind, TipNumber, TipState, TipStep, Told};
use yuanmark::service::tips;
use yuanmark::store::Tx;
use yuanmark::store::tip::{self, Filter, NewPhoto};

use super::{batch_number, both, noon};
use crate::support::installation::{Installation, call, index, line};
use crate::support::tips::sending;

fn new(kind: TipKind, place: u32) -> NewTip {
    NewTip {
        kind,
        told: Told::new("第一行\n第二行").unwrap(),
        prefecture: Prefecture::new(place),
        seller: Some(line("示例集市")),
        bought: Some("2026-04-02".parse().unwrap()),
        serial: Some(line("4BD9-QV4N-Q0NZ-57DB")),
    }
}

async fn add(tx: &mut Tx, digest: u8, new: &NewTip, days_ago: i64) -> TipNumber {
    let at = noon() - SignedDuration::from_hours(24 * days_ago);
    let mark = yuanmark::domain::mark::MarkId {
        batch: batch_number(7),
        index: index(3),
    };
    tip::add(tx, new, &[digest; 32], Some(mark), Some(b"sealed"), at)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_tip_is_read_as_it_was_written() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let told = new(TipKind::Looks, 430_900);
        let number = add(&mut tx, 1, &told, 0).await;
        let found = tip::by_ticket(&mut tx, &[1; 32]).await.unwrap().unwrap();
        assert_eq!((found.number, &found.new), (number, &told));
        assert_eq!((found.state, found.sent_at), (TipState::Received, noon()));
        assert!(found.has_contact && found.mark.is_some() && found.handler.is_none());
        assert_eq!(
            tip::get(&mut tx, number).await.unwrap(),
            Some(found.clone())
        );
        assert_eq!(tip::lock(&mut tx, number).await.unwrap(), Some(found));
        assert_eq!(tip::by_ticket(&mut tx, &[2; 32]).await.unwrap(), None);
        assert_eq!(tip::get(&mut tx, TipNumber(9)).await.unwrap(), None);
        let (digest, sealed) = tip::contact_of(&mut tx, number).await.unwrap().unwrap();
        assert_eq!((digest, &sealed[..]), ([1; 32], &b"sealed"[..]));
    }
}

#[tokio::test]
async fn steps_and_photos_have_their_places_and_a_form_its_tip() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let number = add(&mut tx, 1, &new(TipKind::Sale, 110_100), 0).await;
        let (told, by) = (Told::new("<b>\n笋").unwrap(), line("li.hua"));
        let sent = (noon(), TipStep::Sent);
        let first = tip::add_step(&mut tx, number, sent, None, None, Some(&[5; 32])).await;
        let message = (noon(), TipStep::Message);
        let second = tip::add_step(&mut tx, number, message, Some(&by), Some(&told), None).await;
        assert_eq!((first.unwrap(), second.unwrap()), (1, 2));
        let steps = tip::steps(&mut tx, number).await.unwrap();
        assert_eq!(
            (steps[1].by.as_ref(), steps[1].told.as_ref()),
            (Some(&by), Some(&told))
        );
        let found = tip::of_request(&mut tx, &[5; 32]).await.unwrap();
        let (about, step) = found.unwrap();
        assert_eq!((about, step.step, step.told), (number, TipStep::Sent, None));
        assert_eq!(tip::of_request(&mut tx, &[6; 32]).await.unwrap(), None);
        for width in [10, 20] {
            let photo = NewPhoto {
                width,
                height: 5,
                jpeg: vec![0xff, 0, 0x5c, 0x0a],
            };
            tip::add_photo(&mut tx, number, 1, &photo).await.unwrap();
        }
        let photos = tip::photos(&mut tx, number).await.unwrap();
        assert_eq!(
            (photos[1].place, photos[1].width, photos[1].bytes),
            (2, 20, 4)
        );
        let jpeg = tip::photo(&mut tx, number, 2).await.unwrap();
        assert_eq!(jpeg, Some(vec![0xff, 0, 0x5c, 0x0a]));
        assert_eq!(tip::photo(&mut tx, number, 3).await.unwrap(), None);
        assert_eq!(tip::bytes_of_all(&mut tx).await.unwrap(), 8);
    }
}

#[tokio::test]
async fn what_was_added_waits_for_an_answer() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let number = add(&mut tx, 1, &new(TipKind::Sale, 110_100), 0).await;
        let other = add(&mut tx, 2, &new(TipKind::Sale, 110_100), 0).await;
        let by = line("li.hua");
        for (step, unanswered) in [
            (TipStep::Sent, 0),
            (TipStep::Added, 1),
            (TipStep::Added, 2),
            (TipStep::Accepted, 0),
            (TipStep::Added, 1),
            (TipStep::Message, 0),
        ] {
            let done = tip::add_step(&mut tx, number, (noon(), step), Some(&by), None, None);
            done.await.unwrap();
            let found = tip::get(&mut tx, number).await.unwrap().unwrap();
            assert_eq!(found.unanswered, unanswered, "{step:?}");
            let filter = Filter {
                is_unanswered: true,
                ..Filter::default()
            };
            let listed = tip::list(&mut tx, &filter, None, 10).await.unwrap();
            assert_eq!(listed.len(), usize::from(unanswered > 0), "{step:?}");
        }
        for filter in [
            Filter {
                number: Some(other),
                ..Filter::default()
            },
            Filter {
                ticket: Some([2; 32]),
                ..Filter::default()
            },
        ] {
            let listed = tip::list(&mut tx, &filter, None, 10).await.unwrap();
            assert_eq!((listed.len(), listed[0].number), (1, other));
        }
    }
}

#[tokio::test]
async fn lists_choose_and_what_waits_comes_the_oldest_first() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let mut numbers = Vec::new();
        for (digest, kind, place, days) in [
            (1, TipKind::Looks, 430_900, 1),
            (2, TipKind::Sale, 430_100, 30),
            (3, TipKind::Looks, 110_100, 20),
        ] {
            numbers.push(add(&mut tx, digest, &new(kind, place), days).await);
        }
        let by = line("li.hua");
        let accepted = tip::set_state(&mut tx, numbers[2], TipState::Accepted, Some(&by), noon());
        accepted.await.unwrap();
        let ago = |days: i64| noon() - SignedDuration::from_hours(24 * days);
        for (filter, found) in [
            (Filter::default(), vec![2, 1, 0]),
            (
                Filter {
                    state: Some(TipState::Accepted),
                    ..Filter::default()
                },
                vec![2],
            ),
            (
                Filter {
                    kind: Some(TipKind::Looks),
                    ..Filter::default()
                },
                vec![2, 0],
            ),
            (
                Filter {
                    place: Prefecture::new(430_000),
                    ..Filter::default()
                },
                vec![1, 0],
            ),
            (
                Filter {
                    place: Prefecture::new(430_900),
                    ..Filter::default()
                },
                vec![0],
            ),
            (
                Filter {
                    overdue: Some((ago(7), ago(25))),
                    ..Filter::default()
                },
                vec![1],
            ),
            (
                Filter {
                    overdue: Some((ago(7), ago(15))),
                    ..Filter::default()
                },
                vec![2, 1],
            ),
        ] {
            let listed = tip::list(&mut tx, &filter, None, 10).await.unwrap();
            let listed: Vec<TipNumber> = listed.iter().map(|tip| tip.number).collect();
            let wanted: Vec<TipNumber> = found.iter().map(|place| numbers[*place]).collect();
            assert_eq!(listed, wanted, "{filter:?}");
        }
        let page = tip::list(&mut tx, &Filter::default(), Some(numbers[2]), 1)
            .await
            .unwrap();
        assert_eq!((page.len(), page[0].number), (1, numbers[1]));
        let waiting = tip::waiting(&mut tx, &[TipState::Received], 1)
            .await
            .unwrap();
        assert_eq!((waiting.all, waiting.oldest[0].number), (2, numbers[1]));
        let both = [TipState::Received, TipState::Accepted];
        assert_eq!(tip::waiting(&mut tx, &both, 10).await.unwrap().all, 3);
        let handled = tip::get(&mut tx, numbers[2]).await.unwrap().unwrap();
        assert_eq!((handled.handler, handled.state_at), (Some(by), noon()));
    }
}

#[tokio::test]
async fn contacts_of_closed_tips_are_erased_when_their_time_is_over() {
    for installation in Installation::both().await {
        let (store, keys) = (&installation.store, &installation.keys);
        let mut tickets = Vec::new();
        for _ in 0..2 {
            let sent = tips::send(store, keys, sending(TipKind::Other, "x"), noon()).await;
            tickets.push(sent.unwrap());
        }
        let number = tips::of_ticket(store, tickets[0]).await.unwrap().tip.number;
        for (step, told) in [
            (TipStep::Accepted, None),
            (TipStep::Decided, Told::new("x").ok()),
        ] {
            let by = call("li.hua", noon());
            tips::act(store, &by, number, step, told).await.unwrap();
        }
        let days = |days: u16| noon() + SignedDuration::from_hours(24 * i64::from(days));
        let erase = async |at| tips::erase_old_contacts(store, at).await.unwrap();
        assert_eq!(erase(days(CONTACT_DAYS)).await, 0, "not before");
        let later = days(CONTACT_DAYS + 1);
        assert_eq!((erase(later).await, erase(later).await), (1, 0));
        let closed = tips::of_ticket(store, tickets[0]).await.unwrap();
        assert!(!closed.tip.has_contact);
        assert_eq!(closed.steps.last().unwrap().step, TipStep::Erased);
        let open = tips::of_ticket(store, tickets[1]).await.unwrap();
        assert!(open.tip.has_contact, "an open tip keeps it");
        // Taken back, it is gone at once.
        for _ in 0..2 {
            tips::take_back(store, tickets[1], noon()).await.unwrap();
        }
        let gone = tips::of_ticket(store, tickets[1]).await.unwrap();
        let steps: Vec<TipStep> = gone.steps.iter().map(|step| step.step).collect();
        assert!(!gone.tip.has_contact);
        assert_eq!(steps, [TipStep::Sent, TipStep::TakenBack, TipStep::Erased]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_form_at_the_same_moment_is_one_tip() {
    for installation in Installation::both().await {
        let sending = sending(TipKind::Other, "x");
        let sent = (0..8).map(|_| {
            let (store, keys) = (installation.store.clone(), installation.keys.clone());
            let sending = sending.clone();
            tokio::spawn(async move { tips::send(&store, &keys, sending, noon()).await.unwrap() })
        });
        let mut tickets = Vec::new();
        for ticket in sent.collect::<Vec<_>>() {
            tickets.push(ticket.await.unwrap());
        }
        assert!(tickets.iter().all(|ticket| *ticket == tickets[0]));
        let mut tx = installation.store.read().await.unwrap();
        let all = tip::list(&mut tx, &Filter::default(), None, 10)
            .await
            .unwrap();
        assert_eq!(all.len(), 1);
    }
}
