//! `yuanmark detect …`

mod calibrate;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use self::calibrate::{Apply, Calibrate, run_parameters};
use super::arguments::{Caller, Installation, Limit};
use super::failure::Failure;
use super::files;
use super::output::{Output, counted};
use crate::domain::detection::Parameters;
use crate::service::alerts;
use crate::service::desk::Call;
use crate::service::detection::evaluate::{Extent, evaluate};
use crate::service::detection::export::{self, Exported};
use crate::service::detection::replay::replay;
use crate::service::detection::scans::{self, Activations, BadLines};
use crate::service::detection::simulate::{Wanted, simulate};
use crate::service::detection::world::World;
use crate::store::Store;

#[derive(Subcommand)]
pub(super) enum Detect {
    /// Say what the detector would have said of recorded scans
    ///
    /// Scans are taken in the order of their times, by the code that answers the public. A bad line is told with its number
    /// and reason, and the others are taken.
    #[command(
        after_help = "EXAMPLE\n  yuanmark detect replay --scans scans.csv --verdicts verdicts.csv --batches batches.csv"
    )]
    Replay {
        #[command(flatten)]
        recorded: Recorded,
        /// Where the verdicts go, one line a scan
        #[arg(long, value_name = "FILE")]
        verdicts: PathBuf,
        /// Where the batches go, one line for each and week
        #[arg(long, value_name = "FILE")]
        batches: Option<PathBuf>,
        /// What `detect calibrate --out` wrote, to weigh by
        #[arg(long, value_name = "FILE")]
        calibration: Option<PathBuf>,
    },
    /// Write what was recorded of all marks, to be replayed or calibrated by: scans.csv, activations.csv, labels.csv
    ///
    /// Queries that are not aged out, hidden codes, checks of inspectors; labels are what the office decided of alerts. Phones
    /// and networks stand under names of this export alone.
    #[command(
        after_help = "EXAMPLE\n  yuanmark detect export --out recorded\n  yuanmark detect calibrate --scans recorded/scans.csv --activations recorded/activations.csv \\\n      --labels recorded/labels.csv --presume-honest --out calibration.json"
    )]
    Export {
        /// The folder, which is made
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        #[command(flatten)]
        caller: Caller,
    },
    /// Make a world of honest packs and attacks from a seed: scans.csv, labels.csv, activations.csv
    #[command(after_help = "EXAMPLE\n  yuanmark detect simulate --seed 1 --batches 20 --out world")]
    Simulate {
        /// The same seed makes the same world
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Batches of 5,000 marks
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        batches: u32,
        /// Which world: reference, or one of those with wrong rates
        #[arg(long, default_value = "reference", value_name = "NAME")]
        world: String,
        /// The folder, which is made
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
    /// Measure the detector on simulated worlds: tables and two pictures
    #[command(after_help = "EXAMPLE\n  yuanmark detect evaluate --out docs/detection")]
    Evaluate {
        /// Worlds of each kind, each from its own seed
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=100))]
        seeds: u64,
        /// The first of these seeds: other seeds are other worlds of the same kinds
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
        first_seed: u64,
        /// Honest scanned codes of each
        #[arg(long, default_value_t = 60_000, value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
        honest: u32,
        /// Copied codes of each kind of each
        #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
        copied: u32,
        /// Batches of each kind of each
        #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(5..=100_000))]
        batches: u32,
        /// The folder for tables.md, detection.svg and reliability.svg, which is made; earlier ones in it are replaced
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    /// Find correction and alarm level by codes of which the truth is known
    ///
    /// A level takes as many honest codes as stand for one false alarm (2,500 for 0.0004), a correction 20 codes of each kind.
    /// Nothing is changed by it: see what `detect replay --calibration` says of your scans, then `detect apply` it.
    #[command(
        after_help = "EXAMPLE\n  yuanmark detect calibrate --scans recorded/scans.csv --activations recorded/activations.csv \\\n      --labels recorded/labels.csv --presume-honest --false-alarms 0.0004 --out calibration.json"
    )]
    Calibrate(Calibrate),
    /// Put a calibration in force, or the program's own parameters again
    ///
    /// Running servers weigh by it within ten seconds, and every alarm names it. A mark that is over the new level is
    /// suspected when another phone scans it; one that was suspected stays so until the office decides.
    #[command(
        after_help = "EXAMPLE\n  yuanmark detect apply calibration.json --reason \"season of 2026\" --by 张三\n  yuanmark detect apply --shipped --reason \"the sample was too small\""
    )]
    Apply(Apply),
    /// Say which parameters are in force, and how that changed
    #[command(after_help = "EXAMPLE\n  yuanmark detect parameters")]
    Parameters {
        #[command(flatten)]
        limit: Limit,
    },
}

#[derive(Args)]
pub(super) struct Recorded {
    /// Scans: time,mark,phone,place,class,network,channel,hidden,outside_market
    #[arg(long, value_name = "FILE")]
    scans: PathBuf,
    /// When marks were activated: mark_from,mark_to,time
    #[arg(long, value_name = "FILE")]
    activations: Option<PathBuf>,
}

