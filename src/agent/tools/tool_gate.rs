//! The gate between a session's tools and who answers them: who answers now, how often the agent may call, and an end to all
//! open calls with the turn.
//!
//! Between turns nobody answers; a call then is told that its turn is over and leaves no trace.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::{AskReply, ToolHandler};
use crate::core::agent::Finished;
use crate::core::discovery::Proposal;
use crate::core::question::Asked;
use crate::core::suggestion::Proposal as Suggested;
use crate::core::text::tools;

/// Calls of all kinds that one session may make within [`WINDOW`].
pub(super) const CALLS_MAX: usize = 30;
const WINDOW: Duration = Duration::from_secs(60);
/// How long the handler may take: less than the minute after which the most impatient agents give up.
const PATIENCE: Duration = Duration::from_secs(50);

/// The place of one live agent.
#[derive(Default)]
pub(in crate::agent) struct ToolGate {
    state: Mutex<State>,
}

type Serving = (Arc<dyn ToolHandler>, CancellationToken);

#[derive(Default)]
struct State {
    serving: Option<Serving>,
    /// Open calls of a turn that is being cancelled hang on this.
    ending: Option<Serving>,
    calls: Vec<Instant>,
    /// Whether the session may hand in evidence.
    hands_in: bool,
    /// Whether the session may find further work.
    discovers: bool,
    /// Whether the session may propose changes of its issue.
    suggests: bool,
}

impl ToolGate {
    /// From now on that handler answers, until [`ToolGate::close`].
    pub(in crate::agent) fn open(&self, handler: Option<Arc<dyn ToolHandler>>) {
        let before = {
            let mut state = self.state();
            std::mem::replace(
                &mut state.serving,
                handler.map(|handler| (handler, CancellationToken::new())),
            )
        };
        end(before);
    }

    /// What the tools are offered with, before any turn: all that the session's handler takes.
    pub(in crate::agent) fn offers(&self, handler: Option<&dyn ToolHandler>) {
        let offers = |has: fn(&dyn ToolHandler) -> bool| handler.is_some_and(has);
        let mut state = self.state();
        state.hands_in = offers(|it| it.hands_in());
        state.discovers = offers(|it| it.discovers());
        state.suggests = offers(|it| it.suggests());
    }

    /// Whether the session may hand in evidence.
    pub(super) fn hands_in(&self) -> bool {
        self.state().hands_in
    }

    /// Whether the session may propose changes of its issue.
    pub(super) fn suggests(&self) -> bool {
        self.state().suggests
    }

    /// Whether the session may find further work.
    pub(super) fn discovers(&self) -> bool {
        self.state().discovers
    }

    /// The turn is being cancelled: nothing new is taken. Open calls are not told yet, or the agent could take their end for
    /// a reason to go on before it hears of the cancel.
    pub(in crate::agent) fn closing(&self) {
        let mut state = self.state();
        if let Some(serving) = state.serving.take() {
            state.ending = Some(serving);
        }
    }

    /// The turn is over: open calls are told so, and new ones too.
    pub(in crate::agent) fn close(&self) {
        let (serving, ending) = {
            let mut state = self.state();
            (state.serving.take(), state.ending.take())
        };
        end(serving);
        end(ending);
    }

    /// Asks the people on the issue.
    pub(in crate::agent) async fn ask(&self, asked: Vec<Asked>) -> AskReply {
        let asking = self
            .call(|handler| async move { handler.ask(asked).await })
            .await;
        asking.unwrap_or_else(|why| AskReply::Refused(why.to_owned()))
    }

    /// Answers that fill no form go back; when the turn is over they cannot.
    pub(in crate::agent) async fn unfitting(&self, words: String) {
        if let Err(why) = self
            .call(|handler| async move { handler.unfitting(words).await })
            .await
        {
            tracing::warn!(why, "an answer that fills no form could not be handed back");
        }
    }

    /// Reports progress; the error is for the agent as well.
    pub(super) async fn report(&self, text: String) -> Result<String, &'static str> {
        self.call(|handler| async move { handler.report(text).await })
            .await
    }

    /// Says that the work is finished; the error is for the agent as well.
    pub(super) async fn finish(&self, finished: Finished) -> Result<String, &'static str> {
        self.call(|handler| async move { handler.finish(finished).await })
            .await
    }

    /// Hands in evidence; the error is for the agent as well.
    pub(super) async fn hand_in(&self, path: String, caption: String) -> Result<String, String> {
        let told = self
            .call(|handler| async move { handler.hand_in(path, caption).await })
            .await;
        told.map_err(str::to_owned)?
    }

    /// Hands in work that was found; the error is for the agent as well.
    pub(super) async fn discover(&self, tasks: Vec<Proposal>) -> Result<String, String> {
        let told = self
            .call(|handler| async move { handler.discover(tasks).await })
            .await;
        told.map_err(str::to_owned)?
    }

    /// Proposes changes of the issue; the error is for the agent as well.
    pub(super) async fn suggest(&self, proposal: Suggested) -> Result<String, String> {
        let told = self
            .call(|handler| async move { handler.suggest(proposal).await })
            .await;
        told.map_err(str::to_owned)?
    }

    async fn call<T, F: Future<Output = T>>(
        &self,
        work: impl FnOnce(Arc<dyn ToolHandler>) -> F,
    ) -> Result<T, &'static str> {
        let (handler, over) = self.admitted()?;
        tokio::select! {
            biased;
            done = work(handler) => Ok(done),
            () = over.cancelled() => Err(tools::TURN_OVER),
            () = tokio::time::sleep(PATIENCE) => Err(tools::TOO_SLOW),
        }
    }

    fn admitted(&self) -> Result<Serving, &'static str> {
        let mut state = self.state();
        let serving = state.serving.clone().ok_or(tools::TURN_OVER)?;
        let now = Instant::now();
        state
            .calls
            .retain(|call| now.duration_since(*call) < WINDOW);
        if state.calls.len() >= CALLS_MAX {
            return Err(tools::TOO_MANY_CALLS);
        }
        state.calls.push(now);
        Ok(serving)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end(serving: Option<Serving>) {
    if let Some((_, over)) = serving {
        over.cancel();
    }
}
