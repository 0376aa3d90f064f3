//! Proofs about the bug router, on reports as bots of public projects write them.

use proptest::prelude::*;

use super::*;
use crate::actor::Account;
use crate::ids::UserId;

fn filed(by: AccountKind, title: &str, body: &str, labels: &[&str]) -> Snapshot {
    Snapshot {
        title: title.into(),
        body: body.into(),
        author: Account {
            id: UserId(41_898_282),
            login: "github-actions[bot]".into(),
            kind: by,
        },
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        issue_type: None,
        milestone: None,
        comments: vec![],
        at: 0,
    }
}

fn winner(title: &str, body: &str) -> Option<String> {
    let routed = route(&filed(AccountKind::Bot, title, body, &[]));
    routed.winner().map(|name| name.to_string())
}

#[test]
fn only_what_bots_file_is_routed() {
    let marker = vec!["auto-filed".to_owned()];
    let by_bot = |by, title: &str, labels: &[&str]| {
        is_filed_by_a_bot(&filed(by, title, "", labels), &marker)
    };
    assert!(by_bot(AccountKind::Bot, "Crash", &[]));
    assert!(by_bot(AccountKind::User, "Crash", &["Auto-Filed"]));
    assert!(by_bot(AccountKind::User, "[auto-filed] Crash", &[]));
    assert!(!by_bot(AccountKind::User, "Flaky test in CI", &["bug"]));
    assert!(!by_bot(AccountKind::User, "Why is it auto-filed", &[]));
    assert!(!by_bot(AccountKind::Other, "Crash", &[]));
}

/// Reports as bots of public projects write them, reworded, with the role a maintainer would want, or none.
const REPORTS: &[(Option<&str>, &str, &str)] = &[
    (
        Some("testing"),
        "Flaky test: UploadTest.resumes_after_loss",
        "It failed 3 of 50 runs on main.",
    ),
    (
        Some("testing"),
        "DISABLED test_stride (__main__.TestConv)",
        "Platforms: linux\n\nThis test was disabled because it is failing on main. It appears to be flaky.",
    ),
    (
        Some("testing"),
        "synthtool.retries: test_backoff failed",
        "This test failed!\n\nTo configure my behavior, see the docs.\n\n<details><summary>Test output</summary><br><pre>AssertionError: 3 != 4</pre></details>",
    ),
    (
        Some("testing"),
        "Test Failure in GitHub Actions on main branch",
        "- **Workflow Name:** Unit\n- **Branch:** main\n\n1. Review the logs for the failed tests in the workflow run.",
    ),
    (
        Some("testing"),
        "Code coverage decreased by 4.1 %",
        "Coverage dropped from 83.2 to 79.1 with this commit.",
    ),
    (
        Some("testing"),
        "E2E suite: 4 failing tests in checkout",
        "playwright 1.49, chromium",
    ),
    (
        Some("deploy"),
        "Nightly build failed on 2026-03-02",
        "See the log of the run.",
    ),
    (
        Some("deploy"),
        "CI/CD workflow 'Deploy to GitHub Pages' failed on main",
        "- **Branch**: main\n- Verify that the build process works as expected.",
    ),
    (
        Some("deploy"),
        "Docker image for linux/arm64 was not pushed",
        "denied: requested access to the resource is denied\nregistry: ghcr.io",
    ),
    (
        Some("deploy"),
        "worker is in CrashLoopBackOff",
        "namespace: prod\nreason: OOMKilled\nkubernetes 1.31",
    ),
    (
        Some("deploy"),
        "Terraform drift detected in eu-west-1",
        "2 to change, 1 to destroy",
    ),
    (
        Some("deploy"),
        "Release failed: v2.4.0",
        "The job `publish` of the release workflow ended with exit code 1.",
    ),
    (
        Some("security"),
        "CVE-2026-31337 (High) detected in lodash-4.17.20.tgz",
        "## Vulnerability Details\n\nCVSS 3 Score Details (7.5)\n\nSuggested fix: upgrade",
    ),
    (
        Some("security"),
        "Trivy: 3 vulnerabilities in the image of the api",
        "Dockerfile base: debian:12\n\nGHSA-xxxx",
    ),
    (
        Some("security"),
        "Secret scanning: token found in config/dev.env",
        "Rotate it.",
    ),
    (
        Some("security"),
        "CodeQL: SQL injection in src/report.py",
        "This query depends on a user-provided value.",
    ),
    (
        Some("design"),
        "Accessibility: 4 new violations on /checkout",
        "- color-contrast (serious)\n- aria-label (critical)\n\nWCAG 2.1 AA",
    ),
    (
        Some("design"),
        "Visual regression in Button (dark mode)",
        "Diff: 3.2 %",
    ),
    (
        Some("design"),
        "Lighthouse: layout shift of 0.31 on the start page",
        "The stylesheet of the banner loads late.",
    ),
    (
        Some("debugging"),
        "TypeError: Cannot read properties of undefined (reading 'map')",
        "Sentry issue WEB-2F1\n\n```\nat renderRows (table.js:33)\n```\nUnhandled exception in production, stack trace above",
    ),
    (
        Some("debugging"),
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "```\ngoroutine 1 [running]:\nmain.(*Board).Diff(0xab18000)\n```",
    ),
    (
        Some("debugging"),
        "thread 'main' panicked at src/board.rs:43",
        "note: run with RUST_BACKTRACE=1",
    ),
    (
        Some("debugging"),
        "KeyError: 'user_id' in worker.process",
        "Traceback (most recent call last):\n  File \"worker.py\", line 12",
    ),
    (
        Some("debugging"),
        "WARNING: DATA RACE in cache.Get",
        "Read at 0x00c0000 by goroutine 7",
    ),
    (
        Some("debugging"),
        "SIGSEGV in libfoo during shutdown",
        "The process crashed; a core dump is attached.",
    ),
    (None, "Describe how to reach the security team", ""),
    (
        None,
        "security-agent.yaml is not found after the install",
        "",
    ),
    (None, "Section: Security design", ""),
    (
        None,
        "Dependency Dashboard",
        "This issue lists Renovate updates and detected dependencies.\n\n- [ ] Update dependency eslint to v9\n- [ ] Update docker digest",
    ),
    (
        None,
        "Update dependency react to v19",
        "Release notes: fixes a crash",
    ),
    (
        None,
        "Weekly digest (1 March - 8 March)",
        "Here's the weekly summary: 3 issues were closed, 12 pull requests merged.",
    ),
    (
        None,
        "Broken links in the docs",
        "| 404 | https://example.org/docs/http |",
    ),
    (
        None,
        "Backport of #1234 failed",
        "The backport to 2.x failed: conflicts in container.go",
    ),
    (
        None,
        "Stale issues",
        "13 issues have had no activity for 60 days.",
    ),
    (
        None,
        "Translations are out of date: de, fr",
        "display names are missing for 12 keys",
    ),
    (
        None,
        "Upstream released 3.2.0",
        "https://example.org/releases/3.2.0",
    ),
    (
        None,
        "Benchmark: parse is 12 % slower",
        "before 1.2 ms, after 1.35 ms (regression)",
    ),
    (
        None,
        "Certificate of api.example.org expires in 14 days",
        "Issued by Let's Encrypt",
    ),
    (
        None,
        "Undefined display of HTTP 404 in a container",
        "undefined is shown",
    ),
];

