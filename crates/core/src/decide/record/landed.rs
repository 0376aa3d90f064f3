//! Whether a merged change is on the branch it has to be on. That it is not is told once, when its issue is closed: while the
//! issue is open, somebody still knows of it.

use serde_json::json;

use super::recording::Recording;
use crate::event::LandedFacts;
use crate::event_name::DomainEvent;
use crate::outcome::{Merged, PullEnd, PullOutcome, reverted_by};
use crate::text;

/// The base was looked at.
pub(super) fn checked(
    on: &mut Recording<'_>,
    outcome: Option<&mut PullOutcome>,
    facts: &LandedFacts,
) -> String {
    let known = |outcome: &&mut PullOutcome| outcome.end == Some(PullEnd::Merged);
    let Some(outcome) = outcome.filter(known).filter(|_| facts.merged) else {
        return "not a merged pull request of ours".into();
    };
    outcome.touched |= outcome
        .ours
        .as_ref()
        .is_some_and(|ours| *ours != facts.head);
    match facts.on_base {
        None => "nobody can tell whether the change is on its base".into(),
        Some(true) => found(on, outcome, facts),
        Some(false) => missing(on, outcome, facts),
    }
}

fn found(on: &mut Recording<'_>, outcome: &mut PullOutcome, facts: &LandedFacts) -> String {
    let details = json!({ "number": facts.pull, "base": facts.base, "commit": facts.commit });
    if outcome.landing.on_base.replace(true) != Some(true) {
        on.notes.note(DomainEvent::ChangeLanded, details);
    }
    outcome.found(on.cx.now);
    let by = facts.commit.as_ref().and_then(|commit| {
        let merged = Merged {
            repository: &on.known.place.name,
            pull: facts.pull,
            title: &facts.title,
            commit,
        };
        reverted_by(merged, &facts.reverts)
    });
    if let Some(by) = by
        .as_ref()
        .filter(|by| outcome.landing.reverted_by.as_ref() != Some(by))
    {
        let details = json!({ "number": facts.pull, "base": facts.base, "by": by });
        on.notes.note(DomainEvent::ChangeReverted, details);
        on.notes
            .tell(text::landed::reverted(facts.pull, by, &facts.base));
    }
    outcome.landing.reverted_by = by;
    match &outcome.landing.reverted_by {
        Some(by) => format!("the change is reverted by {by}"),
        None => "the change is on its base".into(),
    }
}

fn missing(on: &mut Recording<'_>, outcome: &mut PullOutcome, facts: &LandedFacts) -> String {
    let details = json!({ "number": facts.pull, "base": facts.base, "into": facts.into });
    if outcome.landing.on_base.replace(false) != Some(false) {
        on.notes.note(DomainEvent::ChangeMissing, details);
    }
    let elsewhere = facts.into != facts.base;
    let is_news = (elsewhere || outcome.is_sure()) && !outcome.landing.told;
    if facts.issue_open || facts.not_planned || !is_news {
        return "the change is not on its base".into();
    }
    outcome.landing.told = true;
    let login = on.known.job().and_then(|job| job.actor.login());
    let key = format!("not-landed:{}", facts.pull);
    on.notes.say_anyway(
        on.known.place.issue,
        key,
        text::landed::missing(login, facts),
    );
    "the issue is closed and its change is not on its base; people are told".into()
}
