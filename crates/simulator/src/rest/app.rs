//! The App about itself: installations, tokens, limits.
//!
//! It exists so that a client's token handling meets GitHub's rules. <https://docs.github.com/rest/apps>

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::auth::Caller;
use crate::behaviour::{Rule, on};
use crate::json::account::permissions_json;
use crate::rest::call::{Answer, Call, Reply};
use crate::time::iso;
use crate::world::account::{Access, Installation, Permissions, Token};
use crate::world::facts::World;
use crate::world::lifecycle::selection_word;

/// An installation token lives one hour.
const TOKEN_LIFE: i64 = 3_600_000;

/// `GET /`
pub(super) async fn root(call: Call) -> Answer {
    let root = call.read(|world| world.root.clone());
    Reply::ok(json!({
        "current_user_url": format!("{root}/user"),
        "repository_url": format!("{root}/repos/{{owner}}/{{repo}}"),
        "rate_limit_url": format!("{root}/rate_limit"),
    }))
}

/// `GET /meta`
pub(super) async fn meta(_call: Call) -> Answer {
    Reply::ok(
        json!({ "verifiable_password_authentication": false, "hooks": ["127.0.0.1/32"], "git": ["127.0.0.1/32"] }),
    )
}

/// `GET /rate_limit`
pub(super) async fn rate_limit(call: Call) -> Answer {
    let now = call.state().read(World::now);
    let number = call.caller.installation().unwrap_or(0);
    let standing = call.state().call_log(|t| t.standing(number, now));
    let (limit, remaining) = (standing.limit, standing.remaining());
    let core = json!({ "limit": limit, "remaining": remaining, "reset": standing.reset, "used": standing.used });
    Reply::ok(
        json!({ "resources": { "core": core, "graphql": core, "search": core }, "rate": core }),
    )
}

/// `GET /users/{login}`
pub(super) async fn user(call: Call) -> Answer {
    let found = call.read(|world| profile(world, call.value("login")));
    Reply::ok(found.ok_or_else(ApiError::not_found)?)
}

/// A `public-user`.
pub(super) fn profile(world: &World, login: &str) -> Option<Value> {
    let user = world.user(login)?;
    let mut shown = world.user_json(&user.login);
    for name in [
        "name", "company", "blog", "location", "email", "hireable", "bio",
    ] {
        shown[name] = Value::Null;
    }
    for name in ["public_repos", "public_gists", "followers", "following"] {
        shown[name] = json!(0);
    }
    for name in ["created_at", "updated_at"] {
        shown[name] = json!(iso(0));
    }
    Some(shown)
}

/// `GET /app`
pub(super) async fn get(call: Call) -> Answer {
    Reply::ok(call.read(|world| world.app_json(&world.app.slug)))
}

/// `GET /app/installations`
pub(super) async fn installations(call: Call) -> Answer {
    let all: Vec<Value> = call.read(|world| {
        world
            .installations
            .values()
            .map(|i| world.installation_json(i))
            .collect()
    });
    let (page, link) = call.slice(all);
    Reply::page(Value::Array(page), link)
}

fn found<'w>(world: &'w World, call: &Call) -> Result<&'w Installation, ApiError> {
    world
        .installations
        .get(&call.number("installation")?)
        .ok_or_else(ApiError::not_found)
}

/// `GET /app/installations/{id}`
pub(super) async fn installation(call: Call) -> Answer {
    Reply::ok(call.read(|world| found(world, &call).map(|i| world.installation_json(i)))?)
}

/// `GET /repos/{owner}/{repo}/installation`
pub(super) async fn repository_installation(call: Call) -> Answer {
    let found = call.read(|world| {
        let repository = world.repository(call.repository)?;
        let installation = world
            .installation_of(repository)
            .ok_or_else(ApiError::not_found)?;
        Ok::<Value, ApiError>(world.installation_json(installation))
    });
    Reply::ok(found?)
}

