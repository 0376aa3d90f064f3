//! What a person can do on a page: the questions that wait for an answer, and the orders that fit how it stands.

use askama::Template;

use super::frame::{Frame, rendered};
use super::place::Place;
use super::question::QuestionView;
use crate::task::{BlockReason, Gate, Stage, Task};

/// An order that is a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The plan, or the start, is good.
    Approve,
    /// Go on.
    Resume,
    /// Rest.
    Pause,
    /// Once more.
    Retry,
    /// End it.
    Stop,
}

impl Act {
    /// Every order.
    pub const ALL: [Self; 5] = [
        Self::Approve,
        Self::Resume,
        Self::Pause,
        Self::Retry,
        Self::Stop,
    ];

    /// Its word in the form, which is the command's as well.
    pub fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Resume => "resume",
            Self::Pause => "pause",
            Self::Retry => "retry",
            Self::Stop => "stop",
        }
    }

    /// The order of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::Resume => "Resume",
            Self::Pause => "Pause",
            Self::Retry => "Retry",
            Self::Stop => "Stop",
        }
    }

    fn means(self) -> &'static str {
        match self {
            Self::Approve => "What it waits for is good: it goes on.",
            Self::Resume => "It goes on where it stood.",
            Self::Pause => "Its agent ends, the working copy stays.",
            Self::Retry => "Another session begins.",
            Self::Stop => "The session ends for good; what it made is kept here for a while.",
        }
    }
}

/// What a person can do about a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acts {
    /// Of which issue.
    pub place: Place,
    /// The page to come back to.
    pub back: String,
    /// The open questions, oldest first.
    pub questions: Vec<QuestionView>,
    /// The orders that fit.
    pub orders: Vec<Act>,
}

impl Acts {
    /// As a task stands.
    pub fn of(task: &Task, back: &str, now: i64) -> Self {
        let questions = task.open_questions();
        Self {
            place: Place {
                repository: task.place.name.clone(),
                issue: task.place.issue,
            },
            back: back.to_owned(),
            questions: questions
                .map(|question| QuestionView::of(question, now))
                .collect(),
            orders: orders(task),
        }
    }

    /// Nobody can do anything here.
    pub fn is_empty(&self) -> bool {
        self.questions.is_empty() && self.orders.is_empty()
    }

    /// What these are, in short: where it is another, the forms are.
    pub fn stamp(&self) -> String {
        let questions = self.questions.iter().map(|one| one.number.to_string());
        let orders = self.orders.iter().map(|one| one.word().to_owned());
        questions.chain(orders).collect::<Vec<_>>().join(" ")
    }

    /// The section with the forms, or how to come to have them.
    pub(super) fn html(&self, frame: &Frame<'_>) -> String {
        rendered(&ActsTemplate { acts: self, frame })
    }

    fn action(&self) -> String {
        self.place.page()
    }
}

#[derive(Template)]
#[template(path = "acts.html")]
struct ActsTemplate<'a> {
    acts: &'a Acts,
    frame: &'a Frame<'a>,
}

fn orders(task: &Task) -> Vec<Act> {
    let approval = matches!(task.gate(), Some(Gate::Approval(_)));
    let fits = |act: &Act| match (act, &task.stage) {
        (Act::Approve, Stage::Blocked { reason, .. }) => matches!(reason, BlockReason::Plan),
        (Act::Approve, _) => approval,
        (Act::Resume, Stage::Blocked { reason, .. }) => {
            matches!(
                reason,
                BlockReason::Later { .. } | BlockReason::Paused { .. }
            )
        }
        (Act::Resume, _) => false,
        (Act::Pause, _) => task.stage.is_live() && !task.is_paused(),
        (Act::Retry, stage) => {
            matches!(stage, Stage::Ended { job: Some(_), .. }) && !task.review.issue_closed
        }
        (Act::Stop, stage) => stage.is_live(),
    };
    Act::ALL.into_iter().filter(fits).collect()
}
