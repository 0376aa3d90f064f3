//! Protected paths that wait for somebody's word: exactly what changes in them, and how to say what becomes of it. An agent wrote
//! what is shown, so nothing in it may be live, hidden, or take itself for a sentence of ours.

use std::fmt::Write;

use super::{code, count};
use crate::consent::{
    ChangeHash, ChangedContent, PathsAsked, PathsWord, ProtectedChange, ProtectedDiff,
};
use crate::sanitise;
use crate::task::Job;

/// In the timeline.
pub const WAITS: &str = "It changes protected paths, and waits for somebody's word.";
/// How a question ended.
pub const CHANGED: &str =
    "**This counts no more**: what is to be published is not what is shown here.";
/// How a question ended.
pub const GONE: &str = "**This counts no more**: these changes are not in it any more.";
/// How a question ended.
pub const INSTEAD: &str = "**This counts no more**: the agent was told what to do instead.";
/// How a question ended.
pub const ENDED: &str = "**This counts no more**: the session is over. What it made is kept.";
/// An approval without anything that waits for it.
pub const NOTHING_WAITS: &str = "No protected paths wait for approval here.";
/// An approval while the session is paused.
pub const PAUSED: &str = "The session is paused. Write `/agent resume` first; its protected paths wait for your word again then.";
/// An approval by somebody who cannot change the repository.
pub const MAY_NOT: &str =
    "Only people with write access to this repository can let protected paths be published.";
/// The status comment.
pub const WAY_OUT: &str = "Its comment below shows what changes in protected paths, and how to let it be published, leave it out, or tell the agent \
     what to do instead.";

/// In the timeline.
pub fn approved_line(by: &str, hash: &ChangeHash) -> String {
    format!(
        "{} approved the changes of protected paths (`{}`).",
        super::answer_replies::name(by),
        hash.short()
    )
}

/// In the timeline.
pub fn dropped_line(by: &str) -> String {
    format!(
        "{} has it published without the protected paths.",
        super::answer_replies::name(by)
    )
}

/// Somebody named another state than the one that waits.
pub fn another(asked: &PathsAsked) -> String {
    format!(
        "That is not what waits here: nothing was approved. What waits has the hash `{}`; its comment shows it.",
        asked.hash.short()
    )
}

/// What changes, without how to answer.
pub fn shown(job: &Job, diff: &ProtectedDiff, paths: &[String]) -> String {
    let who = job
        .actor
        .login()
        .map_or_else(String::new, |login| format!("@{login}: "));
    let names: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut text = format!(
        "{who}the result changes {} ({}): files that steer agents, run by themselves, or say who owns what. Nothing is pushed \
         before somebody with write access has seen what changes in them.\n",
        count(paths.len() as u64, "protected path"),
        super::failure::paths(&names),
    );
    for change in &diff.changes {
        text.push_str(&one(change));
    }
    if diff.more > 0 {
        let _ = write!(text, "\nAnd {} more.\n", count(diff.more, "change"));
    }
    if !diff.is_whole() {
        let _ = write!(
            text,
            "\n> [!IMPORTANT]\n> Not all of it fits here. The operator of this server sees all of it with `skep session {} \
             --patch`. The hash is over all of it.\n",
            job.session
        );
    }
    let workflows = ".github/workflows/";
    if paths.iter().any(|path| path.starts_with(workflows)) {
        let _ = write!(
            text,
            "\nGitHub lets an App change `{workflows}` only with the permission \"Workflows\", which skep does not ask for: \
             without it the push is refused, approved or not.\n"
        );
    }
    let _ = write!(text, "\nHash of these changes: `{}`", diff.hash.short());
    text
}

