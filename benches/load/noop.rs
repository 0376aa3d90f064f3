//! The public router before an intake that keeps nothing: what HTTP and HMAC alone cost.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use secrecy::SecretString;
use serde_json::json;
use skep::http::{
    AcceptedAs, Bounds, Busy, Caps, Delivery, Intake, Readiness, Refused, public_router,
};
use skep::webhook::Secrets;
use tokio_util::sync::CancellationToken;

struct Void(Secrets);

impl Intake for Void {
    fn secrets(&self) -> &Secrets {
        &self.0
    }

    async fn accept(&self, delivery: Delivery) -> Result<AcceptedAs, Busy> {
        std::hint::black_box(delivery);
        Ok(AcceptedAs::New)
    }

    fn refused(&self, _: Refused) {}

    async fn ready(&self) -> Readiness {
        Readiness {
            ok: true,
            reasons: json!({}),
        }
    }
}

pub(crate) async fn serve(address: SocketAddr, secret: &str) -> anyhow::Result<()> {
    let secrets = Secrets::new([SecretString::from(secret)])?;
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("listen on {address}"))?;
    println!("keeping nothing on {}", listener.local_addr()?);
    let router = public_router(Arc::new(Void(secrets)), Caps::default());
    let stop = CancellationToken::new();
    let serving = skep::http::serve(listener, router, Bounds::default(), stop.clone());
    let stopping = async {
        let interrupted = tokio::signal::ctrl_c().await;
        stop.cancel();
        interrupted
    };
    let ((), interrupted) = tokio::join!(serving, stopping);
    interrupted.context("wait for the interrupt")
}
