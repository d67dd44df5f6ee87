//! What a request carries, for the JSON interface: axum's extractors, whose refusals are problems.
//!
//! A handler takes these as its arguments and never sees a request that is not of the described form.

use std::fmt;
use std::marker::PhantomData;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::problem::Problem;

/// A JSON body. Refusals: 400 with the member at fault, 413, 415.
///
/// `T` should `deny_unknown_fields`: a misspelt member is a mistake, and mostly one that matters.
#[derive(Debug)]
pub struct ApiJson<T>(pub T);

/// A body of any kind, as it is. Refusal: 413.
#[derive(Debug)]
pub struct ApiBytes(pub Bytes);

/// The query. Refusal: 400 with the member at fault. `T` should `deny_unknown_fields`.
#[derive(Debug)]
pub struct ApiQuery<T>(pub T);

/// What the path names, read by serde; a domain type reads itself with `#[serde(try_from = "…")]`. Refusal: 404, for
/// nothing can be there.
#[derive(Debug)]
pub struct ApiPath<T>(pub T);

/// Something whose members have names; by itself serde would take a list of them, too, in their order.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members)).map(Object)
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Json(Object(body)) =
            Json::from_request(request, state)
                .await
                .map_err(|rejection: JsonRejection| match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => Problem::TOO_LARGE,
                    StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::NOT_JSON,
                    _ => Problem::BAD_REQUEST.because(rejection.body_text()),
                })?;
        Ok(Self(body))
    }
}

impl<S: Send + Sync> FromRequest<S> for ApiBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::TOO_LARGE,
            _ => Problem::BAD_REQUEST.because(rejection.body_text()),
        })?;
        Ok(Self(bytes))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(query) = Query::from_request_parts(parts, state).await.map_err(
            |rejection: QueryRejection| Problem::BAD_REQUEST.because(rejection.body_text()),
        )?;
        Ok(Self(query))
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for ApiPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(named) = Path::from_request_parts(parts, state)
            .await
            .map_err(|rejection: PathRejection| Problem::NO_SUCH.because(rejection.body_text()))?;
        Ok(Self(named))
    }
}
