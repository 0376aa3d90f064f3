//! Acting as a person by HTTP: who does what, read from JSON and done as the functions do it.
//!
//! Whoever types this by hand is told everything that is missing at once, and what there is.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::api_error::ApiError;
use crate::git::git_commands::MergeMethod;
use crate::git::merging::{self, Change, Merging};
use crate::state::State;
use crate::world::account::UserKind;
use crate::world::check::{ACTIONS, CheckDraft};
use crate::world::comment::Subject;
use crate::world::content::{IssueDraft, IssueEdit};
use crate::world::facts::World;
use crate::world::review::{LineComment, ReviewDraft};

/// What every action needs.
const ALWAYS: [&str; 3] = ["as", "do", "repository"];

/// What people do: the verb, the fields it needs besides those, and those it may have.
const VERBS: [(&str, &[&str], &[&str]); 17] = [
    ("open_issue", &["title"], &["body", "labels"]),
    ("edit_issue", &["issue"], &["title", "body"]),
    ("label", &["issue", "label"], &[]),
    ("unlabel", &["issue", "label"], &[]),
    ("comment", &["issue", "body"], &[]),
    ("edit_comment", &["comment", "body"], &[]),
    ("delete_comment", &["comment"], &[]),
    ("react", &["issue", "content"], &[]),
    ("close", &["issue"], &[]),
    ("reopen", &["issue"], &[]),
    ("delete", &["issue"], &[]),
    ("review", &["issue", "event"], &["body"]),
    ("line_comment", &["issue", "path", "line", "body"], &[]),
    ("ready", &["issue"], &[]),
    ("check", &["issue", "name", "conclusion"], &["log"]),
    ("merge", &["issue"], &[]),
    ("push_file", &["branch", "path", "content"], &[]),
];

/// Somebody does something.
#[derive(Debug, Deserialize)]
pub(super) struct Act {
    /// Who; made when there is nobody of that login.
    #[serde(rename = "as")]
    login: String,
    /// Where: `owner/name`.
    repository: String,
    /// On which issue or pull request.
    #[serde(default)]
    issue: i64,
    /// What.
    #[serde(flatten)]
    action: Action,
}

/// What people do.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Action {
    OpenIssue {
        title: String,
        #[serde(default)]
        body: Option<String>,
        #[serde(default)]
        labels: Vec<String>,
    },
    EditIssue {
        #[serde(default)]
        title: Option<String>,
        #[serde(default)]
        body: Option<String>,
    },
    Label {
        label: String,
    },
    Unlabel {
        label: String,
    },
    Comment {
        body: String,
    },
    EditComment {
        comment: i64,
        body: String,
    },
    DeleteComment {
        comment: i64,
    },
    React {
        content: String,
    },
    Close,
    Reopen,
    Delete,
    Review {
        event: String,
        #[serde(default)]
        body: String,
    },
    LineComment {
        path: String,
        line: i64,
        body: String,
    },
    Ready,
    Check {
        name: String,
        conclusion: String,
        #[serde(default)]
        log: Option<String>,
    },
    Merge,
    PushFile {
        branch: String,
        path: String,
        content: String,
    },
}

/// Every verb with its fields, a line each.
pub(super) fn usage() -> String {
    let line = |(verb, needed, more): &(&str, &[&str], &[&str])| {
        let more = more.iter().map(|field| format!("[{field}]"));
        let fields: Vec<String> = needed
            .iter()
            .map(|field| (*field).to_owned())
            .chain(more)
            .collect();
        format!("  {verb:<14}  {}\n", fields.join(" "))
    };
    let verbs: String = VERBS.iter().map(line).collect();
    format!(
        "POST here: {{\"as\": login, \"do\": verb, \"repository\": \"owner/name\", …}}. Verbs and their fields:\n{verbs}"
    )
}

