//! `yuanmark pack release`

use std::num::NonZero;
use std::path::PathBuf;

use clap::Args;

use super::Days;
use super::One;
use super::print::opened;
use crate::cli::arguments::Installation;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::template::look;
use crate::cli::values::{public_url, word};
use crate::domain::public_url::PublicUrl;
use crate::render::imposition::Order;
use crate::render::rolls::Direction;
use crate::service::pack::Format;
use crate::service::pack::handover::{self, Wanted};

pub(super) const EXAMPLES: &str = "\
EXAMPLES
  yuanmark printer key 1 --age-recipient age1…
  yuanmark pack release 1 --public-url https://v.example.cn
  yuanmark pack release 1 --format pdf,csv --paper sra3 --order stacks --part-size 50000 --days 3 \\
      --public-url https://v.example.cn";

#[derive(Args)]
pub(in crate::cli) struct Release {
    #[command(flatten)]
    one: One,
    /// The kinds of files, separated by commas; as in `batch pack`
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "csv",
        value_parser = word::<Format>(),
        value_name = "FORMATS"
    )]
    format: Vec<Format>,
    /// The press's dots an inch, for all that is drawn: 203, 300 or 600
    #[arg(long, default_value_t = 300)]
    dpi: u32,
    /// The label: 30x40, 40x60, 20x20 (in mm), the name of a stored template, or an SVG file; without it, symbol and serial alone
    #[arg(long, value_name = "NAME|FILE")]
    template: Option<String>,
    /// The form of labels.txt, a TOML file
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// The sheet of labels.pdf: a4, sra3, its width and height in mm such as 330x480, or label for one label a page
    #[arg(long, default_value = "a4")]
    paper: String,
    /// Millimetres between labels; 2, or the bleed of both, if left out
    #[arg(long, value_name = "MM")]
    gap: Option<f64>,
    /// Millimetres that stay white at least on each side of a sheet
    #[arg(long, default_value_t = 8.0, value_name = "MM")]
    margin: f64,
    /// How labels follow one another on sheets
    #[arg(long, default_value = "rows", value_parser = word::<Order>(), value_name = "ORDER")]
    order: Order,
    /// A web instead of sheets in labels.pdf, to be slit into rolls of so many labels; as in `batch pack`
    #[arg(long, value_name = "LABELS", conflicts_with_all = ["paper", "margin", "order"])]
    rolls: Option<NonZero<u32>>,
    /// Rolls side by side on the web
    #[arg(long, default_value = "1", value_name = "N", requires = "rolls")]
    lanes: NonZero<u32>,
    /// Which edge of the labels comes off the roll first
    #[arg(long, default_value = "top", value_parser = word::<Direction>(), value_name = "EDGE", requires = "rolls")]
    direction: Direction,
    /// Split every kind of file into parts of so many labels
    #[arg(long, value_name = "LABELS")]
    part_size: Option<NonZero<u32>>,
    /// Put the hidden codes in too, as hidden-codes.csv
    #[arg(long)]
    hidden_codes: bool,
    #[command(flatten)]
    days: Days,
    /// The address of this installation: labels carry it, and the printer downloads there
    #[arg(long, env = "YUANMARK_PUBLIC_URL", value_parser = public_url, value_name = "URL")]
    public_url: PublicUrl,
}

impl Release {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let (keys, store) = place.open().await?;
        let profile = self.profile.map(|path| {
            std::fs::read_to_string(&path).map_err(|error| {
                let hint = "`yuanmark batch pack --help` shows a profile";
                Failure::wrong_input(format!("{}: {error}", path.display()), hint)
            })
        });
        let look = look(place, self.template.as_deref(), &[]).await?;
        let template = look.template.as_ref();
        let wanted = Wanted {
            template: template.map(|template| template.text().to_owned()),
            formats: self.format,
            dpi: self.dpi,
            profile: profile.transpose()?,
            paper: self.paper,
            gap: self.gap,
            margin: self.margin,
            order: self.order,
            rolls: self.rolls,
            lanes: self.lanes,
            direction: self.direction,
            part_size: self.part_size,
            hidden_codes: self.hidden_codes,
        };
        let (with, call) = ((&keys, &self.public_url), self.one.caller.call());
        let what = (&wanted, self.days.days);
        let done = handover::offer(&store, with, &call, self.one.number, what).await?;
        let (value, text) = opened(&done, &self.public_url);
        output.result(&value, &text)
    }
}
