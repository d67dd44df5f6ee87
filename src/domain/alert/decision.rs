//! What the office decides about an alert, and for which causes.

use std::fmt;

use crate::domain::refusal::Refusal;
use crate::domain::said::{Said, said};
use crate::domain::words::words;

/// Causes of one decision: of more, none is the cause.
const MOST_CAUSES: usize = 4;

words! {
    /// What an alert turned out to be. None of them says who did wrong.
    pub enum Verdict {
        /// Copies of the mark were found.
        ConfirmedCopy = "confirmed_copy" "确认复制" "confirmed copy",
        /// One item, whose picture went round.
        ImageLeak = "image_leak" "标签图片流传" "picture went round",
        /// The queries were honest.
        Honest = "honest" "正常查询" "honest queries",
        /// The data were wrong.
        DataError = "data_error" "数据差错" "wrong data",
        /// It could not be found out.
        Unclear = "unclear" "无法查明" "unclear",
    }
}

words! {
    /// Why: each belongs to one verdict.
    pub enum Cause {
        /// The label was photographed and printed again.
        LabelReprinted = "label_reprinted" "翻印标签" "label printed again",
        /// Labels of an earlier season or emptied packs were used again.
        LabelReused = "label_reused" "旧标签或旧包装再用" "old labels or packs used again",
        /// Genuine labels that were left over left the licensee's or printer's hands.
        LabelsLeaked = "labels_leaked" "真标签流出（余标未回收）" "genuine labels leaked",
        /// More was printed than ordered.
        Overprinted = "overprinted" "超量印制" "printed beyond the order",
        /// Another product stands in a genuine pack.
        PackRefilled = "pack_refilled" "原包装装入其他产品" "pack filled with another product",

        /// Somebody posted a picture of the label.
        PostedOnline = "posted_online" "标签照片上网流传" "label posted online",
        /// A shop's page shows one label for all its goods.
        ShopPicture = "shop_picture" "电商页面展示同一标签" "one label on a shop's page",
        /// A label in advertising, press or training material.
        Material = "material" "宣传、培训材料上的标签" "label in printed material",

        /// Given away, or opened in company.
        GivenAway = "given_away" "转赠或多人分食" "given away or shared",
        /// A dealer looked at packs before selling them.
        DealerChecks = "dealer_checks" "经销商售前查验" "dealer's checks",
        /// The firm, the printer or an inspector tried the labels.
        OwnChecks = "own_checks" "企业、承印方或检查人员自查" "checks by firm, printer or office",
        /// A sample at a fair or on a shelf.
        Display = "display" "展会、柜台样品" "sample on display",
        /// Somebody asked often on purpose, to bring the firm under suspicion.
        FalseQueries = "false_queries" "恶意刷查询" "false queries on purpose",

        /// The place of a network is not where the phone is.
        PlaceWrong = "place_wrong" "网络定位偏差" "place of the network wrong",
        /// A clock was wrong, or checks were sent late.
        TimeWrong = "time_wrong" "时间差错或离线补传" "wrong clock or late checks",
        /// Labels were used before their activation was entered.
        ActivationLate = "activation_late" "激活登记延误" "activation entered late",
        /// The ledger says otherwise of labels than they are.
        EntryWrong = "entry_wrong" "台账登记差错（错卷、错箱、错号）" "wrong entry of the ledger",

        /// No pack was found to look at.
        NoGoods = "no_goods" "未见实物" "no pack to look at",
        /// The seller could not be found.
        SellerGone = "seller_gone" "销售者无法查找" "seller not found",
        /// Too little is known.
        TooLittle = "too_little" "线索不足" "too little known",
    }
}

impl Cause {
    /// The verdict that it belongs to.
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::LabelReprinted
            | Self::LabelReused
            | Self::LabelsLeaked
            | Self::Overprinted
            | Self::PackRefilled => Verdict::ConfirmedCopy,
            Self::PostedOnline | Self::ShopPicture | Self::Material => Verdict::ImageLeak,
            Self::GivenAway
            | Self::DealerChecks
            | Self::OwnChecks
            | Self::Display
            | Self::FalseQueries => Verdict::Honest,
            Self::PlaceWrong | Self::TimeWrong | Self::ActivationLate | Self::EntryWrong => {
                Verdict::DataError
            }
            Self::NoGoods | Self::SellerGone | Self::TooLittle => Verdict::Unclear,
        }
    }
}

