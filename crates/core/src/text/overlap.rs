//! That work on two issues probably changes the same files: on the issue, and to the agent.

use super::code;
use super::issue_link::reference;
use crate::dependency::Named;
use crate::event::Work;
use crate::ids::{IssueNumber, Sha};
use crate::location::Place;
use crate::overlap::Meeting;
use crate::sanitise;
use crate::task::{Gate, Stage, Task};

/// So many issues, and paths of each, are named.
const ISSUES: usize = 3;
const PATHS: usize = 3;
/// So much of a path is shown, in characters.
const PATH: usize = 120;

/// What a start waits for, half a sentence.
pub fn ahead(meeting: &Meeting, home: &Place) -> String {
    format!(
        "waiting for the work on {}, which probably changes the same files ({})",
        reference(&meeting.issue, home),
        paths(&meeting.paths)
    )
}

/// How it goes on.
pub const AHEAD: &str = "It starts by itself when the other is in review or over. To start it now, comment `/agent go`.";

/// While the work is on: whom it meets; `None` where nobody is known.
pub fn line(task: &Task) -> Option<String> {
    let on = matches!(
        task.stage,
        Stage::Queued { .. } | Stage::Working { .. } | Stage::Blocked { .. }
    );
    // Where it waits for one of them, that says it all.
    let on = on && !matches!(task.gate(), Some(Gate::Overlap(_)));
    let others = task.overlaps.others.iter().filter(|_| on).take(ISSUES);
    let named: Vec<String> = others
        .map(|one| {
            let issue = reference(&one.issue, &task.place);
            format!("{issue} ({})", paths(&one.paths))
        })
        .collect();
    let more = task.overlaps.others.len().saturating_sub(ISSUES);
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!named.is_empty()).then(|| {
        format!(
            "Probably changes the same files as {}{more}. Nobody has to do anything: a conflict is sent to the agent before review.",
            named.join(", ")
        )
    })
}

fn paths(all: &[String]) -> String {
    let shown: Vec<String> = all
        .iter()
        .take(PATHS)
        .map(|path| format!("`{}`", sanitise::inline(path, PATH).replace('`', "")))
        .collect();
    match all.len().saturating_sub(PATHS) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// To the agent: work on another issue was merged.
pub fn landed(issue: &Named, base: &str, changed: &[String]) -> String {
    let paths = match changed.is_empty() {
        true => String::new(),
        false => format!(" It changed {}.", paths(changed)),
    };
    format!(
        "The work on issue #{} was merged into `{base}` meanwhile.{paths} Your task probably touches the same files: keep your change \
         small there and do not undo what the other one does. Before review your commits are put onto it; where they conflict, you are asked to merge.",
        issue.key.issue
    )
}

/// A line of the timeline: skep put the work onto what landed.
pub fn brought_up(landed: &[IssueNumber], onto: &Sha) -> String {
    let issues: Vec<String> = landed.iter().map(|issue| format!("#{issue}")).collect();
    format!(
        "rebased onto {} before review, because the work on {} had landed",
        code(onto.short(), 40),
        issues.join(", ")
    )
}

/// In the pull request: its commits stand on another one than they were made on.
pub fn put_onto(work: &Work) -> Option<String> {
    let onto = work.put_onto.as_ref()?;
    Some(format!(
        "Rebased by skep onto {} without a conflict before this was opened, because other work on the same files had landed. \
         What the agent ran, it ran before that.",
        code(onto.short(), 40)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RepositoryId;

    #[test]
    fn both_sides_are_told_what_is_probable_and_what_comes_of_it() {
        let name = "octo/garden".parse().expect("a name");
        let issue = Named::new(RepositoryId(1), name, IssueNumber(7));
        let paths = ["a.rs", "b.rs", "c`.rs", "d.rs"]
            .map(str::to_owned)
            .to_vec();
        insta::assert_snapshot!(landed(&issue, "main", &paths), @r"The work on issue #7 was merged into `main` meanwhile. It changed `a.rs`, `b.rs`, `c\.rs` and 1 more. Your task probably touches the same files: keep your change small there and do not undo what the other one does. Before review your commits are put onto it; where they conflict, you are asked to merge.");
        insta::assert_snapshot!(landed(&issue, "main", &[]), @"The work on issue #7 was merged into `main` meanwhile. Your task probably touches the same files: keep your change small there and do not undo what the other one does. Before review your commits are put onto it; where they conflict, you are asked to merge.");
    }
}
