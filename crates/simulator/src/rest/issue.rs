//! Issues: listed, opened, changed, and what happened to them.
//!
//! It exists as the skin over the world's issues. <https://docs.github.com/rest/issues>

use serde_json::{Value, json};

use crate::api_error::{ApiError, missing};
use crate::behaviour::{Rule, on};
use crate::json::suggestion::echoed;
use crate::rest::call::{Answer, Call, Reply};
use crate::rest::{label, suggestion};
use crate::time::parse_iso;
use crate::world::content::{IssueDraft, IssueEdit};
use crate::world::facts::World;
use crate::world::issue::Issue;

fn shown(world: &World, call: &Call, number: i64) -> Result<Value, ApiError> {
    Ok(world.issue_shown(
        world.repository(call.repository)?,
        world.issue(call.repository, number)?,
    ))
}

/// `GET /repos/{owner}/{repo}/issues/{number}`
pub(super) async fn get(call: Call) -> Answer {
    let number = call.number("number")?;
    Reply::ok(call.read(|world| shown(world, &call, number))?)
}

fn wanted(call: &Call, issue: &Issue) -> bool {
    let state = call.query("state").unwrap_or("open");
    let labels = call.query("labels").unwrap_or_default();
    let since = call.query("since").and_then(parse_iso);
    let same = |name: &str, value: &str| {
        call.query(name)
            .is_none_or(|asked| asked.eq_ignore_ascii_case(value))
    };
    (state == "all" || (state == "open") == issue.open)
        && labels
            .split(',')
            .filter(|name| !name.is_empty())
            .all(|name| issue.has_label(name.trim()))
        && since.is_none_or(|since| issue.updated_at >= since)
        && same("creator", &issue.author)
        && call
            .query("assignee")
            .is_none_or(|a| a == "*" || issue.assignees.iter().any(|b| a == b))
}

fn sort(call: &Call, issues: &mut [&Issue]) {
    match call.query("sort") {
        Some("updated") => issues.sort_by_key(|issue| (issue.updated_at, issue.number)),
        Some("comments") => issues.sort_by_key(|issue| (issue.comments.len(), issue.number)),
        _ => issues.sort_by_key(|issue| (issue.created_at, issue.number)),
    }
    if call.query("direction") != Some("asc") {
        issues.reverse();
    }
}

/// `GET /repos/{owner}/{repo}/issues`: pull requests too, as on GitHub.
pub(super) async fn list(call: Call) -> Answer {
    call.choice("state", &["open", "closed", "all"])?;
    call.choice("sort", &["created", "updated", "comments"])?;
    call.choice("direction", &["asc", "desc"])?;
    let (page, link) = call.read(|world| {
        let home = world.repository(call.repository)?;
        let mut issues: Vec<&Issue> = home
            .issues
            .values()
            .filter(|issue| wanted(&call, issue))
            .collect();
        sort(&call, &mut issues);
        let (page, link) = call.slice(issues);
        let page: Vec<Value> = page
            .into_iter()
            .map(|issue| world.issue_shown(home, issue))
            .collect();
        Ok::<_, ApiError>((page, link))
    })?;
    Reply::page(Value::Array(page), link)
}

/// `POST /repos/{owner}/{repo}/issues`
pub(super) async fn create(call: Call) -> Answer {
    no_milestone(&call)?;
    let draft = IssueDraft {
        title: call.title().ok_or_else(|| missing("title"))?,
        body: call.owned("body"),
        labels: call.labels()?.unwrap_or_default(),
        assignees: call.people("assignees")?.unwrap_or_default(),
        // Who may not push gets an issue without a type, and is not told.
        kind: call.owned("type").filter(|_| call.may_type()),
    };
    let actor = call.actor();
    let made = call.change(|world| {
        let number = world.open_issue(call.repository, &actor, &draft)?;
        shown(world, &call, number)
    });
    Reply::created(made?)
}

/// None is set by REST here, so every one is unknown.
fn no_milestone(call: &Call) -> Result<(), ApiError> {
    if call
        .body
        .get("milestone")
        .is_some_and(|milestone| !milestone.is_null())
        && on(Rule::Milestone)
    {
        return Err(ApiError::invalid("Issue", "milestone", "invalid"));
    }
    Ok(())
}

