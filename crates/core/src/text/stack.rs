//! That a pull request stands on another one: on the issue, in the pull request, and to the agent.

use super::code;
use crate::dependency::Blocker;
use crate::ids::IssueNumber;
use crate::sanitise;
use crate::stack::{RestackEnd, Restacked};
use crate::task::StandsOn;

/// On the issue, while it does.
pub fn shown(issue: IssueNumber, pull: i64) -> String {
    format!(
        "Stacked on #{issue}'s pull request #{pull}: it starts from that branch, its pull request goes there, and it is merged after \
         that one. When #{pull} is merged, skep leads this one to where that went."
    )
}

/// In its pull request.
pub fn merges_after(issue: IssueNumber, pull: i64) -> String {
    format!(
        "Stacked on #{pull} (for #{issue}): merge that one first. Then skep lets this one go where that went, with its own commits \
         alone."
    )
}

/// By what its base branch was named, half a sentence.
pub fn source(issue: IssueNumber, pull: i64) -> String {
    format!("it is stacked on #{issue}'s pull request #{pull}")
}

/// What else lets it start, behind "It starts by itself once … closed as completed".
pub fn or_in_review(blocker: &Blocker) -> String {
    format!(
        ", or, stacked on its branch, as soon as a pull request of skep's for #{} is in review",
        blocker.issue.key.issue
    )
}

/// A line of the timeline: it begins.
pub fn begins(stands: &StandsOn) -> String {
    format!(
        "stacked on #{}'s pull request #{}",
        stands.issue, stands.pull
    )
}

/// A line of the timeline: it followed.
pub fn restacked(stands: &StandsOn, done: &Restacked) -> String {
    let base = code(&done.base, 80);
    let pull = stands.pull;
    match &done.end {
        RestackEnd::Stand => {
            format!("#{pull} has moved on; nothing had to be changed, and it goes to {base}")
        }
        RestackEnd::Rebased { .. } => {
            format!("#{pull} has moved on; its commits were rebased, and it goes to {base}")
        }
        RestackEnd::Conflict => format!(
            "#{pull} has moved on; its commits could not be rebased without a conflict, and it goes to {base}"
        ),
        RestackEnd::Moved => format!(
            "#{pull} has moved on; it goes to {base}, and was not rebased because others pushed to its branch"
        ),
    }
}

/// For people: the one below is closed.
pub fn closed(stands: &StandsOn) -> String {
    let StandsOn { issue, pull, .. } = stands;
    format!(
        "#{issue}'s pull request #{pull}, on which this one is stacked, was closed without a merge. Nothing of this work is lost. \
         Reopen #{pull}, or change the base branch of this pull request on GitHub, then say with `/agent <what to do>` what is to \
         become of the changes of #{pull}"
    )
}

/// For people: it could not follow.
pub fn not_moved(stands: &StandsOn, say: &str) -> String {
    format!(
        "#{} has moved on, and this pull request, which is stacked on it, could not follow: {}. Rebase it onto where that went, and \
         change its base branch on GitHub if it does not go there; or comment `/agent rebase this`",
        stands.pull,
        sanitise::inline(say, 300).trim_end_matches('.')
    )
}

/// Why it could not follow, half a sentence.
pub const OTHERS_PUSHED: &str = "others pushed to its branch, and skep does not write over that";

/// To the agent: the one below has new commits.
pub fn moved(stands: &StandsOn) -> String {
    format!(
        "Your branch stands on {} (pull request #{} for issue #{}), and that has new commits now. Go on with your task and do not \
         undo what the other one does; you are asked to merge if the two conflict in the end.",
        code(stands.branch.as_str(), 80),
        stands.pull,
        stands.issue
    )
}

/// To the agent: the one below was merged.
pub fn merged(stands: &StandsOn, into: &str) -> String {
    format!(
        "Pull request #{} for issue #{}, on which your branch stands, was merged into {}. Go on with your task as it is: your commits \
         are put onto that branch when you are done, and you are asked to merge if they conflict.",
        stands.pull,
        stands.issue,
        code(into, 80)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AgentBranch;

    #[test]
    fn each_end_says_what_is_so_and_what_is_next() {
        let stands = StandsOn {
            issue: IssueNumber(1),
            pull: 3,
            branch: AgentBranch::new(IssueNumber(1), "Below"),
            tip: "a".repeat(40).parse().expect("a commit"),
            moving: false,
        };
        insta::assert_snapshot!(closed(&stands), @"#1's pull request #3, on which this one is stacked, was closed without a merge. Nothing of this work is lost. Reopen #3, or change the base branch of this pull request on GitHub, then say with `/agent <what to do>` what is to become of the changes of #3");
        insta::assert_snapshot!(not_moved(&stands, "GitHub did not answer."), @"#3 has moved on, and this pull request, which is stacked on it, could not follow: GitHub did not answer. Rebase it onto where that went, and change its base branch on GitHub if it does not go there; or comment `/agent rebase this`");
        insta::assert_snapshot!(moved(&stands), @"Your branch stands on `agent/1-below` (pull request #3 for issue #1), and that has new commits now. Go on with your task and do not undo what the other one does; you are asked to merge if the two conflict in the end.");
        insta::assert_snapshot!(merged(&stands, "main"), @"Pull request #3 for issue #1, on which your branch stands, was merged into `main`. Go on with your task as it is: your commits are put onto that branch when you are done, and you are asked to merge if they conflict.");
        let done = |end| {
            let base = "main".into();
            restacked(&stands, &Restacked { base, end })
        };
        insta::assert_snapshot!(done(RestackEnd::Conflict), @"#3 has moved on; its commits could not be rebased without a conflict, and it goes to `main`");
        insta::assert_snapshot!(done(RestackEnd::Moved), @"#3 has moved on; it goes to `main`, and was not rebased because others pushed to its branch");
    }
}
