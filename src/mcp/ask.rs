//! What an assistant asks for, read strictly from the arguments of a tool: nothing is guessed, and a name that is not known is refused.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::core::ids::{IssueNumber, RepositoryName, SessionId};
use crate::core::text::mcp as text;

/// The most sessions that are listed at once.
pub(super) const SESSIONS: u32 = 200;
/// The most issues of one dispatch.
pub(super) const ISSUES: usize = 50;
/// The most days of outcomes.
pub(super) const DAYS: u32 = 365;
/// The longest answer to a question, characters.
pub(super) const ANSWER: usize = 4_000;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// How skep stands, or what waits in one repository.
    Status(Option<RepositoryName>),
    /// Sessions, newest first.
    Sessions {
        /// Only in this state.
        state: Option<String>,
        /// Only live ones, or only ended ones.
        live: Option<bool>,
        /// Only there.
        repository: Option<RepositoryName>,
        /// At most so many.
        limit: u32,
    },
    /// One session with its events and the end of its log.
    Session(SessionId),
    /// Work on these issues is to begin.
    Dispatch(RepositoryName, Vec<IssueNumber>),
    /// The open question of an issue is answered.
    Answer(RepositoryName, IssueNumber, String),
    /// A session is to end.
    Stop(SessionId),
    /// What became of pull requests.
    Outcomes {
        /// Of so many days.
        days: u32,
        /// Only there.
        repository: Option<RepositoryName>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusArguments {
    repository: Option<RepositoryName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionsArguments {
    session: Option<String>,
    state: Option<String>,
    live: Option<bool>,
    repository: Option<RepositoryName>,
    limit: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DispatchArguments {
    repository: RepositoryName,
    issues: Vec<IssueNumber>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerArguments {
    repository: RepositoryName,
    issue: IssueNumber,
    answer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StopArguments {
    session: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutcomesArguments {
    days: Option<u32>,
    repository: Option<RepositoryName>,
}

fn read<T: DeserializeOwned>(arguments: Map<String, Value>) -> Result<T, String> {
    let read = serde_json::from_value(Value::Object(arguments));
    read.map_err(|error| text::wrong_arguments(&error.to_string()))
}

fn session(typed: &str) -> Result<SessionId, String> {
    let parsed = typed.trim().parse::<SessionId>();
    parsed.map_err(|error| text::wrong_arguments(&error.to_string()))
}

fn within(number: u32, most: u32, name: &str) -> Result<u32, String> {
    match (1..=most).contains(&number) {
        true => Ok(number),
        false => Err(text::out_of_bounds(name, u64::from(most))),
    }
}

impl Ask {
    /// Reads the arguments of the tool of that name.
    ///
    /// # Errors
    /// What is wrong with them, for the assistant.
    pub(super) fn read(tool: &str, arguments: Map<String, Value>) -> Result<Self, String> {
        match tool {
            "swarm_status" => {
                let StatusArguments { repository } = read(arguments)?;
                Ok(Self::Status(repository))
            }
            "list_sessions" => Self::sessions(read(arguments)?),
            "dispatch" => {
                let DispatchArguments { repository, issues } = read(arguments)?;
                let fits =
                    (1..=ISSUES).contains(&issues.len()) && issues.iter().all(|one| one.0 > 0);
                match fits {
                    true => Ok(Self::Dispatch(repository, issues)),
                    false => Err(text::out_of_bounds("issues", ISSUES as u64)),
                }
            }
            "answer" => Self::answer(read(arguments)?),
            "stop" => {
                let typed: StopArguments = read(arguments)?;
                Ok(Self::Stop(session(&typed.session)?))
            }
            "outcomes" => {
                let OutcomesArguments { days, repository } = read(arguments)?;
                let days = within(days.unwrap_or(30), DAYS, "days")?;
                Ok(Self::Outcomes { days, repository })
            }
            _ => Err(text::NO_SUCH_TOOL.to_owned()),
        }
    }

    fn sessions(typed: SessionsArguments) -> Result<Self, String> {
        if let Some(id) = &typed.session {
            return Ok(Self::Session(session(id)?));
        }
        Ok(Self::Sessions {
            state: typed.state,
            live: typed.live,
            repository: typed.repository,
            limit: within(typed.limit.unwrap_or(50), SESSIONS, "limit")?,
        })
    }

    fn answer(typed: AnswerArguments) -> Result<Self, String> {
        let AnswerArguments {
            repository,
            issue,
            answer,
        } = typed;
        let words = answer.trim();
        if words.is_empty() || words.chars().count() > ANSWER {
            return Err(text::out_of_bounds("answer", ANSWER as u64));
        }
        match issue.0 > 0 {
            true => Ok(Self::Answer(repository, issue, words.to_owned())),
            false => Err(text::wrong_arguments("issue must be above zero")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(tool: &str, arguments: Value) -> Result<Ask, String> {
        let Value::Object(arguments) = arguments else {
            panic!("an object")
        };
        Ask::read(tool, arguments)
    }

    #[test]
    fn what_is_well_said_is_understood() {
        let hello: RepositoryName = "octo/hello".parse().expect("a name");
        let id: SessionId = "1-12-1".parse().expect("an id");
        for (tool, arguments, wanted) in [
            ("swarm_status", json!({}), Ask::Status(None)),
            (
                "list_sessions",
                json!({ "session": "1-12-1" }),
                Ask::Session(id.clone()),
            ),
            (
                "dispatch",
                json!({ "repository": "octo/hello", "issues": [12, 13] }),
                Ask::Dispatch(hello.clone(), vec![IssueNumber(12), IssueNumber(13)]),
            ),
            (
                "answer",
                json!({ "repository": "octo/hello", "issue": 12, "answer": " 2 " }),
                Ask::Answer(hello.clone(), IssueNumber(12), "2".to_owned()),
            ),
            ("stop", json!({ "session": "1-12-1" }), Ask::Stop(id)),
            (
                "outcomes",
                json!({}),
                Ask::Outcomes {
                    days: 30,
                    repository: None,
                },
            ),
        ] {
            assert_eq!(asked(tool, arguments), Ok(wanted), "{tool}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        for (tool, arguments) in [
            ("swarm_status", json!({ "verbose": true })),
            ("list_sessions", json!({ "limit": 0 })),
            ("list_sessions", json!({ "limit": 201 })),
            ("list_sessions", json!({ "session": "x" })),
            (
                "dispatch",
                json!({ "repository": "octo/hello", "issues": [] }),
            ),
            (
                "dispatch",
                json!({ "repository": "octo/hello", "issues": [0] }),
            ),
            ("dispatch", json!({ "repository": "../x", "issues": [1] })),
            (
                "dispatch",
                json!({ "repository": "octo/hello", "issues": vec![1; 51] }),
            ),
            (
                "answer",
                json!({ "repository": "octo/hello", "issue": 1, "answer": " " }),
            ),
            (
                "answer",
                json!({ "repository": "octo/hello", "issue": 1, "answer": "x".repeat(4_001) }),
            ),
            (
                "answer",
                json!({ "repository": "octo/hello", "issue": -1, "answer": "x" }),
            ),
            ("stop", json!({})),
            ("outcomes", json!({ "days": 366 })),
            ("serve", json!({})),
        ] {
            assert!(
                asked(tool, arguments.clone()).is_err(),
                "{tool} {arguments}"
            );
        }
    }
}
