//! Who we are on GitHub: asked until there is an answer, and held against what skep needs.
//!
//! A machine that starts during an outage must take its webhooks in all the same: only a definite no ends the start.

use std::time::Duration;

use anyhow::anyhow;
use url::Url;

use super::health::Health;
use crate::config::lacking;
use crate::core::gated_pulls::GatedPulls;
use crate::core::text::check;
use crate::github::{AppIdentity, GitHub, GitHubError};
use crate::sweep::Hearing;

/// The first pause between two tries, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Asks GitHub who we are, for as long as it takes.
///
/// # Errors
/// When GitHub knows neither us nor the address: asking again cannot help.
pub(super) async fn learn(
    github: &GitHub,
    api: &Url,
    health: &Health,
) -> anyhow::Result<AppIdentity> {
    let mut pause = PAUSE.0;
    loop {
        let error = match github.app().await {
            Ok(identity) => {
                health.identified();
                return Ok(identity);
            }
            Err(error) => error,
        };
        if let Some(no) = definite(&error, api) {
            return Err(no);
        }
        let wait = match error {
            GitHubError::Limited { after } => after,
            _ => pause,
        };
        health.unidentified(&error.to_string());
        tracing::warn!(
            %error, seconds = wait.as_secs(),
            "GitHub does not say who we are; webhooks are stored meanwhile, and it is asked again"
        );
        tokio::time::sleep(wait).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}

/// What a no means that will stay one.
pub(super) fn definite(error: &GitHubError, api: &Url) -> Option<anyhow::Error> {
    match error {
        GitHubError::AppRefused { .. }
        | GitHubError::BadKey { .. }
        | GitHubError::Unbuildable { .. } => Some(anyhow!("{error}")),
        GitHubError::NotFound { .. } => Some(anyhow!(check::unknown_app(api.as_str()))),
        _ => None,
    }
}

/// Says what the App lacks; it starts all the same, for some of it may not be missed here.
pub(super) fn warn_of_shortfall(identity: &AppIdentity, gated: GatedPulls, hearing: Hearing) {
    for what in shortfall(identity, gated, hearing) {
        tracing::warn!("{what}");
    }
}

/// What the App lacks by its own page, a sentence each with what to do. Where news is only asked for it needs no events.
pub(super) fn shortfall(
    identity: &AppIdentity,
    gated: GatedPulls,
    hearing: Hearing,
) -> Vec<String> {
    let (permissions, events) = lacking(&identity.permissions, &identity.events, gated);
    let mut sentences = Vec::new();
    if !permissions.is_empty() {
        sentences.push(check::lacks_permissions(&permissions));
    }
    if !events.is_empty() && hearing.is_told() {
        sentences.push(check::lacks_events(&events));
    }
    sentences
}
