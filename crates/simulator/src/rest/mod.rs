//! The REST skin: one request in, GitHub's answer out.
//!
//! It exists to do to every request what GitHub does before it looks at the address: user agent, credentials, limits,
//! permission, moved names. It must never change the world but by the world's own functions.

mod action;
mod anonymous;
mod app;
mod call;
mod check;
mod comment;
mod compare;
mod delivery;
mod file;
mod graphql;
mod issue;
mod label;
mod person;
mod pull;
mod registration;
mod relation;
mod release;
mod repository;
mod review;
mod route;
mod stack;
mod suggestion;
mod team;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use hyper::Method;
use serde_json::Value;

use crate::api_error::ApiError;
use crate::auth;
use crate::auth::Caller;
use crate::behaviour::{Rule, on};
use crate::call_log::Standing;
use crate::fault::Drawn;
use crate::ids::digits;
use crate::state::State;
use crate::wire::{Incoming, Outbound};
use crate::world::account::{Access, Permissions, Token};
use crate::world::facts::World;

pub(crate) use action::log_address;
pub(crate) use call::{Answer, Call, Reply};
use call::{CallFacts, Values};
use route::{Need, Route};

/// What is known of a request once it was let in.
struct Admitted {
    caller: Caller,
    standing: Standing,
}

/// Answers a request below the API's root; `drawn` is the fault to play on it, if it is one of the reads.
pub(crate) async fn answer(
    state: &Arc<State>,
    request: &Incoming,
    drawn: Option<&Drawn>,
) -> Outbound {
    let now = state.read(World::now);
    let caller = match enter(state, request) {
        Ok(caller) => caller,
        Err(error) => return render(request, Err(error), None),
    };
    let number = caller.counted_as();
    let found = state.read(|world| find(world, request));
    let creates = matches!(&found, Ok((route, _)) if route.creates);
    let admission = state.call_log(|t| t.admit(number, now, request.is_change(), creates));
    let standing = state.call_log(|t| t.standing(number, now));
    let admitted = Admitted { caller, standing };
    let answer = match admission {
        Err(error) => Err(error),
        Ok(()) => match found {
            Ok((route, values)) => {
                let facts = CallFacts {
                    caller: admitted.caller.clone(),
                    values,
                    body: Value::Null,
                    snapshot: drawn.and_then(|drawn| drawn.snapshot.clone()),
                    late: drawn.is_some_and(|drawn| drawn.fault.is_late()),
                };
                perform(state, request, route, facts).await
            }
            Err(error) => {
                note_unknown(state, request, &error);
                Err(error)
            }
        },
    };
    let mut outbound = render(request, answer, Some(&admitted));
    outbound.creates = creates;
    if outbound.status == 304 && on(Rule::FreeUnchanged) {
        state.call_log(|t| t.refund(number, now));
    }
    outbound
}

/// The versions of the API there are.
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

/// The checks that need no address.
fn enter(state: &State, request: &Incoming) -> Result<Caller, ApiError> {
    if request.header("user-agent").is_none_or(str::is_empty) && on(Rule::UserAgent) {
        let message = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header";
        return Err(ApiError::new(403, message));
    }
    if let Some(version) = request
        .header("x-github-api-version")
        .filter(|version| !VERSIONS.contains(version))
        && on(Rule::ApiVersion)
    {
        return Err(ApiError::new(
            400,
            &format!("{version:?} is not a supported version of the API"),
        ));
    }
    state.read(|world| {
        let caller = auth::identify(world, request.header("authorization"))?;
        let installation = caller
            .installation()
            .and_then(|id| world.installations.get(&id));
        if installation.is_some_and(|i| i.suspended_at.is_some()) && on(Rule::Suspended) {
            return Err(ApiError::new(403, "This installation has been suspended"));
        }
        Ok(caller)
    })
}

/// The route of a request and the values of its path; a repository's old name is answered with where it is now.
fn find(world: &World, request: &Incoming) -> Result<(&'static Route, Values), ApiError> {
    let path = canonical(world, request)?;
    let (route, values) = route::find(&request.method, &path).ok_or_else(ApiError::not_found)?;
    if let (Some(owner), Some(name)) = (values.get("owner"), values.get("repo"))
        && world.find(owner, name).is_none()
        && let Some(moved) = world.find_former(owner, name)
        && on(Rule::MovedRepository)
    {
        let rest: String = path
            .split('/')
            .skip(4)
            .flat_map(|segment| ["/", segment])
            .collect();
        let query = if request.query.is_empty() {
            String::new()
        } else {
            format!("?{}", request.query)
        };
        return Err(ApiError::moved(&format!(
            "{}/repositories/{}{rest}{query}",
            world.root, moved.id
        )));
    }
    Ok((route, values))
}

