//! Which branch the work starts from and goes to, and why it cannot. Each refusal ends with what to do next.

use super::{code, stack};
use crate::base_branch::{BaseMistake, BaseSource, NamedBase};
use crate::ids::IssueNumber;

/// How to say another one.
const NEXT: &str = "Change it, or comment `/agent base <branch>`; then comment `/agent go`.";

/// Where it goes, when that is not the default branch.
pub fn shown(branch: &str, by: &BaseSource) -> String {
    let branch = code(branch, 80);
    match by {
        BaseSource::Pull => format!("Its pull request goes to the branch {branch} now."),
        BaseSource::Below { issue, pull } => stack::shown(*issue, *pull),
        BaseSource::Command
        | BaseSource::Label(_)
        | BaseSource::Field
        | BaseSource::Milestone(_) => {
            format!(
                "Starts from the branch {branch}, and its pull request goes there ({}).",
                source(by)
            )
        }
    }
}

/// No branch can be told from what was said.
pub fn mistake(mistake: &BaseMistake) -> String {
    match mistake {
        BaseMistake::Several(labels) => {
            let labels: Vec<String> = labels.iter().map(|label| code(label, 60)).collect();
            format!(
                "the labels {} name different base branches. Remove all but one, then comment `/agent go`.",
                labels.join(" and ")
            )
        }
        BaseMistake::NoName { said, by } if said.trim().is_empty() => {
            format!("{} names no branch. {NEXT}", source(by))
        }
        BaseMistake::NoName { said, by } => format!(
            "{} is no name of a branch ({}). {NEXT}",
            code(said, 80),
            source(by)
        ),
        BaseMistake::Ours { branch, by } => format!(
            "{} is a branch that agents work on ({}), and work does not start from one that may still change under it. {NEXT}",
            code(branch, 80),
            source(by)
        ),
    }
}

/// There is no such branch.
pub fn missing(named: &NamedBase, default: &str) -> String {
    format!(
        "there is no branch {} here ({}). Push it, or name another one: comment `/agent base <branch>` (the default branch \
         is {}), then `/agent go`.",
        code(&named.branch, 80),
        source(&named.by),
        code(default, 80)
    )
}

/// It was deleted while the agent worked.
pub fn gone(branch: &str) -> String {
    format!(
        "the base branch {} was deleted before the pull request could be opened. Push it again and comment `/agent retry`; or \
         comment `/agent base <branch>` first, and the work begins anew on that one.",
        code(branch, 80)
    )
}

/// For the pull request, where it does not go to the default branch; `None` where it does.
pub fn elsewhere(by: Option<&BaseSource>, issue: IssueNumber) -> Option<String> {
    Some(match by? {
        BaseSource::Below { issue, pull } => stack::merges_after(*issue, *pull),
        BaseSource::Command
        | BaseSource::Label(_)
        | BaseSource::Field
        | BaseSource::Milestone(_)
        | BaseSource::Pull => stays_open(issue),
    })
}

/// For the pull request: the merge does not close the issue.
pub fn stays_open(issue: IssueNumber) -> String {
    format!(
        "It does not go to the default branch, so GitHub leaves #{issue} open when it is merged: close that by hand."
    )
}

/// For the issue: it was merged, and the issue is open.
pub fn merged(branch: &str) -> String {
    format!(
        "The change is on {}. GitHub closes issues only for the default branch: if nothing is left to do, close this one.",
        code(branch, 80)
    )
}

/// A command whose word is no branch.
pub fn no_name(said: &str) -> String {
    format!(
        "{} is no name of a branch. Write `/agent base <branch>` with one that is in this repository.",
        code(said, 80)
    )
}

/// A command that names a branch of ours.
pub fn ours(branch: &str) -> String {
    format!(
        "{} is a branch that agents work on, and work does not start from one that may still change under it. Write \
         `/agent base <branch>` with another one.",
        code(branch, 80)
    )
}

fn source(by: &BaseSource) -> String {
    match by {
        BaseSource::Command => "as a person asked by `/agent base`".into(),
        BaseSource::Label(label) => format!("the label {}", code(label, 60)),
        BaseSource::Field => "the field \"Base branch\" of the issue's form".into(),
        BaseSource::Milestone(title) => format!("the milestone {}", code(title, 60)),
        BaseSource::Pull => "the pull request goes there".into(),
        BaseSource::Below { issue, pull } => stack::source(*issue, *pull),
    }
}
