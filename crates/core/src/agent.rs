//! What the rest of skep knows about a coding agent: how one is described, what it says while it works, how a turn ends
//! and what an error text of it means.
//!
//! Pure data: the module `agent` speaks the protocol and fills these in; the session log, the live feed and `decide` read
//! them. It must never hold a secret in clear outside [`AgentSpec::environment`], and never name the protocol's types.

mod again;
mod catalogue;
mod class;
mod end;
mod key_place;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::containment::Attempt;
use crate::usage::{Meaning, Report};

pub use again::wait_named;
pub use catalogue::Catalogue;
pub use class::{ErrorClass, classify, error_in};
pub use end::{Stop, TurnEnd};
pub use key_place::KeyPlace;

/// A command that speaks the Agent Client Protocol on its standard input and output, and all it needs to start.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentSpec {
    /// What people and logs call it: `goose`, `codex`, `demo` …
    pub name: String,
    /// Program (a name looked for on the path, or an absolute path) and arguments; never empty.
    pub command: Vec<String>,
    /// Variables set for the agent; the model's key is usually among them.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Names of variables that the operator passes through from skep's own environment; whoever reads the configuration
    /// resolves them into `environment`. A name that ends in `*` stands for all that begin so.
    #[serde(default)]
    pub inherit: Vec<String>,
    /// The session mode (the agent's own id for it) to switch to before the first prompt.
    #[serde(default)]
    pub mode: Option<String>,
    /// The agent is started so that it asks no permission: the sandbox is the fence.
    #[serde(default)]
    pub auto: bool,
    /// Whether an earlier session of the agent may be loaded again; off for agents whose loading is broken.
    #[serde(default = "yes")]
    pub resume: bool,
    /// Absolute folders the agent may read besides its working copy (toolchains in hidden places).
    #[serde(default)]
    pub expose: Vec<String>,
    /// What it may reach besides its model's hosts: hosts, `*.host`, addresses, each with or without `:port`, and names of presets.
    #[serde(default)]
    pub egress: Vec<String>,
    /// Absolute folder used as its home instead of the session's own: for agents that keep a login there.
    #[serde(default)]
    pub home: Option<String>,
    /// What the agent writes into its working copy for itself: patterns of gitignore(5).
    #[serde(default)]
    pub ignore: Vec<String>,
    /// The variable that names the folder where its program keeps what is the same in every session.
    #[serde(default)]
    pub cache: Option<String>,
    /// Files for a session's own home, by their paths below it: settings that no variable holds. One that is there is left alone,
    /// and so is a home that is not the session's own.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Variables that hold a password of each start's own: they close what the agent opens for itself.
    #[serde(default)]
    pub passwords: Vec<String>,
    /// Where the key of its model is kept.
    #[serde(default)]
    pub key: KeyPlace,
    /// Variables that lead it to a gateway where no plain address does: `{openai}` stands for where that provider is found inside,
    /// `{openai.key}` for the variable that holds its key. Two of the same name are put together as JSON.
    #[serde(default)]
    pub gateway: Vec<(String, String)>,
    /// How many sessions with it may be at work at once; `None`: as many as there are slots.
    #[serde(default)]
    pub sessions: Option<u32>,
    /// What a session with it is expected to need of the memory, builds and tests included, until one was seen, bytes; `None`:
    /// nobody knows.
    #[serde(default)]
    pub memory: Option<u64>,
    /// What it means by the tokens it tells of.
    #[serde(default)]
    pub usage: Meaning,
    /// Whether version 2 of the protocol, a draft, is offered to it.
    #[serde(default)]
    pub draft_protocol: bool,
}

fn yes() -> bool {
    true
}

impl AgentSpec {
    /// An agent of which nothing but its name and its command is known.
    pub fn new(name: &str, command: Vec<String>) -> Self {
        Self {
            name: name.to_owned(),
            command,
            environment: BTreeMap::new(),
            inherit: vec![],
            mode: None,
            auto: false,
            resume: true,
            expose: vec![],
            egress: vec![],
            home: None,
            ignore: vec![],
            cache: None,
            files: BTreeMap::new(),
            passwords: vec![],
            key: KeyPlace::Inside,
            gateway: vec![],
            sessions: None,
            memory: None,
            usage: Meaning::default(),
            draft_protocol: false,
        }
    }
}

/// Values of the environment are keys as a rule, so only the names are shown.
impl std::fmt::Debug for AgentSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentSpec")
            .field("name", &self.name)
            .field("command", &self.command)
            .field("environment", &self.environment.keys().collect::<Vec<_>>())
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// Something the agent said or did, merged by id: a later item with the same id replaces the earlier one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Update {
    /// The agent answered and a session stands.
    Started {
        /// The agent's own id of the session, to load it again later.
        agent_session: String,
        /// What the agent calls itself.
        agent_name: String,
        /// The agent's version, empty when it does not say.
        version: String,
        /// True when an earlier session was loaded, false when it starts from nothing.
        resumed: bool,
        /// True when the agent takes a further prompt while it works on one.
        #[serde(default)]
        queues: bool,
    },
    /// What the agent was told at the beginning of a turn, as it was sent.
    Prompt {
        /// At most its first 64 KiB.
        text: String,
    },
    /// Text meant for people, all of it so far.
    Message {
        /// The agent's id of the message, or one made by skep.
        id: String,
        /// At most 64 KiB.
        text: String,
    },
    /// Thinking aloud, all of it so far.
    Thought {
        /// As for a message.
        id: String,
        /// At most 64 KiB.
        text: String,
    },
    /// A tool call as it stands now.
    Tool {
        /// The agent's id of the call.
        id: String,
        /// One line, at most 500 characters; may change.
        title: String,
        /// `read`, `edit`, `delete`, `move`, `search`, `execute`, `think`, `fetch`, `switch_mode` or `other`.
        tool: String,
        /// How far it is.
        status: ToolStatus,
    },
    /// The whole plan as it stands now.
    Plan {
        /// In the agent's order.
        entries: Vec<PlanEntry>,
    },
    /// What the turn has cost so far.
    Usage(Report),
    /// The agent switched its mode.
    Mode {
        /// The agent's id of the mode.
        mode: String,
    },
    /// The agent asked for permission and was answered.
    Permission {
        /// What for.
        title: String,
        /// What it was told.
        decision: Decision,
    },
    /// The end of what the agent wrote to its error stream.
    Stderr {
        /// At most 64 KiB.
        text: String,
    },
    /// The sandbox refused something; how often by now.
    Refused {
        /// What.
        attempt: Attempt,
        /// How often.
        count: u64,
    },
    /// The hosts that it was let through to so far, since its process began.
    Reached {
        /// Each with its port, and the providers of its model where it reaches those through skep.
        hosts: Vec<String>,
    },
    /// Something skep itself has to say about the session.
    Note {
        /// One sentence.
        text: String,
    },
}

