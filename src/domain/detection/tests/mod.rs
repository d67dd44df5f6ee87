//! What must hold of the running account, whatever scans arrive.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)] // days and small numbers of phones

mod batches;
mod random;

use super::*;
use crate::domain::place::{PlaceClass, Prefecture};

fn sighting(code: u32, class: PlaceClass) -> Sighting {
    let spot = GEOGRAPHY.spot(Prefecture::new(code).unwrap()).unwrap();
    Sighting { spot, class }
}

/// Beijing, Guangzhou, Chengdu, Harbin, Shanghai: all far apart.
const FAR: [u32; 5] = [110_100, 440_100, 510_100, 230_100, 310_100];

fn scan(day: f64, phone: u64, place: u32) -> Scan {
    Scan {
        at_s: 200_000_000 + (day * 86_400.0) as u32,
        phone: Some(phone),
        sighting: Some(sighting(place, PlaceClass::Gps)),
        network: Some(phone + 1_000),
        ..Scan::default()
    }
}

fn after(scans: &[Scan]) -> MarkState {
    let mut state = MarkState::default();
    for scan in scans {
        state.update(&Parameters::reference(), scan);
    }
    state
}

fn far_apart(count: usize) -> Vec<Scan> {
    let one = |at: usize| scan(10.0 * at as f64, at as u64 + 1, FAR[at % FAR.len()]);
    (0..count).map(one).collect()
}

#[test]
fn phones_far_apart_raise_a_suspicion_and_their_reasons_are_told() {
    let parameters = Parameters::reference();
    let mut state = MarkState::default();
    let mut before = f64::MIN;
    let mut places = Vec::new();
    for scan in far_apart(5) {
        let step = state.update(&parameters, &scan);
        places.extend(
            step.evidence
                .iter()
                .filter(|piece| piece.kind == Kind::Place)
                .copied(),
        );
        state.decide(&parameters, &Context::ALONE);
        assert!(
            state.gain() > before,
            "each one adds: {before} {}",
            state.gain()
        );
        before = state.gain();
        assert!(step.evidence.is_sorted_by(|a, b| a.weight >= b.weight));
    }
    assert!(state.is_suspected());
    assert_eq!(state.hypothesis(&parameters), Hypothesis::Copied);
    assert!(state.strongest().unwrap().weight > 0.7);
    let said = places.last().unwrap().said();
    assert!(
        said.en.contains(" km from ") && said.en.contains("both by gps"),
        "{}",
        said.en
    );
    assert!(said.zh.contains("公里"));
}

#[test]
fn nobody_is_warned_because_of_themselves() {
    let parameters = Parameters::reference();
    let mut state = MarkState::default();
    for at in 0..200_u32 {
        let scan = scan(f64::from(at) * 0.7, 7, FAR[at as usize % 5]);
        state.update(&parameters, &scan);
        assert!(!state.decide(&parameters, &Context::ALONE), "scan {at}");
        assert!(state.gain() <= 0.0);
    }
    assert_eq!((state.scans, state.phones), (200, 1));
}

#[test]
fn a_rescan_begins_no_suspicion_whatever_batch_and_season_say() {
    let parameters = Parameters::reference();
    // Its batch is found to have copies, and this year's dealers to be few, between two scans by the same people.
    let convinced = Context {
        raise: 20.0,
        dealers: 1.0,
    };
    let mut state = MarkState::default();
    let mut phones = 0_u32;
    while !state.is_over_the_level(&parameters, &convinced) {
        phones += 1;
        let day = 5.0 * f64::from(phones);
        let place = FAR[phones as usize % FAR.len()];
        state.update(&parameters, &scan(day, u64::from(phones), place));
        assert!(phones < 12);
    }
    let later = |days: f64| 5.0 * f64::from(phones) + days;
    let again = state.update(&parameters, &scan(later(1.0), 1, 430_100));
    assert!(again.counted && !again.is_news);
    assert!(state.is_over_the_level(&parameters, &convinced));
    assert!(!again.decide(&mut state, &parameters, &convinced));
    // A duplicate is no scan; somebody else is news; so is hard evidence, whoever brings it.
    let twice = state.update(&parameters, &scan(later(1.0), 1, 430_100));
    assert!(!twice.decide(&mut state, &parameters, &convinced));
    let wrong = Scan {
        hidden: Hidden::Bad,
        ..scan(later(2.0), 1, 430_100)
    };
    let mut told = state.clone();
    assert!(told.update(&parameters, &wrong).is_news);
    let other = state.update(&parameters, &scan(later(2.0), 99, 650_100));
    assert!(other.decide(&mut state, &parameters, &convinced));
    // And once it is suspected, everybody is told.
    let again = state.update(&parameters, &scan(later(3.0), 1, 430_100));
    assert!(again.decide(&mut state, &parameters, &Context::ALONE));
}

