//! The values that bodies, paths and queries are made of: how each is read, and how it is described.
//!
//! What a description can say is held against it here, and answered with 400 (404 in a path). What it cannot say is
//! left to the domain ([`Said`]), and answered with 422.

use std::borrow::Cow;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Required};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::domain::access::{Permission, Role};
use crate::domain::alert::{AlertKind, AlertNumber, AlertState, AlertStep, Cause, Verdict};
use crate::domain::area::Area;
use crate::domain::case::{CaseNumber, CaseResult, CaseState, CaseStep};
use crate::domain::container::{ContainerKind, ContainerNumber};
use crate::domain::document::{DocumentNumber, MediaType, Purpose};
use crate::domain::entitlement::coefficients::PerMille;
use crate::domain::entitlement::{Account, Entitlement};
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::form::Form;
use crate::domain::key_id::KeyId;
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::ledger::entry;
use crate::domain::licensee::{LegalBasis, LicenseeNumber, LicenseeState, Step};
use crate::domain::lot::{LotNumber, TestResult};
use crate::domain::mark::{BatchNumber, IndexRange, MarkCount, MarkIndex};
use crate::domain::offer::OfferState;
use crate::domain::order::{OrderNumber, OrderState};
use crate::domain::place::Prefecture;
use crate::domain::printer::PrinterNumber;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::tip::{TipNumber, Told};
use crate::domain::township::Township;
use crate::domain::transfer::{TransferNumber, TransferState};
use crate::domain::uscc::Uscc;
use crate::domain::whereabouts::Whereabouts;
use crate::http::problem::Problem;
use crate::render::imposition::Order as SheetOrder;
use crate::render::rolls::Direction;
use crate::service::pack::Format;

/// What a request says, of the described form; the domain has the last word on it.
pub trait Said {
    /// What it then is.
    type Is;

    /// Has the domain read it; `what` names it in the problem.
    ///
    /// # Errors
    /// 422 if it cannot be.
    fn said(self, what: &'static str) -> Result<Self::Is, Problem>;
}

impl<T: Said> Said for Option<T> {
    type Is = Option<T::Is>;

    fn said(self, what: &'static str) -> Result<Self::Is, Problem> {
        self.map(|said| said.said(what)).transpose()
    }
}

impl<T: Said> Said for Vec<T> {
    type Is = Vec<T::Is>;

    fn said(self, what: &'static str) -> Result<Self::Is, Problem> {
        self.into_iter().map(|said| said.said(what)).collect()
    }
}

/// Gives a type its place in the description, under its own name.
macro_rules! described {
    ($type:ty, $name:literal, $schema:expr) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                RefOr::T(Schema::Object($schema.build()))
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    };
}

fn string(about: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(about))
}

fn one_of(about: &str, words: impl IntoIterator<Item = &'static str>) -> ObjectBuilder {
    string(about).enum_values(Some(words))
}

fn whole(about: &str, least: i64, most: i64) -> ObjectBuilder {
    let border = |value: i64| isize::try_from(value).ok();
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some(about))
        .minimum(border(least))
        .maximum(border(most))
}

/// Where a page of entitlements ends.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountPath(pub Account);

impl TryFrom<String> for AccountPath {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Account::of_path(&text).map(Self)
    }
}

impl From<AccountPath> for String {
    fn from(path: AccountPath) -> Self {
        path.0.path()
    }
}

described!(AccountPath, "AccountPath", {
    let forms: Vec<&str> = Form::ALL.iter().map(|form| form.slug()).collect();
    string("Season, licensee and form of an entitlement.")
        .examples(["2026/1/canned"])
        .pattern(Some(format!(
            "^(2[01][0-9]{{2}}|22[0-4][0-9]|225[0-5])/(0|[1-9][0-9]{{0,3}}|[1-5][0-9]{{4}}|6[0-4][0-9]{{3}}|65[0-4][0-9]{{2}}\
             |655[0-2][0-9]|6553[0-5])/({})$",
            forms.join("|")
        )))
});

