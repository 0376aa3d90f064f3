//! Which issue waits for which, and which is part of which: the record the world keeps.
//!
//! Relations go by the number an issue has in the whole of GitHub, so that they cross repositories and outlive a transfer.
//! It must never decide what may be related: that is `dependency` and `sub_issue`.

use std::collections::BTreeMap;

/// Where an issue is: its repository, and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssueAt {
    /// The repository.
    pub home: i64,
    /// The number in it.
    pub number: i64,
}

impl<H: Into<i64>, N: Into<i64>> From<(H, N)> for IssueAt {
    fn from((home, number): (H, N)) -> Self {
        Self {
            home: home.into(),
            number: number.into(),
        }
    }
}

/// Which relations this GitHub has: some versions of GitHub Enterprise Server lack them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    /// Issues block issues.
    pub dependencies: bool,
    /// Issues have sub-issues.
    pub sub_issues: bool,
}

/// All relations, by the issues' own numbers.
#[derive(Debug, Clone)]
pub struct Relations {
    /// What there is.
    pub offered: Offered,
    /// Where each issue is.
    pub(super) places: BTreeMap<i64, IssueAt>,
    /// What each issue waits for, in the order it was said.
    pub(super) blocked_by: BTreeMap<i64, Vec<i64>>,
    /// The same from the other end.
    pub(super) blocking: BTreeMap<i64, Vec<i64>>,
    /// What each issue is part of.
    pub(super) parents: BTreeMap<i64, i64>,
    /// The parts of each, in their order.
    pub(super) parts: BTreeMap<i64, Vec<i64>>,
}

impl Default for Relations {
    fn default() -> Self {
        let offered = Offered {
            dependencies: true,
            sub_issues: true,
        };
        Self {
            offered,
            places: BTreeMap::new(),
            blocked_by: BTreeMap::new(),
            blocking: BTreeMap::new(),
            parents: BTreeMap::new(),
            parts: BTreeMap::new(),
        }
    }
}

impl Relations {
    /// What an issue waits for.
    pub fn blockers(&self, id: i64) -> &[i64] {
        self.blocked_by.get(&id).map_or(&[], Vec::as_slice)
    }

    /// What waits for an issue.
    pub fn dependents(&self, id: i64) -> &[i64] {
        self.blocking.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The parts of an issue.
    pub fn parts(&self, id: i64) -> &[i64] {
        self.parts.get(&id).map_or(&[], Vec::as_slice)
    }

    /// What an issue is part of.
    pub fn parent(&self, id: i64) -> Option<i64> {
        self.parents.get(&id).copied()
    }

    /// Forgets an issue that is gone, at both ends.
    pub(super) fn forget(&mut self, id: i64) {
        self.places.remove(&id);
        self.blocked_by.remove(&id);
        self.blocking.remove(&id);
        self.parts.remove(&id);
        self.parents.remove(&id);
        self.parents.retain(|_, parent| *parent != id);
        for all in [&mut self.blocked_by, &mut self.blocking, &mut self.parts] {
            all.values_mut()
                .for_each(|others| others.retain(|other| *other != id));
        }
    }
}
