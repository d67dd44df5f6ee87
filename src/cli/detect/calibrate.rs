//! `yuanmark detect calibrate`, `apply` and `parameters`: from codes of which the truth is known to what counts as suspected.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Recorded, activations, no_table, tell_bad, text};
use crate::cli::arguments::{By, Installation, Limit};
use crate::cli::failure::Failure;
use crate::cli::files;
use crate::cli::output::{Output, beijing, counted};
use crate::cli::values::line;
use crate::domain::alert::percent;
use crate::domain::detection::real::probability;
use crate::domain::detection::{Calibration, Parameters};
use crate::domain::ledger::chain::EntryHash;
use crate::domain::text::Line;
use crate::service::desk::Call;
use crate::service::detection::calibrate::{FEWEST, Fit, Over, calibrate};
use crate::service::detection::examples::{Known, Labels, Others};
use crate::service::detection::in_force::{after, changes, put};
use crate::service::detection::scans;
use crate::service::system;
use crate::store::calibration::Change;

#[derive(Args)]
pub(in crate::cli) struct Calibrate {
    #[command(flatten)]
    recorded: Recorded,
    /// What the codes are: mark,truth, where truth is copied, or honest, image, poisoned
    #[arg(long, value_name = "FILE")]
    labels: PathBuf,
    /// Take scanned codes without a label as honest, as nearly all are, unless they are over the level as shipped. Labels
    /// that an installation exported are of suspected codes alone: a level set by those honest ones would be far too high
    #[arg(long)]
    presume_honest: bool,
    /// The wanted share of false alarms among honest scanned codes, at most 0.01
    #[arg(long, default_value_t = 0.0004, value_name = "SHARE")]
    false_alarms: f64,
    /// Where the calibration goes, for `detect replay` and `detect apply`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Args)]
pub(in crate::cli) struct Apply {
    #[command(flatten)]
    which: Which,
    /// Why, as the audit trail will say
    #[arg(long, value_name = "TEXT", value_parser = line)]
    reason: Line,
    #[command(flatten)]
    by: By,
}

/// What is to be in force: one of both.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// What `detect calibrate --out` wrote
    #[arg(value_name = "FILE")]
    calibration: Option<PathBuf>,
    /// The parameters that the program comes with, instead of a calibration
    #[arg(long)]
    shipped: bool,
}

/// A calibration out of a file.
pub(super) fn read(path: &Path) -> Result<Calibration, Failure> {
    let wrong = |what: String| {
        Failure::wrong_input(
            format!("{}: {what}", path.display()),
            "name a file that `yuanmark detect calibrate --out` wrote",
        )
    };
    let read: Calibration =
        serde_json::from_str(&text(path)?).map_err(|error| wrong(error.to_string()))?;
    let checked = read.check(&Parameters::reference());
    checked.map(|()| read).map_err(|what| {
        Failure::wrong_input(
            format!("{}: {what}", path.display()),
            "fit it again, by this program: `yuanmark detect calibrate`",
        )
    })
}

