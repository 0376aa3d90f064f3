//! The end of a registration, and the App's hook.
//!
//! It exists so that a client takes its App's secrets and looks after its hook as on GitHub.

use serde_json::Value;

use crate::api_error::ApiError;
use crate::rest::call::{Answer, Call, Reply};
use crate::world::facts::World;

/// `POST /app-manifests/{code}/conversions`
/// <https://docs.github.com/rest/apps/apps#create-a-github-app-from-a-manifest>
pub(super) async fn convert(call: Call) -> Answer {
    let code = call.value("code").to_owned();
    let app = call.change(|world| world.convert(&code));
    Reply::created(app.ok_or_else(ApiError::not_found)?)
}

fn config(world: &World) -> Value {
    world.hook_json()["config"].clone()
}

/// `GET /app/hook/config`
pub(super) async fn hook(call: Call) -> Answer {
    Reply::ok(call.read(config))
}

/// `PATCH /app/hook/config`
pub(super) async fn change_hook(call: Call) -> Answer {
    let (url, secret) = (call.owned("url"), call.owned("secret"));
    Reply::ok(call.change(|world| {
        if let Some(url) = url {
            world.app.webhook_url = Some(url);
        }
        if let Some(secret) = secret {
            world.app.webhook_secret = secret;
        }
        config(world)
    }))
}
