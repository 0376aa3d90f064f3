//! The page on which somebody shows that orders may be given, and what is said of it.

use askama::Template;

use super::frame::{Frame, Tab, rendered};
use super::piece::{Page, Piece};
use super::words::Line;

/// The page to sign in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignIn {
    /// The page to come back to.
    pub back: String,
    /// Why it did not work the last time; empty at first.
    pub wrong: Line,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Form<'a> {
    view: &'a SignIn,
}

/// Somebody signed in.
pub fn signed_in() -> Line {
    Line::new("You are signed in for 12 hours.")
}

/// What was typed is not the token.
pub fn wrong_token() -> Line {
    Line::new("That is not the admin token.")
}

/// The link was used, or is too old.
pub fn wrong_link() -> Line {
    Line::new(
        "That link was used already, or is older than five minutes. Run `skep dashboard` for another one.",
    )
}

/// What `skep dashboard` prints.
pub fn one_time_link(url: &str) -> String {
    format!("Open this in a browser; it signs in once, and for five minutes:\n{url}")
}

impl Page for SignIn {
    fn title(&self) -> String {
        "Sign in".to_owned()
    }

    fn tab(&self) -> Tab {
        Tab::None
    }

    fn pieces(&self) -> Vec<Piece> {
        Vec::new()
    }

    fn body(&self, _frame: &Frame<'_>) -> String {
        rendered(&Form { view: self })
    }
}
