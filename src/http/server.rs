//! The listening socket: limits that hold before a handler sees a request, and an orderly end.

use std::io;
use std::sync::{Arc, Once};
use std::time::Duration;

use axum::http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower::ServiceExt as _;

use super::{App, router, upkeep};

/// A client that has not sent its headers by then is let go.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Open connections; each costs a few ten kilobytes.
const MOST_CONNECTIONS: usize = 10_000;
/// What is being answered when the end comes may take this long.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// How soon a changed keyring is in force.
const KEYRING_INTERVAL: Duration = Duration::from_secs(1);
/// Said once: behind a proxy that was not named, all the world has one address, and shares its limits and its place.
static WARNED: Once = Once::new();
const NOT_BELIEVED: &str = "a request came with X-Forwarded-For from an address that is no --trusted-proxy: the header is not \
     read; if that is your proxy, name it, else all phones share its limits and its place";
/// After the system refused a connection (no file handles left, mostly).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `end` comes, then takes no more and finishes what is being answered.
///
/// # Errors
/// None after the socket is bound: a refused connection is logged, and serving goes on.
pub async fn serve(
    listener: TcpListener,
    app: App,
    end: impl Future<Output = ()>,
) -> io::Result<()> {
    let watching = tokio::spawn(watch_keyring(app.clone()));
    let upkeep = tokio::spawn(upkeep::run(app.traffic.clone()));
    let (store, traffic) = (app.store.clone(), app.traffic.clone());
    let router = router(app);
    // Proxies speak HTTP/1.1 to us. The other way would need limits of its own: a client that sends nothing, or half of
    // what HTTP/2 begins with, would hold its place for ever while the builder waits to tell the two apart.
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT);
    let open = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut end = std::pin::pin!(end);
    loop {
        let place = places.clone().acquire_owned();
        let (stream, (peer, place)) = tokio::select! {
            () = &mut end => break,
            accepted = async { (listener.accept().await, place.await) } => match accepted {
                (Ok((stream, peer)), Ok(place)) => (stream, (peer, place)),
                (Err(error), _) => {
                    tracing::warn!(%error, "a connection was refused");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
                (_, Err(_)) => break,
            },
        };
        _ = stream.set_nodelay(true);
        let traffic = traffic.clone();
        let service = router.clone().map_request(move |mut request: Request<_>| {
            if traffic.proxies.ignores(peer.ip(), request.headers()) {
                WARNED.call_once(|| tracing::warn!(NOT_BELIEVED));
            }
            let client = traffic.proxies.client(peer.ip(), request.headers());
            request.extensions_mut().insert(client);
            request
        });
        let connection = builder
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
            .into_owned();
        let connection = open.watch(connection);
        tokio::spawn(async move {
            // A client that breaks off is not our error.
            _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    watching.abort();
    upkeep.abort();
    if timeout(DRAIN_TIMEOUT, open.shutdown()).await.is_err() {
        tracing::warn!("some requests were still being answered at the end");
    }
    store.close().await;
    Ok(())
}

/// Reads the keyring again when it changes. One that breaks its rules is not taken.
async fn watch_keyring(app: App) {
    let mut last_error = None;
    loop {
        sleep(KEYRING_INTERVAL).await;
        let keys = app.keys.clone();
        let reloaded = tokio::task::spawn_blocking(move || keys.reload()).await;
        let error = match reloaded {
            Ok(Ok(true)) => {
                tracing::info!("the keyring has changed and is in force");
                None
            }
            Ok(Ok(false)) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        if error.is_some() && error != last_error {
            tracing::error!(
                error,
                "the keyring has changed but is not taken; the old one stays in force"
            );
        }
        last_error = error;
    }
}
