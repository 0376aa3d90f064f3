//! What the check run of the gate says: whether the pull request belongs to an issue, and if not, who can mend that how.
//!
//! Numbers and names of repositories were parsed, so that nothing of a stranger's text gets here.

use crate::pull_gate::{Unmet, Verdict, WhyNot};

/// The headline and the summary in Markdown.
pub fn check(verdict: &Verdict) -> (String, String) {
    match verdict {
        Verdict::Belongs { issue, sprint } => belongs(issue, *sprint),
        Verdict::Labeled => (
            "Released by its own label".to_owned(),
            "This pull request carries the label `agent:go` itself.".to_owned(),
        ),
        Verdict::Missing { named, cut } => missing(named, *cut),
    }
}

fn belongs(issue: &str, sprint: bool) -> (String, String) {
    let says = match sprint {
        false => format!("This pull request is for {issue}, which carries the label `agent:go`."),
        true => format!(
            "This pull request is for {issue}, a sprint with the label `agent:sprint`: it inherits the label `agent:go`."
        ),
    };
    (format!("Belongs to {issue}"), says)
}

fn missing(named: &[Unmet], cut: bool) -> (String, String) {
    let (title, says) = match named {
        [] => (
            "Names no issue".to_owned(),
            "This pull request does not say which issue it is for.".to_owned(),
        ),
        [one] => (
            format!("{} does not release it", one.issue),
            "This pull request is for no issue that was released to agents:".to_owned(),
        ),
        [_, ..] => (
            "No issue that it names releases it".to_owned(),
            "This pull request is for no issue that was released to agents:".to_owned(),
        ),
    };
    let mut lines = vec![says];
    if !named.is_empty() {
        lines.push(String::new());
        lines.extend(named.iter().map(unmet));
    }
    if cut {
        lines.push("- It names more issues; only the first were looked at.".to_owned());
    }
    lines.push(format!("\nOne of these mends it:\n\n{}", ways(named)));
    (title, lines.join("\n"))
}

fn unmet(unmet: &Unmet) -> String {
    let issue = &unmet.issue;
    match unmet.why {
        WhyNot::Unlabeled => {
            format!("- {issue} carries neither the label `agent:go` nor `agent:sprint`.")
        }
        WhyNot::PullRequest => format!("- {issue} is a pull request, not an issue."),
        WhyNot::Unknown => {
            format!("- {issue} is not there, or not for everybody who can read this.")
        }
    }
}

fn ways(named: &[Unmet]) -> String {
    let unlabeled = named.iter().find(|one| one.why == WhyNot::Unlabeled);
    let mut ways = vec![
        "- Its author writes `Closes #n` into the title or the description (or Fixes, Resolves, Issue, Ref, See; also `owner/repo#n` \
         or the issue's address), where issue n carries the label `agent:go`."
            .to_owned(),
    ];
    if let Some(one) = unlabeled {
        ways.push(format!(
            "- Somebody who may label puts `agent:go` on {}. If they have write access, that starts skep's agent there as well.",
            one.issue
        ));
    }
    ways.push(
        "- Somebody who may label puts `agent:go` on this pull request. That starts nothing."
            .to_owned(),
    );
    let again = "The check is made again by itself when the text or one of these labels changes.";
    format!("{}\n\n{again}", ways.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(verdict: &Verdict) -> String {
        let (title, summary) = check(verdict);
        format!("{title}\n---\n{summary}")
    }

    #[test]
    fn a_check_that_fails_says_what_is_missing_and_who_can_mend_it_how() {
        let named = [
            ("#12", WhyNot::Unlabeled),
            ("#13", WhyNot::PullRequest),
            ("octo/x#3", WhyNot::Unknown),
        ]
        .map(|(issue, why)| Unmet {
            issue: issue.into(),
            why,
        });
        let missing = |named: &[Unmet], cut| Verdict::Missing {
            named: named.to_vec(),
            cut,
        };
        insta::assert_snapshot!(shown(&missing(&[], false)), @"
    Names no issue
    ---
    This pull request does not say which issue it is for.

    One of these mends it:

    - Its author writes `Closes #n` into the title or the description (or Fixes, Resolves, Issue, Ref, See; also `owner/repo#n` or the issue's address), where issue n carries the label `agent:go`.
    - Somebody who may label puts `agent:go` on this pull request. That starts nothing.

    The check is made again by itself when the text or one of these labels changes.
    ");
        insta::assert_snapshot!(shown(&missing(&named, true)), @"
    No issue that it names releases it
    ---
    This pull request is for no issue that was released to agents:

    - #12 carries neither the label `agent:go` nor `agent:sprint`.
    - #13 is a pull request, not an issue.
    - octo/x#3 is not there, or not for everybody who can read this.
    - It names more issues; only the first were looked at.

    One of these mends it:

    - Its author writes `Closes #n` into the title or the description (or Fixes, Resolves, Issue, Ref, See; also `owner/repo#n` or the issue's address), where issue n carries the label `agent:go`.
    - Somebody who may label puts `agent:go` on #12. If they have write access, that starts skep's agent there as well.
    - Somebody who may label puts `agent:go` on this pull request. That starts nothing.

    The check is made again by itself when the text or one of these labels changes.
    ");
        insta::assert_snapshot!(shown(&missing(&named[..1], false)), @"
    #12 does not release it
    ---
    This pull request is for no issue that was released to agents:

    - #12 carries neither the label `agent:go` nor `agent:sprint`.

    One of these mends it:

    - Its author writes `Closes #n` into the title or the description (or Fixes, Resolves, Issue, Ref, See; also `owner/repo#n` or the issue's address), where issue n carries the label `agent:go`.
    - Somebody who may label puts `agent:go` on #12. If they have write access, that starts skep's agent there as well.
    - Somebody who may label puts `agent:go` on this pull request. That starts nothing.

    The check is made again by itself when the text or one of these labels changes.
    ");
    }

    #[test]
    fn a_check_that_passes_says_by_what() {
        let belongs = |sprint| Verdict::Belongs {
            issue: "#12".into(),
            sprint,
        };
        insta::assert_snapshot!(shown(&belongs(false)), @"
    Belongs to #12
    ---
    This pull request is for #12, which carries the label `agent:go`.
    ");
        insta::assert_snapshot!(shown(&belongs(true)), @"
    Belongs to #12
    ---
    This pull request is for #12, a sprint with the label `agent:sprint`: it inherits the label `agent:go`.
    ");
        insta::assert_snapshot!(shown(&Verdict::Labeled), @"
    Released by its own label
    ---
    This pull request carries the label `agent:go` itself.
    ");
    }
}
