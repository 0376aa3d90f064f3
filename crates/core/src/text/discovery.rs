//! What is said of issues that are made beside others: what is wrong with a proposal (whoever made it reads that, so each says
//! what would be right), the text of such an issue, and what people see of it where it was found.

use std::sync::LazyLock;

use super::{command, count};
use crate::dependency::{self, Home};
use crate::discovery::{
    BODY, Discover, Discovered, Found, FoundState, LABELS, Mistake, NewIssue, Origin, TITLE, Wrong,
};
use crate::ids::{IssueNumber, RepositoryName};
use crate::policy::GO_LABEL;
use crate::sanitise::{self, Allow};

/// Issues that are listed on the issue they were found on.
const SHOWN: usize = 20;

/// What is wrong with one issue of a batch. `name` says how the one at a place is called: `task 2`.
pub fn mistake(mistake: &Mistake, name: &dyn Fn(usize) -> String) -> String {
    let what = match &mistake.wrong {
        Wrong::NoTitle => "has no title; give it one that says what is to be done".to_owned(),
        Wrong::LongTitle(long) => {
            format!(
                "has a title of {long} characters, and at most {TITLE} may be; say the rest in its text"
            )
        }
        Wrong::LongBody(long) => {
            format!(
                "has a text of {long} bytes, and at most {BODY} may be; say it shorter, or make two of it"
            )
        }
        Wrong::SameTitle(other) => {
            format!(
                "has the same title as {}; join them, or say how they differ",
                name(*other)
            )
        }
        Wrong::IsThere(number) => {
            format!(
                "is there already: #{number} has this title; leave it out, or wait for #{number} instead"
            )
        }
        Wrong::OnItsWay => {
            "is on its way already: an issue of this title is being made; leave it out".to_owned()
        }
        Wrong::Role(role, known) => {
            format!(
                "names the role {}, which is none. {}",
                quoted(role),
                command::roles(known).trim_end_matches('.')
            )
        }
        Wrong::Priority(priority) => {
            format!(
                "has the priority {}; there are high, medium and low",
                quoted(priority)
            )
        }
        Wrong::OwnLabel(label) => format!(
            "has the label {}, which says something to skep; say it by `role`, `priority` or `waits_for`, or leave it to people",
            quoted(label)
        ),
        Wrong::TooManyLabels(many) => {
            format!("has {many} labels, and at most {LABELS} may be; leave some out")
        }
        Wrong::NoReference(text) => format!(
            "waits for {}, which names no issue; write the place of one in the batch (\"1\" is the first), \"#12\", or \"owner/repo#3\"",
            quoted(text)
        ),
        Wrong::Missing(what) => format!(
            "waits for {what}, and there is no such issue; leave it out, or name the right one"
        ),
        Wrong::Unreadable(what) => {
            format!(
                "waits for {what}, which the App may not see; leave it out, and say it in the text"
            )
        }
        Wrong::TooManyRepositories(what) => {
            format!(
                "waits for {what}, and more other repositories are named than are looked into; leave some out"
            )
        }
        Wrong::Pull(what) => {
            format!("waits for {what}, which is a pull request; wait for its issue instead")
        }
        Wrong::TooMany(before, most) => {
            return format!(
                "This session has found {} before, and may find {most} in all; leave out what matters least.",
                count(*before as u64, "issue")
            );
        }
    };
    capital(&format!("{} {what}.", name(mistake.at)))
}

fn quoted(text: &str) -> String {
    let text: String = text.chars().take(60).collect();
    format!("{text:?}")
}

/// A sentence begins with a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// How the agent calls an issue of its batch.
pub fn task(at: usize) -> String {
    format!("task {}", at.saturating_add(1))
}

/// Nothing was made, and why.
pub fn refused(mistakes: &[String]) -> String {
    let lines: Vec<String> = mistakes.iter().map(|one| format!("- {one}")).collect();
    format!(
        "No issue was made: the batch is taken as a whole or not at all. Mend this and call the tool again:\n{}",
        lines.join("\n")
    )
}

/// The batch is empty.
pub const NOTHING: &str = "There is no task in it. Put at least one into `tasks`.";
/// It could not be judged, because GitHub or the database did not answer.
pub const NOT_JUDGED: &str = "The batch could not be checked just now, and no issue was made. Try once more; if it fails again, say in your last message what you found.";

/// All of it will be made; `left_out` are labels that the repository does not have.
pub fn taken(many: usize, discover: Discover, left_out: &[String]) -> String {
    let then = match discover {
        Discover::Start => "they start by themselves when what they wait for is done",
        Discover::Create | Discover::Off => "people decide what becomes of them",
    };
    let left_out = match left_out.is_empty() {
        true => String::new(),
        false => {
            let names: Vec<String> = left_out.iter().map(|name| quoted(name)).collect();
            format!(
                " These labels are left out, because the repository does not have them: {}.",
                names.join(", ")
            )
        }
    };
    format!(
        "Noted: {} will be made, and {then}.{left_out} Go on with your own task, and leave theirs alone.",
        count(many as u64, "issue")
    )
}

/// A line of the timeline: a session found work.
pub fn found(many: usize) -> String {
    format!(
        "The agent found {} besides its own task.",
        count(many as u64, "piece") + " of work"
    )
}

