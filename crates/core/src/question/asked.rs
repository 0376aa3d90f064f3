//! What an agent asks, and the question it becomes: its number, its options, who answered it.

use serde::{Deserialize, Serialize};

use crate::ids::CommentId;
use crate::sanitise;

/// Most options of one question.
pub const OPTIONS: usize = 10;
/// Longest option, in characters.
pub const OPTION_CHARS: usize = 200;
/// Longest question, in characters.
pub const TEXT_CHARS: usize = 4_000;
/// Most questions taken from one message.
pub const BATCH: usize = 10;

/// What an agent asks, before it is numbered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The question, Markdown.
    pub text: String,
    /// What can be chosen; may be empty.
    #[serde(default)]
    pub options: Vec<String>,
    /// What applies when nobody answers: one of the options, or words.
    #[serde(default)]
    pub default: Option<String>,
    /// How long to wait for an answer, milliseconds.
    #[serde(default)]
    pub deadline_ms: Option<i64>,
}

/// A question of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its number, per task, from 1: also the one people see.
    pub id: u32,
    /// The question, Markdown.
    pub text: String,
    /// What can be chosen; may be empty.
    pub options: Vec<String>,
    /// What applies when nobody answers: one of the options, or words.
    pub default: Option<String>,
    /// When the default applies, epoch milliseconds.
    pub deadline_at: Option<i64>,
    /// When it was asked, epoch milliseconds.
    pub asked_at: i64,
    /// What was answered.
    pub answer: Option<Answer>,
}

impl Question {
    /// When it is over without an answer: at its deadline where it has a default, else after `expire_ms`.
    pub fn ends_at(&self, expire_ms: i64) -> i64 {
        let last = self.asked_at.saturating_add(expire_ms);
        match (&self.default, self.deadline_at) {
            (Some(_), Some(deadline)) => deadline.min(last),
            _ => last,
        }
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// By whom.
    pub by: By,
    /// In words: of an option its text, and what else was said.
    pub text: String,
    /// Which option, from 0.
    pub option: Option<usize>,
    /// Epoch milliseconds.
    pub at: i64,
    /// The comment it stood in.
    pub comment: Option<CommentId>,
}

/// Who answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A person, by login.
    Person(String),
    /// Nobody: the declared default was applied at the deadline.
    Default,
    /// Nobody: the agent finished without an answer, and so took its question back.
    Agent,
}

impl Question {
    /// Which option the declared default is, from 0.
    pub fn default_option(&self) -> Option<usize> {
        let default = self.default.as_deref()?;
        self.options.iter().position(|option| option == default)
    }

    /// The declared default as the answer that applies when nobody gives one.
    pub fn by_default(&self, at: i64) -> Option<Answer> {
        let text = self.default.clone()?;
        Some(Answer {
            by: By::Default,
            text,
            option: self.default_option(),
            at,
            comment: None,
        })
    }

    /// The option's label in a comment: `2` where the question stands alone, `b` where several do.
    pub fn label(index: usize, alone: bool) -> String {
        match u8::try_from(index)
            .ok()
            .filter(|index| !alone && *index < 26)
        {
            Some(index) => char::from(b'a' + index).to_string(),
            None => (index + 1).to_string(),
        }
    }
}

/// An option as our comments show it. [`super::ticked`] knows a box by this text.
pub fn shown(option: &str) -> String {
    sanitise::inline(&sanitise::redact(option, &[]), OPTION_CHARS * 2)
}
