//! What recurring work waits for and nobody told us of: releases, and workflows that failed on the default branch. It is looked for only
//! where a repository's own file names them; what a webhook told is known by its page and happens once.

use std::collections::BTreeSet;

use super::found::Found;
use super::sweeper::{FACTS_SINCE, OVERLAP, Sweep, SweepError};
use crate::core::event::Event;
use crate::core::ids::{IssueNumber, TaskKey};
use crate::core::recurring::{Occasion, RecurringNews, Seen};
use crate::github::At;

impl Sweep {
    /// What happened in one repository since the last look.
    pub(super) async fn occasions(&self, at: &At) -> Result<Vec<Found>, SweepError> {
        let key = TaskKey::new(at.repository, IssueNumber::REPOSITORY);
        let Some(task) = self.known(key).await? else {
            return Ok(vec![]);
        };
        let mut wanted: BTreeSet<(Occasion, i64)> = BTreeSet::new();
        let looked = self.recall(FACTS_SINCE).await.unwrap_or(self.now()) - OVERLAP;
        for occasion in [Occasion::Release, Occasion::WorkflowFailed] {
            let waited = task.recurring.waits_since(occasion);
            wanted.extend(waited.map(|since| (occasion, since.max(looked))));
        }
        let mut found = Vec::new();
        for (occasion, since) in wanted {
            let happened = match occasion {
                Occasion::Release => self.services.github.releases_since(at, since).await?,
                Occasion::WorkflowFailed => {
                    self.services.github.failed_runs_since(at, since).await?
                }
            };
            // The oldest first, as they would have been told.
            for one in happened.into_iter().rev() {
                let seen = Seen::new(occasion, &one.name, &one.url);
                found.push(Found {
                    kind: "releases and failed workflows",
                    id: format!("occasion:{key}:{}", seen.url),
                    place: at.place(IssueNumber::REPOSITORY),
                    event: Event::Recurring(RecurringNews::Seen(seen)),
                });
            }
        }
        Ok(found)
    }
}
