//! Rulesets of a repository's branches: what they ask for, and whether the App may bypass them.
//! <https://docs.github.com/rest/repos/rules>

use serde_json::{Value, json};

/// Whether the App may bypass a ruleset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulesetBypass {
    /// It may not.
    Never,
    /// It may, in pull requests alone.
    PullRequests,
    /// It may.
    Always,
    /// The ruleset is not shown to it.
    Hidden,
}

impl RulesetBypass {
    /// As GitHub writes it.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Never => "never",
            Self::PullRequests => "pull_requests_only",
            Self::Always => "always",
            Self::Hidden => return None,
        })
    }
}

/// A ruleset as somebody makes it.
#[derive(Debug, Clone, Copy)]
pub struct RulesetDraft<'a> {
    /// Its name; one of the same name gives way.
    pub name: &'a str,
    /// The branch.
    pub branch: &'a str,
    /// The kinds of its rules, such as `pull_request`.
    pub rules: &'a [&'a str],
    /// Whether the App may bypass it.
    pub bypass: RulesetBypass,
}

/// A ruleset that is active for one branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruleset {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The branch.
    pub branch: String,
    /// The kinds of its rules, such as `pull_request`.
    pub rules: Vec<String>,
    /// Whether the App may bypass it.
    pub bypass: RulesetBypass,
}

impl Ruleset {
    /// Whether it keeps an App from pushing to its branch.
    pub fn keeps_out(&self) -> bool {
        let kept = ["pull_request", "update"];
        let keeps = self.rules.iter().any(|rule| kept.contains(&rule.as_str()));
        keeps && self.bypass != RulesetBypass::Always
    }

    /// Its rules, as the list of a branch's rules shows them.
    pub fn applied(&self, repository: &str) -> Vec<Value> {
        let one = |kind: &String| {
            let mut rule = json!({ "type": kind, "ruleset_id": self.id, "ruleset_source_type": "Repository",
                                   "ruleset_source": repository });
            if let Some(parameters) = parameters(kind) {
                rule["parameters"] = parameters;
            }
            rule
        };
        self.rules.iter().map(one).collect()
    }

    /// Itself, as somebody sees it who may not change it: without who may bypass it.
    pub fn json(&self, repository: &str, address: &str) -> Value {
        let rules = self.rules.iter().map(|kind| match parameters(kind) {
            Some(parameters) => json!({ "type": kind, "parameters": parameters }),
            None => json!({ "type": kind }),
        });
        json!({
            "id": self.id,
            "name": self.name,
            "target": "branch",
            "source_type": "Repository",
            "source": repository,
            "enforcement": "active",
            "conditions": { "ref_name": { "include": [format!("refs/heads/{}", self.branch)], "exclude": [] } },
            "rules": rules.collect::<Vec<_>>(),
            "node_id": format!("RRS_{}", self.id),
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "current_user_can_bypass": self.bypass.name(),
            "_links": { "self": { "href": format!("{address}/rulesets/{}", self.id) } },
        })
    }
}

fn parameters(kind: &str) -> Option<Value> {
    match kind {
        "pull_request" => Some(json!({
            "dismiss_stale_reviews_on_push": false,
            "require_code_owner_review": false,
            "require_last_push_approval": false,
            "required_approving_review_count": 1,
            "required_review_thread_resolution": false,
        })),
        "update" => Some(json!({ "update_allows_fetch_and_merge": false })),
        _ => None,
    }
}
