//! How a turn ended: by the agent's answer, by one of its clocks, by a cancel or by the death of the agent; and what of that
//! the log should hold.
//!
//! What is reported is what the agent said; whether anything was done is for git to tell.

use crate::core::agent::{Stop, TurnEnd, Update, error_in};
use crate::core::text::session_log;
use crate::core::usage::Report;

use super::connection::Ended;
use super::error::AgentError;
use super::opening::Opened;
use super::running_agent::Live;
use super::turn_request::TurnRequest;

/// Why skep ended a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Cancelled,
    Wall,
    Silence,
    /// Its model refuses, and it does not say so.
    Model,
}

/// What the agent answered to the turn's last prompt.
pub(super) enum Answer {
    Given(serde_json::Value),
    Missing(Ended),
    /// It did not confirm the cancel in time.
    Overdue,
}

/// All that is known of a turn when it is over.
pub(super) struct Conclusion {
    pub(super) session: Opened,
    pub(super) answer: Answer,
    /// Why skep ended it, if skep did.
    pub(super) why: Option<Why>,
}

impl Conclusion {
    /// What the turn came to.
    pub(super) async fn reach(
        self,
        live: &Live,
        request: &TurnRequest,
    ) -> Result<TurnEnd, AgentError> {
        let Self {
            session,
            answer,
            why,
        } = self;
        let late = match why {
            Some(Why::Wall) => Some(AgentError::Timeout(request.wall)),
            Some(Why::Silence | Why::Model) => Some(AgentError::Silence(request.silence)),
            Some(Why::Cancelled) | None => None,
        };
        if let Some(late) = late {
            return Err(live.connection.wire.state().model.blame().unwrap_or(late));
        }
        let spent = why.is_none() && live.connection.wire.state().model.spent;
        let partial = !matches!(answer, Answer::Given(_));
        let stop = match answer {
            // Whatever it made of being turned away.
            Answer::Given(_) | Answer::Missing(Ended::Answered(_)) if spent => Stop::OutOfBudget,
            Answer::Given(answer) => given(live, &answer),
            // An agent may answer a cancelled prompt with an error; it has ended all the same.
            Answer::Missing(Ended::Answered(_)) if why.is_some() => Stop::Cancelled,
            Answer::Missing(_) | Answer::Overdue if why.is_some() => Stop::Killed,
            Answer::Missing(ended) => {
                let error = live.explain(ended).await;
                let health = &live.connection.wire.state().model;
                return Err(health.blame_beside(error.class()).unwrap_or(error));
            }
            Answer::Overdue => Stop::Killed,
        };
        let state = live.connection.wire.state();
        let message = state.transcript.last_message().to_owned();
        if why.is_none()
            && !spent
            && let Some(refused) = state.model.blame_for(&message)
        {
            return Err(refused);
        }
        let error = error_in(&message);
        let usage = state.transcript.usage();
        let usage = Report {
            partial: partial || usage.partial,
            ..usage
        };
        Ok(TurnEnd {
            stop,
            message,
            usage,
            error,
            agent_session: session.id,
            resumed: session.resumed,
        })
    }
}

/// Reads the answer to a prompt: <https://agentclientprotocol.com/protocol/prompt-turn#stop-reasons>. A reason that is
/// missing or unknown is noted; the turn is over all the same, and git tells what was done.
fn given(live: &Live, answer: &serde_json::Value) -> Stop {
    match answer["stopReason"].as_str() {
        Some("end_turn") => Stop::EndTurn,
        Some("max_tokens") => Stop::MaxTokens,
        Some("max_turn_requests") => Stop::MaxTurnRequests,
        Some("refusal") => Stop::Refusal,
        Some("cancelled") => Stop::Cancelled,
        reason => {
            let reason: String = reason.unwrap_or("none").chars().take(60).collect();
            live.note(session_log::unknown_stop(&reason));
            Stop::Other
        }
    }
}

/// An agent that refuses the first prompt of a session it said it had loaded, without a word or a deed, does not have that
/// session: some answer every load with success.
pub(super) fn has_lost_it(live: &Live, answer: &Answer) -> bool {
    let refused =
        matches!(answer, Answer::Given(answer) if answer["stopReason"].as_str() == Some("refusal"));
    refused && live.connection.wire.state().transcript.is_mute()
}

/// What the log should hold of the turn besides what the agent said.
pub(super) fn last_notes(live: &Live, end: &Result<TurnEnd, AgentError>) {
    let crashed = matches!(end, Err(AgentError::Crash { .. })).then(|| live.last_words());
    let mut state = live.connection.wire.state();
    if let Some(text) = state.strays.note() {
        state.transcript.note(text);
    }
    if let Some(text) = crashed {
        state.transcript.single(Update::Stderr { text });
    }
}

/// The end of a turn that was cancelled before the agent had its prompt.
pub(super) fn never_begun() -> TurnEnd {
    TurnEnd {
        stop: Stop::Cancelled,
        message: String::new(),
        usage: Report::nothing(),
        error: None,
        agent_session: String::new(),
        resumed: false,
    }
}
