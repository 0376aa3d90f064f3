//! Where skep works: each repository with what goes on in it and how it stands.

use askama::Template;

use super::frame::{Frame, Tab, rendered};
use super::moment::Moment;
use super::piece::{Page, Piece};
use super::words::Line;
use crate::ids::RepositoryName;

/// The page of the repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repositories {
    /// By name.
    pub rows: Vec<RepositoryRow>,
    /// GitHub's pages, without a slash at the end.
    pub web: String,
    /// More were seen than are listed.
    pub more: bool,
}

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryRow {
    /// Its name.
    pub name: RepositoryName,
    /// Sessions at work.
    pub live: i64,
    /// Sessions in all that are still known.
    pub sessions: i64,
    /// When the last one was queued; `None` where none is known.
    pub last: Option<Moment>,
    /// What is wrong there; empty where nothing is.
    pub trouble: Line,
}

#[derive(Template)]
#[template(path = "repositories.html")]
struct Rows<'a> {
    view: &'a Repositories,
}

impl Page for Repositories {
    fn title(&self) -> String {
        "Repositories".to_owned()
    }

    fn tab(&self) -> Tab {
        Tab::Repositories
    }

    fn pieces(&self) -> Vec<Piece> {
        vec![Piece::fixed("rows", rendered(&Rows { view: self }))]
    }

    fn body(&self, _frame: &Frame<'_>) -> String {
        format!("<h1>Repositories</h1>\n{}", rendered(&Rows { view: self }))
    }
}
