//! Which scope a request needs: one table for the whole admin address, so that no route decides for itself.
//!
//! It must never let through what it does not know: an unknown order needs the widest scope.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a token may be used for. Each includes those before it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Looking.
    Read,
    /// Starting, stopping, answering: whatever is about work.
    Orders,
    /// Everything, tokens included.
    Admin,
}

impl Scope {
    /// All of them, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Read, Self::Orders, Self::Admin];

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Orders => "orders",
            Self::Admin => "admin",
        }
    }

    /// The scope of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == word)
    }
}

/// Orders about work, by how their paths begin.
const ORDERS: [&str; 5] = [
    "/api/v1/dispatch",
    "/api/v1/plan",
    "/api/v1/queue/",
    "/api/v1/sessions/",
    "/api/v1/tasks/",
];

/// What a request needs.
pub(super) fn needed(method: &Method, path: &str) -> Scope {
    let looks = matches!(*method, Method::GET | Method::HEAD);
    if path.starts_with("/api/v1/tokens") {
        Scope::Admin
    } else if looks {
        Scope::Read
    } else if ORDERS.iter().any(|order| path.starts_with(order)) {
        Scope::Orders
    } else {
        Scope::Admin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_is_the_least_and_what_is_unknown_the_most() {
        let scope = |method: Method, path| needed(&method, path);
        assert_eq!(scope(Method::GET, "/api/v1/status"), Scope::Read);
        assert_eq!(scope(Method::HEAD, "/metrics"), Scope::Read);
        assert_eq!(scope(Method::POST, "/api/v1/dispatch"), Scope::Orders);
        assert_eq!(
            scope(Method::POST, "/api/v1/sessions/7-1-1/stop"),
            Scope::Orders
        );
        for (method, path) in [
            (Method::GET, "/api/v1/tokens"),
            (Method::POST, "/api/v1/tokens"),
            (Method::POST, "/api/v1/tokens/ci/revoke"),
            (Method::POST, "/api/v1/something/new"),
            (Method::DELETE, "/"),
        ] {
            assert_eq!(scope(method, path), Scope::Admin, "{path}");
        }
        assert!(Scope::Read < Scope::Orders && Scope::Orders < Scope::Admin);
    }
}
