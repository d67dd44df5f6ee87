//! How probable a sighting is, if the item stayed, moved, or is another one.

use super::geography::{GEOGRAPHY, Geography, NEIGHBOURHOOD_KM, Sighting, Spot};
use super::parameters::{Confusion, Parameters};

/// Sightings of one item at one place that are kept.
pub(super) const ANCHORS: usize = 3;

/// Where the item at hand was seen since it last moved.
pub(super) type Anchors = [Option<Sighting>; ANCHORS];

pub(super) fn confusion(parameters: &Parameters, sighting: Sighting) -> &Confusion {
    &parameters.confusion[sighting.class as usize]
}

/// Probabilities of a sighting given that the item really is: there; elsewhere in its province; outside.
struct Seen {
    there: f64,
    inside: f64,
    outside: f64,
    province: usize,
    /// The prefecture, unless only the province is known.
    exactly: Option<u16>,
}

impl Seen {
    fn new(country: &Geography, parameters: &Parameters, sighting: Sighting) -> Self {
        let [right, province_share, anywhere] = *confusion(parameters, sighting);
        let province = country.province(sighting.spot);
        let weight = country.weight(sighting.spot);
        let outside = anywhere * weight;
        if country.is_a_whole_province(sighting.spot) {
            let inside = right + province_share + outside;
            return Self {
                there: inside,
                inside,
                outside,
                province,
                exactly: None,
            };
        }
        let inside = province_share * weight / country.provinces[province].1 + outside;
        Self {
            there: right + inside,
            inside,
            outside,
            province,
            exactly: Some(sighting.spot.0),
        }
    }

    fn at(&self, prefecture: Option<u16>, province: usize) -> f64 {
        if self.province != province {
            self.outside
        } else if self.exactly.is_some() && self.exactly == prefecture {
            self.there
        } else {
            self.inside
        }
    }
}

/// Probability of a sighting of an item that has not moved since those before: summed over everywhere it can be.
pub(super) fn stayed(parameters: &Parameters, before: &Anchors, now: Sighting) -> f64 {
    let country = &*GEOGRAPHY;
    let new = Seen::new(country, parameters, now);
    let mut old: [Option<Seen>; ANCHORS] = [const { None }; ANCHORS];
    let mut count = 0;
    for sighting in before.iter().flatten() {
        old[count] = Some(Seen::new(country, parameters, *sighting));
        count += 1;
    }
    let old = &old[..count];
    let all = || old.iter().flatten().chain([&new]);
    let (mut before_sum, mut both_sum) = (0.0, 0.0);
    let mut add = |prior: f64, prefecture: Option<u16>, province: usize| {
        let before: f64 = old
            .iter()
            .flatten()
            .map(|seen| seen.at(prefecture, province))
            .product();
        before_sum += prior * before;
        both_sum += prior * before * new.at(prefecture, province);
    };
    let mut elsewhere = 1.0;
    for (at, seen) in all().enumerate() {
        if all()
            .take(at)
            .any(|earlier| earlier.province == seen.province)
        {
            continue;
        }
        let mut rest = country.provinces[seen.province].2;
        elsewhere -= rest;
        for (number, within) in all()
            .enumerate()
            .filter(|(_, within)| within.province == seen.province)
        {
            let Some(prefecture) = within.exactly else {
                continue;
            };
            if all()
                .take(number)
                .all(|earlier| earlier.exactly != Some(prefecture))
            {
                let prior = country.sold(Spot(prefecture));
                add(prior, Some(prefecture), seen.province);
                rest -= prior;
            }
        }
        add(rest.max(0.0), None, seen.province);
    }
    add(elsewhere.max(0.0), None, usize::MAX);
    both_sum / before_sum
}

/// Probability of a sighting in the province of another.
fn in_province(country: &Geography, parameters: &Parameters, of: Sighting, now: Sighting) -> f64 {
    let [right, province_share, anywhere] = *confusion(parameters, now);
    let weight = country.weight(now.spot);
    let province = country.province(of.spot);
    if country.province(now.spot) == province {
        (right + province_share) * weight / country.provinces[province].1 + anywhere * weight
    } else {
        anywhere * weight
    }
}

