//! A token of the App's for one repository, for commands that a person typed on the machine where the App's credentials are.

use secrecy::SecretString;
use url::Url;

use super::clock::system_clock;
use crate::config::Config;
use crate::core::ids::RepositoryName;
use crate::core::sanitise::HeldSecrets;
use crate::github::{GitHub, GitHubConfig, GitHubError, Purpose, Timeouts, steady_clock};

/// One that may read there; none where no App is configured, or it is not installed there, or GitHub is another one.
pub async fn own_token(config: &Config, web: &Url, name: &RepositoryName) -> Option<SecretString> {
    match asked(config, web, name).await {
        Ok(token) => token,
        Err(error) => {
            tracing::debug!(%error, "the App gives no token");
            None
        }
    }
}

async fn asked(
    config: &Config,
    web: &Url,
    name: &RepositoryName,
) -> Result<Option<SecretString>, GitHubError> {
    let settings = config.github.as_ref();
    let Some(settings) = settings.filter(|known| known.web_url.origin() == web.origin()) else {
        return Ok(None);
    };
    let github = GitHub::new(GitHubConfig {
        api_url: settings.api_url.clone(),
        web_url: settings.web_url.clone(),
        app_id: settings.app_id,
        private_key_pem: settings.private_key.clone(),
        user_agent: concat!("skep/", env!("CARGO_PKG_VERSION")).to_owned(),
        now: system_clock(),
        ticks: steady_clock(),
        pace: config.pace,
        timeouts: Timeouts::default(),
        network: config.network.clone(),
        words: config.issues.words.clone(),
        held: HeldSecrets::default(),
    })?;
    let at = github.locate(name).await?;
    let token = github.token(&at, Purpose::Read).await?;
    Ok(Some(token.secret.clone()))
}
