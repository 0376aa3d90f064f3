//! An address whose router can be changed while it is served: what is behind it before there is an App is not what is behind it after.

use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tower::ServiceExt;

/// A handle on what is behind an address.
#[derive(Clone)]
pub struct Switch(Arc<RwLock<Router>>);

impl Switch {
    /// With this router behind it for now.
    pub fn new(router: Router) -> Self {
        Self(Arc::new(RwLock::new(router)))
    }

    /// Every request from now on goes to this one; those under way end where they began.
    pub fn turn(&self, router: Router) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = router;
    }

    /// What is served.
    pub fn router(&self) -> Router {
        let switch = self.clone();
        Router::new().fallback(move |request: Request| switch.clone().pass(request))
    }

    async fn pass(self, request: Request) -> Response {
        let router = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let answered: Result<Response, Infallible> = router.oneshot(request).await;
        answered.unwrap_or_else(|never| match never {})
    }
}