#[test]
fn reports_of_bots_go_where_a_maintainer_would_send_them() {
    let wrong: Vec<_> = REPORTS
        .iter()
        .filter_map(|(expected, title, body)| {
            let routed = winner(title, body);
            (routed.as_deref() != *expected).then_some((title, routed, expected))
        })
        .collect();
    assert_eq!(wrong, [], "of {}", REPORTS.len());
}

#[test]
fn what_speaks_for_two_roles_is_not_decided() {
    let routed = route(&filed(
        AccountKind::Bot,
        "Flaky docker build",
        "The docker build of the test image is flaky.",
        &[],
    ));
    assert_eq!(routed.winner(), None, "{routed:?}");
    assert!(routed.scores.len() >= 2, "{routed:?}");
}

#[test]
fn words_are_whole_and_count_once() {
    for (title, points) in [
        ("Latest testimony", 0),
        ("excessive", 0),
        ("cross-site-scripting", 8),
        ("XSS, xss and XSS", 8),
        ("panicky", 0),
        ("protest", 0),
    ] {
        let routed = route(&filed(AccountKind::Bot, title, "", &[]));
        let best = routed.scores.first().map_or(0, |score| score.points);
        assert_eq!(best, points, "{title}: {routed:?}");
    }
    let labels = &["module: flaky-tests"];
    let routed = route(&filed(AccountKind::Bot, "test_stride", "", labels));
    assert_eq!(
        routed.winner().map(String::from).as_deref(),
        Some("testing")
    );
}

#[test]
fn the_evidence_names_the_words() {
    let routed = route(&filed(
        AccountKind::Bot,
        "Flaky test: a",
        "the test suite",
        &[],
    ));
    let best = &routed.scores[0];
    assert_eq!((best.role.as_str(), best.points), ("testing", 20));
    assert_eq!(best.words, ["flaky", "flaky test", "test suite", "test"]);
}

#[test]
fn every_role_and_word_of_the_table_can_be_met() {
    for (role, keywords) in TABLE {
        assert!(role.parse::<RoleName>().is_ok(), "{role}");
        for (weight, word) in keywords {
            assert!((1..=4).contains(weight), "{word}");
            assert_eq!(
                words(word),
                format!(" {word} "),
                "it is matched as it stands"
            );
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_weighed(title in ".{0,80}", body in "(.|\n){0,300}") {
        let routed = route(&filed(AccountKind::Bot, &title, &body, &[]));
        let points: Vec<u32> = routed.scores.iter().map(|score| score.points).collect();
        prop_assert!(points.is_sorted_by(|a, b| a >= b));
    }
}
