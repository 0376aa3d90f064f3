//! The pages under `/setup`, where skep is made a GitHub App: one button, the way back from GitHub, a checklist.
//!
//! They are opened with a key that skep prints at its start, which becomes a cookie: on loopback every user of the machine reaches the
//! address. The way back needs no key, since it brings a state that only a page opened with the key has shown. Nothing here knows
//! GitHub or a file: it asks a [`Registration`], which `app` provides.

mod cookie;
mod pages;

use std::future::Future;

use serde_json::Value;

pub use pages::{registration_router, with_registration};

/// A page to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The status.
    pub status: u16,
    /// HTML.
    pub html: String,
}

/// The address at which somebody goes on, or a page that says why not.
pub type Onward = Result<String, Page>;

/// The part of skep behind `/setup`.
pub trait Registration: Send + Sync + 'static {
    /// Whether this is the key of the page. It takes as long whatever the key is.
    fn opens(&self, key: &str) -> bool;

    /// The page as things stand.
    fn page(&self) -> impl Future<Output = Page> + Send;

    /// The same for programs.
    fn progress(&self) -> impl Future<Output = Value> + Send;

    /// Somebody came back from GitHub with a code.
    ///
    /// # Errors
    /// The page that says why nothing came of it.
    fn returned(&self, code: String, state: String) -> impl Future<Output = Onward> + Send;

    /// Where forms may lead: the origin of GitHub's pages.
    fn forms_lead_to(&self) -> String;
}
