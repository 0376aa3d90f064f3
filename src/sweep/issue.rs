//! One task's issue as GitHub shows it now, held against what the task knows: closed, the switch taken off or put back,
//! other words, words taken back, another priority, and whether whoever asked may still ask.

use sha2::{Digest, Sha256};

use super::found::Found;
use super::sweeper::{Sweep, SweepError};
use crate::core::actor::{Account, AccountKind, Actor};
use crate::core::dependency::Standing;
use crate::core::event::{Event, Removal};
use crate::core::ids::CommentId;
use crate::core::location::Place;
use crate::core::policy::GO_LABEL;
use crate::core::task::{Gate, Stage, Task};
use crate::github::{At, GitHubError, Issue, IssueEvent};
use crate::store::TaskRow;

/// A label as young as this against the last trigger is that trigger, milliseconds.
const SAME: i64 = 5_000;
/// What an issue waits for is read again as often as this, milliseconds, while that holds it.
const READ_AGAIN: i64 = 6 * 3_600_000;
/// GitHub's times of one thing, in its history and in its webhook, differ by as much, milliseconds.
const GRAIN: i64 = 1_000;

/// What the task does not know yet.
pub(super) async fn differences(
    sweep: &Sweep,
    row: &TaskRow,
    task: &Task,
) -> Result<Vec<Found>, SweepError> {
    match read(sweep, &task.place).await? {
        Read::There(issue) => held_against(sweep, (row, task), *issue).await,
        Read::Gone(how) => Ok(vec![Found {
            kind: "closed issues",
            id: format!("gone:{}:{}", row.key, row.version),
            place: task.place.clone(),
            event: gone(how, sweep.now()),
        }]),
    }
}

/// The same of an issue that was read already.
pub(super) async fn held_against(
    sweep: &Sweep,
    (row, task): (&TaskRow, &Task),
    issue: Issue,
) -> Result<Vec<Found>, SweepError> {
    let found = |kind, id: String, event| Found {
        kind,
        id,
        place: task.place.clone(),
        event,
    };
    let live = !matches!(task.stage, Stage::Idle | Stage::Ended { .. });
    let once = |what: &str| format!("{what}:{}:{}", row.key, row.version);
    let mut history = History::new(sweep, task);
    if live && !issue.open {
        let event = closed(&issue, &mut history).await?;
        return Ok(vec![found("closed issues", once("gone"), event)]);
    }
    let mut all = Vec::new();
    if let Some(event) = switched(task, &issue, &mut history).await? {
        let id = format!("switch:{}:{}", row.key, issue.updated_at);
        all.push(found("labels", id, event));
    }
    if live && let Some(event) = edited(task, &issue, &mut history).await? {
        let digest = hex::encode(Sha256::digest(format!("{}\n{}", issue.title, issue.body)));
        let known = task.job().map_or(0, |job| job.snapshot.at);
        let id = format!("edited:{}:{known}:{digest}", row.key);
        all.push(found("changed issues", id, event));
    }
    for label in priorities(task, &issue) {
        let id = format!("priority:{}:{label}:{}", row.key, row.version);
        let event = Event::Labeled {
            label,
            sender: issue.author.known(),
            snapshot: issue.words(),
        };
        all.push(found("labels", id, event));
    }
    for comment in deleted(sweep, task).await? {
        let sender = ghost();
        let event = Event::CommentDeleted { comment, sender };
        all.push(found("comments", format!("deleted:{comment}"), event));
    }
    if waits_for_others(task) {
        let turn = sweep.now() / READ_AGAIN;
        let event = Event::DependenciesChanged {
            hint: "looked at again".to_owned(),
            sender: ghost(),
        };
        let id = format!("dependencies:{}:{turn}", row.key);
        all.push(found("dependencies", id, event));
    }
    if live && let Some(login) = right_lost(sweep, task).await? {
        let event = Event::RightLost { login };
        all.push(found("lost rights", once("right"), event));
    }
    Ok(all)
}

