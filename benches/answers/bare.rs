//! The same HTTP framework with nothing behind it: every request is read, and answered with the same status, headers and
//! body as an answer of ours.

use std::path::PathBuf;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::any;
use clap::Args;
use serde::Deserialize;
use tokio::net::TcpListener;

#[derive(Args)]
pub struct Bare {
    /// An answer of ours as JSON: `headers`, a list of pairs, and `body`
    #[arg(long)]
    answer: PathBuf,
    #[arg(long)]
    listen: String,
}

#[derive(Deserialize)]
struct Answer {
    headers: Vec<(String, String)>,
    body: String,
}

impl Bare {
    pub async fn run(self) {
        let answer: Answer = serde_json::from_slice(&std::fs::read(self.answer).unwrap()).unwrap();
        let headers: HeaderMap = answer
            .headers
            .iter()
            .map(|(name, value)| {
                let name = HeaderName::try_from(name).unwrap();
                (name, HeaderValue::try_from(value).unwrap())
            })
            .collect();
        let body = Bytes::from(answer.body);
        // The body of the request is read, as ours is.
        let answer = async move |_asked: Bytes| (headers.clone(), body.clone());
        let router = Router::new().fallback(any(answer));
        let listener = TcpListener::bind(&self.listen).await.unwrap();
        axum::serve(listener, router).await.unwrap();
    }
}
