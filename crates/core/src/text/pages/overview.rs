//! The first page: what needs a person, what goes on, what waits, what became of the rest.

use askama::Template;

use super::frame::{Frame, Tab, rendered};
use super::moment::Moment;
use super::need::Need;
use super::piece::{Page, Piece};
use super::place::Place;
use super::queue::QueueBrief;
use super::words::Line;
use crate::ids::SessionId;

/// What goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// GitHub's pages, without a slash at the end.
    pub web: String,
    /// What is wrong with skep itself, the worst first.
    pub troubles: Vec<Line>,
    /// What waits for a person, the longest wait first.
    pub needs: Vec<Need>,
    /// How many more there are.
    pub more_needs: usize,
    /// Sessions at work, the newest first.
    pub working: Vec<WorkRow>,
    /// What waits.
    pub queue: QueueBrief,
    /// Pull requests in review, the newest first.
    pub review: Vec<ReviewRow>,
    /// How many there are in all.
    pub in_review: i64,
    /// What failed lately.
    pub failed: Vec<FailedRow>,
    /// Numbers; nothing for whoever may not see them.
    pub figures: Option<Figures>,
}

/// A session at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkRow {
    /// The issue.
    pub place: Place,
    /// Its title.
    pub title: Line,
    /// The session.
    pub session: SessionId,
    /// Its role.
    pub role: Line,
    /// Its agent.
    pub agent: Line,
    /// What it does, or how it stands.
    pub doing: Line,
    /// Since when.
    pub since: Moment,
    /// What it has cost.
    pub spent: Line,
}

/// A pull request in review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// The issue.
    pub place: Place,
    /// Its title.
    pub title: Line,
    /// The pull request.
    pub pull: i64,
    /// It is a draft.
    pub draft: bool,
    /// How its checks stand; empty where nobody knows.
    pub checks: Line,
    /// Since when.
    pub since: Moment,
}

/// What failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedRow {
    /// The issue.
    pub place: Place,
    /// Its title.
    pub title: Line,
    /// Why.
    pub why: Line,
    /// When.
    pub at: Moment,
}

/// Numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// The last day and the last week.
    pub throughput: [Throughput; 2],
    /// What is used up of what there is at GitHub.
    pub meters: Vec<Meter>,
    /// What issues that are worked on have used up of their budgets, the fullest first.
    pub budgets: Vec<Meter>,
    /// The disk, in words; empty where it cannot be looked at.
    pub disk: Line,
    /// The memory, in words; empty before it was measured.
    pub memory: Line,
    /// What came in at the webhook address, in words.
    pub deliveries: Line,
}

/// What was done in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Throughput {
    /// Sessions that ended well.
    pub completed: i64,
    /// Sessions that failed.
    pub failed: i64,
    /// Sessions that a person ended.
    pub cancelled: i64,
    /// Pull requests opened.
    pub opened: i64,
    /// Of those, merged.
    pub merged: i64,
    /// Tokens of those, in words.
    pub tokens: Line,
    /// Money for those, in words.
    pub cost: Line,
}

/// How much of something is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter {
    /// Of what.
    pub name: Line,
    /// Of which issue, where it is one's.
    pub place: Option<Place>,
    /// So much.
    pub used: u64,
    /// Of so much.
    pub of: u64,
    /// Both in words.
    pub shown: Line,
    /// What waits for more of it; empty where nothing does.
    pub waits: Line,
}

impl Meter {
    /// From here on it is nearly used up.
    fn high(&self) -> u64 {
        self.of.saturating_mul(4) / 5
    }

    /// Its whole name, for whoever does not see where it stands.
    fn whole_name(&self) -> String {
        match &self.place {
            Some(place) => format!("{} {}", place.name(), self.name),
            None => self.name.to_string(),
        }
    }
}

macro_rules! piece {
    ($name:ident, $path:literal) => {
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            view: &'a Overview,
        }
    };
}

piece!(Needs, "overview/needs.html");
piece!(Working, "overview/working.html");
piece!(Queue, "overview/queue.html");
piece!(Review, "overview/review.html");
piece!(Failed, "overview/failed.html");
piece!(Troubles, "overview/troubles.html");

#[derive(Template)]
#[template(path = "overview/figures.html")]
struct Numbers<'a> {
    figures: &'a Figures,
}

impl Page for Overview {
    fn title(&self) -> String {
        match self.needs.len() + self.more_needs {
            0 => "Overview".to_owned(),
            needs => format!("({needs}) Overview"),
        }
    }

    fn tab(&self) -> Tab {
        Tab::Overview
    }

    fn pieces(&self) -> Vec<Piece> {
        let view = self;
        let mut pieces = vec![
            Piece::fixed("troubles", rendered(&Troubles { view })),
            Piece::fixed("needs", rendered(&Needs { view })),
            Piece::fixed("working", rendered(&Working { view })),
            Piece::fixed("waiting", rendered(&Queue { view })),
            Piece::fixed("review", rendered(&Review { view })),
            Piece::fixed("failed", rendered(&Failed { view })),
        ];
        let numbers = self.figures.as_ref();
        let numbers = numbers.map(|figures| rendered(&Numbers { figures }));
        pieces.extend(numbers.map(|html| Piece::fixed("figures", html)));
        pieces
    }

    fn body(&self, _frame: &Frame<'_>) -> String {
        let pieces = self.pieces();
        let [troubles, needs, rest @ ..] = pieces.as_slice() else {
            return String::new();
        };
        let rest: String = rest.iter().map(|piece| piece.html.as_str()).collect();
        format!(
            "<h1>Overview</h1>\n{}{}<div class=\"grid\">\n{rest}</div>",
            troubles.html, needs.html
        )
    }
}