/// Whether others hold it, of whose end the delivery may be lost.
fn waits_for_others(task: &Task) -> bool {
    match task.gate() {
        Some(Gate::Unread | Gate::Cycle(_) | Gate::Blockers | Gate::Unmet) => true,
        Some(Gate::Reading | Gate::Approval(_) | Gate::Overlap(_) | Gate::Project(_)) | None => {
            false
        }
    }
}

/// The issue as GitHub has it.
enum Read {
    There(Box<Issue>),
    Gone(Removal),
}

async fn read(sweep: &Sweep, place: &Place) -> Result<Read, SweepError> {
    let (github, at) = (&sweep.services.github, At::of(place));
    match github.issue(&at, place.issue).await {
        Ok(issue) if issue.number == place.issue => Ok(Read::There(Box::new(issue))),
        Ok(_) => Ok(Read::Gone(Removal::Transferred)),
        Err(GitHubError::Gone { .. }) => Ok(Read::Gone(Removal::Deleted)),
        // Gone, or merely not for us: the repository tells which.
        Err(error @ GitHubError::NotFound { .. }) => {
            github.repository(&at).await.map_err(|_| error)?;
            Ok(Read::Gone(Removal::Deleted))
        }
        Err(error) => Err(error.into()),
    }
}

/// Somebody closed the issue.
async fn closed(issue: &Issue, history: &mut History<'_>) -> Result<Event, SweepError> {
    let last = history.last(|event| event.event == "closed").await?;
    let sender = last.map(|event| event.actor.known());
    Ok(Event::IssueRemoved {
        how: Removal::Closed,
        sender: sender.unwrap_or_else(ghost),
        at: issue.updated_at,
        reason: Some(Standing::of("closed", issue.state_reason.as_deref())),
    })
}

fn gone(how: Removal, at: i64) -> Event {
    Event::IssueRemoved {
        how,
        sender: ghost(),
        at,
        reason: None,
    }
}

/// Whoever GitHub does not name.
fn ghost() -> Account {
    Account {
        id: crate::core::ids::UserId(10_137),
        login: "ghost".into(),
        kind: AccountKind::User,
    }
}

/// Whether it carries the switch.
pub(super) fn is_on(issue: &Issue) -> bool {
    issue
        .labels
        .iter()
        .any(|label| label.eq_ignore_ascii_case(GO_LABEL))
}

/// What happened to the issue, read at most once and only when it is needed.
pub(super) struct History<'a> {
    sweep: &'a Sweep,
    task: &'a Task,
    events: Option<Vec<IssueEvent>>,
}

impl<'a> History<'a> {
    pub(super) fn new(sweep: &'a Sweep, task: &'a Task) -> Self {
        Self {
            sweep,
            task,
            events: None,
        }
    }

    /// The last event of a sort.
    pub(super) async fn last(
        &mut self,
        wanted: impl Fn(&IssueEvent) -> bool,
    ) -> Result<Option<IssueEvent>, SweepError> {
        let events = match self.events.take() {
            Some(events) => events,
            None => {
                let place = &self.task.place;
                self.sweep
                    .services
                    .github
                    .issue_events(&At::of(place), place.issue)
                    .await?
            }
        };
        let events = self.events.insert(events);
        Ok(events.iter().rev().find(|event| wanted(event)).cloned())
    }

    /// The last turn of the switch, if a person made it and the task does not know it.
    pub(super) async fn turn(&mut self) -> Result<Option<IssueEvent>, SweepError> {
        let of_switch = |event: &IssueEvent| {
            let ours = event
                .label
                .as_deref()
                .is_some_and(|label| label.eq_ignore_ascii_case(GO_LABEL));
            ours && matches!(event.event.as_str(), "labeled" | "unlabeled")
        };
        let (me, task) = (self.sweep.services.policy.me.login.clone(), self.task);
        let begun = task
            .job()
            .map_or(0, |job| job.snapshot.at)
            .max(task.last_trigger);
        let news = |event: &IssueEvent| match event.event.as_str() {
            "labeled" => event.at > task.last_trigger + SAME,
            _ => event.at >= begun && event.at > task.last_removal + GRAIN,
        };
        Ok(self
            .last(of_switch)
            .await?
            .filter(|event| event.actor.login != me && news(event)))
    }
}

