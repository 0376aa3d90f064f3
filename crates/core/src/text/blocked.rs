//! The comment about hosts that a session asked for and that nobody listed. `core::question::ticked` reads its boxes back.

use super::{LIMIT, code};
use crate::blocked::{Blocked, BlockedHost, OPTIONS, Proposal, Ruling};
use crate::ids::IssueNumber;
use crate::location::Place;
use crate::question::Question;
use crate::repository_policy::PATH;
use crate::sanitise;

/// The longest title, characters.
const TITLE: usize = 120;

/// What a choice is called.
pub fn option(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Allowed => "Open it for the sessions of this issue",
        Ruling::Closed => "Leave it closed",
        Ruling::Proposed => "Open it, and propose it for every issue of this repository",
    }
}

/// The comment.
pub fn comment(blocked: &Blocked) -> String {
    let open = blocked.open().count();
    let title = match open {
        0 => "**Decided**".to_owned(),
        1 => "**The agent asked for a host that is not on its list**".to_owned(),
        several => format!("**The agent asked for {several} hosts that are not on its list**"),
    };
    let mut parts = vec![title];
    if open > 0 {
        parts.push(
            "The request was refused, and the agent goes on without it. Nobody has to answer; open only what you know. An agent can be told \
             by others to send something away."
                .to_owned(),
        );
    }
    parts.extend(blocked.hosts.iter().map(host));
    if blocked.more > 0 {
        parts.push("More hosts were refused; those nobody is asked about.".to_owned());
    }
    if let Some(first) = blocked.open().next() {
        parts.push(format!(
            "Somebody with write access ticks a box, or replies `{0}a`, `{0}b` or `{0}c`. What is proposed comes as a pull request that changes \
             `egress_allow` in `{PATH}`, and counts once it is merged.",
            first.question
        ));
    }
    sanitise::fit(&parts.join("\n\n"), LIMIT)
}

fn host(host: &BlockedHost) -> String {
    let doing = match host.doing.is_empty() {
        true => String::new(),
        false => format!(" while at {}", code(&host.doing, 120)),
    };
    let mark = |index: usize, ruling: Ruling| match &host.ruled {
        None => format!(
            "- [ ] {}. {}",
            Question::label(index, false),
            option(ruling)
        ),
        Some((ruled, _)) => {
            let mark = if *ruled == ruling { "☑" } else { "☐" };
            format!(
                "- {mark} {}. {}",
                Question::label(index, false),
                option(ruling)
            )
        }
    };
    let boxes: Vec<String> = OPTIONS
        .iter()
        .enumerate()
        .map(|(index, ruling)| mark(index, *ruling))
        .collect();
    let by = host.ruled.as_ref().map_or_else(String::new, |(_, by)| {
        let came = host.proposal.map(came).unwrap_or_default();
        format!("\n\nDecided by {}.{came}", code(by, 60))
    });
    format!(
        "### {} · {}{doing}\n\n{}{by}",
        host.question,
        code(&host.host, 120),
        boxes.join("\n")
    )
}

/// What became of a host that was proposed.
fn came(proposal: Proposal) -> String {
    match proposal {
        Proposal::Pull { number } => format!(" Proposed for every issue by #{number}."),
        Proposal::There => format!(" `{PATH}` opens it for every issue already."),
        Proposal::Unreadable => format!(
            " It was not proposed for every issue: `{PATH}` has mistakes, or would have one. Mend it, and add the host to `egress_allow` there."
        ),
        Proposal::Failed => format!(
            " It could not be proposed for every issue. To do it yourself, add it to `egress_allow` in `{PATH}` on the default branch."
        ),
    }
}

