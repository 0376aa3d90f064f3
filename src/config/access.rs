//! What single commands need of the configuration, whatever else it says: where GitHub is, a person's token, the way to a running skep.
//!
//! It exists because a command that asks a running skep must not fail for a setting that is none of its business.

use secrecy::SecretString;
use url::Url;

use super::error::ConfigError;
use super::paths::{self, ADMIN_TOKEN_FILE};
use super::resolver::Resolver;
use super::sources::Sources;
use super::{github, registered};

/// How a command reaches a running skep.
#[derive(Debug, Clone)]
pub struct AdminAccess {
    /// Its admin address.
    pub url: Url,
    /// What orders must carry, as far as it is known here.
    pub token: Option<SecretString>,
}

impl Sources {
    /// Where GitHub is: the REST API's root and where people and git go, whatever else the configuration says.
    pub fn github(&self) -> Result<(Url, Url), ConfigError> {
        let mut resolver = Resolver::new(self);
        let folder = paths::data_dir(&mut Resolver::new(self));
        let app = registered::found(&mut Resolver::new(self), folder.as_deref());
        match github::addresses(&mut resolver, app.as_ref()) {
            (Some(api), Some(web)) => Ok((api, web)),
            _ => Err(ConfigError(resolver.mistakes)),
        }
    }

    /// The token of whoever typed a command, as GitHub's own tools read it.
    pub fn github_token(&self) -> Option<SecretString> {
        let token = self.environment().get("GITHUB_TOKEN")?;
        Some(SecretString::from(token.trim()))
    }

    /// Whether a variable is set; `NAME_*` is when one is that begins so.
    pub fn is_set(&self, pattern: &str) -> bool {
        let environment = self.environment();
        match pattern.strip_suffix('*') {
            Some(prefix) => environment
                .starting_with(prefix)
                .any(|(_, value)| !value.trim().is_empty()),
            None => environment.get(pattern).is_some(),
        }
    }

    /// Where a running skep's admin address is (unless the caller has `named` it) and the token for it, whatever else the
    /// configuration says. A token of the data folder is shown to this machine only.
    pub fn admin(&self, named: Option<&Url>) -> Result<AdminAccess, ConfigError> {
        let mut resolver = Resolver::new(self);
        let listen = resolver
            .meant("admin_listen", paths::socket)
            .unwrap_or(paths::ADMIN_LISTEN);
        let given = paths::admin_token(&mut resolver);
        // What is wrong with the folder matters only to those who need the token in it.
        let folder = paths::data_dir(&mut Resolver::new(self));
        if !resolver.mistakes.is_empty() {
            return Err(ConfigError(resolver.mistakes));
        }
        let url = named.cloned().unwrap_or_else(|| paths::admin_url(listen));
        let kept = || std::fs::read_to_string(folder?.join(ADMIN_TOKEN_FILE)).ok();
        let kept = if github::is_loopback(&url) {
            kept()
        } else {
            None
        };
        let token = given.or_else(|| kept.map(|text| SecretString::from(text.trim())));
        Ok(AdminAccess { url, token })
    }
}
