//! Reads whether somebody lets in comments that are withheld. Whether a thumbs up counts is the core's to say.

use std::collections::BTreeMap;

use crate::core::effect::ReadWithheld;
use crate::core::event::{Event, Looked, WithheldRead};
use crate::core::failure::Failure;
use crate::core::ids::{CommentId, IssueNumber};
use crate::github::{At, Comment, GitHub};
use crate::runner::lease::Lease;
use crate::runner::outsiders::Rights;
use crate::runner::performed::Performed;

/// One list for the issue, and one for its pull request where something is withheld there. It tells how many thumbs up each comment has,
/// so that those without cost nothing further.
pub(super) async fn perform(
    action: &ReadWithheld,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    let mut rights = Rights::new(github, &at);
    let (mut found, mut gone) = (Vec::new(), Vec::new());
    for (on, asked) in by_number(action) {
        let since = asked.iter().map(|(_, changed_at)| *changed_at).min();
        let listed = github.comments(&at, on, since).await?;
        let is_listed = |comment: &CommentId| listed.iter().any(|one| one.id == *comment);
        let asked: Vec<CommentId> = asked.into_iter().map(|(comment, _)| comment).collect();
        gone.extend(asked.iter().filter(|one| !is_listed(one)));
        let liked = |one: &Comment| one.thumbs_up > 0 && asked.contains(&one.id);
        let liked = listed.into_iter().filter(liked).collect();
        found.extend(rights.outsiders(on, liked).await?);
    }
    // Of what there was no time for the next look tells.
    found.retain(|said| !said.thumbs.is_empty());
    let read = Looked::Withheld(WithheldRead { found, gone });
    Ok(Performed::known(Event::Looked(read)))
}

/// Which comments are asked for, by the number that they stand under.
fn by_number(action: &ReadWithheld) -> BTreeMap<IssueNumber, Vec<(CommentId, i64)>> {
    let mut numbers: BTreeMap<IssueNumber, Vec<(CommentId, i64)>> = BTreeMap::new();
    for one in &action.comments {
        let of_it = numbers.entry(one.on).or_default();
        of_it.push((one.comment, one.at));
    }
    numbers
}
