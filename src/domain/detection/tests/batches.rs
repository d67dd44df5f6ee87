//! What must hold of batches among their peers, and of seasons.

use proptest::prelude::*;

use super::*;

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

/// A batch among others without evidence, with codes of this evidence.
fn raised_by(codes: u32, log_odds: f64) -> f64 {
    let parameters = Parameters::reference();
    let usual = || {
        let mut usual = BatchState::default();
        (0..200).for_each(|_| usual.update(&parameters, None, part(0.0)));
        usual
    };
    let others: Vec<BatchState> = (0..8).map(|_| usual()).collect();
    let mut batch = usual();
    for _ in 0..codes {
        batch.update(&parameters, None, part(log_odds));
    }
    let peers = Peers::of(&parameters, others.iter().map(|other| (other, 0)));
    batch.compare(&peers, 0);
    batch.raise(&parameters)
}

#[test]
fn one_code_with_a_thousand_copies_says_little_of_its_batch() {
    assert!(raised_by(1, 600.0) < 1.5, "{}", raised_by(1, 600.0));
    let same = (raised_by(1, 600.0) - raised_by(1, 6.0)).abs();
    assert!(same < 1e-9, "{same}");
    assert!(raised_by(6, 5.0) > 4.0, "{}", raised_by(6, 5.0));
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

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
