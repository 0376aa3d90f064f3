//! What the dashboard needs of GitHub to sign people in: a page to send them to, an exchange for the code they bring back, and the
//! answer to what they can read.
//!
//! `app` provides it. Nothing here knows how GitHub is asked; a token only passes through, and is never shown.

use std::time::Duration;

use futures::future::BoxFuture;
use secrecy::SecretString;

use super::sight::Readable;
use crate::core::actor::Account;

/// What belongs to one way to GitHub and back.
#[derive(Debug, Clone)]
pub struct Way {
    /// Where GitHub sends the person back to.
    pub redirect: String,
    /// What comes back with them.
    pub state: String,
    /// What only we know until the exchange.
    pub verifier: SecretString,
}

/// Somebody who was let in.
#[derive(Debug)]
pub struct Admitted {
    /// Who.
    pub account: Account,
    /// What is asked with, for as long as they are signed in.
    pub token: SecretString,
    /// How long GitHub takes it, where it says.
    pub lasts: Option<Duration>,
    /// What they can read.
    pub readable: Readable,
}

/// Why somebody was not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAdmitted {
    /// GitHub does not take what they brought: it was used, is too old, or was made up.
    Refused,
    /// GitHub does not answer.
    Later,
}

/// Why it is not known what somebody can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotKnown {
    /// GitHub does not take their token any more: they are not signed in.
    Withdrawn,
    /// GitHub does not answer.
    Later,
}

/// GitHub, as far as signing in goes.
pub trait People: Send + Sync + 'static {
    /// The page to send somebody to.
    fn page(&self, way: &Way) -> String;

    /// Exchanges what they brought back, once, and asks who they are and what they can read.
    fn admit<'a>(
        &'a self,
        code: &'a str,
        way: &'a Way,
    ) -> BoxFuture<'a, Result<Admitted, NotAdmitted>>;

    /// Has GitHub forget their token: they signed out. Where that fails, it ends by itself.
    fn forget<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, ()>;

    /// What they can read now.
    fn readable<'a>(&'a self, token: &'a SecretString)
    -> BoxFuture<'a, Result<Readable, NotKnown>>;
}
