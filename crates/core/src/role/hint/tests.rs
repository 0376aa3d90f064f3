//! Proofs about hints: what asks for a role, and what only sounds like it.

use proptest::prelude::*;

use super::*;
use crate::actor::{Account, AccountKind};
use crate::ids::UserId;
use crate::role::{ORDER, RoleName};

fn known(name: &RoleName) -> bool {
    ORDER.contains(&name.as_str())
}

fn issue(title: &str, body: &str) -> Snapshot {
    Snapshot {
        title: title.into(),
        body: body.into(),
        author: Account {
            id: UserId(1),
            login: "ana".into(),
            kind: AccountKind::User,
        },
        labels: vec![],
        issue_type: None,
        milestone: None,
        comments: vec![],
        at: 0,
    }
}

fn found(title: &str, body: &str) -> Option<(String, HintPlace, String)> {
    let (role, hint) = find(&issue(title, body), &known)?;
    Some((role.to_string(), hint.place, hint.words))
}

#[test]
fn a_title_may_begin_with_a_role() {
    for (title, role, words) in [
        ("[swe] Add a retry to the uploader", "swe", "[swe]"),
        ("[SWE] add a retry", "swe", "[SWE]"),
        ("  [security] Tokens are logged", "security", "[security]"),
        (
            "[security engineer] Review the login",
            "security",
            "[security engineer]",
        ),
        (
            "[role:testing] Cover the parser",
            "testing",
            "[role:testing]",
        ),
        (
            "[Bug][debugging] Crash at start",
            "debugging",
            "[debugging]",
        ),
        (
            "[v2] [deploy agent] Publish the image",
            "deploy",
            "[deploy agent]",
        ),
        (
            "[test engineer] Cover the parser",
            "testing",
            "[test engineer]",
        ),
        ("[deployment] Build for arm64", "deploy", "[deployment]"),
        (
            "Ask the security engineer to look at uploads",
            "security",
            "Ask the security engineer to",
        ),
        (
            "Uploads (for the testing agent)",
            "testing",
            "for the testing agent",
        ),
        (
            "Uploads — for the testing agent",
            "testing",
            "for the testing agent",
        ),
    ] {
        let expected = Some((role.into(), HintPlace::Title, words.into()));
        assert_eq!(found(title, ""), expected, "{title}");
    }
}

#[test]
fn a_body_may_ask_for_a_role() {
    for (body, role, words) in [
        (
            "Please ask the security engineer to review this.",
            "security",
            "ask the security engineer to",
        ),
        (
            "The upload is slow. Ask the debugging agent to find out why.",
            "debugging",
            "Ask the debugging agent to",
        ),
        (
            "- [ ] Ask the software engineer to add a cache",
            "swe",
            "Ask the software engineer to",
        ),
        (
            "**Ask the architect to** split this first",
            "architect",
            "Ask the architect to",
        ),
        (
            "For the testing agent: cover the parser.",
            "testing",
            "For the testing agent",
        ),
        (
            "**For the testing agent**\n\nCover the parser.",
            "testing",
            "For the testing agent",
        ),
        (
            "Context first.\n\nThis is for the deploy agent.",
            "deploy",
            "for the deploy agent",
        ),
        ("(for triage agent)", "triage", "for triage agent"),
        (
            "Nothing.\n\nfor the swe agent:\n- a\n- b",
            "swe",
            "for the swe agent",
        ),
    ] {
        let expected = Some((role.into(), HintPlace::Body, words.into()));
        assert_eq!(found("Uploads", body), expected, "{body}");
    }
    let form = "### What?\n\nThe login\n\n### Agent role\n\nsecurity";
    let expected = Some(("security".into(), HintPlace::Field, "security".into()));
    assert_eq!(found("Login", form), expected);
}

#[test]
fn the_title_goes_before_the_body_and_the_first_hint_before_others() {
    let body = "For the testing agent: x.\n\nAsk the deploy agent to y.";
    assert_eq!(
        found("[swe] Uploads", body).map(|hint| hint.0).as_deref(),
        Some("swe")
    );
    assert_eq!(
        found("Uploads", body).map(|hint| hint.0).as_deref(),
        Some("testing")
    );
}

