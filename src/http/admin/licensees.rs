//! Licensees: their files, and their steps on the path.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::{Caller, Undecided};
use super::values::{At, By, Count, Day, IdempotencyKey, Limit, Moment, Said, Text, UsccText};
use crate::domain::access::Permission;
use crate::domain::area::Area;
use crate::domain::calendar::day_of;
use crate::domain::form::Form;
use crate::domain::licensee::attention::Attention;
use crate::domain::licensee::{
    LegalBasis, Licensee, LicenseeNumber, LicenseeState, NewLicensee, Particulars, Pending,
    RightEnded, Step, StepTaken, particulars,
};
use crate::domain::text::Line;
use crate::domain::township::Township;
use crate::domain::uscc::Uscc;
use crate::http::App;
use crate::http::extract::{ApiJson, ApiPath, ApiQuery};
use crate::http::problem::Problem;
use crate::service::desk::Call;
use crate::service::{licensees, system};
use crate::store::licensee::Filter;

/// What a licensee's file says. Read, changed and sent back it has the same form.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The registered name.
    name: Text,
    /// On what the right rests.
    legal_basis: LegalBasis,
    /// Numbers of the documents that grant it (核准公告文号、注册证号), at most 50.
    #[serde(default)]
    basis_documents: Vec<Text>,
    /// The forms it makes.
    #[serde(default)]
    forms: Vec<Form>,
    /// Its products by name, at most 50.
    #[serde(default)]
    products: Vec<Text>,
    /// The standards it declares, at most 50.
    #[serde(default)]
    standards: Vec<Standard>,
    /// Its base (基地), each township once.
    #[serde(default)]
    areas: Vec<BaseArea>,
    /// Whom to call. Never public.
    #[serde(default)]
    contact: Contact,
}

/// A standard.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// Its number or name.
    number: Text,
    /// Its version or year.
    version: Text,
}

/// Land in a township.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaseArea {
    /// The township.
    township: Township,
    /// How much.
    area_hundredths: Area,
}

/// Whom to call.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<Text>,
    /// The telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<Text>,
    /// The telephone number for the public, on the pages of its marks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hotline: Option<Text>,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<Text>,
}

impl File {
    fn of(file: &Particulars) -> Self {
        let texts = |lines: &[Line]| lines.iter().map(Text::from).collect();
        let standards = file.standards.iter().map(|standard| Standard {
            number: (&standard.number).into(),
            version: (&standard.version).into(),
        });
        let areas = file
            .areas
            .iter()
            .map(|(township, area_hundredths)| BaseArea {
                township: *township,
                area_hundredths: *area_hundredths,
            });
        Self {
            name: (&file.name).into(),
            legal_basis: file.legal_basis,
            basis_documents: texts(&file.basis_documents),
            forms: file.forms.iter().copied().collect(),
            products: texts(&file.products),
            standards: standards.collect(),
            areas: areas.collect(),
            contact: Contact {
                person: file.contact.person.as_ref().map(Text::from),
                phone: file.contact.phone.as_ref().map(Text::from),
                hotline: file.contact.hotline.as_ref().map(Text::from),
                address: file.contact.address.as_ref().map(Text::from),
            },
        }
    }

    fn particulars(self) -> Result<Particulars, Problem> {
        let mut file = Particulars::new(self.name.said("name")?, self.legal_basis);
        file.basis_documents = self.basis_documents.said("document")?;
        file.forms = self.forms.into_iter().collect();
        file.products = self.products.said("product")?;
        for standard in self.standards {
            file.standards.push(particulars::Standard {
                number: standard.number.said("number of the standard")?,
                version: standard.version.said("version of the standard")?,
            });
        }
        for area in self.areas {
            let township = area.township;
            if file.areas.insert(township, area.area_hundredths).is_some() {
                let detail = format!("areas: {township} is named twice");
                return Err(Problem::INVALID.because(detail));
            }
        }
        file.contact = particulars::Contact {
            person: self.contact.person.said("person")?,
            phone: self.contact.phone.said("telephone number")?,
            hotline: self.contact.hotline.said("hotline")?,
            address: self.contact.address.said("address")?,
        };
        Ok(file)
    }
}

