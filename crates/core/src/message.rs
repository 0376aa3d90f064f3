//! What the agent has yet to hear: people's words, answers, reviews, failed checks. Each is taken once and delivered once.

use serde::{Deserialize, Serialize};

use super::ids::{CommentId, IssueNumber, Sha};

/// Something an agent is to hear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentMessage {
    /// Unique in its task, such as `comment:77`; a later word with the same id takes the place of one not yet delivered.
    pub id: String,
    /// Whose words: a login, or `skep`.
    pub by: String,
    /// The words, as they were written.
    pub text: String,
    /// GitHub's time of it, epoch milliseconds.
    pub at: i64,
    /// What they are.
    pub kind: MessageKind,
    /// The comment to thank under, if it was one.
    pub comment: Option<CommentId>,
    /// On its way into a running turn.
    #[serde(default)]
    pub sending: bool,
    /// The agent heard it in a turn that was cut short or that asked back: it hears it again, but nothing is begun for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub heard: bool,
    /// What its writer did with its comment while it was on its way: it counts if the turn does not take the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meanwhile: Option<Meanwhile>,
}

/// What became of a comment while its words were on their way into a running turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meanwhile {
    /// It was deleted.
    TakenBack,
    /// It was changed: these are its words now.
    Changed(Box<AgentMessage>),
}

impl AgentMessage {
    /// What is offered when it is: an edit of it is another offer.
    pub fn offer(&self) -> String {
        format!("{}@{}", self.id, self.at)
    }

    /// It is on its way into a running turn, and its writer may still change it. An answer stands once it is on its way.
    pub fn may_come_back(&self) -> bool {
        self.sending && self.comment.is_some() && !matches!(self.kind, MessageKind::Answer { .. })
    }

    /// Words of somebody who may not speak here, and is told nothing.
    pub fn is_let_in(&self) -> bool {
        matches!(self.kind, MessageKind::LetIn { .. })
    }

    /// It only asks the agent something.
    pub fn is_asked(&self) -> bool {
        matches!(self.kind, MessageKind::Asked { .. })
    }
}

/// What words are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum MessageKind {
    /// Said to the agent.
    Said,
    /// Written by somebody without write access: for the agent to read, and no order.
    LetIn {
        /// Who let it in.
        by: String,
    },
    /// A question to the agent: its next message is posted as the answer.
    Asked {
        /// Where the answer goes: the issue, or its pull request.
        on: IssueNumber,
    },
    /// The answer to a question of the agent.
    Answer {
        /// Which question.
        question: u32,
    },
    /// Work was asked for again while the pull request is open; the words are what anybody wrote on the issue since.
    Again {
        /// The pull request.
        pull: i64,
    },
    /// Answers in own words that did not fill the agent's form.
    Unfitting,
    /// The issue's title or body was changed.
    Edited,
    /// The plan was approved: files may be changed.
    Approved,
    /// What it changed in protected paths was not let through.
    Protected,
    /// A review of the pull request.
    Review {
        /// The threads it opened or went on with.
        threads: Vec<Thread>,
    },
    /// Checks failed on our branch.
    Checks {
        /// The commit they ran on.
        head: Sha,
    },
    /// The server's own verification of our branch failed.
    Verification {
        /// The commit it ran on.
        head: Sha,
    },
    /// Work on another issue, which changed the same files, was merged.
    Landed,
    /// The base branch moved so that our branch conflicts with it.
    Base {
        /// Its head.
        head: Sha,
    },
    /// Somebody pushed to our branch while work on it was on.
    Moved {
        /// What we had made by then; it is in the working copy's object store.
        ours: Sha,
    },
}

/// A thread on lines of the pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// GraphQL's id of the thread.
    pub id: String,
    /// REST's id of its first comment: replies go there.
    pub first: i64,
    /// The file.
    pub path: String,
    /// The line, where GitHub still knows it.
    pub line: Option<i64>,
    /// The lines around it.
    pub hunk: String,
    /// Whether our bot began it: such a thread is ours to resolve.
    pub ours: bool,
    /// What was said, oldest first: login and words.
    pub said: Vec<(String, String)>,
}

/// One thing said in a session, kept to tell it again to an agent that lost its memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// A login, `agent`, or `skep`.
    pub by: String,
    /// Bounded.
    pub text: String,
}
