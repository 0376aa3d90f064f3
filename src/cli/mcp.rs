//! `skep mcp`: a running skep for operators' own assistants, by the Model Context Protocol. It asks and orders as the other commands do.

use std::net::SocketAddr;
use std::sync::Arc;

use futures::future::BoxFuture;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::admin_client::{Admin, AdminError};
use super::admin_options::AdminOptions;
use super::command_error::{CommandError, CommandResult};
use super::output::{now, print};
use crate::config::{AdminAccess, Sources};
use crate::core::text::mcp as text;
use crate::mcp::{Ask, Gate, HttpServer, Swarm, Unknown, serve_stdio};

/// A day, milliseconds.
const DAY: i64 = 24 * 3_600_000;

/// Offer a running skep to an assistant (Model Context Protocol), on standard input and output or over HTTP.
///
/// On standard input and output it uses the admin token of the data folder, or SKEP_ADMIN_TOKEN: give it a token of `skep token add` with as
/// little scope as the assistant needs. Over HTTP each request brings its own token.
#[derive(Debug, clap::Args)]
pub(super) struct Mcp {
    /// Serve over HTTP at this address, such as 127.0.0.1:3002, instead of on standard input and output.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// A name by which assistants reach it from elsewhere; without one only this machine is answered.
    #[arg(long, value_name = "NAME", requires = "listen")]
    host: Vec<String>,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Mcp {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let access = self.admin.access(sources)?;
        let Some(address) = self.listen else {
            let swarm = Arc::new(Running(Admin::new(access)));
            return Ok(serve_stdio(swarm).await?);
        };
        let gate = Arc::new(ByToken(access));
        let server = HttpServer::open(address, self.host, gate).await;
        let server = server.map_err(|error| CommandError::Failed(error.into()))?;
        print(&format!("{}\n", text::listening(&server.address()?)))?;
        server.serve().await;
        Ok(())
    }
}

/// A running skep, asked with one token.
struct Running(Admin);

impl Swarm for Running {
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Result<Value, String>> {
        Box::pin(async move { self.answer(ask).await.map_err(|error| error.to_string()) })
    }
}

impl Running {
    async fn answer(&self, ask: Ask) -> Result<Value, AdminError> {
        let Self(admin) = self;
        match ask {
            Ask::Status(None) => admin.get("/api/v1/status", &[]).await,
            Ask::Status(Some(repository)) => {
                let query = [("repository", repository.to_string())];
                admin.get("/api/v1/queue", &query).await
            }
            Ask::Sessions {
                state,
                live,
                repository,
                limit,
            } => {
                let mut query = vec![("limit", limit.to_string())];
                query.extend(state.map(|state| ("state", state)));
                query.extend(live.map(|live| ("live", live.to_string())));
                query.extend(repository.map(|name| ("repository", name.to_string())));
                admin.get("/api/v1/sessions", &query).await
            }
            Ask::Session(id) => admin.get(&format!("/api/v1/sessions/{id}"), &[]).await,
            Ask::Dispatch(repository, issues) => {
                let target = json!({ "repository": repository, "issues": issues });
                let order = json!({ "targets": [target] });
                admin.post("/api/v1/dispatch", &order).await
            }
            Ask::Answer(repository, issue, words) => {
                let order = json!({ "order": format!("answer {words}") });
                let path = format!("/api/v1/tasks/{repository}/{issue}/orders");
                admin.post(&path, &order).await
            }
            Ask::Stop(id) => {
                let path = format!("/api/v1/sessions/{id}/stop");
                admin.post(&path, &json!({})).await
            }
            Ask::Outcomes { days, repository } => {
                let since = now().saturating_sub(i64::from(days) * DAY).max(0);
                let mut query = vec![("since", since.to_string())];
                query.extend(repository.map(|name| ("repository", name.to_string())));
                admin.get("/api/v1/outcomes", &query).await
            }
        }
    }
}

/// The same for whoever brings a token that skep knows.
struct ByToken(AdminAccess);

impl Gate for ByToken {
    fn open(&self, token: SecretString) -> BoxFuture<'_, Result<Arc<dyn Swarm>, Unknown>> {
        Box::pin(async move {
            let admin = Admin::new(AdminAccess {
                url: self.0.url.clone(),
                token: Some(token),
            });
            // Whatever a token may do, it may do this much; skep refuses what it does not know.
            let one = [("limit", "1".to_owned())];
            match admin.get("/api/v1/sessions", &one).await {
                Ok(_) => Ok(Arc::new(Running(admin)) as Arc<dyn Swarm>),
                Err(AdminError::Refused { .. }) => Err(Unknown::Token),
                Err(error) => {
                    tracing::warn!(%error, "skep does not say whether a token is known");
                    Err(Unknown::Away)
                }
            }
        })
    }
}
