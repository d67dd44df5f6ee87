//! Tables out and in: the ledger, the orders and the register as CSV or XLSX, and the register from CSV.

use std::fs::File;
use std::io::{Seek, SeekFrom};

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio_util::io::ReaderStream;
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::values::{By, EntryKind, FileContent, IdempotencyKey};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::LotNumber;
use crate::domain::order::{OrderNumber, OrderState};
use crate::domain::printer::PrinterNumber;
use crate::domain::season::Season;
use crate::http::App;
use crate::http::extract::{ApiBytes, ApiQuery};
use crate::http::problem::Problem;
use crate::service::register::{self, RowOutcome, Taking};
use crate::service::{ServiceError, export, system};
use crate::sheets::{SheetError, SheetFormat};
use crate::store::{ledger, order};

/// What kind of file a table becomes.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TableFormat {
    /// Of any number of rows; what is sent if nothing else is asked for.
    #[default]
    Csv,
    /// Of at most 1,048,575 rows.
    Xlsx,
}

impl From<TableFormat> for SheetFormat {
    fn from(format: TableFormat) -> Self {
        match format {
            TableFormat::Csv => Self::Csv,
            TableFormat::Xlsx => Self::Xlsx,
        }
    }
}

/// A table is written to an unnamed file first, and sent when it is whole: it takes no memory, and an answer that has
/// begun is one that ends.
/// A file without a name, in which a table waits until it is whole.
pub fn unnamed() -> Result<File, Problem> {
    tempfile::tempfile().map_err(|error| Problem::from(ServiceError::from(SheetError::Io(error))))
}

/// The table as an answer, to be saved.
pub fn sent(mut file: File, format: SheetFormat, name: &str) -> Result<Response, Problem> {
    file.seek(SeekFrom::Start(0))
        .map_err(|error| Problem::from(ServiceError::from(SheetError::Io(error))))?;
    let stream = ReaderStream::new(tokio::fs::File::from_std(file));
    let mut response = Body::from_stream(stream).into_response();
    let disposition = format!("attachment; filename=\"{name}.{format}\"");
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.media_type()),
    );
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// Which entries are wanted, and as what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WantedEntries {
    /// As what kind of file.
    #[serde(default)]
    #[param(required = false)]
    format: TableFormat,
    /// Only those about this licensee.
    #[param(value_type = LicenseeNumber, required = false)]
    licensee: Option<LicenseeNumber>,
    /// Only those about this printer.
    #[param(value_type = PrinterNumber, required = false)]
    printer: Option<PrinterNumber>,
    /// Only those about this order.
    #[param(value_type = OrderNumber, required = false)]
    order: Option<OrderNumber>,
    /// Only those about this season.
    #[param(value_type = Season, required = false)]
    season: Option<Season>,
    /// Only those about this lot.
    #[param(value_type = LotNumber, required = false)]
    lot: Option<LotNumber>,
    /// Only those of this kind.
    #[param(value_type = EntryKind, required = false)]
    kind: Option<EntryKind>,
}

/// Entries of the ledger as a table, the oldest first (台账导出).
#[utoipa::path(
    get,
    path = "/api/v1/ledger/table",
    operation_id = "export_entries",
    tag = "ledger",
    params(WantedEntries),
    responses(
        (status = 200, description = "The table", content(
            (FileContent = "text/csv"),
            (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )),
        (status = 409, description = "More rows than Excel opens", body = Problem)
    )
)]
pub async fn entries(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<WantedEntries>,
) -> Result<Response, Problem> {
    let filter = ledger::Filter {
        licensee: wanted.licensee,
        printer: wanted.printer,
        order: wanted.order,
        season: wanted.season,
        lot: wanted.lot,
        kind: wanted.kind.map(|kind| kind.0),
    };
    let format = wanted.format.into();
    let file = unnamed()?;
    let (file, _) = export::entries(
        &app.store,
        caller.scope(),
        &filter,
        format,
        system::now(),
        file,
    )
    .await?;
    caller.exported(&app.store, "ledger").await?;
    sent(file, format, "ledger")
}

/// Which orders are wanted, and as what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WantedOrders {
    /// As what kind of file.
    #[serde(default)]
    #[param(required = false)]
    format: TableFormat,
    /// Only those of this licensee.
    #[param(value_type = LicenseeNumber, required = false)]
    licensee: Option<LicenseeNumber>,
    /// Only those of this printer.
    #[param(value_type = PrinterNumber, required = false)]
    printer: Option<PrinterNumber>,
    /// Only those of this season.
    #[param(value_type = Season, required = false)]
    season: Option<Season>,
    /// Only those in this state.
    #[param(value_type = OrderState, required = false)]
    state: Option<OrderState>,
}

