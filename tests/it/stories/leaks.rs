//! Secrets on their way out: whatever an agent does to them and wherever it puts them, none reaches GitHub, people hear where it
//! stands, and whoever watches hears of it by an event. What an earlier session left is looked at like anything else.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use skep::core::ids::IssueNumber;

use super::finishing::run;
use crate::test_app::{SECRET, TestApp};

/// One of a known format that nobody holds.
const TOKEN: &str = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

/// Runs a script that would publish [`TOKEN`], and answers with what its people are told. Nothing of it is on GitHub.
async fn stopped(script: &str) -> String {
    stopped_in(TestApp::new().await, script).await
}

async fn stopped_in(mut app: TestApp, script: &str) -> String {
    let issue = run(&mut app, script).await;
    let said = is_stopped(&app, issue).await;
    app.done().await;
    said
}

async fn is_stopped(app: &TestApp, issue: IssueNumber) -> String {
    assert_eq!(app.state(issue).await, "failed", "{}", app.thread(issue));
    assert!(app.pulls().is_empty(), "{}", app.thread(issue));
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    let detail = app.detail(issue, "secret.stopped").await;
    let detail = detail.expect("whoever watches hears of it").to_string();
    let ours = app.our_comments(issue).join("\n");
    for told in [&detail, &ours] {
        assert!(!told.contains(&TOKEN[10..]), "{told}");
    }
    assert!(ours.contains("the result was not published: "), "{ours}");
    app.status(issue)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_looks_like_a_header_is_a_line() {
    let said = stopped(&format!(
        "write a.txt <<END\none\n++ b/x\n++ {TOKEN}\nEND\nsay Done."
    ))
    .await;
    assert!(
        said.contains("`a.txt` line 3 adds what looks like a secret (GitHub token)"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_git_calls_binary_is_looked_through() {
    let said = stopped(&format!(
        "run printf 'x\\000\\n{TOKEN}' > data.bin\nsay Done."
    ))
    .await;
    assert!(said.contains("`data.bin` line 2 adds"), "{said}");
    let said = stopped(&format!(
        "write .gitignore: x\nrun printf '{TOKEN}\\n' > a.txt; printf 'a.txt -diff\\n' > .git/info/attributes\nsay Done."
    ))
    .await;
    assert!(said.contains("`a.txt` line 1 adds"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_a_file_is_looked_at() {
    let said = stopped(&format!("write {TOKEN}/a.md: hello\nsay Done.")).await;
    assert!(
        said.contains("the name of the file `[redacted: GitHub token]/a.md` holds"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commits_words_and_author_are_looked_at() {
    for script in [
        format!("write a.txt: a\ncommit Use {TOKEN}\nsay Done."),
        format!(
            "write a.txt: a\nrun git add -A; git commit -q -m A --author='{TOKEN} <a@b.example>'\nsay Done."
        ),
    ] {
        let said = stopped(&script).await;
        assert!(
            said.contains("the message or the author of the commit `"),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_later_commit_takes_out_would_be_published_all_the_same() {
    let said = stopped(&format!(
        "write a.txt: {TOKEN}\ncommit A\ndelete a.txt\nwrite b.txt: b\ncommit B\nsay Done."
    ))
    .await;
    assert!(
        said.contains(
            "`a.txt` line 1 held what looks like a secret (GitHub token) in the commit `"
        ),
        "{said}"
    );
}

/// It stands in no commit whole, and in the last state of the file it does.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_two_commits_put_together_is_found() {
    let (one, other) = SECRET.split_at(SECRET.len() / 2);
    let said = stopped(&format!(
        "write a.txt: {one}\ncommit A\nappend a.txt: {other}\ncommit B\nsay Done."
    ))
    .await;
    assert!(
        said.contains("`a.txt` line 1 adds what looks like a secret (live secret)"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_git_lfs_would_send_is_looked_through() {
    if !crate::required::installed(&["git-lfs"], "sending content to Git LFS") {
        return;
    }
    let app = TestApp::with(|plan| {
        let rule = "*.bin filter=lfs diff=lfs merge=lfs -text\n";
        plan.files.push((".gitattributes".into(), rule.into()));
    })
    .await;
    let said = stopped_in(app, &format!("write data.bin: {TOKEN}\nsay Done.")).await;
    assert!(said.contains("`data.bin` line 1 adds"), "{said}");
}

/// What was held back is not published because the next session had nothing to do with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_does_not_carry_out_what_was_held_back() {
    for (held, why, state) in [
        (format!("write a.txt: {TOKEN}"), "secret", "failed"),
        (
            "write .github/x.yml: on".into(),
            "protected paths",
            "needs-you",
        ),
    ] {
        let mut app = TestApp::new().await;
        let issue = run(&mut app, &format!("{held}\nsay Done.")).await;
        assert_eq!(app.state(issue).await, state, "{}", app.thread(issue));
        for (command, state) in [("/agent retry", state), ("/agent retry fresh", "in-review")] {
            app.advance(std::time::Duration::from_secs(60));
            app.reply(issue, "/agent stop").await;
            let body = "```skep-demo\nwrite b.txt: b\nsay Done.\n```";
            app.simulator
                .edit_body(app.repository, issue, body, "ana")
                .expect("an edit");
            app.reply(issue, command).await;
            app.settle_all().await;
            assert_eq!(app.state(issue).await, state, "{}", app.thread(issue));
            if state != "in-review" {
                assert_eq!(app.simulator.branches(app.repository), ["main"]);
                assert!(app.status(issue).contains(why), "{}", app.status(issue));
            }
        }
        app.done().await;
    }
}

/// Twelve ways to write a secret down.
fn disguises(secret: &str) -> [String; 12] {
    let hexed = |upper: bool| {
        secret.bytes().fold(String::new(), |mut text, byte| {
            match upper {
                true => write!(text, "{byte:02X}"),
                false => write!(text, "{byte:02x}"),
            }
            .expect("a string takes it");
            text
        })
    };
    let each = |before: &str| {
        secret.bytes().fold(String::new(), |mut text, byte| {
            write!(text, "{before}{byte:02x}").expect("a string takes it");
            text
        })
    };
    let apart: Vec<String> = secret
        .as_bytes()
        .chunks(4)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect();
    [
        secret.to_owned(),
        secret.chars().rev().collect(),
        hexed(false),
        hexed(true),
        each("\\x"),
        each("%"),
        STANDARD.encode(secret),
        STANDARD.encode(format!("a{secret}")),
        STANDARD.encode(format!("ab{secret}!")),
        URL_SAFE_NO_PAD.encode(secret),
        secret[..secret.len() - 5].to_uppercase(),
        apart.join(" . "),
    ]
}

/// Comment, pull request, commit message, file: the real ways out, with a secret that skep itself holds.
#[tokio::test(flavor = "multi_thread")]
async fn no_disguise_leaves_by_any_way() {
    let mut app = TestApp::new().await;
    let disguises = disguises(SECRET);
    let (mut stopped, mut issues) = (0, Vec::new());
    for (number, disguise) in disguises.iter().enumerate() {
        let mut scripts = vec![
            format!("say It is {disguise} here."),
            format!("write NOTE.md: hello\ncommit Use {disguise}\nsay Done."),
            format!("write NOTE.md: {disguise}\nsay Done."),
            format!("write NOTE.md: hello\nfinish Wrote {disguise} | saw {disguise}"),
        ];
        if number % 4 == 0 {
            scripts.push(format!("ask Is it {disguise}? | yes | no {disguise}"));
        }
        for script in scripts {
            let issue = run(&mut app, &script).await;
            stopped += usize::from(app.detail(issue, "secret.stopped").await.is_some());
            if app.live().await > 0 {
                app.close_issue(issue, "ana");
                app.settle_all().await;
            }
            issues.push(issue);
        }
    }
    assert_eq!(stopped, issues.len(), "words are stopped like code");
    let mut out = String::new();
    for issue in issues {
        out.push_str(&app.our_comments(issue).join("\n"));
    }
    for pull in app.pulls() {
        write!(out, "\n{}\n{}\n", pull.issue.title, pull.issue.body).expect("written");
    }
    for branch in app.simulator.branches(app.repository) {
        out.push_str(&app.git(&["log", "-p", &format!("main..{branch}")]));
    }
    for disguise in &disguises {
        assert!(!out.contains(disguise), "{disguise} got out");
    }
    app.done().await;
}

/// Nothing of what an agent said goes out, or into the database; the session is held, and whoever looks again lets it go on.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_says_a_secret_is_held_until_a_person_has_looked() {
    let secret: String = SECRET.chars().rev().collect();
    let mut app = TestApp::new().await;
    let issue = run(&mut app, &format!("write A.md: a\nsay It is {secret}.")).await;
    assert_eq!(app.state(issue).await, "paused", "{}", app.thread(issue));
    assert!(app.pulls().is_empty());
    let status = app.status(issue);
    assert!(
        status.contains("its agent was about to say a secret of skep's own"),
        "{status}"
    );
    for name in ["secret.stopped", "session.alarm"] {
        assert!(app.detail(issue, name).await.is_some(), "{name}");
    }
    app.reply(issue, "/agent resume").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    let body = app.the_pull().issue.body;
    assert!(
        body.contains("Review this as an attack") && !body.contains(&secret),
        "{body}"
    );
    app.done().await;
}

/// A title is people's words: it is published with no secret in it either.
#[tokio::test(flavor = "multi_thread")]
async fn a_title_that_holds_one_is_published_without() {
    let mut app = TestApp::new().await;
    let script = "write NOTE.md: hello\nsay Done.";
    let issue = app.go(&format!("Change {TOKEN} soon"), script);
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(
        app.the_pull().issue.title,
        "Change [redacted: GitHub token] soon"
    );
    let log = app.git(&["log", "-1", "--format=%B%D", &app.the_pull().head]);
    assert!(
        !log.contains(&TOKEN[10..]) && !log.contains("16c7e42f292c"),
        "{log}"
    );
    app.done().await;
}