/// `POST /app/installations/{id}/access_tokens`
pub(super) async fn mint(call: Call) -> Answer {
    call.change(|world| {
        let installation = found(world, &call)?.clone();
        if installation.suspended_at.is_some() && on(Rule::SuspendedMint) {
            return Err(ApiError::new(403, "This installation has been suspended"));
        }
        let repositories = narrowed_repositories(world, &installation, &call.body)?;
        let permissions = narrowed_permissions(&installation, call.body.get("permissions"))?;
        let expires_at = world.now() + TOKEN_LIFE;
        let token = Token { installation: installation.id, repositories, permissions, expires_at };
        let mut shown = json!({
            "expires_at": iso(expires_at),
            "permissions": permissions_json(&token.permissions),
            "repository_selection": token.repositories.as_ref().map_or(selection_word(&installation.selection), |_| "selected"),
        });
        if let Some(ids) = &token.repositories {
            let chosen = ids.iter().filter_map(|id| world.repositories.get(id));
            shown["repositories"] = chosen.map(|repository| world.repository_json(repository)).collect();
        }
        shown["token"] = json!(world.mint(token));
        Reply::created(shown)
    })
}

fn narrowed_repositories(
    world: &World,
    of: &Installation,
    body: &Value,
) -> Result<Option<BTreeSet<i64>>, ApiError> {
    let covered = world.covered(of.id);
    let by_id = body.get("repository_ids").and_then(Value::as_array);
    let by_name = body.get("repositories").and_then(Value::as_array);
    if by_id.is_none() && by_name.is_none() {
        return Ok(None);
    }
    let mut chosen = BTreeSet::new();
    let mut asked = 0;
    for id in by_id.into_iter().flatten() {
        asked += 1;
        chosen.extend(
            covered
                .iter()
                .find(|r| Some(r.id) == id.as_i64())
                .map(|r| r.id),
        );
    }
    for name in by_name.into_iter().flatten().filter_map(Value::as_str) {
        asked += 1;
        chosen.extend(
            covered
                .iter()
                .find(|r| r.name.eq_ignore_ascii_case(name))
                .map(|r| r.id),
        );
    }
    if asked > 500 && on(Rule::TokenMany) {
        return Err(ApiError::new(
            422,
            "A maximum of 500 repositories can be included in an installation access token.",
        ));
    }
    if chosen.len() < asked && on(Rule::TokenRepositories) {
        let message = "There is at least one repository that does not exist or is not accessible to the parent \
                       installation.";
        return Err(ApiError::new(422, message));
    }
    Ok(Some(chosen))
}

fn narrowed_permissions(
    of: &Installation,
    wanted: Option<&Value>,
) -> Result<Permissions, ApiError> {
    let Some(wanted) = wanted
        .and_then(Value::as_object)
        .filter(|wanted| !wanted.is_empty())
    else {
        return Ok(of.permissions.clone());
    };
    let mut permissions = Permissions::new();
    for (name, width) in wanted {
        let width = width
            .as_str()
            .and_then(Access::parse)
            .ok_or_else(|| ApiError::new(422, "Invalid request."))?;
        let wider = name != "metadata"
            && of
                .permissions
                .get(name)
                .is_none_or(|granted| *granted < width);
        if wider && on(Rule::TokenWider) {
            return Err(ApiError::new(
                422,
                "The permissions requested are not granted to this installation.",
            ));
        }
        permissions.insert(name.clone(), width);
    }
    permissions
        .entry("metadata".to_owned())
        .or_insert(Access::Read);
    Ok(permissions)
}

/// `DELETE /installation/token`
pub(super) async fn revoke(call: Call) -> Answer {
    let secret = call.secret.clone();
    if on(Rule::TokenRevoked) {
        call.change(|world| world.tokens.remove(&secret));
    }
    Reply::no_content()
}

/// `GET /installation/repositories`
pub(super) async fn repositories(call: Call) -> Answer {
    let Caller::Installation(token) = &call.caller else {
        return Err(ApiError::not_permitted());
    };
    let all: Vec<Value> = call.read(|world| {
        let covered = world.covered(token.installation).into_iter();
        let seen = covered.filter(|r| {
            token
                .repositories
                .as_ref()
                .is_none_or(|ids| ids.contains(&r.id))
        });
        seen.map(|repository| world.repository_json(repository))
            .collect()
    });
    let total = all.len();
    let (page, link) = call.slice(all);
    Reply::page(
        json!({ "total_count": total, "repository_selection": "all", "repositories": page }),
        link,
    )
}
