//! The operator's own proxy, where one stands between this machine and the world.
//!
//! Which hosts go through it is decided by `hyper-util`'s matcher, which reads `NO_PROXY` as curl does. It is asked by name, and
//! what it connects to is its own decision: corporate proxies filter by name, and some networks resolve no name but there.

use std::io;

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::net::TcpStream;
use tower::ServiceExt;

use crate::core::egress::Target;
use crate::core::network::{Network, ProxyUrl};

/// Who stands between.
pub(super) struct Upstream {
    matcher: Matcher,
}

impl Upstream {
    pub(super) fn new(network: &Network) -> Self {
        let text = |proxy: &Option<ProxyUrl>| {
            let proxy = proxy.as_ref().map(|proxy| proxy.expose().to_owned());
            proxy.unwrap_or_default()
        };
        let matcher = Matcher::builder()
            .https(text(&network.https_proxy))
            .http(text(&network.http_proxy))
            .no(network.no_proxy.clone())
            .build();
        Self { matcher }
    }

    /// The proxy for that target, by the scheme it will be spoken to in; none: it is reached directly.
    pub(super) fn on_the_way(&self, scheme: &str, target: &Target) -> Option<Intercept> {
        let uri: Uri = format!("{scheme}://{target}/").parse().ok()?;
        self.matcher.intercept(&uri)
    }
}

/// A tunnel through it.
pub(super) async fn tunnel(proxy: &Intercept, target: &Target) -> io::Result<TcpStream> {
    let to: Uri = format!("https://{target}/")
        .parse()
        .map_err(io::Error::other)?;
    let mut tunnel = Tunnel::new(proxy.uri().clone(), HttpConnector::new());
    if let Some(credential) = proxy.basic_auth() {
        tunnel = tunnel.with_auth(credential.clone());
    }
    let connected = tunnel.oneshot(to).await.map_err(io::Error::other)?;
    Ok(connected.into_inner())
}

/// A connection to it, for a plain request; and what it wants to hear first.
pub(super) async fn plain(proxy: &Intercept) -> io::Result<(TcpStream, Option<HeaderValue>)> {
    let connected = HttpConnector::new()
        .oneshot(proxy.uri().clone())
        .await
        .map_err(io::Error::other)?;
    Ok((connected.into_inner(), proxy.basic_auth().cloned()))
}
