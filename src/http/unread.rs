//! The rest of a body that nobody reads: an answer that was made early, such as "too large" or "not for your role".
//!
//! A browser shows an answer only when it has sent everything. A server that answers and closes the connection in the
//! middle shows it nothing but a broken connection; so what is left is taken and thrown away.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::oneshot;
use tokio_util::io::ReaderStream;

/// Bytes that are thrown away for one answer: a film that somebody chose by mistake is not waited for.
const MOST: u64 = 128 * 1024 * 1024;
/// Bytes that a handler gets at once.
const CHUNK: usize = 64 * 1024;

/// Answers, then takes what is left of the body.
pub async fn taken(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let (back, mut left) = oneshot::channel();
    let lent = Lent {
        body: Some(body),
        chunk: Bytes::new(),
        back: Some(back),
    };
    let body = Body::from_stream(ReaderStream::with_capacity(lent, CHUNK));
    let response = next.run(Request::from_parts(parts, body)).await;
    if let Ok(left) = left.try_recv() {
        throw_away(left).await;
    }
    response
}

async fn throw_away(mut body: Body) {
    let mut thrown = 0;
    while thrown < MOST {
        match poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            Some(Ok(frame)) => thrown += frame.data_ref().map_or(0, Bytes::len) as u64,
            Some(Err(_)) | None => return, // it is over, or the client has gone
        }
    }
}

/// A body that comes back when whoever reads it has read enough.
struct Lent {
    body: Option<Body>,
    chunk: Bytes,
    back: Option<oneshot::Sender<Body>>,
}

impl AsyncRead for Lent {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.chunk.is_empty() {
            let Some(body) = &mut self.body else {
                return Poll::Ready(Ok(()));
            };
            match ready!(Pin::new(body).poll_frame(cx)) {
                Some(Ok(frame)) => self.chunk = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
                None => return Poll::Ready(Ok(())),
            }
        }
        let length = self.chunk.len().min(into.remaining());
        into.put_slice(&self.chunk.split_to(length));
        Poll::Ready(Ok(()))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(body), Some(back)) = (self.body.take(), self.back.take()) {
            _ = back.send(body); // nobody waits for it if the request was given up
        }
    }
}
