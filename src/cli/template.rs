//! `yuanmark template …`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::arguments::{By, Installation};
use super::failure::Failure;
use super::files;
use super::output::{Output, beijing, table};
use super::values::line;
use crate::domain::text::Line;
use crate::render::dpi::Dpi;
use crate::render::template::{FIELDS, SHIPPED, Template as Drawing};
use crate::service::desk::Call;
use crate::service::pack::{self, Look, Picture};
use crate::service::system;
use crate::service::templates;
use crate::store::template::StoredTemplate;

#[derive(Subcommand)]
pub(super) enum Template {
    /// List the templates that come with the program and those that were stored
    #[command(after_help = "EXAMPLE\n  yuanmark template list")]
    List,
    /// Check a template: what a phone can read, and a knife cut, at each resolution
    #[command(after_help = HOW_TO)]
    Check(Which),
    /// Draw one label with a made-up text and a void code, to look at
    #[command(after_help = "EXAMPLE\n  yuanmark template preview 40x60 --out label.png")]
    Preview {
        #[command(flatten)]
        which: Which,
        /// The picture: label.svg, label.png or label.pdf; never over another file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The press's dots an inch: 203, 300 or 600
        #[arg(long, default_value = "300", value_parser = super::values::dpi)]
        dpi: Dpi,
    },
    /// Write the SVG text of a template, to begin another one from; never over another file
    #[command(after_help = "EXAMPLE\n  yuanmark template get 30x40 --out mine.svg")]
    Get {
        /// Its name
        name: String,
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Store a template under a name, in the place of an earlier one
    #[command(after_help = "EXAMPLE\n  yuanmark template add jar-2026 mine.svg")]
    Add {
        /// How it is called: letters, digits, hyphens
        #[arg(value_parser = line)]
        name: Line,
        /// The SVG file
        file: PathBuf,
        #[command(flatten)]
        by: By,
    },
    /// Remove a stored template; packs that it made stay as they are
    #[command(after_help = "EXAMPLE\n  yuanmark template remove jar-2026")]
    Remove {
        /// Its name
        name: String,
        #[command(flatten)]
        by: By,
    },
}

const HOW_TO: &str = "\
HOW A TEMPLATE IS MADE
  An SVG drawing of Inkscape or Illustrator with width and height in mm. Elements bear these names as
  their id:
    qr       a rectangle for the symbol with its white border of 4 modules (always there)
    serial   a rectangle, or a text, for the serial (always there)
    hidden   the same for the hidden code, to be covered with scratch film
    artwork  a rectangle for the licensee's official artwork, placed as a whole
  A text with one of these names is filled in, as is {season} within any text:
    licensee, uscc, product, season, form, domain, order, batch, count
  Attributes: data-max-width=\"26\" on a text makes it smaller when it is longer; data-if=\"hidden\" or
  data-if=\"!artwork\" shows an element only if there is a hidden code, or no artwork; data-bleed=\"2\"
  on the drawing prints 2 mm beyond the cut.

EXAMPLE
  yuanmark template get 30x40 --out mine.svg && yuanmark template check mine.svg";

/// A template and its fonts.
#[derive(Args, Clone, Debug)]
pub(super) struct Which {
    /// 30x40, 40x60, 20x20 (in mm), the name of a stored template, or an SVG file
    #[arg(value_name = "NAME|FILE")]
    template: String,
    /// A font file for its texts, besides the fonts of the system
    #[arg(long, value_name = "FILE")]
    font: Vec<PathBuf>,
}

/// How labels look by a name or file, and font files.
pub(super) async fn look(
    place: &Installation,
    template: Option<&str>,
    fonts: &[PathBuf],
) -> Result<Look, Failure> {
    let template = match template {
        Some(name) => Some(find(place, name).await?),
        None => None,
    };
    Ok(Look {
        template,
        fonts: fonts.to_vec(),
    })
}

/// A file if the word looks like one, else a name.
async fn find(place: &Installation, word: &str) -> Result<Drawing, Failure> {
    let is_file = word.contains(['/', '.']);
    if is_file {
        return Ok(templates::read(&files::read_document(Path::new(word))?)?);
    }
    match templates::shipped(word) {
        Some(text) => Ok(templates::read(text.as_bytes())?),
        None => Ok(templates::get(&place.store().await?, word).await?),
    }
}

impl Template {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        match self {
            Self::List => list(&templates::list(&place.store().await?).await?, output),
            Self::Check(which) => {
                let look = look(place, Some(&which.template), &which.font).await?;
                let checked = templates::check(&look).await;
                let is_bad = checked.iter().all(|(_, found)| found.is_err());
                let mut lines = Vec::new();
                let mut all = Vec::new();
                for (dpi, found) in checked {
                    match found {
                        Ok(()) => {
                            lines.push(format!("{dpi} dpi: good"));
                            all.push(json!({"dpi": dpi.dots_per_inch(), "is_good": true}));
                        }
                        Err(error) if is_bad && dpi == Dpi::D600 => return Err(error.into()),
                        Err(error) => {
                            lines.push(format!("{dpi} dpi: {error}"));
                            let said = error.to_string();
                            all.push(
                                json!({"dpi": dpi.dots_per_inch(), "is_good": false, "said": said}),
                            );
                        }
                    }
                }
                output.result(&json!({ "resolutions": all }), &lines.join("\n"))
            }
            Self::Preview { which, out, dpi } => {
                let picture = picture(&out)?;
                let look = look(place, Some(&which.template), &which.font).await?;
                let drawn = pack::sample(&look, dpi, picture).await?;
                files::write_new(&out, &drawn)?;
                written(&out, output)
            }
            Self::Get { name, out } => {
                let text = match templates::shipped(&name) {
                    Some(text) => text.to_owned(),
                    None => templates::text(&place.store().await?, &name).await?,
                };
                files::write_new(&out, text.as_bytes())?;
                written(&out, output)
            }
            Self::Add { name, file, by } => {
                let bytes = files::read_document(&file)?;
                let call = Call::new(by.by, system::now());
                let store = place.store().await?;
                let kept = templates::add(&store, &call, &name, &bytes).await?;
                output.result(&to_json(&kept), &format!("stored template {}", kept.name))
            }
            Self::Remove { name, by } => {
                let store = place.store().await?;
                let call = Call::new(by.by, system::now());
                templates::remove(&store, &call, &name).await?;
                output.result(
                    &json!({"removed": name}),
                    &format!("removed template {name}"),
                )
            }
        }
    }
}

