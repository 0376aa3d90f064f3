//! Stacks of pull requests as JSON.

use serde_json::{Value, json};

use crate::time::iso;
use crate::world::facts::World;
use crate::world::issue::{Issue, Pull};
use crate::world::repository::Repository;
use crate::world::stack::Stack;

impl World {
    /// A `pull-request-stack-minimal`, with all that one read by itself has besides.
    pub fn stack_json(&self, stack: &Stack) -> Value {
        let Ok(home) = self.repository(stack.home) else {
            return Value::Null;
        };
        let members = stack.pulls.iter();
        let members = members.filter_map(|number| self.pull(stack.home, *number).ok());
        let members: Vec<(&Issue, &Pull)> = members.collect();
        let shown: Vec<Value> = members
            .iter()
            .map(|(issue, pull)| self.member_json(home, issue, pull))
            .collect();
        json!({
            "id": stack.id,
            "number": stack.number,
            "node_id": format!("S_{}", stack.id),
            "url": format!("{}/stacks/{}", self.repository_url(home), stack.number),
            "base": { "ref": members.first().map(|(_, pull)| pull.base.clone()) },
            "open": members.iter().any(|(issue, _)| issue.open),
            "created_at": iso(stack.created_at),
            "pull_requests": shown,
        })
    }

    fn member_json(&self, home: &Repository, issue: &Issue, pull: &Pull) -> Value {
        let end = |branch: &str, sha: &str| {
            let repository =
                json!({ "id": home.id, "url": self.repository_url(home), "name": home.name });
            json!({ "ref": branch, "sha": sha, "repo": repository })
        };
        json!({
            "id": pull.id,
            "number": issue.number,
            "node_id": format!("PR_{}", pull.id),
            "url": self.pull_url(home, issue.number),
            "html_url": self.issue_page(home, issue),
            "title": issue.title,
            "user": self.user_json(&issue.author),
            "state": if issue.open { "open" } else { "closed" },
            "draft": pull.draft,
            "merged_at": pull.merged.as_ref().map(|(_, at, _)| iso(*at)),
            "head": end(&pull.head, &pull.head_sha),
            "base": end(&pull.base, &pull.base_sha),
        })
    }

    /// The `stack` of a pull request; null where it is in none.
    pub fn stack_of_json(&self, home: &Repository, number: i64) -> Value {
        let Some(stack) = self.stack_of(home.id, number) else {
            return Value::Null;
        };
        let bottom = stack.pulls.first();
        let bottom = bottom.and_then(|bottom| self.pull(home.id, *bottom).ok());
        let place = stack.pulls.iter().position(|pull| *pull == number);
        json!({
            "id": stack.id,
            "number": stack.number,
            "size": stack.pulls.len(),
            "position": place.map(|place| place + 1),
            "base": bottom.map(|(_, pull)| json!({ "ref": pull.base, "sha": pull.base_sha })),
        })
    }
}
