//! The description of the JSON interface, `GET /openapi.json`.

use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(info(
    title = "yuanmark",
    description = "Checks marks of the geographical indication 沅江芦笋 (Yuanjiang asparagus).",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Document;

/// The document without its paths, which the router adds.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
