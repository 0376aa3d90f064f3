//! GitHub as the dashboard needs it to sign people in: what went wrong becomes a kind, and the reason goes to the log.
//!
//! It must never log a code or a token.

use std::sync::Arc;

use anyhow::Context;
use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use super::setup::GitHubSetup;
use crate::core::network::Network;
use crate::github::{self, NotSignedIn, PersonError, SignIn, SignInConfig};
use crate::http::{Admitted, NotAdmitted, NotKnown, People, Readable, Way};

/// GitHub, as far as signing in goes.
pub(super) struct GitHubPeople(SignIn);

impl GitHubPeople {
    /// Where an App's client id and secret are known. Must be called inside a tokio runtime.
    pub(super) fn of(
        setup: &GitHubSetup,
        network: &Network,
    ) -> anyhow::Result<Option<Arc<dyn People>>> {
        let Some(known) = &setup.sign_in else {
            return Ok(None);
        };
        let sign_in = SignIn::new(SignInConfig {
            api: &setup.api_url,
            web: &setup.web_url,
            client_id: known.client_id.clone(),
            client_secret: known.client_secret.clone(),
            network,
        });
        let sign_in = sign_in.context("set up signing in with GitHub")?;
        Ok(Some(Arc::new(Self(sign_in))))
    }

    async fn look(&self, token: &SecretString) -> Result<Readable, PersonError> {
        let found = self.0.readable(token).await?;
        let known = found.into_iter().map(|one| (one.id, one.name, one.writes));
        Ok(known.collect())
    }

    async fn let_in(&self, code: &str, way: &Way) -> Result<Admitted, NotAdmitted> {
        let token = self.0.exchange(code, &of(way)).await;
        let token = token.map_err(|error| match error {
            NotSignedIn::Refused(why) => {
                tracing::warn!(
                    why,
                    "GitHub does not take the code of somebody who signs in"
                );
                NotAdmitted::Refused
            }
            NotSignedIn::Failed(why) => {
                tracing::warn!(
                    why,
                    "GitHub does not exchange the code of somebody who signs in"
                );
                NotAdmitted::Later
            }
        })?;
        let later = |error: PersonError| {
            tracing::warn!(%error, "GitHub does not say who signs in");
            NotAdmitted::Later
        };
        let account = self.0.person(&token.secret).await.map_err(later)?;
        let readable = self.look(&token.secret).await.map_err(later)?;
        Ok(Admitted {
            account,
            token: token.secret,
            lasts: token.lasts,
            readable,
        })
    }
}

fn of(way: &Way) -> github::Way<'_> {
    github::Way {
        redirect: &way.redirect,
        state: &way.state,
        verifier: way.verifier.expose_secret(),
    }
}

impl People for GitHubPeople {
    fn page(&self, way: &Way) -> String {
        self.0.page(&of(way))
    }

    fn admit<'a>(
        &'a self,
        code: &'a str,
        way: &'a Way,
    ) -> BoxFuture<'a, Result<Admitted, NotAdmitted>> {
        Box::pin(self.let_in(code, way))
    }

    fn forget<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Err(error) = self.0.revoke(token).await {
                tracing::warn!(%error, "the token of somebody who signed out is good until it ends by itself");
            }
        })
    }

    fn readable<'a>(
        &'a self,
        token: &'a SecretString,
    ) -> BoxFuture<'a, Result<Readable, NotKnown>> {
        Box::pin(async move {
            self.look(token).await.map_err(|error| match error {
                PersonError::Withdrawn => NotKnown::Withdrawn,
                PersonError::Failed(error) => {
                    tracing::warn!(%error, "GitHub does not say what somebody may see");
                    NotKnown::Later
                }
            })
        })
    }
}
