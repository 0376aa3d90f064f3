//! What is kept of an App that was made from a manifest: the codes that hand out its secrets once, and who may install it.
//!
//! It exists apart from how one is made, so that the world can hold it. It must never show a secret.

use std::collections::BTreeMap;

use crate::ids::digits;

/// What is kept of Apps that were made from manifests.
#[derive(Debug, Clone, Default)]
pub struct Registration {
    /// The private half of the App's key, which a conversion hands out; without it there is nothing to hand out.
    pub private_key_pem: Option<String>,
    /// Names that are somebody else's.
    pub taken: Vec<String>,
    /// Events that this GitHub does not offer, as versions of Enterprise Server do not offer all.
    pub not_offered: Vec<String>,
    /// The App was made from a manifest: people install it themselves.
    pub by_hand: bool,
    /// Where people are led after they installed it.
    pub setup_url: Option<String>,
    /// Where people may be led back to who sign in.
    pub callback_urls: Vec<String>,
    pub(crate) client_secret: String,
    pub(super) codes: BTreeMap<String, Code>,
}

impl Registration {
    /// Of the App of that number, which nobody made from a manifest.
    pub(super) fn of(app: i64) -> Self {
        Self {
            client_secret: digits(&format!("client-secret/{app}"), 40),
            ..Self::default()
        }
    }
}

/// What a code is.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) made_at: i64,
    pub(super) used: bool,
}
