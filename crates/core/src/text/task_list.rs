//! What is said of a repository's task list: what is wrong with it, by line, and what would become of its tasks.

use super::count;
use crate::task_list::{ListMistake, ListWrong, MOST};

/// What is wrong on a line.
pub fn mistake(mistake: &ListMistake) -> String {
    let what = match &mistake.wrong {
        ListWrong::NoTitle => "a task without a title: write it behind `## Task:`".to_owned(),
        ListWrong::SameTitle(line) => {
            format!("the task on line {line} has the same title: give one of them another")
        }
        ListWrong::Stray => {
            "a marker outside of any task: it belongs below a `## Task:` heading".to_owned()
        }
        ListWrong::Twice => "a second marker of the same task: leave one".to_owned(),
        ListWrong::Open => "a marker that does not end on its line: close it with `-->`".to_owned(),
        ListWrong::Word(word) => format!(
            "the marker says {word:?}, which is nothing known: there are `role:NAME`, `priority:high|medium|low` and `labels:A,B`"
        ),
        ListWrong::NothingAwaited => {
            "nothing stands behind `Depends on:`: name a task's title or an issue".to_owned()
        }
        ListWrong::NoSuchTask(name) => {
            format!("no task is called {name:?}, and it is no issue such as `#12` either")
        }
        ListWrong::Unmarked(name) => {
            format!(
                "the task {name:?} has no marker, so that no issue is made of it: mark it, or do not wait for it"
            )
        }
        ListWrong::Empty => {
            "no task has a marker `<!-- AUTO-ISSUE -->`, so there is nothing to make".to_owned()
        }
        ListWrong::TooMany(many) => {
            format!("{many} tasks are marked, and at most {MOST} may be: split the list")
        }
    };
    format!("line {}: {what}", mistake.line)
}

/// The list is wrong; `said` has a line for each mistake.
pub fn wrong(source: &str, said: &[String]) -> String {
    format!(
        "{source} is not right, and nothing was made:\n{}",
        said.join("\n")
    )
}

/// How a task is called in what is said about the whole.
pub fn named(title: &str, line: usize) -> String {
    let title: String = title.chars().take(60).collect();
    format!("“{title}” (line {line})")
}

/// The repository has no such file.
pub fn no_file(path: &str) -> String {
    format!("the repository has no text file {path} of at most 1 MiB on its default branch")
}

/// What to do then.
pub const NO_FILE_NEXT: &str = "name another one with --path, or a local one with --file";

/// A local file could not be read.
pub fn unreadable(path: &str, why: &str) -> String {
    format!("{path} could not be read: {why}")
}

/// Something could not be found out.
pub fn not_judged(why: &str) -> String {
    format!("the list could not be checked: {why}")
}

/// It waits for a task whose issue is only being made.
pub fn on_its_way(name: &str, other: &str) -> String {
    format!("{name} waits for {other}, whose issue is being made just now: try again in a minute")
}

/// There is an issue of that title.
pub const EXISTS: &str = "exists";
/// An issue would be made.
pub const NEW: &str = "new";
/// It was made.
pub const CREATED: &str = "created";
/// It is being made.
pub const ON_ITS_WAY: &str = "on its way";
/// GitHub did not take it.
pub const FAILED: &str = "failed";
/// It has no marker.
pub const UNMARKED: &str = "not marked";

/// What to do next, below the table.
pub fn summary(new: usize, on_their_way: usize, create: bool) -> String {
    match (create, new, on_their_way) {
        (false, 0, 0) => "nothing is to be made".to_owned(),
        (false, 0, waiting) => format!("{} on their way", count(waiting as u64, "issue")),
        (false, new, _) => format!(
            "{} would be made; `--create` makes them",
            count(new as u64, "issue")
        ),
        (true, _, 0) => {
            "done; people start them, by the label `agent:go` or `skep dispatch`".to_owned()
        }
        (true, _, waiting) => format!(
            "{} on their way: GitHub takes only so many a minute; the same command shows later how far they are",
            count(waiting as u64, "issue")
        ),
    }
}

/// Labels that the repository does not have.
pub fn left_out(names: &[String]) -> String {
    format!(
        "left out, because the repository has no such labels: {}",
        names.join(", ")
    )
}
