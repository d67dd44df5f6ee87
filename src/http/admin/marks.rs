//! What happens to marks and their labels, and what is known of one.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::{Caller, Undecided};
use super::values::{
    At, By, Day, EntryNo, IdempotencyKey, MarkEvent, Range, Said, StateWord, Text, prefecture,
};
use crate::domain::access::Permission;
use crate::domain::container::ContainerNumber;
use crate::domain::event::{EventKind, RangeEvent};
use crate::domain::form::Form;
use crate::domain::ledger::entry;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::LotNumber;
use crate::domain::mark::{BatchNumber, MarkIndex};
use crate::domain::order::OrderNumber;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::whereabouts::Whereabouts;
use crate::http::App;
use crate::http::extract::{ApiJson, ApiPath};
use crate::http::problem::{Problem, ProblemLine, bad_lines};
use crate::service::marks::{self, Change, Which};
use crate::service::{inspecting, system};

/// Lines that choose marks: each a serial, an index of the batch, or a range (`10-20`, or two serials with `..` between).
/// A code or its address stands for its mark as a serial does.
/// As one text, empty lines and those that begin with `#` are passed over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Lines {
    /// A line a string.
    List(Vec<String>),
    /// All in one text.
    Text(String),
}

impl Lines {
    /// As one text.
    ///
    /// # Errors
    /// 422 if a string of the list is more than one line.
    pub fn text(self) -> Result<String, Problem> {
        match self {
            Self::Text(text) => Ok(text),
            Self::List(lines) => {
                if let Some(place) = lines.iter().position(|line| line.contains(['\n', '\r'])) {
                    let detail = format!("lines: line {} holds a line break", place + 1);
                    return Err(Problem::INVALID.because(detail));
                }
                Ok(lines.join("\n"))
            }
        }
    }
}

/// What is to happen to which marks. The marks are named in one of four ways: `lines`, `all`, `containers` or `delivery`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarksChange {
    /// What happens to them.
    event: MarkEvent,
    /// Who reports or decides it.
    by: Option<By>,
    /// The batch in which indices count; needed with `all`.
    batch: Option<BatchNumber>,
    /// The marks that these lines choose.
    lines: Option<Lines>,
    /// `true`: all marks of the batch.
    #[serde(default)]
    all: bool,
    /// What is in these rolls and boxes.
    containers: Option<Vec<ContainerNumber>>,
    /// What was sent by this entry of the ledger and is still on its way.
    delivery: Option<EntryNo>,
    /// Take the good lines even if there are bad ones.
    #[serde(default)]
    skip_bad: bool,
    /// Why; the public reads it for withdrawals, which need one.
    reason: Option<Text>,
    /// The number of the decision or report.
    document: Option<Text>,
    /// The lot that marks are activated for; of `activated` alone, which needs one.
    lot: Option<LotNumber>,
    /// Who receives.
    receiver: Option<Text>,
    /// Of `destroyed` alone, which needs it.
    destruction: Option<Destruction>,
}

/// How marks were destroyed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Destruction {
    /// The day.
    date: Day,
    /// Two people who saw it.
    #[schema(min_items = 2, max_items = 2)]
    witnesses: [Text; 2],
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarksChanged {
    /// The entries that were written, one a batch; none if nothing changed.
    entries: Vec<EntryNo>,
    /// How many marks changed.
    marks: u64,
    /// How many chosen marks were so already.
    unchanged: u64,
    /// How many of the changed marks stay withdrawn for another reason, which has precedence.
    still_withdrawn: u64,
    /// How many of the marks that were reported used are withdrawn or were never activated.
    used_without_right: u64,
    /// The ranges that changed.
    ranges: Vec<MarksOfBatch>,
    /// With `skip_bad`: the lines that were not taken, at most the first 1,000.
    skipped: Vec<ProblemLine>,
}

/// Marks of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarksOfBatch {
    /// The batch.
    batch: BatchNumber,
    /// Which of its marks.
    range: Range,
}

/// Writes down what happens to marks: all of it or nothing.
///
/// A line that cannot be taken stops everything, and is told with its number in `lines` of the problem (422).
#[utoipa::path(
    post,
    path = "/api/v1/marks",
    operation_id = "change_marks",
    tag = "marks",
    params(IdempotencyKey),
    request_body = MarksChange,
    responses((status = 200, description = "It is written down", body = MarksChanged))
)]
pub async fn change(
    undecided: Undecided,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<MarksChange>,
) -> Result<Json<MarksChanged>, Problem> {
    let needed = Permission::for_event(body.event.0);
    let call = undecided.may(&app, needed).await?.call(key, body.by)?;
    let lines = body.lines.map(Lines::text).transpose()?;
    let ways = [
        lines.as_deref().map(Which::Lines),
        body.all.then_some(Which::All),
        body.containers.as_deref().map(Which::Containers),
        body.delivery.map(|EntryNo(entry)| Which::Delivery(entry)),
    ];
    let mut ways = ways.into_iter().flatten();
    let (Some(which), None) = (ways.next(), ways.next()) else {
        let detail = "name the marks in one way: lines, all, containers or delivery";
        return Err(Problem::INVALID.because(detail));
    };
    let mut change = Change::new(body.event.0, which, body.batch);
    change.skip_bad = body.skip_bad;
    change.reason = body.reason.said("reason")?;
    change.document = body.document.said("document")?;
    change.lot = body.lot;
    change.receiver = body.receiver.said("receiver")?;
    if let Some(Destruction { date, witnesses }) = body.destruction {
        let [one, other] = witnesses;
        let witnesses = (one.said("first witness")?, other.said("second witness")?);
        let date = date.0;
        change.destruction = Some(entry::Destruction { date, witnesses });
    }
    let done = marks::change(&app.store, &app.keys, &call, &change).await?;
    let range = |(batch, range): &(_, _)| MarksOfBatch {
        batch: *batch,
        range: Range::from(*range),
    };
    Ok(Json(MarksChanged {
        entries: done.entries.iter().copied().map(EntryNo).collect(),
        marks: done.marks,
        unchanged: done.unchanged,
        still_withdrawn: done.still_withdrawn,
        used_without_right: done.used_without_right(),
        ranges: done.ranges.iter().map(range).collect(),
        skipped: bad_lines(&done.lines),
    }))
}

