//! How the labels of a pack look: plain, or by a template.

use std::path::{Path, PathBuf};

use usvg::fontdb::Database;

use super::no_file;
use super::press::Press;
use crate::domain::document::{DocumentNumber, Purpose};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::said::said;
use crate::render::RenderError;
use crate::render::design::Design;
use crate::render::dpi::Dpi;
use crate::render::template::{Artwork, Fields, Fonts, Template, specimen};
use crate::service::ServiceError;
use crate::service::documents::sha256;
use crate::store::{Tx, register};

/// How labels look.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// The template; without one a label is its symbol and its serial.
    pub template: Option<Template>,
    /// Font files besides the fonts of the system.
    pub fonts: Vec<PathBuf>,
}

impl Look {
    /// What a plan says of it: the hash of the template.
    pub(super) fn words(&self) -> String {
        match &self.template {
            None => "none".to_owned(),
            Some(template) => sha256(template.text().as_bytes()),
        }
    }

    /// Whether the licensee's artwork may belong on a label.
    pub(super) fn takes_artwork(&self) -> bool {
        self.template.as_ref().is_some_and(Template::takes_artwork)
    }

    /// Whether hidden codes belong on a label, if there are any.
    pub(super) fn takes_hidden(&self) -> bool {
        self.template.as_ref().is_some_and(Template::takes_hidden)
    }

    /// The design of a batch's labels, for symbols of `modules` on a side.
    pub(super) fn design(
        &self,
        press: &Press,
        dpi: Dpi,
        modules: u32,
    ) -> Result<Design, ServiceError> {
        let Some(template) = &self.template else {
            return Ok(Design::plain(dpi, modules).map_err(RenderError::from)?);
        };
        let has_hidden = press.batch.has_hidden_codes;
        if template.needs_hidden() && !has_hidden {
            return Err(ServiceError::refused(
                said!(
                    "the template shows hidden codes, and batch {} was issued without",
                    "模板带暗码，而第 {} 批制码时没有暗码",
                    press.batch.number
                ),
                said!("choose another template", "请换用其他模板"),
            ));
        }
        if template.needs_artwork() && press.facts.artwork.is_none() {
            return Err(ServiceError::refused(
                said!(
                    "the template has a place for the licensee's artwork, and none was given",
                    "模板留有专用标志图样的位置，但没有图样"
                ),
                said!(
                    "add it to the licensee's file (`yuanmark document add --purpose artwork`), or choose another template",
                    "请把图样上传到该合法使用人的档案，或换用其他模板"
                ),
            ));
        }
        let fields = fields(press);
        template
            .design(&fields, &fonts(&self.fonts)?, dpi, modules)
            .map_err(|faults| refusal(&faults))
    }

    /// The design of a proof sheet's labels, from that of a batch.
    pub(super) fn specimen(&self, press: &Press, design: &Design) -> Result<Design, ServiceError> {
        let fields = fields(press);
        let template = self.template.as_ref().map(|template| (template, &fields));
        specimen(design, template, &fonts(&self.fonts)?).map_err(|faults| refusal(&faults))
    }
}

/// What is filled into a template for a batch.
fn fields(press: &Press) -> Fields {
    let (batch, facts) = (&press.batch, &press.facts);
    let artwork = facts.artwork.as_ref();
    let mut fields = Fields::default();
    fields.artwork = artwork.map(|artwork| artwork.drawing.clone());
    fields.has_hidden = batch.has_hidden_codes;
    fields.set("licensee", facts.licensee.as_str());
    fields.set("uscc", facts.uscc.to_string());
    fields.set("product", facts.product.as_str());
    fields.set("season", batch.season.to_string());
    fields.set("form", batch.form.chinese());
    fields.set("domain", press.url.domain());
    fields.set("order", batch.order.to_string());
    fields.set("batch", batch.number.to_string());
    fields.set("count", batch.count.get().to_string());
    fields
}

/// The artwork in a licensee's file.
#[derive(Clone, Debug)]
pub(super) struct KeptArtwork {
    pub(super) document: DocumentNumber,
    pub(super) sha256: String,
    drawing: Artwork,
}

impl KeptArtwork {
    /// What stands in its place on a sample.
    pub(super) fn stand_in() -> Self {
        let frame = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\"><path fill=\"#eee\" stroke=\"#888\" \
                     stroke-width=\".3\" d=\"M.2.2h9.600v9.600h-9.600zl9.600 9.600m0-9.600l-9.600 9.600\"/></svg>";
        Self {
            document: DocumentNumber(0),
            sha256: String::new(),
            drawing: Artwork::read(frame.into()).expect("a plain drawing"),
        }
    }

    /// The newest of a licensee.
    pub(super) async fn newest(
        tx: &mut Tx,
        licensee: LicenseeNumber,
    ) -> Result<Option<Self>, ServiceError> {
        let Some(newest) = register::newest_for(tx, licensee, Purpose::Artwork).await? else {
            return Ok(None);
        };
        let (document, sha256) = (newest.document.number, newest.document.sha256.to_string());
        let content = register::content(tx, &sha256).await?.unwrap_or_default();
        let drawing = Artwork::read(content).map_err(|error| {
            ServiceError::refused(
                said!(
                    "the artwork of licensee {licensee}, document {document}, cannot be put on labels: {error}",
                    "合法使用人 {licensee} 的标志图样（文件 {document}）无法用于标签：{error}"
                ),
                said!(
                    "add it as SVG or PNG (`yuanmark document add --purpose artwork`)",
                    "请上传 SVG 或 PNG 格式的图样"
                ),
            )
        })?;
        Ok(Some(Self {
            document,
            sha256,
            drawing,
        }))
    }
}

/// What is wrong with a template, element by element.
pub fn refusal(faults: &crate::render::template::Faults) -> ServiceError {
    let (mut en, mut zh) = (Vec::new(), Vec::new());
    for fault in &faults.0 {
        en.push(format!("{}: {}", fault.element, fault.what.en));
        zh.push(format!("{}：{}", fault.element, fault.what.zh));
    }
    ServiceError::refused(
        said!(
            "the template cannot be printed: {}", en.join("; ");
            "模板不能印制：{}", zh.join("；")
        ),
        said!(
            "mend the elements named and try again",
            "请修改所列元素后重试"
        ),
    )
}

/// The fonts of the system and some files.
///
/// # Errors
/// If a file cannot be read, or holds no font.
pub fn fonts(files: &[PathBuf]) -> Result<Fonts, ServiceError> {
    let mut database = Database::new();
    database.load_system_fonts();
    for path in files {
        let before = database.len();
        database
            .load_font_file(path)
            .map_err(|source| no_file(path, source))?;
        if database.len() == before {
            return Err(no_font(path));
        }
    }
    Ok(Fonts::new(database))
}

fn no_font(path: &Path) -> ServiceError {
    ServiceError::refused(
        said!("{} holds no font", "{} 不是字体文件", path.display()),
        said!(
            "name a TrueType or OpenType file",
            "请指定 TrueType 或 OpenType 字体文件"
        ),
    )
}
