//! Steps on a licensee's path.

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::cli::arguments::{Caller, Installation};
use crate::cli::failure::Failure;
use crate::cli::values::{date, licensee, line, time, word};
use crate::domain::licensee::{Licensee, LicenseeNumber, Step, StepTaken};
use crate::domain::text::Line;
use crate::service::licensees;

#[derive(Args)]
pub(in crate::cli) struct StepArguments {
    /// The licensee's number
    #[arg(value_parser = licensee())]
    number: LicenseeNumber,
    /// The step
    #[arg(value_parser = word::<Step>())]
    step: Step,
    /// The day of the decision
    #[arg(long, value_parser = date)]
    date: Date,
    /// Why; public for rights that have ended
    #[arg(long, value_parser = line, value_name = "REASON")]
    ground: Line,
    /// The number of the document (文号); needed for all steps but review and reapply
    #[arg(long, value_parser = line)]
    document: Option<Line>,
    /// The last day of the time allowed for a correction (整改期限)
    #[arg(long, value_parser = date, value_name = "DATE")]
    due: Option<Date>,
    /// Until when marks in the market stay good when the right ends; until now if left out
    #[arg(long, value_parser = time, value_name = "TIME")]
    marks_good_until: Option<Timestamp>,
    #[command(flatten)]
    caller: Caller,
}

impl StepArguments {
    fn taken(&self) -> StepTaken {
        StepTaken {
            step: self.step,
            date: self.date,
            ground: self.ground.clone(),
            document: self.document.clone(),
            due: self.due,
            marks_good_until: self.marks_good_until,
        }
    }

    pub(super) async fn take(self, place: &Installation) -> Result<Licensee, Failure> {
        let (number, step) = (self.number, self.step);
        if step.needs_two() {
            return Err(Failure::wrong_input(
                format!("{} ({}) needs two people", step.slug(), step.chinese()),
                format!(
                    "propose it with `yuanmark licensee propose {number} {} …`; another person then confirms it with \
                     `yuanmark licensee confirm {number}`",
                    step.slug()
                ),
            ));
        }
        let store = place.store().await?;
        Ok(licensees::take_step(&store, &self.caller.call(), number, self.taken()).await?)
    }

    pub(super) async fn propose(self, place: &Installation) -> Result<Licensee, Failure> {
        let (number, step) = (self.number, self.step);
        if !step.needs_two() {
            return Err(Failure::wrong_input(
                format!("{} ({}) needs one person", step.slug(), step.chinese()),
                format!(
                    "take it with `yuanmark licensee step {number} {} …`",
                    step.slug()
                ),
            ));
        }
        let store = place.store().await?;
        Ok(licensees::propose_step(&store, &self.caller.call(), number, self.taken()).await?)
    }
}