/// A verdict with its causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    verdict: Verdict,
    causes: Vec<Cause>,
}

impl Decision {
    /// A decision, with one cause at least.
    ///
    /// # Errors
    /// Without a cause, with too many, or with one that belongs to another verdict.
    pub fn new(verdict: Verdict, mut causes: Vec<Cause>) -> Result<Self, Refusal> {
        causes.sort_unstable();
        causes.dedup();
        let fits = |cause: &Cause| cause.verdict() == verdict;
        if let Some(other) = causes.iter().find(|cause| !fits(cause)) {
            return Err(Refusal::invalid(
                said!(
                    "{} is no cause of the decision {}", other.slug(), verdict.slug();
                    "“{}”不是“{}”的原因", other.chinese(), verdict.chinese()
                ),
                causes_of(verdict),
            ));
        }
        if causes.is_empty() || causes.len() > MOST_CAUSES {
            return Err(Refusal::invalid(
                said!(
                    "a decision has one to {MOST_CAUSES} causes",
                    "判定应选 1 至 {MOST_CAUSES} 项原因"
                ),
                causes_of(verdict),
            ));
        }
        Ok(Self { verdict, causes })
    }

    /// What it turned out to be.
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Why.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// Reads what [`Decision`] is written as.
    pub fn from_words(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let verdict = Verdict::from_slug(words.next()?)?;
        let causes: Option<Vec<Cause>> = words.map(Cause::from_slug).collect();
        Self::new(verdict, causes?).ok()
    }

    /// What the mark was, as `labels.csv` has it; nothing where that is not known.
    pub fn truth(&self) -> Option<&'static str> {
        let is_poisoned = self.causes.contains(&Cause::FalseQueries);
        match self.verdict {
            Verdict::ConfirmedCopy => Some("copied"),
            Verdict::ImageLeak => Some("image"),
            Verdict::Honest if is_poisoned => Some("poisoned"),
            Verdict::Honest | Verdict::DataError => Some("honest"),
            Verdict::Unclear => None,
        }
    }

    /// Its causes in words.
    pub fn said(&self) -> Said {
        let all = |name: fn(Cause) -> &'static str, between: &str| {
            let names: Vec<&str> = self.causes.iter().map(|cause| name(*cause)).collect();
            names.join(between)
        };
        Said::new(all(Cause::english, "; "), all(Cause::chinese, "；"))
    }
}

/// The verdict's word and those of its causes, with blanks between.
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verdict.slug())?;
        for cause in &self.causes {
            write!(f, " {}", cause.slug())?;
        }
        Ok(())
    }
}

fn causes_of(verdict: Verdict) -> Said {
    let all = Cause::ALL.iter().filter(|cause| cause.verdict() == verdict);
    let (mut words, mut names) = (Vec::new(), Vec::new());
    for cause in all {
        words.push(cause.slug());
        names.push(cause.chinese());
    }
    said!(
        "its causes are {}", words.join(", ");
        "可选：{}", names.join("、")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_has_causes_of_its_own_and_is_read_back() {
        for verdict in Verdict::ALL {
            let own: Vec<Cause> = Cause::ALL
                .iter()
                .copied()
                .filter(|cause| cause.verdict() == *verdict)
                .collect();
            assert!(own.len() >= 3, "{verdict:?}");
            let decision = Decision::new(*verdict, vec![own[1], own[0], own[1]]).unwrap();
            assert_eq!(decision.causes(), &own[..2]);
            assert_eq!(Decision::from_words(&decision.to_string()), Some(decision));
        }
        assert!(Decision::new(Verdict::Honest, Vec::new()).is_err());
        assert!(Decision::new(Verdict::Honest, vec![Cause::NoGoods]).is_err());
        for odd in [
            "",
            "honest",
            "honest no_goods",
            "nothing display",
            "honest display ",
        ] {
            assert_eq!(Decision::from_words(odd), None, "{odd}");
        }
    }

    #[test]
    fn what_is_known_of_a_mark_goes_into_calibration() {
        for (words, truth) in [
            ("confirmed_copy label_reprinted", Some("copied")),
            ("image_leak material", Some("image")),
            ("honest display", Some("honest")),
            ("honest display false_queries", Some("poisoned")),
            ("data_error time_wrong", Some("honest")),
            ("unclear no_goods", None),
        ] {
            assert_eq!(
                Decision::from_words(words).unwrap().truth(),
                truth,
                "{words}"
            );
        }
    }
}
