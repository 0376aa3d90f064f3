//! The tools a session offers its agent: asking the people on the issue, reporting progress, saying that it is finished.
//!
//! They reach the agent as one server of the Model Context Protocol (<https://modelcontextprotocol.io>) over streamable
//! HTTP on loopback, the only transport all known agents take. A [`ToolHandler`] answers; `tool_gate` stands between the two,
//! shared by the tools and by the protocol's own elicitation; `input` reads what an agent sends, `offer` describes the
//! tools, `server` serves them.
//!
//! Nothing but the token of a request says whose request it is. No call may wait for a person for long: agents give up
//! after a minute, so the answer is "asked; end your turn" and the person's words are the next prompt.

mod arguments;
mod input;
mod offer;
mod server;
mod suggest_input;
#[cfg(test)]
mod tests;
mod tool_gate;

use futures::future::BoxFuture;

use crate::core::agent::Finished;
use crate::core::discovery::Proposal;
use crate::core::question::Asked;
use crate::core::suggestion::Proposal as Suggested;
use crate::core::text;

pub(super) use input::QUESTIONS_MAX;
pub(super) use server::{Registration, Server};
pub(super) use tool_gate::ToolGate;

/// Among a result's `_meta`: true when its text is the answer of people, false when it is only a receipt. For clients that
/// are programs; models read the text.
pub(super) const ANSWERED: &str = "skep/answered";

/// What the agent calls the server of tools.
pub const SERVER_NAME: &str = "skep";

/// The names of the tools.
pub(super) const TOOLS: [&str; 6] = [
    "ask_human",
    "report_progress",
    "finish",
    HAND_IN,
    DISCOVER,
    SUGGEST,
];

/// The tool of sessions that make something of which there can be evidence.
pub const HAND_IN: &str = "hand_in_evidence";

/// The tool of sessions that may find further work.
pub const DISCOVER: &str = "discover_tasks";

/// The tool of sessions that may propose changes of their issue.
pub const SUGGEST: &str = "suggest";

/// Who answers the session's tools: implemented by whoever runs the session. A call must be durable before it answers,
/// and must answer within 45 seconds: agents give up on a tool after a minute.
pub trait ToolHandler: Send + Sync + 'static {
    /// Questions for the people on the issue, never none. Where they are answered at once and there are several, the
    /// words should hold a line for each, in order or begun with its number or its text: an elicitation's form is filled
    /// in from them.
    fn ask(&self, asked: Vec<Asked>) -> BoxFuture<'_, AskReply>;
    /// A line on how the work goes; answers with what the agent is told.
    fn report(&self, text: String) -> BoxFuture<'_, String>;
    /// Answers that came at once do not fill the form they were asked for by: the agent is to hear them as words.
    fn unfitting(&self, words: String) -> BoxFuture<'_, ()>;
    /// The agent says that it is finished; answers with what the agent is told.
    fn finish(&self, finished: Finished) -> BoxFuture<'_, String>;
    /// Whether the session may hand in evidence: the tool for it is offered only then.
    fn hands_in(&self) -> bool {
        false
    }
    /// A file that is evidence of the work, with what it shows; answers with what the agent is told, or with what is wrong with it.
    fn hand_in(&self, path: String, caption: String) -> BoxFuture<'_, Result<String, String>> {
        drop((path, caption));
        Box::pin(std::future::ready(
            Err(text::tools::NO_SUCH_TOOL.to_owned()),
        ))
    }
    /// Whether the session may find further work: the tool for it is offered only then.
    fn discovers(&self) -> bool {
        false
    }
    /// Work that was found beside the task; answers with what the agent is told, or with all that is wrong with it.
    fn discover(&self, tasks: Vec<Proposal>) -> BoxFuture<'_, Result<String, String>> {
        drop(tasks);
        Box::pin(std::future::ready(
            Err(text::tools::NO_SUCH_TOOL.to_owned()),
        ))
    }
    /// Whether the session may propose changes of its issue: the tool for it is offered only then.
    fn suggests(&self) -> bool {
        false
    }
    /// Changes that are proposed, or nothing for a look at what there is; answers with what the agent is told, or with all that
    /// is wrong with it.
    fn suggest(&self, proposal: Suggested) -> BoxFuture<'_, Result<String, String>> {
        drop(proposal);
        Box::pin(std::future::ready(
            Err(text::tools::NO_SUCH_TOOL.to_owned()),
        ))
    }
}

impl std::fmt::Debug for dyn ToolHandler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ToolHandler")
    }
}

/// What became of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskReply {
    /// Answered at once: the answer in words for the agent.
    Answered(String),
    /// Asked; the agent is told to end its turn, and the answer will be its next prompt.
    Later(String),
    /// Not asked, and why.
    Refused(String),
}