// --- Texts

/// A line of text.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Text(String);

impl From<&Line> for Text {
    fn from(line: &Line) -> Self {
        Self(line.to_string())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if (1..=Line::LIMIT).contains(&text.chars().count()) {
            return Ok(Self(text));
        }
        Err(D::Error::custom(format!(
            "a text has 1 to {} characters",
            Line::LIMIT
        )))
    }
}

impl Said for Text {
    type Is = Line;

    fn said(self, what: &'static str) -> Result<Line, Problem> {
        Line::new(what, &self.0).map_err(|error| Problem::INVALID.because(error.to_string()))
    }
}

fn line_of_text() -> ObjectBuilder {
    string("One line, without control characters. White space at its ends is dropped.")
        .min_length(Some(1))
        .max_length(Some(Line::LIMIT))
}

described!(Text, "Text", line_of_text());

/// Several lines of text.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Words(String);

impl From<&Told> for Words {
    fn from(told: &Told) -> Self {
        Self(told.to_string())
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if (1..=Told::LIMIT).contains(&text.chars().count()) {
            return Ok(Self(text));
        }
        Err(D::Error::custom(format!(
            "such a text has 1 to {} characters",
            Told::LIMIT
        )))
    }
}

impl Said for Words {
    type Is = Told;

    fn said(self, what: &'static str) -> Result<Told, Problem> {
        Told::new(&self.0).map_err(|error| {
            let error = crate::domain::said::Said::from(error);
            Problem::INVALID.because(format!("{what}: {}", error.en))
        })
    }
}

described!(
    Words,
    "Words",
    string("Several lines.")
        .min_length(Some(1))
        .max_length(Some(Told::LIMIT))
);

/// Who does something, if the request says so.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct By(Text);

impl Said for By {
    type Is = Line;

    fn said(self, what: &'static str) -> Result<Line, Problem> {
        self.0.said(what)
    }
}

described!(
    By,
    "By",
    string(
        "Who does it. With a person's token it is left out, or is that person's own name to sign in with; with the \
         installation's token it is needed."
    )
    .min_length(Some(1))
    .max_length(Some(Line::LIMIT))
);

described!(
    Line,
    "Line",
    string("One line.")
        .min_length(Some(1))
        .max_length(Some(Line::LIMIT))
);

/// A unified social credit code.
#[derive(Clone, Debug)]
pub struct UsccText(String);

impl<'de> Deserialize<'de> for UsccText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.chars().count() {
            18 => Ok(Self(text)),
            other => Err(D::Error::custom(format!(
                "a unified social credit code has 18 characters, this one has {other}"
            ))),
        }
    }
}

impl Said for UsccText {
    type Is = Uscc;

    fn said(self, what: &'static str) -> Result<Uscc, Problem> {
        Uscc::new(&self.0).map_err(|error| Problem::INVALID.because(format!("{what}: {error}")))
    }
}

fn uscc() -> ObjectBuilder {
    string("Unified social credit code (统一社会信用代码), GB 32100-2015.")
        .min_length(Some(18))
        .max_length(Some(18))
}

described!(UsccText, "UsccText", uscc());
described!(Uscc, "Uscc", uscc());

/// A SHA-256 in hexadecimal.
#[derive(Clone, Debug)]
pub struct Sha256Text(String);

impl<'de> Deserialize<'de> for Sha256Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_hex = text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() == 64 && is_hex {
            return Ok(Self(text));
        }
        Err(D::Error::custom(
            "a SHA-256 has 64 hexadecimal digits in lower case",
        ))
    }
}

impl Said for Sha256Text {
    type Is = Line;

    fn said(self, what: &'static str) -> Result<Line, Problem> {
        Text(self.0).said(what)
    }
}

described!(
    Sha256Text,
    "Sha256",
    string("SHA-256 in hexadecimal.").pattern(Some("^[0-9a-f]{64}$"))
);

/// The bytes of a file, in the description alone.
pub struct FileContent;

