//! Tells within a second what a sandbox refuses while its agent has no turn: what was left running may try things when nobody looks.
//!
//! What comes in a turn is the turn's to tell.

use std::collections::HashMap;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Runner;
use super::contained::{Refused, contained};
use crate::core::event::{Event, Fact};
use crate::core::ids::SessionId;
use crate::core::task::Task;
use crate::store::{InboxKind, NewInbox, StoreError};

/// How often it is looked.
const EVERY: Duration = Duration::from_millis(500);
/// So many are told of one agent between its turns: what an agent can make many of must not fill the inbox.
const MOST: u32 = 60;

/// How many were told, by session.
pub type Told = HashMap<SessionId, u32>;

impl Runner {
    /// Looks again and again until cancelled.
    pub async fn watch_between_turns(self, cancel: CancellationToken) {
        let mut told = Told::new();
        let rounds = async {
            loop {
                tokio::time::sleep(EVERY).await;
                if let Err(error) = self.tell_between_turns(&mut told).await {
                    self.trouble
                        .say("what a sandbox refused could not be told", &error);
                }
            }
        };
        cancel.run_until_cancelled(rounds).await;
    }

    /// Tells what was refused since the last look.
    pub async fn tell_between_turns(&self, told: &mut Told) -> Result<(), StoreError> {
        let (store, agents) = (&self.services.store, &self.services.agents);
        let late = agents.refused_between_turns();
        if late.is_empty() {
            let live = agents.live();
            told.retain(|session, _| live.contains(session));
        }
        for (session, attempt, count) in late {
            let number = told.entry(session.clone()).or_default();
            *number += 1;
            if *number > MOST {
                continue;
            }
            let number = *number;
            let now = (self.services.clock)();
            let row = store.task(session.task()).await?;
            let Some(task) = row.and_then(|row| serde_json::from_str::<Task>(&row.body).ok())
            else {
                continue;
            };
            let news = contained(
                &self.services.redactor,
                Refused {
                    session: &session,
                    attempt,
                    count,
                    doing: "",
                },
            );
            let fact = NewInbox {
                id: format!("between:{session}:{now}:{number}"),
                kind: InboxKind::Agent,
                name: "contained".to_owned(),
                task: Some(session.task()),
                body: Fact {
                    place: task.place,
                    event: Event::Contained(Box::new(news)),
                }
                .to_json(),
                received_at: now,
            };
            store.accept(fact).await?;
        }
        Ok(())
    }
}
