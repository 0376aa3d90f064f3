//! What skep's data takes of the disk, as the admin address says it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::core::text::disk::Shortage;

/// The disk of the data folder.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct DiskAnswer {
    /// What is free.
    pub free_bytes: u64,
    /// What is kept free.
    pub reserve_bytes: u64,
    /// Too little is free for another session, or skep takes more than it may.
    pub short: bool,
    /// What skep's data may take in all; null: no limit of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_bytes: Option<u64>,
    /// What it takes; null until it was measured for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<TakenAnswer>,
}

/// What skep's data takes of the disk.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct TakenAnswer {
    /// When that was measured; single sessions at work may be measured later.
    #[schema(format = "epoch-ms")]
    pub measured_at: i64,
    /// How many sessions have files.
    pub sessions: u64,
    /// What they take.
    pub sessions_bytes: u64,
    /// What the mirrors take.
    pub mirrors_bytes: u64,
    /// What everything else takes.
    pub other_bytes: u64,
    /// The sessions that take most, at most 10, the largest first.
    pub largest: Vec<LargestLine>,
}

/// A session that takes much of the disk.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct LargestLine {
    /// Such as `1296269-12-1`.
    pub session: String,
    /// What it takes.
    pub bytes: u64,
}

impl DiskAnswer {
    /// Why new sessions wait, if they do.
    pub fn shortage(&self) -> Option<Shortage> {
        let taken = self.taken.as_ref().map_or(0, TakenAnswer::total);
        match self.limit_bytes.filter(|limit| taken > *limit) {
            Some(limit) if self.free_bytes >= self.reserve_bytes => {
                Some(Shortage::Taken { taken, limit })
            }
            _ => self.short.then_some(Shortage::Free {
                kept: self.reserve_bytes,
            }),
        }
    }
}

impl TakenAnswer {
    fn total(&self) -> u64 {
        self.sessions_bytes + self.mirrors_bytes + self.other_bytes
    }
}
