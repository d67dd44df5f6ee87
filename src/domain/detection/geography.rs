//! Places as numbers: where people live, what lies near what, and how wrong a place may be known.
//!
//! The table is `data/places.csv`. A province of which the prefecture is not known is a spot of its own.

use std::sync::LazyLock;

use super::real::exp;
use crate::domain::place::{PlaceClass, Prefecture};

const TABLE: &str = include_str!("../../../data/places.csv");
/// Yiyang, to which the origin belongs (沅江, 430981).
const ORIGIN: u32 = 430_900;
/// How fast sales near the origin thin out.
const NEAR_KM: f64 = 120.0;
/// What counts as the neighbourhood of a place.
pub(super) const NEIGHBOURHOOD_KM: f64 = 250.0;

/// A prefecture, or a province as a whole, as a small number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot(pub(super) u16);

impl Spot {
    /// The spot of a number below that of prefectures and provinces together.
    pub fn new(number: u16) -> Option<Self> {
        let country = &*GEOGRAPHY;
        (usize::from(number) < country.rows.len() + country.provinces.len()).then_some(Self(number))
    }
}

/// A spot and how it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Where.
    pub spot: Spot,
    /// How that is known.
    pub class: PlaceClass,
}

pub(super) struct Row {
    pub code: u32,
    pub province: u8,
    latitude: f64,
    longitude: f64,
    /// Share of the population.
    pub weight: f64,
    /// Probability that an honest pack is sold here: half by population, half near the origin.
    pub sold: f64,
    /// Share of the population within [`NEIGHBOURHOOD_KM`].
    pub around: f64,
}

/// The country.
pub struct Geography {
    pub(super) rows: Vec<Row>,
    /// Share of the population, and of honest sales, by province; its code.
    pub(super) provinces: Vec<(u32, f64, f64)>,
    /// Kilometres between any two prefectures.
    distances: Vec<f32>,
}

/// The country as `data/places.csv` has it.
pub static GEOGRAPHY: LazyLock<Geography> = LazyLock::new(Geography::read);

impl Geography {
    fn read() -> Self {
        let mut rows: Vec<Row> = TABLE.lines().skip(1).filter_map(row).collect();
        rows.sort_by_key(|row| row.code);
        let people: f64 = rows.iter().map(|row| row.weight).sum();
        let mut provinces: Vec<(u32, f64, f64)> = Vec::new();
        for row in &mut rows {
            row.weight /= people;
            if provinces
                .last()
                .is_none_or(|last| last.0 != row.code / 10_000)
            {
                provinces.push((row.code / 10_000, 0.0, 0.0));
            }
            #[allow(clippy::cast_possible_truncation)] // 34 provinces
            let number = (provinces.len() - 1) as u8;
            row.province = number;
        }
        let mut distances = Vec::with_capacity(rows.len() * rows.len());
        for a in &rows {
            #[allow(clippy::cast_possible_truncation)] // metres do not matter
            distances.extend(rows.iter().map(|b| kilometres(a, b) as f32));
        }
        let mut made = Self {
            rows,
            provinces,
            distances,
        };
        made.spread();
        made
    }

    /// Works out what depends on distances.
    fn spread(&mut self) {
        let count = self.rows.len();
        let origin = self
            .rows
            .iter()
            .position(|row| row.code == ORIGIN)
            .unwrap_or(0);
        let near: Vec<f64> = (0..count)
            .map(|at| {
                self.rows[at].weight
                    * exp(-f64::from(self.distances[origin * count + at]) / NEAR_KM)
            })
            .collect();
        let all: f64 = near.iter().sum();
        for (at, near) in near.iter().enumerate() {
            let around = (0..count)
                .filter(|other| f64::from(self.distances[at * count + other]) <= NEIGHBOURHOOD_KM);
            let around = around.map(|other| self.rows[other].weight).sum();
            let row = &mut self.rows[at];
            row.around = around;
            row.sold = 0.5 * row.weight + 0.5 * near / all;
            let province = &mut self.provinces[usize::from(row.province)];
            province.1 += row.weight;
            province.2 += row.sold;
        }
    }

    /// The spot of a place.
    pub fn spot(&self, place: Prefecture) -> Option<Spot> {
        let number = if place.is_a_whole_province() {
            let found = self
                .provinces
                .binary_search_by_key(&(place.code() / 10_000), |province| province.0);
            self.rows.len() + found.ok()?
        } else {
            self.rows
                .binary_search_by_key(&place.code(), |row| row.code)
                .ok()?
        };
        u16::try_from(number).ok().map(Spot)
    }

