//! A batch whose shape is right, held against what was read for it.

use std::collections::BTreeMap;

use super::facts::{BatchFacts, Fit, Known};
use super::issue::{Awaited, NewIssue};
use super::mistake::{Mistake, Wrong};
use super::proposal::{Draft, Target};
use super::same_title;
use crate::dependency::Unknown;
use crate::graph::{End, Provisional};
use crate::ids::{RepositoryId, SessionId, TaskKey};
use crate::label;

/// A batch that can be made, if it fits into the live graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The issues.
    pub issues: Vec<NewIssue>,
    /// The same for the graph.
    pub provisional: Vec<Provisional>,
    /// How issues are written that are there and waited for.
    pub names: BTreeMap<TaskKey, String>,
    /// Labels that the repository does not have, and that are left out.
    pub left_out: Vec<String>,
}

/// Holds a batch against the facts.
///
/// # Errors
/// What is wrong, by place, at least one.
pub fn judge(
    drafts: Vec<Draft>,
    facts: &BatchFacts,
    home: RepositoryId,
) -> Result<Batch, Vec<Mistake>> {
    let (mut batch, mut wrong) = (Batch::default(), Vec::new());
    let known = Here { facts, home };
    for (at, draft) in drafts.into_iter().enumerate() {
        let mut mistakes = Vec::new();
        let there = facts
            .titles
            .iter()
            .find(|(_, title)| same_title(title, &draft.title));
        mistakes.extend(there.map(|(number, _)| Wrong::IsThere(*number)));
        let issue = one(draft, &known, &mut batch, &mut mistakes);
        batch.issues.push(issue);
        wrong.extend(mistakes.into_iter().map(|one| one.at(at)));
    }
    match wrong.is_empty() {
        true => Ok(batch),
        false => Err(wrong),
    }
}

/// What was read, and for which repository.
struct Here<'a> {
    facts: &'a BatchFacts,
    home: RepositoryId,
}

fn one(
    draft: Draft,
    Here { facts, home }: &Here<'_>,
    batch: &mut Batch,
    wrong: &mut Vec<Wrong>,
) -> NewIssue {
    let mut labels = Vec::new();
    if let Some(role) = draft.role {
        match facts.roles.contains(&role) {
            true => labels.push(format!("role:{role}")),
            false => wrong.push(Wrong::Role(role, facts.all_roles.clone())),
        }
    }
    let priority = draft.priority.map(|one| format!("priority:{one}"));
    labels.extend(priority);
    for name in draft.labels {
        match facts.labels.iter().find(|there| label::same(there, &name)) {
            Some(there) => labels.push(there.clone()),
            None if label::has(&batch.left_out, &name) => {}
            None => batch.left_out.push(name),
        }
    }
    let (mut waits_for, mut ends) = (Vec::new(), Vec::new());
    for target in draft.waits_for {
        match awaited(&target, facts, *home) {
            Ok((awaited, end)) => {
                if let (Awaited::Known(name), End::Known(key)) = (&awaited, end) {
                    batch.names.insert(key, name.clone());
                }
                if !ends.contains(&end) {
                    ends.push(end);
                    waits_for.push(awaited);
                }
            }
            Err(mistake) => wrong.push(mistake),
        }
    }
    batch.provisional.push(Provisional {
        waits_for: ends,
        holds: Vec::new(),
    });
    NewIssue {
        title: draft.title,
        body: draft.body,
        labels,
        waits_for,
    }
}

fn awaited(
    target: &Target,
    facts: &BatchFacts,
    home: RepositoryId,
) -> Result<(Awaited, End), Wrong> {
    let (repository, number) = match target {
        Target::New(place) => return Ok((Awaited::New(*place), End::New(*place))),
        Target::There(repository, number) => (repository, number),
    };
    let before = repository.as_ref().map(ToString::to_string);
    let written = format!("{}#{number}", before.unwrap_or_default());
    match facts.referred.get(target) {
        Some(Known::To { is_pull: true, .. }) => Err(Wrong::Pull(written)),
        Some(Known::To { key, name, .. }) => {
            let name = match key.repository == home {
                true => format!("#{}", key.issue),
                false => format!("{name}#{}", key.issue),
            };
            Ok((Awaited::Known(name), End::Known(*key)))
        }
        Some(Known::Nothing(Unknown::TooMany)) => Err(Wrong::TooManyRepositories(written)),
        Some(Known::Nothing(Unknown::Unreadable)) => Err(Wrong::Unreadable(written)),
        Some(Known::Nothing(Unknown::Missing)) | None => Err(Wrong::Missing(written)),
    }
}

impl Batch {
    /// What stands against it in what the task has promised before: the same once more, or more of one session than it may.
    /// `most`: issues that `session` may promise in all.
    pub fn against(&self, fit: &Fit, session: Option<&SessionId>, most: usize) -> Vec<Mistake> {
        let live = || fit.promised.iter().filter(|one| !one.failed);
        let mut wrong = Vec::new();
        for (at, issue) in self.issues.iter().enumerate() {
            let twin = live().find(|one| same_title(&one.title, &issue.title));
            let what = twin.map(|one| one.number.map_or(Wrong::OnItsWay, Wrong::IsThere));
            wrong.extend(what.map(|what| what.at(at)));
        }
        let before = live().filter(|one| session.is_some() && one.session.as_ref() == session);
        let before = before.count();
        if before > 0 && before.saturating_add(self.issues.len()) > most {
            wrong.push(Wrong::TooMany(before, most).at(0));
        }
        wrong
    }
}
