//! What a pack shall hold, in the words of whoever asks: kept with the offer until the printer takes it.

use std::num::NonZero;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::domain::mark::BatchNumber;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::render::imposition::{Mm, Order, Size};
use crate::render::rolls::{Direction, Web};
use crate::service::ServiceError;
use crate::service::pack::{Format, Layout, Look, Pack};
use crate::service::templates;
use crate::sheets::press::Profile;

/// What a pack shall hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// The kinds of files, by their words.
    pub formats: Vec<Format>,
    /// The press's dots an inch.
    pub dpi: u32,
    /// The SVG of the template that labels look like, as it was when the pack was offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The form of `labels.txt`, as TOML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The sheet of `labels.pdf`, or `label`.
    pub paper: String,
    /// Millimetres between labels on a sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<Mm>,
    /// Millimetres that stay white at least on each side of a sheet.
    pub margin: Mm,
    /// How labels follow one another: `rows` or `stacks`.
    pub order: Order,
    /// Labels on a roll: then `labels.pdf` is a web to be slit, and paper, margin and order say nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolls: Option<NonZero<u32>>,
    /// Rolls side by side on the web.
    pub lanes: NonZero<u32>,
    /// Which edge of the labels comes off the roll first: `top`, `right`, `bottom` or `left`.
    pub direction: Direction,
    /// Labels in a part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_size: Option<NonZero<u32>>,
    /// Whether the hidden codes come too.
    pub hidden_codes: bool,
}

impl Default for Wanted {
    /// The table of the whole batch.
    fn default() -> Self {
        Self {
            formats: vec![Format::Csv],
            dpi: 300,
            template: None,
            profile: None,
            paper: "a4".to_owned(),
            gap: None,
            margin: 8.0,
            order: Order::Rows,
            rolls: None,
            lanes: NonZero::<u32>::MIN,
            direction: Direction::Top,
            part_size: None,
            hidden_codes: false,
        }
    }
}

pub(super) fn invalid(what: crate::domain::said::Said) -> ServiceError {
    let advice = said!(
        "`yuanmark pack release --help` says what there is",
        "请核对后重新填写"
    );
    Refusal::invalid(what, advice).into()
}

/// A plan that was kept and cannot be read any more.
pub(super) fn unread() -> ServiceError {
    ServiceError::refused(
        said!(
            "what this pack shall hold cannot be read any more",
            "这个数据包的内容设置已无法读取"
        ),
        said!(
            "take the offer back, and offer it anew",
            "请停止领取后重新开放"
        ),
    )
}

impl Wanted {
    /// As it is kept.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("words and numbers can always be written")
    }

    /// Reads what was kept.
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// What is to be packed into this folder.
    ///
    /// # Errors
    /// What of it cannot be.
    pub fn pack(&self, batch: BatchNumber, out: PathBuf) -> Result<Pack, ServiceError> {
        if self.formats.is_empty() {
            return Err(invalid(said!(
                "no kind of file was named",
                "没有选择文件种类"
            )));
        }
        let dpi = self.dpi.to_string().parse();
        let dpi = dpi.map_err(|error: crate::render::dpi::DpiError| {
            invalid(said!(
                "{}", error;
                "分辨率为 203、300 或 600 点每英寸，不能为 {}", self.dpi
            ))
        })?;
        let profile = self.profile.as_deref().map(Profile::read).transpose();
        let profile = profile.map_err(|error| {
            invalid(said!(
                "the profile of labels.txt: {error}",
                "labels.txt 的格式文件有误：{error}"
            ))
        })?;
        let template = self.template.as_deref().map(str::as_bytes);
        let look = Look {
            template: template.map(templates::read).transpose()?,
            ..Look::default()
        };
        Ok(Pack {
            formats: self.formats.clone(),
            dpi,
            look,
            profile,
            layout: self.layout()?,
            part_size: self.part_size,
            hidden_codes: self.hidden_codes,
            ..Pack::new(batch, out)
        })
    }

    fn layout(&self) -> Result<Layout, ServiceError> {
        let paper = match self.paper.as_str() {
            "label" => None,
            sheet => Some(sheet.parse::<Size>().map_err(|error| {
                invalid(said!(
                    "{}", error;
                    "纸张“{sheet}”无法识别：请填写 a4、sra3、label，或以毫米计的宽和高，如 330x480"
                ))
            })?),
        };
        for mm in self.gap.into_iter().chain([self.margin]) {
            if !(0.0..=200.0).contains(&mm) {
                return Err(invalid(said!(
                    "gap and margin have 0 to 200 mm, not {mm}",
                    "间距和留白为 0 至 200 毫米，不能为 {mm}"
                )));
            }
        }
        let (gap, margin) = (self.gap, self.margin);
        Ok(Layout {
            paper,
            gap,
            margin,
            order: self.order,
            web: self.rolls.map(|labels| Web {
                labels,
                lanes: self.lanes,
                direction: self.direction,
                repeat: Web::REPEAT,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(wanted: &Wanted) -> Result<Pack, ServiceError> {
        wanted.pack(BatchNumber::new(1).unwrap(), PathBuf::new())
    }

    #[test]
    fn what_is_kept_is_what_was_wanted() {
        let wanted = Wanted {
            formats: vec![Format::Pdf, Format::Txt],
            profile: Some("columns = [\"serial\"]\nseparator = \";\"".to_owned()),
            paper: "330x480".to_owned(),
            part_size: NonZero::new(7),
            ..Wanted::default()
        };
        let kept = Wanted::from_json(&wanted.to_json()).unwrap();
        assert_eq!(kept, wanted);
        let pack = packed(&kept).unwrap();
        assert_eq!(pack.formats, [Format::Pdf, Format::Txt]);
        assert_eq!(pack.layout.paper.unwrap().width.to_string(), "330");
        for format in Format::ALL.iter().copied() {
            let one = Wanted {
                formats: vec![format],
                ..Wanted::default()
            };
            assert_eq!(packed(&one).unwrap().formats, [format]);
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let wrong: [fn(&mut Wanted); 6] = [
            |one| one.formats = Vec::new(),
            |one| one.dpi = 72,
            |one| one.paper = "papyrus".to_owned(),
            |one| one.gap = Some(-1.0),
            |one| one.margin = f64::NAN,
            |one| one.profile = Some("columns = []".to_owned()),
        ];
        for change in wrong {
            let mut one = Wanted::default();
            change(&mut one);
            assert!(packed(&one).is_err(), "{one:?}");
        }
        for unknown in [
            "{\"formats\":[\"docx\"]}",
            "{\"order\":\"random\"}",
            "{\"direction\":\"up\"}",
        ] {
            assert!(Wanted::from_json(unknown).is_none(), "{unknown}");
        }
    }
}