/// A licensee.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Licensee)]
pub struct LicenseeBody {
    /// Its number in codes.
    number: LicenseeNumber,
    /// Its unified social credit code.
    uscc: Uscc,
    /// The version of the file, from 1; a change names it.
    revision: Count,
    /// What its file says.
    file: File,
    /// Where it stands.
    state: LicenseeState,
    /// The same in Chinese.
    state_chinese: &'static str,
    /// Since which day.
    state_since: Day,
    /// Since when its right is in force; kept when it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_force_since: Option<Day>,
    /// The last day on which it activated or used marks.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_use: Option<Day>,
    /// Until when a correction is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    correction_due: Option<Day>,
    /// The steps that lead on from here.
    steps: Vec<StepBody>,
    /// What needs somebody's attention today.
    attention: Vec<AttentionBody>,
    /// The step that waits for its second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<PendingBody>,
    /// How its right ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<EndedBody>,
    /// When it was entered.
    added_at: At,
}

/// A step that leads on.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepBody {
    /// Which.
    step: Step,
    /// The same in Chinese.
    chinese: &'static str,
    /// Whether one person proposes it and another confirms it.
    needs_two: bool,
    /// Whether the number of a document must stand by it.
    needs_document: bool,
    /// Whether it ends the right, so that a policy date for marks in the market belongs to it.
    ends_the_right: bool,
}

/// Something to be looked at.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttentionBody {
    /// `correction_overdue`, `not_used`, `not_used_soon` or `waits_for_second`.
    kind: &'static str,
    /// In words.
    says: String,
}

/// A step that waits for its second person.
#[derive(Debug, Serialize, ToSchema)]
pub struct PendingBody {
    /// The step.
    step: StepTakenBody,
    /// Who proposed it.
    by: Line,
    /// When.
    at: At,
}

/// A step as it was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepTakenBody {
    /// Which step.
    step: Step,
    /// The day of the decision.
    date: Day,
    /// Why.
    ground: Line,
    /// The number of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Line>,
    /// Until when the correction must be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Day>,
    /// Until when marks in the market stay good.
    #[serde(skip_serializing_if = "Option::is_none")]
    marks_good_until: Option<At>,
}

/// The end of a right.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndedBody {
    /// When it was entered.
    at: At,
    /// From this moment on its marks are withdrawn.
    marks_good_until: At,
    /// Why; public.
    reason: Line,
    /// The number of the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Line>,
    /// Who entered it.
    by: Line,
}

impl From<Licensee> for LicenseeBody {
    fn from(licensee: Licensee) -> Self {
        let today = day_of(system::now());
        let steps = licensee.state.steps().map(|step| StepBody {
            step,
            chinese: step.chinese(),
            needs_two: step.needs_two(),
            needs_document: step.needs_document(),
            ends_the_right: step.ends_the_right(),
        });
        let attention = |found: &Attention| AttentionBody {
            kind: found.slug(),
            says: found.in_words(),
        };
        Self {
            number: licensee.number,
            uscc: licensee.uscc.clone(),
            revision: Count(licensee.revision),
            file: File::of(&licensee.particulars),
            state: licensee.state,
            state_chinese: licensee.state.chinese(),
            state_since: Day(licensee.state_since),
            in_force_since: licensee.in_force_since.map(Day),
            last_use: licensee.last_use.map(Day),
            correction_due: licensee.correction_due.map(Day),
            steps: steps.collect(),
            attention: licensee.attention(today).iter().map(attention).collect(),
            pending: licensee.pending.map(PendingBody::from),
            ended: licensee.ended.map(EndedBody::from),
            added_at: At(licensee.added_at),
        }
    }
}

impl From<Pending> for PendingBody {
    fn from(pending: Pending) -> Self {
        let step = pending.step;
        Self {
            step: StepTakenBody {
                step: step.step,
                date: Day(step.date),
                ground: step.ground,
                document: step.document,
                due: step.due.map(Day),
                marks_good_until: step.marks_good_until.map(At),
            },
            by: pending.by,
            at: At(pending.at),
        }
    }
}

impl From<RightEnded> for EndedBody {
    fn from(ended: RightEnded) -> Self {
        Self {
            at: At(ended.at),
            marks_good_until: At(ended.marks_good_until),
            reason: ended.reason,
            document: ended.document,
            by: ended.actor,
        }
    }
}

