//! Who works: each agent with what it does now, how its last sessions ended, and whether its provider lets it in.

use askama::Template;

use super::frame::{Frame, Tab, rendered};
use super::health::Ailment;
use super::moment::Moment;
use super::piece::{Page, Piece};
use super::words::Line;

/// The page of the agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agents {
    /// By name.
    pub rows: Vec<AgentRow>,
    /// How they are fenced in.
    pub sandbox: Line,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRow {
    /// The operator's name of it.
    pub name: Line,
    /// It is the one of roles that name none.
    pub default: bool,
    /// Sessions at work.
    pub live: i64,
    /// Of the last 7 days: how many ended well, …
    pub completed: i64,
    /// … and how many failed.
    pub failed: i64,
    /// Until when nothing is given to it, and why.
    pub closed: Option<(Moment, Line)>,
    /// What it called itself, with its version; empty where it was not asked.
    pub said: Line,
    /// Why it does not start here.
    pub ailment: Option<Ailment>,
    /// It was tried of late or did some work: that it is in order is known.
    pub known: bool,
}

#[derive(Template)]
#[template(path = "agents.html")]
struct Rows<'a> {
    view: &'a Agents,
}

impl Page for Agents {
    fn title(&self) -> String {
        "Agents".to_owned()
    }

    fn tab(&self) -> Tab {
        Tab::Agents
    }

    fn pieces(&self) -> Vec<Piece> {
        vec![Piece::fixed("rows", rendered(&Rows { view: self }))]
    }

    fn body(&self, _frame: &Frame<'_>) -> String {
        format!("<h1>Agents</h1>\n{}", rendered(&Rows { view: self }))
    }
}