impl Recorded {
    /// The texts of both files.
    fn texts(&self) -> Result<(String, String), Failure> {
        let none = || Ok("mark_from,mark_to,time\n".into());
        Ok((
            text(&self.scans)?,
            self.activations.as_deref().map_or_else(none, text)?,
        ))
    }
}

impl Detect {
    pub(super) async fn run(
        self,
        installation: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        match self {
            Self::Export { out, caller } => run_export(installation, &out, &caller, output).await,
            Self::Replay {
                recorded,
                verdicts,
                batches,
                calibration,
            } => {
                let own = Parameters::reference();
                let parameters = match calibration.as_deref().map(calibrate::read).transpose()? {
                    Some(calibration) => own.corrected_by(&calibration),
                    None => own,
                };
                run_replay(
                    &parameters,
                    &recorded,
                    &verdicts,
                    batches.as_deref(),
                    output,
                )
            }
            Self::Simulate {
                seed,
                batches,
                world,
                out,
            } => run_simulate(Wanted { seed, batches }, &world, &out, output),
            Self::Evaluate {
                seeds,
                first_seed,
                honest,
                copied,
                batches,
                out,
            } => run_evaluate(
                Extent {
                    seeds,
                    first_seed,
                    honest,
                    copied,
                    batches,
                },
                out.as_deref(),
                output,
            ),
            Self::Calibrate(calibrate) => calibrate.run(output),
            Self::Apply(apply) => apply.run(installation, output).await,
            Self::Parameters { limit } => run_parameters(installation, &limit, output).await,
        }
    }
}

fn text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::wrong_input(
        format!("{}: {error}", path.display()),
        "name a file that can be read, in UTF-8",
    )
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        format!("{}: {error}", path.display()),
        "see that the folder is there, can be written and has room",
    )
}

fn no_table(path: &Path, what: &str) -> Failure {
    Failure::wrong_input(
        format!("{}: {what}", path.display()),
        "see docs/DETECTION.md for the columns",
    )
}

/// Lines that could not be taken, on standard error.
fn tell_bad(path: &Path, bad: &BadLines) {
    for line in &bad.told {
        _ = writeln!(
            io::stderr(),
            "{}: line {}: {}",
            path.display(),
            line.line,
            line.reason
        );
    }
    if bad.count > bad.told.len() {
        _ = writeln!(
            io::stderr(),
            "{}: … and {} more",
            path.display(),
            bad.count - bad.told.len()
        );
    }
}

fn activations(
    recorded: &Recorded,
    text: &str,
    bad: &mut BadLines,
) -> Result<Activations, Failure> {
    let path = recorded.activations.as_deref().unwrap_or(&recorded.scans);
    let read = Activations::read(text, bad).map_err(|what| no_table(path, &what))?;
    tell_bad(path, bad);
    Ok(read)
}

/// No file that is read may be written, nor any twice.
fn apart(recorded: &Recorded, verdicts: &Path, batches: Option<&Path>) -> Result<(), Failure> {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let read = [
        Some(recorded.scans.as_path()),
        recorded.activations.as_deref(),
    ];
    let mut taken: Vec<PathBuf> = read.into_iter().flatten().map(real).collect();
    for path in [Some(verdicts), batches].into_iter().flatten() {
        if taken.contains(&real(path)) {
            return Err(Failure::wrong_input(
                format!("{} would be written over", path.display()),
                "name a file of its own for each",
            ));
        }
        taken.push(real(path));
    }
    Ok(())
}

/// The failure to make a folder; what stands in one that is there is not written over.
fn not_made(folder: &Path, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::wrong_input(
            format!("{} is there already", folder.display()),
            "name another folder with --out, or move this one away",
        ),
        _ => unwritable(folder, error),
    }
}

/// Writes the files of an export, which nobody else may read; how much stands in them, and how many labels.
async fn take(store: &Store, call: &Call, folder: &Path) -> Result<(Exported, u64), Failure> {
    let create = |name: &str| {
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        let made = options.write(true).create_new(true).mode(0o600).open(&path);
        let made = made.map_err(|error| unwritable(&path, &error));
        made.map(BufWriter::new)
    };
    let (mut scans, mut activations) = (create("scans.csv")?, create("activations.csv")?);
    let done = export::export(store, call, &mut scans, &mut activations).await?;
    let (labels, marks) = alerts::take_labels(store, call).await?;
    files::write_new(&folder.join("labels.csv"), labels.as_bytes())?;
    Ok((done, marks))
}

