//! What must hold of a mark's account on random scans.

use proptest::prelude::*;

use super::*;

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
}