/// Probability of a sighting in the neighbourhood of another.
fn around(country: &Geography, parameters: &Parameters, of: Sighting, now: Sighting) -> f64 {
    let [right, province_share, anywhere] = *confusion(parameters, now);
    let weight = country.weight(now.spot);
    match country.kilometres(of.spot, now.spot) {
        None => in_province(country, parameters, of, now),
        Some(distance) => {
            let near = if distance <= NEIGHBOURHOOD_KM {
                weight / country.around(of.spot)
            } else {
                0.0
            };
            right * near
                + province_share * in_province(country, parameters, of, now)
                + anywhere * weight
        }
    }
}

/// Probabilities of a sighting under every account of it.
pub(super) struct Accounts {
    /// The item stayed.
    pub stayed: f64,
    /// It moved.
    pub moved: f64,
    /// It is another one, of copies sold locally, regionally, nationally.
    pub copied: [f64; 3],
    /// Somebody looked at a picture, anywhere.
    pub anywhere: f64,
}

impl Accounts {
    /// Of a sighting; `home` is where the code was first seen.
    pub(super) fn new(
        parameters: &Parameters,
        home: Sighting,
        before: &Anchors,
        now: Sighting,
    ) -> Self {
        let country = &*GEOGRAPHY;
        let last = before.iter().flatten().next_back().copied().unwrap_or(home);
        let stayed_there = stayed(parameters, before, now);
        let anywhere = country.weight(now.spot);
        let sold = country.sold(now.spot);
        let within = in_province(country, parameters, last, now);
        let near = around(country, parameters, last, now);
        let at_home = if home.spot == last.spot {
            stayed_there
        } else {
            stayed(parameters, &[Some(home), None, None], now)
        };
        let [back, province, far, sales] = parameters.destination;
        // Copies that are sold around a place: around the last or around the first.
        let local = if home.spot == last.spot {
            (within, near)
        } else {
            (
                0.5 * (within + in_province(country, parameters, home, now)),
                0.5 * (near + around(country, parameters, home, now)),
            )
        };
        Self {
            stayed: stayed_there,
            moved: back * at_home + province * within + far * anywhere + sales * sold,
            copied: parameters.copied.map(|kind| {
                let [same, province, neighbourhood, people, sales] = kind.places;
                same * stayed_there
                    + province * local.0
                    + neighbourhood * local.1
                    + people * anywhere
                    + sales * sold
            }),
            anywhere,
        }
    }

    /// Of a scan of which the place is not known: it tells nothing.
    pub(super) const fn unknown() -> Self {
        Self {
            stayed: 1.0,
            moved: 1.0,
            copied: [1.0; 3],
            anywhere: 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::place::PlaceClass;

    fn all_spots() -> impl Iterator<Item = Spot> {
        (0..GEOGRAPHY.prefectures()).map(Spot)
    }

    fn sighting(at: u16, class: PlaceClass) -> Sighting {
        Sighting {
            spot: Spot(at),
            class,
        }
    }

    #[test]
    fn sightings_of_an_item_that_stayed_add_up_to_one() {
        let parameters = Parameters::reference();
        for class in [PlaceClass::Gps, PlaceClass::Fixed, PlaceClass::Mobile] {
            let before = [
                Some(sighting(170, PlaceClass::Mobile)),
                Some(sighting(171, PlaceClass::Fixed)),
                None,
            ];
            let sum: f64 = all_spots()
                .map(|spot| stayed(&parameters, &before, Sighting { spot, class }))
                .sum();
            assert!((sum - 1.0).abs() < 1e-9, "{class:?} {sum}");
        }
    }

    #[test]
    fn the_same_place_by_gps_is_where_it_stayed_and_far_is_where_it_moved() {
        let parameters = Parameters::reference();
        let home = sighting(180, PlaceClass::Gps);
        let near = Accounts::new(&parameters, home, &[Some(home), None, None], home);
        assert!(near.stayed > 0.9 && near.copied[2] < 0.2);
        let far = sighting(20, PlaceClass::Gps);
        let far = Accounts::new(&parameters, home, &[Some(home), None, None], far);
        assert!(far.stayed < far.moved / 50.0);
        let vague = sighting(20, PlaceClass::Mobile);
        let vague = Accounts::new(&parameters, home, &[Some(home), None, None], vague);
        assert!(
            vague.stayed > far.stayed * 10.0,
            "a mobile network proves little"
        );
    }
}
