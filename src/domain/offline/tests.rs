//! The list says what the server says; what was written is read; what was changed is refused.

use ed25519_dalek::{Signer, SigningKey};
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::code::Payload;
use crate::domain::event::{EventKind, RangeEvent, Withdrawal};
use crate::domain::form::Form;
use crate::domain::keyring::{KeyId, Keyring, SecretChecks};
use crate::domain::licensee::{LicenseeNumber, RightEnded};
use crate::domain::mark::{BatchNumber, IndexRange, MarkCount, MarkId, MarkIndex};
use crate::domain::order::{Batch, OrderNumber};
use crate::domain::season::Season;
use crate::domain::state::{Ground, MarkState, Standing as Folded};
use crate::domain::text::Line;

const MARKS: u32 = 60;
const MADE_AT: u64 = 1_790_000_000;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn ring() -> Keyring {
    let mut ring = Keyring::new(SecretChecks::default());
    ring.add(KeyId(3), key().verifying_key(), Timestamp::UNIX_EPOCH)
        .unwrap();
    ring
}

fn line(text: &str) -> Line {
    Line::new("text", text).unwrap()
}

fn index(index: u32) -> MarkIndex {
    MarkIndex::new(index).unwrap()
}

fn batch(number: u32, licensee: u16, form: usize) -> Batch {
    Batch {
        number: BatchNumber::new(number).unwrap(),
        order: OrderNumber(number),
        key: KeyId(3),
        licensee: LicenseeNumber(licensee),
        season: Season::new(2026).unwrap(),
        form: Form::ALL[form % Form::ALL.len()],
        count: MarkCount::new(MARKS).unwrap(),
        has_hidden_codes: number.is_multiple_of(2),
        issued_at: Timestamp::UNIX_EPOCH,
        actor: line("test"),
        idempotency_key: line("test"),
    }
}

fn event(batch: &Batch, number: u64, (a, b, kind): (u32, u32, usize)) -> RangeEvent {
    RangeEvent {
        number,
        batch: batch.number,
        range: IndexRange::new(index(a.min(b)), index(a.max(b))).unwrap(),
        kind: EventKind::ALL[kind % EventKind::ALL.len()],
        at: Timestamp::from_second(i64::try_from(number).unwrap()).unwrap(),
        actor: line("test"),
        reason: None,
        document: None,
        lot: None,
    }
}

/// What the server says of a mark, in the words of the list.
fn told(state: &MarkState<'_>) -> ListedState {
    match state {
        MarkState::Withdrawn(Ground::Event(kind, _)) => ListedState::Withdrawn(*kind),
        MarkState::Withdrawn(Ground::RightEnded(_)) => ListedState::RightEnded,
        MarkState::NotActivated => ListedState::NotActivated,
        MarkState::PastSeason { .. } => ListedState::PastSeason,
        MarkState::Active => ListedState::InUse,
    }
}

/// A batch's number, licensee, form and events.
type Drawn = (u32, u16, usize, Vec<(u32, u32, usize)>);

fn batches() -> impl Strategy<Value = Vec<Drawn>> {
    let events = proptest::collection::vec((0..MARKS, 0..MARKS, 0..17usize), 0..40);
    proptest::collection::vec((1..500u32, 1..4u16, 0..7usize, events), 0..6).prop_map(
        |mut drawn| {
            drawn.sort_by_key(|(number, ..)| *number);
            drawn.dedup_by_key(|(number, ..)| *number);
            drawn
        },
    )
}

proptest! {
    #[test]
    fn the_list_says_of_every_mark_what_the_server_says(
        drawn in batches(),
        // The right of the first licensee ends around the times that are asked about, to the microsecond.
        ends_at in 1_700_000_000_000_000..1_900_000_000_000_000i64,
        asked_at in proptest::collection::vec(1_700_000_000..1_900_000_000i64, 1..4),
    ) {
        let ended = RightEnded {
            at: Timestamp::UNIX_EPOCH,
            marks_good_until: Timestamp::from_microsecond(ends_at).unwrap(),
            reason: line("test"),
            document: None,
            actor: line("test"),
        };
        let batches: Vec<(Batch, Vec<RangeEvent>)> = drawn
            .into_iter()
            .map(|(number, licensee, form, events)| {
                let batch = batch(number, licensee, form);
                let events = (1..).zip(events).map(|(number, drawn)| event(&batch, number, drawn));
                let events = events.collect();
                (batch, events)
            })
            .collect();
        let list = List {
            made_at: MADE_AT,
            entry: 77,
            ended: vec![(LicenseeNumber(1), List::second_from(ended.marks_good_until))],
            batches: batches.iter().map(|(batch, events)| Listed::of(batch, events)).collect(),
        };
        let read = List::open(&list.sign(KeyId(3), &key()), &ring());
        prop_assert_eq!(read.as_ref(), Ok(&list));
        let exactly = ended.marks_good_until.as_second();
        for at in asked_at.into_iter().chain([exactly, exactly + 1]) {
            let now = Timestamp::from_second(at).unwrap();
            for (batch, events) in &batches {
                let ended = (batch.licensee.0 == 1).then_some(&ended);
                for mark in batch.count.all().indices() {
                    let own = events.iter().filter(|event| event.range.covers(mark));
                    let state = Folded::of(own).state(ended, batch.form.past_since(batch.season), now);
                    let id = MarkId { batch: batch.number, index: mark };
                    let code = batch.payload(id).unwrap();
                    prop_assert_eq!(list.state(&code, List::second_of(now)), told(&state));
                }
            }
        }
    }

    #[test]
    fn a_changed_list_is_refused(drawn in batches(), place in any::<prop::sample::Index>(), bit in 0..8u8) {
        let listed = drawn.into_iter().map(|(number, licensee, form, events)| {
            let batch = batch(number, licensee, form);
            let events = (1..).zip(events).map(|(number, drawn)| event(&batch, number, drawn));
            Listed::of(&batch, &events.collect::<Vec<_>>())
        });
        let list = List { made_at: MADE_AT, entry: 1, ended: Vec::new(), batches: listed.collect() };
        let mut bytes = list.sign(KeyId(3), &key());
        let place = place.index(bytes.len());
        prop_assert!(List::open(&bytes[..place], &ring()).is_err(), "cut off");
        bytes[place] ^= 1 << bit;
        prop_assert!(List::open(&bytes, &ring()).is_err(), "changed");
    }

    #[test]
    fn what_is_signed_and_makes_no_sense_is_refused_without_harm(rest in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut bytes = LIST_CONTEXT.to_vec();
        bytes.push(3);
        bytes.extend(MADE_AT.to_be_bytes());
        bytes.extend(rest);
        let signature = key().sign(&bytes).to_bytes();
        bytes.extend(signature);
        if let Ok(list) = List::open(&bytes, &ring()) {
            prop_assert_eq!(list.made_at, MADE_AT);
        }
    }
}

