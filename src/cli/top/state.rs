//! What `skep top` knows and shows: the last overview, what is chosen, the task that is looked at, what is being typed. Values only.
//!
//! It must never ask, draw or read a clock: what comes in is an [`Input`](super::step::Input).

use super::row::{Place, Row, rows};
use crate::core::text::top;
use crate::http::types::{LogLine, OverviewAnswer, QuestionLine, TaskAnswer};

/// So many lines of a log are kept.
pub(super) const LOG_LINES: usize = 2_000;

/// All of it.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Whose admin address is asked, as people write it.
    pub(super) url: String,
    /// The moment, by the clock of the skep that is asked, epoch milliseconds.
    pub(super) now: i64,
    /// What it said last.
    pub(super) overview: OverviewAnswer,
    /// When it last answered, where it does not now.
    pub(super) away: Option<i64>,
    /// Why it will not say, where it refuses.
    pub(super) refused: Option<String>,
    /// The line of the list that is chosen.
    pub(super) chosen: usize,
    /// Only lines that hold these words.
    pub(super) filter: String,
    /// The task that is looked at; the list, where there is none.
    pub(super) task: Option<TaskView>,
    /// What is asked of the person.
    pub(super) dialog: Dialog,
    /// What came of the last order, or was wrong with the last key.
    pub(super) said: String,
}

/// What is asked of the person.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Dialog {
    /// Nothing.
    #[default]
    None,
    /// Which keys there are.
    Help,
    /// Whether a session is to stop.
    Stop(Place),
    /// The filter is being typed.
    Filter,
    /// An answer is being given.
    Answer(Answer),
}

/// An answer as far as it is given.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The number of the question.
    pub(super) question: u32,
    /// The option that is chosen.
    pub(super) option: usize,
    /// What was typed instead.
    pub(super) words: String,
}

/// A task that is looked at.
#[derive(Debug, Default)]
pub(super) struct TaskView {
    pub(super) place: Place,
    /// What is known of it; nothing before it was read.
    pub(super) task: Option<TaskAnswer>,
    /// The session whose log is shown.
    pub(super) session: Option<String>,
    /// Its lines, oldest first.
    pub(super) log: Vec<LogLine>,
    /// So many lines above the end of the log.
    pub(super) back: usize,
    /// An answer is to be given as soon as the question is known.
    pub(super) wants_answer: bool,
    /// Why it cannot be read.
    pub(super) unread: Option<String>,
}

impl TaskView {
    /// Nothing known yet.
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            ..Self::default()
        }
    }

    /// Its open questions.
    pub(super) fn questions(&self) -> &[QuestionLine] {
        self.task.as_ref().map_or(&[], |task| &task.questions)
    }
}

impl State {
    /// Nothing known yet.
    pub(super) fn new(url: String, overview: OverviewAnswer) -> Self {
        Self {
            url,
            now: overview.at,
            overview,
            ..Self::default()
        }
    }

    /// The lines of the list.
    pub(super) fn rows(&self) -> Vec<Row> {
        rows(&self.overview, &self.filter)
    }

    /// The issue that an order is about: the task that is looked at, or the line that is chosen.
    pub(super) fn place(&self) -> Option<Place> {
        let looked_at = self.task.as_ref().map(|view| view.place.clone());
        looked_at.or_else(|| Some(self.rows().get(self.chosen)?.place.clone()))
    }

    /// The task that is to be followed.
    pub(super) fn watched(&self) -> Option<Place> {
        self.task.as_ref().map(|view| view.place.clone())
    }

    /// What is wrong, the worst first.
    pub(super) fn troubles(&self) -> Vec<String> {
        let away = self
            .away
            .map(|seen| top::away(&self.url, self.now.saturating_sub(seen).max(0) / 1000));
        let refused = self.refused.clone();
        let own = self.overview.troubles.iter().cloned();
        away.into_iter().chain(refused).chain(own).collect()
    }
}
