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
    let mut batch = BatchState::default();
    batch.update(&Parameters::reference(), None, part(2.0));
    assert_eq!(BatchState::from_bytes(&batch.to_bytes()), Some(batch));
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
fn goods_sold_elsewhere_say_nothing_of_their_batch() {
    let parameters = Parameters::reference();
    let scan = far_apart(1).remove(0);
    let (mut at_home, mut elsewhere) = (MarkState::default(), MarkState::default());
    at_home.update(&parameters, &scan);
    let mut outside = scan;
    outside.standing.outside_market = true;
    elsewhere.update(&parameters, &outside);
    assert!(elsewhere.gain() > at_home.gain() + 1.0);
    let [here, there] = [&at_home, &elsewhere].map(|state| state.for_batch(&parameters).log_odds);
    assert!((here - there).abs() < 1e-6, "{here} and {there}");
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

/// What a code adds that dealers explain as little as any other.
fn part(log_odds: f64) -> Part {
    Part {
        log_odds,
        dealt: None,
    }
}

#[test]
fn a_batch_with_more_evidence_raises_its_codes_more() {
    let parameters = Parameters::reference();
    let mut batch = BatchState::default();
    let others: Vec<BatchState> = (0..8)
        .map(|_| {
            let mut other = BatchState::default();
            (0..200).for_each(|_| other.update(&parameters, None, part(0.0)));
            other
        })
        .collect();
    batch.compare(
        &Peers::of(&parameters, others.iter().map(|other| (other, 0))),
        0,
    );
    let mut before = batch.raise(&parameters);
    assert!(before.abs() < 1e-12);
    for _ in 0..20 {
        batch.update(&parameters, None, part(6.0));
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
            let posterior = state.posterior(&parameters, &Context::ALONE);
            prop_assert!((0.0..=1.0).contains(&posterior));
            prop_assert!(state.e_value(&parameters) >= 0.0 && state.ln_e_value(&parameters).is_finite());
            // What can only grow.
            prop_assert!(state.peak() >= peak && state.e_peak() >= e_peak);
            (peak, e_peak) = (state.peak(), state.e_peak());
            let is_suspected = state.decide(&parameters, &Context::ALONE);
            prop_assert!(is_suspected || !was_suspected);
            was_suspected = is_suspected;
            // A batch's evidence can only raise.
            let alone = state.log_odds(&parameters, &Context::ALONE);
            let raised = Context { raise: 1.0, ..Context::ALONE };
            let many_dealers = Context { dealers: 3.0, ..Context::ALONE };
            prop_assert!(state.log_odds(&parameters, &raised) >= alone);
            prop_assert!(state.log_odds(&parameters, &many_dealers) <= alone);
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whoever_comes_again_is_no_reason_for_suspicion(scans in prop::collection::vec(any_scan(), 1..20), again in 0..20_usize, later in 0..9_000_000_u32) {
        let parameters = Parameters::reference();
        let mut state = after(&scans);
        let phone = scans[again % scans.len()].phone;
        // Hard evidence apart, which this scan does not bring.
        let scan = Scan { at_s: 200_000_000 + later, phone, hidden: Hidden::None, standing: Standing::default(), ..scans[0] };
        prop_assume!(phone.is_some_and(|phone| state.remembers(phone)));
        let before = state.gain();
        state.update(&parameters, &scan);
        prop_assert!(state.gain() <= before);
    }

    #[test]
    fn a_late_delivery_of_a_scan_again_raises_nothing(scans in prop::collection::vec(any_scan(), 1..12), again in 0..12_usize) {
        let parameters = Parameters::reference();
        let scan = scans[again % scans.len()];
        prop_assume!(scan.phone.is_some());
        let mut state = after(&scans);
        let before = (state.gain(), state.phones);
        prop_assume!(scan.phone.is_some_and(|phone| state.remembers(phone)));
        state.update(&parameters, &Scan { hidden: Hidden::None, standing: Standing::default(), ..scan });
        prop_assert!(state.gain() <= before.0 && state.phones == before.1);
    }

    #[test]
    fn another_province_speaks_more_for_copies_than_the_same_place(home in 0..300_u16, other in 0..300_u16, days in 1.0..60.0_f64) {
        let spot = |number| Spot::new(number).unwrap();
        prop_assume!(GEOGRAPHY.code(spot(home)) / 10_000 != GEOGRAPHY.code(spot(other)) / 10_000);
        let gain = |place, class| {
            let seen = |at, phone, place, class| Scan {
                sighting: Some(Sighting { spot: spot(place), class }),
                ..scan(at, phone, 430_100)
            };
            after(&[seen(0.0, 1, home, PlaceClass::Gps), seen(days, 2, place, class)]).gain()
        };
        let far = gain(other, PlaceClass::Gps);
        prop_assert!(far >= gain(home, PlaceClass::Gps), "farther");
    }

    #[test]
    fn what_is_said_rises_with_what_is_believed(one in -60.0..60.0_f64, other in -60.0..60.0_f64) {
        let parameters = Parameters::reference();
        let (low, high) = if one < other { (one, other) } else { (other, one) };
        prop_assert!(parameters.corrected(low) <= parameters.corrected(high));
    }

    #[test]
    fn a_clock_that_jumps_is_as_a_gap_of_four_hundred_days(jump in 401..40_000_u32) {
        let scans = far_apart(3);
        let jumped = |days: u32| {
            let mut scans = scans.clone();
            scans[2].at_s = scans[1].at_s.saturating_add(days * 86_400);
            after(&scans).gain()
        };
        prop_assert_eq!(jumped(jump).to_bits(), jumped(401).to_bits());
        // And a clock set back, as far as it goes, is weighed by its distance.
        let mut back = scans.clone();
        back[2].at_s = back[1].at_s.saturating_sub(jump.saturating_mul(86_400)).max(1);
        let state = after(&back);
        prop_assert!(state.gain().is_finite());
        prop_assert_eq!(state.last_s, back[1].at_s);
    }

    #[test]
    fn any_batch_among_any_peers_is_sound(codes in prop::collection::vec((0..40_u32, -30.0..60.0_f64, 0..3_000_u32), 0..12)) {
        let parameters = Parameters::reference();
        let mut batches: Vec<(BatchState, u32)> = codes.iter().map(|(count, log_odds, activated)| {
            let mut batch = BatchState::default();
            for code in 0..*count {
                batch.update(&parameters, None, Part { log_odds: log_odds * f64::from(code % 7) / 7.0, dealt: (code % 3 > 0).then(|| f64::from(code % 5) / 5.0) });
            }
            (batch, *activated)
        }).collect();
        let peers = Peers::of(&parameters, batches.iter().map(|(batch, activated)| (batch, *activated)));
        for (batch, activated) in &mut batches {
            let alone = batch.evidence(&parameters);
            batch.compare(&peers, *activated);
            let among = batch.evidence(&parameters);
            prop_assert!(alone.is_finite() && among.is_finite());
            let raise = batch.raise(&parameters);
            prop_assert!((0.0..12.0).contains(&raise), "{raise}");
            prop_assert_eq!(BatchState::from_bytes(&batch.to_bytes()), Some(batch.clone()));
        }
    }
}

#[test]
fn what_is_usual_among_its_peers_speaks_against_no_batch() {
    let parameters = Parameters::reference();
    // Codes that dealers look at: all batches have them, the last has copies besides.
    let made = |copied: u32, codes: u32| {
        let mut batch = BatchState::default();
        for code in 0..codes {
            batch.update(
                &parameters,
                None,
                part(if code % 10 == 0 { 1.5 } else { -0.1 }),
            );
        }
        for _ in 0..copied {
            batch.update(&parameters, None, part(5.0));
        }
        batch
    };
    let mut season: Vec<BatchState> = (0..12).map(|number| made(0, 230 + 3 * number)).collect();
    season.push(made(8, 250));
    let peers = Peers::of(&parameters, season.iter().map(|batch| (batch, 5_000)));
    for batch in &mut season {
        assert!(
            batch.raise(&parameters).abs() < 1e-12,
            "not yet held against its peers"
        );
        batch.compare(&peers, 5_000);
    }
    let last = season.pop().unwrap();
    assert!(last.is_alarming(&parameters) && last.raise(&parameters) > 0.5);
    assert!(season.iter().all(|batch| !batch.is_alarming(&parameters)));
}

#[test]
fn a_batch_of_which_far_more_is_scanned_than_of_its_peers_stands_out() {
    let parameters = Parameters::reference();
    let made = |codes: u32| {
        let mut batch = BatchState::default();
        (0..codes).for_each(|_| batch.update(&parameters, None, part(0.0)));
        batch
    };
    let usual = [240, 262, 251, 229, 247, 255, 238, 244, 259, 250];
    let evidence = |codes: u32, others: &[u32], activated: u32| {
        let mut batch = made(codes);
        let season: Vec<BatchState> = others.iter().copied().map(made).collect();
        let peers = Peers::of(&parameters, season.iter().map(|batch| (batch, activated)));
        batch.compare(&peers, activated);
        batch.is_alarming(&parameters)
    };
    assert!(evidence(340, &usual, 5_000) && !evidence(260, &usual, 5_000));
    // Where batches differ that much anyway, or it is not known how many were activated, it says nothing.
    assert!(!evidence(
        340,
        &usual.map(|codes| (codes - 225) * 12),
        5_000
    ));
    assert!(!evidence(340, &usual, 0));
}

#[test]
fn a_table_that_knows_no_networks_hides_no_copies() {
    let parameters = Parameters::reference();
    let seen_as = |classes: &[PlaceClass]| {
        let mut state = MarkState::default();
        for (at, (place, class)) in (0_u32..).zip(FAR.iter().zip(classes.iter().cycle())) {
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

/// A pack that a dealer saw elsewhere days before its buyer and the buyer's family did.
fn dealt(parameters: &Parameters) -> MarkState {
    let mut state = MarkState::default();
    for (phone, place, day) in [(1, 430_100, 1.0), (2, 440_100, 9.0), (3, 440_100, 9.01)] {
        state.update(parameters, &scan(day, phone, place));
    }
    state
}

#[test]
fn where_dealers_look_more_often_what_they_explain_is_suspected_later() {
    let parameters = Parameters::reference();
    let state = dealt(&parameters);
    let log_odds = |dealers| {
        let context = Context {
            dealers,
            ..Context::ALONE
        };
        state.log_odds(&parameters, &context)
    };
    let usual = log_odds(1.0);
    let more = [1.5, 2.0, 4.0, 8.0].map(log_odds);
    assert!(more[0] < usual - 0.2, "{usual} {more:?}");
    assert!(more.is_sorted_by(|a, b| a > b), "{more:?}");
    // One phone alone has nothing that dealers would explain.
    let mut once = MarkState::default();
    once.update(&parameters, &scan(1.0, 1, 430_100));
    assert_eq!(once.dealt(&parameters), None);
    assert!(once.caution(&parameters, 4.0) < 1e-9);
    assert!(state.dealt(&parameters).unwrap() > parameters.dealt[0]);
}

#[test]
fn how_dealers_behave_is_learned_from_most_batches() {
    let parameters = Parameters::reference();
    let made = |share: f64| {
        let mut batch = BatchState::default();
        for _ in 0..60 {
            let now = Part {
                log_odds: 0.0,
                dealt: Some(share),
            };
            batch.update(&parameters, None, now);
        }
        batch
    };
    let dealers = |shares: &[f64]| {
        let season: Vec<BatchState> = shares.iter().copied().map(made).collect();
        Peers::of(&parameters, season.iter().map(|batch| (batch, 0))).dealers()
    };
    let [usual, _] = parameters.dealt;
    let is_one = |factor: f64| (factor - 1.0).abs() < 1e-9;
    assert!(is_one(dealers(&[usual; 20])) && is_one(dealers(&[0.5 * usual; 20])));
    assert!(is_one(dealers(&[])), "nothing is known");
    let many = dealers(&[1.2 * usual; 20]);
    assert!((1.7..2.1).contains(&many), "{many}");
    let few = dealers(&[1.2 * usual; 2]);
    assert!(few > 1.0 && few < many, "{few}: few marks tell little");
    // Some batches that stand out are no season.
    let mut some = [usual; 20];
    some[..6].fill(0.9);
    assert!(is_one(dealers(&some)));
    assert!(dealers(&[1.0; 20]) <= 8.0);
    // And what the season shows is said of each of its marks.
    let mut batch = made(usual);
    let season = [batch.clone(), made(2.0 * usual), made(2.0 * usual)];
    let peers = Peers::of(&parameters, season.iter().map(|batch| (batch, 0)));
    batch.compare(&peers, 0);
    assert!((batch.context(&parameters).dealers - peers.dealers()).abs() < 1e-6);
    assert!(peers.dealers() > 1.5);
}