#[test]
fn a_code_that_the_batch_does_not_account_for_was_not_issued() {
    let batch = batch(4, 1, 0);
    let list = List {
        made_at: MADE_AT,
        entry: 1,
        ended: Vec::new(),
        batches: vec![Listed::of(&batch, &[])],
    };
    let id = MarkId {
        batch: batch.number,
        index: index(0),
    };
    let code = batch.payload(id).unwrap();
    assert_eq!(list.state(&code, MADE_AT), ListedState::NotActivated);
    let beyond = MarkId {
        index: index(MARKS),
        ..id
    };
    for wrong in [
        Payload {
            mark: beyond,
            ..code
        },
        Payload {
            key: KeyId(4),
            ..code
        },
        Payload {
            licensee: LicenseeNumber(2),
            ..code
        },
        Payload {
            has_hidden_code: false,
            ..code
        },
    ] {
        assert_eq!(list.state(&wrong, MADE_AT), ListedState::NotIssued);
    }
    let elsewhere = MarkId {
        batch: BatchNumber::new(5).unwrap(),
        ..id
    };
    let other = Payload {
        mark: elsewhere,
        ..code
    };
    assert_eq!(list.state(&other, MADE_AT), ListedState::NotListed);
}

#[test]
fn a_list_is_believed_as_long_as_its_key_vouches_for_its_time() {
    let list = List {
        made_at: MADE_AT,
        entry: 0,
        ended: Vec::new(),
        batches: Vec::new(),
    };
    let bytes = list.sign(KeyId(3), &key());
    let at = |second: u64| Timestamp::from_second(i64::try_from(second).unwrap()).unwrap();
    let compromised = |since: u64| {
        let mut ring = ring();
        let now = Timestamp::MAX;
        ring.compromise(KeyId(3), at(since), now).unwrap();
        ring
    };
    assert_eq!(List::open(&bytes, &compromised(MADE_AT + 1)), Ok(list));
    let refused = Err(ListError::UnknownKey(KeyId(3)));
    assert_eq!(List::open(&bytes, &compromised(MADE_AT)), refused);
    let mut of_another = bytes.clone();
    of_another[LIST_CONTEXT.len()] = 4;
    let refused = Err(ListError::UnknownKey(KeyId(4)));
    assert_eq!(List::open(&of_another, &ring()), refused);
    assert_eq!(List::open(b"yuanmark", &ring()), Err(ListError::NotAList));
}

/// Bytes of a list of `batches` batches of 100,000 marks, all in use but for `withdrawn` of each, which lie anywhere.
fn size(batches: u32, withdrawn: u32) -> usize {
    const COUNT: u32 = 100_000;
    let mut random = 1u64;
    let mut listed = Vec::new();
    for number in 1..=batches {
        let mut chosen = std::collections::BTreeSet::new();
        while chosen.len() < withdrawn as usize {
            // Knuth's MMIX generator; its high bits are even enough.
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            chosen.insert(u32::try_from(random >> 33).unwrap() % COUNT);
        }
        let mut of_it = batch(number, u16::try_from(number % 16 + 1).unwrap(), 1);
        of_it.count = MarkCount::new(COUNT).unwrap();
        let mut one = Listed::of(&of_it, &[]);
        one.usual = Standing::InUse;
        one.runs = chosen
            .into_iter()
            .map(|chosen| Run {
                range: IndexRange::one(index(chosen)),
                standing: Standing::Withdrawn(Withdrawal::Spoiled),
            })
            .collect();
        listed.push(one);
    }
    let list = List {
        made_at: MADE_AT,
        entry: 1,
        ended: Vec::new(),
        batches: listed,
    };
    list.sign(KeyId(3), &key()).len()
}

/// The figures of README and of `docs/decisions/0032-offline.md`.
#[test]
fn a_million_single_withdrawals_take_this_many_bytes() {
    assert_eq!(size(100, 10_000), 596_715, "among 10 million marks");
    assert_eq!(size(10_000, 100), 1_638_876, "among a billion marks");
}
