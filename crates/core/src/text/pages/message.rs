//! A page that says one thing: that there is no such page, that something went wrong, what came of an order.

use askama::Template;

use super::frame::{Frame, Tab, rendered};
use super::piece::{Page, Piece};
use super::words::Line;

/// A page with one thing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about.
    pub heading: String,
    /// What there is to say.
    pub text: Line,
    /// What to do next; empty where there is nothing.
    pub next: Line,
}

impl Message {
    /// There is nothing there.
    pub fn not_found(text: &str, next: &str) -> Self {
        Self {
            heading: "Not found".to_owned(),
            text: text.into(),
            next: next.into(),
        }
    }

    /// It does not go.
    pub fn refused(text: &str, next: &str) -> Self {
        Self {
            heading: "That did not work".to_owned(),
            text: text.into(),
            next: next.into(),
        }
    }
}

#[derive(Template)]
#[template(path = "message.html")]
struct Words<'a> {
    message: &'a Message,
}

impl Page for Message {
    fn title(&self) -> String {
        self.heading.clone()
    }

    fn tab(&self) -> Tab {
        Tab::None
    }

    fn pieces(&self) -> Vec<Piece> {
        Vec::new()
    }

    fn body(&self, _frame: &Frame<'_>) -> String {
        rendered(&Words { message: self })
    }
}
