//! Alerts (预警): what the scans say that somebody should look at.
//!
//! A mark that is suspected of having been copied is an alert of its own. What concerns many marks alike, scans before
//! activation or of withdrawn marks, is one alert for their batch: alarms must stay few enough to be looked at.

mod decision;
mod handling;
pub mod rate;

use jiff::{SignedDuration, Timestamp};

use super::detection::real::exp;
use super::detection::{Hypothesis, NOT_ON_GOODS, Version};
use super::mark::{BatchNumber, MarkIndex};
use super::said::{Said, said};
use super::state::NOT_ACTIVATED;
use super::words::{numbered, words};

pub use decision::{Cause, Decision, Verdict};
pub use handling::{
    Alert, AlertState, AlertStep, HYPOTHESES, Happened, hypothesis_named, percent, strength,
};

numbered! {
    /// The number of an alert, from 1.
    pub struct AlertNumber(u32);
}

words! {
    /// What an alert is about.
    pub enum AlertKind {
        /// A mark is suspected of having been copied.
        SuspectedCopy = "suspected_copy" "疑似复制" "suspected copy",
        /// Marks of a batch are asked about that were never activated.
        BeforeActivation = "before_activation" "激活前被查询" "asked about before activation",
        /// Marks of a batch are asked about that were withdrawn.
        WhileWithdrawn = "while_withdrawn" "停用后被查询" "asked about though withdrawn",
        /// A batch's marks together show copies.
        BatchEvidence = "batch_evidence" "整批复制迹象" "a batch shows copies",
        /// A batch is asked about far more than its peers.
        BatchRate = "batch_rate" "整批查询偏多" "a batch is asked about unusually often",
    }
}

impl AlertKind {
    /// The states in which marks were asked about that raise it; none if it follows from no state.
    pub const fn states(self) -> &'static [&'static str] {
        match self {
            Self::BeforeActivation => &[NOT_ACTIVATED],
            Self::WhileWithdrawn => &NOT_ON_GOODS,
            Self::SuspectedCopy | Self::BatchEvidence | Self::BatchRate => &[],
        }
    }

    /// What its strength says and what it does not, for whoever decides; `None` where there is no estimate.
    pub fn meaning(self) -> Option<Said> {
        Some(match self {
            Self::SuspectedCopy => said!(
                "The posterior is the probability that the mark was copied, as the model weighs all that is known of it: queries as one \
                 pack gets them that is bought, given away or looked at by dealers, against those of copies that are sold. The e-value \
                 says how many times better copies explain the queries than the kind of honest pack that explains them best; of \
                 a hundred packs without copies at most one ever reaches 100. A mark is suspected long before it is likely to be \
                 copied: copies are rare, and a look is cheap. Whether there are copies is found on the goods.",
                "后验概率：综合该标志的全部已知情况，按模型推算其被复制的概率，即比较“一件商品被购买、赠送、\
                 经销商查看”与“多件复制品在售”两种情形下出现这些查询的可能性。e 值：“有复制品”对这些查询的解释力，\
                 是最能解释它们的正常情形的多少倍；没有复制品的商品中，e 值曾达到 100 的至多百分之一。\
                 复制极少发生而核查成本低，所以远未到“很可能复制”时就列为疑似。\
                 两者用于确定核查的先后，不能代替实物检查。"
            ),
            Self::BatchEvidence => said!(
                "So many times better do copies among the marks of this batch explain their queries than no copies do, other batches \
                 of the time being the measure. It does not say which marks.",
                "以同期其他批次为参照，“这一批中有标志被复制”对查询情况的解释力是“没有复制”的这么多倍；\
                 它不指明是哪些标志。"
            ),
            Self::BatchRate => said!(
                "For each active mark and week so many times as many marks were asked about for the first time as of the batch's peers of the \
                 season. Brisk sales do that too.",
                "按激活枚数和周数折算，首次被查询的标志数是同年度其他批次的这么多倍；销售旺盛也会如此。"
            ),
            Self::BeforeActivation | Self::WhileWithdrawn => return None,
        })
    }

    /// Why it is raised, where no single query says so.
    pub fn why(self) -> Said {
        match self {
            Self::BeforeActivation => said!(
                "Marks of this batch were asked about before their activation was entered: labels may have leaked, or the \
                 entry came late.",
                "这一批中有标志在激活登记之前已被查询：可能是标签流出，也可能是激活登记延误。"
            ),
            Self::WhileWithdrawn => said!(
                "Marks of this batch were asked about though they are withdrawn: they may still be on the market.",
                "这一批中有已停用的标志仍被查询：可能仍在市场上使用。"
            ),
            Self::BatchEvidence => said!(
                "No single mark stands out, but the queries of all marks of this batch together show copies.",
                "单枚标志都不突出，但这一批各枚标志的查询合起来显示有复制迹象。"
            ),
            Self::BatchRate => said!(
                "In the last four weeks far more marks of this batch were asked about for the first time than of its peers of \
                 the season, for each active mark and week.",
                "这一批最近四周首次被查询的标志，按激活数量和时间折算，明显多于同年度其他批次。"
            ),
            Self::SuspectedCopy => said!(
                "The queries are no longer kept: what counts is the strength with which it was raised.",
                "查询记录已超过保存期限或尚未计算，证据以预警产生时的强度为准。"
            ),
        }
    }
}

