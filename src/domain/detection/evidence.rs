//! Why the detector believes what it believes: pieces of evidence, each with its weight.

use super::geography::{GEOGRAPHY, Sighting, Spot};
use super::parameters::Parameters;
use super::real::exp;
use super::state::{packed, unpacked};
use crate::domain::place::{PlaceClass, Prefecture};
use crate::domain::said::{Said, said};

/// What a piece of evidence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing speaks for copies.
    Nothing = 0,
    /// Yet another phone, at such a time.
    Phone = 1,
    /// A sighting that is far from those before.
    Place = 2,
    /// A wrong hidden code.
    HiddenBad = 3,
    /// A hidden code claimed again by another phone.
    HiddenTwice = 4,
    /// Scanned before it was activated.
    BeforeActivation = 5,
    /// Scanned after it was used or destroyed.
    AfterUse = 6,
    /// Seen outside the market it is licensed for.
    OutsideMarket = 7,
    /// The office decided that it was copied.
    FoundCopied = 8,
}

/// The kinds that stand for hard evidence, in the order of [`Parameters::hard`].
pub(super) const HARD: [Kind; 6] = [
    Kind::HiddenBad,
    Kind::HiddenTwice,
    Kind::BeforeActivation,
    Kind::AfterUse,
    Kind::OutsideMarket,
    Kind::FoundCopied,
];

/// One piece.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// What it is about.
    pub kind: Kind,
    /// By how much it raises the log-odds; below 0 it speaks against copies.
    pub weight: f32,
    /// The scan it came with, counted from 1.
    pub phone: u16,
    /// Seconds since the scan before.
    pub gap_s: u32,
    /// Where the code was seen before.
    pub from: Option<Sighting>,
    /// Where it was seen then.
    pub to: Option<Sighting>,
}

impl Evidence {
    pub(super) const fn none() -> Self {
        Self {
            kind: Kind::Nothing,
            weight: 0.0,
            phone: 0,
            gap_s: 0,
            from: None,
            to: None,
        }
    }

