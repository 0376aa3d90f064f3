//! GitHub's own list of what it tried to deliver: what never got a yes is asked for again. GitHub keeps three days of it
//! (an Enterprise Server has its own measure), does not repeat by itself, and may refuse the list altogether.
//! <https://docs.github.com/webhooks/using-webhooks/handling-failed-webhook-deliveries>

use std::collections::BTreeMap;

use super::sweeper::{Sweep, SweepError};
use crate::core::downtime::DownTime;
use crate::core::text;
use crate::github::{Delivery, GitHubError};

/// The last complete look.
pub(super) const SINCE: &str = "sweep-deliveries";
/// So many pages of a hundred are read at most.
const PAGES: usize = 100;
/// So many are asked for in one look; the next look goes on.
const AT_ONCE: usize = 500;
/// What failed so often is not asked for again.
const TRIES: usize = 6;
/// An attempt as young as this may still be on its way, milliseconds.
const YOUNG: i64 = 60_000;
/// A last good look older than this is an alarm, milliseconds: GitHub forgets after three days.
const ALARM: i64 = 12 * 3_600_000;

/// What was asked for again.
#[derive(Debug, Default)]
pub struct Again {
    /// The guid and the kind of each.
    sent: Vec<(String, &'static str)>,
    /// How many cannot be delivered.
    lost: usize,
    /// The list could not be read.
    refused: bool,
}

impl Again {
    /// The inbox rows they become.
    pub fn ids(&self) -> Vec<String> {
        self.sent
            .iter()
            .map(|(guid, _)| format!("webhook:{guid}"))
            .collect()
    }

    /// Adds them to a report.
    pub fn count(&self, down: &mut DownTime) {
        for (_, kind) in &self.sent {
            down.found(kind);
        }
        if self.lost > 0 {
            down.unknown.push(text::downtime::undeliverable(self.lost));
        }
        if self.refused {
            down.unknown.push(text::downtime::UNTOLD.to_owned());
        }
    }
}

impl Sweep {
    /// Looks through GitHub's list since the last look and asks again for what never got a yes.
    pub async fn deliveries(&self) -> Again {
        let (from, mut again) = (self.now(), Again::default());
        match self.redeliver(&mut again).await {
            Ok(()) => self.remember(SINCE, from).await,
            Err(error) => {
                again.refused = true;
                self.complain(&error).await;
            }
        }
        if !again.sent.is_empty() {
            tracing::warn!(
                count = again.sent.len(),
                "webhooks that never came through were asked for again"
            );
        }
        again
    }

    async fn complain(&self, error: &SweepError) {
        let last = self.recall(SINCE).await.unwrap_or_default();
        if self.now() - last > ALARM {
            tracing::error!(%error, "GitHub's list of deliveries was not read for 12 hours; it forgets after three days");
        } else {
            tracing::warn!(%error, "GitHub's list of deliveries could not be read");
        }
    }

    async fn redeliver(&self, again: &mut Again) -> Result<(), SweepError> {
        for (guid, attempts) in self.listed().await? {
            let heard = attempts
                .iter()
                .any(|attempt| (200..300).contains(&attempt.status_code));
            let Some(last) = attempts
                .iter()
                .max_by_key(|attempt| attempt.id)
                .filter(|_| !heard)
            else {
                continue;
            };
            // What was stored is ours, whatever became of the answer.
            if self
                .services
                .store
                .inbox(&format!("webhook:{guid}"))
                .await?
                .is_some()
            {
                continue;
            }
            if attempts.len() >= TRIES {
                again.lost += 1;
                continue;
            }
            if last.redelivery && self.now() - last.delivered_at < YOUNG {
                continue;
            }
            match self.services.github.redeliver(last.id).await {
                Ok(()) => again.sent.push((guid, kind(last))),
                // It is too old by now.
                Err(GitHubError::NotFound { .. } | GitHubError::Invalid { .. }) => again.lost += 1,
                Err(error) => return Err(error.into()),
            }
            if again.sent.len() >= AT_ONCE {
                break;
            }
        }
        Ok(())
    }

    /// The attempts since the last look, by guid.
    async fn listed(&self) -> Result<BTreeMap<String, Vec<Delivery>>, SweepError> {
        let since = self.since(SINCE).await;
        let (mut by_guid, mut cursor) = (BTreeMap::<String, Vec<Delivery>>::new(), None);
        for _ in 0..PAGES {
            let page = self
                .services
                .github
                .hook_deliveries(cursor.as_deref())
                .await?;
            let older = page
                .deliveries
                .iter()
                .any(|attempt| attempt.delivered_at < since);
            for attempt in page
                .deliveries
                .into_iter()
                .filter(|attempt| attempt.delivered_at >= since)
            {
                by_guid
                    .entry(attempt.guid.clone())
                    .or_default()
                    .push(attempt);
            }
            cursor = page.next.filter(|_| !older);
            if cursor.is_none() {
                break;
            }
        }
        Ok(by_guid)
    }
}

/// What a delivery is about, for the report.
fn kind(delivery: &Delivery) -> &'static str {
    match (
        delivery.event.as_str(),
        delivery.action.as_deref().unwrap_or_default(),
    ) {
        ("issues", "labeled" | "unlabeled") => "labels",
        ("issues", "closed" | "deleted" | "transferred") => "closed issues",
        ("issues", "edited") => "changed issues",
        ("issue_comment", _) => "comments",
        ("pull_request_review", _) => "reviews",
        ("pull_request", "closed") => "closed pull requests",
        ("pull_request", _) | ("push", _) => "pushes",
        _ => "other events",
    }
}
