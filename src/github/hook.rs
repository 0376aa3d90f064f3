//! The App's own webhook: where GitHub sends it, and what time it is there.
//!
//! It exists apart from the deliveries because it can be changed. The secret is never asked for and never set here.
//! <https://docs.github.com/rest/apps/webhooks>

use hyper::Method;
use serde::Deserialize;
use serde_json::json;

use super::client::GitHub;
use super::error::GitHubError;
use super::rate_gate::Priority;
use super::request::{ApiRequest, Effect};

/// How the hook is set. Older servers leave fields out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct HookConfig {
    /// Where webhooks go; empty where there is none.
    #[serde(default)]
    pub url: Option<String>,
    /// `json` or `form`.
    #[serde(default)]
    pub content_type: Option<String>,
}

impl GitHub {
    /// How the App's hook is set.
    /// <https://docs.github.com/rest/apps/webhooks#get-a-webhook-configuration-for-an-app>
    pub async fn hook_config(&self) -> Result<HookConfig, GitHubError> {
        let ask = ApiRequest::get("read the webhook's settings", "/app/hook/config");
        self.as_app(&ask).await?.json(&ask)
    }

    /// Sends the App's webhooks to another address, as JSON. Repeating it changes nothing.
    /// <https://docs.github.com/rest/apps/webhooks#update-a-webhook-configuration-for-an-app>
    pub async fn set_hook_url(&self, url: &str) -> Result<HookConfig, GitHubError> {
        let ask = ApiRequest::new(
            Method::PATCH,
            "change the webhook's address",
            "/app/hook/config",
        )
        .with(&json!({ "url": url, "content_type": "json" }))
        .with_effect(Effect::Change);
        let mut turn = self.lane(None).turn(Priority::Normal, None).await?;
        turn.sending();
        self.as_app(&ask).await?.json(&ask)
    }

    /// How far this machine's clock is ahead of GitHub's, milliseconds; `None` where GitHub does not say. Below a second it means nothing.
    /// GitHub is asked as the App, so that a clock it refuses is seen as well.
    pub async fn clock_ahead(&self) -> Result<Option<i64>, GitHubError> {
        let ask = ApiRequest::get("read the App", "/app");
        let answer = self.as_app(&ask).await?;
        Ok(answer.date().map(|date| self.now() - date))
    }
}
