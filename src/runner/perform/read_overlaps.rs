//! Looks which other work in a repository probably changes the same files: by the words of the issues, the repository's history,
//! and what sessions have changed so far.
//!
//! It asks GitHub nothing, and it judges nothing: what comes of it is the core's to say.

use crate::core::dependency::{Named, RelatedNews};
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::TaskKey;
use crate::core::overlap::{History, MEETINGS, Meeting, OverlapNews, Touched, Tree, overlap};
use crate::core::task::{Stage, Task};
use crate::git::GitError;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Neighbours;

/// So many others are looked at.
const OTHERS: i64 = 100;

/// Another task, and what it has changed in its working copy.
struct Other {
    task: Task,
    lately: Vec<String>,
}

/// Looks.
pub(super) async fn perform(
    lease: &Lease,
    neighbours: &Neighbours<'_>,
) -> Result<Performed, Failure> {
    let with = look(lease.place().task(), neighbours).await?;
    let news = RelatedNews::Overlap {
        news: OverlapNews::Found { with },
    };
    Ok(Performed::known(Event::Related { news }))
}

async fn look(key: TaskKey, neighbours: &Neighbours<'_>) -> Result<Vec<Meeting>, Failure> {
    let Some(own) = neighbours.store.task(key).await? else {
        return Ok(Vec::new());
    };
    let Ok(own) = serde_json::from_str::<Task>(&own.body) else {
        return Ok(Vec::new());
    };
    let rows = neighbours.store.unfinished(key.repository, OTHERS).await?;
    let tasks = rows.iter().filter(|row| row.key != key);
    let tasks = tasks.filter_map(|row| serde_json::from_str::<Task>(&row.body).ok());
    let tasks: Vec<Task> = tasks.filter(changes).collect();
    let branch = own.job().map(|job| job.base_branch.clone());
    let head = branch.and_then(|branch| neighbours.git.last_head(key.repository, &branch));
    // Nothing is known of a repository before its first session.
    let Some(head) = head.filter(|_| !tasks.is_empty()) else {
        return Ok(Vec::new());
    };
    let known = neighbours.git.known(key.repository, &head).await?;
    let mut others = Vec::new();
    for task in tasks {
        let lately = lately(&task, neighbours).await?;
        others.push(Other { task, lately });
    }
    let threshold = neighbours.limits.overlap_share();
    let look = move || {
        let mut met = met(&own, &others, (&known.0, &known.1));
        met.retain(|(share, _)| *share >= threshold);
        told(met)
    };
    let found = tokio::task::spawn_blocking(look);
    Ok(found.await.unwrap_or_default())
}

/// It is about a change, and not about a mere question.
fn changes(task: &Task) -> bool {
    task.job()
        .is_some_and(|job| job.role.writes && !job.only_asked)
}

async fn lately(task: &Task, neighbours: &Neighbours<'_>) -> Result<Vec<String>, GitError> {
    let at_work = matches!(task.stage, Stage::Working { .. });
    let Some(job) = task.job().filter(|_| at_work) else {
        return Ok(Vec::new());
    };
    let folder = neighbours.folders.session(&job.session);
    let workspace = neighbours.folders.workspace(&job.session);
    neighbours.git.changed_lately(folder, workspace).await
}

/// All others, with how much of the work they share.
fn met(own: &Task, others: &[Other], (tree, history): (&Tree, &History)) -> Vec<(f64, Meeting)> {
    let ours = own.touches(tree, history);
    let meeting = |other: &Other| {
        let Other { task, lately } = other;
        let theirs = task.touches(tree, history);
        let lately = Touched::changed(lately.iter().map(String::as_str), history);
        let shared = overlap(&ours, &theirs.with(lately));
        let meeting = Meeting {
            issue: Named {
                key: task.key(),
                name: task.place.name.clone(),
            },
            percent: percent(shared.share),
            paths: shared.paths,
            first: task.goes_first() && came_before(task, own),
        };
        (shared.share, meeting)
    };
    others.iter().map(meeting).collect()
}

/// Those that are told, in their order.
fn told(met: Vec<(f64, Meeting)>) -> Vec<Meeting> {
    let mut met: Vec<Meeting> = met.into_iter().map(|(_, meeting)| meeting).collect();
    met.sort_by_key(|one| (std::cmp::Reverse(one.percent), one.issue.key));
    // What it waits for must be among them.
    met.sort_by_key(|one| !one.first);
    met.truncate(MEETINGS);
    met
}

/// What is at work came before what is not; of two that wait the one that waits longer.
fn came_before(one: &Task, other: &Task) -> bool {
    let rank = |task: &Task| {
        let waits = !matches!(task.stage, Stage::Working { .. });
        let since = task.job().map_or(i64::MAX, |job| job.queued_at);
        (waits, since, task.place.issue)
    };
    rank(one) < rank(other)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is between 0 and 1"
)]
fn percent(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}