/// Orders with the whereabouts of their labels as a table, the newest first (印制发放使用台账).
#[utoipa::path(
    get,
    path = "/api/v1/orders/table",
    operation_id = "export_orders",
    tag = "orders",
    params(WantedOrders),
    responses(
        (status = 200, description = "The table", content(
            (FileContent = "text/csv"),
            (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )),
        (status = 409, description = "More rows than Excel opens", body = Problem)
    )
)]
pub async fn orders(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<WantedOrders>,
) -> Result<Response, Problem> {
    let filter = order::Filter {
        licensee: wanted.licensee,
        printer: wanted.printer,
        season: wanted.season,
        state: wanted.state,
    };
    let format = wanted.format.into();
    let file = unnamed()?;
    let (file, _) = export::orders(
        &app.store,
        caller.scope(),
        &filter,
        format,
        system::now(),
        file,
    )
    .await?;
    caller.exported(&app.store, "orders").await?;
    sent(file, format, "orders")
}

/// As what the register is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WantedRegister {
    /// As what kind of file.
    #[serde(default)]
    #[param(required = false)]
    format: TableFormat,
}

/// The whole register of licensees as a table.
#[utoipa::path(
    get,
    path = "/api/v1/licensees/table",
    operation_id = "export_licensees",
    tag = "licensees",
    params(WantedRegister),
    responses((status = 200, description = "The table", content(
        (FileContent = "text/csv"),
        (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )))
)]
pub async fn licensees(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<WantedRegister>,
) -> Result<Response, Problem> {
    let format = wanted.format.into();
    let (file, now) = (unnamed()?, system::now());
    let (file, _) = register::export(
        &app.store,
        caller.scope(),
        &crate::store::lists::LicenseeFilter::default(),
        format,
        now,
        file,
    )
    .await?;
    caller.exported(&app.store, "licensees").await?;
    sent(file, format, "register")
}

/// How a table is to be taken.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HowToTake {
    /// Who takes it in.
    #[param(value_type = By, required = false)]
    by: Option<By>,
    /// Say what would become of each row, and write nothing.
    #[serde(default)]
    #[param(required = false)]
    dry_run: bool,
    /// Take the good rows even if there are bad ones; else nothing is taken then.
    #[serde(default)]
    #[param(required = false)]
    skip_bad: bool,
}

/// What became of a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct Import {
    /// How the file was encoded.
    #[schema(example = "UTF-8")]
    encoding: String,
    /// Whether anything was written: not in a dry run, and not if a row is bad and bad ones are not to be passed over.
    written: bool,
    /// How many rows are bad.
    bad: usize,
    /// Every row.
    rows: Vec<ImportRow>,
}

/// What became of a row, or would become of it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportOutcome {
    /// A licensee was entered.
    Entered,
    /// A licensee's file has a new version.
    Changed,
    /// The register says just this.
    Unchanged,
    /// It cannot be taken.
    Bad,
}

/// A row of a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportRow {
    /// The line of the file on which it begins.
    line: u64,
    /// What became of it.
    outcome: ImportOutcome,
    /// The licensee it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    licensee: Option<LicenseeNumber>,
    /// Everything that is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
}

impl From<(u64, RowOutcome)> for ImportRow {
    fn from((line, outcome): (u64, RowOutcome)) -> Self {
        let (outcome, licensee, problems) = match outcome {
            RowOutcome::Entered(number) => (ImportOutcome::Entered, Some(number), Vec::new()),
            RowOutcome::Changed(number) => (ImportOutcome::Changed, Some(number), Vec::new()),
            RowOutcome::Unchanged(number) => (ImportOutcome::Unchanged, Some(number), Vec::new()),
            RowOutcome::Bad(problems) => {
                let problems = problems.into_iter().map(|problem| problem.en);
                (ImportOutcome::Bad, None, problems.collect())
            }
        };
        Self {
            line,
            outcome,
            licensee,
            problems,
        }
    }
}

/// Takes a table into the register: the body is a CSV file with the titles of the exported one.
///
/// Unknown codes are entered, known ones get a new version of their file; no state is changed. Bad rows are told, not
/// refused: look at `written`.
#[utoipa::path(
    post,
    path = "/api/v1/licensees/table",
    operation_id = "import_licensees",
    tag = "licensees",
    params(HowToTake, IdempotencyKey),
    request_body(content = FileContent, content_type = "application/octet-stream", description = "The CSV file"),
    responses((status = 200, description = "What became of it", body = Import))
)]
pub async fn import(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(how): ApiQuery<HowToTake>,
    key: IdempotencyKey,
    ApiBytes(content): ApiBytes,
) -> Result<Json<Import>, Problem> {
    let call = caller.call(key, how.by)?;
    let taking = Taking {
        dry_run: how.dry_run,
        skip_bad: how.skip_bad,
    };
    let import = register::import(&app.store, &call, &content, taking).await?;
    Ok(Json(Import {
        bad: import.bad(),
        encoding: import.encoding,
        written: import.is_written,
        rows: import.rows.into_iter().map(Into::into).collect(),
    }))
}
