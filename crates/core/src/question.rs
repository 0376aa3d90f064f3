//! A question an agent asks people, and what a comment answers to it. Pure grammar: which comment counts, and whose, is
//! decided elsewhere.
//!
//! A question keeps one number for the whole task and is shown under it, so `1b` in a comment means the same question
//! whenever it is read. Nothing here guesses: what can be read in two ways is [`Unclear`], and the person is asked again.

mod answer;
mod boxes;
mod choice;
mod courtesy;
mod found;
mod message;
mod pair;
mod quote;

use serde::{Deserialize, Serialize};

use super::ids::CommentId;
use super::sanitise;

pub use answer::answers;
pub use boxes::ticked;
pub use message::in_message;

/// Most options of one question.
pub const OPTIONS: usize = 10;
/// Longest option, in characters.
pub const OPTION_CHARS: usize = 200;
/// Longest question, in characters.
pub const TEXT_CHARS: usize = 4_000;
/// Most questions taken from one message.
pub const BATCH: usize = 10;

const MINUTE_MS: i64 = 60_000;
const WEEK_MS: i64 = 7 * 24 * 60 * MINUTE_MS;

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

/// What a comment answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// At most one per question, each for an open one.
    pub given: Vec<Given>,
    /// What could not be understood; the first such thing.
    pub unclear: Option<Unclear>,
    /// Questions that it speaks to and that were answered before.
    pub settled: Vec<u32>,
    /// Words that decide nothing: they name no option where there are some, or no question where several are open.
    pub words: String,
}

impl Answers {
    /// It says nothing about any question.
    pub fn is_nothing(&self) -> bool {
        self.given.is_empty() && self.unclear.is_none() && self.settled.is_empty()
    }
}

/// How something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saying {
    /// A plain comment: where there are options, words that name none are no decision.
    Plainly,
    /// By `/agent answer`: any words are the answer.
    AsAnswer,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The question's number.
    pub question: u32,
    /// Which option, from 0; without one it was answered in own words.
    pub option: Option<usize>,
    /// The option's text with what was said besides, or the words.
    pub text: String,
}

/// Why an answer could not be taken. `said` is at most 40 characters of what the person wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclear {
    /// The question has no such option.
    NoSuchOption {
        /// The question's number.
        question: u32,
        /// The number or letter.
        said: String,
        /// How many options it has.
        options: usize,
    },
    /// A number that is no open question's.
    NoSuchQuestion {
        /// The number.
        number: u32,
    },
    /// Several questions are open, and nothing says which one is meant.
    WhichQuestion,
    /// Two different answers to one question.
    Twice {
        /// The question's number.
        question: u32,
    },
    /// What was said is the number of one option and the text of another.
    TwoReadings {
        /// The question's number.
        question: u32,
        /// The number or letter.
        said: String,
    },
    /// Two boxes of one question are ticked.
    TwoBoxes {
        /// The question's number.
        question: u32,
    },
    /// A ticked box does not stand where one of ours stood, or its text was changed.
    BoxChanged,
}

impl Asked {
    /// Bounded and cleaned: one-line options without doubles, the default matched to an option where it names one (by
    /// text, number or letter), a deadline between a minute and a week.
    #[must_use]
    pub fn tidy(self) -> Self {
        let options: Vec<String> = self
            .options
            .iter()
            .map(|option| option_line(option))
            .collect();
        let default = self
            .default
            .map(|default| option_line(&default))
            .filter(|default| !default.is_empty());
        let default = default.map(|default| match choice::index(&options, &default) {
            Some(index) if !options[index].is_empty() => options[index].clone(),
            _ => default,
        });
        let deadline_ms = self.deadline_ms.map(|span| span.clamp(MINUTE_MS, WEEK_MS));
        Self {
            text: cut(sanitise::visible(&self.text).trim(), TEXT_CHARS),
            options: distinct(options),
            default,
            deadline_ms,
        }
    }
}

impl Asked {
    /// A numbered question as it was asked; when it ends does not matter here.
    pub fn of(question: &Question) -> Self {
        let Question {
            text,
            options,
            default,
            ..
        } = question.clone();
        Self {
            text,
            options,
            default,
            deadline_ms: None,
        }
    }

    /// Whether the same is asked, in whatever spacing and case.
    pub fn is_same(&self, other: &Self) -> bool {
        let options = |asked: &Self| {
            asked
                .options
                .iter()
                .map(|option| choice::fold(option))
                .collect::<Vec<_>>()
        };
        choice::fold(&self.text) == choice::fold(&other.text) && options(self) == options(other)
    }
}

/// Gives the questions their numbers, from `first_id` on, and turns spans into times.
pub fn number(asked: Vec<Asked>, first_id: u32, now: i64) -> Vec<Question> {
    let ids = (0u32..).map(|n| first_id.saturating_add(n));
    let numbered = asked.into_iter().zip(ids).map(|(asked, id)| Question {
        id,
        text: asked.text,
        options: asked.options,
        default: asked.default,
        deadline_at: asked.deadline_ms.map(|span| now.saturating_add(span)),
        asked_at: now,
        answer: None,
    });
    numbered.collect()
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

/// An option as our comments show it. [`ticked`] knows a box by this text.
pub fn shown(option: &str) -> String {
    sanitise::inline(&sanitise::redact(option, &[]), OPTION_CHARS * 2)
}

fn distinct(options: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for option in options.into_iter().filter(|option| !option.is_empty()) {
        let again = kept
            .iter()
            .any(|known| choice::fold(known) == choice::fold(&option));
        if !again && kept.len() < OPTIONS {
            kept.push(option);
        }
    }
    kept
}

fn option_line(text: &str) -> String {
    cut(&sanitise::one_line(text), OPTION_CHARS)
}

/// At most so many characters, `…` marks a cut.
fn cut(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests;