#[test]
fn a_family_at_one_table_is_no_suspicion() {
    let parameters = Parameters::reference();
    let mut state = MarkState::default();
    for at in 0..4_u32 {
        state.update(
            &parameters,
            &scan(f64::from(at) * 0.007, u64::from(at), 430_100),
        );
        assert!(!state.decide(&parameters, &Context::ALONE));
    }
}

#[test]
fn a_picture_that_circulates_is_known_as_one() {
    let parameters = Parameters::reference();
    let mut state = MarkState::default();
    for at in 0..80_u32 {
        let place = FAR[at as usize % 5];
        state.update(
            &parameters,
            &scan(f64::from(at) * 0.01, u64::from(at), place),
        );
    }
    assert_eq!(state.hypothesis(&parameters), Hypothesis::ImageCirculating);
    assert!(!state.is_over_the_level(&parameters, &Context::ALONE));
}

#[test]
fn previews_and_duplicates_change_nothing() {
    let parameters = Parameters::reference();
    let scans = far_apart(3);
    let mut state = after(&scans);
    let before = state.clone();
    assert!(!state.update(&parameters, &scans[2]).counted);
    let preview = Scan {
        channel: Channel::Preview,
        ..scan(50.0, 99, FAR[0])
    };
    assert!(!state.update(&parameters, &preview).counted);
    let nameless = Scan {
        phone: None,
        ..scan(60.0, 0, FAR[1])
    };
    assert_eq!(state, before);
    assert!(state.update(&parameters, &nameless).counted);
    assert!(!state.update(&parameters, &nameless).counted);
    // Of which nothing is known but the second: delivered twice, it is one scan.
    let unknown = Scan {
        at_s: nameless.at_s + 60,
        ..Scan::default()
    };
    assert!(state.update(&parameters, &unknown).counted);
    assert!(!state.update(&parameters, &unknown).counted);
    let later = Scan {
        at_s: unknown.at_s + 1,
        ..unknown
    };
    assert!(state.update(&parameters, &later).counted);
}

#[test]
fn dealers_who_say_so_prove_nothing() {
    let mut scans = far_apart(1);
    let without = after(&scans).gain();
    for at in 1..5 {
        scans.push(Scan {
            channel: Channel::Dealer,
            ..far_apart(5)[at]
        });
    }
    let with = after(&scans);
    assert_eq!((with.gain().to_bits(), with.scans), (without.to_bits(), 5));
}

#[test]
fn hard_evidence_counts_once_and_names_its_hypothesis() {
    let parameters = Parameters::reference();
    let mut state = after(&far_apart(1));
    let standing = Standing {
        after_use: true,
        ..Standing::default()
    };
    for day in [1.0, 2.0, 3.0] {
        let mut late = scan(day, 1, FAR[0]);
        late.standing = standing;
        late.hidden = Hidden::Bad;
        state.update(&parameters, &late);
    }
    let hard = parameters.hard[0] + parameters.hard[3];
    assert!(state.gain() <= hard && state.gain() > hard - 1.0);
    assert_eq!(
        state.hypothesis(&parameters),
        Hypothesis::UsedAfterDestruction
    );
    let claimed = |phone| Scan {
        hidden: Hidden::Ok,
        ..scan(4.0 + phone as f64, phone, FAR[0])
    };
    let step = state.update(&parameters, &claimed(1));
    assert!(
        step.evidence
            .iter()
            .all(|piece| piece.kind != Kind::HiddenTwice)
    );
    let step = state.update(&parameters, &claimed(2));
    assert_eq!(step.evidence[0].kind, Kind::HiddenTwice);
}

#[test]
fn one_network_brings_only_so_much_a_day() {
    let parameters = Parameters::reference();
    let mut state = after(&far_apart(1));
    for at in 1..40_u32 {
        let mut one = scan(
            20.0 + f64::from(at) * 0.02,
            u64::from(at) + 50,
            FAR[at as usize % 5],
        );
        one.network = Some(5);
        state.update(&parameters, &one);
    }
    assert!(
        state.peak() <= parameters.network_day + parameters.clip[1],
        "{}",
        state.peak()
    );
}

#[test]
fn bytes_come_back_and_others_are_refused() {
    let state = after(&far_apart(5));
    let bytes = state.to_bytes();
    assert_eq!(MarkState::from_bytes(&bytes), Some(state.clone()));
    assert_eq!(MarkState::from_bytes(&bytes[1..]), None);
    let mut other = bytes;
    other[0] = 9;
    assert_eq!(MarkState::from_bytes(&other), None);
    // As an earlier version wrote it, with one account of proxies.
    let mut earlier = bytes.to_vec();
    earlier[0] = 1;
    earlier.drain(78..82);
    let read = MarkState::from_bytes(&earlier).unwrap();
    assert_eq!(
        (read.poison[0], read.poison[0]),
        (read.poison[1], state.poison[0])
    );
    assert_eq!(
        (read.items, &read.strongest, read.scans),
        (state.items, &state.strongest, state.scans)
    );
}

#[test]
fn the_bits_of_an_account_are_these_on_every_machine() {
    let bytes = after(&far_apart(5)).to_bytes();
    let sum = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    assert_eq!(format!("{sum:016x}"), "b22fdfdefc5caa5c");
}

