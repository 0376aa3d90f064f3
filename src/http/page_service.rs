//! What the pages of the dashboard need from the rest of skep, besides what the admin address has: somebody who reads what a page
//! shows.

use std::future::Future;

use tokio::sync::watch;

use super::api::service::AdminService;
use super::api_error::ApiError;
use crate::core::ids::{IssueNumber, RepositoryName, SessionId};
use crate::core::text::pages::Page;

/// A page, whichever.
pub type AnyPage = Box<dyn Page + Send + Sync>;

/// Who reads what the pages show. Every method has 60 seconds.
pub trait PageService: AdminService {
    /// What a page shows now.
    fn page(&self, address: &PageAddress)
    -> impl Future<Output = Result<AnyPage, ApiError>> + Send;

    /// What rings when something may have changed that a page shows.
    fn changes(&self) -> Vec<watch::Receiver<u64>>;
}

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PageAddress {
    /// What goes on.
    Overview,
    /// A task.
    Task(RepositoryName, IssueNumber),
    /// A session.
    Session {
        /// Which.
        id: SessionId,
        /// The part of its log before this place; `None`: the end.
        before: Option<i64>,
        /// Whether the files are looked at that its agent changed so far.
        touched: bool,
    },
    /// Which issue of a repository waits for which.
    Graph(RepositoryName),
    /// What waits.
    Queue,
    /// Where.
    Repositories,
    /// Who.
    Agents,
    /// What came in.
    Deliveries {
        /// Only those before this place in the inbox; `None`: the newest.
        before: Option<i64>,
    },
    /// What became of it.
    Outcomes,
}
