//! `skep demo`, as its README promises it.

use std::path::Path;
use std::process::{Command, Output};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::running::{Told, skep};
use super::setup::{PATIENCE, ask};

/// A folder of its own for what the demo keeps, so that a test sees what is left of it.
pub(super) fn stage() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

pub(super) fn command(stage: &Path, arguments: &[&str], path: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
    command
        .arg("demo")
        .args(arguments)
        .env_clear()
        .env("PATH", path)
        .env("TMPDIR", stage)
        .current_dir(stage);
    command
}

pub(super) fn path() -> String {
    std::env::var("PATH").expect("a path")
}

pub(super) async fn run(mut command: Command) -> (Option<i32>, String, String) {
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("it ran")
        .expect("it starts");
    let Output {
        status,
        stdout,
        stderr,
    } = output;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

pub(super) fn left(stage: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(stage).expect("a folder").flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

pub(super) fn interrupt(told: &Told) {
    kill_process(Pid::from_child(&told.child), Signal::INT).expect("it runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn three_issues_become_three_pull_requests() {
    let stage = stage();
    let (code, out, err) = run(command(stage.path(), &[], &path())).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    for (issue, title) in [
        (1, "Greet visitors by name"),
        (2, "Test the greeting"),
        (3, "The README names the wrong command"),
    ] {
        let head = out
            .lines()
            .find(|line| line.starts_with(&format!("── issue #{issue} → draft pull request #")));
        assert!(
            head.is_some_and(|line| line.contains(title)),
            "#{issue}: {out}"
        );
    }
    for line in [
        "+    return f\"Hello, {name}\"",
        "+++ b/tests/test_greet.py",
        "+Run `python src/greet.py`.",
    ] {
        assert!(out.lines().any(|shown| shown == line), "{line}: {out}");
    }
    let shown = |issue: i64, word: &str| {
        out.lines()
            .any(|line| line.contains(&format!(" s  #{issue}   {word}")))
    };
    for word in [
        "received ",
        "role ",
        "session ",
        "progress ",
        "changed ",
        "pushed ",
        "opened ",
        "completed",
    ] {
        assert!(shown(2, word), "{word}: {out}");
    }
    for (issue, word) in [
        (1, "asks "),
        (1, "answer "),
        (2, "review "),
        (2, "revision "),
    ] {
        assert!(shown(issue, word), "#{issue} {word}: {out}");
    }
    assert!(out.contains("3 of 3 issues became pull requests"), "{out}");
    assert!(
        out.contains("Questions answered: 1. Revisions after a review: 1."),
        "{out}"
    );
    // The answer is in the code, and the thread of the review has its answer.
    assert!(
        out.lines()
            .any(|line| line == "+def greet(name=\"stranger\"):"),
        "{out}"
    );
    assert!(
        out.contains("It does; there is a test for that now."),
        "{out}"
    );
    let next = out.split_once("\nNext:\n").expect("what to do next").1;
    assert!(
        next.lines().count() == 3 && next.contains("skep config check"),
        "{next}"
    );
    assert_eq!(left(stage.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_read_one_event_a_line() {
    let stage = stage();
    let (code, out, err) = run(command(stage.path(), &["--json"], &path())).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    for line in &lines {
        assert!(line["time"].as_i64() > Some(1_700_000_000_000), "{line}");
        for key in ["event", "repository", "issue", "session", "details"] {
            assert!(line.get(key).is_some(), "{key}: {line}");
        }
        assert!(
            line["issue"].is_null() || line["repository"] == "octo/garden",
            "{line}"
        );
    }
    let expected = [
        "delivery.accepted",
        "task.queued",
        "session.dispatched",
        "pull_request.opened",
        "session.completed",
    ];
    for issue in 1..=3 {
        let of_it = lines.iter().filter(|line| line["issue"] == issue);
        let names: Vec<&str> = of_it.filter_map(|line| line["event"].as_str()).collect();
        let mut at = 0;
        for name in expected {
            let found = names[at..].iter().position(|seen| *seen == name);
            at += found.unwrap_or_else(|| panic!("{name} of #{issue} in {names:?}")) + 1;
        }
    }
    for (issue, name) in [
        (1, "question.asked"),
        (1, "question.answered"),
        (2, "review.taken"),
        (2, "revision.started"),
    ] {
        assert!(
            lines
                .iter()
                .any(|line| line["issue"] == issue && line["event"] == name),
            "#{issue} {name}: {out}"
        );
    }
    let opened = lines
        .iter()
        .find(|line| line["event"] == "pull_request.opened")
        .expect("seen");
    assert!(
        opened["session"].is_string() && opened["details"]["url"].is_string(),
        "{opened}"
    );
    assert_eq!(lines[0]["event"], "demo.started");
    let last = lines.last().expect("lines");
    assert_eq!(
        (&last["event"], &last["ok"]),
        (&json!("demo.finished"), &json!(true)),
        "{last}"
    );
    let (details, took) = (&last["details"], last["details"]["took_ms"].as_u64());
    assert_eq!(
        (&details["pull_requests"], &details["issues"]),
        (&json!(3), &json!(3)),
        "{last}"
    );
    assert_eq!(
        (&details["questions_answered"], &details["revisions"]),
        (&json!(1), &json!(1)),
        "{last}"
    );
    assert!(took.is_some_and(|ms| ms < 60_000), "{last}");
}

/// The program is removed before it runs, so that there is no agent to start.
#[tokio::test(flavor = "multi_thread")]
async fn without_its_pull_requests_it_fails() {
    let stage = stage();
    let bin = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    std::fs::hard_link(env!("CARGO_BIN_EXE_skep"), bin.path().join("skep"))
        .expect("the same file system");
    let mut shell = Command::new("sh");
    shell
        .args([
            "-c",
            "exec 3<\"$SKEP\"; rm \"$SKEP\"; exec /proc/self/fd/3 demo --json",
        ])
        .env_clear();
    shell
        .env("PATH", path())
        .env("TMPDIR", stage.path())
        .env("SKEP", bin.path().join("skep"));
    let (code, out, err) = run(shell).await;
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line["event"] == "session.failed")
            .count(),
        3,
        "{out}"
    );
    let last = lines.last().expect("lines");
    assert_eq!(
        (&last["event"], &last["ok"]),
        (&json!("demo.finished"), &json!(false)),
        "{last}"
    );
    assert_eq!(code, Some(1), "{out}");
    let words = "skep: no pull request for #1, #2, #3; the lines above say how far it came";
    assert!(err.lines().last() == Some(words), "{err}");
    assert_eq!(left(stage.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_git_it_says_so_and_leaves_nothing() {
    let stage = stage();
    let (code, _, err) = run(command(stage.path(), &[], "/nowhere")).await;
    assert_eq!(code, Some(1), "{err}");
    assert!(
        err.starts_with("skep: ") && err.contains("git") && err.lines().count() == 1,
        "{err}"
    );
    assert_eq!(left(stage.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_in_the_middle_leaves_nothing() {
    let stage = stage();
    let mut told = Told::start(command(stage.path(), &[], &path()));
    told.until("session  ");
    interrupt(&told);
    assert_eq!(told.end(), Some(1), "{}", told.said);
    assert_eq!(left(stage.path()), [""; 0]);
}

/// A reader that went away is no panic, and nothing is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pipe_is_no_accident() {
    let stage = stage();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "{ \"$SKEP\" demo; echo $? >&2; } | head -3"])
        .env_clear()
        .current_dir(stage.path());
    shell
        .env("PATH", path())
        .env("TMPDIR", stage.path())
        .env("SKEP", env!("CARGO_BIN_EXE_skep"));
    let (code, out, err) = run(shell).await;
    assert_eq!(
        (code, out.lines().count(), err.as_str()),
        (Some(0), 3, "0\n")
    );
    assert_eq!(left(stage.path()), [""; 0]);
}

/// The commands that `--keep` prints, each one or more lines for one shell, in order.
fn printed(said: &str) -> Vec<String> {
    let kept = said.split_once("\nStill running").expect("it is kept").1;
    kept.lines()
        .filter_map(|line| line.strip_prefix("  "))
        .map(str::to_owned)
        .collect()
}

async fn sh(text: &str) -> String {
    let mut shell = Command::new("sh");
    shell.args(["-c", text]);
    let (code, out, err) = run(shell).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{text}: {out}");
    out
}

/// The thread that a printed command shows, once the issue is in review.
async fn until_in_review(thread: &str) -> String {
    let began = std::time::Instant::now();
    loop {
        let read = sh(thread).await;
        if read.contains("agent:review") {
            return read;
        }
        assert!(began.elapsed() < PATIENCE, "{read}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Runs the printed commands on the pull request, which are these.
async fn play_on_pull(on_pull: &[String]) {
    let verbs = [
        "line_comment",
        "check",
        "check",
        "push_file",
        "ready",
        "review",
        "merge",
    ];
    assert_eq!(on_pull.len(), verbs.len(), "{on_pull:?}");
    for (line, verb) in on_pull.iter().zip(verbs) {
        assert!(line.contains(&format!("\"do\":\"{verb}\"")), "{line}");
        let done: Value = serde_json::from_str(&sh(line).await).expect("JSON");
        assert!(
            done.get("message").is_none() && done.is_object(),
            "{line}: {done}"
        );
    }
}

/// The public and the admin address have a page for people.
async fn pages_answer(send: &str, look: &str) {
    let page_address = send
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .expect("an address");
    for (page, part) in [("/healthz", "ok"), ("/", "skep is running here")] {
        let (status, body) = ask(page_address, &format!("GET {page}"), &[], "")
            .await
            .expect("an answer");
        assert!(status == 200 && body.contains(part), "{page}: {body}");
    }
    let admin_address = look.rsplit_once("http://").expect("an address").1;
    let (status, body) = ask(admin_address, "GET /", &[], "")
        .await
        .expect("an answer");
    assert!(status == 200 && body.contains("octo/"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_works_as_printed() {
    if !crate::required::installed(&["curl", "openssl"], "the commands that the demo prints") {
        return;
    }
    let stage = stage();
    let command = command(stage.path(), &["--keep"], &path());
    let told = tokio::task::spawn_blocking(move || {
        let mut told = Told::start(command);
        told.until("And look: ");
        told
    });
    let mut told = told.await.expect("told");
    let commands = printed(&told.said);
    let [
        file,
        label,
        thread,
        say,
        edit,
        on_pull @ ..,
        verbs,
        sign,
        send,
    ] = &commands[..]
    else {
        panic!("{commands:?}")
    };
    let filed: Value = serde_json::from_str(&sh(file).await).expect("JSON");
    let number = filed["issue"].as_i64().expect("a number");
    assert!(
        label.contains(&format!("\"issue\":{number},")) && thread.ends_with(&format!("/{number}")),
        "{label} {thread}"
    );
    let labeled: Value = serde_json::from_str(&sh(label).await).expect("JSON");
    assert_eq!(labeled["issue"], number);
    let read = until_in_review(thread).await;
    assert!(read.contains("Say bye"), "{read}");
    let look = told
        .said
        .lines()
        .last()
        .and_then(|line| line.strip_prefix("And look: skep "))
        .expect("a command");
    let (code, out, err) = skep(look, &[]).await;
    assert!(code == Some(0) && out.contains("4 completed"), "{out}{err}");
    let edited: Value = serde_json::from_str(&sh(&format!("{say}\n{edit}")).await).expect("JSON");
    assert!(edited["comment"].as_i64() > Some(0), "{edited}");
    let read = sh(thread).await;
    assert!(
        read.contains("/agent logs") && !read.lines().any(|line| line.trim() == "/agent status"),
        "{read}"
    );
    play_on_pull(on_pull).await;
    let verbs = sh(verbs).await;
    assert!(
        verbs.contains("edit_comment") && verbs.contains("comment body"),
        "{verbs}"
    );
    let sent = sh(&format!("{sign}\n{send}")).await;
    assert!(sent.starts_with("HTTP/1.1 202 "), "{sent}");
    pages_answer(send, look).await;
    assert_eq!(left(stage.path()).len(), 1);
    interrupt(&told);
    assert_eq!(told.end(), Some(0), "{}", told.said);
    assert_eq!(left(stage.path()), [""; 0]);
}

/// An agent that reads a plain issue, as those with a mind do: the scripted one with a script put into what it hears.
fn with_a_mind(folder: &Path) -> String {
    let program = folder.join("mind");
    let script = "```skep-demo\\\\nreplace src/greet.py: Hello => Hello, stranger\\\\nsay It greets now.\\\\n```";
    let text = format!(
        "#!/bin/sh\nsed -u 's|Change nothing else[.]|\\\\n{script}\\\\n|' | \"${{0%/*}}\"/skep demo-agent\n"
    );
    std::fs::hard_link(env!("CARGO_BIN_EXE_skep"), folder.join("skep"))
        .expect("the same file system");
    std::fs::write(&program, text).expect("written");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, executable).expect("set");
    program.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_of_ones_own_plays_it_too() {
    let (stage, home) = (stage(), stage());
    let mind = with_a_mind(home.path());
    let (code, out, err) = run(command(stage.path(), &["--agent", &mind], &path())).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(
        out.contains("files an issue") && out.contains("`mind` works on it"),
        "{out}"
    );
    assert!(
        out.contains("1 of 1 issue became a pull request, in "),
        "{out}"
    );
    assert!(
        out.lines()
            .any(|line| line == "+    return \"Hello, stranger\""),
        "{out}"
    );
    assert_eq!(left(stage.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_not_there_is_named() {
    let stage = stage();
    for (agent, part) in [
        ("goose", "`goose` is not installed"),
        ("qwen-code", "`skep agents install qwen-code` installs it"),
        ("goos", "Did you mean `goose`?"),
    ] {
        let (code, out, err) =
            run(command(stage.path(), &["--agent", agent], "/usr/bin:/bin")).await;
        assert!(
            code > Some(0) && out.is_empty() && err.contains(part),
            "{agent}: {out}{err}"
        );
        assert_eq!(left(stage.path()), [""; 0]);
    }
}
