//! Issues, comments, reactions and the timeline as JSON.

use serde_json::{Value, json};

use crate::json::parts::{joined, rollup};
use crate::time::iso;
use crate::world::facts::World;
use crate::world::issue::{Comment, Happening, Issue, Reaction};
use crate::world::repository::Repository;

/// An `issue-field-value` of one choice.
fn field_json(((name, option), id): (&(String, String), i64)) -> Value {
    json!({
        "issue_field_id": id,
        "issue_field_name": name,
        "node_id": format!("IF_{id}"),
        "data_type": "single_select",
        "value": option,
        "single_select_option": { "id": id, "name": option, "color": "gray" },
    })
}

/// An `issue-type`. Its number is its place in the list.
fn kind_json(home: &Repository, kind: &str) -> Value {
    let place = home
        .kinds
        .iter()
        .position(|known| known == kind)
        .unwrap_or_default();
    json!({ "id": place + 1, "node_id": format!("IT_{}", place + 1), "name": kind, "description": null })
}

impl World {
    /// `http://…/repos/owner/name/issues/12`.
    pub fn issue_url(&self, home: &Repository, number: i64) -> String {
        format!("{}/issues/{number}", self.repository_url(home))
    }

    /// `http://…/owner/name/issues/12` or `…/pull/12`.
    pub fn issue_page(&self, home: &Repository, issue: &Issue) -> String {
        let kind = if issue.pull.is_some() {
            "pull"
        } else {
            "issues"
        };
        format!("{}/{kind}/{}", self.repository_page(home), issue.number)
    }

    /// An `issue`; a pull request is one too, with `pull_request` in it.
    pub fn issue_json(&self, home: &Repository, issue: &Issue) -> Value {
        let pull = issue.pull.as_ref().map_or(json!({}), |pull| {
            let page = self.issue_page(home, issue);
            json!({
                "draft": pull.draft,
                "pull_request": {
                    "url": format!("{}/pulls/{}", self.repository_url(home), issue.number),
                    "html_url": page,
                    "diff_url": format!("{page}.diff"),
                    "patch_url": format!("{page}.patch"),
                    "merged_at": pull.merged.as_ref().map(|(_, at, _)| iso(*at)),
                },
            })
        });
        joined([
            self.issue_addresses(home, issue),
            self.issue_facts(home, issue),
            self.relation_counts(issue),
            self.pinned_comment(home, issue),
            pull,
        ])
    }

    /// Not there where comments cannot be pinned.
    fn pinned_comment(&self, home: &Repository, issue: &Issue) -> Value {
        if !self.pins_comments {
            return json!({});
        }
        let pinned = issue.comments.iter().find(|one| one.pinned.is_some());
        json!({ "pinned_comment": pinned.map(|one| self.comment_json(home, issue, one)) })
    }

    fn issue_addresses(&self, home: &Repository, issue: &Issue) -> Value {
        let url = self.issue_url(home, issue.number);
        json!({
            "url": url,
            "repository_url": self.repository_url(home),
            "labels_url": format!("{url}/labels{{/name}}"),
            "comments_url": format!("{url}/comments"),
            "events_url": format!("{url}/events"),
            "timeline_url": format!("{url}/timeline"),
            "html_url": self.issue_page(home, issue),
            "reactions": rollup(&url, &issue.reactions),
        })
    }

    fn issue_facts(&self, home: &Repository, issue: &Issue) -> Value {
        let assignees: Vec<Value> = issue
            .assignees
            .iter()
            .map(|login| self.user_json(login))
            .collect();
        json!({
            "id": issue.id,
            "node_id": format!("I_{}", issue.id),
            "number": issue.number,
            "title": issue.title,
            "user": self.user_json(&issue.author),
            "labels": self.labels_json(home, &issue.labels),
            "state": if issue.open { "open" } else { "closed" },
            "state_reason": issue.state_reason,
            "locked": issue.locked,
            "active_lock_reason": null,
            "assignee": assignees.first(),
            "assignees": assignees,
            "milestone": issue.milestone.and_then(|number| home.milestone(number)).map(|milestone| self.milestone_json(home, milestone)),
            "comments": issue.comments.len(),
            "created_at": iso(issue.created_at),
            "updated_at": iso(issue.updated_at),
            "closed_at": issue.closed_at.map(iso),
            "closed_by": null,
            "author_association": self.association(home, &issue.author),
            "body": issue.body,
            "performed_via_github_app": self.via_app(&issue.author),
            "type": issue.kind.as_deref().map(|kind| kind_json(home, kind)),
            "issue_field_values": issue.fields.iter().zip(1_i64..).map(field_json).collect::<Vec<_>>(),
        })
    }

    /// An `issue-comment`.
    pub fn comment_json(&self, home: &Repository, issue: &Issue, comment: &Comment) -> Value {
        let id = comment.id;
        let url = format!("{}/issues/comments/{id}", self.repository_url(home));
        json!({
            "id": id,
            "node_id": format!("IC_{id}"),
            "reactions": rollup(&url, &comment.reactions),
            "url": url,
            "html_url": format!("{}#issuecomment-{id}", self.issue_page(home, issue)),
            "issue_url": self.issue_url(home, issue.number),
            "user": self.user_json(&comment.author),
            "created_at": iso(comment.created_at),
            "updated_at": iso(comment.updated_at),
            "author_association": self.association(home, &comment.author),
            "body": comment.body,
            "performed_via_github_app": self.via_app(&comment.author),
            "pin": comment.pinned.as_ref().map(|(by, at)| json!({"pinned_at": iso(*at), "pinned_by": self.user_json(by)})),
        })
    }

    /// A `reaction`.
    pub fn reaction_json(&self, reaction: &Reaction) -> Value {
        json!({
            "id": reaction.id,
            "node_id": format!("REA_{}", reaction.id),
            "user": self.user_json(&reaction.user),
            "content": reaction.content,
            "created_at": iso(reaction.created_at),
        })
    }

    /// One entry of an issue's events and timeline.
    pub fn happening_json(&self, home: &Repository, happening: &Happening) -> Value {
        let id = happening.id;
        let common = json!({
            "id": id,
            "node_id": format!("EV_{id}"),
            "url": format!("{}/issues/events/{id}", self.repository_url(home)),
            "actor": self.user_json(&happening.actor),
            "event": happening.event,
            "commit_id": null,
            "commit_url": null,
            "created_at": iso(happening.created_at),
            "performed_via_github_app": self.via_app(&happening.actor),
        });
        joined([common, happening.details.clone()])
    }

    /// The timeline: what happened and what was said, in order.
    pub fn timeline_json(&self, home: &Repository, issue: &Issue) -> Vec<Value> {
        let mut entries: Vec<(i64, i64, Value)> = Vec::new();
        for happening in &issue.timeline {
            entries.push((
                happening.created_at,
                happening.id,
                self.happening_json(home, happening),
            ));
        }
        for comment in &issue.comments {
            let said = json!({ "event": "commented", "actor": self.user_json(&comment.author) });
            let said = joined([self.comment_json(home, issue, comment), said]);
            entries.push((comment.created_at, comment.id, said));
        }
        entries.sort_by_key(|(at, id, _)| (*at, *id));
        entries.into_iter().map(|(_, _, entry)| entry).collect()
    }
}
