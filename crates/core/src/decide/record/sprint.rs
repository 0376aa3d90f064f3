//! The sprint of an issue, and what issues of a sprint are told. News of it are hints to read it again: what is read counts,
//! in whatever order the news came.

use super::recording::Recording;
use super::trigger;
use crate::actor::{Account, AccountKind, Actor};
use crate::dependency::Named;
use crate::effect::Reaction;
use crate::event::{ApprovalsRead, Asking, AuthorizedComment};
use crate::ids::{CommentId, TaskKey};
use crate::label;
use crate::outsider::ThumbsUp;
use crate::policy::{CHECKPOINT_LABEL, SPRINT_LABEL};
use crate::snapshot::Snapshot;
use crate::sprint::{Agreement, Sprint, SprintFacts, SprintNews, SprintStanding, Work};
use crate::task::{End, Order, PhaseWait, Read, Stage, Task, Trigger};
use crate::text;

/// Whether a label says something of a sprint.
pub(super) fn is_label(name: &str) -> bool {
    [SPRINT_LABEL, CHECKPOINT_LABEL]
        .into_iter()
        .any(|one| label::same(name, one))
}

/// The label was put on.
pub(super) fn labeled(
    on: &mut Recording<'_>,
    task: &mut Task,
    sender: &Account,
    snapshot: &Snapshot,
) -> String {
    if sender.login == on.cx.policy.me.login {
        return "our own label starts nothing".into();
    }
    let issue = on.known.place.issue;
    if sender.kind != AccountKind::User && !on.cx.policy.allowed_bots.contains(&sender.id) {
        let say = text::sprint::refused(&text::refusal::bot(&sender.login));
        on.notes.say_anyway(issue, "sprint:refused", say);
        return "a bot may not start work".into();
    }
    // Of two at one time the same counts, whichever is heard first.
    let known = task.sprint.as_ref().map(|known| (known.at, known.actor.id));
    if known.is_some_and(|known| known >= (snapshot.at, sender.id)) {
        return "this label event was consumed before".into();
    }
    match &mut task.sprint {
        Some(sprint) => {
            (sprint.actor, sprint.at) = (sender.clone(), snapshot.at);
            sprint.standing = SprintStanding::Asked;
        }
        None => task.sprint = Some(Box::new(Sprint::new(sender.clone(), snapshot.at))),
    }
    on.notes.react(Reaction::Eyes);
    read_again(task);
    "asked GitHub whether this may start, and what there is to do".into()
}

/// Something about it may have changed.
fn changed(task: &mut Task, hint: &str) -> String {
    match read_again(task) {
        true => format!("{hint}: the sprint is read again"),
        false => "there is no sprint here".into(),
    }
}

/// Nothing starts before it is read; whether there is anything to read.
fn read_again(task: &mut Task) -> bool {
    let Some(sprint) = &mut task.sprint else {
        return false;
    };
    sprint.reading = true;
    let reads = &mut task.wanted.reads;
    if !reads.contains(&Read::Sprint) {
        reads.push(Read::Sprint);
    }
    true
}

/// GitHub said what it consists of.
fn read(task: &mut Task, found: &SprintFacts) -> String {
    if task.sprint.is_none() {
        return "there is no sprint here any more".into();
    }
    task.wanted.sprint = Some(Box::new(found.clone()));
    format!("the sprint has {} issues", found.tree.members.len())
}

/// It could not be read, and nobody tries again by themselves.
pub(super) fn unread(
    on: &mut Recording<'_>,
    task: &mut Task,
    say: &str,
    exhausted: bool,
) -> String {
    if let Some(sprint) = &mut task.sprint {
        match sprint.standing {
            SprintStanding::Asked => {
                let say = text::sprint::unchecked(say, exhausted);
                sprint.standing = SprintStanding::Refused { say };
            }
            SprintStanding::On | SprintStanding::Off { .. } | SprintStanding::Refused { .. } => {
                sprint.unread = true;
                on.notes.tell(text::sprint::UNREAD);
            }
        }
    }
    format!("the sprint could not be read: {say}")
}

/// Another task of the sprint tells something.
pub(super) fn told(on: &mut Recording<'_>, task: &mut Task, news: &SprintNews) -> String {
    match news {
        SprintNews::Read { found } => read(task, found),
        SprintNews::Changed { issue } => changed(task, &format!("{issue} may have changed")),
        SprintNews::Work {
            issue,
            work,
            waits_for,
        } => worked(task, *issue, (*work, waits_for)),
        SprintNews::Approved { phase, by } => {
            let Some(sprint) = &mut task.sprint else {
                return "there is no sprint here".into();
            };
            sprint.approve(*phase, by);
            on.notes.tell(text::sprint_approval::approved(by));
            format!("{by} agreed to the start of {phase}")
        }
        SprintNews::Start { of, by } => start(on, task, of.key, by),
        SprintNews::Withdraw { of, why } => withdraw(on, task, of.key, why),
        SprintNews::Agree { .. } => {
            wait(on, task, news);
            "somebody has to agree to its start".into()
        }
        SprintNews::Settled { of } => {
            task.phase.take_if(|wait| wait.of == *of);
            "nobody has to agree to its start any more".into()
        }
    }
}

fn worked(task: &mut Task, issue: TaskKey, (work, waits_for): (Work, &[TaskKey])) -> String {
    let member = task.sprint.as_mut().and_then(|one| one.member_mut(issue));
    let Some(member) = member else {
        return "that issue is not one of the sprint".into();
    };
    member.work = work;
    member.waits_for = waits_for.to_vec();
    format!("so far is the work on {issue}")
}

