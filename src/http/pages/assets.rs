//! Style, script and icon: part of the program, at addresses that change with them, so that a browser may keep them for good.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::Shared;
use crate::core::text::pages::Assets;
use crate::http::page_service::PageService;

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

/// One of them.
pub(super) async fn asset<D: PageService>(
    State(state): Shared<D>,
    Path(name): Path<String>,
) -> Response {
    let path = format!("/assets/{name}");
    let addresses = state.assets.addresses();
    let (kind, keep, text) = if path == addresses.style {
        ("text/css; charset=utf-8", FOR_GOOD, STYLE)
    } else if path == addresses.script {
        ("text/javascript; charset=utf-8", FOR_GOOD, SCRIPT)
    } else if name == "icon.svg" {
        ("image/svg+xml", FOR_A_DAY, ICON)
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)],
        text,
    )
        .into_response()
}
