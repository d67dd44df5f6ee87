//! `yuanmark serve`

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::address::Address;
use super::arguments::Installation;
use super::failure::Failure;
use super::token;
use super::traffic::TrafficArguments;
use super::values::line;
use crate::domain::text::Line;
use crate::http::{self, App, Notice};
use crate::service::retention;

#[derive(Args)]
#[command(
    after_help = "Put a proxy that speaks TLS before it, and give the address that phones see as --public-url.
Behind one, name it with --trusted-proxy: else all the world comes from its address.
SIGTERM and Ctrl-C finish what is being answered, then end. A changed keyring is in force within a second.

Without --admin-token-file only the tokens of people open the interface for programs.

EXAMPLES
  yuanmark serve --listen 127.0.0.1:8080 --public-url https://v.example.cn --trusted-proxy 127.0.0.1
  yuanmark token new --out admin-token && yuanmark serve --admin-token-file admin-token"
)]
pub(super) struct Serve {
    #[command(flatten)]
    address: Address,
    /// How the log is written to standard error; RUST_LOG chooses how much
    #[arg(long, env = "YUANMARK_LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// A file (mode 0600) whose one line opens all of the interface for programs
    #[arg(long, env = "YUANMARK_ADMIN_TOKEN_FILE", value_name = "FILE")]
    admin_token_file: Option<PathBuf>,
    /// Memory that may be held of batches, in MiB; each takes about 1 KiB and 100 bytes more for every range event
    #[arg(
        long,
        env = "YUANMARK_CATALOG_MIB",
        value_name = "MIB",
        default_value_t = http::CATALOG_MIB,
        value_parser = clap::value_parser!(u32).range(1..=1_048_576)
    )]
    catalog_mib: u32,
    /// Where Prometheus finds /metrics; keep it to your own network, for it tells how much is scanned
    #[arg(long, env = "YUANMARK_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    metrics_listen: Option<SocketAddr>,
    /// Days after which scans are removed, their counts by day and province kept; 0 keeps them for ever
    #[arg(
        long,
        env = "YUANMARK_KEEP_SCANS_DAYS",
        value_name = "DAYS",
        default_value_t = retention::DAYS,
        value_parser = clap::value_parser!(u32).range(0..=36_500)
    )]
    keep_scans_days: u32,
    /// Whom people ask about what is kept of them, and how, as the privacy notice shows it
    #[arg(long, env = "YUANMARK_CONTACT", value_name = "TEXT", value_parser = line)]
    contact: Option<Line>,
    #[command(flatten)]
    traffic: TrafficArguments,
}

/// How the log is written.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

impl Serve {
    pub(super) async fn run(self, place: &Installation) -> Result<(), Failure> {
        start_log(self.log_format);
        let admin = self.admin_token_file.as_deref().map(token::read);
        let admin = admin.transpose()?;
        let mut traffic = self.traffic.open()?;
        traffic.notice = Notice {
            keep_scans_days: self.keep_scans_days,
            contact: self.contact,
        };
        let (keys, store) = place.open().await?;
        let (listener, public_url) = self.address.bind().await?;
        let keys = Arc::new(keys);
        let app = App::new(store, keys, public_url, admin, traffic, self.catalog_mib);
        if let Some(address) = self.metrics_listen {
            let listener = TcpListener::bind(address).await.map_err(|error| {
                let what = format!("cannot listen on {address}: {error}");
                Failure::new(what, "choose another --metrics-listen")
            })?;
            let listen = listener.local_addr().map_err(system)?;
            tracing::info!(%listen, "telling metrics");
            tokio::spawn(http::serve_metrics(listener, app.metrics.clone()));
        }
        serve(listener, app, self.keep_scans_days).await
    }
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` gives it
fn system(error: io::Error) -> Failure {
    Failure::new(error.to_string(), "see the system's limits")
}

/// Serves until SIGTERM or Ctrl-C, and keeps scans for so many days, 0 for ever.
pub(super) async fn serve(
    listener: TcpListener,
    app: App,
    keep_scans_days: u32,
) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(system)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(system)?;
    tracing::info!(
        listen = %listener.local_addr().map_err(system)?,
        public_url = %app.public_url,
        administrators = app.admin.is_some(),
        "serving"
    );
    let house = tokio::spawn(retention::keep_house(app.store.clone(), keep_scans_days));
    let end = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("ending");
        // Else the database, which is closed last, would wait for it.
        house.abort();
    };
    http::serve(listener, app, end).await.map_err(system)
}

/// Starts the log on standard error.
pub(super) fn start_log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