/// Which licensees are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only those in this state.
    #[param(value_type = LicenseeState, required = false)]
    state: Option<LicenseeState>,
    /// Only those whose name or code contains this.
    #[param(value_type = Text, required = false)]
    search: Option<Text>,
    /// `true`: only those that need somebody's attention today.
    #[serde(default)]
    #[param(required = false)]
    attention: bool,
    /// Begin after this number.
    #[param(value_type = LicenseeNumber, required = false)]
    after: Option<LicenseeNumber>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Licensees, by number.
#[derive(Debug, Serialize, ToSchema)]
pub struct Licensees {
    /// Those that were found.
    licensees: Vec<LicenseeBody>,
    /// If there are more: what to name as `after` to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<LicenseeNumber>,
}

/// Lists licensees by number.
#[utoipa::path(
    get,
    path = "/api/v1/licensees",
    operation_id = "list_licensees",
    tag = "licensees",
    params(Wanted),
    responses(
        (status = 200, description = "A page of the register", body = Licensees),
        (status = 422, description = "No text that can be searched for", body = Problem)
    )
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Json<Licensees>, Problem> {
    let search = wanted.search.said("search")?;
    let filter = Filter {
        number: None,
        state: wanted.state,
        search: search.map(|text| text.to_string()),
        attention_on: wanted.attention.then(|| day_of(system::now())),
    };
    let after = wanted.after.unwrap_or(LicenseeNumber(0));
    let mut found = licensees::list(
        &app.store,
        caller.scope(),
        &filter,
        after,
        wanted.limit.and_one(),
    )
    .await?;
    let next = wanted.limit.cut(&mut found, |licensee| licensee.number);
    let licensees = found.into_iter().map(Into::into).collect();
    Ok(Json(Licensees { licensees, next }))
}

/// A licensee to be entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LicenseeEntry {
    /// Who enters it.
    by: Option<By>,
    /// Its unified social credit code.
    uscc: UsccText,
    /// Its file.
    file: File,
    /// `applied`, or `active` for a right that was granted before this ledger began.
    state: LicenseeState,
    /// The day of the application, or since when the right is in force.
    date: Day,
    /// The number of the document; needed for a right in force.
    document: Option<Text>,
}

/// Enters a licensee: an applicant, or one whose right is in force.
#[utoipa::path(
    post,
    path = "/api/v1/licensees",
    operation_id = "enter_licensee",
    tag = "licensees",
    params(IdempotencyKey),
    request_body = LicenseeEntry,
    responses((status = 200, description = "It is entered", body = LicenseeBody))
)]
pub async fn enter(
    caller: Caller,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<LicenseeEntry>,
) -> Result<Json<LicenseeBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let new = NewLicensee {
        uscc: body.uscc.said("uscc")?,
        particulars: body.file.particulars()?,
        state: body.state,
        date: body.date.0,
        document: body.document.said("document")?,
    };
    Ok(Json(licensees::enter(&app.store, &call, new).await?.into()))
}

/// One licensee.
#[utoipa::path(
    get,
    path = "/api/v1/licensees/{licensee}",
    operation_id = "get_licensee",
    tag = "licensees",
    params(("licensee" = LicenseeNumber, Path, description = "Its number")),
    responses((status = 200, description = "All that is known of it", body = LicenseeBody))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<LicenseeNumber>,
) -> Result<Json<LicenseeBody>, Problem> {
    Ok(Json(
        licensees::get(&app.store, caller.scope(), number)
            .await?
            .into(),
    ))
}

/// A new version of a file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileChange {
    /// Who changes it.
    by: Option<By>,
    /// The version that was read and changed; if there is a newer one by now, nothing is overwritten (409).
    revision: Count,
    /// The whole file as it shall be.
    file: File,
}

/// Changes a licensee's file.
#[utoipa::path(
    put,
    path = "/api/v1/licensees/{licensee}/file",
    operation_id = "change_licensee_file",
    tag = "licensees",
    params(("licensee" = LicenseeNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = FileChange,
    responses((status = 200, description = "The file has a new version", body = LicenseeBody))
)]
pub async fn file(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<LicenseeNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<FileChange>,
) -> Result<Json<LicenseeBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let file = body.file.particulars()?;
    let changed = licensees::file(&app.store, &call, number, body.revision.0, file).await?;
    Ok(Json(changed.into()))
}

