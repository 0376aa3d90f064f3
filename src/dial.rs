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
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
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
    let _counts = roots.add_parsable_certificates(certificates(network)?);
    Ok(roots)
}

/// The same as they are written, those left out that cannot be read.
pub(crate) fn certificates(network: &Network) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut all = match &network.ca_bundle {
        Some(bundle) => {
            let unreadable = |error| format!("{}: {error}", bundle.display());
            let read = CertificateDer::pem_file_iter(bundle).map_err(unreadable)?;
            read.collect::<Result<_, _>>().map_err(unreadable)?
        }
        None => rustls_native_certs::load_native_certs().certs,
    };
    all.retain(|one| RootCertStore::empty().add(one.clone()).is_ok());
    Ok(all)
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
    /// What is spoken is not HTTP, whatever the address says.
    is_other: bool,
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
            is_other: false,
        }
    }

    /// For another protocol than HTTP: always by `https_proxy`, which is the one that tunnels.
    pub(crate) fn tunnelling(self) -> Self {
        Self {
            is_other: true,
            ..self
        }
    }

    /// The proxy on the way to an address.
    fn proxy_to(&self, to: &Uri) -> Option<Intercept> {
        if !self.is_other {
            return self.matcher.intercept(to);
        }
        let as_https = format!("https://{}", to.authority()?);
        self.matcher.intercept(&as_https.parse().ok()?)
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
        let Some(proxy) = self.proxy_to(&to) else {
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