described!(
    FileContent,
    "FileContent",
    formatted("The bytes of a file.", KnownFormat::Binary)
);

// --- Days and times

/// A day.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub struct Day(pub Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if has_shape(&text, "dddd-dd-dd")
            && let Ok(date) = text.parse()
        {
            return Ok(Self(date));
        }
        Err(D::Error::custom("a day is written as in 2026-04-02"))
    }
}

fn formatted(about: &str, format: KnownFormat) -> ObjectBuilder {
    string(about).format(Some(SchemaFormat::KnownFormat(format)))
}

described!(Day, "Day", formatted("A day in China.", KnownFormat::Date));

/// A moment in an answer.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub struct At(pub Timestamp);

described!(
    At,
    "Time",
    formatted("A moment (RFC 3339).", KnownFormat::DateTime)
);

/// A moment in a request.
#[derive(Clone, Debug)]
pub struct Moment(String);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Letters may be small (RFC 3339, 5.6).
        let plain = text.to_ascii_uppercase();
        let (seconds, rest) = plain.split_at_checked(19).unwrap_or((&plain, ""));
        let rest = match rest.strip_prefix('.') {
            Some(part) if part.starts_with(|c: char| c.is_ascii_digit()) => {
                part.trim_start_matches(|c: char| c.is_ascii_digit())
            }
            Some(_) => "?",
            None => rest,
        };
        let is_zone = rest == "Z" || has_shape(rest, "+dd:dd") || has_shape(rest, "-dd:dd");
        if has_shape(seconds, "dddd-dd-ddTdd:dd:dd") && is_zone {
            return Ok(Self(plain));
        }
        Err(D::Error::custom(
            "a moment is written as in 2026-04-02T08:00:00+08:00",
        ))
    }
}

impl Said for Moment {
    type Is = Timestamp;

    fn said(self, what: &'static str) -> Result<Timestamp, Problem> {
        self.0
            .parse()
            .map_err(|error| Problem::INVALID.because(format!("{what}: {error}")))
    }
}

described!(
    Moment,
    "Moment",
    formatted("A moment (RFC 3339).", KnownFormat::DateTime)
);

/// Whether a text has digits where the shape has `d`, and otherwise what stands there.
fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(text, shape): (u8, u8)| match shape {
        b'd' => text.is_ascii_digit(),
        other => text == other,
    };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

// --- Numbers

macro_rules! numbers {
    ($( $type:ty, $name:literal, $about:literal, $least:expr, $most:expr; )+) => {
        $( described!($type, $name, whole($about, $least.into(), $most.into())); )+
    };
}

/// A number of 32 bits.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Count(pub u32);

/// Marks that are ordered, moved or given: 1 to 1,000,000,000.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u64")]
pub struct Quantity(pub u64);

impl TryFrom<u64> for Quantity {
    type Error = &'static str;

    fn try_from(marks: u64) -> Result<Self, Self::Error> {
        match marks {
            1..=Entitlement::MOST => Ok(Self(marks)),
            _ => Err("a number of marks lies between 1 and 1,000,000,000"),
        }
    }
}

/// Marks that are added, or taken if below zero.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct Difference(pub i64);

impl TryFrom<i64> for Difference {
    type Error = &'static str;

    fn try_from(marks: i64) -> Result<Self, Self::Error> {
        if marks.unsigned_abs() <= Entitlement::MOST {
            return Ok(Self(marks));
        }
        Err("a difference lies between -1,000,000,000 and 1,000,000,000")
    }
}

/// The number of an entry: below 2⁵³, so that every program reads it exactly.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "u64")]
pub struct EntryNo(pub EntryNumber);

impl EntryNo {
    const MOST: i64 = (1 << 53) - 1;
}

impl TryFrom<u64> for EntryNo {
    type Error = &'static str;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        if number <= Self::MOST.unsigned_abs() {
            return Ok(Self(number));
        }
        Err("is no number of an entry")
    }
}

