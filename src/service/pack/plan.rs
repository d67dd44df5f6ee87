//! How a pack is made, in words that another run can be held against.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Pack;
use super::press::Press;
use crate::render::imposition::Size;
use crate::render::rolls::Web;

/// Each option by its name and value: what decides the bytes of a pack, and its files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Plan(BTreeMap<String, String>);

/// An option that two plans hold differently.
pub(super) struct Difference {
    pub(super) option: String,
    pub(super) ours: String,
    pub(super) theirs: String,
}

impl Plan {
    pub(super) fn of(press: &Press, pack: &Pack) -> Self {
        let mut formats = pack.formats.clone();
        formats.sort_unstable();
        formats.dedup();
        let formats: Vec<_> = formats.iter().map(|format| format.file_name()).collect();
        let layout = &pack.layout;
        let size = |size: Size| format!("{}x{}", size.width, size.height);
        let mut plan = Self::default();
        plan.set("version", env!("CARGO_PKG_VERSION"));
        plan.set("public-url", &press.url.to_string());
        plan.set("files", &formats.join(","));
        plan.set("dpi", &pack.dpi.to_string());
        plan.set("template", &pack.look.words());
        if let Some(artwork) = &press.facts.artwork {
            let (number, hash) = (artwork.document, &artwork.sha256);
            plan.set("artwork", &format!("document {number}, SHA-256 {hash}"));
        }
        if let Some(range) = pack.range {
            plan.set("range", &range.to_string());
        }
        if let Some(profile) = &pack.profile {
            let profile = serde_json::to_string(profile);
            plan.set("profile", &profile.unwrap_or_default());
        }
        if let Some(size) = pack.part_size {
            plan.set("part-size", &size.to_string());
        }
        if pack.hidden_codes {
            plan.set("hidden-codes", "yes");
        }
        plan.set(
            "gap",
            &layout.gap.map_or("usual".to_owned(), |gap| gap.to_string()),
        );
        if let Some(web) = &layout.web {
            plan.set_web(web);
            return plan;
        }
        plan.set("paper", &layout.paper.map_or("label".to_owned(), size));
        plan.set("margin", &layout.margin.to_string());
        plan.set("order", layout.order.slug());
        plan
    }

    fn set_web(&mut self, web: &Web) {
        self.set("rolls", &web.labels.to_string());
        self.set("lanes", &web.lanes.to_string());
        self.set("repeat", &web.repeat.to_string());
        self.set("direction", web.direction.slug());
    }

    fn set(&mut self, option: &str, value: &str) {
        self.0.insert(option.to_owned(), value.to_owned());
    }

    /// The first option that the other plan holds differently.
    pub(super) fn difference(&self, other: &Self) -> Option<Difference> {
        let all = self.0.keys().chain(other.0.keys());
        all.map(|option| {
            let value = |plan: &Self| plan.0.get(option).cloned().unwrap_or("none".to_owned());
            Difference {
                option: option.clone(),
                ours: value(self),
                theirs: value(other),
            }
        })
        .find(|each| each.ours != each.theirs)
    }
}
