//! What a push does to the world once git has taken it.
//!
//! It exists so that branch heads, pull requests and the `push` webhook follow what git says. It must never be asked before
//! git has agreed.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::git::inspect::{CommitInfo, Comparison};
use crate::world::activity::Activity;
use crate::world::facts::World;
use crate::world::repository::Repository;
use crate::world::webhook_event::WebhookEvent;

const NOTHING: &str = "0000000000000000000000000000000000000000";

/// A ref that moved.
#[derive(Debug, Clone, Default)]
pub struct PushedRef {
    /// The full name.
    pub name: String,
    /// Where it was; `None`: it is new.
    pub old: Option<String>,
    /// Where it is; `None`: it is gone.
    pub new: Option<String>,
    /// What came with it, oldest first.
    pub commits: Vec<CommitInfo>,
    /// The old commit is not below the new one.
    pub forced: bool,
    /// How the open pull requests of the branch differ from their base now: (repository, number, difference).
    pub pulls: Vec<(i64, i64, Comparison)>,
    /// How the open pull requests to the branch differ from it now.
    pub bases: Vec<((i64, i64), Comparison)>,
}

impl World {
    /// The open pull requests that come from a branch: (repository, number).
    pub fn pulls_from(&self, home: i64, branch: &str) -> Vec<(i64, i64)> {
        let mut found = Vec::new();
        for repository in self.repositories.values() {
            for issue in repository.issues.values().filter(|issue| issue.open) {
                let from = issue
                    .pull
                    .as_ref()
                    .is_some_and(|p| p.head_repository == home && p.head == branch);
                found.extend(from.then_some((repository.id, issue.number)));
            }
        }
        found
    }

    /// The open pull requests that go to a branch of the same repository: (repository, number).
    pub fn pulls_to(&self, home: i64, branch: &str) -> Vec<(i64, i64)> {
        let Some(repository) = self.repositories.get(&home) else {
            return Vec::new();
        };
        let to = |issue: &&crate::world::issue::Issue| {
            issue.pull.as_ref().is_some_and(|pull| pull.base == branch)
        };
        let open = repository.issues.values().filter(|issue| issue.open);
        open.filter(to).map(|issue| (home, issue.number)).collect()
    }

    /// Keeps what git told of a commit: under the world's lock nobody can ask again.
    pub fn keep_commit(&mut self, commit: CommitInfo) {
        self.commits.insert(commit.sha.clone(), commit);
    }

    /// A commit somebody pushed.
    pub fn commit(&self, sha: &str) -> Result<&CommitInfo, ApiError> {
        self.commits
            .get(sha)
            .ok_or_else(|| ApiError::new(422, &format!("No commit found for SHA: {sha}")))
    }

    /// Follows a ref that moved: heads, pull requests, webhooks.
    pub fn follow_push(&mut self, home: i64, moved: &PushedRef, by: &str) -> Result<(), ApiError> {
        let now = self.now();
        moved
            .commits
            .iter()
            .cloned()
            .for_each(|commit| self.keep_commit(commit));
        let repository = self.repository_mut(home)?;
        repository.pushed_at = now;
        let branch = moved.name.strip_prefix("refs/heads/").map(str::to_owned);
        if let Some(branch) = &branch {
            match &moved.new {
                Some(sha) => drop(repository.heads.insert(branch.clone(), sha.clone())),
                None => drop(repository.heads.remove(branch)),
            }
        }
        self.tell_push(home, moved, by)?;
        if let Some(branch) = branch {
            self.follow_pulls(home, &branch, moved, by)?;
        }
        Ok(())
    }

    fn follow_pulls(
        &mut self,
        home: i64,
        branch: &str,
        moved: &PushedRef,
        by: &str,
    ) -> Result<(), ApiError> {
        if moved.new.is_none() && on(Rule::PullFollowsBase) {
            for (place, number) in self.pulls_to(home, branch) {
                self.close(place, number, None, by)?;
            }
        }
        for (place, number) in self.pulls_from(home, branch) {
            let Some(sha) = &moved.new else {
                if on(Rule::PullFollowsBranch) {
                    self.close(place, number, None, by)?;
                }
                continue;
            };
            let pull = self.pull_mut(place, number)?;
            let before = std::mem::replace(&mut pull.head_sha, sha.clone());
            if let Some((_, _, seen)) = moved
                .pulls
                .iter()
                .find(|(p, n, _)| (*p, *n) == (place, number))
            {
                pull.comparison = seen.clone();
            }
            self.tell(
                place,
                number,
                Activity::new("synchronize", by).with(json!({ "before": before, "after": sha })),
            )?;
        }
        for ((place, number), seen) in &moved.bases {
            // GitHub looks again whether they can be merged, and tells nobody.
            let pull = self.pull_mut(*place, *number)?;
            pull.base_sha = moved.new.clone().unwrap_or_default();
            pull.comparison = seen.clone();
        }
        Ok(())
    }

    fn tell_push(&mut self, home: i64, moved: &PushedRef, by: &str) -> Result<(), ApiError> {
        let repository = self.repository(home)?;
        let commits: Vec<Value> = moved
            .commits
            .iter()
            .map(|c| self.pushed_commit(repository, c))
            .collect();
        let root = &self.root;
        let name = repository.full_name();
        let (old, new) = (
            moved.old.as_deref().unwrap_or(NOTHING),
            moved.new.as_deref().unwrap_or(NOTHING),
        );
        let body = json!({
            "ref": moved.name,
            "before": old,
            "after": new,
            "created": moved.old.is_none(),
            "deleted": moved.new.is_none(),
            "forced": moved.forced,
            "base_ref": null,
            "compare": format!("{root}/{name}/compare/{}...{}", &old[..12], &new[..12]),
            "head_commit": commits.last(),
            "commits": commits,
            "pusher": { "name": by, "email": self.email(by) },
        });
        let (event, action) = ("push", None);
        self.emit(WebhookEvent {
            name: event,
            action,
            repository: Some(home),
            installation: None,
            sender: by,
            body,
        });
        Ok(())
    }

    /// The address commits of an account carry.
    pub fn email(&self, login: &str) -> String {
        let id = self.user(login).map_or(0, |user| user.id);
        format!("{id}+{login}@users.noreply.github.com")
    }

    fn pushed_commit(&self, home: &Repository, commit: &CommitInfo) -> Value {
        let person = |[name, email, date]: &[String; 3]| {
            let mut shown = json!({ "name": name, "email": email, "date": date });
            if let Some(user) = self.user(name) {
                shown["username"] = json!(user.login);
            }
            shown
        };
        json!({
            "id": commit.sha,
            "tree_id": commit.tree,
            "distinct": true,
            "message": commit.message,
            "timestamp": commit.committer[2],
            "url": format!("{}/{}/commit/{}", self.root, home.full_name(), commit.sha),
            "author": person(&commit.author),
            "committer": person(&commit.committer),
            "added": commit.added,
            "removed": commit.removed,
            "modified": commit.modified,
        })
    }
}