/// A step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepRequest {
    /// Who takes or proposes it.
    by: Option<By>,
    /// Which.
    step: Step,
    /// The day of the decision.
    date: Day,
    /// Why; public for ended rights.
    ground: Text,
    /// The number of the document (文号); needed for most steps.
    document: Option<Text>,
    /// Until when the correction must be done; of `order-correction` alone.
    due: Option<Day>,
    /// Until when marks in the market stay good; of `cancel` and `exit` alone. By default the moment of entry.
    marks_good_until: Option<Moment>,
}

impl StepRequest {
    fn read(self, caller: &Caller, key: IdempotencyKey) -> Result<(Call, StepTaken), Problem> {
        let call = caller.call(key, self.by)?;
        let step = StepTaken {
            step: self.step,
            date: self.date.0,
            ground: self.ground.said("ground")?,
            document: self.document.said("document")?,
            due: self.due.map(|day| day.0),
            marks_good_until: self.marks_good_until.said("marks_good_until")?,
        };
        Ok((call, step))
    }
}

/// Takes a step that one person can take.
#[utoipa::path(
    post,
    path = "/api/v1/licensees/{licensee}/steps",
    operation_id = "take_licensee_step",
    tag = "licensees",
    params(("licensee" = LicenseeNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = StepRequest,
    responses((status = 200, description = "The step is taken", body = LicenseeBody))
)]
pub async fn step(
    undecided: Undecided,
    State(app): State<App>,
    ApiPath(number): ApiPath<LicenseeNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<StepRequest>,
) -> Result<Json<LicenseeBody>, Problem> {
    let needed = Permission::for_step(body.step);
    let caller = undecided.may(&app, &[needed]).await?;
    let (call, step) = body.read(&caller, key)?;
    let changed = licensees::take_step(&app.store, &call, number, step).await?;
    Ok(Json(changed.into()))
}

/// Proposes a step that needs two people.
#[utoipa::path(
    post,
    path = "/api/v1/licensees/{licensee}/proposal",
    operation_id = "propose_licensee_step",
    tag = "licensees",
    params(("licensee" = LicenseeNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = StepRequest,
    responses((status = 200, description = "The step waits for its second person", body = LicenseeBody))
)]
pub async fn propose(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<LicenseeNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<StepRequest>,
) -> Result<Json<LicenseeBody>, Problem> {
    let (call, step) = body.read(&caller, key)?;
    let changed = licensees::propose_step(&app.store, &call, number, step).await?;
    Ok(Json(changed.into()))
}

/// Who does something that needs no further word.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Who.
    pub by: Option<By>,
}

/// Confirms the step that waits, as a second person.
#[utoipa::path(
    post,
    path = "/api/v1/licensees/{licensee}/proposal/confirm",
    operation_id = "confirm_licensee_step",
    tag = "licensees",
    params(("licensee" = LicenseeNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = Person,
    responses((status = 200, description = "The step is taken", body = LicenseeBody))
)]
pub async fn confirm(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<LicenseeNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Person>,
) -> Result<Json<LicenseeBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let changed = licensees::confirm_step(&app.store, &call, number).await?;
    Ok(Json(changed.into()))
}

/// Who drops a step, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dropped {
    /// Who.
    pub by: Option<By>,
    /// Why, if it is sent back.
    pub reason: Option<Text>,
}

/// Drops the step that waits: withdraws it, or sends it back.
#[utoipa::path(
    post,
    path = "/api/v1/licensees/{licensee}/proposal/drop",
    operation_id = "drop_licensee_step",
    tag = "licensees",
    params(("licensee" = LicenseeNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = Dropped,
    responses((status = 200, description = "Nothing waits any more", body = LicenseeBody))
)]
pub async fn withdraw(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<LicenseeNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Dropped>,
) -> Result<Json<LicenseeBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let reason = body.reason.said("reason")?;
    let changed = licensees::drop_step(&app.store, &call, number, reason).await?;
    Ok(Json(changed.into()))
}
