//! The page of a task: where it stands and why, what it waits for, its sessions, and everything that happened to it.

use askama::Template;

use super::form::Acts;
use super::frame::{Frame, Tab, rendered};
use super::moment::Moment;
use super::piece::{Page, Piece};
use super::place::Place;
use super::timeline::Timeline;
use super::words::Line;
use crate::ids::SessionId;
use crate::task::Task;
use crate::text::{gate, status, waiting};

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPage {
    /// Its issue.
    pub place: Place,
    /// GitHub's pages, without a slash at the end.
    pub web: String,
    /// Its title.
    pub title: Line,
    /// Its state's word.
    pub state: Line,
    /// How it stands, in a sentence.
    pub stands: Line,
    /// What holds it, and who lets it go on; empty where nothing does.
    pub waits: Line,
    /// Who asked.
    pub asked_by: Line,
    /// The role.
    pub role: Line,
    /// The agent.
    pub agent: Line,
    /// The branch of the work.
    pub branch: Line,
    /// The pull request, and whether it is a draft.
    pub pull: Option<(i64, bool)>,
    /// Its sessions, newest first.
    pub sessions: Vec<SessionRow>,
    /// What it waits for.
    pub dependencies: Vec<DependencyRow>,
    /// What happened.
    pub timeline: Timeline,
    /// What a person can do.
    pub acts: Acts,
}

/// A session of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Which.
    pub id: SessionId,
    /// Its state's word.
    pub state: Line,
    /// How it ended; empty while it has not.
    pub stop: Line,
    /// Its agent.
    pub agent: Line,
    /// What it has cost, in words.
    pub spent: Line,
    /// When it was queued.
    pub created: Moment,
}

/// An issue that it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DependencyRow {
    /// The issue.
    pub place: Place,
    /// Its title.
    pub title: Line,
    /// How it stands.
    pub stands: &'static str,
}

/// How a task stands, and what holds it, each in plain words.
pub fn standing(task: &Task) -> (Line, Line) {
    let header = status::header(task);
    let waits = match task.gate() {
        Some(held) => gate::explained(task, &held).unwrap_or_else(|| gate::words(task, &held)),
        None if task.state() == "queued" => waiting::words(&task.waits_for),
        None => String::new(),
    };
    (Line::of_markdown(&header), Line::of_markdown(&waits))
}

impl DependencyRow {
    /// What a task waits for, as it was last read.
    pub fn all(task: &Task) -> Vec<Self> {
        use crate::dependency::Standing;
        let row = |blocker: &crate::dependency::Blocker| Self {
            place: Place {
                repository: blocker.issue.name.clone(),
                issue: blocker.issue.key.issue,
            },
            title: Line::new(&blocker.title),
            stands: match blocker.standing {
                _ if blocker.failed => "failed",
                Standing::Completed => "done",
                Standing::Open => "open",
                _ => "closed without being done",
            },
        };
        task.dependencies.blockers.iter().map(row).collect()
    }
}

#[derive(Template)]
#[template(path = "task/facts.html")]
struct Facts<'a> {
    view: &'a TaskPage,
}

#[derive(Template)]
#[template(path = "task/sessions.html")]
struct Sessions<'a> {
    view: &'a TaskPage,
}

#[derive(Template)]
#[template(path = "task/timeline.html")]
struct TimelineTemplate<'a> {
    view: &'a TaskPage,
}

impl Page for TaskPage {
    fn title(&self) -> String {
        self.place.name()
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
            Piece::fixed("sessions", rendered(&Sessions { view })),
            Piece::fixed("timeline", rendered(&TimelineTemplate { view })),
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
        format!("<h1>{}</h1>\n{facts}{acts}{rest}", self.place.name())
    }
}