/// What a `PATCH` body asks for.
pub(super) fn edit_of(call: &Call) -> Result<IssueEdit, ApiError> {
    let open = match call.text("state") {
        None => None,
        Some("open") => Some(true),
        Some("closed") => Some(false),
        Some(_) if on(Rule::State) => return Err(ApiError::invalid("Issue", "state", "invalid")),
        Some(_) => None,
    };
    let body = match call.body.get("body") {
        Some(Value::Null) => Some(String::new()),
        _ => call.owned("body"),
    };
    no_milestone(call)?;
    let kind = kind_of(call)?;
    Ok(IssueEdit {
        title: call.title(),
        body,
        open,
        state_reason: call.owned("state_reason"),
        labels: call.labels()?,
        assignees: call.people("assignees")?,
        kind,
    })
}

/// The type a body sets: a name, or an object with it, which may only suggest; the inner `None` takes it away.
fn kind_of(call: &Call) -> Result<Option<Option<String>>, ApiError> {
    let Some(kind) = call.body.get("type").filter(|_| call.may_type()) else {
        return Ok(None);
    };
    let named = |kind: &Value| Some(kind.as_str().map(str::to_owned));
    if !kind.is_object() {
        return Ok(named(kind));
    }
    if !call.read(|world| world.suggestions.offered) {
        return Err(ApiError::invalid("Issue", "type", "invalid"));
    }
    let suggested = kind.get("suggest").is_some_and(|suggest| suggest == true);
    let suggested = suggested && on(Rule::Suggested);
    Ok(kind.get("value").filter(|_| !suggested).and_then(named))
}

/// `PATCH /repos/{owner}/{repo}/issues/{number}`
pub(super) async fn update(call: Call) -> Answer {
    let (number, edit, actor) = (call.number("number")?, edit_of(&call)?, call.actor());
    if let Some(labels) = &edit.labels {
        label::watch_set(&call, number, labels)?;
    }
    let wishes = suggestion::wishes(&call);
    let asked = !wishes.is_empty();
    let ignored = suggestion::take(&call, number, wishes)?;
    let changed = call.change(|world| {
        world.edit_issue(call.repository, number, &edit, &actor)?;
        let mut shown = shown(world, &call, number)?;
        if asked {
            let waiting = world.suggestions_of(call.repository, number)?;
            shown["suggestions"] = echoed(waiting, &ignored);
        }
        Ok::<_, ApiError>(shown)
    });
    Reply::ok(changed?)
}

/// `POST /repos/{owner}/{repo}/issues/{number}/assignees`
pub(super) async fn add_assignees(call: Call) -> Answer {
    Reply::created(assign(&call, |now, asked| {
        now.iter()
            .chain(asked.iter().filter(|a| !now.contains(a)))
            .cloned()
            .collect()
    })?)
}

/// `DELETE /repos/{owner}/{repo}/issues/{number}/assignees`
pub(super) async fn remove_assignees(call: Call) -> Answer {
    Reply::ok(assign(&call, |now, asked| {
        now.iter().filter(|a| !asked.contains(a)).cloned().collect()
    })?)
}

fn assign(call: &Call, join: fn(&[String], &[String]) -> Vec<String>) -> Result<Value, ApiError> {
    let (number, actor) = (call.number("number")?, call.actor());
    let asked = call
        .people("assignees")?
        .ok_or_else(|| missing("assignees"))?;
    call.change(|world| {
        let wanted = join(&world.issue(call.repository, number)?.assignees, &asked);
        world.assign(call.repository, number, &wanted, &actor)?;
        shown(world, call, number)
    })
}

/// `GET /repos/{owner}/{repo}/issues/{number}/timeline`
pub(super) async fn timeline(call: Call) -> Answer {
    let number = call.number("number")?;
    let all = call.read(|world| {
        let home = world.repository(call.repository)?;
        Ok::<_, ApiError>(world.timeline_json(home, world.issue(call.repository, number)?))
    })?;
    let (page, link) = call.slice(all);
    Reply::page(json!(page), link)
}

/// `GET /repos/{owner}/{repo}/issues/{number}/events`: the timeline without what was said.
pub(super) async fn events(call: Call) -> Answer {
    let number = call.number("number")?;
    let all: Vec<Value> = call.read(|world| {
        let home = world.repository(call.repository)?;
        let issue = world.issue(call.repository, number)?;
        let plain = issue
            .timeline
            .iter()
            .filter(|happening| happening.event != "cross-referenced");
        Ok::<_, ApiError>(
            plain
                .map(|happening| world.happening_json(home, happening))
                .collect(),
        )
    })?;
    let (page, link) = call.slice(all);
    Reply::page(json!(page), link)
}