/// Reads an action. The error is for whoever typed it: all that is missing or unknown.
pub(super) fn parse(body: &[u8]) -> Result<Act, String> {
    let fields: Map<String, Value> =
        serde_json::from_slice(body).map_err(|error| format!("not a JSON object: {error}"))?;
    let there = "GET this address for the verbs and their fields";
    let missing = |needed: &[&str]| {
        let all = ALWAYS.iter().chain(needed);
        let lacking: Vec<String> = all
            .filter(|field| !fields.contains_key(**field))
            .map(|field| format!("`{field}`"))
            .collect();
        lacking
    };
    let Some(verb) = fields.get("do").and_then(Value::as_str) else {
        return Err(format!("missing: {}; {there}", missing(&[]).join(", ")));
    };
    let Some((_, needed, more)) = VERBS.iter().find(|(known, _, _)| *known == verb) else {
        let known: Vec<&str> = VERBS.iter().map(|(known, _, _)| *known).collect();
        return Err(format!(
            "`{verb}` is no verb; there are {}",
            known.join(", ")
        ));
    };
    let known = |field: &&String| {
        ALWAYS
            .iter()
            .chain(*needed)
            .chain(*more)
            .any(|known| known == field)
    };
    let unknown: Vec<String> = fields
        .keys()
        .filter(|field| !known(field))
        .map(|field| format!("`{field}`"))
        .collect();
    let wrong = [("missing", missing(needed)), ("unknown", unknown)];
    let wrong: Vec<String> = wrong
        .iter()
        .filter(|(_, fields)| !fields.is_empty())
        .map(|(what, fields)| format!("{what}: {}", fields.join(", ")))
        .collect();
    if !wrong.is_empty() {
        return Err(format!("{verb}: {}; {there}", wrong.join("; ")));
    }
    serde_json::from_value(Value::Object(fields.clone()))
        .map_err(|error| format!("{verb}: {error}; {there}"))
}

/// Does it.
pub(super) async fn perform(state: &Arc<State>, act: Act) -> Result<Value, ApiError> {
    let home = state.change(|world| {
        world.create_user(&act.login, UserKind::Person);
        let named = act.repository.split_once('/');
        named
            .and_then(|(owner, name)| world.find(owner, name))
            .map(|r| r.id)
            .ok_or_else(ApiError::not_found)
    })?;
    match act {
        Act {
            action: Action::Merge,
            issue,
            login,
            ..
        } => {
            let merging = Merging {
                by: &login,
                method: MergeMethod::Merge,
            };
            let sha = merging::merge(state, home, issue, merging).await?;
            Ok(json!({ "sha": sha }))
        }
        Act {
            action:
                Action::PushFile {
                    branch,
                    path,
                    content,
                },
            login,
            ..
        } => {
            let message = format!("Change {path}");
            let change = Change {
                branch,
                files: vec![(path, Some(content.into_bytes()))],
                message,
            };
            Ok(json!({ "sha": merging::commit(state, home, change, &login).await?.as_str() }))
        }
        act => state.change(|world| simple(world, home, act)),
    }
}

/// The actions that need no git.
fn simple(world: &mut World, home: i64, act: Act) -> Result<Value, ApiError> {
    let (issue, by) = (act.issue, act.login.as_str());
    match act.action {
        Action::OpenIssue {
            title,
            body,
            labels,
        } => {
            let draft = IssueDraft {
                title,
                body,
                labels,
                ..IssueDraft::default()
            };
            return Ok(json!({ "issue": world.open_issue(home, by, &draft)? }));
        }
        Action::Comment { body } => {
            return Ok(json!({ "comment": world.add_comment(home, issue, by, &body)? }));
        }
        Action::EditComment { comment, body } => {
            world.may_moderate(home, comment, by)?;
            world.edit_comment(home, comment, &body, by)?;
            return Ok(json!({ "comment": comment }));
        }
        Action::DeleteComment { comment } => {
            world.may_moderate(home, comment, by)?;
            world.delete_comment(home, comment, by)?;
            return Ok(json!({ "comment": comment }));
        }
        Action::EditIssue { title, body } => {
            let edit = IssueEdit {
                title,
                body,
                ..IssueEdit::default()
            };
            world.edit_issue(home, issue, &edit, by)?;
        }
        Action::Label { label } => world.add_labels(home, issue, &[label], by)?,
        Action::Unlabel { label } => world.remove_label(home, issue, &label, by)?,
        Action::React { content } => {
            drop(world.react(home, Subject::Issue(issue), &content, by)?)
        }
        Action::Close => world.close(home, issue, None, by)?,
        Action::Reopen => world.reopen(home, issue, by)?,
        Action::Delete => world.delete_issue(home, issue, by)?,
        Action::Review { event, body } => {
            let draft = ReviewDraft {
                event,
                body,
                comments: Vec::new(),
            };
            return Ok(json!({ "review": world.submit_review(home, issue, by, &draft)? }));
        }
        Action::LineComment { path, line, body } => {
            let draft = on_a_line(path, line, body);
            return Ok(json!({ "review": world.submit_review(home, issue, by, &draft)? }));
        }
        Action::Ready => world.mark_ready(home, issue, by)?,
        Action::Check {
            name,
            conclusion,
            log,
        } => {
            return Ok(
                json!({ "check": check(world, home, issue, JobResult { name, conclusion, log })? }),
            );
        }
        Action::Merge | Action::PushFile { .. } => return Err(ApiError::new(422, "needs git")),
    }
    Ok(json!({ "issue": issue }))
}

