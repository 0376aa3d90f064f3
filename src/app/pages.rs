//! What the pages of the dashboard show: read from the database, from the engine's memory and from what was seen since the start.
//!
//! It reads and never changes anything, asks GitHub nothing but where a repository is, and reads no more of anything than a page shows.

mod figures;
mod lists;
mod overview;
mod session;
mod task;
mod words;

use tokio::sync::watch;

use super::admin_api::AdminApi;
use super::graph_view::GraphView;
use super::orders::refused;
use crate::core::ids::RepositoryName;
use crate::core::text::pages::GraphPage;
use crate::http::{AnyPage, ApiError, PageAddress, PageService};

impl PageService for AdminApi {
    async fn page(&self, address: &PageAddress) -> Result<AnyPage, ApiError> {
        Ok(match address {
            PageAddress::Overview => Box::new(overview::overview(self).await?),
            PageAddress::Task(repository, issue) => {
                Box::new(task::task(self, repository, *issue).await?)
            }
            PageAddress::Session {
                id,
                before,
                touched,
            } => {
                let mut page = session::session(self, id, *before).await?;
                if *touched {
                    page.touched = session::touched(self, id, &page).await;
                }
                Box::new(page)
            }
            PageAddress::Graph(repository) => Box::new(self.graph_page(repository).await?),
            PageAddress::Queue => Box::new(lists::queue(self).await?),
            PageAddress::Repositories => Box::new(lists::repositories(self).await?),
            PageAddress::Agents => Box::new(lists::agents(self).await?),
            PageAddress::Deliveries { before } => Box::new(lists::deliveries(self, *before).await?),
            PageAddress::Outcomes => Box::new(lists::outcomes(self).await?),
        })
    }

    fn changes(&self) -> Vec<watch::Receiver<u64>> {
        vec![
            self.store.event_wake(),
            self.store.effect_wake(),
            self.store.log_wake(),
        ]
    }
}

impl AdminApi {
    async fn graph_page(&self, repository: &RepositoryName) -> Result<GraphPage, ApiError> {
        let at = self.github.locate(repository).await.map_err(refused)?;
        let graph = GraphView {
            engine: self.engine()?,
            store: &self.store,
            web: self.github.web_page(),
        };
        Ok(GraphPage {
            repository: at.name.clone(),
            picture: graph.picture(&at).await?,
        })
    }
}
