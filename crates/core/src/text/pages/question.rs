//! A question of an agent as a page shows it, and what an answer given there says as a command.

use super::moment::Moment;
use super::words::{Block, Line};
use crate::question::Question;

/// An open question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionView {
    /// Its number on the issue.
    pub number: u32,
    /// What is asked.
    pub text: Block,
    /// What can be chosen, each with its letter.
    pub options: Vec<(String, Line)>,
    /// What applies when nobody answers; empty where nothing does.
    pub default: Line,
    /// When that applies.
    pub until: Option<Moment>,
    /// When it was asked.
    pub asked: Moment,
}

impl QuestionView {
    /// As it stands now.
    pub fn of(question: &Question, now: i64) -> Self {
        let option =
            |(index, text): (usize, &String)| (Question::label(index, false), Line::new(text));
        let deadline = question.deadline_at.filter(|_| question.default.is_some());
        Self {
            number: question.id,
            text: Block::new(&question.text),
            options: question.options.iter().enumerate().map(option).collect(),
            default: question.default.as_deref().unwrap_or_default().into(),
            until: deadline.map(|at| Moment { at, now }),
            asked: Moment {
                at: question.asked_at,
                now,
            },
        }
    }

    /// The words of the command that answers it: by an option's letter, or in words where those are given.
    pub fn answer(number: &str, option: &str, words: &str) -> Option<String> {
        let number: u32 = number.parse().ok()?;
        let is_letter = matches!(option.as_bytes(), [b'a'..=b'z']);
        let words = words.trim();
        match (words.is_empty(), is_letter) {
            (true, true) => Some(format!("answer {number}{option}")),
            (false, _) => Some(format!("answer {number}: {words}")),
            (true, false) => None,
        }
    }
}
