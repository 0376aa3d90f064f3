//! Stacks of pull requests over REST.
//!
//! It exists as the skin over the world's stacks. <https://docs.github.com/rest/pulls/stacks>

use serde_json::{Value, json};

use crate::api_error::{ApiError, missing};
use crate::rest::call::{Answer, Call, Reply};
use crate::world::facts::World;

/// 404 where this GitHub has no stacks.
fn offered(world: &World) -> Result<(), ApiError> {
    match world.stacks.offered {
        true => Ok(()),
        false => Err(ApiError::not_found()),
    }
}

fn pulls(call: &Call) -> Result<Vec<i64>, ApiError> {
    let given = call.body.get("pull_requests").and_then(Value::as_array);
    let given = given.ok_or_else(|| missing("pull_requests"))?;
    let numbers: Option<Vec<i64>> = given.iter().map(Value::as_i64).collect();
    numbers.ok_or_else(|| ApiError::invalid("Stack", "pull_requests", "invalid"))
}

/// `GET /repos/{owner}/{repo}/stacks`
pub(super) async fn list(call: Call) -> Answer {
    let wanted = call.query("pull_request").map(str::to_owned);
    let (page, link) = call.read(|world| {
        offered(world)?;
        let all = world.stacks.all.iter();
        let all = all.filter(|stack| stack.home == call.repository);
        let all = all.filter(|stack| {
            let is = |pull: &i64| Some(pull.to_string()) == wanted;
            wanted.is_none() || stack.pulls.iter().any(is)
        });
        let (page, link) = call.slice(all.collect());
        let page: Vec<Value> = page
            .into_iter()
            .map(|stack| world.stack_json(stack))
            .collect();
        Ok::<_, ApiError>((page, link))
    })?;
    Reply::page(json!(page), link)
}

/// `POST /repos/{owner}/{repo}/stacks`
pub(super) async fn create(call: Call) -> Answer {
    call.read(offered)?;
    let pulls = pulls(&call)?;
    let made = call.change(|world| {
        let number = world.make_stack(call.repository, &pulls)?;
        Ok::<_, ApiError>(world.stack_json(world.stack(call.repository, number)?))
    });
    Reply::created(made?)
}

/// `POST /repos/{owner}/{repo}/stacks/{stack}/add`
pub(super) async fn add(call: Call) -> Answer {
    call.read(offered)?;
    let (number, pulls) = (call.number("stack")?, pulls(&call)?);
    let made = call.change(|world| {
        world.add_to_stack(call.repository, number, &pulls)?;
        Ok::<_, ApiError>(world.stack_json(world.stack(call.repository, number)?))
    });
    Reply::ok(made?)
}

/// `POST /repos/{owner}/{repo}/stacks/{stack}/unstack`
pub(super) async fn unstack(call: Call) -> Answer {
    call.read(offered)?;
    let number = call.number("stack")?;
    let left = call.change(|world| {
        let rest = world.unstack(call.repository, number)?;
        let left = rest
            .then(|| world.stack(call.repository, number))
            .transpose()?;
        Ok::<_, ApiError>(left.map(|stack| world.stack_json(stack)))
    })?;
    match left {
        Some(left) => Reply::ok(left),
        None => Ok(Reply::new(204, Value::Null)),
    }
}