/// How many things of a list are wanted.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u32")]
pub struct Limit(u32);

impl Limit {
    const MOST: u32 = 200;

    /// As many as are asked of the service: one more than are told, to know whether there are more.
    pub const fn and_one(self) -> u32 {
        self.0 + 1
    }

    /// Cuts off the one too many. Returns where the next page begins, if there is one.
    pub fn cut<T, N>(self, found: &mut Vec<T>, number: impl Fn(&T) -> N) -> Option<N> {
        let most = self.0 as usize;
        if found.len() <= most {
            return None;
        }
        found.truncate(most);
        found.last().map(number)
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<u32> for Limit {
    type Error = &'static str;

    fn try_from(limit: u32) -> Result<Self, Self::Error> {
        match limit {
            1..=Self::MOST => Ok(Self(limit)),
            _ => Err("a limit lies between 1 and 200"),
        }
    }
}

numbers! {
    LicenseeNumber, "LicenseeNumber", "The number of a licensee.", 0, u16::MAX;
    PrinterNumber, "PrinterNumber", "The number of a printer.", 0, u32::MAX;
    TransferNumber, "TransferNumber", "The number of a transfer.", 0, u32::MAX;
    OrderNumber, "OrderNumber", "The number of an order.", 0, u32::MAX;
    LotNumber, "LotNumber", "The number of a lot.", 0, u32::MAX;
    ContainerNumber, "ContainerNumber", "The number of a roll or box.", 0, u32::MAX;
    DocumentNumber, "DocumentNumber", "The number of a document.", 0, u32::MAX;
    BatchNumber, "BatchNumber", "The number of a batch.", 0, BatchNumber::LIMIT - 1;
    MarkIndex, "MarkIndex", "The place of a mark in its batch, from 0.", 0, MarkIndex::LIMIT - 1;
    MarkCount, "MarkCount", "A number of marks.", 1, MarkCount::MAX;
    AlertNumber, "AlertNumber", "The number of an alert.", 0, u32::MAX;
    CaseNumber, "CaseNumber", "The number of a case.", 0, u32::MAX;
    TipNumber, "TipNumber", "The number of a tip.", 0, u32::MAX;
    KeyId, "KeyId", "The number of a signing key.", 0, u8::MAX;
    Season, "Season", "A season (年度): a calendar year.", Season::FIRST_YEAR, Season::LAST_YEAR;
    PerMille, "PerMille", "A share in thousandths.", 0, 1000;
    Area, "Area", "An area in hundredths of a mu (亩): 1250 are 12.5 mu.", 0, 100_000_000;
    Count, "Count", "A number.", 0, u32::MAX;
    Quantity, "Quantity", "A number of marks.", 1, 1_000_000_000;
    Difference, "Difference", "Marks added, or taken if below zero.", -1_000_000_000, 1_000_000_000;
    EntryNo, "EntryNumber", "The number of an entry of the ledger.", 0, EntryNo::MOST;
    Limit, "Limit", "How many are wanted at most; 50 if not said.", 1, Limit::MOST;
}

// --- Words

macro_rules! words {
    ($( $type:ty, $name:literal, $about:literal; )+) => {
        $( described!($type, $name, one_of($about, <$type>::ALL.iter().map(|one| one.slug()))); )+
    };
}

words! {
    LegalBasis, "LegalBasis", "On what a right rests.";
    LicenseeState, "LicenseeState", "Where a licensee stands on its path.";
    Step, "Step", "A step on a licensee's path.";
    Form, "Form", "The form of the product (产品形态).";
    OrderState, "OrderState", "How far an order has come.";
    Format, "PackFormat", "A kind of file in a pack.";
    SheetOrder, "SheetOrder", "How labels follow one another on sheets.";
    Direction, "Edge", "Which edge of the labels comes off a roll first.";
    OfferState, "OfferState", "How the offer of a pack stands.";
    TransferState, "TransferState", "How far a transfer has come.";
    Purpose, "Purpose", "What a document is for.";
    MediaType, "MediaType", "What kind of file a document is.";
    ContainerKind, "ContainerKind", "What holds the marks.";
    TestResult, "TestResult", "How an inspection ended.";
    Whereabouts, "Whereabouts", "Where a label is.";
    EventKind, "EventKind", "What happened to marks.";
    AlertKind, "AlertKind", "What an alert is about.";
    AlertState, "AlertState", "Where an alert stands.";
    AlertStep, "AlertStep", "What happened to an alert.";
    Verdict, "AlertVerdict", "What an alert turned out to be.";
    Cause, "AlertCause", "Why; each belongs to one verdict.";
    CaseState, "CaseState", "Where a case stands.";
    CaseStep, "CaseStep", "What happened to a case.";
    CaseResult, "CaseResult", "With what a case ends.";
    Role, "Role", "What a person is there for.";
    Permission, "Permission", "Something that a role or a token allows.";
}

/// What can be written down to happen to marks. That an entry is taken back is a correction, and not among them.
#[derive(Clone, Copy, Debug)]
pub struct MarkEvent(pub EventKind);

impl MarkEvent {
    /// All there are.
    pub fn all() -> impl Iterator<Item = EventKind> {
        let is_one = |kind: &EventKind| !matches!(kind, EventKind::Undone(_));
        EventKind::ALL.into_iter().filter(is_one)
    }
}

impl<'de> Deserialize<'de> for MarkEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let found = Self::all().find(|kind| kind.slug() == word);
        found
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("{word:?} is nothing that happens to marks")))
    }
}

