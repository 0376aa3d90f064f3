//! What waits, in order, each with why.

use askama::Template;

use super::frame::{Frame, Tab, rendered};
use super::moment::Moment;
use super::piece::{Page, Piece};
use super::place::Place;
use super::words::Line;

/// One that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRow {
    /// The issue.
    pub place: Place,
    /// Its role.
    pub role: Line,
    /// Its number among those that wait for a slot.
    pub number: Option<i64>,
    /// For what it waits.
    pub reason: Line,
    /// Since when.
    pub since: Moment,
    /// When it may start, if anybody can tell.
    pub starts: Option<Moment>,
}

/// The head of the queue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueBrief {
    /// Slots taken.
    pub at_work: u32,
    /// Slots in all.
    pub slots: u32,
    /// How many wait for a slot.
    pub waiting: usize,
    /// How many wait for something of their own.
    pub held: usize,
    /// Where the operator lets nothing start.
    pub paused: Vec<Line>,
    /// Those that come first.
    pub rows: Vec<QueueRow>,
}

/// The page of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuePage {
    /// What waits.
    pub queue: QueueBrief,
    /// How many of them are not listed.
    pub more: usize,
}

#[derive(Template)]
#[template(path = "queue.html")]
struct Rows<'a> {
    view: &'a QueuePage,
}

impl Page for QueuePage {
    fn title(&self) -> String {
        "Queue".to_owned()
    }

    fn tab(&self) -> Tab {
        Tab::Queue
    }

    fn pieces(&self) -> Vec<Piece> {
        vec![Piece::fixed("rows", rendered(&Rows { view: self }))]
    }

    fn body(&self, frame: &Frame<'_>) -> String {
        let form = rendered(&Pause { view: self, frame });
        format!("<h1>Queue</h1>\n{form}{}", rendered(&Rows { view: self }))
    }
}

#[derive(Template)]
#[template(path = "pause.html")]
struct Pause<'a> {
    view: &'a QueuePage,
    frame: &'a Frame<'a>,
}
