//! Holds a statement against what GitHub says, and what was recorded of commands against what they do now.

use super::Ran;
use super::statement::Statement;
use crate::ids::{RepositoryId, Sha};
use crate::verification::RunEnd;

/// The pull request as GitHub has it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The repository, by what stays.
    pub repository: RepositoryId,
    /// Its branch.
    pub branch: &'a str,
    /// The head of that.
    pub head: &'a Sha,
    /// The branch that it is for.
    pub base_branch: &'a str,
}

/// In what a statement is not about this pull request as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Departure {
    /// It is of another repository.
    Repository {
        /// Which.
        said: String,
    },
    /// It is of another branch.
    Branch {
        /// Which.
        said: String,
    },
    /// The branch has moved on since.
    Head {
        /// The commit that it is of; none is named.
        said: Option<String>,
    },
    /// The pull request goes elsewhere by now.
    Base {
        /// Where it went.
        said: String,
    },
}

impl Departure {
    /// It was true once, and is overtaken.
    pub fn is_overtaken(&self) -> bool {
        matches!(self, Self::Head { .. } | Self::Base { .. })
    }
}

/// The first thing in which a statement whose signature is right is not about this; what makes it another's comes before what has merely
/// moved on.
pub fn held_against(statement: &Statement, asked: &Asked<'_>) -> Option<Departure> {
    let place = &statement.predicate.place;
    if place.repository_id != asked.repository.0 {
        return Some(Departure::Repository {
            said: place.repository.clone(),
        });
    }
    if place.branch != asked.branch {
        return Some(Departure::Branch {
            said: place.branch.clone(),
        });
    }
    let commit = statement.digest("commit", "gitCommit");
    if commit != Some(asked.head.as_str()) {
        return Some(Departure::Head {
            said: commit.map(str::to_owned),
        });
    }
    (place.base_branch != asked.base_branch).then(|| Departure::Base {
        said: place.base_branch.clone(),
    })
}

/// A recorded command beside what it did when it was run again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// The command.
    pub command: String,
    /// How it ended then.
    pub then: RunEnd,
    /// How it ended now.
    pub now: RunEnd,
}

impl Replayed {
    /// Whether it ended as it had. What was killed for what it took may have been killed for something else; that it was not run
    /// says nothing.
    pub fn agrees(&self) -> bool {
        match (&self.then, &self.now) {
            (RunEnd::Exit { code: then }, RunEnd::Exit { code: now }) => then == now,
            (RunEnd::TimedOut, RunEnd::TimedOut)
            | (RunEnd::Killed { .. }, RunEnd::Killed { .. })
            | (RunEnd::NotRun, _) => true,
            _ => false,
        }
    }
}

/// Puts both beside each other, in order.
pub fn replayed(recorded: &[Ran], now: Vec<RunEnd>) -> Vec<Replayed> {
    let pairs = recorded.iter().zip(now);
    pairs
        .map(|(ran, now)| Replayed {
            command: ran.command.clone(),
            then: ran.end.clone(),
            now,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::logged::Logged;
    use super::super::statement::tests::{made, sha};
    use super::*;

    #[test]
    fn of_anything_else_it_says_in_what_it_differs() {
        let statement = made(Logged::default(), 9_000);
        let head = sha('a');
        let asked = Asked {
            repository: RepositoryId(7),
            branch: "agent/1-x",
            head: &head,
            base_branch: "main",
        };
        assert_eq!(held_against(&statement, &asked), None);
        let other_head = sha('f');
        let cases = [
            (
                Asked {
                    repository: RepositoryId(8),
                    head: &other_head,
                    ..asked
                },
                "Repository",
                false,
            ),
            (
                Asked {
                    branch: "agent/2-x",
                    ..asked
                },
                "Branch",
                false,
            ),
            (
                Asked {
                    head: &other_head,
                    ..asked
                },
                "Head",
                true,
            ),
            (
                Asked {
                    base_branch: "next",
                    ..asked
                },
                "Base",
                true,
            ),
        ];
        for (asked, name, overtaken) in cases {
            let departure = held_against(&statement, &asked).expect(name);
            assert!(format!("{departure:?}").starts_with(name), "{departure:?}");
            assert_eq!(departure.is_overtaken(), overtaken, "{name}");
        }
    }

    #[test]
    fn a_replay_agrees_where_it_ends_as_it_did() {
        let exit = |code| RunEnd::Exit { code };
        let killed = || RunEnd::Killed { why: "x".into() };
        let table = [
            (exit(0), exit(0), true),
            (exit(1), exit(1), true),
            (exit(0), exit(1), false),
            (exit(0), RunEnd::TimedOut, false),
            (killed(), killed(), true),
            (killed(), exit(0), false),
            (RunEnd::NotRun, RunEnd::NotRun, true),
        ];
        for (then, now, agrees) in table {
            let ran = Ran {
                command: "x".into(),
                end: then.clone(),
                ms: 1,
            };
            let all = replayed(&[ran], vec![now.clone()]);
            assert_eq!(all[0].agrees(), agrees, "{then:?} {now:?}");
        }
    }
}
