//! What whoever reviews a change has to know before reading it: how much care it needs and why, what of it runs on their machine, and
//! what a glance at a list of files does not show.

use super::failure::paths;
use super::{answer_replies, count};
use crate::checkout;
use crate::consent::PathsApproved;
use crate::event::{ChangeKind, FileChange, Work};
use crate::path_kind::{PathKind, path_kind};
use crate::protected::is_lock_file;
use crate::risk::{Reason, Risk};

/// So many kinds of files that run are named, each with its first paths.
const KINDS: usize = 8;

/// The mark, in one line.
pub fn line(risk: &Risk) -> String {
    let reasons: Vec<&str> = risk.reasons.iter().map(|reason| because(*reason)).collect();
    let reasons = match reasons.is_empty() {
        true => String::new(),
        false => format!(" ({})", reasons.join("; ")),
    };
    format!("**Risk: {}**{reasons}", risk.level.name())
}

fn because(reason: Reason) -> &'static str {
    match reason {
        Reason::Attack => "the agent tried what its sandbox does not allow",
        Reason::Protected => "it changes protected paths",
        Reason::Ci => "it changes what CI runs",
        Reason::RunsByItself => "it changes files that run by themselves where it is checked out",
        Reason::Runs => "it changes files that run where it is checked out",
        Reason::TestsRemoved => "it removes tests",
        Reason::TestsSkipped => "it has tests skipped",
        Reason::Sensitive => "it changes files about logins, rights, keys or money",
        Reason::Binary => "it changes files that are no text",
        Reason::Dependencies => "it changes dependencies",
        Reason::OnlyLocks => "it changes locked versions and nothing else",
        Reason::VeryLarge => "it is very much to read",
        Reason::Large => "it is much to read",
        Reason::Refused => "the sandbox refused something",
        Reason::Unverified => "skep verified nothing of it",
    }
}

/// Before all else, where something of it runs on the machine of whoever checks it out.
pub fn read_first(work: &Work) -> Option<String> {
    let (files, signs) = work.shown();
    let found = checkout::found(files, signs);
    if found.is_empty() {
        return None;
    }
    let mut text = "> [!CAUTION]\n> **Read this before you check it out.** It changes files that run on your machine:\n".to_owned();
    for (when, named) in found.iter().take(KINDS) {
        text.push_str(&format!("> - {}: {when}\n", paths(named)));
    }
    if found.len() > KINDS {
        let more = count((found.len() - KINDS) as u64, "other kind");
        text.push_str(&format!("> - and {more}\n"));
    }
    Some(text.trim_end().to_owned())
}

/// What a list of files does not show at a glance, a paragraph each.
pub fn flags(work: &Work) -> String {
    let (files, _) = work.shown();
    let named = |is: &dyn Fn(&FileChange) -> bool| -> Vec<&str> {
        let found = files.iter().filter(|file| is(file));
        found.map(|file| file.path.as_str()).collect()
    };
    let only_locks = !files.is_empty() && files.iter().all(|file| is_lock_file(&file.path));
    let locks = only_locks.then(|| {
        format!(
            "nothing but locked versions changes ({}): see that each comes from where it should",
            paths(&named(&|_| true))
        )
    });
    let binary = named(&|file| file.binary && file.kind != ChangeKind::Deleted);
    let binary = (!binary.is_empty()).then(|| {
        format!(
            "files change that nobody can read here ({})",
            paths(&binary)
        )
    });
    let found = [tests(work), locks, binary];
    let found = found.into_iter().flatten();
    found
        .map(|what| format!("\n⚠️ Look twice: {what}.\n"))
        .collect()
}

