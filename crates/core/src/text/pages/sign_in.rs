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
    /// Whether people can sign in with GitHub.
    pub github: bool,
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

/// Somebody signed in with GitHub for so many seconds.
pub fn signed_in_as(login: &str, seconds: u64) -> Line {
    let long = match seconds / 3_600 {
        0 => format!("{} minutes", seconds / 60),
        1 => "an hour".to_owned(),
        hours => format!("{hours} hours"),
    };
    Line::new(&format!("You are signed in as {login} for {long}."))
}

/// Somebody came back whose way did not begin here, or is over.
pub fn lost_way() -> Line {
    Line::new(
        "That way back from GitHub did not begin in this browser, took longer than ten minutes, or was used already. Begin again.",
    )
}

/// They said no.
pub fn declined() -> Line {
    Line::new("GitHub says that you did not allow it. Nothing was signed in.")
}

/// GitHub does not take what they brought.
pub fn not_taken() -> Line {
    Line::new(
        "GitHub does not take the code that you came back with. Begin again; if that does not help, whoever runs skep finds the reason in its log.",
    )
}

/// GitHub does not answer.
pub fn no_answer() -> Line {
    Line::new("GitHub does not answer at present. Try again in a minute.")
}

/// They can read none of the repositories.
pub fn nothing_to_see(login: &str) -> Line {
    Line::new(&format!(
        "GitHub gives {login} access to none of the repositories in which this App is installed, so there is nothing to see here."
    ))
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