/// All that is known of one mark.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarkReport {
    /// The batch.
    batch: BatchNumber,
    /// The place in the batch.
    index: MarkIndex,
    /// As printed under the symbol.
    #[schema(example = "4BD9-QV4N-Q0NZ-57DB")]
    serial: String,
    /// The state it is in now.
    state: StateWord,
    /// Where its label is.
    label: Whereabouts,
    /// The same in Chinese.
    label_chinese: &'static str,
    /// The lot it was activated for.
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<LotNumber>,
    /// The order.
    order: OrderNumber,
    /// For whom.
    licensee: LicenseeNumber,
    /// For which season.
    season: Season,
    /// For which form.
    form: Form,
    /// What happened to it, in the ledger's order.
    events: Vec<MarkEventBody>,
    /// The queries, if there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    queries: Option<MarkQueries>,
    /// The claim of its hidden code, if it was claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<MarkClaim>,
}

/// Something that happened to a mark.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarkEventBody {
    /// The entry that says so.
    entry: EntryNo,
    /// What happened.
    event: EventKind,
    /// The same in Chinese.
    chinese: &'static str,
    /// To which marks of the batch it happened together.
    range: Range,
    /// When it was entered.
    at: At,
    /// Who entered it.
    by: Line,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Line>,
    /// The number of the decision or report.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Line>,
    /// The lot it was activated for.
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<LotNumber>,
}

/// The queries of a mark.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarkQueries {
    /// How many.
    count: u64,
    /// When the first came.
    first_at: At,
    /// The province it came from, in Chinese, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_province: Option<&'static str>,
}

/// The claim of a mark's hidden code.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarkClaim {
    /// When.
    at: At,
    /// The province it came from, in Chinese, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    province: Option<&'static str>,
}

impl From<RangeEvent> for MarkEventBody {
    fn from(event: RangeEvent) -> Self {
        Self {
            entry: EntryNo(event.number),
            event: event.kind,
            chinese: event.kind.chinese(),
            range: event.range.into(),
            at: At(event.at),
            by: event.actor,
            reason: event.reason,
            document: event.document,
            lot: event.lot,
        }
    }
}

impl From<marks::MarkReport> for MarkReport {
    fn from(report: marks::MarkReport) -> Self {
        Self {
            batch: report.mark.batch,
            index: report.mark.index,
            serial: report.serial.to_string(),
            state: StateWord(report.state),
            label: report.label.place,
            label_chinese: report.label.place.chinese(),
            lot: report.label.lot,
            order: report.batch.order,
            licensee: report.batch.licensee,
            season: report.batch.season,
            form: report.batch.form,
            events: report.events.into_iter().map(Into::into).collect(),
            queries: report.queries.map(|queries| MarkQueries {
                count: queries.count,
                first_at: At(queries.first_at),
                first_province: queries
                    .first_place
                    .map(|place| place.prefecture.province().0),
            }),
            claim: report.claim.map(|claim| MarkClaim {
                at: At(claim.at),
                province: claim.place.map(|place| place.prefecture.province().0),
            }),
        }
    }
}

/// One mark, by its serial (`4BD9-QV4N-Q0NZ-57DB`) or by batch and index (`1-4031`). Asking counts as no query.
#[utoipa::path(
    get,
    path = "/api/v1/marks/{mark}",
    operation_id = "get_mark",
    tag = "marks",
    params(("mark" = String, Path, description = "Its serial, or `BATCH-INDEX`")),
    responses((status = 200, description = "All that is known of it", body = MarkReport))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(text): ApiPath<String>,
) -> Result<Json<MarkReport>, Problem> {
    let (serials, now) = (&app.keys.secrets.serial, system::now());
    let report = marks::report_named(&app.store, caller.scope(), serials, &text, now).await?;
    Ok(Json(report.into()))
}

/// A pack that an inspector checks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackCheck {
    /// Who checks it.
    by: Option<By>,
    /// The code or its address, as scanned, or the serial.
    #[schema(max_length = 512)]
    code: String,
    /// Where it is: the prefecture's six digits of GB/T 2260.
    #[schema(pattern = "^[0-9]{6}$")]
    prefecture: String,
}

/// Checks a pack on the spot (现场查验): counts as no query, and writes down that its mark was there. Told again within half an
/// hour it is the same check.
#[utoipa::path(
    post,
    path = "/api/v1/checks",
    operation_id = "check_pack",
    tag = "marks",
    request_body = PackCheck,
    responses((status = 200, description = "All that is known of its mark", body = MarkReport))
)]
pub async fn check(
    caller: Caller,
    State(app): State<App>,
    ApiJson(body): ApiJson<PackCheck>,
) -> Result<Json<MarkReport>, Problem> {
    let prefecture = prefecture(&body.prefecture)?;
    let call = caller.call(IdempotencyKey::none(), body.by)?;
    let serial = inspecting::check(&app.store, &app.keys, &call, &body.code, prefecture).await?;
    let (scope, serials) = (caller.scope(), &app.keys.secrets.serial);
    let serial = serial.to_string();
    let report = marks::report_named(&app.store, scope, serials, &serial, call.at).await?;
    Ok(Json(report.into()))
}
