//! Work is asked for again while its pull request is open: nothing is begun anew, which would write over what people
//! reviewed. The same session goes on with it, as a revision, and says so. Only `retry fresh` begins anew.

use super::state::{Advance, Fired, because};

use crate::actor::Actor;
use crate::decide::messages;
use crate::decide::notes::Notes;
use crate::event::{Asking, TriggerFacts};
use crate::message::{AgentMessage, MessageKind};
use crate::snapshot::{Quoted, Snapshot};
use crate::task::{Planning, Stage};
use crate::text;

/// Goes on with the open pull request, with what is new on the issue since the last session ended: a message for the agent,
/// from which a revision begins.
pub(super) fn go_on(on: &mut Advance<'_>, facts: &TriggerFacts, plan: bool) -> Option<Fired> {
    let Stage::Ended {
        job: Some(job), at, ..
    } = &mut on.task.stage
    else {
        return because("no pull request waits for review");
    };
    let news = news(&job.snapshot, &facts.snapshot, *at);
    job.snapshot = facts.snapshot.clone();
    job.actor = facts.actor.clone();
    if plan && job.role.writes {
        job.plan = Planning::Wanted;
    }
    let round = job.round + 1;
    if facts.asking == Asking::Command && matches!(facts.actor, Actor::Person(_)) {
        on.task.go = Some(true);
    }
    on.task.review.a_person_spoke();
    let by = facts.actor.login();
    let pull = on.task.pull.as_ref().map_or(0, |pull| pull.number);
    if on.task.review.rounds < on.cx.policy.limits.rounds {
        let say = text::conversation::goes_on(by, pull);
        on.say(on.task.place.issue, format!("again:{round}"), say);
    }
    let message = AgentMessage {
        id: format!("again:{}", on.cx.now),
        by: by.unwrap_or("the operator").to_owned(),
        text: news,
        at: on.cx.now,
        kind: MessageKind::Again { pull },
        comment: None,
        sending: false,
        heard: false,
        meanwhile: None,
    };
    let mut notes = Notes::default();
    messages::add(&mut on.task.conversation, message, &mut notes);
    on.absorb(notes);
    because("work was asked for again, and its pull request is open")
}

/// What is new on the issue: the difference to the words the session knows, and what people wrote since it ended.
fn news(known: &Snapshot, now: &Snapshot, since: i64) -> String {
    let changed = text::prompt::edited(
        (Some(&known.title), &now.title),
        (Some(&known.body), &now.body),
    );
    let told = |comment: &&Quoted| comment.at > since;
    let said = now
        .comments
        .iter()
        .filter(told)
        .map(|comment| match &comment.let_in_by {
            None => format!("{} wrote:\n{}", comment.author, comment.body),
            Some(by) => text::prompt::let_in_since(comment, by),
        });
    let parts: Vec<String> = (!changed.is_empty())
        .then_some(changed)
        .into_iter()
        .chain(said)
        .collect();
    parts.join("\n\n")
}