    /// How many prefectures there are.
    pub fn prefectures(&self) -> u16 {
        u16::try_from(self.rows.len()).unwrap_or(u16::MAX)
    }

    /// The six digits of a spot.
    pub fn code(&self, spot: Spot) -> u32 {
        match self.rows.get(usize::from(spot.0)) {
            Some(row) => row.code,
            None => self.provinces[self.province(spot)].0 * 10_000,
        }
    }

    pub(super) fn province(&self, spot: Spot) -> usize {
        match self.rows.get(usize::from(spot.0)) {
            Some(row) => usize::from(row.province),
            None => (usize::from(spot.0) - self.rows.len()).min(self.provinces.len() - 1),
        }
    }

    /// Whether only the province is known.
    pub fn is_a_whole_province(&self, spot: Spot) -> bool {
        usize::from(spot.0) >= self.rows.len()
    }

    /// Share of the population that lives there.
    pub fn weight(&self, spot: Spot) -> f64 {
        match self.rows.get(usize::from(spot.0)) {
            Some(row) => row.weight,
            None => self.provinces[self.province(spot)].1,
        }
    }

    /// Probability that an honest pack is sold there.
    pub fn sold(&self, spot: Spot) -> f64 {
        match self.rows.get(usize::from(spot.0)) {
            Some(row) => row.sold,
            None => self.provinces[self.province(spot)].2,
        }
    }

    /// Kilometres between two prefectures; `None` if one is a whole province.
    pub fn kilometres(&self, a: Spot, b: Spot) -> Option<f64> {
        let count = self.rows.len();
        let (a, b) = (usize::from(a.0), usize::from(b.0));
        (a < count && b < count).then(|| f64::from(self.distances[a * count + b]))
    }

    /// Share of the population around a prefecture.
    pub(super) fn around(&self, spot: Spot) -> f64 {
        self.rows
            .get(usize::from(spot.0))
            .map_or(0.0, |row| row.around)
    }
}

fn row(line: &'static str) -> Option<Row> {
    let mut fields = line.split(',');
    let code = fields.next()?.parse().ok()?;
    // Its names stand in the list of prefectures.
    let mut numbers = fields.skip(2).map(str::parse::<f64>);
    Some(Row {
        code,
        province: 0,
        latitude: numbers.next()?.ok()?,
        longitude: numbers.next()?.ok()?,
        weight: numbers.next()?.ok()?,
        sold: 0.0,
        around: 0.0,
    })
}

/// On a sphere flattened at the middle latitude: within 2 % inside China, and without trigonometry, whose last bits are
/// each system's own.
fn kilometres(a: &Row, b: &Row) -> f64 {
    const DEGREE_KM: f64 = 111.195;
    let middle = (a.latitude + b.latitude) * (std::f64::consts::PI / 360.0);
    let square = middle * middle;
    // cos to the tenth power: exact to 1e-8 at 54 degrees north.
    let cosine = 1.0
        - square / 2.0
            * (1.0
                - square / 12.0
                    * (1.0 - square / 30.0 * (1.0 - square / 56.0 * (1.0 - square / 90.0))));
    let north = (a.latitude - b.latitude) * DEGREE_KM;
    let east = (a.longitude - b.longitude) * DEGREE_KM * cosine;
    (north * north + east * east).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(code: u32) -> Spot {
        GEOGRAPHY.spot(Prefecture::new(code).unwrap()).unwrap()
    }

    #[test]
    fn distances_are_those_of_the_map() {
        let between = |a, b| GEOGRAPHY.kilometres(spot(a), spot(b)).unwrap();
        assert!(
            (between(110_100, 310_100) - 1_068.0).abs() < 25.0,
            "Beijing, Shanghai"
        );
        assert!(
            (between(430_100, 430_900) - 70.0).abs() < 15.0,
            "Changsha, Yiyang"
        );
        assert!(GEOGRAPHY.kilometres(spot(430_000), spot(430_100)).is_none());
    }

    #[test]
    fn shares_add_up() {
        let rows = &GEOGRAPHY.rows;
        let sum = |share: fn(&Row) -> f64| rows.iter().map(share).sum::<f64>();
        assert!((sum(|row| row.weight) - 1.0).abs() < 1e-9);
        assert!((sum(|row| row.sold) - 1.0).abs() < 1e-9);
        for province in [430_000, 440_000] {
            let whole = spot(province);
            assert!(GEOGRAPHY.is_a_whole_province(whole) && GEOGRAPHY.code(whole) == province);
        }
        assert!(GEOGRAPHY.sold(spot(430_900)) > 5.0 * GEOGRAPHY.weight(spot(430_900)));
    }
}