/// A line of the timeline: what a session found is not made after all.
pub fn dropped(many: usize) -> String {
    format!(
        "{} that the agent found {} not made: that is more than its session may, or the operator lets sessions find none any more.",
        capital(&count(many as u64, "issue")),
        if many == 1 { "is" } else { "are" }
    )
}

/// Where an issue comes from; `on` is the one that it was found on.
pub fn from(origin: &Origin, on: IssueNumber) -> String {
    match origin {
        Origin::Session(_) => format!("Found while working on #{on}."),
        Origin::List => "From the task list of this repository.".to_owned(),
        // Its text says so.
        Origin::Recurring(_) => String::new(),
    }
}

/// The text of an issue, without its mark. `from` says where it comes from; `waits_for` are issues as they are
/// written. What its author writes makes it wait for nothing.
pub fn body(new: &NewIssue, from: &str, waits_for: &[String]) -> String {
    let words = sanitise::outbound(&new.body, &Allow::default());
    let words = sanitise::fit(&words, super::LIMIT / 2);
    let apart = |words: &str| {
        let words = words
            .replace("<!--", "<! --")
            .replace("/issues/", "/issues /");
        words.replace('#', "# ")
    };
    // What looks like code to GitHub, and is read as words here, is taken apart.
    let safe = [words.clone(), words.replace("<!--", "<! --")];
    let waits_right = |text: &String| {
        let read = dependency::references::<&str>(text, &[], &anywhere());
        read.found.len() == waits_for.len()
    };
    let mut texts = safe.iter().map(|words| joined(words, from, waits_for));
    texts
        .find(waits_right)
        .unwrap_or_else(|| joined(&apart(&words), from, waits_for))
}

fn joined(words: &str, from: &str, waits_for: &[String]) -> String {
    let waits = waits_for.iter().map(|name| format!("Depends on {name}"));
    let waits = waits.collect::<Vec<_>>().join("\n");
    let rule = match from.is_empty() && waits.is_empty() {
        true => "",
        false => "---",
    };
    let parts = [words, rule, from, &waits];
    let parts = parts.map(str::trim).into_iter();
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// Where it will be is not known yet, and makes no difference to what it waits for.
fn anywhere() -> Home<'static> {
    static NAME: LazyLock<RepositoryName> =
        LazyLock::new(|| "some/where".parse().expect("a name of a repository"));
    Home {
        repository: &NAME,
        issue: IssueNumber(0),
        host: "github.com",
    }
}

/// Another one could not be made, for which it waits.
pub fn needs(title: &str) -> String {
    format!(
        "it waits for “{}”, which could not be made",
        sanitise::inline(title, 100)
    )
}

/// GitHub did not take it.
pub fn not_made(say: &str, exhausted: bool) -> String {
    let say = say.trim().trim_end_matches('.');
    match exhausted {
        true => format!("GitHub could not be reached for long enough ({say})"),
        false => format!("GitHub refused it ({say})"),
    }
}

/// What of a batch could not be made, as a comment for people.
pub fn failed(discovered: &Discovered, batch: u32) -> String {
    let of_it = discovered.issues.iter().filter(|one| one.batch == batch);
    let line = |one: &Found| match &one.state {
        FoundState::Failed { say, .. } => Some(format!("- {}: {}", title(one), words(say))),
        FoundState::Waiting { .. } | FoundState::Making | FoundState::Made { .. } => None,
    };
    let lines: Vec<String> = of_it.filter_map(line).collect();
    let text = format!(
        "The agent found more work here, and not all of it could be made into issues:\n\n{}\n\nWhoever wants that done opens \
         an issue for it.",
        lines.join("\n")
    );
    sanitise::fit(&text, super::LIMIT)
}

/// What was found on an issue, for its status comment.
pub fn section(discovered: &Discovered) -> Option<String> {
    let found: Vec<&Found> = discovered
        .issues
        .iter()
        .filter(|one| matches!(one.origin, Origin::Session(_)))
        .collect();
    let lines: Vec<String> = found
        .iter()
        .rev()
        .take(SHOWN)
        .rev()
        .map(|one| line(one))
        .collect();
    let more = found.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("- … and {more} before"));
    let all: Vec<String> = more.into_iter().chain(lines).collect();
    (!all.is_empty()).then(|| format!("Found on the way:\n\n{}", all.join("\n")))
}

fn line(found: &Found) -> String {
    let title = title(found);
    match &found.state {
        FoundState::Waiting { .. } | FoundState::Making => {
            format!("- {title}: its issue is being made")
        }
        FoundState::Made { number, .. } if found.start.is_some() => {
            format!("- #{number} {title}: starts by itself")
        }
        FoundState::Made { number, .. } => {
            format!("- #{number} {title}: to start it, add the label `{GO_LABEL}` there")
        }
        FoundState::Failed { say, .. } => {
            format!("- {title}: no issue was made, because {}", words(say))
        }
    }
}

fn title(found: &Found) -> String {
    sanitise::inline(&found.title, 120)
}

fn words(text: &str) -> String {
    sanitise::outbound(text, &Allow::default())
}