/// The path without GitHub Enterprise Server's prefix, and with a name where it had a repository's number.
fn canonical(world: &World, request: &Incoming) -> Result<String, ApiError> {
    let path = match request.path.as_str() {
        "/api/graphql" => "/graphql",
        path => path.strip_prefix("/api/v3").unwrap_or(path),
    };
    let Some(rest) = path.strip_prefix("/repositories/") else {
        return Ok(path.to_owned());
    };
    let (id, rest) = rest
        .split_once('/')
        .map_or((rest, String::new()), |(id, rest)| (id, format!("/{rest}")));
    let repository = id
        .parse()
        .ok()
        .and_then(|id| world.repositories.get(&id))
        .ok_or_else(ApiError::not_found)?;
    Ok(format!("/repos/{}{rest}", repository.full_name()))
}

/// Writes down an address that this GitHub does not have.
fn note_unknown(state: &State, request: &Incoming, error: &ApiError) {
    if error.status == 404 {
        let what = format!("{} {}", request.method, request.path);
        state.call_log(|t| t.unknown.push(what));
    }
}

async fn perform(
    state: &Arc<State>,
    request: &Incoming,
    route: &'static Route,
    mut facts: CallFacts,
) -> Answer {
    facts.body = parse_body(request)?;
    facts.snapshot = facts.snapshot.filter(|_| request.method == Method::GET);
    let late = facts.late;
    let installation = facts.caller.installation();
    let mut call = Call::new(Arc::clone(state), request, facts);
    let kept = |error: ApiError| error.keeping(&request.path);
    call.repository = state
        .read(|world| permit(world, route, &call))
        .map_err(kept)?;
    // What we held back ourselves may meet the next change of a client that gave it up.
    let change = request.is_change()
        && !late
        && matches!(
            route.need,
            Need::Repository(..) | Need::Issue(_) | Need::Either(_)
        );
    let Some(number) = installation.filter(|_| change) else {
        return (route.run)(call).await.map_err(kept);
    };
    let now = state.read(World::now);
    state
        .call_log(|t| t.begin_change(number, now, &format!("{} {}", request.method, request.path)));
    let answer = (route.run)(call).await.map_err(kept);
    state.call_log(|t| t.end_change(number, now));
    answer
}

fn parse_body(request: &Incoming) -> Result<Value, ApiError> {
    if request.method == Method::GET || request.body.is_empty() {
        return Ok(Value::Null);
    }
    match serde_json::from_slice(&request.body) {
        Err(_) if on(Rule::BrokenJson) => Err(ApiError::new(400, "Problems parsing JSON")),
        read => Ok(read.unwrap_or_default()),
    }
}

/// Only the organization an installation belongs to is there for it, with what it granted.
fn organization(world: &World, call: &Call, token: &Token, need: Need) -> Result<(), ApiError> {
    let Need::Organization(name, access) = need else {
        return Ok(());
    };
    let account = world.installations.get(&token.installation);
    let own = account.is_some_and(|of| of.account.eq_ignore_ascii_case(call.value("org")));
    if !own && on(Rule::Uncovered) {
        return Err(ApiError::not_found());
    }
    let has = |set: &Permissions| set.get(name).is_some_and(|granted| *granted >= access);
    let lost = !has(&world.granted(token.installation)) && on(Rule::PermissionLost);
    if lost || !has(&token.permissions) && on(Rule::Permission) {
        return Err(ApiError::not_permitted());
    }
    Ok(())
}

