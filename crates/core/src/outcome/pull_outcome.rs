//! One pull request of ours from its opening on: what the ledger says of it, and what is still to be looked for.

use serde::{Deserialize, Serialize};

use super::Became;
use crate::ids::{SessionId, Sha};
use crate::usage::Spent;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// When the base branch is looked at, after the merge. The second look is for a base that shows the merge late; the later ones
/// are for a revert.
const LOOKS: [i64; 4] = [0, 5 * MINUTE_MS, DAY_MS, 7 * DAY_MS];

/// What is known of a pull request of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullOutcome {
    /// Its number.
    pub pull: i64,
    /// The session that opened it.
    pub session: SessionId,
    /// The role's name.
    pub role: String,
    /// The operator's name of the agent.
    pub agent: String,
    /// The branch its change has to come to: where it went when it was opened.
    pub base: String,
    /// When its session was queued, epoch milliseconds.
    pub queued_at: i64,
    /// When it was opened.
    pub opened_at: i64,
    /// When it was merged or closed.
    #[serde(default)]
    pub over_at: Option<i64>,
    /// How it ended; `None` while it is open.
    #[serde(default)]
    pub end: Option<PullEnd>,
    /// How many times its agent revised it.
    #[serde(default)]
    pub rounds: u32,
    /// Whether people pushed to it.
    #[serde(default)]
    pub touched: bool,
    /// The commit that we pushed last.
    #[serde(default)]
    pub ours: Option<Sha>,
    /// What its session has cost.
    #[serde(default)]
    pub spent: Spent,
    /// Where its change is.
    #[serde(default)]
    pub landing: Landing,
}

/// How a pull request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullEnd {
    /// Merged.
    Merged,
    /// Closed unmerged.
    Closed,
}

/// Where the change of a merged pull request is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Landing {
    /// How many times the base was looked at.
    pub looks: u32,
    /// When it is looked at next, epoch milliseconds.
    pub look_at: Option<i64>,
    /// Whether the merge is on the base; `None` before anybody could tell.
    pub on_base: Option<bool>,
    /// The commit on the base that reverts it.
    pub reverted_by: Option<Sha>,
    /// Whether people were told that it is not there.
    pub told: bool,
}

impl PullOutcome {
    /// What became of it.
    pub fn became(&self) -> Became {
        let landing = &self.landing;
        match self.end {
            None => Became::Open,
            Some(PullEnd::Closed) => Became::Closed,
            Some(PullEnd::Merged) if landing.reverted_by.is_some() => Became::Reverted,
            Some(PullEnd::Merged) if landing.on_base == Some(false) => Became::NotLanded,
            Some(PullEnd::Merged) if self.rounds > 0 || self.touched => Became::Reworked,
            Some(PullEnd::Merged) => Became::Merged,
        }
    }

    /// It ended. What was known before stays: GitHub tells of an end more than once.
    pub fn over(&mut self, end: PullEnd, now: i64) {
        if self.end == Some(end) {
            return;
        }
        (self.end, self.over_at) = (Some(end), Some(now));
        self.landing = Landing {
            look_at: (end == PullEnd::Merged).then_some(now),
            ..Landing::default()
        };
    }

    /// It is open again.
    pub fn reopened(&mut self) {
        (self.end, self.over_at) = (None, None);
        self.landing = Landing::default();
    }

    /// The base is looked at now; the next look is planned, whatever comes of this one.
    pub fn look(&mut self, now: i64) {
        let landing = &mut self.landing;
        landing.looks = landing.looks.saturating_add(1);
        self.plan_look(now);
    }

    /// It was found, so that the look for a base that is late is not needed.
    pub fn found(&mut self, now: i64) {
        if self.landing.looks == 1 {
            self.look(now);
        }
    }

    fn plan_look(&mut self, now: i64) {
        let merged = self.over_at.unwrap_or(now);
        let next = usize::try_from(self.landing.looks).ok();
        let next = next.and_then(|looks| LOOKS.get(looks));
        // After a downtime one look is enough for all that were missed.
        let soonest = now.saturating_add(LOOKS[1]);
        self.landing.look_at = next.map(|after| merged.saturating_add(*after).max(soonest));
    }

    /// The base was looked at twice, so that it is not merely late.
    pub fn is_sure(&self) -> bool {
        self.landing.looks > 1
    }
}
