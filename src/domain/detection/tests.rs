//! What must hold of the running account, whatever scans arrive.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)] // days and small numbers of phones

use proptest::prelude::*;

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
    for scan in far_apart(5) {
        let step = state.update(&parameters, &scan);
        state.decide(&parameters, 0.0);
        assert!(state.gain() > before, "each one adds");
        before = state.gain();
        assert!(step.evidence.is_sorted_by(|a, b| a.weight >= b.weight));
    }
    assert!(state.is_suspected());
    assert_eq!(state.hypothesis(&parameters), Hypothesis::Copied);
    let said = state.strongest().unwrap().said();
    assert!(
        said.en.contains(" km from ") && said.en.contains("by gps and gps"),
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
        assert!(!state.decide(&parameters, 0.0), "scan {at}");
        assert!(state.gain() <= 0.0);
    }
    assert_eq!((state.scans, state.phones), (200, 1));
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
        assert!(!state.decide(&parameters, 0.0));
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
    assert!(!state.is_over_the_level(&parameters, 0.0));
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
    assert_eq!(MarkState::from_bytes(&bytes), Some(state));
    assert_eq!(MarkState::from_bytes(&bytes[1..]), None);
    let mut other = bytes;
    other[0] = 9;
    assert_eq!(MarkState::from_bytes(&other), None);
    let mut batch = BatchState::default();
    batch.update(&Parameters::reference(), None, 2.0);
    assert_eq!(BatchState::from_bytes(&batch.to_bytes()), Some(batch));
}

#[test]
fn the_bits_of_an_account_are_these_on_every_machine() {
    let bytes = after(&far_apart(5)).to_bytes();
    let sum = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    assert_eq!(format!("{sum:016x}"), "6dc909aa7ae522c8");
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
fn a_batch_with_more_evidence_raises_its_codes_more() {
    let parameters = Parameters::reference();
    let mut batch = BatchState::default();
    let mut before = batch.raise(&parameters);
    assert!(before.abs() < 1e-12);
    for _ in 0..20 {
        batch.update(&parameters, None, 6.0);
        let now = batch.raise(&parameters);
        assert!(now >= before);
        before = now;
    }
    assert!(batch.is_alarming(&parameters) && before > 2.0);
}

fn any_scan() -> impl Strategy<Value = Scan> {
    let class = prop_oneof![
        Just(PlaceClass::Gps),
        Just(PlaceClass::Fixed),
        Just(PlaceClass::Mobile),
        Just(PlaceClass::Unknown)
    ];
    let place = prop::option::of((0..GEOGRAPHY.prefectures() + 30, class));
    let who = (
        prop::option::of(0..30_u64),
        prop::option::of(0..5_u64),
        0..4_u8,
        0..3_u8,
        0..16_u8,
    );
    (1..u32::MAX, 0..40_u32, place, who).prop_map(
        |(far, near, place, (phone, network, channel, hidden, standing))| Scan {
            // Mostly within weeks; sometimes with a clock that jumps decades.
            at_s: if near == 0 {
                far
            } else {
                200_000_000 + near * 77_777
            },
            phone,
            sighting: place
                .and_then(|(spot, class)| Spot::new(spot).map(|spot| Sighting { spot, class })),
            network,
            channel: [
                Channel::Consumer,
                Channel::Inspector,
                Channel::Dealer,
                Channel::Preview,
            ][usize::from(channel)],
            hidden: [Hidden::None, Hidden::Ok, Hidden::Bad][usize::from(hidden)],
            standing: Standing {
                before_activation: standing == 1,
                after_use: standing == 2,
                outside_market: standing == 3,
                found_copied: standing == 4,
            },
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_arrives_the_account_is_sound(scans in prop::collection::vec(any_scan(), 1..60)) {
        let parameters = Parameters::reference();
        let mut state = MarkState::default();
        let (mut peak, mut e_peak, mut was_suspected) = (0.0, 0.0, false);
        for scan in &scans {
            let before = state.scans;
            let step = state.update(&parameters, scan);
            prop_assert_eq!(state.scans, before + u32::from(step.counted));
            prop_assert!(state.phones <= state.scans);
            let posterior = state.posterior(&parameters, 0.0);
            prop_assert!((0.0..=1.0).contains(&posterior));
            prop_assert!(state.e_value(&parameters) >= 0.0 && state.ln_e_value(&parameters).is_finite());
            // What can only grow.
            prop_assert!(state.peak() >= peak && state.e_peak() >= e_peak);
            (peak, e_peak) = (state.peak(), state.e_peak());
            let is_suspected = state.decide(&parameters, 0.0);
            prop_assert!(is_suspected || !was_suspected);
            was_suspected = is_suspected;
            // A batch's evidence can only raise.
            prop_assert!(state.log_odds(&parameters, 1.0) >= state.log_odds(&parameters, 0.0));
            // What is stored goes on like what was not.
            prop_assert_eq!(MarkState::from_bytes(&state.to_bytes()), Some(state.clone()));
        }
        prop_assert_eq!(after(&scans), state.unsuspected());
    }

    #[test]
    fn counts_do_not_hang_on_the_order(count in 2..9_usize, shift in 1..9_usize) {
        let scans = far_apart(count);
        let mut turned = scans.clone();
        turned.rotate_left(shift % count);
        let (straight, turned) = (after(&scans), after(&turned));
        prop_assert_eq!((straight.scans, straight.phones), (turned.scans, turned.phones));
        prop_assert_eq!((straight.first_s, straight.last_s), (turned.first_s, turned.last_s));
    }
}

impl MarkState {
    /// As if nobody had decided.
    fn unsuspected(mut self) -> Self {
        self.flags &= !(state::Flag::Suspected as u8);
        self
    }
}
