//! What was found, on its way into the inbox, and what of it was new.

use crate::core::downtime::DownTime;
use crate::core::event::Event;
use crate::core::location::Place;

/// What a mere look counts as: nothing was missed by it.
pub(super) const LOOKED: &str = "pull requests looked at";
/// So does what a repository's file asks for now.
pub(super) const OF_FILE: &str = "repository files";
/// What is known of the last moment of a life is that coarse, milliseconds.
const GRAIN: i64 = 60_000;

/// A fact on its way into the inbox.
pub(super) struct Found {
    /// What it counts as in a report; also its name in the inbox.
    pub(super) kind: &'static str,
    /// Unique for this very fact: stated again, it is known.
    pub(super) id: String,
    pub(super) place: Place,
    pub(super) event: Event,
}

/// A fact that was new.
#[derive(Debug)]
pub(super) struct News {
    /// Of its row in the inbox.
    pub(super) id: String,
    pub(super) kind: &'static str,
    /// GitHub's time of it, where there is one.
    pub(super) at: Option<i64>,
}

/// What was stated.
#[derive(Debug, Default)]
pub struct Stated {
    pub(super) news: Vec<News>,
    /// Something could not be read: the next look begins where this one did.
    pub(super) incomplete: bool,
}

impl Stated {
    /// The inbox ids of what was new.
    pub fn ids(&self) -> Vec<String> {
        self.news.iter().map(|news| news.id.clone()).collect()
    }

    /// Adds what happened in a time without skep to its report.
    pub fn count(&self, down: &mut DownTime) {
        let missed = |news: &&News| ![LOOKED, OF_FILE].contains(&news.kind);
        let late = |news: &&News| news.at.is_none_or(|at| at >= down.from - GRAIN);
        let kinds: Vec<&str> = self
            .news
            .iter()
            .filter(missed)
            .filter(late)
            .map(|news| news.kind)
            .collect();
        kinds.into_iter().for_each(|kind| down.found(kind));
    }

    pub(super) fn add(&mut self, other: Self) {
        self.news.extend(other.news);
        self.incomplete |= other.incomplete;
    }
}
