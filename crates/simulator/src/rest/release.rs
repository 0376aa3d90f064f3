//! Releases.
//!
//! It exists as the skin over the world's releases. <https://docs.github.com/rest/releases/releases>

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::rest::call::{Answer, Call, Reply};

/// `GET /repos/{owner}/{repo}/releases`: newest first.
pub(super) async fn list(call: Call) -> Answer {
    let all: Vec<Value> = call.read(|world| {
        let releases = &world.repository(call.repository)?.releases;
        Ok::<_, ApiError>(releases.iter().rev().cloned().collect())
    })?;
    let (page, link) = call.slice(all);
    Reply::page(json!(page), link)
}
