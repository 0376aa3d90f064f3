//! Bad agents as real processes: what they leave running is gone, what they rewrite too late is not published, what is
//! cancelled pushes nothing, and no session sees another.

use skep::core::ids::IssueNumber;

use super::agents::{failed, impatient};
use crate::agents::{marked, until};
use crate::test_app::{Options, TestApp};

fn processes(plan: &mut Options) {
    impatient(plan);
    plan.process = true;
    plan.limits.silence_ms = 20_000;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_crashes_is_named_by_its_status() {
    let mut app = TestApp::with(processes).await;
    let issue = app.go(
        "Crash",
        "write half.txt: done\ncommit Half of it\nwrite more.txt: more\nspawn-survivor\nexit 42",
    );
    app.settle_all().await;
    let thread = failed(&app, issue, "crash").await;
    assert!(thread.contains("exit status: 42"), "{thread}");
    assert_eq!(app.kept(issue, 1, "half.txt").as_deref(), Some("done\n"));
    assert_eq!(app.kept(issue, 1, "more.txt").as_deref(), Some("more\n"));
    assert!(!app.session_dir(issue, 1).exists());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_hangs_is_killed_with_its_children() {
    let mut app = TestApp::with(|plan| {
        processes(plan);
        plan.limits.silence_ms = 1_500;
    })
    .await;
    let issue = app.go(
        "Hang",
        "write half.txt: done\nspawn-survivor\nsay Now I hang.\nhang",
    );
    app.settle_all().await;
    let thread = failed(&app, issue, "silence").await;
    assert!(thread.contains("Now I hang."), "{thread}");
    assert_eq!(app.kept(issue, 1, "half.txt").as_deref(), Some("done\n"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_floods_is_killed() {
    let mut app = TestApp::with(processes).await;
    let issue = app.go("Flood", "flood 200000000");
    app.settle_all().await;
    failed(&app, issue, "flood").await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn children_that_left_home_do_not_outlive_a_good_session() {
    let mut app = TestApp::with(processes).await;
    let issue = app.go(
        "Work",
        "write a.txt: a\nspawn-survivor\nrun (nohup sleep 300 >/dev/null 2>&1 &)",
    );
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    assert_eq!(marked(&app.data_dir()), Vec::<u32>::new());
    let folder = app.session_dir(issue, 1);
    assert!(
        !folder.join("work").exists() && folder.join("home").exists(),
        "its memory stays for a review, no more"
    );
    app.done().await;
}

/// C11: what is published is what git collected after the last process was gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_rewrites_the_clone_after_the_end_changes_nothing() {
    let mut app = TestApp::with(processes).await;
    let child = "n=0; while :; do n=$((n+1)); echo $n > race.txt; git add race.txt; git commit -qm $n; sleep 0.05; done";
    let script = format!(
        "write race.txt: 0\nrun setsid sh -c '{child}' >/dev/null 2>&1 & sleep 0.3\nsay Done."
    );
    let issue = app.go("Race", &script);
    app.settle_all().await;
    // Twenty commits are the limit, so a quick child may fail the session; either way nothing else is on GitHub.
    let collected = app
        .detail(issue, "session.collected")
        .await
        .expect("git looked");
    let head = collected["head"].as_str().expect("a commit").to_owned();
    assert_eq!(marked(&app.data_dir()), Vec::<u32>::new());
    match app.simulator.branch_head(app.repository, "agent/1-race") {
        Some(published) => assert_eq!(published.as_str(), head),
        None => assert!(
            app.status(issue).contains("the limit is 20"),
            "{}",
            app.status(issue)
        ),
    }
    app.done().await;
}

/// What a session that was ended or paused may not do any more.
fn quiet_after(app: &TestApp, issue: IssueNumber, from: usize, head: &str) -> Vec<String> {
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    assert!(
        app.simulator
            .pulls(app.repository)
            .expect("pulls")
            .is_empty()
    );
    assert_eq!(marked(&app.data_dir()), Vec::<u32>::new());
    assert!(app.runner().services().agents.live().is_empty());
    let status = app.status(issue);
    assert!(status.starts_with(head), "{status}");
    let calls = app.simulator.calls().split_off(from);
    calls
        .into_iter()
        .filter(|call| call.method != "GET")
        .map(|call| format!("{} {}", call.method, call.path))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_the_label_away_ends_a_stubborn_agent() {
    let mut app = TestApp::with(processes).await;
    let issue = app.go(
        "Stop me",
        "write half.txt: done\nspawn-survivor\nsay At it.\nhang",
    );
    let data = app.data_dir();
    app.until("the agent has written", |app| {
        app.session_dir(issue, 1).join("work/half.txt").exists()
    })
    .await;
    until("the agent and its child", || marked(&data).len() >= 2).await;
    // The agent writes as soon as it has its prompt, which may be before we have written down who it is.
    app.until_event(issue, "session.running").await;
    let before = app.simulator.calls().len();
    app.unlabel(issue, "agent:go");
    app.settle_all().await;
    let changes = quiet_after(&app, issue, before, "**Paused**");
    assert!(
        !changes
            .iter()
            .any(|call| call.contains(".git/") || call.contains("/pulls")),
        "{changes:#?}"
    );
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("paused", 0)
    );
    assert_eq!(app.labels(issue), ["agent:paused"]);
    assert_eq!(app.kept(issue, 1, "half.txt").as_deref(), Some("done\n"));
    assert!(
        app.session_dir(issue, 1).join("work/half.txt").exists(),
        "the working copy is kept"
    );
    insta::assert_snapshot!(super::agents::readable(&app.thread(issue)), @"
    #1 Stop me (open)
    labels: agent:paused
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      write half.txt: done
      spawn-survivor
      say At it.
      hang
      ```

    skep[bot]:
      **Paused**

      Paused because `@ana` removed the label `agent:go`. What it has done so far (1 changed file) is kept. To go on, add the label `agent:go` or write `/agent resume`; to end it, write `/agent stop`.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 20 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 1 s of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:01Z Accepted as `swe`.
      - 00:00:01Z Started.
      - 00:00:02Z Paused: `@ana` removed the label `agent:go`.

      </details>

      <sub>updated 00:00:02Z</sub>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_issue_ends_the_agent() {
    let mut app = TestApp::with(processes).await;
    let issue = app.go("Close me", "write half.txt: done\nsay At it.\nwait 300");
    app.until("the agent has written", |app| {
        app.session_dir(issue, 1).join("work/half.txt").exists()
    })
    .await;
    app.until_event(issue, "session.running").await;
    let before = app.simulator.calls().len();
    app.advance(std::time::Duration::from_secs(1));
    app.close_issue(issue, "ana");
    app.settle_all().await;
    let changes = quiet_after(&app, issue, before, "**Stopped**");
    assert!(
        !changes
            .iter()
            .any(|call| call.contains(".git/") || call.contains("/pulls")),
        "{changes:#?}"
    );
    insta::assert_snapshot!(super::agents::readable(&app.thread(issue)), @"
    #1 Close me (closed)
    labels: agent:go
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      write half.txt: done
      say At it.
      wait 300
      ```

    skep[bot]:
      **Stopped** after 1 s

      Stopped because `@ana` closed the issue.

      What it had done (1 changed file) is kept on the server as `[commit]`: its operator gets it with `skep session 1296269-1-1 --patch`.

      To start again, comment `/agent retry`; if the issue is closed, reopen it first.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 20 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 1 s of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:01Z Accepted as `swe`.
      - 00:00:01Z Started.
      - 00:00:02Z Stopped: `@ana` closed the issue.

      </details>

      <sub>updated 00:00:02Z</sub>
    ");
    app.done().await;
}

/// R68.
#[tokio::test(flavor = "multi_thread")]
async fn two_sessions_of_one_repository_do_not_see_each_other() {
    let mut app = TestApp::with(processes).await;
    if !crate::agents::fenced(&app.runner().services().agents) {
        return app.done().await;
    }
    let first = app.go(
        "Keep a secret",
        "write secret.txt: mine alone\nsay Written.\nwait 300",
    );
    let theirs = app.session_dir(first, 1);
    app.until("the secret is there", |_| {
        theirs.join("work/secret.txt").exists()
    })
    .await;
    let script = format!(
        "run ls {dir} {dir}/.. 2>&1; cat {dir}/work/secret.txt 2>&1; true",
        dir = theirs.display()
    );
    let second = app.go("Look around", &script);
    app.until("the second is done", |app| {
        app.status(second).starts_with("**Needs")
    })
    .await;
    let comments = app
        .simulator
        .comments(app.repository, second)
        .expect("comments");
    let answer = comments
        .into_iter()
        .find(|comment| comment.body.contains("<!-- skep:answer:"))
        .expect("an answer")
        .body;
    assert!(
        answer.matches("No such file or directory").count() >= 2,
        "{answer}"
    );
    assert!(
        !answer.contains("mine alone") && !answer.contains("secret.txt\n"),
        "{answer}"
    );
    app.unlabel(first, "agent:go");
    app.settle_all().await;
    app.done().await;
}

/// R79. Some agents open a server of their own.
#[tokio::test(flavor = "multi_thread")]
async fn two_sessions_do_not_reach_each_other_on_loopback() {
    let mut app = TestApp::with(processes).await;
    if !crate::agents::fenced(&app.runner().services().agents) {
        return app.done().await;
    }
    let listens = "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalAddr => \"127.0.0.1:4567\", Listen => 5) or die; \
                   open(F, \">\", \"listens.txt\"); close(F); while ($c = $s->accept) { print $c \"mine alone\\n\" }'";
    let connects = "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(\"127.0.0.1:4567\"); print $s ? <$s> : \"nobody there\\n\"'";
    let first = app.go(
        "Serve",
        &format!("run {listens} >/dev/null 2>&1 &\nwait 300"),
    );
    let theirs = app.session_dir(first, 1);
    app.until("it listens", |_| theirs.join("work/listens.txt").exists())
        .await;
    let script = format!("run {connects} >seen.txt\nsay Looked.");
    let second = app.go("Look", &script);
    app.until("the second one is over", |app| {
        app.labels(second).contains(&"agent:review".to_owned())
    })
    .await;
    let head = app.pull_for(second).head_sha;
    assert_eq!(
        app.git(&["show", &format!("{head}:seen.txt")]),
        "nobody there\n"
    );
    // The first one does reach itself.
    app.say("ana", first, "/agent stop");
    app.settle_all().await;
    app.done().await;
}

/// N21.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_sandbox_refuses_is_told_and_what_looks_like_an_attack_is_marked() {
    let mut app = TestApp::with(processes).await;
    if !crate::agents::fenced(&app.runner().services().agents) {
        return app.done().await;
    }
    let asks = |address: &str| {
        format!("run curl -s -m 20 {address} >/dev/null; true\nwrite note.txt: done\nsay Done.")
    };
    let habit = app.go("Report on itself", &asks("https://telemetry.example/"));
    let attack = app.go(
        "Look for credentials",
        &asks("http://169.254.169.254/latest/"),
    );
    app.settle_all().await;
    let refused = |course: &[String]| {
        let names = ["session.attempt_refused", "session.alarm"];
        names.map(|name| course.iter().filter(|line| *line == name).count())
    };
    assert_eq!(refused(&app.course(habit).await), [1, 0]);
    assert_eq!(refused(&app.course(attack).await), [1, 1]);
    let said = "Refused by its sandbox: `telemetry.example:443`: the host is not on its list";
    for text in [app.status(habit), app.pull_for(habit).issue.body] {
        assert!(text.contains(said), "{text}");
        assert!(!text.contains("as an attack"), "{text}");
    }
    let body = app.pull_for(attack).issue.body;
    assert!(
        body.contains("**Review this as an attack:** while it worked, the agent tried what its sandbox does not allow (`169.254.169.254:80`"),
        "{body}"
    );
    app.done().await;
}

/// N21: what was left running tries something when its agent has no turn any more; it is told then, and not with the next turn.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_tried_between_turns_is_told_then() {
    let mut app = TestApp::with(|plan| {
        processes(plan);
        // The agent stays where it is while people think.
        plan.limits.park_ms = 3_600_000;
    })
    .await;
    if !crate::agents::fenced(&app.runner().services().agents) || std::env::consts::ARCH != "x86_64"
    {
        return app.done().await;
    }
    let later =
        "(while [ ! -e ../home/now ]; do sleep 0.1; done; unshare -U true) >/dev/null 2>&1 &";
    let issue = app.go(
        "Come back later",
        &format!("run {later}\nask Go on? | yes | no\nwrite note.txt: done\nsay Done."),
    );
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you");
    let refused = "session.attempt_refused".to_owned();
    assert!(!app.course(issue).await.contains(&refused));
    std::fs::write(app.session_dir(issue, 1).join("home/now"), "").expect("written");
    let mut told = skep::runner::Told::new();
    let heard = async {
        while !app.course(issue).await.contains(&refused) {
            let runner = app.runner().clone();
            runner.tell_between_turns(&mut told).await.expect("told");
            app.settle().await;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(crate::test_app::PATIENCE, heard)
        .await
        .expect("it is told while nobody has asked the agent anything");
    assert_eq!(app.state(issue).await, "needs-you");
    app.advance(std::time::Duration::from_secs(15));
    app.settle().await;
    let said = "Refused by its sandbox: `unshare(CLONE_NEWUSER)` by `unshare`";
    assert!(app.status(issue).contains(said), "{}", app.status(issue));
    app.reply(issue, "1").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    app.done().await;
}

/// N21: also what the kernel refuses. What programs do by themselves is in the feed, and nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_kernel_refuses_is_told_and_habits_of_programs_disturb_nobody() {
    let mut app = TestApp::with(processes).await;
    if !crate::agents::fenced(&app.runner().services().agents) || std::env::consts::ARCH != "x86_64"
    {
        return app.done().await;
    }
    let does = |what: &str| format!("run {what}; true\nwrite note.txt: done\nsay Done.");
    let habit = app.go("Be quick", &does("perl -e 'syscall(425, 8, 0)' 2>&1"));
    let odd = app.go("Debug", &does("unshare -U true 2>&1"));
    let thief = app.go("Steal", &does("cat /etc/shadow 2>&1"));
    app.settle_all().await;
    let names = ["session.attempt_refused", "session.alarm"];
    for (issue, expected) in [(habit, [1, 0]), (odd, [1, 0]), (thief, [1, 1])] {
        let course = app.course(issue).await;
        let counts = names.map(|name| course.iter().filter(|line| *line == name).count());
        assert_eq!(counts, expected, "{course:?}");
    }
    let detail = app.detail(habit, "session.attempt_refused").await;
    assert_eq!(detail.expect("in the feed")["harmless"], true);
    for text in [app.status(habit), app.pull_for(habit).issue.body] {
        assert!(
            !text.contains("io_uring") && !text.contains("Refused by"),
            "{text}"
        );
    }
    let said = "Refused by its sandbox: `unshare(CLONE_NEWUSER)` by `unshare`";
    for text in [app.status(odd), app.pull_for(odd).issue.body] {
        assert!(text.contains(said), "{text}");
        assert!(!text.contains("as an attack"), "{text}");
    }
    let body = app.pull_for(thief).issue.body;
    assert!(
        body.contains("**Review this as an attack:**")
            && body.contains("`/etc/shadow`: it is a decoy"),
        "{body}"
    );
    app.done().await;
}