async fn run_export(
    installation: &Installation,
    folder: &Path,
    caller: &Caller,
    output: &mut Output,
) -> Result<(), Failure> {
    let (store, call) = (installation.store().await?, caller.call());
    fs::create_dir(folder).map_err(|error| not_made(folder, &error))?;
    let taken = take(&store, &call, folder).await;
    if taken.is_err() {
        // Half an export would pass for a whole one; the folder is ours.
        _ = fs::remove_dir_all(folder);
    }
    let (done, marks) = taken?;
    let written = json!({
        "folder": folder.display().to_string(),
        "scans": done.scans,
        "activations": done.activations,
        "labels": marks,
    });
    let text = format!(
        "{}: {}, {} of activation, {}\n",
        folder.display(),
        counted(done.scans, "scan", "scans"),
        counted(done.activations, "range", "ranges"),
        counted(marks, "label", "labels")
    );
    output.result(&written, &text)
}

fn run_replay(
    parameters: &Parameters,
    recorded: &Recorded,
    verdicts: &Path,
    batches: Option<&Path>,
    output: &mut Output,
) -> Result<(), Failure> {
    apart(recorded, verdicts, batches)?;
    for path in [Some(verdicts), batches].into_iter().flatten() {
        // What is no file of its own, such as /dev/stdout, may be there.
        if path.is_file() {
            return Err(Failure::wrong_input(
                format!("{} is there already", path.display()),
                "name another file, or move this one away",
            ));
        }
    }
    let (text, activated) = recorded.texts()?;
    let (mut bad, mut bad_ranges) = (BadLines::default(), BadLines::default());
    let activations = activations(recorded, &activated, &mut bad_ranges)?;
    let lines = scans::read(&text, &activations, &mut bad)
        .map_err(|what| no_table(&recorded.scans, &what))?;
    tell_bad(&recorded.scans, &bad);
    if lines.is_empty() && bad.count > 0 {
        return Err(no_table(
            &recorded.scans,
            "not one of its lines can be read",
        ));
    }
    let create = |path: &Path| {
        File::create(path)
            .map(BufWriter::new)
            .map_err(|error| unwritable(path, &error))
    };
    let mut out = create(verdicts)?;
    let mut weeks = batches.map(create).transpose()?;
    let done = replay(
        parameters,
        &lines,
        &activations,
        &mut out,
        weeks.as_mut().map(|weeks| weeks as &mut dyn Write),
    );
    let done = done
        .and_then(|done| out.flush().map(|()| done))
        .map_err(|error| unwritable(verdicts, &error))?;
    if let (Some(weeks), Some(path)) = (&mut weeks, batches) {
        weeks.flush().map_err(|error| unwritable(path, &error))?;
    }
    let value = json!({
        "scans": done.scans,
        "marks": done.marks,
        "suspected": done.suspected,
        "batches": done.batches,
        "not_counted": done.not_counted,
        "bad_lines": bad.count + bad_ranges.count,
        "parameters": parameters.version.to_string(),
    });
    let text = format!(
        "{} of {}: {} suspected, {} ever over the alarm level; previews and repeated deliveries: {}; {} could not be taken",
        counted(done.scans, "scan", "scans"),
        counted(done.marks, "mark", "marks"),
        counted(done.suspected, "mark", "marks"),
        counted(done.batches, "batch", "batches"),
        done.not_counted,
        counted((bad.count + bad_ranges.count) as u64, "line", "lines"),
    );
    output.result(&value, &text)
}

fn run_simulate(
    wanted: Wanted,
    name: &str,
    out: &Path,
    output: &mut Output,
) -> Result<(), Failure> {
    let worlds: Vec<World> = [World::reference()]
        .into_iter()
        .chain(World::wrong_ones())
        .chain(World::other_shapes())
        .collect();
    let names: Vec<&str> = worlds.iter().map(|world| world.name).collect();
    let world = worlds
        .iter()
        .find(|world| world.name == name)
        .ok_or_else(|| {
            Failure::wrong_input(
                format!("there is no world {name:?}"),
                format!("take one of: {}", names.join(", ")),
            )
        })?;
    fs::create_dir(out).map_err(|error| not_made(out, &error))?;
    let made = simulate(world, wanted, out).map_err(|error| unwritable(out, &error))?;
    let value = json!({"scans": made.scans, "marks": made.marks, "copied": made.copied});
    let text = format!(
        "{} of {}, {} of them copied",
        counted(made.scans, "scan", "scans"),
        counted(made.marks, "mark", "marks"),
        made.copied
    );
    output.result(&value, &text)
}

fn run_evaluate(extent: Extent, out: Option<&Path>, output: &mut Output) -> Result<(), Failure> {
    let report = evaluate(&Parameters::reference(), extent);
    if let Some(out) = out {
        let write = |name: &str, text: &str| {
            let path = out.join(name);
            fs::write(&path, text).map_err(|error| unwritable(&path, &error))
        };
        fs::create_dir_all(out).map_err(|error| unwritable(out, &error))?;
        write("tables.md", &report.tables)?;
        write("detection.svg", &report.detection)?;
        write("reliability.svg", &report.reliability)?;
    }
    output.result(&json!({"tables": report.tables}), &report.tables)
}
