//! What people without write access wrote that no agent reads: how much of it there is, and how one comment is let in.

use super::{code, count};
use crate::location::Place;
use crate::outsider::HeldBack;
use crate::task::{Task, Withheld};

/// So many are named.
const NAMED: usize = 5;

/// In the status comment, while somebody may want an agent to read it.
pub fn line(task: &Task) -> Option<String> {
    let Withheld { comments, more, .. } = &task.withheld;
    let concerns = task.stage.is_live() || task.can_revise();
    if !concerns || comments.is_empty() {
        return None;
    }
    let all = comments.len() as u64 + u64::from(*more);
    let newest = comments.iter().rev().take(NAMED);
    let named: Vec<String> = newest.map(|one| link(one, &task.place)).collect();
    let rest = match all.saturating_sub(named.len() as u64) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let (are, one) = match all {
        1 => ("is", "it"),
        _ => ("are", "one of them"),
    };
    Some(format!(
        "Withheld from the agent {are} {} by people without write access or by bots: {}{rest}. Somebody with write access lets it read \
         {one}, as data and no order, by a 👍 on the comment.",
        count(all, "comment"),
        named.join(", ")
    ))
}

/// A comment, by its writer's name: nobody is told by it.
fn link(one: &HeldBack, place: &Place) -> String {
    let kind = match one.on == place.issue {
        true => "issues",
        false => "pull",
    };
    format!(
        "[{}](../{kind}/{}#issuecomment-{})",
        code(&one.author, 60),
        one.on,
        one.comment
    )
}

/// A line of the timeline: threads of a review hold what no agent reads.
pub fn in_threads(withheld: u64) -> String {
    format!(
        "Of a review's threads {} by people without write access {} withheld; a 👍 there lets it in with the next review.",
        count(withheld, "comment"),
        match withheld {
            1 => "is",
            _ => "are",
        }
    )
}
