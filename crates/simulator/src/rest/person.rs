//! What a person's token may ask: who they are, and where they have access of their own.
//!
//! It exists so that a client learns what its users may see as on GitHub. It must never name what everybody can read.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::auth::Caller;
use crate::ids::client_id;
use crate::rest::app;
use crate::rest::call::{Answer, Call, Reply};
use crate::world::account::Role;

fn login(call: &Call) -> Result<String, ApiError> {
    match &call.caller {
        Caller::Person(token) => Ok(token.login.clone()),
        _ => Err(ApiError::not_permitted()),
    }
}

/// `GET /user` <https://docs.github.com/rest/users/users#get-the-authenticated-user>
pub(super) async fn user(call: Call) -> Answer {
    let login = login(&call)?;
    let shown = call.read(|world| app::profile(world, &login));
    Reply::ok(shown.ok_or_else(ApiError::not_found)?)
}

/// `DELETE /applications/{client}/token` <https://docs.github.com/rest/apps/oauth-applications#delete-an-app-token>
pub(super) async fn forget(call: Call) -> Answer {
    let own = call.read(|world| client_id(world.app.id));
    if call.value("client") != own {
        return Err(ApiError::not_found());
    }
    let token = call.text("access_token").ok_or_else(|| {
        ApiError::new(422, "Invalid request.\n\n\"access_token\" wasn't supplied.")
    })?;
    match call.change(|world| world.forget_user_token(token)) {
        true => Reply::no_content(),
        false => Err(ApiError::not_found()),
    }
}

/// `GET /user/installations`
/// <https://docs.github.com/rest/apps/installations#list-app-installations-accessible-to-the-user-access-token>
pub(super) async fn installations(call: Call) -> Answer {
    let login = login(&call)?;
    let all: Vec<Value> = call.read(|world| {
        let all = world.installations_of(&login).into_iter();
        all.map(|one| world.installation_json(one)).collect()
    });
    let total = all.len();
    let (page, link) = call.slice(all);
    Reply::page(json!({ "total_count": total, "installations": page }), link)
}

/// `GET /user/installations/{installation}/repositories`
/// <https://docs.github.com/rest/apps/installations#list-repositories-accessible-to-the-user-access-token>
pub(super) async fn repositories(call: Call) -> Answer {
    let login = login(&call)?;
    let number = call.number("installation")?;
    let all: Vec<Value> = call
        .read(|world| {
            let suspended = world.installations.get(&number)?.suspended_at.is_some();
            let found = world.accessible(number, &login);
            if suspended || found.is_empty() {
                return None;
            }
            let shown = found.into_iter().map(|(home, role)| {
                let mut shown = world.repository_json(home);
                shown["permissions"] = json!({
                    "pull": role >= Role::Read,
                    "triage": role >= Role::Triage,
                    "push": role >= Role::Write,
                    "maintain": role >= Role::Maintain,
                    "admin": role >= Role::Admin,
                });
                shown
            });
            Some(shown.collect())
        })
        .ok_or_else(ApiError::not_found)?;
    let total = all.len();
    let (page, link) = call.slice(all);
    Reply::page(json!({ "total_count": total, "repositories": page }), link)
}