described!(
    MarkEvent,
    "MarkEvent",
    one_of(
        "What happens to the marks.",
        MarkEvent::all().map(EventKind::slug)
    )
);

/// The state of a mark; for withdrawn ones the reason.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub struct StateWord(pub &'static str);

described!(
    StateWord,
    "MarkState",
    one_of(
        "The state of a mark; of a withdrawn one, why it is withdrawn.",
        ["active", "not_activated", "past_season"]
            .into_iter()
            .chain(Withdrawal::ALL.iter().map(|kind| kind.slug()))
            .chain(["right_ended"])
    )
);

/// The word under which an entry is written.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct EntryKind(pub String);

impl EntryKind {
    fn all() -> impl Iterator<Item = &'static str> {
        let of_entries = entry::KINDS.iter().map(|(slug, ..)| *slug);
        of_entries.chain(EventKind::ALL.iter().map(|kind| kind.slug()))
    }
}

impl<'de> Deserialize<'de> for EntryKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        if Self::all().any(|known| known == word) {
            return Ok(Self(word));
        }
        Err(D::Error::custom(format!("{word:?} is no kind of entry")))
    }
}

described!(
    EntryKind,
    "EntryKind",
    one_of("What kind of entry it is.", EntryKind::all())
);

described!(
    Township,
    "Township",
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some(
            "A township (乡镇、街道) of the protected area, by its nine digits."
        ))
        .enum_values(Some(Township::all().map(Township::code)))
);

/// Consecutive marks of a batch, both ends included.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Range {
    /// The first index.
    first: MarkIndex,
    /// The last index.
    last: MarkIndex,
}

impl From<IndexRange> for Range {
    fn from(range: IndexRange) -> Self {
        Self {
            first: range.first(),
            last: range.last(),
        }
    }
}

// --- The request's own name

/// The header `Idempotency-Key`: the caller's name for this one request.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(Option<Line>);

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

impl IdempotencyKey {
    /// No name: what is asked for can be done once, whoever asks again.
    pub const fn none() -> Self {
        Self(None)
    }

    /// The name, if there is one.
    pub fn name(self) -> Option<Line> {
        self.0
    }

    /// The key itself, where one is needed.
    ///
    /// # Errors
    /// 400 without one.
    pub fn needed(self) -> Result<Line, Problem> {
        let detail = "send the header Idempotency-Key, so that a retry makes nothing twice";
        self.0.ok_or_else(|| Problem::BAD_REQUEST.because(detail))
    }

