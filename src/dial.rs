//! The way to a host outside, for all of skep's own calls: directly, or by a CONNECT through the proxy that the operator names for it,
//! and whose certificates count there.
//!
//! It is asked anew for every connection, because an answer may lead to another host than the first. Which hosts go through the
//! proxy is decided by `hyper-util`'s matcher, which reads `NO_PROXY` as curl does. It must never be what a session's own requests
//! go by: those are judged by [`crate::egress`].

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tower::{BoxError, Service, ServiceExt};

use crate::core::network::{Network, ProxyUrl};

/// For the operator's proxy to find and reach the host.
const THROUGH: Duration = Duration::from_secs(30);

/// Whose certificates count: those of the operator's bundle, or the system's. Errors: the bundle cannot be read, in words; there may
/// be no certificate at all ([`trusts_nobody`]).
pub(crate) fn trust(network: &Network) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match &network.ca_bundle {
        Some(bundle) => {
            let unreadable = |error| format!("{}: {error}", bundle.display());
            for certificate in CertificateDer::pem_file_iter(bundle).map_err(unreadable)? {
                roots.add_parsable_certificates([certificate.map_err(unreadable)?]);
            }
        }
        None => {
            let certificates = rustls_native_certs::load_native_certs().certs;
            let _counts = roots.add_parsable_certificates(certificates);
        }
    }
    Ok(roots)
}

/// TLS that believes these certificates, and shows none of its own.
pub(crate) fn tls(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// TCP with a connect timeout; a TLS handshake that stalls is the caller's to end.
pub(crate) fn connector(timeout: Duration) -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(timeout));
    connector
}

/// Connects to hosts.
#[derive(Clone)]
pub(crate) struct Route {
    direct: HttpConnector,
    matcher: Arc<Matcher>,
}

impl Route {
    /// By `https_proxy` for `https` and by `http_proxy` for plain `http`, which is tunnelled as well.
    pub(crate) fn new(network: &Network, connect: Duration) -> Self {
        let address = |proxy: &Option<ProxyUrl>| {
            let proxy = proxy.as_ref().map(|proxy| proxy.expose().to_owned());
            proxy.unwrap_or_default()
        };
        let matcher = Matcher::builder()
            .https(address(&network.https_proxy))
            .http(address(&network.http_proxy))
            .no(network.no_proxy.clone())
            .build();
        Self {
            direct: connector(connect),
            matcher: Arc::new(matcher),
        }
    }
}

impl Service<Uri> for Route {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let direct = self.direct.clone();
        let Some(proxy) = self.matcher.intercept(&to) else {
            return Box::pin(async move { direct.oneshot(to).await.map_err(BoxError::from) });
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), direct);
        if let Some(credential) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credential.clone());
        }
        let connecting = tunnel.oneshot(to);
        let shown = proxy.uri().host().unwrap_or_default().to_owned();
        Box::pin(async move {
            let connected = tokio::time::timeout(THROUGH, connecting).await;
            let silent = |_| format!("the proxy {shown} did not answer in time");
            connected
                .map_err(silent)?
                .map_err(|error| format!("through the proxy {shown}: {error}").into())
        })
    }
}
