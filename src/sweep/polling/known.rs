//! What polling remembers in this life, and nothing that acts: what is covered, how far each repository was read, whose turn it was.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::coverage::Coverage;
use super::cursor::Cursor;
use super::turns::Asked;
use super::view::PollView;
use crate::core::ids::{InstallationId, RepositoryId};
use crate::github::At;

/// What is known of a row of a list that was looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::sweep) struct SeenRow {
    /// Of everything in it that may be news; nought before it was looked at well.
    pub(super) digest: u64,
    pub(super) comments: u64,
    /// How often it could not be compared.
    pub(super) failed: u8,
}

/// What polling knows in this life.
#[derive(Default)]
pub(super) struct Known {
    pub(super) coverage: Coverage,
    pub(super) cursors: BTreeMap<RepositoryId, Cursor>,
    pub(super) asked: Asked,
    /// When each repository's comments were last asked for.
    pub(super) comments: BTreeMap<RepositoryId, i64>,
    /// Rounds in a row that failed, and until when none is tried (epoch milliseconds).
    pub(super) resting: BTreeMap<InstallationId, (u32, i64)>,
}

/// Polling as a part of the sweep.
pub(in crate::sweep) struct Polling {
    pub(super) every: Duration,
    pub(super) view: PollView,
    known: Mutex<Known>,
    pub(super) one_at_a_time: tokio::sync::Mutex<()>,
}

/// How much of it all one round asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sweep) enum Extent {
    /// Everything: at a start.
    Whole,
    /// What there is room for.
    Round,
}

impl Polling {
    pub(in crate::sweep) fn new(every: Duration) -> Self {
        Self {
            every,
            view: PollView::new(every),
            known: Mutex::default(),
            one_at_a_time: tokio::sync::Mutex::default(),
        }
    }

    /// The repositories that are asked for news as they were listed last, each with the time of its last push.
    pub(in crate::sweep) fn covered(&self) -> Vec<(At, Option<String>)> {
        let known = self.known();
        let covered = known.coverage.repositories().into_iter();
        let pushed = |(installation, at): (InstallationId, At)| {
            let listed = known.coverage.installations.get(&installation);
            let listed = listed.and_then(|one| one.repositories.get(&at.repository));
            (at, listed.and_then(|one| one.pushed_at.clone()))
        };
        covered
            .flat_map(|(installation, all)| all.into_iter().map(move |at| (installation, at)))
            .map(pushed)
            .collect()
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        // Each entry is whole whenever the lock is free, so a panic elsewhere does not spoil it.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
