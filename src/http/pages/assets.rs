//! Style, script and icon: part of the program, at addresses that change with them, so that a browser may keep them for good.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::core::text::pages::Assets;

const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = include_str!("assets/live.js");
const ICON: &str = include_str!("assets/icon.svg");
/// Kept for a year, and never asked for again.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// Kept for a day.
const FOR_A_DAY: &str = "public, max-age=86400";

/// Where they are.
#[derive(Clone)]
pub(super) struct OwnAssets(Arc<Assets>);

impl OwnAssets {
    /// By what is in them.
    pub(super) fn new() -> Self {
        Self(Arc::new(Assets {
            style: format!("/assets/{}.css", digest(STYLE)),
            script: format!("/assets/{}.js", digest(SCRIPT)),
        }))
    }

    /// Their addresses.
    pub(super) fn addresses(&self) -> &Assets {
        &self.0
    }
}

fn digest(text: &str) -> String {
    let whole = hex::encode(Sha256::digest(text));
    whole.chars().take(16).collect()
}

/// What to send of an asset: its content type, how long it may be kept, and itself.
pub(super) fn found(
    assets: &OwnAssets,
    name: &str,
) -> Option<(&'static str, &'static str, &'static str)> {
    let path = format!("/assets/{name}");
    let addresses = assets.addresses();
    if path == addresses.style {
        Some(("text/css; charset=utf-8", FOR_GOOD, STYLE))
    } else if path == addresses.script {
        Some(("text/javascript; charset=utf-8", FOR_GOOD, SCRIPT))
    } else if name == "icon.svg" {
        Some(("image/svg+xml", FOR_A_DAY, ICON))
    } else {
        None
    }
}
