//! What is known of a pull request's work: for whom it is, what git found, and what the agent said of it.

use serde_json::json;

use super::state::Advance;
use crate::blocked::Ruling;
use crate::event::Work;
use crate::event_name::DomainEvent;
use crate::ids::Sha;
use crate::message::{AgentMessage, MessageKind};
use crate::provenance::{Approval, Cost, Recorded};
use crate::task::{Job, ReviewState, Task, Told};
use crate::text;
use crate::text::provenance as says;
use crate::verification::Verdict;

/// So many pieces of work are remembered in the agent's words.
const TOLD: usize = 12;
/// Longest of them, in characters.
const TOLD_CHARS: usize = 4_000;
/// So many of the agent's claims are kept, and so many characters of each.
const CLAIMS: usize = 20;
const CLAIM_CHARS: usize = 300;

/// What a revision made, where it changed something.
#[derive(Clone, Copy)]
pub(super) struct Made<'a> {
    pub(super) head: &'a Sha,
    pub(super) work: &'a Work,
}

/// Notes what the agent heard: the revision is for them.
pub(super) fn heard(review: &mut ReviewState, words: &[AgentMessage]) {
    let heard = &mut review.heard;
    let alone = heard.reviewers.is_empty() && heard.people.is_empty();
    for message in words {
        let list = match &message.kind {
            MessageKind::Review { .. } => &mut heard.reviewers,
            MessageKind::Said
            | MessageKind::Again { .. }
            | MessageKind::Edited
            | MessageKind::Approved => &mut heard.people,
            MessageKind::Base { .. } if alone => {
                heard.conflict = true;
                continue;
            }
            MessageKind::Base { .. }
            | MessageKind::LetIn { .. }
            | MessageKind::Asked { .. }
            | MessageKind::Answer { .. }
            | MessageKind::Checks { .. }
            | MessageKind::Verification { .. }
            | MessageKind::Unfitting
            | MessageKind::Protected
            | MessageKind::Landed
            | MessageKind::Moved { .. } => continue,
        };
        if !list.contains(&message.by) {
            list.push(message.by.clone());
        }
        heard.conflict = false;
    }
}

/// Whoever watches is told at once that a secret was about to leave, and where it stands.
pub(super) fn alarm(on: &mut Advance<'_>, work: &Work) {
    if !work.secrets.is_empty() {
        on.note(
            DomainEvent::SecretStopped,
            json!({ "head": work.head, "secrets": work.secrets }),
        );
    }
}

/// A revision's work, with the conflicts of earlier work in files it left alone: they are still there.
pub(super) fn with_old_conflicts(task: &Task, job: &Job, work: &Work) -> Work {
    let before = task.progress().and_then(|progress| progress.work.as_ref());
    let before = before
        .filter(|_| job.round > 0)
        .map(|before| before.conflicts.clone())
        .unwrap_or_default();
    let mut work = work.clone();
    let left_alone = |path: &String| {
        work.files.iter().all(|file| file.path != *path) && !work.conflicts.contains(path)
    };
    let old: Vec<String> = before.into_iter().filter(left_alone).collect();
    work.conflicts.extend(old);
    work
}

/// Remembers what the agent said of its work.
pub(super) fn remember(review: &mut ReviewState, head: &Sha, words: &str) {
    let told = &mut review.told;
    told.push(Told {
        head: head.clone(),
        text: words.trim().chars().take(TOLD_CHARS).collect(),
    });
    // The first is what the rest revises.
    if told.len() > TOLD {
        told.remove(1);
    }
}

/// What the agent says it has checked, as much of it as is shown.
pub(super) fn bounded(claimed: &[String]) -> Vec<String> {
    let short = |line: &String| line.trim().chars().take(CLAIM_CHARS).collect();
    claimed.iter().take(CLAIMS).map(short).collect()
}

fn claimed(task: &Task) -> &[String] {
    task.progress()
        .map_or(&[], |progress| progress.claimed.as_slice())
}

/// What a pull request shows of the work.
pub(super) fn shown<'t>(task: &'t Task, work: &'t Work) -> text::pull::Evidence<'t> {
    text::pull::Evidence {
        work,
        unfinished: task.review.unfinished,
        told: &task.review.told,
        agent: task.progress().and_then(|progress| progress.agent.clone()),
        answers: &task.conversation.questions,
        attempts: &task.attempts,
        claimed: claimed(task),
        handed_in: &task.evidence,
        verified: text::verify::Verified::of(task),
        approved: &task.review.approved_paths,
    }
}

/// What the statement of provenance of a commit that was pushed is made of.
pub(super) fn recorded(task: &Task, job: &Job, (work, head): (&Work, &Sha)) -> Recorded {
    let stands_on = job.workspace.as_ref().map(|ground| &ground.base.sha);
    let base = work.put_onto.as_deref().or(stands_on).unwrap_or(&work.base);
    let verification = task.review.verification.as_deref();
    let of_this = verification.filter(|known| known.head == *head);
    let ran = match of_this.and_then(|known| known.result.as_ref()) {
        Some(Verdict::Ran { runs }) => Some(runs.iter().map(Into::into).collect()),
        Some(Verdict::Broken { .. }) | None => None,
    };
    let spent = &task.meter.spent;
    Recorded {
        head: head.clone(),
        base: base.clone(),
        base_branch: job.base_branch.clone(),
        branch: job.branch.clone(),
        session: job.session.clone(),
        role: job.role.name.to_string(),
        agent: job.agent.clone(),
        says: task.progress().and_then(|progress| progress.agent.clone()),
        asked_by: job.actor.login().unwrap_or(says::OPERATOR).to_owned(),
        approvals: approvals(task),
        ran,
        opened: task.grants().egress,
        cost: Cost {
            tokens: spent.tokens.total(),
            tokens_are: spent.all_tokens().exactness(),
            microdollars: spent.cost.amount,
            microdollars_are: spent.cost.exactness(),
            worked_ms: spent.worked_ms,
        },
    }
}

/// Whose word let through what would not have gone through by itself.
fn approvals(task: &Task) -> Vec<Approval> {
    let approval = |what: String, by: &str| Approval {
        what,
        by: by.to_owned(),
    };
    let paths = task.review.approved_paths.iter();
    let paths = paths.map(|one| approval(says::paths(&one.hash, &one.paths), &one.by));
    let comments = task.withheld.let_in.iter();
    let comments = comments.map(|one| approval(says::comment(one.comment, &one.sha256), &one.by));
    let hosts = task
        .blocked
        .hosts
        .iter()
        .filter_map(|one| match &one.ruled {
            Some((Ruling::Allowed | Ruling::Proposed, by)) => {
                Some(approval(says::host(&one.host), by))
            }
            Some((Ruling::Closed, _)) | None => None,
        });
    paths.chain(comments).chain(hosts).collect()
}
