//! What came in from GitHub, newest first, each with what became of it: why it was ignored, where it was.

use askama::Template;

use super::frame::{Frame, Tab, rendered};
use super::moment::Moment;
use super::piece::{Page, Piece};
use super::words::Line;

/// The page of the deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deliveries {
    /// Newest first.
    pub rows: Vec<DeliveryRow>,
    /// How webhooks come in, in words.
    pub seen: Line,
    /// What was refused, in words; empty where nothing was.
    pub refused: Line,
    /// Where the older ones begin: below this place.
    pub older: Option<i64>,
}

/// A delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// GitHub's id of it.
    pub id: Line,
    /// Its event and action.
    pub name: Line,
    /// It was ignored.
    pub ignored: bool,
    /// What became of it; empty while nobody has taken it up.
    pub result: Line,
    /// When it came.
    pub at: Moment,
}

#[derive(Template)]
#[template(path = "deliveries.html")]
struct Rows<'a> {
    view: &'a Deliveries,
}

impl Page for Deliveries {
    fn title(&self) -> String {
        "Deliveries".to_owned()
    }

    fn tab(&self) -> Tab {
        Tab::Deliveries
    }

    fn pieces(&self) -> Vec<Piece> {
        vec![Piece::fixed("rows", rendered(&Rows { view: self }))]
    }

    fn body(&self, _frame: &Frame<'_>) -> String {
        format!("<h1>Deliveries</h1>\n{}", rendered(&Rows { view: self }))
    }
}