/// Titles as they stand in public trackers; none of them asks for a worker.
const TITLES: &[&str] = &[
    "fix: crash when the config is empty",
    "security: bump openssl to 3.0.14",
    "design: new landing page",
    "testing: move to pytest 8",
    "deploy: use the new runner image",
    "triage: stale issues",
    "spec: clarify the retry header",
    "swe: nothing",
    "docs(security): explain token scopes",
    "Security agent cannot be installed on Debian 11",
    "security-agent.yaml is missing after the one-step install",
    "Install script fails for the security agent",
    "Support TLS for the security agent on Windows",
    "Add a Helm chart for the deploy agent",
    "Build agent for the testing cluster is offline",
    "Docs for the testing agent. They are outdated",
    "User agent for the spec compliance tests",
    "[Bug] Docker images of the nightly channel are not built",
    "[Feature] Dark mode",
    "[WIP] Testing the new parser",
    "[test] parser_test.go is slow",
    "[tests] Remove sleeps",
    "[Software] License file is missing",
    "[System Design] Caching",
    "[Design System] Button has two shades",
    "[security-audit] Findings of May",
    "[build] Generate an issue when a scheduled build fails",
    "[2.x] [Testing Library] Upgrade",
    "[] empty",
    "[swe",
    "swe] Add a retry",
    "Add [swe] to the list of roles",
    "Uploads [testing]",
    "Designers ask the design system team to add tokens",
    "Why does the wizard ask the architect to sign in twice?",
    "Do not ask the security engineer to approve every change",
    "We should ask the security engineer to look at it at some time",
    "The bot must ask the triage role to confirm",
    "Don't file for the triage agent",
    "Not for the testing agent",
    "Waiting for the deploy agent to come online",
    "for the testing agents",
    "Ask the user to confirm before deleting",
    "Ask the security team to rotate keys",
    "Ask the designer to export the icons",
    "Ask the testers to try the beta",
    "Please ask the security vendor to fix their feed",
    "Ask the testing framework to skip slow cases",
    "`[swe]` is not parsed as a role",
    "“Ask the security engineer to” should be a button",
    "\"Ask the security engineer to\" is not translated",
];

/// Bodies in the same way.
const BODIES: &[&str] = &[
    "```\nAsk the security engineer to review\n```",
    "    Ask the security engineer to review",
    "`Ask the security engineer to review` does nothing",
    "> Ask the security engineer to review\n\nI disagree.",
    "<!-- Ask the security engineer to review -->",
    "The README says \"ask the security engineer to review\".",
    "When it is done, ask the security engineer to review it.",
    "Then ask the testing agent to run it.",
    "Before that we had to ask the deploy engineer to restart it.",
    "For the security agent, we should offer a package.",
    "For the security agent.yaml see the docs",
    "For the security agent:8080 nothing is reachable",
    "This is not for the testing agent.",
    "It works for the deploy agent. The rest fails.",
    "Settings for the spec agent: none",
    "### Role\n\nsecurity",
    "### Agent role\n\n_No response_",
    "### Agent role\n\nNone of these",
    "```\n### Agent role\n\nsecurity\n```",
    "We ask the swe to",
    "Ask the to do it",
    "ask the   to",
];

#[test]
fn ordinary_issues_hold_no_hint() {
    let titles = TITLES.iter().map(|title| (*title, ""));
    let bodies = BODIES.iter().map(|body| ("Uploads", *body));
    let false_hits: Vec<_> = titles
        .chain(bodies)
        .filter_map(|(title, body)| Some((title, body, found(title, body)?)))
        .collect();
    assert_eq!(false_hits, []);
}

#[test]
fn only_known_roles_count() {
    assert_eq!(found("[poet] Rhyme", ""), None);
    let docs = |name: &RoleName| name.as_str() == "tech-docs";
    let (role, _) = find(&issue("[Tech Docs] Explain", ""), &docs).expect("a hint");
    assert_eq!(role.as_str(), "tech-docs");
}

proptest! {
    #[test]
    fn no_words_break_it(
        title in "(\\[|\\]|swe|ask the |for the | agent|security| to |\\*|é|`|-|:|\\.){0,30}",
        body in "(\\[|\\]|swe|ask the |for the | agent|security| to |\\*|é|`|\n|#|-|:|\\.){0,60}",
    ) {
        if let Some((role, hint)) = find(&issue(&title, &body), &known) {
            prop_assert!(known(&role));
            prop_assert!(!hint.words.is_empty());
        }
    }
}
