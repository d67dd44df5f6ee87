//! The description of the JSON interface, `GET /openapi.json`: what is said once here, no handler repeats.

use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, PathItem, Ref, RefOr, Schema};

use super::admin::guard::{self, Needs};
use super::problem;

#[derive(OpenApi)]
#[openapi(info(
    title = "yuanmark",
    description = "Checks marks of the geographical indication 沅江芦笋 (Yuanjiang asparagus), and for people of the \
                   office, printers and licensees keeps the ledger of them. Whoever shows a person's token may do \
                   what the person's role and the token both allow, with the things that the person sees: to anybody \
                   else a thing is not there (404). `GET /api/v1/own` says what a token opens.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Document;

const PROBLEM: &str = "#/components/schemas/Problem";

/// The document without its paths, which the router adds.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    let token = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "A token that a person made in the console or `yuanmark token make` made for them. Each operation names the \
             permissions it needs; of several ways one is enough. The token of the file that `yuanmark serve \
             --admin-token-file` names opens everything.",
        ))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(guard::SECURITY, SecurityScheme::Http(token));
    document
}

/// Adds what is the same for all operations: the media type of problems, and the refusals that come before a handler.
/// What a handler says itself stands.
pub fn complete(document: &mut utoipa::openapi::OpenApi) {
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let responses = operation.responses.responses.values_mut();
        for response in responses {
            if let RefOr::T(response) = response {
                name_problems(response);
            }
        }
        if operation.security.is_some() {
            for refusal in refusals(operation) {
                let responses = &mut operation.responses.responses;
                let (status, name, _) = *refusal;
                let reference = || RefOr::Ref(Ref::from_response_name(name));
                responses.entry(status.to_owned()).or_insert_with(reference);
            }
        }
    }
    let components = document.components.get_or_insert_default();
    for (_, name, description) in REFUSALS {
        let refusal = RefOr::T(refusal(description));
        components.responses.insert(name.to_owned(), refusal);
    }
}

/// A status, its name in the document, and what it means.
type Refusal = (&'static str, &'static str, &'static str);

const BAD_REQUEST: Refusal = ("400", "BadRequest", "Not of the form described");
const NOT_SIGNED_IN: Refusal = ("401", "NotSignedIn", "Without a token that is in force");
const NOT_ALLOWED: Refusal = ("403", "NotAllowed", "Not for this role or this token");
const NO_SUCH: Refusal = ("404", "NoSuch", "What it names is not there");
const TOO_SLOW: Refusal = (
    "408",
    "TooSlow",
    "Not all there, or not done, after a minute",
);
const REFUSED: Refusal = (
    "409",
    "Refused",
    "It cannot be as things stand, or was changed meanwhile",
);
const TOO_LARGE: Refusal = ("413", "TooLarge", "Too large");
const OTHER_TYPE: Refusal = ("415", "OtherMediaType", "Of another media type");
const INVALID: Refusal = ("422", "Invalid", "Of the form described, but it cannot be");
const NO_DATABASE: Refusal = ("503", "NoDatabase", "The database did not answer");

const REFUSALS: [Refusal; 10] = [
    BAD_REQUEST,
    NOT_SIGNED_IN,
    NOT_ALLOWED,
    NO_SUCH,
    TOO_SLOW,
    REFUSED,
    TOO_LARGE,
    OTHER_TYPE,
    INVALID,
    NO_DATABASE,
];

/// What a request meets before, or instead of, the operation itself.
fn refusals(operation: &Operation) -> Vec<&'static Refusal> {
    let parameters = operation.parameters.iter().flatten();
    let has = |place: ParameterIn| {
        parameters.clone().any(|parameter| match parameter {
            RefOr::T(parameter) => parameter.parameter_in == place,
            RefOr::Ref(_) => false,
        })
    };
    let mut all = vec![&NOT_SIGNED_IN, &TOO_SLOW, &NO_DATABASE];
    if operation.security != Some(Needs::Token.security()) {
        all.push(&NOT_ALLOWED);
    }
    if operation.request_body.is_some() {
        all.extend([&BAD_REQUEST, &NO_SUCH, &REFUSED]);
        all.extend([&TOO_LARGE, &OTHER_TYPE, &INVALID]);
    }
    if has(ParameterIn::Query) {
        all.push(&BAD_REQUEST);
    }
    if has(ParameterIn::Path) {
        all.push(&NO_SUCH);
    }
    all
}

fn refusal(description: &str) -> Response {
    let content = Content::new(Some(RefOr::<Schema>::Ref(Ref::new(PROBLEM))));
    ResponseBuilder::new()
        .description(description)
        .content(problem::MEDIA_TYPE, content)
        .build()
}

/// `body = Problem` in a handler's description means `application/problem+json`.
fn name_problems(response: &mut Response) {
    let is_problem = |content: &RefOr<Content>| match content {
        RefOr::T(content) => {
            matches!(&content.schema, Some(RefOr::Ref(to)) if to.ref_location == PROBLEM)
        }
        RefOr::Ref(_) => false,
    };
    if response
        .content
        .get("application/json")
        .is_some_and(is_problem)
        && let Some(content) = response.content.shift_remove("application/json")
    {
        response
            .content
            .insert(problem::MEDIA_TYPE.to_owned(), content);
    }
}

/// The operations of a path.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem {
        get,
        put,
        post,
        delete,
        patch,
        ..
    } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}
