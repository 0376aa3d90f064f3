//! The webhook address of a set-up: a ping that is signed rightly is taken, everything else is put off.
//!
//! There is no database yet, so nothing may be taken that somebody would have to work on: it is answered 503, GitHub lists it as failed,
//! and `skep serve` asks for it again.

use std::sync::Arc;

use serde_json::json;

use super::desk::Desk;
use crate::core::text::registration as text;
use crate::http::{AcceptedAs, Busy, Delivery, Intake, Readiness, Refused};
use crate::webhook::Secrets;

/// Takes pings.
pub(super) struct PingIntake(pub(super) Arc<Desk>);

impl Intake for PingIntake {
    fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    async fn accept(&self, delivery: Delivery) -> Result<AcceptedAs, Busy> {
        if delivery.event != "ping" {
            return Err(Busy);
        }
        let at = delivery.received_at;
        let kept = self.0.remember(|memory| memory.pinged = Some(at));
        kept.map(|()| AcceptedAs::New).map_err(|error| {
            tracing::warn!(%error, "a ping arrived and cannot be written down");
            Busy
        })
    }

    /// The first ping comes before its secret is known here; the checklist tells of the others.
    fn refused(&self, _why: Refused) {}

    async fn ready(&self) -> Readiness {
        let page = self.0.public_address();
        Readiness {
            ok: false,
            reasons: json!({ "github": text::not_registered(&page) }),
        }
    }
}