fn picture(out: &Path) -> Result<Picture, Failure> {
    let ending = out.extension().and_then(|ending| ending.to_str());
    match ending {
        Some("svg") => Ok(Picture::Svg),
        Some("png") => Ok(Picture::Png),
        Some("pdf") => Ok(Picture::Pdf),
        _ => Err(Failure::wrong_input(
            format!("{} is no .svg, .png or .pdf", out.display()),
            "the ending of the name says what to draw, such as --out label.png",
        )),
    }
}

fn written(out: &Path, output: &mut Output) -> Result<(), Failure> {
    output.result(&json!({ "file": out }), &format!("wrote {}", out.display()))
}

fn list(stored: &[StoredTemplate], output: &mut Output) -> Result<(), Failure> {
    let mut rows: Vec<Vec<String>> = SHIPPED
        .iter()
        .map(|one| {
            vec![
                one.name.into(),
                "comes with the program".into(),
                one.about.0.into(),
            ]
        })
        .collect();
    for one in stored {
        let by = format!("stored {} by {}", beijing(one.added_at), one.actor);
        rows.push(vec![one.name.clone(), by, one.sha256[..16].to_owned()]);
    }
    let all: Vec<Value> = stored.iter().map(to_json).collect();
    let shipped: Vec<Value> = SHIPPED
        .iter()
        .map(|one| json!({"name": one.name, "about": one.about.0}))
        .collect();
    let fields: Vec<Value> = FIELDS
        .iter()
        .map(|(name, about)| json!({"name": name, "about": about.0}))
        .collect();
    let value = json!({"shipped": shipped, "stored": all, "fields": fields});
    output.result(&value, &table(&["name", "from", "about"], &rows))
}

fn to_json(one: &StoredTemplate) -> Value {
    json!({
        "name": one.name,
        "sha256": one.sha256,
        "added_at": one.added_at,
        "by": one.actor.as_str(),
    })
}
