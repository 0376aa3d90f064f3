//! Adds the signed statement of provenance to our part of a pull request's text: what the task recorded, what the session's log says, and
//! what git says of the commit.
//!
//! The same facts give the same words, so that a text that is written twice is written once. Nothing goes in that was not redacted, and
//! what still holds a secret of ours is not signed at all.

use crate::agent::Agents;
use crate::core::agent::Update;
use crate::core::failure::Failure;
use crate::core::location::Place;
use crate::core::provenance::{Known, Logged, Maker, Recorded, statement};
use crate::core::sanitise::{self, HeldSecrets};
use crate::core::text::{provenance as says, pull};
use crate::git::Git;
use crate::github::GitHub;
use crate::signing::SigningKey;
use crate::store::Store;

/// So many of the log's last lines are read.
const LINES: i64 = 10_000;

/// What a statement is made with.
pub(super) struct Stating<'a> {
    pub(super) github: &'a GitHub,
    pub(super) git: &'a Git,
    pub(super) store: &'a Store,
    pub(super) agents: &'a Agents,
    pub(super) redactor: &'a HeldSecrets,
    pub(super) key: &'a SigningKey,
}

impl Stating<'_> {
    /// The text with the statement in it, where there is something to state.
    pub(super) async fn signed(
        &self,
        text: &str,
        recorded: Option<&Recorded>,
        place: &Place,
    ) -> Result<String, Failure> {
        let Some(recorded) = recorded else {
            return Ok(text.to_owned());
        };
        let rows = self.store.log_tail(&recorded.session, LINES).await?;
        let updates = rows
            .iter()
            .filter_map(|row| serde_json::from_str::<Update>(&row.line.body).ok());
        let clean = |text: &str| sanitise::without_secrets(&self.redactor.redact(text));
        let logged = Logged::read(updates).cleaned(clean);
        let footing = self
            .git
            .footing(place.repository, &recorded.base, &recorded.head)
            .await?;
        let maker = Maker {
            skep: env!("CARGO_PKG_VERSION").to_owned(),
            sandbox: self.agents.confinement().name(),
        };
        let known = Known {
            recorded,
            logged,
            place,
            maker,
            footing,
        };
        let stated = statement(known, says::LONGEST_STATEMENT);
        let payload = stated.to_json();
        if self.redactor.stop(&payload).is_some() || payload.len() > says::LONGEST_STATEMENT {
            tracing::warn!(task = %place.task(), "no statement of provenance is signed: it holds a secret, or cannot be made short enough");
            return Ok(text.to_owned());
        }
        let line = self.key.sign(payload.as_bytes()).to_line();
        Ok(pull::with_more(text, &says::fold(&line)))
    }
}
