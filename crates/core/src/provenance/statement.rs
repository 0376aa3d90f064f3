//! The statement itself, as it is signed: made of what is known, shortened until it fits, and read back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::logged::{Claim, Logged, Refusal};
use super::{Approval, Cost, Ran, Recorded};
use crate::ids::Sha;
use crate::location::Place;

/// The kind of document. <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>
pub const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// What its predicate is; `docs/provenance.md` describes it.
pub const PREDICATE: &str = "https://github.com/skep-dev/skep/provenance/v1";

/// What git says of the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footing {
    /// The commit on the base branch that the work stands on.
    pub base: Sha,
    /// The commit's tree.
    pub tree: Sha,
    /// SHA-256 over what lies between base and commit: each path with its modes and objects, as `git diff-tree -r -z` tells it.
    pub changes: String,
}

/// Who makes the statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maker {
    /// The version of skep.
    pub skep: String,
    /// How its agents are fenced in.
    pub sandbox: String,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// [`STATEMENT`].
    #[serde(rename = "_type")]
    pub kind: String,
    /// The commit, its tree, and what it changes.
    pub subject: Vec<Subject>,
    /// [`PREDICATE`].
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What is said of it.
    pub predicate: Predicate,
}

/// What a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// `commit`, `tree` or `changes`.
    pub name: String,
    /// By the name of the digest.
    pub digest: BTreeMap<String, String>,
}

/// What is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicate {
    /// Where it belongs.
    pub place: Belongs,
    /// By what it was made.
    pub made_by: MadeBy,
    /// What skep saw itself.
    pub seen: Seen,
    /// What the agent said, which nobody has checked.
    pub claimed: Claimed,
    /// So many items did not fit.
    #[serde(default)]
    pub left_out: u64,
}

/// Where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Belongs {
    /// The repository's name at the time.
    pub repository: String,
    /// Its number, which stays.
    pub repository_id: i64,
    /// The issue.
    pub issue: i64,
    /// The branch.
    pub branch: String,
    /// The branch that it is for.
    pub base_branch: String,
    /// The commit there that it stands on.
    pub base: Sha,
}

/// By what it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeBy {
    /// skep itself.
    #[serde(flatten)]
    pub maker: Maker,
    /// The operator's name of the agent.
    pub agent: String,
    /// Its role.
    pub role: String,
    /// The session.
    pub session: String,
}

/// What skep saw itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Whose request it is.
    pub asked_by: String,
    /// Who approved what.
    pub approvals: Vec<Approval>,
    /// The repository's own commands, run by skep in a clean checkout of the commit; `None` where it has none or they were not run yet.
    pub commands: Option<Vec<Ran>>,
    /// Hosts that the session was let through to.
    pub reached: Vec<String>,
    /// What was refused to it.
    pub refused: Vec<Refusal>,
    /// Hosts that were opened to it besides what is open to all.
    pub opened: Vec<String>,
    /// What it cost, where skep counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
}

/// What the agent said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// Its name and version.
    pub agent: Option<String>,
    /// The commands that it ran.
    pub commands: Vec<Claim>,
    /// What it cost, where the agent counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
}

/// All that a statement is made of.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    /// What the task recorded.
    pub recorded: &'a Recorded,
    /// What the session's log says.
    pub logged: Logged,
    /// Where it belongs.
    pub place: &'a Place,
    /// Who makes it.
    pub maker: Maker,
    /// What git says, where it could be asked.
    pub footing: Option<Footing>,
}

/// Makes it, at most so many bytes long as JSON; what an agent can make much of goes first.
pub fn statement(known: Known<'_>, most: usize) -> Statement {
    let subject = known.subject();
    let place = known.belongs();
    let Known {
        recorded,
        logged,
        maker,
        ..
    } = known;
    let cost = || Some(recorded.cost.clone());
    let predicate = Predicate {
        place,
        made_by: MadeBy {
            maker,
            agent: recorded.agent.clone(),
            role: recorded.role.clone(),
            session: recorded.session.to_string(),
        },
        seen: Seen {
            asked_by: recorded.asked_by.clone(),
            approvals: recorded.approvals.clone(),
            commands: recorded.ran.clone(),
            reached: logged.reached.into_iter().collect(),
            refused: logged.refused.into_iter().collect(),
            opened: recorded.opened.clone(),
            cost: cost().filter(|_| logged.counted),
        },
        claimed: Claimed {
            agent: recorded.says.clone(),
            commands: logged.commands,
            cost: cost().filter(|_| !logged.counted),
        },
        left_out: logged.left_out,
    };
    let whole = Statement {
        kind: STATEMENT.to_owned(),
        subject,
        predicate_type: PREDICATE.to_owned(),
        predicate,
    };
    whole.within(most)
}

impl Known<'_> {
    fn subject(&self) -> Vec<Subject> {
        let digest = |name: &str, kind: &str, value: &str| Subject {
            name: name.to_owned(),
            digest: BTreeMap::from([(kind.to_owned(), value.to_owned())]),
        };
        let mut subject = vec![digest("commit", "gitCommit", self.recorded.head.as_str())];
        if let Some(footing) = &self.footing {
            subject.push(digest("tree", "gitTree", footing.tree.as_str()));
            subject.push(digest("changes", "sha256", &footing.changes));
        }
        subject
    }

    fn belongs(&self) -> Belongs {
        let (recorded, place) = (self.recorded, self.place);
        let base = self.footing.as_ref().map(|footing| &footing.base);
        Belongs {
            repository: place.name.to_string(),
            repository_id: place.repository.0,
            issue: place.issue.0,
            branch: recorded.branch.to_string(),
            base_branch: recorded.base_branch.clone(),
            base: base.unwrap_or(&recorded.base).clone(),
        }
    }
}

