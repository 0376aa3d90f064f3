//! Hosts that the proxy refused because nobody listed them: people are asked once, and their answer opens exactly what they were asked
//! about. Nothing waits for it, and only who may write to the repository decides.

use serde_json::json;

use super::recording::Recording;
use crate::blocked::{KEY, Proposal, Ruling};
use crate::decide::messages;
use crate::effect::Reaction;
use crate::event::{AuthorizedComment, PolicyProposed};
use crate::event_name::DomainEvent;
use crate::ids::CommentId;
use crate::message::MessageKind;
use crate::question::{self, Question};
use crate::task::{BlockReason, Stage, Task};
use crate::text;

/// One was met.
pub(super) fn met(on: &mut Recording<'_>, task: &mut Task, host: &str, doing: &str) {
    let number = task.conversation.asked.saturating_add(1);
    let before = task.blocked.more;
    if !task.blocked.add(number, host, doing) {
        if task.blocked.more == 1 && before == 0 {
            show(on, task);
        }
        return;
    }
    task.conversation.asked = number;
    on.notes.tell(text::blocked::asked(host));
    on.notes.note(
        DomainEvent::HostAsked,
        json!({ "question": number, "host": host }),
    );
    show(on, task);
}

/// Their comment says how things stand now.
fn show(on: &mut Recording<'_>, task: &Task) {
    if task.blocked.is_empty() {
        return;
    }
    let body = text::blocked::comment(&task.blocked);
    let issue = on.known.place.issue;
    on.notes.edit(issue, KEY, task.blocked.comment, body);
}

/// Their comment is there.
pub(super) fn posted(task: &mut Task, key: &str, comment: CommentId) {
    if key == KEY {
        task.blocked.comment = Some(comment);
    }
}

/// Whether a comment is theirs.
pub(super) fn is_theirs(task: &Task, comment: CommentId) -> bool {
    task.blocked.comment == Some(comment)
}

/// Their comment was changed: a box was ticked, or something else was done to it.
pub(super) fn ticked(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment) -> String {
    let questions = task.blocked.questions(text::blocked::option);
    let open: Vec<&Question> = questions
        .iter()
        .filter(|question| question.answer.is_none())
        .collect();
    let answers = question::ticked(&open, found.body.as_deref().unwrap_or_default());
    let given: Vec<(u32, Ruling)> = answers
        .given
        .iter()
        .filter_map(|given| {
            let ruling = crate::blocked::OPTIONS.get(given.option?)?;
            Some((given.question, *ruling))
        })
        .collect();
    if given.is_empty() || !found.permission.may_start() {
        // It is put as it was: else it would show a decision that nobody made.
        show(on, task);
        return "nobody who may decide on a host has decided".into();
    }
    ruled(on, task, found, &given)
}

/// A comment that says nothing but what is decided; `None` where it says something else, or where its writer may not decide.
pub(super) fn said(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    words: &str,
) -> Option<String> {
    if !found.permission.may_start() {
        return None;
    }
    let alone = task.conversation.open().next().is_none();
    let given = task.blocked.said(words, alone)?;
    on.notes.react_to(found.comment, Reaction::ThumbsUp);
    Some(ruled(on, task, found, &given))
}

fn ruled(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    given: &[(u32, Ruling)],
) -> String {
    let by = &found.actor.login;
    let mut opened = Vec::new();
    for (question, ruling) in given {
        let Some(host) = task.blocked.rule(*question, *ruling, by) else {
            continue;
        };
        on.notes.tell(text::blocked::ruled(&host, *ruling, by));
        on.notes.note(
            DomainEvent::HostRuled,
            json!({ "host": host, "allowed": ruling.opens(), "by": by }),
        );
        if *ruling == Ruling::Proposed {
            task.wanted.proposed_hosts.push(host.clone());
        }
        if ruling.opens() {
            opened.push(host);
        }
    }
    show(on, task);
    if !opened.is_empty() {
        open(on, task, found, &opened);
    }
    "what people decided about hosts is known".into()
}

/// It is known what became of hosts that were proposed to the repository.
pub(super) fn proposed(on: &mut Recording<'_>, task: &mut Task, told: &PolicyProposed) -> String {
    task.blocked.proposed(&told.hosts, told.came);
    if let Proposal::Pull { number } = told.came {
        on.notes.tell(text::blocked::proposed(&told.hosts, number));
        on.notes.note(
            DomainEvent::PolicyProposed,
            json!({ "hosts": told.hosts, "pull": number }),
        );
    }
    show(on, task);
    "what became of the hosts that were proposed is known".into()
}

/// None of those that wait for it could be proposed.
pub(super) fn unproposed(on: &mut Recording<'_>, task: &mut Task, said: String) -> String {
    let waits = task
        .blocked
        .hosts
        .iter()
        .filter(|host| host.proposal.is_none());
    let hosts: Vec<String> = waits.map(|host| host.host.clone()).collect();
    task.blocked.proposed(&hosts, Proposal::Failed);
    show(on, task);
    said
}

/// A session that is on may reach it from now on, and its agent hears so; later ones begin with it.
fn open(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment, hosts: &[String]) {
    let hears = match &task.stage {
        Stage::Queued { .. } | Stage::Working { .. } => true,
        Stage::Blocked { reason, .. } => *reason == BlockReason::Asked,
        Stage::Idle | Stage::Checking { .. } | Stage::Ended { .. } => false,
    };
    if !hears {
        return;
    }
    task.wanted.hosts.extend(hosts.iter().cloned());
    let words = text::blocked::opened(hosts, &found.actor.login);
    let id = format!("host:{}", found.comment);
    let message = messages::of_skep(id, words, MessageKind::Landed, on.cx.now);
    messages::add(&mut task.conversation, message, &mut on.notes);
}