/// The comment as it stands.
pub fn comment(asked: &PathsAsked) -> String {
    let text = &asked.text;
    let hash = asked.hash.short();
    match &asked.word {
        None => format!(
            "{text}\n\n- `/agent approve-paths {hash}` publishes exactly this.\n- `/agent drop-paths` publishes the rest without \
             it.\n- Any other comment is told to the agent, which then works on.\n\nIf anything of it changes, it is asked \
             about anew."
        ),
        Some(PathsWord::Approved { by }) => {
            format!(
                "{text}\n\n**Approved** by {}.",
                super::answer_replies::name(by)
            )
        }
        Some(PathsWord::Dropped { by }) => format!(
            "{text}\n\n**Left out** by {}: the rest is published without it.",
            super::answer_replies::name(by)
        ),
    }
}

fn one(change: &ProtectedChange) -> String {
    let ProtectedChange {
        path,
        old_mode,
        new_mode,
        content,
    } = change;
    let path = code(path, 200);
    let mut text = format!("\n{path}: {}\n", kind(old_mode, new_mode));
    match content {
        ChangedContent::Same => {}
        ChangedContent::Lines(lines) => text.push_str(&fenced(lines)),
        ChangedContent::FirstLines(lines) => {
            text.push_str(&fenced(lines));
            text.push_str("… and more lines that do not fit here.\n");
        }
        ChangedContent::Binary { object, bytes } => {
            let _ = writeln!(text, "Not text: {bytes} bytes, git object `{object}`.");
        }
        ChangedContent::NotShown => text.push_str("It does not fit here.\n"),
    }
    text
}

/// What happens to it, by git's modes.
fn kind(old: &str, new: &str) -> String {
    const NOTHING: &str = "000000";
    let of = |mode: &str| match mode {
        "100755" => "an executable file",
        "120000" => "a symbolic link",
        "160000" => "a submodule",
        _ => "a file",
    };
    match (old, new) {
        (NOTHING, new) => format!("added, {}", of(new)),
        (old, NOTHING) => format!("deleted, {}", of(old)),
        (old, new) if old == new => format!("changed, {}", of(new)),
        (old, new) => format!("changed, {} that becomes {}", of(old), of(new)),
    }
}

/// Lines of a diff in a fence that nothing in them can close; what nobody could see in them is spelled out.
fn fenced(lines: &str) -> String {
    let lines = sanitise::redact(&sanitise::spelled_out(lines), &[]);
    let mut longest = 0;
    let mut run = 0;
    for c in lines.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n{fence}diff\n{}\n{fence}\n", lines.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(lines: &str) -> ProtectedChange {
        ProtectedChange {
            path: "a`b\n.md".into(),
            old_mode: "100644".into(),
            new_mode: "120000".into(),
            content: ChangedContent::Lines(lines.into()),
        }
    }

    #[test]
    fn nothing_in_a_diff_ends_its_fence_or_hides() {
        let shown = one(&change(
            "+```\n+/agent approve-paths\n+````\n+a\u{202e}b\u{200b}\u{1b}[31m\r\n",
        ));
        insta::assert_snapshot!(shown, @r"
        `a'b .md`: changed, a file that becomes a symbolic link

        `````diff
        +```
        +/agent approve-paths
        +````
        +a\u{202e}b\u{200b}\u{1b}[31m\u{d}
        `````
        ");
    }

    #[test]
    fn what_is_no_text_is_named_and_what_does_not_fit_is_said() {
        let with = |content| {
            one(&ProtectedChange {
                content,
                ..change("")
            })
        };
        let binary = with(ChangedContent::Binary {
            object: "ab".into(),
            bytes: 3,
        });
        assert!(
            binary.ends_with("Not text: 3 bytes, git object `ab`.\n"),
            "{binary}"
        );
        let cut = with(ChangedContent::FirstLines("+a\n".into()));
        assert!(
            cut.ends_with("```\n… and more lines that do not fit here.\n"),
            "{cut}"
        );
        assert_eq!(kind("000000", "100755"), "added, an executable file");
        assert_eq!(kind("100644", "000000"), "deleted, a file");
    }
}