/// Title and text of the pull request that proposes hosts; the title is its commit's as well.
pub fn proposal(blocked: &Blocked, hosts: &[String], place: &Place) -> (String, String) {
    let title = match hosts {
        [host] => format!("Let agents reach {host}"),
        several => format!("Let agents reach {} hosts", several.len()),
    };
    let proposed = |host: &&BlockedHost| hosts.contains(&host.host);
    let lines: Vec<String> = blocked.hosts.iter().filter(proposed).map(line).collect();
    let body = format!(
        "Every session in this repository could reach these, whoever labels its issue:\n\n{}\n\nThis changes `egress_allow` in `{PATH}` and \
         nothing else. Merge it if all agents here may send and fetch what they like there; close it if not. For #{} they are open in any case.",
        lines.join("\n"),
        place.issue
    );
    (sanitise::fit(&title, TITLE), body)
}

fn line(host: &BlockedHost) -> String {
    let doing = match host.doing.is_empty() {
        true => String::new(),
        false => format!(", asked for while at {}", code(&host.doing, 120)),
    };
    let by = host.ruled.as_ref().map_or_else(String::new, |(_, by)| {
        format!(", proposed by {}", code(by, 60))
    });
    format!("- {}{doing}{by}", code(&host.host, 120))
}

/// A line of the timeline.
pub fn proposed(hosts: &[String], pull: IssueNumber) -> String {
    let hosts: Vec<String> = hosts.iter().map(|host| code(host, 120)).collect();
    format!("Proposed {} for every issue, by #{pull}.", hosts.join(", "))
}

/// A line of the timeline.
pub fn asked(host: &str) -> String {
    format!("Asked people about {}.", code(host, 120))
}

/// A line of the timeline.
pub fn ruled(host: &str, ruling: Ruling, by: &str) -> String {
    match ruling {
        Ruling::Allowed => format!("{} opened {}.", code(by, 60), code(host, 120)),
        Ruling::Closed => format!("{} leaves {} closed.", code(by, 60), code(host, 120)),
        Ruling::Proposed => format!(
            "{} opened {}, and wants it open for every issue.",
            code(by, 60),
            code(host, 120)
        ),
    }
}

/// What the agent hears.
pub fn opened(hosts: &[String], by: &str) -> String {
    format!(
        "{by} opened {} for you: you can reach it from now on. If you did without it and it matters for the task, use it now.",
        hosts.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::ticked;

    fn blocked() -> Blocked {
        let mut blocked = Blocked::default();
        blocked.add(
            3,
            "registry.example.com:443",
            "Run `npm install`\n### 9 · x",
        );
        blocked.add(4, "files.example.com:443", "");
        blocked
    }

    #[test]
    fn the_comment_says_what_and_how() {
        insta::assert_snapshot!(comment(&blocked()), @r"
        **The agent asked for 2 hosts that are not on its list**

        The request was refused, and the agent goes on without it. Nobody has to answer; open only what you know. An agent can be told by others to send something away.

        ### 3 · `registry.example.com:443` while at `Run 'npm install' ### 9 · x`

        - [ ] a. Open it for the sessions of this issue
        - [ ] b. Leave it closed
        - [ ] c. Open it, and propose it for every issue of this repository

        ### 4 · `files.example.com:443`

        - [ ] a. Open it for the sessions of this issue
        - [ ] b. Leave it closed
        - [ ] c. Open it, and propose it for every issue of this repository

        Somebody with write access ticks a box, or replies `3a`, `3b` or `3c`. What is proposed comes as a pull request that changes `egress_allow` in `.github/skep.toml`, and counts once it is merged.
        ");
    }

    #[test]
    fn a_ticked_box_is_read_back() {
        let mut blocked = blocked();
        let body = comment(&blocked).replacen("- [ ] b.", "- [x] b.", 1);
        let questions = blocked.questions(option);
        let asked: Vec<&Question> = questions.iter().collect();
        let answers = ticked(&asked, &body);
        assert_eq!(
            (answers.given[0].question, answers.given[0].option),
            (3, Some(1))
        );
        blocked.rule(3, Ruling::Closed, "ana");
        assert!(comment(&blocked).contains("☑ b. Leave it closed\n- ☐ c. Open it, and propose it for every issue of this repository\n\nDecided by `ana`."));
    }
}