/// Checks that the caller may use the route; gives the repository's number, or 0 for routes without one.
fn permit(world: &World, route: &Route, call: &Call) -> Result<i64, ApiError> {
    let token = match (&route.need, &call.caller) {
        (Need::Open, _)
        | (Need::Person, Caller::Person(_))
        | (Need::Client, Caller::Client)
        | (Need::App, Caller::App)
        | (Need::Installation, Caller::Installation(_)) => return Ok(0),
        (Need::App, Caller::Installation(_)) if !on(Rule::AppOnly) => return Ok(0),
        (Need::App, _) => return Err(ApiError::new(401, "A JSON web token could not be decoded")),
        (Need::AppInRepository, Caller::App) => {
            return named(world, call).map(|repository| repository.id);
        }
        (Need::AppInRepository, _) => {
            return Err(ApiError::new(401, "A JSON web token could not be decoded"));
        }
        (Need::Client, _) => return Err(ApiError::bad_credentials()),
        (_, Caller::Nobody) => return anonymous::permit(world, route, call),
        (_, Caller::App | Caller::Person(_) | Caller::Client) | (Need::Person, _) => {
            return Err(ApiError::not_permitted());
        }
        (_, Caller::Installation(token)) => token,
    };
    if let Need::Organization(..) = route.need {
        return organization(world, call, token, route.need).map(|()| 0);
    }
    let repository = named(world, call)?;
    let covered = world
        .installation_of(repository)
        .is_some_and(|i| i.id == token.installation);
    let narrowed = token
        .repositories
        .as_ref()
        .is_some_and(|ids| !ids.contains(&repository.id));
    if !covered && on(Rule::Uncovered) || narrowed && on(Rule::Narrowed) {
        return Err(ApiError::not_found());
    }
    // What an installation lost since the token was made, the token has lost too.
    let granted = world.granted(token.installation);
    let may = |name: &str, wanted: Access| {
        let has = |set: &crate::world::account::Permissions| {
            set.get(name).is_some_and(|access| *access >= wanted)
        };
        (has(&token.permissions) || !on(Rule::Permission))
            && (has(&granted) || !on(Rule::PermissionLost))
    };
    let allowed = match route.need {
        Need::Repository("metadata", Access::Read) => true,
        Need::Repository(name, access) => may(name, access),
        Need::Either(access) => may("issues", access) || may("pull_requests", access),
        Need::Issue(access) if call.concerns_pull(world, repository) => {
            may("pull_requests", access) || may("issues", access)
        }
        Need::Issue(access) => may("issues", access),
        Need::Open
        | Need::Person
        | Need::Client
        | Need::App
        | Need::AppInRepository
        | Need::Installation
        | Need::Organization(..) => true,
    };
    if allowed {
        Ok(repository.id)
    } else {
        Err(ApiError::not_permitted())
    }
}

fn named<'w>(
    world: &'w World,
    call: &Call,
) -> Result<&'w crate::world::repository::Repository, ApiError> {
    world
        .find(call.value("owner"), call.value("repo"))
        .ok_or_else(ApiError::not_found)
}

/// Puts an answer into bytes with the headers GitHub sends.
fn render(request: &Incoming, answer: Answer, admitted: Option<&Admitted>) -> Outbound {
    let reply = answer.unwrap_or_else(|error| Reply {
        status: error.status,
        body: error.body(),
        headers: error.headers.clone(),
        text: None,
    });
    let mut outbound = Outbound::json(reply.status, &reply.body);
    if let Some(text) = reply.text {
        outbound.body = text.into();
        outbound.set(
            "content-type",
            "application/vnd.github.v3.diff; charset=utf-8",
        );
    }
    for (name, value) in &reply.headers {
        outbound.set(name, value);
    }
    outbound.set("x-github-media-type", "github.v3; format=json");
    let asked = request
        .header("x-github-api-version")
        .filter(|version| VERSIONS.contains(version));
    outbound.set(
        "x-github-api-version-selected",
        asked.unwrap_or(VERSIONS[0]),
    );
    if let Some(admitted) = admitted {
        outbound.installation = admitted.caller.installation();
        limit_headers(&mut outbound, &admitted.standing, request);
    }
    if request.method == Method::GET && outbound.status == 200 {
        tag(request, &mut outbound);
    }
    outbound
}

fn limit_headers(outbound: &mut Outbound, standing: &Standing, request: &Incoming) {
    let resource = if request.path.ends_with("/graphql") {
        "graphql"
    } else {
        "core"
    };
    outbound.set("x-ratelimit-limit", &standing.limit.to_string());
    outbound.set("x-ratelimit-remaining", &standing.remaining().to_string());
    outbound.set("x-ratelimit-used", &standing.used.to_string());
    outbound.set("x-ratelimit-reset", &standing.reset.to_string());
    outbound.set("x-ratelimit-resource", resource);
}

/// Adds the ETag; a client that has this very body gets 304 instead.
fn tag(request: &Incoming, outbound: &mut Outbound) {
    // GitHub says so itself: <https://github.com/eclipse-csi/otterdog/issues/201>.
    let token = request
        .header("authorization")
        .filter(|_| on(Rule::TagOfToken));
    let token = digits(&format!("tag/{}", token.unwrap_or_default()), 8);
    let etag = format!("W/\"{}{token}\"", outbound.digest());
    let known = request
        .header("if-none-match")
        .is_some_and(|known| known == etag || known == &etag[2..]);
    outbound.set("etag", &etag);
    outbound.set("cache-control", "private, max-age=60, s-maxage=60");
    if known && on(Rule::Unchanged) {
        outbound.status = 304;
        outbound.body = bytes::Bytes::new();
    }
}
