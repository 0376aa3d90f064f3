//! What a session's log says that its task does not keep: what the agent says it ran, where it went, and what was refused to it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::MOST;
use crate::agent::{ToolStatus, Update};
use crate::usage::Source;

/// The longest command kept, in characters.
const LONGEST: usize = 300;
/// The kind of tool call in which an agent runs a command.
const EXECUTE: &str = "execute";

/// A command that the agent says it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// In the agent's words.
    pub command: String,
    /// What it says became of it.
    pub status: ToolStatus,
}

/// Something that was refused to the session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refusal {
    /// A host with its port, or what else it tried.
    pub what: String,
    /// Why not.
    pub why: String,
}

/// What a log says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logged {
    /// What the agent says it ran, in order.
    pub commands: Vec<Claim>,
    /// The hosts that it was let through to, each with its port; and the model, where that is reached through skep.
    pub reached: BTreeSet<String>,
    /// What was refused to it.
    pub refused: BTreeSet<Refusal>,
    /// Its tokens were counted between it and its model, by skep.
    pub counted: bool,
    /// So many items did not fit.
    pub left_out: u64,
}

impl Logged {
    /// Reads a log, oldest line first.
    pub fn read(updates: impl IntoIterator<Item = Update>) -> Self {
        let (mut logged, mut ids) = (Self::default(), Vec::<String>::new());
        for update in updates {
            match update {
                Update::Tool {
                    id,
                    title,
                    tool,
                    status,
                } if tool == EXECUTE => {
                    let command = title.trim().chars().take(LONGEST).collect();
                    let claim = Claim { command, status };
                    // A call is told again each time it goes on.
                    match ids.iter().position(|known| *known == id) {
                        Some(at) => logged.commands[at] = claim,
                        None if ids.len() < MOST => {
                            ids.push(id);
                            logged.commands.push(claim);
                        }
                        None => logged.left_out += 1,
                    }
                }
                Update::Reached { hosts } => {
                    for host in hosts {
                        logged.keep_host(host);
                    }
                }
                Update::Refused { attempt, .. } => logged.keep_refusal(Refusal {
                    what: attempt.what,
                    why: attempt.why,
                }),
                Update::Usage(report) => logged.counted |= report.source == Source::Gateway,
                Update::Started { .. }
                | Update::Prompt { .. }
                | Update::Message { .. }
                | Update::Thought { .. }
                | Update::Tool { .. }
                | Update::Plan { .. }
                | Update::Mode { .. }
                | Update::Permission { .. }
                | Update::Stderr { .. }
                | Update::Note { .. } => {}
            }
        }
        logged
    }

    fn keep_host(&mut self, host: String) {
        match self.reached.len() < MOST || self.reached.contains(&host) {
            true => drop(self.reached.insert(host)),
            false => self.left_out += 1,
        }
    }

    fn keep_refusal(&mut self, refusal: Refusal) {
        match self.refused.len() < MOST || self.refused.contains(&refusal) {
            true => drop(self.refused.insert(refusal)),
            false => self.left_out += 1,
        }
    }

    /// The same with every text as `clean` gives it back.
    #[must_use]
    pub fn cleaned(self, clean: impl Fn(&str) -> String) -> Self {
        let claim = |claim: Claim| Claim {
            command: clean(&claim.command),
            ..claim
        };
        let refusal = |refusal: Refusal| Refusal {
            what: clean(&refusal.what),
            why: clean(&refusal.why),
        };
        Self {
            commands: self.commands.into_iter().map(claim).collect(),
            reached: self.reached.iter().map(|host| clean(host)).collect(),
            refused: self.refused.into_iter().map(refusal).collect(),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::containment::{Attempt, Weight};

    fn tool(id: &str, title: &str, status: ToolStatus) -> Update {
        Update::Tool {
            id: id.into(),
            title: title.into(),
            tool: EXECUTE.into(),
            status,
        }
    }

    #[test]
    fn a_call_counts_once_in_its_last_state_and_only_commands_count() {
        let read = Update::Tool {
            id: "9".into(),
            title: "read a file".into(),
            tool: "read".into(),
            status: ToolStatus::Completed,
        };
        let logged = Logged::read([
            tool("1", "cargo test", ToolStatus::Pending),
            read,
            tool("2", "ls", ToolStatus::Completed),
            tool("1", "cargo test --all", ToolStatus::Failed),
        ]);
        let claims: Vec<(&str, ToolStatus)> = logged
            .commands
            .iter()
            .map(|claim| (claim.command.as_str(), claim.status))
            .collect();
        assert_eq!(
            claims,
            [
                ("cargo test --all", ToolStatus::Failed),
                ("ls", ToolStatus::Completed)
            ]
        );
    }

    #[test]
    fn hosts_and_refusals_are_sets_and_none_grows_without_end() {
        let reached = |host: String| Update::Reached { hosts: vec![host] };
        let refused = Update::Refused {
            attempt: Attempt::new("evil.example:443".into(), "it is on no list", Weight::Odd),
            count: 10,
        };
        let hosts = (0..MOST + 3).map(|n| reached(format!("{n}.example:443")));
        let mut all: Vec<Update> = vec![refused.clone(), refused];
        all.extend(hosts);
        all.push(reached("0.example:443".into()));
        let logged = Logged::read(all);
        assert_eq!(
            (logged.reached.len(), logged.refused.len(), logged.left_out),
            (MOST, 1, 3)
        );
    }
}
