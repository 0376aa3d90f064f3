//! The way to a model's server: directly, or by a CONNECT through the operator's proxy (also where the server speaks plain `http`),
//! and by TLS whose certificates are checked as everywhere in skep. Connections are kept for the next request.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tower::{BoxError, Service, ServiceExt};

use super::answer::Body;
use crate::core::network::Network;

/// Longest a connection without a request is kept.
const KEPT: Duration = Duration::from_secs(20);
/// For the operator's proxy to find and reach the host.
const THROUGH: Duration = Duration::from_secs(30);

type Https = Client<HttpsConnector<Route>, Body>;

/// Connects to models' servers.
#[derive(Clone)]
pub(super) struct Dial {
    network: Network,
    client: Arc<OnceLock<Result<Https, String>>>,
}

impl Dial {
    pub(super) fn new(network: &Network) -> Self {
        Self {
            network: network.clone(),
            client: Arc::default(),
        }
    }

    /// The client, made when it is first needed: reading certificates takes a moment.
    pub(super) fn client(&self, connect: Duration) -> Result<&Https, &str> {
        let made = self.client.get_or_init(|| {
            let connector = HttpsConnectorBuilder::new()
                .with_tls_config(trust(&self.network)?)
                .https_or_http()
                .enable_http1()
                .wrap_connector(Route::new(&self.network, connect));
            Ok(Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(KEPT)
                .build(connector))
        });
        made.as_ref().map_err(String::as_str)
    }
}

/// Whose certificates count: those of the bundle, or the system's.
fn trust(network: &Network) -> Result<ClientConfig, String> {
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
    Ok(ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// The way below TLS.
#[derive(Clone)]
pub(super) struct Route {
    direct: HttpConnector,
    matcher: Arc<Matcher>,
}

impl Route {
    fn new(network: &Network, connect: Duration) -> Self {
        let text = |proxy: &Option<crate::core::network::ProxyUrl>| {
            let proxy = proxy.as_ref().map(|proxy| proxy.expose().to_owned());
            proxy.unwrap_or_default()
        };
        let matcher = Matcher::builder()
            .https(text(&network.https_proxy))
            .http(text(&network.http_proxy))
            .no(network.no_proxy.clone())
            .build();
        let mut direct = HttpConnector::new();
        direct.enforce_http(false);
        direct.set_nodelay(true);
        direct.set_connect_timeout(Some(connect));
        Self {
            direct,
            matcher: Arc::new(matcher),
        }
    }
}

/// A model that runs here is not behind anybody's proxy.
fn is_here(to: &Uri) -> bool {
    matches!(to.host(), Some("127.0.0.1" | "localhost" | "[::1]"))
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
        let proxy = self.matcher.intercept(&to).filter(|_| !is_here(&to));
        let Some(proxy) = proxy else {
            return Box::pin(async move { direct.oneshot(to).await.map_err(BoxError::from) });
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), direct);
        if let Some(credential) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credential.clone());
        }
        let connecting = tunnel.oneshot(to);
        Box::pin(async move {
            let connected = tokio::time::timeout(THROUGH, connecting).await;
            connected
                .map_err(|_| BoxError::from("the proxy did not answer in time"))?
                .map_err(|error| format!("through the proxy: {error}").into())
        })
    }
}