/// The switch was taken off, or put back on a paused session.
async fn switched(
    task: &Task,
    issue: &Issue,
    history: &mut History<'_>,
) -> Result<Option<Event>, SweepError> {
    let (on, paused) = (is_on(issue), task.is_paused());
    let live = !matches!(task.stage, Stage::Idle | Stage::Ended { .. });
    let minds = if on {
        paused
    } else {
        (live && !paused) || (task.can_revise() && !task.review.auto_fix_off)
    };
    if !minds {
        return Ok(None);
    }
    let Some(turn) = history.turn().await? else {
        return Ok(None);
    };
    let sender = turn.actor.known();
    Ok(match (on, turn.event.as_str()) {
        (true, "labeled") => Some(Event::Labeled {
            label: GO_LABEL.into(),
            sender,
            snapshot: issue.words(),
        }),
        (false, "unlabeled") => Some(Event::Unlabeled {
            label: GO_LABEL.into(),
            sender,
            at: turn.at + GRAIN,
        }),
        // The list of what happened lags behind: the next look sees both.
        _ => {
            tracing::debug!(task = %task.key(), "the label and its history disagree");
            None
        }
    })
}

/// Other words than the session knows. Who changed a body GitHub does not say here; whoever may do that to another's issue
/// may speak anyway, so that the issue's author stands for them without a right too many.
async fn edited(
    task: &Task,
    issue: &Issue,
    history: &mut History<'_>,
) -> Result<Option<Event>, SweepError> {
    let Some(known) = task.job().map(|job| &job.snapshot) else {
        return Ok(None);
    };
    if (&known.title, &known.body) == (&issue.title, &issue.body) {
        return Ok(None);
    }
    let renamed = known.title != issue.title;
    let by = if renamed {
        history.last(|event| event.event == "renamed").await?
    } else {
        None
    };
    Ok(Some(Event::IssueEdited {
        sender: by
            .as_ref()
            .map_or(&issue.author, |event| &event.actor)
            .known(),
        title: issue.title.clone(),
        old_title: Some(known.title.clone()),
        body: issue.body.clone(),
        old_body: Some(known.body.clone()),
        at: issue.updated_at,
    }))
}

/// Priorities that a waiting task does not know.
fn priorities(task: &Task, issue: &Issue) -> Vec<String> {
    let Stage::Queued { job, .. } = &task.stage else {
        return Vec::new();
    };
    let new =
        |label: &&String| label.starts_with("priority:") && !job.snapshot.labels.contains(label);
    issue.labels.iter().filter(new).cloned().collect()
}

/// Comments that are gone before the agent heard them.
async fn deleted(sweep: &Sweep, task: &Task) -> Result<Vec<CommentId>, SweepError> {
    let mut gone = Vec::new();
    for comment in task
        .conversation
        .messages
        .iter()
        .filter(|word| !word.sending)
        .filter_map(|word| word.comment)
    {
        if sweep
            .services
            .github
            .comment(&At::of(&task.place), comment)
            .await?
            .is_none()
        {
            gone.push(comment);
        }
    }
    Ok(gone)
}

/// Whoever asked for the work, if they may do so no longer.
async fn right_lost(sweep: &Sweep, task: &Task) -> Result<Option<String>, SweepError> {
    let Some(Actor::Person(asked)) = task.job().map(|job| &job.actor) else {
        return Ok(None);
    };
    if asked.kind != AccountKind::User || task.delegated(&asked.login) {
        return Ok(None);
    }
    let found = sweep
        .services
        .github
        .permission(&At::of(&task.place), &asked.login)
        .await?;
    let same = found.user.is_none_or(|id| id == asked.id);
    Ok((!same || !found.level.may_start()).then(|| asked.login.clone()))
}
