//! GraphQL, for the few things REST cannot do.
//!
//! GitHub answers errors and limits with status 200 there; both are told apart here.
//! <https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api>

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::Limit;
use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::purpose::Purpose;
use super::rate_gate::Priority;
use super::request::{ApiRequest, Effect};
use crate::core::failure::shortened;

#[derive(Deserialize)]
struct Reply {
    data: Option<Value>,
    #[serde(default)]
    errors: Vec<Complaint>,
}

#[derive(Deserialize)]
struct Complaint {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    message: String,
}

impl GitHub {
    /// Runs a query, or a mutation at its turn; whether a mutation may be repeated is for the caller to know.
    /// <https://docs.github.com/graphql/guides/forming-calls-with-graphql>
    pub async fn graphql<T: DeserializeOwned>(
        &self,
        at: &At,
        purpose: Purpose,
        query: &str,
        variables: Value,
    ) -> Result<T, GitHubError> {
        let ask = ApiRequest::post(
            "ask by GraphQL",
            self.graphql_url(),
            &json!({"query": query, "variables": variables}),
        )
        .with_effect(Effect::Change);
        let answer = if query.trim_start().starts_with("mutation") {
            self.change(at, purpose, Priority::Normal, &ask).await?
        } else {
            self.fetch(
                at.scope(purpose),
                &at.name.to_string(),
                &ask.clone().with_effect(Effect::None),
            )
            .await?
        };
        let reply: Reply = answer.json(&ask)?;
        if let Some(first) = reply.errors.first() {
            if limits(first) {
                let limit = match answer.pause(self.now()) {
                    Limit::For(after) => Limit::For(after),
                    Limit::Unsaid | Limit::TooQuick => Limit::Unsaid,
                };
                return Err(GitHubError::Limited {
                    after: self.limited(&self.lane(Some(at.installation)), limit),
                });
            }
            return Err(refusal(first, &ask, purpose));
        }
        serde_json::from_value(reply.data.unwrap_or_default()).map_err(|error| {
            GitHubError::Unreadable {
                call: ask.to_string(),
                why: error.to_string(),
            }
        })
    }

    /// `/graphql` on github.com, `/api/graphql` beside `/api/v3` on GitHub Enterprise Server.
    fn graphql_url(&self) -> String {
        let api = self.0.api.as_str().trim_end_matches('/');
        format!("{}/graphql", api.strip_suffix("/v3").unwrap_or(api))
    }
}

/// What an error in the answer stands for.
fn refusal(complaint: &Complaint, ask: &ApiRequest, purpose: Purpose) -> GitHubError {
    let call = ask.to_string();
    let may_not = complaint
        .message
        .to_ascii_lowercase()
        .contains("not accessible by integration");
    match complaint.kind.as_str() {
        "FORBIDDEN" if may_not => GitHubError::NotPermitted {
            call: purpose.describe().into(),
            permission: purpose.wanted(),
        },
        "NOT_FOUND" => GitHubError::NotFound { call },
        kind => {
            let message = shortened(format!("{kind} {}", complaint.message).trim(), 500);
            GitHubError::Invalid { call, message }
        }
    }
}

fn limits(complaint: &Complaint) -> bool {
    complaint.kind == "RATE_LIMITED"
        || complaint
            .message
            .to_ascii_lowercase()
            .contains("rate limit")
}
