//! What the checks of our pull request, and its base, come to: the agent is sent to fix what is ours to fix, while it may; after
//! that a person has to look.

use serde_json::json;

use crate::decide::messages;
use crate::decide::record::recording::Recording;
use crate::event::{ChecksState, Failing, PullFacts};
use crate::event_name::DomainEvent;
use crate::message::MessageKind;
use crate::policy::MakeReady;
use crate::task::{ReviewState, Task};
use crate::text;

/// How often checks that are not over are looked at without a hint, and how many times.
const AGAIN_MS: i64 = 10 * 60_000;
const LOOKS: u32 = 12;
/// How long other checks may take to show up where the server's own is the only one.
const OTHERS_MS: i64 = 5 * 60_000;

/// What follows from what was read.
pub(super) fn judged(on: &mut Recording<'_>, task: &mut Task, facts: &PullFacts) -> String {
    if facts.conflicts == Some(true) {
        return conflict(on, task, facts);
    }
    if facts.conflicts == Some(false) {
        // Solved: one that comes later is another one.
        task.review.conflict = None;
    }
    match facts.checks.state {
        ChecksState::None => none(on, task, facts),
        ChecksState::Pending => pending(on, &mut task.review),
        ChecksState::Green => green(on, task, facts),
        ChecksState::Red => red(on, task, facts),
    }
}

fn pending(on: &Recording<'_>, review: &mut ReviewState) -> String {
    if review.looks < LOOKS {
        review.looks += 1;
        review.look_at = Some(on.cx.now + AGAIN_MS);
    }
    "checks are not over".into()
}

/// It has no checks but the server's own, where the repository has commands for that. Others may still come.
fn none(on: &mut Recording<'_>, task: &mut Task, facts: &PullFacts) -> String {
    if task.policy.verify.is_empty() || !task.is_verified(&facts.head) {
        return "it has no checks".into();
    }
    let verification = task.review.verification.as_ref();
    let since = verification.map_or(on.cx.now, |verification| verification.since);
    let from = since + OTHERS_MS;
    if on.cx.now >= from {
        return green(on, task, facts);
    }
    task.review.look_at = Some(from);
    "it has no checks yet but the server's own".into()
}

fn green(on: &mut Recording<'_>, task: &mut Task, facts: &PullFacts) -> String {
    if !task.is_verified(&facts.head) {
        return "its checks are green, but the server has not seen it pass".into();
    }
    let review = &mut task.review;
    if review.unfinished.is_some() {
        return "its checks are green, but the work is not finished: it stays a draft".into();
    }
    if review.rounds < on.cx.policy.limits.rounds {
        // Whatever people had to look at, somebody has fixed it.
        review.needs = None;
    }
    if review.judged.as_ref() == Some(&facts.head) && !facts.draft {
        return "its checks are known to be green".into();
    }
    review.judged = Some(facts.head.clone());
    review.fix_attempts = 0;
    on.notes
        .note(DomainEvent::ChecksPassed, json!({ "head": facts.head }));
    // Conflicts that nobody resolved pass many a check.
    let work = on
        .known
        .progress()
        .and_then(|progress| progress.work.as_ref());
    let whole = work.is_none_or(|work| work.conflicts.is_empty());
    task.wanted.ready = facts.draft && whole && on.cx.policy.ready == MakeReady::Green;
    "its checks are green".into()
}

/// Checks failed. What fails on the base as well is not chased; the rest goes to the agent while there are rounds left.
fn red(on: &mut Recording<'_>, task: &mut Task, facts: &PullFacts) -> String {
    let on_base = |check: &&Failing| facts.checks.failing_on_base.contains(&check.name);
    let failing = facts.checks.failing.iter();
    let ours: Vec<Failing> = failing.filter(|check| !on_base(check)).cloned().collect();
    let review = &mut task.review;
    let known = review.judged.replace(facts.head.clone());
    if known.as_ref() == Some(&facts.head) {
        let rounds = review.fix_attempts;
        if rounds > 0 && !ours.is_empty() {
            // The agent was sent for these and came back without a change.
            let say = text::conversation::checks_still_fail(rounds, &ours);
            return needs_a_person(on, review, &say);
        }
        return "these failures are known".into();
    }
    let failing = facts.checks.failing.iter();
    let names: Vec<&str> = failing.map(|check| check.name.as_str()).collect();
    on.notes.note(
        DomainEvent::ChecksFailed,
        json!({ "head": facts.head, "checks": names, "ours": ours.len() }),
    );
    if ours.is_empty() {
        let line = text::conversation::fails_on_base(&facts.checks.failing_on_base);
        on.notes.tell(line);
        return "the same checks fail on the base: reported, not chased".into();
    }
    send_to_fix(on, task, facts, &ours)
}

fn send_to_fix(
    on: &mut Recording<'_>,
    task: &mut Task,
    facts: &PullFacts,
    ours: &[Failing],
) -> String {
    let review = &mut task.review;
    if review.auto_fix_off {
        return "its checks fail; the agent rests until somebody sends it back to work".into();
    }
    let limits = &on.cx.policy.limits;
    if review.fix_attempts >= limits.check_rounds || review.rounds >= limits.rounds {
        let say = text::conversation::checks_still_fail(review.fix_attempts, ours);
        return needs_a_person(on, review, &say);
    }
    review.fix_attempts += 1;
    let head = facts.head.clone();
    let message = messages::of_skep(
        format!("checks:{head}"),
        text::prompt::checks(ours, &facts.checks.failing_on_base),
        MessageKind::Checks { head },
        on.cx.now,
    );
    messages::add(&mut task.conversation, message, &mut on.notes);
    "checks failed".into()
}

/// The branch conflicts with its base: the agent merges, once; after that a person has to look.
fn conflict(on: &mut Recording<'_>, task: &mut Task, facts: &PullFacts) -> String {
    let Some(base) = facts.base_head.clone() else {
        return "the base is not known".into();
    };
    let review = &mut task.review;
    if review.conflict.is_some() {
        return needs_a_person(on, review, text::conversation::STILL_CONFLICTS);
    }
    if review.auto_fix_off {
        return "its branch conflicts; the agent rests until somebody sends it back to work".into();
    }
    review.conflict = Some(base.clone());
    review.judged = None;
    let branch = on.known.job().map(|job| job.base_branch.as_str());
    let message = messages::of_skep(
        format!("base:{base}"),
        text::prompt::conflict(branch.unwrap_or_default(), &base),
        MessageKind::Base { head: base },
        on.cx.now,
    );
    messages::add(&mut task.conversation, message, &mut on.notes);
    "the branch conflicts with its base".into()
}

/// A person has to look. It is said once.
fn needs_a_person(on: &mut Recording<'_>, review: &mut ReviewState, say: &str) -> String {
    if review.needs.as_deref() == Some(say) {
        return "people know that they have to look".into();
    }
    review.needs = Some(say.to_owned());
    on.notes
        .note(DomainEvent::NeedsPerson, json!({ "why": say }));
    "a person has to look".into()
}
