//! Whose turn it is in a round: a choice by numbers alone.
//!
//! GitHub gives an installation so many points a minute whatever its questions cost otherwise, and the work itself needs most of them:
//! polling has a third. Of that, repositories with work on come first, then what is followed there, then the others, those that
//! were not asked for longest first; each kind has a share that the others do not take, so that nobody waits for ever.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::core::ids::{RepositoryId, TaskKey};
use crate::github::At;

/// What polling may spend in a minute, points of GitHub's 900; the pace keeps all of skep below 840.
const POINTS: u64 = 280;
/// What one look costs: at a repository where nothing is on, where something is, and at what is followed.
const QUIET: u64 = 1;
const BUSY: u64 = 2;
const FOLLOWED: u64 = 6;
/// The least a round may spend, however short it is.
const LEAST: u64 = 12;

/// When each was last asked, epoch milliseconds.
#[derive(Debug, Default)]
pub(super) struct Asked {
    repositories: BTreeMap<RepositoryId, i64>,
    tasks: BTreeMap<TaskKey, i64>,
}

/// Who may be asked.
pub(super) struct Turns {
    repositories: Vec<At>,
    busy: BTreeSet<RepositoryId>,
    tasks: Vec<TaskKey>,
    points: u64,
    only_busy: bool,
}

/// Who is asked.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// Repositories, and whether there is work on in each.
    pub(super) repositories: Vec<(At, bool)>,
    /// Tasks that are compared besides.
    pub(super) tasks: Vec<TaskKey>,
}

impl Turns {
    pub(super) fn of(repositories: Vec<At>, tasks: Vec<TaskKey>, every: Duration) -> Self {
        let points = POINTS * u64::try_from(every.as_millis()).unwrap_or(u64::MAX) / 60_000;
        Self {
            repositories,
            busy: tasks.iter().map(|key| key.repository).collect(),
            tasks,
            points: points.max(LEAST),
            only_busy: false,
        }
    }

    /// All of it, however much that is.
    pub(super) fn without_bounds(self) -> Self {
        Self {
            points: u64::MAX,
            ..self
        }
    }

    /// Only where something is on.
    pub(super) fn only_busy(self) -> Self {
        Self {
            only_busy: true,
            ..self
        }
    }

    /// Chooses, and writes down that they are asked now.
    pub(super) fn choose(self, asked: &mut Asked, now: i64) -> Chosen {
        let (points, mut spent, mut chosen) = (self.points, 0, Chosen::default());
        let when = |asked: &Asked, at: &At| asked.repositories.get(&at.repository).copied();
        let mut waiting = self.repositories;
        // Never asked comes first.
        waiting.sort_by_key(|at| (Reverse(self.busy.contains(&at.repository)), when(asked, at)));
        let mut rest = Vec::new();
        for at in waiting {
            let busy = self.busy.contains(&at.repository);
            if busy && spent + BUSY <= points / 2 {
                spent += BUSY;
                chosen.repositories.push((at, busy));
            } else {
                rest.push((at, busy));
            }
        }
        let mut tasks = self.tasks;
        tasks.sort_by_key(|key| asked.tasks.get(key).copied());
        for key in tasks {
            if spent + FOLLOWED > points / 4 * 3 {
                break;
            }
            spent += FOLLOWED;
            chosen.tasks.push(key);
        }
        rest.sort_by_key(|(at, _)| when(asked, at));
        for (at, busy) in rest {
            let cost = if busy { BUSY } else { QUIET };
            if spent + cost > points {
                break;
            }
            if busy || !self.only_busy {
                spent += cost;
                chosen.repositories.push((at, busy));
            }
        }
        for (at, _) in &chosen.repositories {
            asked.repositories.insert(at.repository, now);
        }
        asked
            .tasks
            .extend(chosen.tasks.iter().map(|key| (*key, now)));
        asked.forget(now);
        chosen
    }
}

impl Asked {
    /// What was not asked for a day is no more, or is due whatever is written down.
    fn forget(&mut self, now: i64) {
        let recent = |at: &i64| now - *at < 24 * 3_600_000;
        self.repositories.retain(|_, at| recent(at));
        self.tasks.retain(|_, at| recent(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::{InstallationId, IssueNumber};

    fn at(number: i64) -> At {
        At {
            installation: InstallationId(1),
            repository: RepositoryId(number),
            name: format!("octo/r{number}").parse().expect("a name"),
        }
    }

    fn tasks(range: std::ops::Range<i64>) -> Vec<TaskKey> {
        range
            .map(|number| TaskKey::new(RepositoryId(number), IssueNumber(1)))
            .collect()
    }

    fn turns(repositories: i64, tasks: Vec<TaskKey>) -> Turns {
        Turns::of(
            (0..repositories).map(at).collect(),
            tasks,
            Duration::from_secs(30),
        )
    }

    fn cost(chosen: &Chosen) -> u64 {
        let of = |(_, busy): &(At, bool)| if *busy { BUSY } else { QUIET };
        let looks: u64 = chosen.repositories.iter().map(of).sum();
        looks + FOLLOWED * u64::try_from(chosen.tasks.len()).expect("a number")
    }

    #[test]
    fn two_hundred_quiet_ones_have_their_turn_in_two_rounds() {
        let mut asked = Asked::default();
        let mut seen = BTreeSet::new();
        for round in 0..2 {
            let chosen = turns(200, Vec::new()).choose(&mut asked, round);
            assert_eq!(cost(&chosen), 140);
            seen.extend(chosen.repositories.iter().map(|(at, _)| at.repository));
        }
        assert_eq!(seen.len(), 200);
    }

    #[test]
    fn where_something_is_on_it_is_asked_each_time_and_the_rest_all_the_same() {
        let mut asked = Asked::default();
        for round in 0..5 {
            let chosen = turns(200, tasks(0..10)).choose(&mut asked, round);
            assert!(cost(&chosen) <= 140, "{chosen:?}");
            let busy = chosen.repositories.iter().filter(|(_, busy)| *busy);
            assert_eq!((busy.count(), chosen.tasks.len()), (10, 10));
            assert_eq!(chosen.repositories.len(), 10 + 60);
        }
    }

    #[test]
    fn nobody_waits_for_ever_behind_a_crowd() {
        let mut asked = Asked::default();
        let (mut repositories, mut followed) = (BTreeSet::new(), BTreeSet::new());
        for round in 0..40 {
            let chosen = turns(300, tasks(0..200)).choose(&mut asked, round);
            assert!(cost(&chosen) <= 140, "{chosen:?}");
            repositories.extend(chosen.repositories.iter().map(|(at, _)| at.repository));
            followed.extend(chosen.tasks);
        }
        assert_eq!((repositories.len(), followed.len()), (300, 200));
    }

    #[test]
    fn with_little_left_only_what_is_worked_on_is_asked() {
        let mut asked = Asked::default();
        let chosen = turns(50, tasks(0..3)).only_busy().choose(&mut asked, 0);
        assert_eq!(chosen.repositories.len(), 3);
        let all = turns(500, tasks(0..3)).without_bounds();
        assert_eq!(all.choose(&mut asked, 1).repositories.len(), 500);
    }
}
