//! What the detector believes of honest packs and of copies: one struct, one version.
//!
//! Times are in days. Every alarm names the version of the parameters that raised it.

use super::calibration::Version;

/// Time scales of gaps between scans of one item: twelve minutes (another phone at the same table), nine hours (the same
/// day), eight days (a gift, a cupboard), forty days (stock).
pub const SCALES_DAYS: [f64; 4] = [0.0083, 0.375, 8.0, 40.0];

/// The place of those that dealers look at before the sale among the kinds of honest packs.
pub(super) const DEALERS: usize = 2;

/// One way in which honest packs are scanned. Several stand side by side, since nobody knows which one it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Honest {
    /// How many honest packs are of this kind.
    pub weight: f64,
    /// Probability that yet another phone scans: after the first, after the second, after more.
    pub another: [f64; 3],
    /// Shares of [`SCALES_DAYS`] in the gap to it.
    pub gaps: [f64; 4],
    /// Probability that the item moved however short the gap, and how much is added with time.
    pub moved: [f64; 2],
    /// The days after which most of that is added.
    pub moved_days: f64,
    /// Probability that it moved before its second, and before its third phone, at least: dealers looked before the sale.
    pub moved_first: [f64; 2],
}

/// One way in which copies are sold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Copied {
    /// How many attacks are of this kind.
    pub weight: f64,
    /// Where another copy turns up: at the place of the last, in its province, in its neighbourhood, anywhere people live,
    /// where honest packs are sold. They add up to 1.
    pub places: [f64; 5],
    /// Shape of the gamma distribution of how many copies will be scanned in a season.
    pub shape: f64,
    /// And its mean.
    pub mean: f64,
}

/// How a class of sightings errs: probabilities of the right prefecture, of the right province, of anywhere.
pub type Confusion = [f64; 3];

/// All of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Which parameters these are.
    pub version: Version,
    /// Days over which copies of one code are sold.
    pub season_days: f64,
    /// Kinds of honest packs; the first is the usual one. Their weights add up to 1.
    pub honest: [Honest; 4],
    /// Kinds of copying: sold locally, regionally, nationally. Their weights add up to 1.
    pub copied: [Copied; 3],
    /// Confusions of gps, fixed, mobile and unknown.
    pub confusion: [Confusion; 4],
    /// Where an item goes when it moves: back to where it was first seen, within the province, anywhere people live, where
    /// honest packs are sold.
    pub destination: [f64; 4],
    /// How buyers' phones are connected: shares of gps, fixed, mobile, unknown.
    pub buyers: [f64; 4],
    /// How proxies are that somebody uses to spoil a firm's code: rented ones, which are data centres and homes; and phones
    /// in other hands, which differ from buyers only in that they tell no position. Where and when they scan is theirs to
    /// choose, so that tells nothing.
    pub proxies: [[f64; 4]; 2],
    /// Prior log-odds that a code was copied.
    pub prior_copied: f64,
    /// How often a picture of an honest code begins to circulate, per day.
    pub image_per_day: f64,
    /// Shape and mean of the gamma distribution of how many phones scan a circulating picture.
    pub image_phones: [f64; 2],
    /// How a picture is forgotten: half with each of these times, in days.
    pub image_days: [f64; 2],
    /// Prior log-odds, against copying, of an attempt to spoil a firm's code by false scans: for naming what is the matter.
    pub prior_poison: f64,
    /// And the logarithms of the weights that both kinds of proxies have beside honest packs, far more than they are
    /// frequent: what false scans explain as well as copies do is no evidence of copies.
    pub spoiled: [f64; 2],
    /// Copies may begin to be sold at any time: the logarithm of the probability that they do after the nth phone is this less
    /// ln n + 2 ln (1 + ln n). All of these together are 9 %.
    pub begins_later: f64,
    /// One scan's evidence is at least and at most this, in log-odds.
    pub clip: [f64; 2],
    /// From one network on one day at most this much evidence for copies.
    pub network_day: f64,
    /// Log-odds of a hidden code that is wrong, of one claimed again by another phone, of a scan before activation,
    /// after use or destruction, outside the licensed market, and of an inspector's finding.
    pub hard: [f64; 6],
    /// Posterior log-odds = first + second × (log-odds of the model): the correction that calibration found.
    pub calibration: [f64; 2],
    /// Log-odds below the prior count by this share of their distance: silence proves less than the model has it.
    pub below_prior: f64,
    /// An alarm needs at least these posterior log-odds ...
    pub alarm_log_odds: f64,
    /// ... and this logarithm of the e-value.
    pub alarm_e_value: f64,
    /// Shares of copied codes that a batch is tested for.
    pub batch_shares: [f64; 4],
    /// For each of them, what a batch without copies sums up to: mean per scanned code, and standard deviation per root of
    /// their number.
    pub batch_usual: [[f64; 2]; 4],
    /// In a batch's account a code's log-odds count at most this: one code with many copies is one code.
    pub batch_most: f64,
    /// Of marks that more than one phone has seen, the mean share of dealers' looks in what explains them; and with which
    /// power of what a season shows beyond it these packs are more frequent than believed.
    pub dealt: [f64; 2],
    /// A batch raises an alarm from this logarithm of its evidence.
    pub alarm_batch: f64,
}

