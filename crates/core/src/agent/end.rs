//! How one prompt turn ended: what the agent says of it, and whether that is to be taken for finished work.
//!
//! Never proof that anything was done: that is for git to tell.

use serde::{Deserialize, Serialize};

use super::class::{ErrorClass, is_report};
use crate::usage::Report;

/// Why a turn ended, as the agent (or the lack of an answer) says; never proof that anything was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// The agent says it is finished.
    EndTurn,
    /// The model's token limit.
    MaxTokens,
    /// The agent's limit of requests in one turn.
    MaxTurnRequests,
    /// The model refused to go on.
    Refusal,
    /// It was cancelled, and the agent confirmed.
    Cancelled,
    /// It was cancelled, the agent did not confirm in time, and its processes were ended.
    Killed,
    /// It was ended because its issue has used up what it may.
    OutOfBudget,
    /// The agent says it is over, for a reason the protocol does not know.
    Other,
}

/// The end of one prompt turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnEnd {
    /// What the agent says.
    pub stop: Stop,
    /// The last message of the agent in this turn, at most 64 KiB.
    pub message: String,
    /// What it cost.
    pub usage: Report,
    /// The class of failure the last message tells of, if it reads like one. Together with an empty diff this is a failure
    /// of that class: several agents end the turn normally after a failed call to their model.
    pub error: Option<ErrorClass>,
    /// The agent's id of the session, to load it later; empty when the turn was cancelled before there was one.
    pub agent_session: String,
    /// True when the turn ran in a session loaded from an earlier process or still live, false when it was new.
    pub resumed: bool,
}

impl TurnEnd {
    /// Why the turn is not to be taken for finished work, as far as the agent tells: it stopped at a limit or refused to go
    /// on, or its last words are an error's report.
    pub fn unfinished(&self) -> Option<ErrorClass> {
        let reported = self.error.filter(|_| is_report(&self.message));
        let stopped = match self.stop {
            Stop::MaxTokens => Some(ErrorClass::MaxTokens),
            Stop::MaxTurnRequests => Some(ErrorClass::MaxTurnRequests),
            Stop::Refusal => Some(ErrorClass::Refusal),
            Stop::Cancelled | Stop::Killed | Stop::OutOfBudget => Some(ErrorClass::BrokenOff),
            Stop::EndTurn | Stop::Other => None,
        };
        reported.or(stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(stop: Stop, message: &str) -> TurnEnd {
        let error = crate::agent::error_in(message);
        let (agent_session, message) = ("s".to_owned(), message.to_owned());
        TurnEnd {
            stop,
            message,
            usage: Report::default(),
            error,
            agent_session,
            resumed: false,
        }
    }

    #[test]
    fn an_end_of_before_anybody_counted_is_still_read() {
        let old = r#"{"stop":"end_turn","message":"Done.","usage":{"input":1,"output":2,"total":3,"cost":[0.1,"USD"]},"error":null,"agent_session":"s","resumed":false}"#;
        // How money was written then says nothing today.
        let read: TurnEnd = serde_json::from_str(old).expect("an earlier row");
        assert_eq!(read.usage, Report::default());
    }

    #[test]
    fn what_stopped_at_a_limit_or_reports_an_error_is_not_finished() {
        let cases = [
            (Stop::EndTurn, "Done: the tests pass.", None),
            (Stop::Other, "Done.", None),
            (Stop::MaxTokens, "Step 1 of 5", Some(ErrorClass::MaxTokens)),
            (Stop::MaxTurnRequests, "", Some(ErrorClass::MaxTurnRequests)),
            (
                Stop::Refusal,
                "I cannot help with that.",
                Some(ErrorClass::Refusal),
            ),
            (
                Stop::Refusal,
                "Error: 429 Too Many Requests",
                Some(ErrorClass::RateLimit),
            ),
            (Stop::Cancelled, "", Some(ErrorClass::BrokenOff)),
            (Stop::OutOfBudget, "Step 1", Some(ErrorClass::BrokenOff)),
            (
                Stop::EndTurn,
                "Error: 400 This model's maximum context length is 128000 tokens.",
                Some(ErrorClass::ContextFull),
            ),
            (
                Stop::EndTurn,
                "I retry failed requests after a rate limit (429) now.",
                None,
            ),
        ];
        for (stop, message, unfinished) in cases {
            assert_eq!(
                end(stop, message).unfinished(),
                unfinished,
                "{stop:?} {message}"
            );
        }
    }
}
