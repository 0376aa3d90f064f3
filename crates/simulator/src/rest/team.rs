//! Teams: whether somebody belongs to one.
//!
//! It exists as the skin over the world's teams. <https://docs.github.com/rest/teams/members>

use serde_json::json;

use crate::api_error::ApiError;
use crate::rest::call::{Answer, Call, Reply};

/// `GET /orgs/{org}/teams/{team_slug}/memberships/{username}`
pub(super) async fn membership(call: Call) -> Answer {
    let (org, team, login) = (call.value("org"), call.value("team"), call.value("login"));
    let shown = call.read(|world| {
        let accepted = world
            .member_of((org, team), login)
            .ok_or_else(ApiError::not_found)?;
        let root = &world.root;
        Ok::<_, ApiError>(json!({
            "url": format!("{root}/orgs/{org}/teams/{team}/memberships/{login}"),
            "role": "member",
            "state": if accepted { "active" } else { "pending" },
        }))
    });
    Reply::ok(shown?)
}
