//! The state of the talk with one agent: whose turn it is, what was said, what is still open.
//!
//! No I/O. It decides what an incoming update or request means now: history being replayed is dropped, a request during
//! a cancel is answered `cancelled`.

use std::time::Instant;

use agent_client_protocol::v1::Responder;
use agent_client_protocol::v1::schema::{
    RequestPermissionOutcome, RequestPermissionRequest, RequestPermissionResponse, SessionNotification, SessionUpdate,
};

use crate::core::agent::Decision;

use super::error::AgentError;
use super::permission::{Answer, PermissionPolicy, choose};
use super::transcript::Transcript;

type Open = Responder<RequestPermissionResponse>;

/// What is going on with the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Between turns, or opening a session: updates are not of a turn.
    Quiet,
    /// An earlier session is being loaded: updates are history.
    Loading,
    /// A prompt is being worked on.
    Turn,
    /// The prompt is being cancelled.
    Cancelling,
}

/// The talk with one agent.
pub(super) struct Exchange {
    pub(super) transcript: Transcript,
    pub(super) policy: PermissionPolicy,
    /// The agent's id of the session; updates for any other are not ours.
    pub(super) session: Option<String>,
    pub(super) phase: Phase,
    /// True in the first turn after loading: history may come late.
    pub(super) loaded: bool,
    /// The last sign of life.
    pub(super) active: Instant,
    /// Why the connection was ended, if it was.
    pub(super) verdict: Option<AgentError>,
    /// The agent's requests that have no answer on the wire yet.
    pub(super) unanswered: usize,
    held: Vec<(Open, String)>,
}

impl Exchange {
    pub(super) fn new(policy: PermissionPolicy) -> Self {
        Self {
            transcript: Transcript::default(),
            policy,
            session: None,
            phase: Phase::Quiet,
            loaded: false,
            active: Instant::now(),
            verdict: None,
            unanswered: 0,
            held: vec![],
        }
    }

    /// An update arrived; none if it could not be understood.
    pub(super) fn updated(&mut self, update: Option<SessionNotification>) {
        self.active = Instant::now();
        let Some(SessionNotification { session_id, update, .. }) = update else { return };
        let ours = self.session.as_deref().is_none_or(|session| session == &*session_id.0);
        if !ours || matches!(self.phase, Phase::Loading | Phase::Quiet) {
            return;
        }
        if self.loaded && matches!(update, SessionUpdate::UserMessageChunk(_)) {
            self.transcript.forget_history();
        }
        self.transcript.apply(update);
    }

    /// A request of the agent arrived.
    pub(super) fn asked(&mut self) {
        self.active = Instant::now();
        self.unanswered += 1;
    }

    /// A request of the agent was answered on the wire.
    pub(super) fn answered(&mut self) {
        self.unanswered = self.unanswered.saturating_sub(1);
    }

    /// The agent asks for permission: the answer to send, unless it stays open.
    pub(super) fn permission(&mut self, request: RequestPermissionRequest, open: Open) -> Option<(Open, Answered)> {
        let (title, kind) = self.transcript.permission(request.tool_call);
        if self.phase != Phase::Turn {
            self.transcript.decided(title, Decision::Cancelled);
            return Some((open, cancelled()));
        }
        let allow = match self.policy.answer(&kind) {
            Answer::Allow => true,
            Answer::Reject => false,
            Answer::Hold => {
                self.held.push((open, title));
                return None;
            }
        };
        let (outcome, decision) = choose(allow, &request.options);
        self.transcript.decided(title, decision);
        Some((open, RequestPermissionResponse::new(outcome)))
    }

    /// From now on every request is answered `cancelled`; the ones still open are handed out to be answered so.
    pub(super) fn cancel(&mut self) -> Vec<(Open, Answered)> {
        self.phase = Phase::Cancelling;
        let held = std::mem::take(&mut self.held);
        let answer = |(open, title)| {
            self.transcript.decided(title, Decision::Cancelled);
            (open, cancelled())
        };
        held.into_iter().map(answer).collect()
    }
}

/// An answer to a request for permission.
pub(super) type Answered = RequestPermissionResponse;

fn cancelled() -> Answered {
    RequestPermissionResponse::new(RequestPermissionOutcome::Cancelled)
}
