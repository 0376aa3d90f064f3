//! Pull requests.
//!
//! It exists as the skin over the world's pull requests. <https://docs.github.com/rest/pulls/pulls>

use serde_json::{Value, json};

use crate::api_error::{ApiError, missing};
use crate::behaviour::{Rule, on};
use crate::git::git_commands::MergeMethod;
use crate::git::inspect;
use crate::git::merging::{self, Merging};
use crate::rest::call::{Answer, Call, Reply};
use crate::rest::issue::edit_of;
use crate::rest::repository::broken;
use crate::world::content::IssueEdit;
use crate::world::facts::World;
use crate::world::issue::Issue;
use crate::world::pull::{PullDraft, Reviewers};

fn shown(world: &World, call: &Call, number: i64) -> Result<Value, ApiError> {
    let (issue, _) = world.pull(call.repository, number)?;
    Ok(world.pull_json(world.repository(call.repository)?, issue))
}

fn wanted(world: &World, call: &Call, issue: &Issue) -> bool {
    let Some(pull) = &issue.pull else {
        return false;
    };
    let state = call.query("state").unwrap_or("open");
    let owner = world
        .repositories
        .get(&pull.head_repository)
        .map_or("", |home| home.owner.as_str());
    let head = format!("{owner}:{}", pull.head);
    (state == "all" || (state == "open") == issue.open)
        // GitHub ignores a head without an owner.
        && call.query("head").is_none_or(|asked| {
            asked.eq_ignore_ascii_case(&head) || !asked.contains(':') && on(Rule::PullIgnoresBareHead)
        })
        && call.query("base").is_none_or(|asked| asked == pull.base)
}

/// `GET /repos/{owner}/{repo}/pulls`
pub(super) async fn list(call: Call) -> Answer {
    call.choice("state", &["open", "closed", "all"])?;
    call.choice(
        "sort",
        &["created", "updated", "popularity", "long-running"],
    )?;
    call.choice("direction", &["asc", "desc"])?;
    let (page, link) = call.read(|world| {
        let home = world.repository(call.repository)?;
        let mut all: Vec<&Issue> = home
            .issues
            .values()
            .filter(|issue| wanted(world, &call, issue))
            .collect();
        if call.query("sort") == Some("updated") {
            all.sort_by_key(|issue| (issue.updated_at, issue.number));
        }
        if call
            .query("direction")
            .unwrap_or(if call.query("sort").is_some() {
                "asc"
            } else {
                "desc"
            })
            == "desc"
        {
            all.reverse();
        }
        let (page, link) = call.slice(all);
        let page: Vec<Value> = page
            .into_iter()
            .map(|issue| listed(world.pull_json(home, issue)))
            .collect();
        Ok::<_, ApiError>((page, link))
    })?;
    Reply::page(json!(page), link)
}

/// As it stands in a list: there, as GitHub describes it, the description of a label is always a text.
fn listed(mut pull: Value) -> Value {
    let labels = pull["labels"].as_array_mut();
    for label in labels.into_iter().flatten() {
        if label["description"].is_null() {
            label["description"] = json!("");
        }
    }
    pull
}

/// `GET /repos/{owner}/{repo}/pulls/{number}`; with the diff media type, the diff.
pub(super) async fn get(call: Call) -> Answer {
    let number = call.number("number")?;
    if !call.accept.contains("diff") {
        return Reply::ok(call.read(|world| shown(world, &call, number))?);
    }
    let text = merging::diff(call.state(), call.repository, number).await?;
    Ok(Reply {
        text: Some(text),
        ..Reply::new(200, Value::Null)
    })
}

/// `POST /repos/{owner}/{repo}/pulls`
pub(super) async fn create(call: Call) -> Answer {
    let draft = PullDraft {
        title: call.text("title").unwrap_or_default().to_owned(),
        body: call.owned("body"),
        head: call.wanted("head")?.to_owned(),
        base: call.wanted("base")?.to_owned(),
        draft: call
            .body
            .get("draft")
            .and_then(Value::as_bool)
            .unwrap_or_default(),
    };
    let number = merging::open_pull(call.state(), call.repository, &call.actor(), &draft).await?;
    Reply::created(call.read(|world| shown(world, &call, number))?)
}

/// `PATCH /repos/{owner}/{repo}/pulls/{number}`
pub(super) async fn update(call: Call) -> Answer {
    let (number, actor) = (call.number("number")?, call.actor());
    let edit = IssueEdit {
        labels: None,
        assignees: None,
        kind: None,
        ..edit_of(&call)?
    };
    call.read(|world| world.pull(call.repository, number).map(drop))?;
    if let Some(base) = call.owned("base") {
        let to = merging::Retarget {
            number,
            base: &base,
        };
        merging::retarget(call.state(), call.repository, to, &actor).await?;
    }
    let changed = call.change(|world| {
        world.edit_issue(call.repository, number, &edit, &actor)?;
        shown(world, &call, number)
    });
    Reply::ok(changed?)
}

/// `PUT /repos/{owner}/{repo}/pulls/{number}/merge`: what a well-behaved skep never calls.
pub(super) async fn merge(call: Call) -> Answer {
    let number = call.number("number")?;
    if on(Rule::SelfMerge) {
        call.violates(&format!("merged pull request #{number}"));
    }
    let method = match call.text("merge_method") {
        Some("squash") => MergeMethod::Squash,
        _ => MergeMethod::Merge,
    };
    let by = call.actor();
    let merging = Merging { by: &by, method };
    let sha = merging::merge(call.state(), call.repository, number, merging).await?;
    Reply::ok(json!({ "sha": sha, "merged": true, "message": "Pull Request successfully merged" }))
}

/// `GET /repos/{owner}/{repo}/pulls/{number}/commits`
pub(super) async fn commits(call: Call) -> Answer {
    let number = call.number("number")?;
    let (dir, base, head) = merging::ends(call.state(), call.repository, number)?;
    let listed = inspect::commits_between(&dir, Some(&base), &head)
        .await
        .map_err(|fault| broken(&fault))?;
    let all: Vec<Value> = call.read(|world| {
        let home = world.repository(call.repository)?;
        Ok::<_, ApiError>(
            listed
                .iter()
                .map(|commit| world.commit_json(home, commit))
                .collect(),
        )
    })?;
    let (page, link) = call.slice(all);
    Reply::page(json!(page), link)
}

/// `POST /repos/{owner}/{repo}/pulls/{number}/requested_reviewers`
pub(super) async fn ask(call: Call) -> Answer {
    let (number, actor) = (call.number("number")?, call.actor());
    let logins = call.people("reviewers")?;
    let teams = call.people("team_reviewers")?;
    if logins.is_none() && teams.is_none() {
        return Err(missing("reviewers"));
    }
    let asked = Reviewers {
        logins: logins.unwrap_or_default(),
        teams: teams.unwrap_or_default(),
    };
    let changed = call.change(|world| {
        world.ask_reviewers(call.repository, number, &asked, &actor)?;
        shown(world, &call, number)
    });
    Reply::created(changed?)
}