/// A review that is one comment on a line.
fn on_a_line(path: String, line: i64, body: String) -> ReviewDraft {
    let comment = LineComment {
        path,
        line,
        body,
        hunk: String::new(),
    };
    ReviewDraft {
        event: "COMMENT".to_owned(),
        body: String::new(),
        comments: vec![comment],
    }
}

/// How a job ended.
struct JobResult {
    name: String,
    conclusion: String,
    log: Option<String>,
}

/// The repository's CI says how a check of a pull request's head ended; it is a job of a workflow, as most are.
fn check(world: &mut World, home: i64, pull: i64, job: JobResult) -> Result<i64, ApiError> {
    let by = "github-actions[bot]";
    world.create_user(by, UserKind::Bot);
    let head_sha = world.pull(home, pull)?.1.head_sha.clone();
    let draft = CheckDraft {
        steps: vec![(job.name.clone(), job.conclusion.clone())],
        name: Some(job.name),
        head_sha,
        conclusion: Some(job.conclusion),
        log: job.log,
        ..CheckDraft::default()
    };
    world.create_check(home, ACTIONS, &draft, by)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(verb: &str, names: &[&str]) -> Map<String, Value> {
        let value = |name: &str| match name {
            "issue" | "comment" | "line" => json!(1),
            "labels" => json!([]),
            "do" => json!(verb),
            other => json!(other),
        };
        ALWAYS
            .iter()
            .chain(names)
            .map(|name| ((*name).to_owned(), value(name)))
            .collect()
    }

    fn read(fields: &Map<String, Value>) -> Result<Act, String> {
        parse(Value::from(fields.clone()).to_string().as_bytes())
    }

    /// The table and the type say the same.
    #[test]
    fn every_verb_takes_its_fields_and_misses_each_of_them() {
        for (verb, needed, more) in VERBS {
            let all: Vec<&str> = needed.iter().chain(more).copied().collect();
            for names in [needed.to_vec(), all] {
                let read = read(&fields(verb, &names));
                assert!(read.is_ok(), "{verb}: {read:?}");
            }
            for lacking in needed {
                let mut fields = fields(verb, needed);
                fields.remove(*lacking);
                let said = read(&fields).expect_err("incomplete");
                assert!(said.contains(&format!("missing: `{lacking}`")), "{said}");
            }
        }
    }

    #[test]
    fn all_that_is_missing_is_said_at_once() {
        let said = |body: &str| parse(body.as_bytes()).expect_err("wrong");
        let there = "GET this address for the verbs and their fields";
        assert_eq!(
            said("{}"),
            format!("missing: `as`, `do`, `repository`; {there}")
        );
        assert_eq!(
            said(r#"{"do":"comment","isue":1}"#),
            format!(
                "comment: missing: `as`, `repository`, `issue`, `body`; unknown: `isue`; {there}"
            )
        );
        assert!(
            said(r#"{"do":"coment"}"#).starts_with("`coment` is no verb; there are open_issue, ")
        );
        assert!(said("[]").starts_with("not a JSON object"));
    }
}
