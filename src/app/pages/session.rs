//! The page of a session.

use super::words::{moment, place, spent, title};
use crate::app::admin_api::AdminApi;
use crate::app::lookup::{find_session, read_task, unread};
use crate::app::session_work::WorkRange;
use crate::core::ids::SessionId;
use crate::core::task::Task;
use crate::core::text::pages::{Acts, Diff, Line, PlanLine, SessionPage, entries};
use crate::http::ApiError;
use crate::store::SessionRow;

/// So many lines of the log make a page, before what belongs together is put together.
const LINES: usize = 400;
/// The largest patch that is shown, bytes.
const PATCH: usize = 1 << 20;

/// Reads it; of its log the end, or the part before a place.
pub(super) async fn session(
    api: &AdminApi,
    id: &SessionId,
    before: Option<i64>,
) -> Result<SessionPage, ApiError> {
    let row = find_session(&api.store, id).await?;
    let task = read_task(&api.store, row.task)
        .await?
        .ok_or_else(ApiError::internal)?;
    let now = api.health.now();
    let log = api
        .store
        .log_before(id, before.unwrap_or(i64::MAX), LINES)
        .await
        .map_err(|error| unread(&error))?;
    let first = log.first().map(|line| line.seq);
    let older = match first {
        Some(first) => {
            let earlier = api.store.log_before(id, first, 1).await;
            let earlier = earlier.map_err(|error| unread(&error))?;
            (!earlier.is_empty()).then_some(first)
        }
        None => None,
    };
    let lines = log.iter();
    let lines = lines.map(|row| (row.seq, row.line.at, row.line.body.as_str()));
    let transcript = entries(lines, now);
    let own = is_its(&task, id);
    let plan = match task.progress().filter(|_| own) {
        Some(progress) => progress.plan.iter().map(PlanLine::of).collect(),
        None => transcript.plan.iter().map(PlanLine::of).collect(),
    };
    let page = of(api, &row, &task);
    Ok(SessionPage {
        plan,
        entries: transcript.entries,
        older,
        newest: before.is_none(),
        diff: diff(api, &row, &task).await,
        ..page
    })
}

/// It is the task's session in hand, or its last one.
fn is_its(task: &Task, id: &SessionId) -> bool {
    task.job().is_some_and(|job| job.session == *id)
}

/// What its row and its task say.
fn of(api: &AdminApi, row: &SessionRow, task: &Task) -> SessionPage {
    let now = api.health.now();
    let back = format!("/sessions/{}", row.id);
    let mut acts = Acts::of(task, &back, now);
    if !is_its(task, &row.id) {
        acts.questions.clear();
        acts.orders.clear();
    }
    SessionPage {
        id: row.id.clone(),
        place: place(task),
        web: api.github.web_page().to_owned(),
        title: title(task),
        state: Line::new(&row.state),
        stop: Line::new(row.stop.as_deref().unwrap_or_default()),
        role: Line::new(&row.role),
        agent: Line::new(&row.agent),
        branch: Line::new(row.branch.as_deref().unwrap_or_default()),
        pull: row.pull,
        created: moment(row.created_at, now),
        started: row.started_at.map(|at| moment(at, now)),
        ended: row.ended_at.map(|at| moment(at, now)),
        spent: spent(row),
        plan: Vec::new(),
        entries: Vec::new(),
        older: None,
        newest: true,
        diff: None,
        acts,
    }
}

/// What it changed, or has so far.
async fn diff(api: &AdminApi, row: &SessionRow, task: &Task) -> Option<Diff> {
    let services = api.services().ok()?;
    if row.ended_at.is_none() {
        return match is_its(task, &row.id) {
            true => api.live_diffs.of(services, task).await,
            false => None,
        };
    }
    let work = WorkRange::of(&services.git, row, task)?;
    let (repository, base, head) = (work.repository, &work.base, &work.head);
    let patch = services.git.patch_to_read(repository, base, head, PATCH);
    let (patch, whole) = patch.await.ok()?;
    let patch = String::from_utf8_lossy(&patch);
    Some(Diff::of(&services.redactor.redact(&patch), whole))
}