impl Statement {
    /// As JSON, which is what is signed.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers alone are always JSON")
    }

    /// Reads one; `None` where it is none, or one of another kind.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let read: Self = serde_json::from_slice(payload).ok()?;
        let right = read.kind == STATEMENT && read.predicate_type == PREDICATE;
        right.then_some(read)
    }

    /// The digest of a subject.
    pub fn digest(&self, name: &str, kind: &str) -> Option<&str> {
        let subject = self.subject.iter().find(|subject| subject.name == name)?;
        subject.digest.get(kind).map(String::as_str)
    }

    /// The tree and the digest of the changes that it names, where it names both.
    pub fn content(&self) -> Option<(&str, &str)> {
        let tree = self.digest("tree", "gitTree")?;
        Some((tree, self.digest("changes", "sha256")?))
    }

    /// Takes the longest list's last items away until it fits. The commands that skep ran stay: they are what is replayed.
    fn within(mut self, most: usize) -> Self {
        while self.to_json().len() > most {
            let Predicate { seen, claimed, .. } = &mut self.predicate;
            let lists = [
                claimed.commands.len(),
                seen.refused.len(),
                seen.reached.len(),
                seen.opened.len(),
                seen.approvals.len(),
            ];
            let Some((which, length)) = lists
                .into_iter()
                .enumerate()
                .max_by_key(|(_, length)| *length)
            else {
                break;
            };
            if length == 0 {
                break;
            }
            // A tenth at a time: one by one would take as long as the list is.
            let goes = length.div_ceil(10);
            let keep = length - goes;
            match which {
                0 => claimed.commands.truncate(keep),
                1 => seen.refused.truncate(keep),
                2 => seen.reached.truncate(keep),
                3 => seen.opened.truncate(keep),
                _ => seen.approvals.truncate(keep),
            }
            self.predicate.left_out += goes as u64;
        }
        self
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::agent::ToolStatus;
    use crate::usage::Exactness;
    use crate::verification::RunEnd;

    pub(in crate::provenance) fn sha(digit: char) -> Sha {
        digit.to_string().repeat(40).parse().expect("forty digits")
    }

    fn recorded() -> Recorded {
        Recorded {
            head: sha('a'),
            base: sha('b'),
            base_branch: "main".into(),
            branch: "agent/1-x".parse().expect("a branch of ours"),
            session: "7-1-1".parse().expect("a session"),
            role: "swe".into(),
            agent: "demo".into(),
            says: Some("demo 1".into()),
            asked_by: "ana".into(),
            approvals: vec![],
            ran: Some(vec![Ran {
                command: "make test".into(),
                end: RunEnd::Exit { code: 0 },
                ms: 5,
            }]),
            opened: vec![],
            cost: Cost {
                tokens: 12,
                tokens_are: Exactness::Exact,
                microdollars: 0,
                microdollars_are: Exactness::Unknown,
                worked_ms: 9,
            },
        }
    }

    pub(in crate::provenance) fn made(logged: Logged, most: usize) -> Statement {
        let place = serde_json::json!({ "installation": 5, "repository": 7, "name": "octo/hello", "issue": 1 });
        let place: Place = serde_json::from_value(place).expect("a place");
        let footing = Footing {
            base: sha('c'),
            tree: sha('d'),
            changes: "e".repeat(64),
        };
        let maker = Maker {
            skep: "0.1.0".into(),
            sandbox: "bubblewrap".into(),
        };
        let known = Known {
            recorded: &recorded(),
            logged,
            place: &place,
            maker,
            footing: Some(footing),
        };
        statement(known, most)
    }

    #[test]
    fn what_was_seen_and_what_is_claimed_stand_apart_and_it_is_read_back() {
        let claim = |command: &str| Claim {
            command: command.into(),
            status: ToolStatus::Completed,
        };
        let counted = |counted| Logged {
            commands: vec![claim("cargo test")],
            counted,
            ..Logged::default()
        };
        let one = made(counted(false), 9_000);
        assert_eq!(one.digest("commit", "gitCommit"), Some(sha('a').as_str()));
        assert_eq!(one.predicate.place.base, sha('c'), "what git says counts");
        assert!(one.predicate.seen.cost.is_none() && one.predicate.claimed.cost.is_some());
        let other = made(counted(true), 9_000);
        assert!(other.predicate.seen.cost.is_some() && other.predicate.claimed.cost.is_none());
        let json = one.to_json();
        assert_eq!(Statement::read(json.as_bytes()), Some(one));
        for other in [
            json.replace(PREDICATE, "https://slsa.dev/provenance/v1"),
            json.replace("Statement/v1", "Statement/v2"),
            "{}".to_owned(),
        ] {
            assert_eq!(Statement::read(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn it_is_shortened_until_it_fits_and_what_is_replayed_stays() {
        let claim = |n: usize| Claim {
            command: format!("{n} {}", "x".repeat(250)),
            status: ToolStatus::Completed,
        };
        let logged = Logged {
            commands: (0..200).map(claim).collect(),
            reached: (0..50).map(|n| format!("{n}.example:443")).collect(),
            ..Logged::default()
        };
        let short = made(logged, 6_000);
        assert!(short.to_json().len() <= 6_000);
        assert_eq!(
            short.predicate.seen.commands.as_ref().map(Vec::len),
            Some(1)
        );
        let kept = short.predicate.claimed.commands.len() + short.predicate.seen.reached.len();
        assert_eq!(kept as u64 + short.predicate.left_out, 250);
    }
}
