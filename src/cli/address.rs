//! Where to listen, and under which address the public reaches it.

use std::net::SocketAddr;

use clap::Args;
use tokio::net::TcpListener;

use super::failure::Failure;
use super::values::public_url;
use crate::domain::public_url::PublicUrl;

#[derive(Args)]
pub(super) struct Address {
    /// The address to listen on
    #[arg(
        long,
        env = "YUANMARK_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS"
    )]
    listen: SocketAddr,
    /// The address that phones see and labels carry; http:// and the listening address if left out
    #[arg(long, env = "YUANMARK_PUBLIC_URL", value_parser = public_url, value_name = "URL")]
    public_url: Option<PublicUrl>,
}

impl Address {
    /// Binds the socket.
    pub(super) async fn bind(self) -> Result<(TcpListener, PublicUrl), Failure> {
        let listener = TcpListener::bind(self.listen).await.map_err(|error| {
            Failure::wrong_input(
                format!("cannot listen on {}: {error}", self.listen),
                "choose another address with --listen, such as 127.0.0.1:8081",
            )
        })?;
        let bound = Self {
            // With port 0 the system has chosen one.
            listen: listener.local_addr().unwrap_or(self.listen),
            ..self
        };
        Ok((listener, bound.public_url()?))
    }

    /// The public address without binding anything.
    pub(super) fn public_url(self) -> Result<PublicUrl, Failure> {
        match self.public_url {
            Some(url) => Ok(url),
            None if self.listen.ip().is_unspecified() => Err(Failure::wrong_input(
                format!("{} is no address that a phone can open", self.listen),
                "give the address that phones see, as in --public-url http://192.168.1.20:8080",
            )),
            None => PublicUrl::new(&format!("http://{}", self.listen)).map_err(|error| {
                Failure::wrong_input(
                    error.to_string(),
                    "give the address that phones see as --public-url",
                )
            }),
        }
    }
}