impl Parameters {
    /// What it adds to the log-odds that a mark was seen outside the market of its order.
    pub(super) const fn outside_market(&self) -> f64 {
        self.hard[4]
    }

    /// The parameters the program comes with: the honest tables of `docs/DETECTION.md`, with heavier tails and three
    /// less favourable kinds of honest packs beside them.
    pub fn reference() -> Self {
        let usual = Honest {
            weight: 0.776,
            another: [0.20, 0.512, 0.36],
            gaps: [0.475, 0.245, 0.209, 0.071],
            moved: [0.023, 0.236],
            moved_days: 1.5,
            moved_first: [0.021, 0.0],
        };
        let gifts = Honest {
            weight: 0.064,
            another: [0.20, 0.229, 0.461],
            gaps: [0.512, 0.149, 0.245, 0.094],
            moved: [0.06, 0.34],
            moved_days: 1.12,
            moved_first: [0.06, 0.0],
        };
        let dealers = Honest {
            weight: 0.131,
            another: [0.436, 0.70, 0.337],
            gaps: [0.278, 0.213, 0.350, 0.159],
            moved: [0.035, 0.249],
            moved_days: 0.411,
            moved_first: [0.725, 0.5],
        };
        let crowds = Honest {
            weight: 0.029,
            another: [0.283, 0.60, 0.428],
            gaps: [0.620, 0.329, 0.039, 0.012],
            moved: [0.009, 0.145],
            moved_days: 9.42,
            moved_first: [0.007, 0.0],
        };
        let copied = |weight, places, shape, mean| Copied {
            weight,
            places,
            shape,
            mean,
        };
        Self {
            version: Version {
                model: 5,
                calibration: None,
            },
            season_days: 180.0,
            honest: [usual, gifts, dealers, crowds],
            copied: [
                copied(0.424, [0.655, 0.114, 0.121, 0.11, 0.0], 1.41, 3.45),
                copied(0.107, [0.146, 0.29, 0.276, 0.288, 0.0], 1.31, 2.62),
                copied(0.469, [0.039, 0.066, 0.029, 0.663, 0.203], 2.36, 3.45),
            ],
            confusion: [
                [0.985, 0.01, 0.005],
                [0.82, 0.12, 0.06],
                [0.42, 0.33, 0.25],
                [0.36, 0.30, 0.34],
            ],
            destination: [0.178, 0.237, 0.302, 0.283],
            buyers: [0.17, 0.30, 0.41, 0.12],
            proxies: [[0.02, 0.49, 0.07, 0.42], [0.02, 0.36, 0.48, 0.14]],
            prior_copied: -9.21, // 1e-4
            image_per_day: 2e-5,
            image_phones: [0.5, 122.0],
            image_days: [0.7, 3.43],
            prior_poison: -3.0,
            spoiled: [-6.0, -7.5],
            begins_later: -2.0,
            clip: [-2.5, 6.0],
            network_day: 3.0,
            hard: [3.0, 4.0, 3.0, 4.0, 2.0, 9.0],
            calibration: [5.34, 1.781],
            below_prior: 0.1,
            alarm_log_odds: -3.9, // a posterior of 2 %
            alarm_e_value: 1.0,   // e, over the best of all kinds of honest packs
            batch_shares: [0.003, 0.01, 0.04, 0.15],
            batch_usual: [
                [0.0003, 0.0033],
                [0.001, 0.0107],
                [0.0034, 0.038],
                [0.0088, 0.107],
            ],
            batch_most: 6.0,
            dealt: [0.2025, 4.0],
            alarm_batch: 2.2,
        }
    }

    /// The model's log-odds as calibration corrects them. Monotone.
    pub fn corrected(&self, log_odds: f64) -> f64 {
        let [offset, slope] = self.calibration;
        let below = (self.prior_copied - log_odds).max(0.0);
        offset + slope * (log_odds + below) - self.below_prior * below
    }
}
