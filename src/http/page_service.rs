//! What the pages of the dashboard need from the rest of skep, besides what the admin address has: somebody who reads what a page
//! shows, as far as whoever asks may see it.

use std::future::Future;

use tokio::sync::watch;

use super::api::admin_service::AdminService;
use super::api_error::ApiError;
use super::sight::Sight;
use crate::core::actor::Account;
use crate::core::ids::{IssueNumber, RepositoryId, RepositoryName, SessionId};
use crate::core::text::pages::Page;

/// A page, whichever.
pub type AnyPage = Box<dyn Page + Send + Sync>;

/// A page that was read.
pub struct Shown {
    /// The page.
    pub page: AnyPage,
    /// The one repository that it is about; nothing where it is about several.
    pub within: Option<RepositoryId>,
}

/// Who reads what the pages show. Every method has 60 seconds.
pub trait PageService: AdminService {
    /// What a page shows now to somebody with that sight. What they may not see is not there for them: 404.
    fn page(
        &self,
        address: &PageAddress,
        sight: &Sight,
    ) -> impl Future<Output = Result<Shown, ApiError>> + Send;

    /// The repository of a session.
    fn repository_of(
        &self,
        session: &SessionId,
    ) -> impl Future<Output = Result<RepositoryId, ApiError>> + Send;

    /// Passes where a person may give orders in a repository now, by GitHub's word and as on an issue.
    fn allow_orders(
        &self,
        repository: &RepositoryName,
        person: &Account,
    ) -> impl Future<Output = Result<(), ApiError>> + Send;

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

impl PageAddress {
    /// Whether it is a page for somebody with that sight at all: some are about skep as a whole.
    pub fn is_for(&self, sight: &Sight) -> bool {
        sight.is_all() || !matches!(self, Self::Agents | Self::Deliveries { .. })
    }
}
