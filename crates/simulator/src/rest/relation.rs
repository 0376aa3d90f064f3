//! Dependencies and sub-issues over REST.
//!
//! It exists as the skin over the world's relations. It must never show an issue of a repository that the token does not
//! reach. <https://docs.github.com/rest/issues/issue-dependencies>, <https://docs.github.com/rest/issues/sub-issues>

use serde_json::Value;

use crate::api_error::{ApiError, missing};
use crate::auth::Caller;
use crate::behaviour::{Rule, on};
use crate::rest::call::{Answer, Call, Reply};
use crate::world::facts::World;
use crate::world::issue::Issue;
use crate::world::relation::{IssueAt, Offered, Relations};
use crate::world::sub_issue::{Order, Present};

/// Which relation an address is about.
type Part = fn(&Offered) -> bool;

const DEPENDENCIES: Part = |offered| offered.dependencies;
const SUB_ISSUES: Part = |offered| offered.sub_issues;

/// 404 where this GitHub has no such relation.
fn offered(world: &World, part: Part) -> Result<(), ApiError> {
    if part(&world.relations.offered) {
        Ok(())
    } else {
        Err(ApiError::not_found())
    }
}

fn place(call: &Call) -> Result<IssueAt, ApiError> {
    Ok(IssueAt {
        home: call.repository,
        number: call.number("number")?,
    })
}

fn here<'w>(world: &'w World, call: &Call) -> Result<&'w Issue, ApiError> {
    world.issue(call.repository, call.number("number")?)
}

fn shown(world: &World, id: i64) -> Result<Value, ApiError> {
    world.relation_json(id)
}

/// Whether the token reaches the repository an issue is in.
fn reaches(world: &World, call: &Call, id: i64) -> bool {
    let Caller::Installation(token) = &call.caller else {
        return false;
    };
    let Ok((place, _)) = world.issue_of(id) else {
        return false;
    };
    let covered = world
        .repository(place.home)
        .ok()
        .and_then(|home| world.installation_of(home))
        .is_some_and(|installation| installation.id == token.installation);
    let chosen = token
        .repositories
        .as_ref()
        .is_none_or(|ids| ids.contains(&place.home));
    covered && chosen || !on(Rule::RelationSeen)
}

/// The issue a body or path names by its number in the whole of GitHub.
fn named(call: &Call, id: Option<i64>, field: &str) -> Result<i64, ApiError> {
    let id = id.ok_or_else(|| missing(field))?;
    if call.read(|world| reaches(world, call, id)) {
        Ok(id)
    } else {
        Err(ApiError::not_found())
    }
}

fn in_body(call: &Call, field: &str) -> Result<i64, ApiError> {
    named(call, call.body.get(field).and_then(Value::as_i64), field)
}

fn listed(call: &Call, part: Part, of: impl Fn(&Relations, i64) -> Vec<i64>) -> Answer {
    let all = call.read(|world| {
        offered(world, part)?;
        let ids = of(&world.relations, here(world, call)?.id);
        let seen = ids.into_iter().filter(|id| reaches(world, call, *id));
        seen.map(|id| shown(world, id))
            .collect::<Result<Vec<_>, _>>()
    })?;
    let (page, link) = call.slice(all);
    Reply::page(Value::Array(page), link)
}

/// `GET …/issues/{number}/dependencies/blocked_by`
pub(super) async fn blocked_by(call: Call) -> Answer {
    listed(&call, DEPENDENCIES, |all, id| all.blockers(id).to_vec())
}

/// `GET …/issues/{number}/dependencies/blocking`
pub(super) async fn blocking(call: Call) -> Answer {
    listed(&call, DEPENDENCIES, |all, id| all.dependents(id).to_vec())
}

/// `POST …/issues/{number}/dependencies/blocked_by`
pub(super) async fn block(call: Call) -> Answer {
    call.read(|world| offered(world, DEPENDENCIES))?;
    let (place, blocker, actor) = (place(&call)?, in_body(&call, "issue_id")?, call.actor());
    let changed = call.change(|world| {
        world.block(place, blocker, &actor)?;
        shown(world, here(world, &call)?.id)
    });
    Reply::created(changed?)
}

/// `DELETE …/issues/{number}/dependencies/blocked_by/{issue}`
pub(super) async fn unblock(call: Call) -> Answer {
    call.read(|world| offered(world, DEPENDENCIES))?;
    let blocker = named(&call, Some(call.number("issue")?), "issue_id")?;
    let (place, actor) = (place(&call)?, call.actor());
    let changed = call.change(|world| {
        world.unblock(place, blocker, &actor)?;
        shown(world, here(world, &call)?.id)
    });
    Reply::ok(changed?)
}

/// `GET …/issues/{number}/sub_issues`
pub(super) async fn parts(call: Call) -> Answer {
    listed(&call, SUB_ISSUES, |all, id| all.parts(id).to_vec())
}

/// `GET …/issues/{number}/parent`: 404 without one.
pub(super) async fn parent(call: Call) -> Answer {
    let found = call.read(|world| {
        offered(world, SUB_ISSUES)?;
        let parent = world.relations.parent(here(world, &call)?.id);
        let seen = parent.filter(|id| reaches(world, &call, *id));
        shown(world, seen.ok_or_else(ApiError::not_found)?)
    });
    Reply::ok(found?)
}

/// `POST …/issues/{number}/sub_issues`
pub(super) async fn add_part(call: Call) -> Answer {
    call.read(|world| offered(world, SUB_ISSUES))?;
    let (place, part, actor) = (place(&call)?, in_body(&call, "sub_issue_id")?, call.actor());
    let replace = call.body.get("replace_parent") == Some(&Value::Bool(true));
    let present = if replace {
        Present::IsReplaced
    } else {
        Present::Keeps
    };
    let changed = call.change(|world| {
        world.add_sub_issue(place, part, present, &actor)?;
        shown(world, here(world, &call)?.id)
    });
    Reply::created(changed?)
}

/// `DELETE …/issues/{number}/sub_issue`
pub(super) async fn remove_part(call: Call) -> Answer {
    call.read(|world| offered(world, SUB_ISSUES))?;
    let (place, part, actor) = (place(&call)?, in_body(&call, "sub_issue_id")?, call.actor());
    let changed = call.change(|world| {
        world.remove_sub_issue(place, part, &actor)?;
        shown(world, here(world, &call)?.id)
    });
    Reply::ok(changed?)
}

/// `PATCH …/issues/{number}/sub_issues/priority`: behind one or before one, not both.
pub(super) async fn order_part(call: Call) -> Answer {
    call.read(|world| offered(world, SUB_ISSUES))?;
    let (place, part) = (place(&call)?, in_body(&call, "sub_issue_id")?);
    let number = |field: &str| call.body.get(field).and_then(Value::as_i64);
    let order = match (number("after_id"), number("before_id")) {
        (Some(other), None) => Order::After(other),
        (None, Some(other)) => Order::Before(other),
        _ => return Err(ApiError::new(422, "Validation Failed")),
    };
    let changed = call.change(|world| {
        world.order_sub_issue(place, part, order)?;
        shown(world, here(world, &call)?.id)
    });
    Reply::ok(changed?)
}
