//! Pull requests, reviews and line comments as JSON.

use serde_json::{Value, json};

use crate::json::parts::{joined, rollup};
use crate::time::iso;
use crate::world::facts::World;
use crate::world::issue::{Issue, PENDING, Pull, Review, ReviewComment};
use crate::world::repository::Repository;

impl World {
    /// `http://…/repos/owner/name/pulls/13`.
    pub fn pull_url(&self, home: &Repository, number: i64) -> String {
        format!("{}/pulls/{number}", self.repository_url(home))
    }

    /// A `pull-request`; null for an issue that is none.
    pub fn pull_json(&self, home: &Repository, issue: &Issue) -> Value {
        let Some(pull) = &issue.pull else {
            return Value::Null;
        };
        let facts = [
            self.pull_text(home, issue),
            self.pull_state(home, issue, pull),
            self.pull_ends(home, issue, pull),
        ];
        let mut shown = joined(
            facts
                .into_iter()
                .chain([self.pull_addresses(home, issue, pull)]),
        );
        if self.stack_of(home.id, issue.number).is_some() {
            shown["stack"] = self.stack_of_json(home, issue.number);
        }
        shown
    }

    fn pull_text(&self, home: &Repository, issue: &Issue) -> Value {
        let assignees: Vec<Value> = issue
            .assignees
            .iter()
            .map(|login| self.user_json(login))
            .collect();
        json!({
            "number": issue.number,
            "state": if issue.open { "open" } else { "closed" },
            "locked": issue.locked,
            "active_lock_reason": null,
            "title": issue.title,
            "user": self.user_json(&issue.author),
            "body": issue.body,
            "labels": self.labels_json(home, &issue.labels),
            "milestone": issue.milestone.and_then(|number| home.milestone(number)).map(|milestone| self.milestone_json(home, milestone)),
            "created_at": iso(issue.created_at),
            "updated_at": iso(issue.updated_at),
            "closed_at": issue.closed_at.map(iso),
            "assignee": assignees.first(),
            "assignees": assignees,
            "author_association": self.association(home, &issue.author),
            "comments": issue.comments.len(),
        })
    }

    fn pull_state(&self, home: &Repository, issue: &Issue, pull: &Pull) -> Value {
        let seen = &pull.comparison;
        let state = match (issue.open, pull.draft, seen.mergeable) {
            (_, _, false) => "dirty",
            (true, true, true) => "draft",
            _ => "clean",
        };
        let merged = pull.merged.as_ref();
        json!({
            "id": pull.id,
            "node_id": format!("PR_{}", pull.id),
            "draft": pull.draft,
            "merged": merged.is_some(),
            "merged_at": merged.map(|(_, at, _)| iso(*at)),
            "merged_by": merged.map(|(who, _, _)| self.user_json(who)),
            "merge_commit_sha": merged.map(|(_, _, sha)| sha),
            "mergeable": seen.mergeable,
            "rebaseable": seen.mergeable,
            "mergeable_state": state,
            "auto_merge": null,
            "requested_reviewers": pull.reviewers.iter().map(|login| self.user_json(login)).collect::<Vec<_>>(),
            "requested_teams": pull.teams.iter().map(|team| self.team_json(&home.owner, team)).collect::<Vec<_>>(),
            "review_comments": pull.review_comments.len(),
            "maintainer_can_modify": false,
            "commits": seen.commits,
            "additions": seen.additions,
            "deletions": seen.deletions,
            "changed_files": seen.changed_files,
        })
    }

