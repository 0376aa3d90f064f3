//! A proposal held against what was read for it: all of it may go, or none does.

use super::change::{Change, Confidence, Suggestion};
use super::facts::{Duplicate, Facts};
use super::mistake::Wrong;
use super::proposal::{Proposal, Proposed};
use super::{LABELS, RATIONALE};
use crate::label;
use crate::policy::CHECKPOINT_LABEL;
use crate::sanitise;

/// Labels that say something to skep begin so: only a person puts them on, without having been led to it by an agent.
const OWN: [&str; 7] = [
    "agent:",
    "role:",
    "priority:",
    "depends:",
    "base:",
    "autonomy:",
    "tier:",
];

/// Judges a proposal as a whole.
///
/// # Errors
/// All that is wrong with it, at least one.
pub fn judge(proposal: &Proposal, facts: &Facts) -> Result<Vec<Suggestion>, Vec<Wrong>> {
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    if proposal.labels.len() > LABELS {
        wrong.push(Wrong::TooManyLabels(proposal.labels.len()));
    }
    for proposed in &proposal.labels {
        let change = label(&proposed.what, facts, &all);
        take(change, proposed, &mut all, &mut wrong);
    }
    if let Some(proposed) = &proposal.kind {
        take(kind(&proposed.what, facts), proposed, &mut all, &mut wrong);
    }
    if let Some(proposed) = &proposal.duplicate_of {
        let change = duplicate(&proposed.what, facts);
        take(change, proposed, &mut all, &mut wrong);
    }
    match wrong.is_empty() {
        true => Ok(all),
        false => Err(wrong),
    }
}

/// Whether a label says something to skep, or by the operator's wish (`steering`) starts or steers it.
pub fn is_own(name: &str, steering: &[String]) -> bool {
    OWN.iter().any(|own| label::behind(name, own).is_some())
        || label::same(name, CHECKPOINT_LABEL)
        || label::has(steering, name)
}

fn label(given: &str, facts: &Facts, before: &[Suggestion]) -> Result<Change, Wrong> {
    let given = given.trim();
    if given.is_empty() {
        return Err(Wrong::NoName);
    }
    let known = facts.labels.iter();
    let known = known
        .clone()
        .find(|one| label::same(&one.shown, given))
        .or_else(|| known.clone().find(|one| label::same(&one.name, given)));
    let own = |name: &str| is_own(name, &facts.steering);
    if own(given) || known.is_some_and(|one| own(&one.name) || own(&one.shown)) {
        return Err(Wrong::OwnLabel(given.to_owned()));
    }
    let Some(known) = known else {
        let free = facts.labels.iter().filter(|one| !own(&one.name));
        let names = free.map(|one| one.shown.clone()).collect();
        return Err(Wrong::UnknownLabel(given.to_owned(), names));
    };
    let change = Change::Label {
        name: known.name.clone(),
    };
    match before.iter().any(|one| one.change.same(&change)) {
        true => Err(Wrong::Twice(given.to_owned())),
        false => Ok(change),
    }
}

fn kind(given: &str, facts: &Facts) -> Result<Change, Wrong> {
    let given = given.trim();
    if facts.types.is_empty() {
        return Err(Wrong::NoTypes(given.to_owned()));
    }
    match facts.types.iter().find(|one| label::same(one, given)) {
        Some(name) => Ok(Change::Type { name: name.clone() }),
        None => Err(Wrong::UnknownType(given.to_owned(), facts.types.clone())),
    }
}

fn duplicate(given: &str, facts: &Facts) -> Result<Change, Wrong> {
    match &facts.duplicate {
        Some(Duplicate::Issue(of)) => Ok(Change::Duplicate { of: *of }),
        Some(Duplicate::Pull(number)) => Err(Wrong::Pull(*number)),
        Some(Duplicate::Missing(number)) => Err(Wrong::Missing(*number)),
        Some(Duplicate::Itself) => Err(Wrong::Itself),
        Some(Duplicate::Elsewhere(text)) => Err(Wrong::Elsewhere(text.clone())),
        Some(Duplicate::NoReference(text)) => Err(Wrong::NoReference(text.clone())),
        None => Err(Wrong::NoReference(given.trim().to_owned())),
    }
}

/// Takes one part in, or all that is wrong with it.
fn take(
    change: Result<Change, Wrong>,
    proposed: &Proposed,
    all: &mut Vec<Suggestion>,
    wrong: &mut Vec<Wrong>,
) {
    let part = || proposed.what.trim().to_owned();
    let rationale = sanitise::one_line(&proposed.rationale);
    let before = wrong.len();
    match rationale.chars().count() {
        0 => wrong.push(Wrong::NoRationale(part())),
        long if long > RATIONALE => wrong.push(Wrong::LongRationale(part(), long)),
        _ => {}
    }
    let confidence = Confidence::parse(&proposed.confidence);
    if confidence.is_none() {
        let given = proposed.confidence.trim().to_owned();
        wrong.push(Wrong::Confidence(part(), given));
    }
    match (change, confidence) {
        (Err(mistake), _) => wrong.insert(before, mistake),
        (Ok(change), Some(confidence)) => all.push(Suggestion {
            change,
            rationale: sanitise::title(&rationale, RATIONALE),
            confidence,
        }),
        (Ok(_), None) => {}
    }
}