/// It is to start, as if that person had asked. What is on, or was done, stays as it is.
fn start(on: &mut Recording<'_>, task: &mut Task, of: TaskKey, by: &Account) -> String {
    let known = on.known;
    if let Some(reason) = trigger::busy(known) {
        return reason;
    }
    if known.is_paused() {
        return "it is paused; a person lets it go on".into();
    }
    let done = |end: &End| matches!(end, End::Merged | End::Answered | End::Unchanged);
    let is_done = matches!(&known.stage, Stage::Ended { end, .. } if done(end));
    if is_done || known.can_revise() {
        return "it was done before".into();
    }
    task.options.sprint = Some(of);
    task.wanted.trigger = Some(Trigger {
        actor: Actor::Person(by.clone()),
        asking: Asking::Sprint,
        snapshot: None,
    });
    "asked GitHub whether this may start".into()
}

/// It is not to start any more, unless it has begun, or somebody else asked for it.
fn withdraw(on: &Recording<'_>, task: &mut Task, of: TaskKey, why: &str) -> String {
    let asked = match &on.known.stage {
        Stage::Checking { .. } => on.known.options.sprint == Some(of),
        Stage::Queued { job, .. } => job.sprint == Some(of) && job.started_at.is_none(),
        Stage::Idle | Stage::Working { .. } | Stage::Blocked { .. } | Stage::Ended { .. } => false,
    };
    if !asked {
        return "the sprint did not ask for what is on here, or it has begun".into();
    }
    task.go = Some(false);
    task.wanted.order = Some(Order::Stop {
        why: why.to_owned(),
        notice: false,
    });
    "nothing is on".into()
}

/// Somebody has to agree to its start as a phase. People are asked by a comment: once, and again for each approval that is void.
fn wait(on: &mut Recording<'_>, task: &mut Task, news: &SprintNews) {
    let SprintNews::Agree {
        of,
        by,
        revision,
        void,
    } = news
    else {
        return;
    };
    let revision = *revision;
    let (home, now) = (&on.known.place, on.cx.now);
    let known = task.phase.take().filter(|one| one.of == *of);
    let void = void.as_ref();
    let again = void.filter(|_| known.as_ref().is_none_or(|one| one.revision != revision));
    if let Some(void) = again {
        let key = format!("{}:{revision}", phase_key(of));
        let say = text::sprint_approval::phase_void(of, home, (by.as_str(), void));
        on.notes.say_anyway(home.issue, key, say);
    } else if known.is_none() {
        let say = text::sprint_approval::phase_waits(of, home, by);
        on.notes.say_anyway(home.issue, phase_key(of), say);
    }
    let mut wait = known.filter(|_| again.is_none()).unwrap_or(PhaseWait {
        of: of.clone(),
        revision,
        agreed: None,
        wait: Agreement::from(now),
    });
    if wait.revision != revision {
        (wait.revision, wait.wait.counts_from) = (revision, now);
    }
    task.phase = Some(wait);
}

/// The key of the comment that first asks for an agreement to a phase; those of later ones begin with it.
fn phase_key(of: &Named) -> String {
    format!("phase:{}", of.key)
}

fn is_phase_key(of: &Named, key: &str) -> bool {
    let more = key.strip_prefix(&phase_key(of));
    more.is_some_and(|more| more.is_empty() || more.starts_with(':'))
}

/// A comment of ours is there: the one whose reactions count, if it asks for an agreement.
pub(super) fn posted(task: &mut Task, key: &str, comment: CommentId) {
    let asked = task.phase.as_mut().filter(|one| is_phase_key(&one.of, key));
    if let Some(phase) = asked {
        phase.wait.comment = Some(comment);
    }
}

/// It was looked for those who agree by a reaction; the first who may counts.
pub(super) fn reacted(on: &mut Recording<'_>, task: &mut Task, read: &ApprovalsRead) -> String {
    let Some(since) = on.known.agreement().map(|wait| wait.counts_from()) else {
        return "nobody has to agree any more".into();
    };
    let counts = |one: &&ThumbsUp| one.at >= since && one.permission.may_start();
    let Some(one) = read.found.iter().find(counts) else {
        return format!("{} reactions, none of which counts", read.found.len());
    };
    agree(on, task, &one.actor.login.clone())
}

/// Somebody who may agrees.
fn agree(on: &mut Recording<'_>, task: &mut Task, by: &str) -> String {
    let (key, of_sprint) = (task.key(), on.known.sprint_waits_for_approval());
    if let Some(sprint) = task.sprint.as_mut().filter(|_| of_sprint) {
        sprint.approve(key, by);
    }
    if let Some(phase) = &mut task.phase {
        phase.agreed = Some(by.to_owned());
    }
    on.notes.tell(text::gate::agreed(by));
    "a person agreed to its start".into()
}

/// Somebody agrees to the start of a sprint or of a phase; `None` where nobody has to.
pub(super) fn agreed(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
) -> Option<String> {
    let of_sprint = on.known.sprint_waits_for_approval();
    if !of_sprint && !on.known.phase_waits_for_approval() {
        return None;
    }
    if !found.permission.may_start() {
        let key = super::hearing::reply_key(found);
        on.notes.say(found.on, key, text::gate::MAY_NOT_AGREE);
        return Some("whoever asks may not agree to its start".into());
    }
    Some(agree(on, task, &found.actor.login))
}
