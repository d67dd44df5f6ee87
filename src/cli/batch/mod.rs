//! `yuanmark batch …`

mod print;

use std::num::NonZero;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use self::print::{report_json, report_text, row, to_json};
use super::arguments::{By, Installation, Page};
use super::failure::Failure;
use super::output::{Output, counted, number_of_marks, table};
use super::template::look;
use super::values::{batch_number, dpi, index_range, line, number, public_url, word};
use crate::domain::access::Scope;
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::order::OrderNumber;
use crate::domain::public_url::PublicUrl;
use crate::domain::text::Line;
use crate::render::dpi::Dpi;
use crate::render::imposition::{Mm, Order, Size, SizeError};
use crate::render::rolls::{Direction, Web};
use crate::service::issue::{self, Issue};
use crate::service::pack::{self, Format, Layout, Pack as Request, There};
use crate::service::system;
use crate::service::trail::Origin;
use crate::sheets::press::Profile;

#[derive(Subcommand)]
pub(super) enum Batch {
    /// Issue the batch of an order
    ///
    /// One row in the ledger, whether for one mark or sixteen million. An order must be approved, and has one batch.
    /// Repeated with the same name for the request, the command shows the batch it made before and makes no other.
    #[command(after_help = "EXAMPLE\n  yuanmark batch issue --order 1 --request order-1")]
    Issue {
        /// The order's number; it says for whom, what, when and how many
        #[arg(long, value_parser = number(OrderNumber), value_name = "NUMBER")]
        order: OrderNumber,
        /// Give every mark a hidden code (暗码) under scratch film
        #[arg(long)]
        hidden_codes: bool,
        /// A name for this one issue, so that a retry makes no second batch; made up if left out
        #[arg(long, visible_alias = "idempotency-key", value_parser = line, value_name = "NAME")]
        request: Option<Line>,
        #[command(flatten)]
        by: By,
    },
    /// List batches
    #[command(after_help = "EXAMPLE\n  yuanmark batch list --json")]
    List {
        #[command(flatten)]
        page: Page,
    },
    /// Show a batch, what became of its marks, and where its labels are
    #[command(after_help = "EXAMPLE\n  yuanmark batch show 1")]
    Show {
        /// The batch's number
        #[arg(value_parser = batch_number)]
        number: BatchNumber,
    },
    /// Write the labels of a batch as files for the press
    ///
    /// labels.csv has one line a label: sequence (the index in the batch, from 0), serial, qr_text, link. labels.txt has
    /// the form that a profile says. labels.pdf has sheets with crop marks, labels.zpl one picture a label for label
    /// printers; the folders svg and png have one drawing a label, svg-sheets one a sheet, laid out like labels.pdf.
    /// manifest.json lists what the folder holds, with serials and SHA-256. A file stands under its final name only when it is complete.
    #[command(after_help = PACK_HELP)]
    Pack(Box<PackArguments>),
}

const PACK_HELP: &str = "\
ROLLS in labels.pdf
  What is at the top of the first page comes off a roll first: its opening label (领头标), its marks in their
  order, its closing label (尾标). Lanes are filled from the left, and every web of N rolls begins on a page of
  its own. Where what is printed last ends on the outside of the roll, let the press print the pages from the
  last to the first, each turned by 180°. The symbol at both ends of a roll is a line FIRST..LAST, such as
  `container fill --file` takes.