impl Calibrate {
    pub(super) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let rate = self.false_alarms;
        if !(rate > 0.0 && rate <= 0.01) {
            return Err(Failure::wrong_input(
                format!("{rate} is no share of false alarms that anybody could look into"),
                "take a share such as 0.0004, at most 0.01",
            ));
        }
        let (scans, activated) = self.recorded.texts()?;
        let labels = text(&self.labels)?;
        let own = Parameters::reference();
        let (fit, undecided) = self.fit(&own, &scans, &activated, &labels)?;
        if fit.honest == 0 {
            return Err(Failure::wrong_input(
                "no scanned code is known to be honest",
                match self.presume_honest {
                    true => "bring more scans",
                    false => "bring labels of scanned codes, or --presume-honest",
                },
            ));
        }
        let refused = no_level(&fit, rate, undecided);
        let fit = Fit {
            level: fit.level.filter(|_| refused.is_none()),
            over: fit.over.filter(|_| refused.is_none()),
            ..fit
        };
        let sha256 = |text: &str| EntryHash(Sha256::digest(text.as_bytes()).into()).to_string();
        let found = fit.level.map(|level| Calibration {
            model: own.version.model,
            offset: fit.offset,
            slope: fit.slope,
            alarm_log_odds: level,
            false_alarms: rate,
            honest: fit.honest as u64,
            copied: fit.copied as u64,
            scans_sha256: sha256(&scans),
            labels_sha256: sha256(&labels),
        });
        if let Some(path) = &self.out {
            let found = found.as_ref().ok_or_else(|| {
                let why = refused.as_deref().unwrap_or_default();
                Failure::wrong_input(
                    format!("there is no calibration to write: {why}"),
                    "bring more scanned codes that are known to be honest, or decide the alerts of those that are suspected",
                )
            })?;
            found.check(&own).map_err(|what| {
                Failure::wrong_input(what.en, "see that the labels are of these scans")
            })?;
            let json = serde_json::to_string_pretty(found).expect("numbers and texts") + "\n";
            files::write_new(path, json.as_bytes())?;
        }
        let value = json!({
            "offset": fit.offset,
            "slope": fit.slope,
            "alarm_log_odds": fit.level,
            "honest": fit.honest,
            "copied": fit.copied,
            "undecided": undecided,
            "over_the_level": fit.over.map(counts),
            "over_the_shipped_level": counts(fit.over_before),
        });
        output.result(&value, &told(&fit, refused.as_deref()))?;
        if undecided > 0 {
            output.note(&format!(
                "  left out: {} over the level as shipped without a label; decide their alerts first, for the level \
                 hangs on what they are",
                counted(undecided as u64, "code", "codes")
            ))?;
        }
        match &self.out {
            Some(path) => output.note(&format!(
                "written: {0}\nthen: yuanmark detect replay --calibration {0} …, and yuanmark detect apply {0} --reason …",
                path.display()
            )),
            None => Ok(()),
        }
    }

    fn fit(
        &self,
        own: &Parameters,
        scans: &str,
        activated: &str,
        labels: &str,
    ) -> Result<(Fit, usize), Failure> {
        let (mut ranges, mut lines, mut known) = Default::default();
        let activations = activations(&self.recorded, activated, &mut ranges)?;
        let read = scans::read(scans, &activations, &mut lines)
            .map_err(|what| no_table(&self.recorded.scans, &what))?;
        let labels = Labels::read(labels, &mut known);
        let labels = labels.map_err(|what| no_table(&self.labels, &what))?;
        for (path, bad) in [(&self.recorded.scans, &lines), (&self.labels, &known)] {
            tell_bad(path, bad);
        }
        let others = match self.presume_honest {
            true => Others::Honest,
            false => Others::Unknown,
        };
        let known = Known::new(own, &read, &activations, &labels, others);
        let rate = self.false_alarms;
        let fit = calibrate(own, rate, |parameters| known.weigh(parameters));
        Ok((fit, known.undecided))
    }
}

/// A level, and the probability that it means.
fn level_in_words(level: f64) -> String {
    let percent = percent(probability(level));
    format!("{level:.4}: suspected from a posterior of {percent} on")
}

/// Why there is no level, if there is none.
#[allow(clippy::cast_precision_loss)] // millions
fn no_level(fit: &Fit, rate: f64, undecided: usize) -> Option<String> {
    let (wanted, allowed) = ((1.0 / rate).ceil(), fit.honest as f64 * rate);
    if (fit.honest as f64) < wanted {
        return Some(format!(
            "a share of {rate} takes at least {wanted} honest codes"
        ));
    }
    // Whether they are honest decides where the level lies: without them it would always be the shipped one, or lower.
    if undecided as f64 > allowed {
        return Some(format!(
            "{} over the level as shipped without a label, more than the {allowed:.0} that the share allows",
            counted(undecided as u64, "code is", "codes are")
        ));
    }
    let few = "fewer honest codes than that look like copies at all";
    fit.level.is_none().then(|| few.to_owned())
}

