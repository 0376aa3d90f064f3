//! GitHub Actions: workflow runs, jobs, and where their logs lie.
//!
//! It exists so that a client finds out why CI failed. A log itself is not part of the API: the answer only points to it, and
//! the place it points to takes no credential. <https://docs.github.com/rest/actions>

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::ids::digits;
use crate::rest::call::{Answer, Call, Reply};
use crate::world::check::ACTIONS;
use crate::world::facts::World;
use crate::world::repository::{CheckRun, Repository};

/// `GET /repos/{owner}/{repo}/actions/runs`: newest first.
pub(super) async fn runs(call: Call) -> Answer {
    let all: Vec<Value> = call.read(|world| {
        let home = world.repository(call.repository)?;
        let asked =
            |name: &str, is: Option<&str>| call.query(name).is_none_or(|wanted| is == Some(wanted));
        let found = home.workflows.iter().rev();
        let found = found.filter(|run| asked("head_sha", Some(&run.head_sha)));
        let found = found.map(|run| world.workflow_json(home, run));
        let found = found.filter(|run| asked("branch", run["head_branch"].as_str()));
        // A word for the state or for the end.
        let fits = |run: &Value| {
            asked("status", run["status"].as_str()) || asked("status", run["conclusion"].as_str())
        };
        Ok::<_, ApiError>(found.filter(fits).collect())
    })?;
    let total = all.len();
    let (page, link) = call.slice(all);
    Reply::page(json!({ "total_count": total, "workflow_runs": page }), link)
}

fn found<'w>(world: &'w World, call: &Call) -> Result<(&'w Repository, &'w CheckRun), ApiError> {
    let (home, id) = (world.repository(call.repository)?, call.number("job")?);
    let job = home
        .checks
        .iter()
        .find(|check| check.id == id && check.app == ACTIONS);
    Ok((home, job.ok_or_else(ApiError::not_found)?))
}

/// `GET /repos/{owner}/{repo}/actions/jobs/{job}`
pub(super) async fn job(call: Call) -> Answer {
    Reply::ok(
        call.read(|world| found(world, &call).map(|(home, check)| world.job_json(home, check)))?,
    )
}

/// `GET /repos/{owner}/{repo}/actions/jobs/{job}/logs`: a redirect; 410 once the log is gone.
pub(super) async fn logs(call: Call) -> Answer {
    let address = call.read(|world| {
        let (_, check) = found(world, &call)?;
        if check.log.is_none() && on(Rule::LogGone) {
            return Err(ApiError::new(
                410,
                "Server Error: the logs for this job have expired",
            ));
        }
        Ok(log_address(world, check.id))
    })?;
    Ok(Reply {
        headers: vec![("location".to_owned(), address)],
        ..Reply::new(302, Value::Null)
    })
}

/// Where a job's log lies, signed.
pub(crate) fn log_address(world: &World, job: i64) -> String {
    format!(
        "{}/_logs/{job}?sig={}",
        world.root,
        digits(&format!("log/{job}"), 16)
    )
}