    pub(super) fn to_bytes(self) -> [u8; 15] {
        let mut bytes = [0; 15];
        bytes[0] = self.kind as u8;
        bytes[1..5].copy_from_slice(&self.weight.to_le_bytes());
        bytes[5..7].copy_from_slice(&self.phone.to_le_bytes());
        bytes[7..11].copy_from_slice(&self.gap_s.to_le_bytes());
        bytes[11..13].copy_from_slice(&packed(self.from).to_le_bytes());
        bytes[13..15].copy_from_slice(&packed(self.to).to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: [u8; 15]) -> Option<Self> {
        let [kind, w0, w1, w2, w3, p0, p1, g0, g1, g2, g3, f0, f1, t0, t1] = bytes;
        let kind = [Kind::Nothing, Kind::Phone, Kind::Place]
            .into_iter()
            .chain(HARD)
            .find(|known| *known as u8 == kind)?;
        Some(Self {
            kind,
            weight: Some(f32::from_le_bytes([w0, w1, w2, w3]))
                .filter(|weight| weight.is_finite())?,
            phone: u16::from_le_bytes([p0, p1]),
            gap_s: u32::from_le_bytes([g0, g1, g2, g3]),
            from: unpacked(u16::from_le_bytes([f0, f1]))?,
            to: unpacked(u16::from_le_bytes([t0, t1]))?,
        })
    }

    /// By how much it multiplies the odds.
    pub fn factor(&self) -> f64 {
        exp(self.weight.into())
    }

    /// One sentence, such as "another phone, the 4th, 3 days after the scan before: ×2.1".
    pub fn said(&self) -> Said {
        let factor = self.factor();
        let factor = if factor < 10.0 {
            format!("×{factor:.1}")
        } else {
            format!("×{factor:.0}")
        };
        let Said { en, zh } = match self.kind {
            Kind::Nothing => said!("nothing speaks for copies", "没有复制迹象"),
            Kind::Phone => said!(
                "phone {} scanned, {} after the scan before", self.phone, gap(self.gap_s).en;
                "第 {} 部手机查询，距上次查询 {}", self.phone, gap(self.gap_s).zh
            ),
            Kind::Place => self.place(),
            Kind::HiddenBad => said!("a hidden code that is wrong", "暗码不符"),
            Kind::HiddenTwice => said!(
                "its hidden code was claimed again by another phone",
                "暗码被另一部手机再次使用"
            ),
            Kind::BeforeActivation => said!("scanned before it was activated", "启用之前即被查询"),
            Kind::AfterUse => said!(
                "scanned after it was used up, returned or destroyed",
                "核销或销毁之后仍被查询"
            ),
            Kind::OutsideMarket => said!(
                "seen outside the market it is licensed for",
                "出现在许可市场之外"
            ),
            Kind::FoundCopied => said!(
                "the office decided that it was copied",
                "监管部门已认定为复制标志"
            ),
        };
        Said {
            en: format!("{en}: {factor}"),
            zh: format!("{zh}：{factor}"),
        }
    }

    fn place(&self) -> Said {
        let (Some(from), Some(to)) = (self.from, self.to) else {
            return said!("seen at another place", "在另一地点被查询");
        };
        let (after, by) = (gap(self.gap_s), known(from.class, to.class));
        let (a, b) = (name_of(from.spot), name_of(to.spot));
        let how_far = GEOGRAPHY
            .kilometres(from.spot, to.spot)
            .filter(|distance| *distance >= 1.0);
        let (far_en, far_zh) = match how_far {
            Some(distance) => (
                format!("{distance:.0} km from"),
                format!("相距 {distance:.0} 公里"),
            ),
            None => ("seen after".into(), "先后出现".into()),
        };
        said!(
            "a new phone in {}, {far_en} {}, {}, {} apart", b.1, a.1, by.en, after.en;
            "新手机出现在{}，与{}{far_zh}（{}），间隔 {}", b.0, a.0, by.zh, after.zh
        )
    }
}

/// What a place is called, in Chinese and English.
fn name_of(spot: Spot) -> (&'static str, &'static str) {
    Prefecture::new(GEOGRAPHY.code(spot)).map_or(("", ""), Prefecture::name)
}

/// A span of time as people say it.
fn gap(seconds: u32) -> Said {
    match seconds {
        0..7_200 => said!("{} min", "{} 分钟", seconds / 60),
        7_200..172_800 => said!("{} h", "{} 小时", seconds / 3_600),
        _ => said!("{} days", "{} 天", seconds / 86_400),
    }
}

/// How two places are known.
fn known(from: PlaceClass, to: PlaceClass) -> Said {
    let (first, second) = (class(from), class(to));
    if from == to {
        said!("both by {}", first.en; "均为{}", first.zh)
    } else {
        said!(
            "by {} and {}", first.en, second.en;
            "{}、{}", first.zh, second.zh
        )
    }
}

fn class(class: PlaceClass) -> Said {
    match class {
        PlaceClass::Gps => said!("gps", "手机定位"),
        PlaceClass::Fixed => said!("a fixed line", "固定网络"),
        PlaceClass::Mobile => said!("a mobile network", "移动网络"),
        PlaceClass::Unknown => said!("an unknown network", "未知网络"),
    }
}

/// What is most likely the matter with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hypothesis {
    /// One item, scanned as honest packs are.
    OneItem,
    /// Several items carry the code.
    Copied,
    /// One item, the picture of which is public.
    ImageCirculating,
    /// It leaked before it was activated.
    LeakedBeforeActivation,
    /// It is used after its destruction.
    UsedAfterDestruction,
    /// It is sold outside its market.
    OutsideMarket,
    /// Somebody tries to spoil the firm's code.
    PoisoningSuspected,
}

impl Hypothesis {
    /// Its word in `verdicts.csv`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::OneItem => "one_item",
            Self::Copied => "copied",
            Self::ImageCirculating => "image_circulating",
            Self::LeakedBeforeActivation => "leaked_before_activation",
            Self::UsedAfterDestruction => "used_after_destruction",
            Self::OutsideMarket => "outside_market",
            Self::PoisoningSuspected => "poisoning_suspected",
        }
    }
}

impl super::state::MarkState {
    /// The account that explains the mark best.
    pub fn hypothesis(&self, parameters: &Parameters) -> Hypothesis {
        use super::state::Flag;
        if self.has(Flag::AfterUse) {
            return Hypothesis::UsedAfterDestruction;
        }
        if self.has(Flag::BeforeActivation) {
            return Hypothesis::LeakedBeforeActivation;
        }
        let hard = parameters.prior_copied + f64::from(self.log_odds) - self.raw(parameters);
        let copied = self.ln_copied(parameters) + hard;
        let poison = parameters.prior_poison
            + parameters.prior_copied
            + f64::from(self.poison[0].max(self.poison[1]));
        let single = [
            (self.ln_honest(parameters), Hypothesis::OneItem),
            (self.image.into(), Hypothesis::ImageCirculating),
            (poison, Hypothesis::PoisoningSuspected),
        ];
        // Of a suspected code it is told what else than an honest pack it may be.
        let best = single
            .into_iter()
            .skip(usize::from(self.is_suspected()))
            .chain([(copied, Hypothesis::Copied)])
            .max_by(|a, b| a.0.total_cmp(&b.0));
        match best.map(|best| best.1) {
            Some(Hypothesis::Copied) if self.has(Flag::OutsideMarket) => Hypothesis::OutsideMarket,
            Some(hypothesis) => hypothesis,
            None => Hypothesis::OneItem,
        }
    }
}
