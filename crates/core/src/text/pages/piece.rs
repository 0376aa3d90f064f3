//! Pieces of a page that are sent anew when they change.

use super::form::Acts;
use super::frame::{Frame, Tab};

/// A part of a page with an id of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The id of its element.
    pub id: String,
    /// The element into which it goes where it is new; `None` where every such page has it.
    pub into: Option<&'static str>,
    /// The element.
    pub html: String,
}

impl Piece {
    /// A piece that every such page has.
    pub fn fixed(id: &str, html: String) -> Self {
        Self {
            id: id.to_owned(),
            into: None,
            html,
        }
    }
}

/// A page of the dashboard.
pub trait Page {
    /// What the browser's tab says of it, before the product's name.
    fn title(&self) -> String;

    /// Which of the pages in the navigation it belongs to.
    fn tab(&self) -> Tab;

    /// What of it can change while somebody looks at it, in the page's order.
    fn pieces(&self) -> Vec<Piece>;

    /// What a person can do here.
    fn acts(&self) -> Option<&Acts> {
        None
    }

    /// What stands between heading and end; the frame is around it.
    fn body(&self, frame: &Frame<'_>) -> String;
}
