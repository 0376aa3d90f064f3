//! Who has no token: reads what is public, and nothing else.
//!
//! It exists because anybody may check a public repository, and must be told the same as on GitHub. It must never let anything be changed.
//! <https://docs.github.com/rest/authentication/authenticating-to-the-rest-api>

use hyper::Method;

use super::call::Call;
use super::route::{Need, Route};
use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::world::account::Access;
use crate::world::facts::World;

/// Checks that nobody in particular may use the route; gives the repository's number.
pub(super) fn permit(world: &World, route: &Route, call: &Call) -> Result<i64, ApiError> {
    let refused = || ApiError::new(401, "Requires authentication");
    if !names_repository(route.need) {
        return Err(refused());
    }
    let home = world.find(call.value("owner"), call.value("repo"));
    let home = home.ok_or_else(ApiError::not_found)?;
    if home.private && on(Rule::AnonymousPrivate) {
        return Err(ApiError::not_found());
    }
    if !is_public(route) && on(Rule::AnonymousChange) {
        return Err(refused());
    }
    Ok(home.id)
}

fn names_repository(need: Need) -> bool {
    matches!(
        need,
        Need::Repository(..) | Need::Issue(_) | Need::Either(_)
    )
}

/// What a person may do is told to nobody.
fn is_public(route: &Route) -> bool {
    let reads = matches!(
        route.need,
        Need::Repository(_, Access::Read) | Need::Issue(Access::Read) | Need::Either(Access::Read)
    );
    reads && route.method == Method::GET && !route.path.ends_with("/permission")
}
