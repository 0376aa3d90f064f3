//! The way to a host: directly, or by a CONNECT through the proxy that the operator names for it.
//!
//! It is asked anew for every connection, because a log GitHub points to lies on another host than the API. Which hosts go
//! through the proxy is decided by `hyper-util`'s matcher, which reads `NO_PROXY` as curl does.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::{BoxError, Service, ServiceExt};

use crate::core::network::Network;

/// Connects to hosts.
#[derive(Clone)]
pub(super) struct Route {
    direct: HttpConnector,
    matcher: Arc<Matcher>,
}

impl Route {
    /// Plain `http` stays on this machine, so only `https` has a proxy.
    pub(super) fn new(direct: HttpConnector, network: &Network) -> Self {
        let proxy = network
            .https_proxy
            .as_ref()
            .map(|proxy| proxy.expose().to_owned())
            .unwrap_or_default();
        let matcher = Matcher::builder()
            .https(proxy)
            .no(network.no_proxy.clone())
            .build();
        Self {
            direct,
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
            connecting
                .await
                .map_err(|error| format!("through the proxy {shown}: {error}").into())
        })
    }
}
