//! The state of the talk with one agent: whose turn it is, what was said, what is still open.
//!
//! No I/O. It decides what an incoming update or request means now: history being replayed is dropped, a request during
//! a cancel is answered `cancelled`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use agent_client_protocol::v1::Responder;
use agent_client_protocol::v1::schema::{
    CreateElicitationResponse, RequestPermissionOutcome, RequestPermissionRequest,
    RequestPermissionResponse, SessionNotification, SessionUpdate,
};

use crate::core::agent::{Decision, Update};

use super::dialect::Dialect;
use super::elicitation;
use super::error::AgentError;
use super::halves::Halves;
use super::model_health::ModelHealth;
use super::permission::{Answer, PermissionPolicy, choose};
use super::stray::Strays;
use super::tools::ToolGate;
use super::transcript::Transcript;

/// A form the agent waits for.
pub(super) type OpenForm = Responder<CreateElicitationResponse>;
/// Forms of the agent that may be open at once.
const FORMS_MAX: usize = 16;

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
    /// Which version of the protocol is on the wire.
    pub(super) dialect: Dialect,
    /// What the agent printed among its messages.
    pub(super) strays: Strays,
    /// Who answers the session's questions.
    pub(super) gate: Arc<ToolGate>,
    /// Whether the agent's model answers.
    pub(super) model: ModelHealth,
    /// Prompts of this turn that are on the wire.
    pub(super) prompts: usize,
    /// Updates that came while an earlier session was being loaded.
    pub(super) replayed: usize,
    forms: VecDeque<(u64, OpenForm)>,
    form_count: u64,
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
            dialect: Dialect::default(),
            strays: Strays::default(),
            gate: Arc::default(),
            model: ModelHealth::default(),
            prompts: 0,
            replayed: 0,
            forms: VecDeque::new(),
            form_count: 0,
        }
    }

    /// An update arrived; none if it could not be understood.
    pub(super) fn updated(&mut self, update: Option<SessionNotification>, halves: Halves) {
        self.active = Instant::now();
        let Some(SessionNotification {
            session_id, update, ..
        }) = update
        else {
            return;
        };
        let ours = self
            .session
            .as_deref()
            .is_none_or(|session| session == &*session_id.0);
        if !ours || matches!(self.phase, Phase::Loading | Phase::Quiet) {
            self.replayed += usize::from(self.phase == Phase::Loading);
            return;
        }
        if self.loaded && matches!(update, SessionUpdate::UserMessageChunk(_)) {
            self.transcript.forget_history();
        }
        self.transcript.apply(update, halves);
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

    /// The agent asks for permission: the answer to send.
    pub(super) fn permission(
        &mut self,
        request: RequestPermissionRequest,
    ) -> RequestPermissionResponse {
        let call = request.tool_call.tool_call_id.to_string();
        let (title, kind) = self.transcript.permission(request.tool_call);
        if self.phase != Phase::Turn {
            self.permitted(title, Decision::Cancelled);
            return RequestPermissionResponse::new(RequestPermissionOutcome::Cancelled);
        }
        // The session's own tools are how the agent speaks to people: whatever it may do otherwise, it may do that.
        let allow = self.transcript.is_own(&call) || self.policy.answer(&kind) == Answer::Allow;
        let (outcome, decision) = choose(allow, &request.options);
        self.permitted(title, decision);
        RequestPermissionResponse::new(outcome)
    }

    /// Notes the answer to a request for permission.
    fn permitted(&mut self, title: String, decision: Decision) {
        let answered = Update::Permission { title, decision };
        self.transcript.single(answered);
    }

    /// The agent wants a form of that session filled in: the form's number; none if nobody will, which
    /// the agent was told.
    pub(super) fn form(&mut self, session: Option<&str>, open: OpenForm) -> Option<u64> {
        let ours = session.is_none() || session == self.session.as_deref();
        if self.phase != Phase::Turn || !ours || self.forms.len() >= FORMS_MAX {
            // An agent that is gone waits for nothing.
            drop(open.respond(elicitation::cancelled()));
            return None;
        }
        self.form_count += 1;
        self.forms.push_back((self.form_count, open));
        Some(self.form_count)
    }

    /// The responder of a form that is still open.
    pub(super) fn take_form(&mut self, number: u64) -> Option<OpenForm> {
        let at = self.forms.iter().position(|(of, _)| *of == number)?;
        self.forms.remove(at).map(|(_, open)| open)
    }

    /// The turn is over or being cancelled: nobody fills in the forms that are still open.
    pub(super) fn close_forms(&mut self) {
        for (_, open) in self.forms.drain(..) {
            // An agent that is gone waits for nothing.
            drop(open.respond(elicitation::cancelled()));
        }
    }

    /// From now on every request is answered `cancelled`.
    pub(super) fn cancel(&mut self) {
        self.phase = Phase::Cancelling;
    }
}
