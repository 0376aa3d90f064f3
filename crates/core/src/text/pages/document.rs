//! A whole page: head, navigation, theme, who reads it, what the page shows, and the end.

use askama::Template;

use super::frame::{Frame, Reader, Tab, Theme, rendered};
use super::piece::Page;
use super::words::Line;

#[derive(Template)]
#[template(path = "frame.html")]
struct Whole<'a> {
    frame: &'a Frame<'a>,
    title: &'a str,
    tab: Tab,
    body: &'a str,
}

impl Whole<'_> {
    fn news(&self) -> Option<&Line> {
        match self.frame.reader {
            Reader::Looks => None,
            Reader::SignedIn { news, .. } => news.as_ref(),
        }
    }
}

impl Frame<'_> {
    /// The whole document.
    pub fn around(&self, page: &dyn Page) -> String {
        let whole = Whole {
            frame: self,
            title: &page.title(),
            tab: page.tab(),
            body: &page.body(self),
        };
        rendered(&whole)
    }
}