A PROFILE for labels.txt
  columns = [\"sequence\", \"serial\", \"link\"]  # qr_text, batch, order, licensee, uscc, product, season
  separator = \";\"                           # or widths = [8, 19, 140]: columns filled with spaces
  header = false
  encoding = \"gb18030\"                      # utf-8, gb18030 (for GBK programs), utf-16le
  line_end = \"crlf\"                         # or lf

EXAMPLES
  yuanmark batch pack 1 --format csv,png --dpi 300 --out pack-1 --public-url https://v.example.cn
  yuanmark batch pack 1 --format pdf --paper sra3 --order stacks --part-size 50000 --out pack-1 \\
      --public-url https://v.example.cn
  yuanmark batch pack 1 --format pdf,proof --template 30x40 --out pack-1 \\
      --public-url https://v.example.cn
  yuanmark batch pack 1 --format pdf --rolls 2000 --lanes 4 --direction right --gap 3 \\
      --out pack-1 --public-url https://v.example.cn
  yuanmark batch pack 1 --format zpl --dpi 203 --out pack-1 --public-url https://v.example.cn";

#[derive(Args)]
#[command(group = ArgGroup::new("texts").args(["template", "rolls"]).multiple(true))]
pub(super) struct PackArguments {
    /// The batch's number
    #[arg(value_parser = batch_number)]
    number: BatchNumber,
    /// The kinds of files, separated by commas; sheet is a picture of up to 96 labels, proof (样张) a page of 20 with void codes
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "csv",
        value_parser = word::<Format>(),
        value_name = "FORMATS"
    )]
    format: Vec<Format>,
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The address that the labels will carry, such as https://v.example.cn
    #[arg(long, env = "YUANMARK_PUBLIC_URL", value_parser = public_url, value_name = "URL")]
    public_url: PublicUrl,
    /// Only these marks, by index, such as 0-23
    #[arg(long, value_parser = index_range, value_name = "FIRST-LAST")]
    range: Option<IndexRange>,
    /// The press's dots an inch, for all that is drawn: 203, 300 or 600
    #[arg(long, default_value = "300", value_parser = dpi)]
    dpi: Dpi,
    /// The label: 30x40, 40x60, 20x20 (in mm), the name of a stored template, or an SVG file; without it, symbol and serial alone
    #[arg(long, value_name = "NAME|FILE")]
    template: Option<String>,
    /// A font file for the texts of the template and of the ends of rolls, besides the fonts of the system
    #[arg(long, value_name = "FILE", requires = "texts")]
    font: Vec<PathBuf>,
    /// Write the hidden codes too, into hidden-codes.csv (mode 0600)
    #[arg(long)]
    hidden_codes: bool,
    /// The form of labels.txt, a TOML file (see below)
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// The sheet of labels.pdf: a4, sra3, its width and height in mm such as 330x480, or label for one label a page
    #[arg(long, default_value = "a4", value_parser = paper)]
    paper: Paper,
    /// Millimetres between labels on a sheet or a web; 2, or the bleed of both, if left out
    #[arg(long, value_parser = millimetres, value_name = "MM")]
    gap: Option<Mm>,
    /// Millimetres that stay white at least on each side of a sheet
    #[arg(long, default_value = "8", value_parser = millimetres, value_name = "MM")]
    margin: Mm,
    /// How labels follow one another on sheets: row by row, or so that the cut stacks follow one another
    #[arg(long, default_value = "rows", value_parser = word::<Order>(), value_name = "ORDER")]
    order: Order,
    /// A web instead of sheets in labels.pdf, to be slit into rolls of so many labels; each opens and closes with a label of
    /// its own
    #[arg(long, value_name = "LABELS", conflicts_with_all = ["paper", "margin", "order"])]
    rolls: Option<NonZero<u32>>,
    /// Rolls side by side on the web
    #[arg(long, default_value = "1", value_name = "N", requires = "rolls")]
    lanes: NonZero<u32>,
    /// Which edge of the labels comes off the roll first
    #[arg(long, default_value = "top", value_parser = word::<Direction>(), value_name = "EDGE", requires = "rolls")]
    direction: Direction,
    /// The most that a page of the web measures along it; a page holds whole rows, so that pages butt together
    #[arg(long, default_value_t = Web::REPEAT, value_parser = repeat, value_name = "MM", requires = "rolls")]
    repeat: Mm,
    /// Split every kind of file into parts of so many labels
    #[arg(long, value_name = "LABELS")]
    part_size: Option<NonZero<u32>>,
    /// Make only the files that are missing, after an interruption; with the same options as before
    #[arg(long, conflicts_with = "replace")]
    resume: bool,
    /// Replace files that are there
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    by: By,
}

/// The sheet, or none for one label a page.
#[derive(Clone, Copy)]
struct Paper(Option<Size>);

fn paper(text: &str) -> Result<Paper, SizeError> {
    match text {
        "label" => Ok(Paper(None)),
        sheet => sheet.parse().map(|size| Paper(Some(size))),
    }
}

fn millimetres(text: &str) -> Result<Mm, String> {
    let mm = text.parse().ok().filter(|mm| (0.0..=200.0).contains(mm));
    mm.ok_or_else(|| "a number of millimetres from 0 to 200".to_owned())
}

fn repeat(text: &str) -> Result<Mm, String> {
    let sides = 10.0..=Size::LARGEST;
    let mm = text.parse().ok().filter(|mm| sides.contains(mm));
    mm.ok_or_else(|| format!("a number of millimetres from 10 to {}", Size::LARGEST))
}