impl Update {
    /// Its kind, by the name it is stored under.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::Prompt { .. } => "prompt",
            Self::Message { .. } => "message",
            Self::Thought { .. } => "thought",
            Self::Tool { .. } => "tool",
            Self::Plan { .. } => "plan",
            Self::Usage(_) => "usage",
            Self::Mode { .. } => "mode",
            Self::Permission { .. } => "permission",
            Self::Stderr { .. } => "stderr",
            Self::Refused { .. } => "refused",
            Self::Reached { .. } => "reached",
            Self::Note { .. } => "note",
        }
    }
}

/// How far a tool call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolStatus {
    /// Announced.
    Pending,
    /// At work.
    InProgress,
    /// Done.
    Completed,
    /// Ended badly.
    Failed,
}

/// One step of an agent's plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanEntry {
    /// What is to be done, at most 500 characters.
    pub content: String,
    /// How far it is.
    pub status: PlanStatus,
    /// `high`, `medium` or `low`.
    pub priority: String,
}

/// How far a step of a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanStatus {
    /// Not begun.
    Pending,
    /// At work.
    InProgress,
    /// Done.
    Completed,
}

/// The answer to a request for permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Granted.
    Allowed,
    /// Refused.
    Rejected,
    /// The turn was being cancelled.
    Cancelled,
}

/// What the agent says of its finished work through the session's tools: a claim to be shown, never a proof.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// What was done, in a few sentences; the agent's words, bounded but not sanitised.
    pub summary: String,
    /// What was checked and how, one entry each.
    #[serde(default)]
    pub verified: Vec<String>,
    /// Answers to the review's threads.
    #[serde(default)]
    pub threads: Vec<ThreadReply>,
}

/// The agent's answer to one thread of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadReply {
    /// The thread's id as the prompt named it.
    pub thread: String,
    /// What was done about it.
    pub text: String,
}

/// How to fence agents in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SandboxChoice {
    /// With bubblewrap; where it does not work no agent is started.
    #[default]
    Bubblewrap,
    /// In containers; where they do not work no agent is started.
    Container(ContainerChoice),
    /// A process group only, because the operator said so.
    None,
}

/// What agents' containers are made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContainerChoice {
    /// The engine's command line up to its subcommand, such as `docker --context agents`; empty: Podman, else Docker, as installed.
    pub engine: Vec<String>,
    /// The image, which holds agents and their tools and is on the machine already.
    pub image: String,
    /// What the engine's client is told of the operator's environment: where its files and its service are.
    pub environment: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> AgentSpec {
        let environment = BTreeMap::from([("KEY".to_owned(), "canary".to_owned())]);
        AgentSpec {
            environment,
            ..AgentSpec::new("x", vec!["x".into()])
        }
    }

    #[test]
    fn an_update_is_stored_under_its_kind() {
        let id = || "1".to_owned();
        let text = || "x".to_owned();
        let updates = [
            Update::Message {
                id: id(),
                text: text(),
            },
            Update::Thought {
                id: id(),
                text: text(),
            },
            Update::Plan {
                entries: Vec::new(),
            },
            Update::Usage(Report::default()),
            Update::Mode { mode: text() },
            Update::Stderr { text: text() },
            Update::Reached { hosts: vec![] },
            Update::Note { text: text() },
        ];
        for update in updates {
            let json = serde_json::to_value(&update).expect("it serializes");
            assert_eq!(json["kind"], update.kind());
        }
    }

    #[test]
    fn a_spec_shows_no_values() {
        let spec = spec();
        let shown = format!("{spec:?}");
        assert!(
            shown.contains("KEY") && !shown.contains("canary"),
            "{shown}"
        );
    }

    #[test]
    fn a_start_logged_before_queueing_was_known_is_still_read() {
        let old = r#"{"kind":"started","agent_session":"s","agent_name":"x","version":"1","resumed":true}"#;
        let read: Update = serde_json::from_str(old).expect("an earlier line");
        assert!(
            matches!(
                read,
                Update::Started {
                    queues: false,
                    resumed: true,
                    ..
                }
            ),
            "{read:?}"
        );
    }

    #[test]
    fn updates_survive_json() {
        let update = Update::Tool {
            id: "1".into(),
            title: "write".into(),
            tool: "edit".into(),
            status: ToolStatus::InProgress,
        };
        let json = serde_json::to_string(&update).expect("plain data");
        assert_eq!(
            json,
            r#"{"kind":"tool","id":"1","title":"write","tool":"edit","status":"in_progress"}"#
        );
        assert_eq!(
            serde_json::from_str::<Update>(&json).expect("what was just written"),
            update
        );
    }
}