fn told(fit: &Fit, refused: Option<&str>) -> String {
    let Fit { honest, copied, .. } = *fit;
    let mut text = format!(
        "{honest} honest and {copied} copied codes\n  correction      offset {:.4}, slope {:.4}",
        fit.offset, fit.slope
    );
    if !fit.is_fitted {
        text += &format!(": left as it is, for want of {FEWEST} codes of each kind");
    }
    text += "\n  alarm_log_odds  ";
    text += &match fit.level {
        Some(level) => level_in_words(level),
        None => format!("not set: {}", refused.unwrap_or_default()),
    };
    let mut over = |name: &str, over: Over| {
        text += &format!(
            "\n  {name}  {} of {honest} honest codes, {} of {copied} copied ones",
            over.honest, over.copied
        );
    };
    if let Some(now) = fit.over {
        over("over it       ", now);
    }
    over("as shipped    ", fit.over_before);
    text
}

impl Apply {
    pub(super) async fn run(
        self,
        installation: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let calibration = self.which.calibration.as_deref().map(read).transpose()?;
        let store = installation.store().await?;
        let call = Call::new(self.by.by, system::now());
        let now = put(&store, &call, &self.reason, calibration.as_ref()).await?;
        let text = format!(
            "parameters {} are in force: a server that runs weighs by them within ten seconds",
            now.version
        );
        output.result(&json!({"parameters": now.version.to_string()}), &text)
    }
}

/// Says what is in force, and what was before.
pub(super) async fn run_parameters(
    installation: &Installation,
    limit: &Limit,
    output: &mut Output,
) -> Result<(), Failure> {
    let store = installation.store().await?;
    let mut found = changes(&store, limit.asked()).await?;
    let own = Parameters::reference();
    let now = found.first().map_or_else(|| own.clone(), after);
    let rest = found.len() > limit.limit as usize;
    found.truncate(limit.limit as usize);
    let value = json!({
        "parameters": now.version.to_string(),
        "offset": now.calibration[0],
        "slope": now.calibration[1],
        "alarm_log_odds": now.alarm_log_odds,
        "changes": found.iter().map(to_json).collect::<Vec<_>>(),
    });
    let [offset, slope] = now.calibration;
    let mut text = format!(
        "parameters {} are in force\n  correction      offset {offset:.4}, slope {slope:.4}\n  alarm_log_odds  {}",
        now.version,
        level_in_words(now.alarm_log_odds)
    );
    for change in &found {
        text += &format!("\n{}", line_of(change, &own));
    }
    output.result(&value, &text)?;
    output.rest(rest.then(|| format!("--limit {}", limit.limit.saturating_mul(2))));
    Ok(())
}

fn counts(over: Over) -> Value {
    json!({"honest": over.honest, "copied": over.copied})
}

fn to_json(change: &Change) -> Value {
    json!({
        "number": change.number,
        "at": change.at,
        "by": change.actor,
        "reason": change.reason,
        "calibration": change.calibration,
    })
}

fn line_of(change: &Change, own: &Parameters) -> String {
    let what = match &change.calibration {
        None => "back to the program's own".to_owned(),
        Some(calibration) => format!(
            "offset {:.4}, slope {:.4}, level {:.4} for {} of false alarms, by {} honest and {} copied codes{}",
            calibration.offset,
            calibration.slope,
            calibration.alarm_log_odds,
            calibration.false_alarms,
            calibration.honest,
            calibration.copied,
            if calibration.model == own.version.model {
                String::new()
            } else {
                format!(" (of parameters {}: not applied)", calibration.model)
            }
        ),
    };
    format!(
        "{}  {}  {}: {what}  \"{}\"",
        change.number,
        beijing(change.at),
        change.actor,
        change.reason
    )
}
