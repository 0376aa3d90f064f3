//! What became of the pull requests that were opened: added up by role and agent, and one by one.

use askama::Template;

use super::frame::{Frame, Tab, rendered};
use super::moment::Moment;
use super::piece::{Page, Piece};
use super::place::Place;
use super::words::Line;

/// The page of the outcomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcomes {
    /// By role and agent.
    pub groups: Vec<OutcomeGroupRow>,
    /// The newest first.
    pub rows: Vec<OutcomeRow>,
    /// Of how many days they are.
    pub days: i64,
    /// More were opened than are listed.
    pub more: bool,
    /// GitHub's pages, without a slash at the end.
    pub web: String,
}

/// Pull requests of one role and one agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeGroupRow {
    /// The role.
    pub role: Line,
    /// The agent.
    pub agent: Line,
    /// How many.
    pub total: u64,
    /// How many people took and still have.
    pub accepted: u64,
    /// Of a hundred of those that are over, so many; `None` where none is.
    pub percent: Option<u64>,
    /// What they cost, in words.
    pub cost: Line,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRow {
    /// The issue.
    pub place: Place,
    /// The pull request.
    pub pull: i64,
    /// What became of it.
    pub became: Line,
    /// The role.
    pub role: Line,
    /// The agent.
    pub agent: Line,
    /// How often it was revised.
    pub rounds: i64,
    /// What it cost, in words.
    pub cost: Line,
    /// When it was opened.
    pub opened: Moment,
}

#[derive(Template)]
#[template(path = "outcomes.html")]
struct Rows<'a> {
    view: &'a Outcomes,
}

impl Page for Outcomes {
    fn title(&self) -> String {
        "Outcomes".to_owned()
    }

    fn tab(&self) -> Tab {
        Tab::Outcomes
    }

    fn pieces(&self) -> Vec<Piece> {
        vec![Piece::fixed("rows", rendered(&Rows { view: self }))]
    }

    fn body(&self, _frame: &Frame<'_>) -> String {
        format!("<h1>Outcomes</h1>\n{}", rendered(&Rows { view: self }))
    }
}
