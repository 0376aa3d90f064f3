//! What can go wrong between skep and an agent, and what an effect makes of it.
//!
//! The texts may hold the end of what the agent printed (bounded); they never hold values of the environment.

use std::time::Duration;

use crate::core::agent::ErrorClass;
use crate::core::failure::Failure;
use crate::core::text::{self, outside};

use super::registry;

/// An agent that did not start, did not behave or did not finish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// The program is not there.
    #[error("the command {program:?} of the agent {agent:?} was not found on the path")]
    NotFound {
        /// The agent's name.
        agent: String,
        /// The program looked for.
        program: String,
    },
    /// The program is there but cannot be started, or a folder it needs is missing.
    #[error("starting {what:?} failed: {why}")]
    Spawn {
        /// What was to be started.
        what: String,
        /// The system's words.
        why: String,
    },
    /// The agent did not answer `initialize` or the opening of a session in time.
    #[error("the agent did not answer {step} within {}{}", time(.after), tail(.said))]
    NoAnswer {
        /// The protocol's method.
        step: &'static str,
        /// How long it had.
        after: Duration,
        /// The end of what it printed and of its error stream.
        said: String,
    },
    /// The process ended while it was needed.
    #[error("the agent's process ended by itself ({status}){}", tail(.said))]
    Crash {
        /// `exit status: 3` or `signal: 9`.
        status: String,
        /// The end of what it printed and of its error stream.
        said: String,
    },
    /// The kernel ended it because it wanted more memory than its control group may have.
    #[error("{}", text::failure::too_much_memory(*.limit, *.limit))]
    Memory {
        /// Bytes.
        limit: u64,
    },
    /// The agent broke the protocol.
    #[error("the agent broke the protocol: {0}")]
    Protocol(String),
    /// The agent said more than a session may.
    #[error("the agent said too much: {0}")]
    Flood(String),
    /// The turn ran longer than it may.
    #[error("the agent was stopped after {}", time(.0))]
    Timeout(Duration),
    /// The agent said nothing for longer than it may.
    #[error("the agent said nothing for {} and was stopped", time(.0))]
    Silence(Duration),
    /// The agent answered with an error of its own.
    #[error("the agent answered with an error ({class}): {text}")]
    Answered {
        /// What it seems to mean.
        class: ErrorClass,
        /// The agent's words, at most 2,000 characters.
        text: String,
    },
    /// Its model was asked and gave no answer, as the gateway to it saw.
    #[error("{text}")]
    ModelRefused {
        /// What kind of failure.
        class: ErrorClass,
        /// What was refused, how often, and when it may be asked again.
        text: String,
    },
    /// The session was closed from elsewhere while the call ran.
    #[error("the session was closed")]
    Closed,
    /// Processes of the session are still there after they were killed.
    #[error("{count} processes of the session did not end")]
    Survivors {
        /// How many.
        count: usize,
    },
    /// A service of the repository's tests did not come up or did not stay: a sentence.
    #[error("{0}")]
    Service(String),
    /// The sandbox is wanted and does not work here.
    #[error("the sandbox does not work here: {0}")]
    Sandbox(String),
}

fn time(span: &Duration) -> String {
    text::span(i64::try_from(span.as_millis()).unwrap_or(i64::MAX))
}

/// Begun minutes.
fn minutes(span: Duration) -> u64 {
    span.as_secs().div_ceil(60)
}

/// Lines of an agent's last words that are told.
const TAIL: usize = 10;

fn tail(said: &str) -> String {
    let last: Vec<&str> = said
        .lines()
        .rev()
        .filter(|line| !line.trim().is_empty())
        .take(TAIL)
        .collect();
    if last.is_empty() {
        return String::new();
    }
    let text = last.into_iter().rev().collect::<Vec<_>>().join(" | ");
    format!(
        "; it said: {}",
        text.chars().take(1_000).collect::<String>()
    )
}

impl AgentError {
    /// The kind of failure, for the session's record.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::NotFound { .. }
            | Self::Spawn { .. }
            | Self::NoAnswer { .. }
            | Self::Sandbox(_) => ErrorClass::Spawn,
            Self::Service(_) => ErrorClass::Services,
            Self::Timeout(_) => ErrorClass::Timeout,
            Self::Crash { .. } => ErrorClass::Crash,
            Self::Memory { .. } => ErrorClass::Memory,
            Self::Protocol(_) => ErrorClass::Protocol,
            Self::Flood(_) => ErrorClass::Flood,
            Self::Silence(_) => ErrorClass::Silence,
            Self::Answered { class, .. } | Self::ModelRefused { class, .. } => *class,
            Self::Closed | Self::Survivors { .. } => ErrorClass::Unknown,
        }
    }
}

impl From<AgentError> for Failure {
    fn from(error: AgentError) -> Self {
        let why = error.to_string();
        match error {
            AgentError::NotFound { agent, program } => {
                let installs = registry::name_of(&program);
                Self::refused(outside::not_installed(&agent, &program, installs))
            }
            AgentError::Sandbox(_) => Self::refused(outside::NO_SANDBOX),
            AgentError::Service(say) => Self::refused(say),
            AgentError::Memory { .. } => Self::refused(why),
            AgentError::Spawn { .. }
            | AgentError::NoAnswer { .. }
            | AgentError::Crash { .. }
            | AgentError::Closed
            | AgentError::Survivors { .. } => Self::retry(why),
            AgentError::Answered {
                class: ErrorClass::Auth,
                ..
            }
            | AgentError::ModelRefused {
                class: ErrorClass::Auth,
                ..
            } => Self::refused(outside::NO_LOGIN),
            AgentError::Answered { .. } | AgentError::ModelRefused { .. } => Self::retry(why),
            AgentError::Protocol(_) => Self::refused(outside::NO_PROTOCOL),
            AgentError::Flood(_) => Self::refused(outside::FLOOD),
            AgentError::Timeout(after) => Self::refused(outside::ran_too_long(minutes(after))),
            AgentError::Silence(after) => Self::refused(outside::silent_too_long(minutes(after))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_command_names_the_next_step() {
        let failure = Failure::from(AgentError::NotFound {
            agent: "goose".into(),
            program: "goose".into(),
        });
        assert!(
            matches!(&failure, Failure::Refused { say } if say.contains("SKEP_AGENT") && say.contains("skep agents install goose")),
            "{failure:?}"
        );
    }

    #[test]
    fn too_little_memory_is_told_as_the_watcher_tells_it() {
        let error = AgentError::Memory { limit: 4 << 30 };
        let say = "the agent and what it started took 4.0 GiB of memory, and one session may take 4.0 GiB.";
        assert_eq!(error.to_string(), say);
        assert_eq!(error.class(), ErrorClass::Memory);
        // It would take as much again.
        assert!(matches!(Failure::from(error), Failure::Refused { say: told } if told == say));
    }

    #[test]
    fn a_crash_shows_the_end_of_the_error_stream() {
        let error = AgentError::Crash {
            status: "exit status: 3".into(),
            said: "a\nb\n\n".into(),
        };
        assert_eq!(
            error.to_string(),
            "the agent's process ended by itself (exit status: 3); it said: a | b"
        );
        assert!(matches!(Failure::from(error), Failure::Retry { .. }));
    }
}