#[test]
fn weights_and_shares_add_up() {
    let parameters = Parameters::reference();
    let is_one = |sum: f64| (sum - 1.0).abs() < 1e-9;
    assert!(is_one(
        parameters.honest.iter().map(|kind| kind.weight).sum()
    ));
    assert!(is_one(
        parameters.copied.iter().map(|kind| kind.weight).sum()
    ));
    assert!(is_one(parameters.destination.iter().sum()));
    assert!(
        parameters
            .honest
            .iter()
            .all(|kind| is_one(kind.gaps.iter().sum()))
    );
    assert!(
        parameters
            .copied
            .iter()
            .all(|kind| is_one(kind.places.iter().sum()))
    );
    assert!(
        parameters
            .confusion
            .iter()
            .all(|class| is_one(class.iter().sum()))
    );
}

#[test]
fn a_table_that_knows_no_networks_hides_no_copies() {
    let parameters = Parameters::reference();
    let seen_as = |classes: &[PlaceClass]| {
        let mut state = MarkState::default();
        let places = FAR.iter().cycle().take(7);
        for (at, (place, class)) in (0_u32..).zip(places.zip(classes.iter().cycle())) {
            let mut scan = scan(f64::from(at) * 6.0, u64::from(at), *place);
            scan.sighting = scan.sighting.map(|sighting| Sighting {
                class: *class,
                ..sighting
            });
            state.update(&parameters, &scan);
            state.decide(&parameters, &Context::ALONE);
        }
        state
    };
    let unknown = seen_as(&[PlaceClass::Unknown]);
    assert!(unknown.is_suspected());
    assert_eq!(unknown.hypothesis(&parameters), Hypothesis::Copied);
    // With one that knows them, half unknown is what rented proxies are.
    let rented = seen_as(&[PlaceClass::Fixed, PlaceClass::Unknown]);
    assert!(rented.gain() < unknown.gain());
}

#[test]
fn rented_proxies_do_not_pass_for_buyers() {
    let parameters = Parameters::reference();
    let class_of = |classes: &[PlaceClass]| {
        let mut state = after(&far_apart(1));
        for at in 0..60_usize {
            let mut one = scan(5.0 + 2.0 * at as f64, 100 + at as u64, FAR[at % 5]);
            if let Some(sighting) = &mut one.sighting {
                sighting.class = classes[at % classes.len()];
            }
            state.update(&parameters, &one);
            state.decide(&parameters, &Context::ALONE);
        }
        state
    };
    let proxies = class_of(&[PlaceClass::Unknown, PlaceClass::Fixed]);
    assert!(!proxies.is_suspected());
    assert_eq!(
        proxies.hypothesis(&parameters),
        Hypothesis::PoisoningSuspected
    );
    let buyers = class_of(&[PlaceClass::Mobile, PlaceClass::Gps, PlaceClass::Fixed]);
    assert!(buyers.is_suspected());
    assert_eq!(buyers.hypothesis(&parameters), Hypothesis::Copied);
}

#[test]
fn scans_before_the_sale_hide_no_copies() {
    let parameters = Parameters::reference();
    // Whoever sells copies scans the mark first, with so many phones, one a second, and nobody knows where.
    let washed = |phones: u32| {
        let mut state = MarkState::default();
        for number in 0..phones {
            let at_s = 190_000_000 + number;
            let phone = Some(u64::from(number) + 500);
            let network = phone;
            state.update(
                &parameters,
                &Scan {
                    at_s,
                    phone,
                    network,
                    ..Scan::default()
                },
            );
        }
        let mut at = 0;
        for scan in far_apart(30) {
            at += 1;
            let step = state.update(&parameters, &scan);
            if step.decide(&mut state, &parameters, &Context::ALONE) {
                break;
            }
        }
        at
    };
    let found: Vec<usize> = [0, 20, 100, 1_000].map(washed).to_vec();

    assert!(found[0] <= 4, "{found:?}");
    assert!(
        found[1] <= 8 && found[2] <= 10 && found[3] <= 12,
        "{found:?}"
    );
}

#[test]
fn no_flood_breaks_the_account() {
    let parameters = Parameters::reference();
    let mut state = MarkState::default();
    for at in 0..20_000_u32 {
        let place = if at % 3 == 0 {
            430_100
        } else {
            FAR[at as usize % 5]
        };
        state.update(
            &parameters,
            &scan(f64::from(at) * 0.001, u64::from(at), place),
        );
        assert!(state.posterior(&parameters, &Context::ALONE).is_finite());
    }
    assert!(MarkState::from_bytes(&state.to_bytes()).is_some());
}

impl MarkState {
    /// As if nobody had decided.
    fn unsuspected(mut self) -> Self {
        self.flags &= !(state::Flag::Suspected as u8);
        self
    }

    fn remembers(&self, phone: u64) -> bool {
        self.ring.contains(&update::short(phone))
    }
}