fn read_profile(path: &Path) -> Result<Profile, Failure> {
    let wrong = |what: String| {
        Failure::wrong_input(
            format!("{}: {what}", path.display()),
            "`yuanmark batch pack --help` shows a profile",
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    Profile::read(&text).map_err(|error| wrong(error.to_string()))
}

impl Batch {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        match self {
            Self::Issue {
                order,
                hidden_codes,
                request,
                by,
            } => {
                let (keys, store) = place.open().await?;
                let made_up = || line(&system::unique_id());
                let idempotency_key = request.map_or_else(made_up, Ok);
                let new = Issue {
                    order,
                    has_hidden_codes: hidden_codes,
                    idempotency_key: idempotency_key
                        .map_err(|error| Failure::new(error, "report this fault"))?,
                    actor: by.by,
                };
                let issued = issue::issue(&store, &keys, &new, system::now()).await?;
                let batch = &issued.batch;
                let text = format!(
                    "{} batch {} of order {}: {}, signed with key {}",
                    if issued.is_repeat {
                        "issued before:"
                    } else {
                        "issued"
                    },
                    batch.number,
                    batch.order,
                    number_of_marks(u64::from(batch.count.get())),
                    batch.key,
                );
                let mut value = to_json(batch);
                value["is_repeat"] = json!(issued.is_repeat);
                output.result(&value, &text)
            }
            Self::List { page } => {
                let before = page.before.and_then(BatchNumber::new);
                let mut batches = issue::list(
                    &place.store().await?,
                    Scope::All,
                    &crate::store::batch::Filter::default(),
                    before,
                    page.asked(),
                )
                .await?;
                let rest = page.cut(&mut batches, |last| last.number);
                let rows: Vec<Vec<String>> = batches.iter().map(row).collect();
                let head = [
                    "number", "order", "licensee", "season", "form", "marks", "key", "hidden",
                    "issued",
                ];
                let all: Vec<Value> = batches.iter().map(to_json).collect();
                output.result(&json!({ "batches": all }), &table(&head, &rows))?;
                output.rest(rest);
                Ok(())
            }
            Self::Show { number } => {
                let report =
                    issue::report(&place.store().await?, Scope::All, number, system::now()).await?;
                let mut text = report_text(&report);
                if let Some(distrust) = place.distrust(&report.batch)? {
                    text.push_str(&format!("\n{distrust}"));
                }
                output.result(&report_json(&report), &text)
            }
            Self::Pack(arguments) => arguments.run(place, output).await,
        }
    }
}

impl PackArguments {
    async fn run(self, place: &Installation, output: &mut Output) -> Result<(), Failure> {
        let (keys, store) = place.open().await?;
        let request = Request {
            batch: self.number,
            range: self.range,
            formats: self.format,
            dpi: self.dpi,
            look: look(place, self.template.as_deref(), &self.font).await?,
            hidden_codes: self.hidden_codes,
            out: self.out,
            profile: self.profile.as_deref().map(read_profile).transpose()?,
            layout: Layout {
                paper: self.paper.0,
                gap: self.gap,
                margin: self.margin,
                order: self.order,
                web: self.rolls.map(|labels| Web {
                    labels,
                    lanes: self.lanes,
                    direction: self.direction,
                    repeat: self.repeat,
                }),
            },
            part_size: self.part_size,
            there: match (self.replace, self.resume) {
                (true, _) => There::Replaced,
                (_, true) => There::Kept,
                _ => There::Refused,
            },
        };
        let bar = progress_bar();
        let progress = |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        };
        let origin = Origin::shell(&self.by.by);
        let packed = pack::pack(
            &store,
            &keys,
            &self.public_url,
            &request,
            &origin,
            &progress,
        )
        .await;
        bar.finish_and_clear();
        let packed = packed?;
        let labels = packed.marks;
        let mut text = format!(
            "packed {} of batch {}",
            counted(labels, "label", "labels"),
            self.number
        );
        for file in &packed.files {
            text.push_str(&format!("\n  {}", file.display()));
        }
        let value = json!({"batch": self.number.get(), "labels": labels, "files": packed.files});
        output.result(&value, &text)
    }
}

/// A bar on a terminal; nothing in a pipe.
pub(super) fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{bar:40} {human_pos} of {human_len} labels, {per_sec}, {eta} left",
    );
    let bar = ProgressBar::new(0);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}