/// How long after its end an alert about a batch as a whole is not raised again for the same reason.
const QUIET: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A batch that was looked into is news again when its evidence has grown tenfold.
const TENFOLD: f64 = std::f64::consts::LN_10;

/// The last alert about the same matter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Earlier {
    /// When the office was done with it; `None` while it is open.
    pub closed_at: Option<Timestamp>,
    /// What it was raised with.
    pub log_odds: f64,
}

impl NewAlert {
    /// Whether it is news after the last one about the same matter.
    pub fn is_news_after(&self, earlier: &Earlier) -> bool {
        let Some(closed_at) = earlier.closed_at else {
            return false;
        };
        match self.kind {
            // A decision has changed the mark's account.
            AlertKind::SuspectedCopy => true,
            AlertKind::BeforeActivation | AlertKind::WhileWithdrawn | AlertKind::BatchRate => {
                self.at > closed_at + QUIET
            }
            AlertKind::BatchEvidence => self.log_odds >= earlier.log_odds + TENFOLD,
        }
    }
}

/// In which light a mark was seen when its alert was raised: what its batch and its season did to the log-odds. Of a batch's
/// alert nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Light {
    /// What its batch added, never below 0.
    pub batch: f64,
    /// What the season's dealers took off, never above 0.
    pub season: f64,
}

impl Light {
    /// Less is not worth a sentence.
    const WORTH_TELLING: f64 = 0.1;

    /// In sentences, each with what it did to the log-odds.
    pub fn said(self) -> Vec<(Said, f64)> {
        let (batch, season) = (exp(self.batch), exp(self.season));
        let batch = said!(
            "when this alert was raised, other marks of its batch showed copies: ×{batch:.1}",
            "预警产生时，同批其他标志显示有复制：×{batch:.1}"
        );
        let season = said!(
            "when this alert was raised, dealers of the season were seen to scan more than usual: ×{season:.2}",
            "预警产生时，本季经销商查询多于通常：×{season:.2}"
        );
        let both = [(batch, self.batch), (season, self.season)];
        let told = both.into_iter();
        told.filter(|(_, weight)| weight.abs() >= Self::WORTH_TELLING)
            .collect()
    }
}

/// What raises an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAlert {
    /// What it is about.
    pub kind: AlertKind,
    /// The batch.
    pub batch: BatchNumber,
    /// The mark; `None` if it is the batch as a whole.
    pub index: Option<MarkIndex>,
    /// When.
    pub at: Timestamp,
    /// The mark's query that raised it.
    pub query: Option<u64>,
    /// Version of the detector's parameters.
    pub parameters: Version,
    /// Posterior log-odds; of a batch the logarithm of its evidence.
    pub log_odds: f64,
    /// In which light its mark was seen.
    pub light: Light,
    /// Natural logarithm of the e-value.
    pub e_value_ln: f64,
    /// What is most likely the matter.
    pub hypothesis: Hypothesis,
}