/// Tests that go or are switched off.
fn tests(work: &Work) -> Option<String> {
    let (files, signs) = work.shown();
    let gone = |file: &&FileChange| {
        file.kind == ChangeKind::Deleted && path_kind(&file.path) == PathKind::Test
    };
    let gone: Vec<&str> = files
        .iter()
        .filter(gone)
        .map(|file| file.path.as_str())
        .collect();
    let deleted =
        (!gone.is_empty()).then(|| format!("it deletes files of tests ({})", paths(&gone)));
    let removed = (signs.tests_removed > 0).then(|| {
        let tests = count(u64::from(signs.tests_removed), "test");
        format!("it removes {tests} more than it adds")
    });
    let skipped = (signs.tests_skipped > 0).then(|| {
        let marks = count(u64::from(signs.tests_skipped), "mark");
        format!("it adds {marks} by which tests are skipped")
    });
    let all: Vec<String> = [deleted, removed, skipped].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// Protected paths that are in it, and whose word let them through: only consented ones come this far.
pub fn protected(work: &Work, approved: &[PathsApproved]) -> String {
    let by_people: Vec<&String> = approved.iter().flat_map(|one| &one.paths).collect();
    let rest: Vec<&str> = work
        .protected
        .iter()
        .filter(|path| !by_people.contains(path))
        .map(String::as_str)
        .collect();
    let mut text = String::new();
    for one in approved {
        let named: Vec<&str> = one.paths.iter().map(String::as_str).collect();
        text.push_str(&format!(
            "\n⚠️ Look twice: this changes protected paths, which {} approved as they are (`{}`: {}).\n",
            answer_replies::name(&one.by),
            one.hash.short(),
            paths(&named)
        ));
    }
    if !rest.is_empty() {
        text.push_str(&format!(
            "\n⚠️ Look twice: this changes protected paths, which the operator allows ({}).\n",
            paths(&rest)
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::Level;

    fn work(files: Vec<FileChange>) -> Work {
        let sha = "a"
            .repeat(40)
            .parse::<crate::ids::Sha>()
            .expect("forty digits");
        Work {
            head: sha.clone(),
            base: sha,
            commits: 1,
            committed_by_us: true,
            files,
            protected: vec![],
            protected_diff: None,
            signs: Default::default(),
            objections: vec![],
            secrets: vec![],
            whole: None,
            conflicts: vec![],
            left_out: vec![],
            put_onto: None,
        }
    }

    fn file(path: &str, kind: ChangeKind) -> FileChange {
        FileChange {
            path: path.into(),
            kind,
            insertions: 1,
            deletions: 0,
            binary: path.ends_with(".png"),
        }
    }

    #[test]
    fn what_runs_is_said_with_when_it_does() {
        assert_eq!(
            read_first(&work(vec![file("src/a.rs", ChangeKind::Added)])),
            None
        );
        let files = [".vscode/tasks.json", "build.rs", "crates/a/build.rs"];
        let files = files.map(|path| file(path, ChangeKind::Added)).to_vec();
        insta::assert_snapshot!(read_first(&work(files)).expect("said"), @r"
        > [!CAUTION]
        > **Read this before you check it out.** It changes files that run on your machine:
        > - `build.rs`, `crates/a/build.rs`: at `cargo build`, `cargo check` and `cargo test`, and when it is opened in an editor with rust-analyzer
        > - `.vscode/tasks.json`: when the folder is opened in VS Code and trusted (tasks with `runOn: folderOpen`, programs that settings name)
        ");
    }

    #[test]
    fn what_a_glance_does_not_show_is_said() {
        assert_eq!(flags(&work(vec![file("src/a.rs", ChangeKind::Added)])), "");
        let mut gone = work(vec![
            file("tests/a.rs", ChangeKind::Deleted),
            file("logo.png", ChangeKind::Added),
        ]);
        gone.signs.tests_removed = 2;
        gone.signs.tests_skipped = 1;
        insta::assert_snapshot!(flags(&gone), @r"

        ⚠️ Look twice: it deletes files of tests (`tests/a.rs`); it removes 2 tests more than it adds; it adds 1 mark by which tests are skipped.

        ⚠️ Look twice: files change that nobody can read here (`logo.png`).
        ");
        let locks = work(vec![file("Cargo.lock", ChangeKind::Modified)]);
        assert!(flags(&locks).contains("nothing but locked versions changes (`Cargo.lock`)"));
    }

    #[test]
    fn the_mark_names_its_reasons() {
        let risk = Risk {
            level: Level::High,
            reasons: vec![Reason::Ci, Reason::Unverified],
        };
        assert_eq!(
            line(&risk),
            "**Risk: high** (it changes what CI runs; skep verified nothing of it)"
        );
        let none = Risk {
            level: Level::Low,
            reasons: vec![],
        };
        assert_eq!(line(&none), "**Risk: low**");
    }
}