    /// As the description has it.
    pub fn parameter(required: Required) -> Parameter {
        let schema = string("Printable ASCII without spaces.")
            .min_length(Some(1))
            .max_length(Some(Line::LIMIT))
            .pattern(Some("^[!-~]+$"))
            .build();
        ParameterBuilder::new()
            .name(IDEMPOTENCY_KEY)
            .parameter_in(ParameterIn::Header)
            .required(required)
            .description(Some(
                "The caller's name for this one request, such as a UUID. Repeated with the same name it is done once \
                 and answered the same; a name that stands for another request is refused with 409.",
            ))
            .schema(Some(RefOr::T(Schema::Object(schema))))
            .build()
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![Self::parameter(Required::False)]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut all = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let (first, second) = (all.next(), all.next());
        let Some(value) = first else {
            return Ok(Self(None));
        };
        let is_plain = |text: &&str| {
            (1..=Line::LIMIT).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let text = value.to_str().ok().filter(is_plain);
        match (text.map(|text| Line::new("key", text)), second) {
            (Some(Ok(key)), None) => Ok(Self(Some(key))),
            _ => {
                let detail = "Idempotency-Key: one header of 1 to 200 printable ASCII characters without spaces";
                Err(Problem::BAD_REQUEST.because(detail))
            }
        }
    }
}

/// How a province is written; [`Market`](crate::domain::market::Market) reads it.
#[derive(Debug)]
pub struct ProvinceCode;

described!(
    ProvinceCode,
    "ProvinceCode",
    string("A province (省级行政区): its six digits of GB/T 2260.")
        .examples(["430000"])
        .pattern(Some(
            "^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])0000$"
        ))
);

/// Reads the six digits of a prefecture or province.
pub fn prefecture(text: &str) -> Result<Prefecture, Problem> {
    let is_six = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse().ok().and_then(Prefecture::new) {
        _ if !is_six => Err(Problem::BAD_REQUEST.because("prefecture: six digits")),
        Some(prefecture) => Ok(prefecture),
        None => Err(Problem::INVALID.because("prefecture: there is none of this code")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads<T: for<'de> Deserialize<'de>>(text: &str) -> bool {
        serde_json::from_value::<T>(text.into()).is_ok()
    }

    #[test]
    fn days_and_moments_are_written_in_one_way() {
        assert!(reads::<Day>("2028-02-29"));
        for wrong in [
            "2026-02-29",
            "2026-4-2",
            "20260402",
            "2026-04-02T00:00:00",
            "+002026-04-02",
            "",
        ] {
            assert!(!reads::<Day>(wrong), "{wrong}");
        }
        for right in [
            "2026-04-02T08:00:00Z",
            "2026-04-02t08:00:00.123456z",
            "2026-04-02T08:00:00.5+08:00",
        ] {
            assert!(reads::<Moment>(right), "{right}");
        }
        for wrong in [
            "2026-04-02",
            "2026-04-02 08:00:00Z",
            "2026-04-02T08:00:00",
            "2026-04-02T08:00:00.Z",
            "2026-04-02T08:00:00+08",
            "2026-04-02T08:00:00+08:00[Asia/Shanghai]",
            "２０２６-04-02T08:00:00Z",
        ] {
            assert!(!reads::<Moment>(wrong), "{wrong}");
        }
        // Of the right form, and not before the end of time.
        let last = serde_json::from_str::<Moment>("\"9999-12-31T23:59:59Z\"").unwrap();
        assert!(last.said("moment").is_err());
    }

    #[test]
    fn a_list_is_cut_where_the_next_page_begins() {
        let limit = Limit::try_from(2).unwrap();
        let mut found = vec![5, 4, 3];
        assert_eq!(limit.cut(&mut found, |number| *number), Some(4));
        assert_eq!(found, [5, 4]);
        assert_eq!(limit.cut(&mut found, |number| *number), None);
    }
}
