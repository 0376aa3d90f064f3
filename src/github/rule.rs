//! What GitHub tells an App of the rules of a base branch: which rulesets apply there, and whether the App may bypass them.
//! <https://docs.github.com/rest/repos/rules>
//!
//! It takes the permission `metadata:read` alone. Who may bypass a classic branch protection is told to administrators only, and so is
//! who else may bypass a ruleset: what is not shown stays unseen.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::at::At;
use super::ci::seen;
use super::client::GitHub;
use super::error::GitHubError;
use super::request::{ApiRequest, escape};
use crate::core::base_rules::{BaseRules, Bypass, Ruleset};

/// So many rulesets of one branch are looked into; more are unseen.
const RULESETS: usize = 10;

/// A rule that applies to a branch.
#[derive(Deserialize)]
struct AppliedShape {
    #[serde(rename = "type")]
    kind: String,
    ruleset_id: Option<i64>,
}

#[derive(Deserialize)]
struct RulesetShape {
    name: String,
    /// Only where the repository's own endpoint is asked.
    current_user_can_bypass: Option<String>,
}

impl GitHub {
    /// The rules of a branch, as far as they are shown to us.
    pub async fn base_rules(&self, at: &At, branch: &str) -> Result<BaseRules, GitHubError> {
        let path = at.path(&format!("/rules/branches/{}?per_page=100", escape(branch)));
        let ask = ApiRequest::get("read a branch's rules", path);
        let applied: Vec<AppliedShape> = seen(self.read_all(at, &ask).await)?.unwrap_or_default();
        let mut rules: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for rule in applied {
            let set = rules
                .entry(rule.ruleset_id.unwrap_or_default())
                .or_default();
            set.push(rule.kind);
        }
        let head = self.branch(at, branch).await?;
        let mut rulesets = Vec::new();
        for (index, (id, rules)) in rules.into_iter().enumerate() {
            let shown = match index < RULESETS {
                true => self.ruleset(at, id).await?,
                false => None,
            };
            let bypass = shown.as_ref().map_or(Bypass::Unseen, bypass);
            let name = shown.map_or_else(|| format!("ruleset {id}"), |shown| shown.name);
            rulesets.push(Ruleset {
                name,
                rules,
                bypass,
            });
        }
        Ok(BaseRules {
            branch: branch.to_owned(),
            protected: head.is_some_and(|head| head.protected),
            rulesets,
        })
    }

    async fn ruleset(&self, at: &At, id: i64) -> Result<Option<RulesetShape>, GitHubError> {
        let ask = ApiRequest::get("read a ruleset", at.path(&format!("/rulesets/{id}")));
        Ok(seen(self.read_if_there(at, &ask).await)?.flatten())
    }
}

fn bypass(shown: &RulesetShape) -> Bypass {
    match shown.current_user_can_bypass.as_deref() {
        Some("never") => Bypass::Never,
        Some("pull_requests_only") => Bypass::PullRequests,
        Some("always" | "exempt") => Bypass::Always,
        Some(_) | None => Bypass::Unseen,
    }
}