    fn pull_ends(&self, home: &Repository, issue: &Issue, pull: &Pull) -> Value {
        let end = |repository: Option<&Repository>, branch: &str, sha: &str| {
            let owner = repository.map_or("unknown", |r| r.owner.as_str());
            json!({
                "label": format!("{owner}:{branch}"),
                "ref": branch,
                "sha": sha,
                "user": self.user_json(owner),
                "repo": repository.map(|r| self.repository_json(r)),
            })
        };
        let (url, issue_url) = (
            self.pull_url(home, issue.number),
            self.issue_url(home, issue.number),
        );
        let link = |to: String| json!({ "href": to });
        json!({
            "head": end(self.repositories.get(&pull.head_repository), &pull.head, &pull.head_sha),
            "base": end(Some(home), &pull.base, &pull.base_sha),
            "_links": {
                "self": link(url.clone()),
                "html": link(self.issue_page(home, issue)),
                "issue": link(issue_url.clone()),
                "comments": link(format!("{issue_url}/comments")),
                "review_comments": link(format!("{url}/comments")),
                "review_comment": link(format!("{}/pulls/comments{{/number}}", self.repository_url(home))),
                "commits": link(format!("{url}/commits")),
                "statuses": link(format!("{}/statuses/{}", self.repository_url(home), pull.head_sha)),
            },
        })
    }

    fn pull_addresses(&self, home: &Repository, issue: &Issue, pull: &Pull) -> Value {
        let (url, issue_url) = (
            self.pull_url(home, issue.number),
            self.issue_url(home, issue.number),
        );
        let (page, root) = (self.issue_page(home, issue), self.repository_url(home));
        json!({
            "url": url,
            "html_url": page,
            "diff_url": format!("{page}.diff"),
            "patch_url": format!("{page}.patch"),
            "issue_url": issue_url,
            "commits_url": format!("{url}/commits"),
            "review_comments_url": format!("{url}/comments"),
            "review_comment_url": format!("{root}/pulls/comments{{/number}}"),
            "comments_url": format!("{issue_url}/comments"),
            "statuses_url": format!("{root}/statuses/{}", pull.head_sha),
        })
    }

    /// A `pull-request-review`.
    pub fn review_json(&self, home: &Repository, issue: &Issue, review: &Review) -> Value {
        let url = self.pull_url(home, issue.number);
        let page = format!(
            "{}#pullrequestreview-{}",
            self.issue_page(home, issue),
            review.id
        );
        let mut shown = json!({
            "id": review.id,
            "node_id": format!("PRR_{}", review.id),
            "user": self.user_json(&review.author),
            "body": review.body,
            "state": review.state,
            "html_url": page,
            "pull_request_url": url,
            "_links": { "html": { "href": page }, "pull_request": { "href": url } },
            "commit_id": review.commit,
            "author_association": self.association(home, &review.author),
        });
        if review.state != PENDING {
            shown["submitted_at"] = json!(iso(review.submitted_at));
        }
        shown
    }

    /// A `pull-request-review-comment`; it is on one line, so nothing starts before it.
    pub fn review_comment_json(
        &self,
        home: &Repository,
        issue: &Issue,
        comment: &ReviewComment,
    ) -> Value {
        let id = comment.id;
        let url = format!("{}/pulls/comments/{id}", self.repository_url(home));
        let (page, pull) = (
            self.issue_page(home, issue),
            self.pull_url(home, issue.number),
        );
        let page = format!("{page}#discussion_r{id}");
        let mut shown = json!({
            "url": url,
            "pull_request_review_id": comment.review,
            "id": id,
            "node_id": format!("PRRC_{id}"),
            "diff_hunk": comment.hunk,
            "path": comment.path,
            "line": comment.line,
            "side": "RIGHT",
            "start_line": null,
            "start_side": null,
            "subject_type": "line",
            "position": comment.line,
            "original_position": comment.line,
            "original_line": comment.line,
            "original_start_line": null,
            "commit_id": comment.commit,
            "original_commit_id": comment.commit,
            "user": self.user_json(&comment.author),
            "body": comment.body,
            "created_at": iso(comment.created_at),
            "updated_at": iso(comment.created_at),
            "html_url": page,
            "pull_request_url": pull,
            "author_association": self.association(home, &comment.author),
            "_links": { "self": { "href": url }, "html": { "href": page }, "pull_request": { "href": pull } },
            "reactions": rollup(&url, &comment.reactions),
        });
        if let Some(parent) = comment.in_reply_to {
            shown["in_reply_to_id"] = json!(parent);
        }
        shown
    }
}
