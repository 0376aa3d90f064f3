//! What is left of an installation's requests, by GitHub's own count. Asking costs none of them.

use serde::Deserialize;

use super::client::GitHub;
use super::error::GitHubError;
use super::purpose::Scope;
use super::rate_seen::RateLeft;
use super::request::ApiRequest;
use crate::core::ids::InstallationId;

#[derive(Deserialize)]
struct RateShape {
    resources: ResourcesShape,
}

#[derive(Deserialize)]
struct ResourcesShape {
    core: RateLeft,
}

impl GitHub {
    /// What is left of an installation's requests.
    /// <https://docs.github.com/rest/rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user>
    pub async fn rate_left(&self, installation: InstallationId) -> Result<RateLeft, GitHubError> {
        let ask = ApiRequest::get("read the rate limit", "/rate_limit");
        let scope = Scope::survey(installation);
        let shape: RateShape = self.fetch(scope, "the account", &ask).await?.json(&ask)?;
        Ok(shape.resources.core)
    }
}
