//! Comments on issues and pull requests, and reactions on both.
//!
//! It exists as the skin over the world's comments. <https://docs.github.com/rest/issues/comments>

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::rest::call::{Answer, Call, Reply};
use crate::time::parse_iso;
use crate::world::comment::Subject;
use crate::world::facts::World;
use crate::world::issue::{Comment, Issue, REACTIONS};

fn shown(world: &World, call: &Call, id: i64) -> Result<Value, ApiError> {
    let home = world.repository(call.repository)?;
    let issue = world.issue(call.repository, world.comment_home(call.repository, id)?)?;
    Ok(world.comment_json(home, issue, world.comment(call.repository, id)?))
}

fn page(
    call: &Call,
    world: &World,
    comments: Vec<(&Issue, &Comment)>,
) -> Result<(Value, Option<String>), ApiError> {
    let home = world.repository(call.repository)?;
    let since = call.query("since").and_then(parse_iso);
    let recent = comments
        .into_iter()
        .filter(|(_, comment)| since.is_none_or(|since| comment.updated_at >= since));
    let (page, link) = call.slice(recent.collect());
    Ok((
        page.into_iter()
            .map(|(issue, comment)| world.comment_json(home, issue, comment))
            .collect(),
        link,
    ))
}

/// `GET /repos/{owner}/{repo}/issues/{number}/comments`
pub(super) async fn list(call: Call) -> Answer {
    let number = call.number("number")?;
    let (body, link) = call.read(|world| {
        let issue = world.issue(call.repository, number)?;
        page(
            &call,
            world,
            issue
                .comments
                .iter()
                .map(|comment| (issue, comment))
                .collect(),
        )
    })?;
    Reply::page(body, link)
}

/// `GET /repos/{owner}/{repo}/issues/comments`
pub(super) async fn list_all(call: Call) -> Answer {
    call.choice("sort", &["created", "updated"])?;
    call.choice("direction", &["asc", "desc"])?;
    let (body, link) = call.read(|world| {
        let issues = world.repository(call.repository)?.issues.values();
        let mut all: Vec<_> = issues
            .flat_map(|issue| issue.comments.iter().map(move |c| (issue, c)))
            .collect();
        if call.query("sort") == Some("updated") {
            all.sort_by_key(|(_, comment)| (comment.updated_at, comment.id));
        } else {
            all.sort_by_key(|(_, comment)| comment.id);
        }
        if call.query("sort").is_some() && call.query("direction") != Some("asc") {
            all.reverse();
        }
        page(&call, world, all)
    })?;
    Reply::page(body, link)
}

/// `GET /repos/{owner}/{repo}/issues/comments/{comment}`
pub(super) async fn get(call: Call) -> Answer {
    let id = call.number("comment")?;
    Reply::ok(call.read(|world| shown(world, &call, id))?)
}

/// `POST /repos/{owner}/{repo}/issues/{number}/comments`
pub(super) async fn create(call: Call) -> Answer {
    let (number, body, actor) = (
        call.number("number")?,
        call.wanted("body")?.to_owned(),
        call.actor(),
    );
    let made = call.change(|world| {
        let id = world.add_comment(call.repository, number, &actor, &body)?;
        shown(world, &call, id)
    });
    Reply::created(made?)
}

/// `PATCH /repos/{owner}/{repo}/issues/comments/{comment}`
pub(super) async fn update(call: Call) -> Answer {
    let (id, body, actor) = (
        call.number("comment")?,
        call.wanted("body")?.to_owned(),
        call.actor(),
    );
    let changed = call.change(|world| {
        world.edit_comment(call.repository, id, &body, &actor)?;
        shown(world, &call, id)
    });
    Reply::ok(changed?)
}

/// `DELETE /repos/{owner}/{repo}/issues/comments/{comment}`
pub(super) async fn delete(call: Call) -> Answer {
    let (id, actor) = (call.number("comment")?, call.actor());
    call.change(|world| world.delete_comment(call.repository, id, &actor))?;
    Reply::no_content()
}

/// `PUT /repos/{owner}/{repo}/issues/comments/{comment}/pin`
pub(super) async fn pin(call: Call) -> Answer {
    let (id, actor) = (call.number("comment")?, call.actor());
    let pinned = call.change(|world| {
        world.pin_comment(call.repository, id, &actor, true)?;
        shown(world, &call, id)
    });
    Reply::ok(pinned?)
}

/// `DELETE /repos/{owner}/{repo}/issues/comments/{comment}/pin`
pub(super) async fn unpin(call: Call) -> Answer {
    let (id, actor) = (call.number("comment")?, call.actor());
    call.change(|world| world.pin_comment(call.repository, id, &actor, false))?;
    Reply::no_content()
}

fn subject(call: &Call) -> Result<Subject, ApiError> {
    if !call.value("line").is_empty() {
        return call.number("line").map(Subject::Line);
    }
    if call.value("comment").is_empty() {
        return call.number("number").map(Subject::Issue);
    }
    call.number("comment").map(Subject::Comment)
}

/// `GET …/reactions`
pub(super) async fn reactions(call: Call) -> Answer {
    call.choice("content", &REACTIONS)?;
    let on = subject(&call)?;
    let all: Vec<Value> = call.read(|world| {
        let listed = world.reactions(call.repository, on)?.iter();
        let asked = listed.filter(|reaction| {
            call.query("content")
                .is_none_or(|content| content == reaction.content)
        });
        Ok::<_, ApiError>(
            asked
                .map(|reaction| world.reaction_json(reaction))
                .collect(),
        )
    })?;
    let (page, link) = call.slice(all);
    Reply::page(json!(page), link)
}

/// `POST …/reactions`: 201 when it is new, 200 when it was there.
pub(super) async fn react(call: Call) -> Answer {
    let (on, content, actor) = (
        subject(&call)?,
        call.wanted("content")?.to_owned(),
        call.actor(),
    );
    let (body, new) = call.change(|world| {
        let (reaction, new) = world.react(call.repository, on, &content, &actor)?;
        Ok::<_, ApiError>((world.reaction_json(&reaction), new))
    })?;
    Ok(Reply::new(if new { 201 } else { 200 }, body))
}

/// `DELETE …/reactions/{reaction}`
pub(super) async fn unreact(call: Call) -> Answer {
    let (on, id) = (subject(&call)?, call.number("reaction")?);
    call.change(|world| world.unreact(call.repository, on, id))?;
    Reply::no_content()
}
