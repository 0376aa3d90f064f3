//! What the pages of the dashboard show: read from the database, from the engine's memory and from what was seen since the start.
//!
//! It reads and never changes anything, asks GitHub nothing but where a repository is of which no issue was told and whether somebody may
//! give orders there, and reads no more of anything than a page shows. What somebody may not see is left out before anything is made of it.

mod figures;
mod lists;
mod overview;
mod session;
mod standing;
mod task;
mod words;

pub(super) use overview::overview as read_overview;
use tokio::sync::watch;

use super::admin_api::AdminApi;
use super::graph_view::GraphView;
use super::lookup::{find_session, unread};
use super::orders::refused;
use crate::core::actor::Account;
use crate::core::ids::{RepositoryId, RepositoryName, SessionId};
use crate::core::text::pages::GraphPage;
use crate::core::text::requests::{self, access};
use crate::github::{At, GitHubError};
use crate::http::{AnyPage, ApiError, PageAddress, PageService, Shown, Sight};

impl PageService for AdminApi {
    async fn page(&self, address: &PageAddress, sight: &Sight) -> Result<Shown, ApiError> {
        let page: AnyPage = match address {
            PageAddress::Overview => Box::new(overview::overview(self, sight).await?),
            PageAddress::Task(repository, issue) => {
                let at = self.seen(repository, sight).await?;
                let page = task::task(self, &at, (*issue, sight)).await?;
                return Ok(within(at.repository, Box::new(page)));
            }
            PageAddress::Session { id, before } => {
                let repository = self.repository_of(id).await?;
                if !sight.sees(repository) {
                    return Err(nothing());
                }
                let page = session::session(self, id, *before).await?;
                return Ok(within(repository, Box::new(page)));
            }
            PageAddress::Graph(repository) => {
                let at = self.seen(repository, sight).await?;
                let page = self.graph_page(&at, sight).await?;
                return Ok(within(at.repository, Box::new(page)));
            }
            PageAddress::Queue => Box::new(lists::queue(self, sight).await?),
            PageAddress::Repositories => Box::new(standing::repositories(self, sight).await?),
            PageAddress::Agents => Box::new(standing::agents(self).await?),
            PageAddress::Deliveries { before } => Box::new(lists::deliveries(self, *before).await?),
            PageAddress::Outcomes => Box::new(lists::outcomes(self, sight).await?),
        };
        Ok(Shown { page, within: None })
    }

    async fn repository_of(&self, session: &SessionId) -> Result<RepositoryId, ApiError> {
        let row = find_session(&self.store, session).await?;
        Ok(row.task.repository)
    }

    async fn allow_orders(
        &self,
        repository: &RepositoryName,
        person: &Account,
    ) -> Result<(), ApiError> {
        let at = self.github.locate(repository).await.map_err(refused)?;
        let found = self.github.permission(&at, &person.login).await;
        let found = match found {
            Err(GitHubError::NotFound { .. }) => None,
            found => Some(found.map_err(refused)?),
        };
        // Logins change hands.
        let may =
            found.is_some_and(|found| found.user == Some(person.id) && found.level.may_start());
        match may {
            true => Ok(()),
            false => {
                let sentence = access::may_not_order(&person.login, &repository.to_string());
                Err(ApiError::forbidden(sentence).next(access::MAY_NOT_ORDER_NEXT))
            }
        }
    }

    fn changes(&self) -> Vec<watch::Receiver<u64>> {
        vec![
            self.store.event_wake(),
            self.store.effect_wake(),
            self.store.log_wake(),
        ]
    }
}

fn within(repository: RepositoryId, page: AnyPage) -> Shown {
    Shown {
        page,
        within: Some(repository),
    }
}

/// Whether it is there or not is not told.
fn nothing() -> ApiError {
    ApiError::not_found(requests::NO_SUCH_PAGE)
}

impl AdminApi {
    /// Where a repository is, for whoever only looks. GitHub is asked where no issue of that name was told of.
    pub(super) async fn where_is(&self, repository: &RepositoryName) -> Result<At, ApiError> {
        let known = self.store.repository_named(repository).await;
        match known.map_err(|error| unread(&error))? {
            Some(known) => Ok(At {
                installation: known.installation,
                repository: known.id,
                name: known.name,
            }),
            None => self.github.locate(repository).await.map_err(refused),
        }
    }

    /// Where a repository is, for whoever may see it. By its name first: GitHub is not asked about what is not theirs.
    async fn seen(&self, repository: &RepositoryName, sight: &Sight) -> Result<At, ApiError> {
        if !sight.sees_named(repository) {
            return Err(nothing());
        }
        let at = self.where_is(repository).await?;
        match sight.sees(at.repository) {
            true => Ok(at),
            false => Err(nothing()),
        }
    }

    async fn graph_page(&self, at: &At, sight: &Sight) -> Result<GraphPage, ApiError> {
        let graph = GraphView {
            engine: self.engine()?,
            store: &self.store,
            web: self.github.web_page(),
            sight,
        };
        Ok(GraphPage {
            repository: at.name.clone(),
            picture: graph.picture(at).await?,
        })
    }
}
