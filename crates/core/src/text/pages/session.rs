//! The page of a session: how it stands, what it asks, its plan, what it said and did, and what it changed.

use askama::Template;

use super::diff::Diff;
use super::form::Acts;
use super::frame::{Frame, Tab, rendered};
use super::moment::Moment;
use super::piece::{Page, Piece};
use super::place::Place;
use super::transcript::{Entry, EntryKind};
use super::words::Line;
use crate::agent::{PlanEntry, PlanStatus};
use crate::ids::SessionId;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPage {
    /// Which.
    pub id: SessionId,
    /// Its issue.
    pub place: Place,
    /// GitHub's pages, without a slash at the end.
    pub web: String,
    /// The title.
    pub title: Line,
    /// Its state's word.
    pub state: Line,
    /// How it ended; empty while it has not.
    pub stop: Line,
    /// Its role.
    pub role: Line,
    /// Its agent.
    pub agent: Line,
    /// Its branch.
    pub branch: Line,
    /// The pull request it made.
    pub pull: Option<i64>,
    /// When it was queued.
    pub created: Moment,
    /// When it got its slot.
    pub started: Option<Moment>,
    /// When it was over.
    pub ended: Option<Moment>,
    /// What it has cost, in words.
    pub spent: Line,
    /// Its plan.
    pub plan: Vec<PlanLine>,
    /// What it said and did, oldest first: the end of it, or an earlier part.
    pub entries: Vec<Entry>,
    /// Where the part before this begins, if there is one: it ends before this place.
    pub older: Option<i64>,
    /// It is the end of the log.
    pub newest: bool,
    /// What it changed, or has so far; `None` where that is not known here.
    pub diff: Option<Diff>,
    /// What a person can do about it.
    pub acts: Acts,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// `done`, `now` or `open`.
    pub status: &'static str,
    /// What is to be done.
    pub text: Line,
}

impl PlanLine {
    /// As the agent tells it.
    pub fn of(entry: &PlanEntry) -> Self {
        Self {
            status: match entry.status {
                PlanStatus::Completed => "done",
                PlanStatus::InProgress => "now",
                PlanStatus::Pending => "open",
            },
            text: Line::new(&entry.content),
        }
    }
}

#[derive(Template)]
#[template(path = "session/facts.html")]
struct Facts<'a> {
    view: &'a SessionPage,
}

#[derive(Template)]
#[template(path = "session/plan.html")]
struct Plan<'a> {
    view: &'a SessionPage,
}

#[derive(Template)]
#[template(path = "session/log.html")]
struct Log<'a> {
    view: &'a SessionPage,
}

#[derive(Template)]
#[template(path = "session/changes.html")]
struct Changes<'a> {
    view: &'a SessionPage,
}

impl SessionPage {
    fn lasts(&self) -> String {
        let Some(started) = self.started else {
            return String::new();
        };
        let until = self.ended.map_or(started.now, |ended| ended.at);
        Moment {
            at: started.at,
            now: until,
        }
        .lasts()
    }

    fn has_changes(&self) -> bool {
        self.diff.as_ref().is_some_and(|diff| !diff.is_empty())
    }

    fn here(&self) -> String {
        format!("/sessions/{}", self.id)
    }
}

impl Page for SessionPage {
    fn title(&self) -> String {
        format!("Session {}", self.id)
    }

    fn tab(&self) -> Tab {
        Tab::None
    }

    fn pieces(&self) -> Vec<Piece> {
        let view = self;
        let stamp = format!(
            "<p id=\"act-now\" data-stamp=\"{}\" hidden></p>",
            self.acts.stamp()
        );
        vec![
            Piece::fixed("facts", rendered(&Facts { view })),
            Piece::fixed("act-now", stamp),
            Piece::fixed("plan", rendered(&Plan { view })),
            Piece::fixed("changes", rendered(&Changes { view })),
            Piece::fixed("log", rendered(&Log { view })),
        ]
    }

    fn acts(&self) -> Option<&Acts> {
        Some(&self.acts)
    }

    fn body(&self, frame: &Frame<'_>) -> String {
        let mut pieces = self.pieces().into_iter().map(|piece| piece.html);
        let facts = pieces.next().unwrap_or_default();
        let rest: String = pieces.collect();
        let acts = self.acts.html(frame);
        format!("<h1>Session {}</h1>\n{facts}{acts}{rest}", self.id)
    }
}
