//! How what is worded like a delivery gets into the inbox: as a row that cannot be told twice. It decides nothing.

use super::super::found::{News, Stated};
use super::super::sweeper::Sweep;
use super::told::Told;
use crate::store::{Accepted, InboxKind, NewInbox};

impl Sweep {
    /// Takes them in as they would have been delivered.
    pub(super) async fn tell(&self, what: impl std::fmt::Display, all: Vec<Told>) -> Stated {
        let mut stated = Stated::default();
        for told in all {
            let id = format!("poll:{}", told.id);
            let row = NewInbox {
                id: id.clone(),
                kind: InboxKind::Webhook,
                name: told.event.into(),
                task: None,
                body: told.body.to_string(),
                received_at: self.now(),
            };
            match self.services.store.accept(row).await {
                Ok(Accepted::New { .. }) => {
                    tracing::info!(%what, event = told.event, id, "found by polling");
                    let (kind, at) = (told.kind, told.at);
                    stated.news.push(News { id, kind, at });
                }
                Ok(Accepted::Duplicate) => {}
                Err(error) => {
                    tracing::warn!(%what, %error, "what polling found could not be stored; the next round tries again");
                    stated.incomplete = true;
                }
            }
        }
        stated
    }
}
