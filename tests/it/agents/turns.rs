//! Turns with the demo agent: what is reported, how they are cancelled, how a session goes on.

use std::time::{Duration, Instant};

use skep::agent::{PermissionPolicy, Resume, TurnRequest, presets};
use skep::core::agent::{Decision, ErrorClass, PlanStatus, Stop, ToolStatus, Update};

use super::{Bench, Setup, messages, session, until};

const WORK: &str = "\
plan Look | Write | Check
start 1
think Where to begin
tick 1
start 2
write docs/hello.txt <<END
Hello
  there
END
append docs/hello.txt: again
replace docs/hello.txt: there => here
tick 2
run echo ran > ran.txt
tick 3
say All done.";

async fn whole(bench: &Bench) {
    let (end, updates) = bench.play(WORK).await;
    assert_eq!(
        (end.stop, end.message.as_str(), end.error, end.resumed),
        (Stop::EndTurn, "All done.", None, false)
    );
    assert!(end.usage.context > 0, "{:?}", end.usage);
    assert_eq!(
        bench.file("docs/hello.txt").as_deref(),
        Some("Hello\n  here\nagain\n")
    );
    assert_eq!(bench.file("ran.txt").as_deref(), Some("ran\n"));
    let Some(Update::Started {
        agent_name,
        resumed: false,
        agent_session,
        ..
    }) = updates.first()
    else {
        panic!("the first update is {:?}", updates.first());
    };
    assert_eq!(
        (agent_name.as_str(), agent_session),
        ("skep-demo", &end.agent_session)
    );
    let plan = updates.iter().rev().find_map(|update| match update {
        Update::Plan { entries } => Some(
            entries
                .iter()
                .map(|e| (e.content.as_str(), e.status))
                .collect::<Vec<_>>(),
        ),
        _ => None,
    });
    let done = PlanStatus::Completed;
    assert_eq!(
        plan,
        Some(vec![("Look", done), ("Write", done), ("Check", done)])
    );
    assert!(
        updates.iter().any(
            |update| matches!(update, Update::Thought { text, .. } if text == "Where to begin")
        )
    );
    assert_eq!(
        tools(&updates),
        [
            "write docs/hello.txt edit Completed",
            "append to docs/hello.txt edit Completed",
            "change docs/hello.txt edit Completed",
            "run echo ran > ran.txt execute Completed"
        ]
    );
    let asked = Update::Permission {
        title: "run echo ran > ran.txt".into(),
        decision: Decision::Allowed,
    };
    assert!(updates.contains(&asked), "{updates:?}");
    assert_eq!(bench.agents.live(), [session()]);
    bench.agents.close(&session()).await.expect("closed");
    assert!(bench.processes().is_empty());
    assert!(bench.agents.live().is_empty());
    bench
        .agents
        .close(&session())
        .await
        .expect("closing twice is fine");
}

/// Each tool call once, in its last state.
fn tools(updates: &[Update]) -> Vec<String> {
    let mut last: Vec<(String, String)> = vec![];
    for update in updates {
        if let Update::Tool {
            id,
            title,
            tool,
            status,
        } = update
        {
            let shown = format!("{title} {tool} {status:?}");
            match last.iter_mut().find(|(known, _)| known == id) {
                Some((_, earlier)) => *earlier = shown,
                None => last.push((id.clone(), shown)),
            }
        }
    }
    last.into_iter().map(|(_, shown)| shown).collect()
}

#[tokio::test]
async fn a_whole_turn_in_a_process() {
    whole(&Setup::demo().bench().await).await;
}

#[tokio::test]
async fn a_whole_turn_in_memory() {
    let bench = Setup::demo().in_process().bench().await;
    whole(&bench).await;
}

#[tokio::test]
async fn a_whole_turn_without_a_sandbox() {
    let bench = Setup::demo().without_sandbox().bench().await;
    let skep::agent::Confinement::None { warning } = bench.agents.confinement() else {
        panic!("the sandbox was switched off");
    };
    assert!(
        warning.contains("agents can read what skep can read"),
        "{warning}"
    );
    whole(&bench).await;
}

#[tokio::test]
async fn the_agent_commits_as_the_identity_given() {
    let bench = Setup::demo().bench().await;
    let (_, updates) = bench
        .play("run git init --quiet\nwrite a.txt: a\ncommit Add a\nrun git log --format=%an:%ae:%s")
        .await;
    assert_eq!(messages(&updates), ["skep[bot]:skep@example.com:Add a"]);
}

#[tokio::test]
async fn two_turns_share_one_process() {
    let bench = Setup::demo().bench().await;
    let (first, _) = bench.play("say one").await;
    let before = bench.processes();
    let (second, updates) = bench.play("recall").await;
    assert_eq!(
        (second.agent_session, second.resumed),
        (first.agent_session, true)
    );
    assert!(
        messages(&updates)[0].starts_with("This is turn 2"),
        "{updates:?}"
    );
    assert_eq!(bench.processes(), before);
}

#[tokio::test]
async fn a_cancel_in_the_stream_ends_the_turn_and_the_tree() {
    let bench = Setup::demo().bench().await;
    let request = bench.request("run true\nsay working\nwait 300\nwrite late.txt: x");
    let (end, _) = bench
        .turn_until(request, |update| matches!(update, Update::Message { .. }))
        .await;
    let end = end.expect("a cancel is no error");
    assert_eq!(
        (end.stop, end.message.as_str()),
        (Stop::Cancelled, "working")
    );
    assert_eq!(bench.file("late.txt"), None);
    assert!(bench.processes().is_empty());
}

#[tokio::test]
async fn a_cancel_is_heard_while_the_agent_starts() {
    let bench = Setup::command(&["sleep", "300"]).bench().await;
    let (sender, cancel) = (
        tokio::sync::mpsc::channel(1).0,
        tokio_util::sync::CancellationToken::new(),
    );
    let turn = bench.agents.turn(bench.request(""), sender, cancel.clone());
    let stop = async {
        until("the start of the agent", || !bench.processes().is_empty()).await;
        cancel.cancel();
    };
    let (end, ()) = tokio::join!(turn, stop);
    assert_eq!(end.expect("a cancel is no error").stop, Stop::Cancelled);
    assert!(bench.processes().is_empty());
}

#[tokio::test]
async fn a_policy_rejects_by_kind() {
    let bench = Setup::demo().bench().await;
    let mut request =
        bench.request("permission read Look\npermission edit Change\nrun touch made.txt");
    request.permissions = PermissionPolicy::read_only();
    let (_, updates) = bench.turn(request).await;
    assert_eq!(
        messages(&updates),
        [
            "Look: allowed",
            "Change: rejected",
            "I was not allowed to run touch made.txt."
        ]
    );
    assert_eq!(bench.file("made.txt"), None);
}

#[tokio::test]
async fn a_hanging_agent_is_killed_after_the_grace() {
    let bench = Setup::demo().bench().await;
    let mut request = bench.request("say here\nhang");
    request.cancel_grace = Duration::from_millis(300);
    let began = Instant::now();
    let (end, _) = bench
        .turn_until(request, |update| matches!(update, Update::Message { .. }))
        .await;
    assert_eq!(end.expect("a cancel is no error").stop, Stop::Killed);
    assert!(began.elapsed() >= Duration::from_millis(300));
    assert!(bench.processes().is_empty());
}

#[tokio::test]
async fn a_session_is_loaded_after_kill_9() {
    let bench = Setup::demo().bench().await;
    let (first, _) = bench.play("say one").await;
    bench.kill().await;
    let mut request = bench.request("say a session that starts from nothing");
    let prompt = bench.request("recall").prompt;
    request.resume = Some(Resume {
        session: first.agent_session.clone(),
        prompt,
    });
    let (end, updates) = bench.turn(request).await;
    let end = end.expect("the turn ends");
    assert_eq!(
        (end.agent_session, end.resumed),
        (first.agent_session, true)
    );
    // Neither the old message nor the old prompt comes again.
    assert_eq!(
        messages(&updates),
        ["This is turn 2 of my session; it began with: Please do this."]
    );
}

#[tokio::test]
async fn a_session_that_cannot_be_loaded_is_opened_anew() {
    let bench = Setup::demo().bench().await;
    let mut request = bench.request("say hello");
    request.resume = Some(Resume {
        session: "demo-gone".into(),
        prompt: "You know the rest.".into(),
    });
    let (end, updates) = bench.turn(request).await;
    let end = end.expect("the turn ends");
    assert_eq!((end.message.as_str(), end.resumed), ("hello", false));
    let noted = updates
        .iter()
        .any(|update| matches!(update, Update::Note { text } if text.contains("could not load")));
    assert!(noted, "{updates:?}");
}

#[tokio::test]
async fn an_agent_still_alive_is_told_only_what_is_new() {
    let bench = Setup::demo().bench().await;
    let (first, _) = bench.play("say one").await;
    let mut request = bench.request("say a session that starts from nothing");
    let prompt = bench.request("recall").prompt;
    request.resume = Some(Resume {
        session: first.agent_session,
        prompt,
    });
    let (end, _) = bench.turn(request).await;
    assert!(
        end.expect("the turn ends")
            .message
            .starts_with("This is turn 2")
    );
}

#[tokio::test]
async fn an_agent_that_cannot_load_is_told_everything() {
    let mut bench = Setup::demo().bench().await;
    bench.launch.agent.resume = false;
    let (first, _) = bench.play("say one").await;
    bench.kill().await;
    let mut request = bench.request("say all of it");
    request.resume = Some(Resume {
        session: first.agent_session,
        prompt: "You know the rest.".into(),
    });
    let (end, updates) = bench.turn(request).await;
    let end = end.expect("the turn ends");
    assert_eq!(
        (end.message.as_str(), end.resumed),
        ("all of it", false),
        "{updates:?}"
    );
}

/// One of the real agents replays a loaded session only after it has answered the load.
#[tokio::test]
async fn history_that_comes_late_is_not_told_again() {
    if !crate::required::installed(&["python3"], "agents written for the tests") {
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/acp/late.py");
    let bench = Setup::command(&[
        "python3",
        "-c",
        &std::fs::read_to_string(script).expect("a script"),
    ])
    .without_sandbox()
    .bench()
    .await;
    let mut request = bench.request("");
    request.resume = Some(Resume {
        session: "late-1".into(),
        prompt: "Go on.".into(),
    });
    let (end, updates) = bench.turn(request).await;
    let end = end.expect("the turn ends");
    assert_eq!((end.message.as_str(), end.resumed), ("heard: Go on.", true));
    assert_eq!(messages(&updates), ["heard: Go on."], "{updates:?}");
    assert!(
        !updates
            .iter()
            .any(|update| matches!(update, Update::Tool { .. } | Update::Plan { .. })),
        "{updates:?}"
    );
}

#[tokio::test]
async fn the_mode_is_set_and_an_unknown_one_refused() {
    let mut bench = Setup::demo().bench().await;
    bench.launch.agent.mode = Some("auto".into());
    let (_, updates) = bench.play("run true").await;
    assert!(
        !updates
            .iter()
            .any(|update| matches!(update, Update::Permission { .. })),
        "{updates:?}"
    );
    bench.agents.close(&session()).await.expect("closed");
    bench.launch.agent.mode = Some("wizard".into());
    let (end, _) = bench.turn(bench.request("say x")).await;
    assert!(end.is_err(), "{end:?}");
    assert!(bench.processes().is_empty());
}

#[tokio::test]
async fn a_failing_model_is_named_though_the_turn_ends_well() {
    let bench = Setup::demo().bench().await;
    let classes = [
        ("rate-limit", ErrorClass::RateLimit),
        ("auth", ErrorClass::Auth),
        ("server", ErrorClass::ModelUnavailable),
    ];
    for (what, class) in classes {
        let (end, _) = bench.play(&format!("fail {what}")).await;
        assert_eq!((end.stop, end.error), (Stop::EndTurn, Some(class)));
    }
    let (end, _) = bench.play("lie").await;
    assert_eq!((end.stop, end.error), (Stop::EndTurn, None));
}

#[tokio::test]
async fn without_a_script_nothing_is_done() {
    let bench = Setup::demo().bench().await;
    let mut request = bench.request("");
    request.prompt = "Fix the bug.".into();
    let (end, _) = bench.turn(request).await;
    assert!(
        end.expect("the turn ends")
            .message
            .contains("no skep-demo script")
    );
    assert_eq!(
        std::fs::read_dir(&bench.launch.workspace)
            .expect("it is there")
            .count(),
        0
    );
}

#[tokio::test]
async fn a_slow_reader_misses_no_last_state() {
    let bench = Setup::demo().in_process().bench().await;
    let steps: String = (1..=60).map(|n| format!("write f{n}.txt: {n}\n")).collect();
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let slow = async {
        let mut updates = vec![];
        while let Some(update) = receiver.recv().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
            updates.push(update);
        }
        updates
    };
    let turn = bench
        .agents
        .turn(bench.request(&steps), sender, Default::default());
    let (end, updates) = tokio::join!(turn, slow);
    end.expect("the turn ends");
    assert_eq!(tools(&updates).len(), 60);
    let done = updates
        .iter()
        .filter(|u| {
            matches!(
                u,
                Update::Tool {
                    status: ToolStatus::Completed,
                    ..
                }
            )
        })
        .count();
    assert_eq!(done, 60);
}

/// The demo agent, which says whether it was given a system prompt.
fn instructed(takes: bool) -> Setup {
    let mut agent = presets::demo(env!("CARGO_BIN_EXE_skep"));
    let value = if takes { "1" } else { "" };
    agent
        .environment
        .insert("SKEP_DEMO_SYSTEM_PROMPT".into(), value.into());
    Setup {
        agent,
        ..Setup::demo()
    }
}

fn with_instructions(bench: &Bench, steps: &str) -> TurnRequest {
    TurnRequest {
        instructions: "You are the reviewer.\nBe kind.".into(),
        ..bench.request(steps)
    }
}

/// Where the role's instructions arrived, in a new session and in the same one after its process has died.
async fn where_instructions_arrive(bench: &Bench) -> [String; 2] {
    let (end, _) = bench
        .turn(with_instructions(bench, "recall\nsystem-prompt"))
        .await;
    let first = end.expect("the turn ends");
    bench.agents.close(&session()).await.expect("closed");
    let request = with_instructions(bench, "");
    let resume = Resume {
        session: first.agent_session.clone(),
        prompt: "```skep-demo\nsystem-prompt\n```".into(),
    };
    let (end, updates) = bench
        .turn(TurnRequest {
            resume: Some(resume),
            ..request
        })
        .await;
    let second = end.expect("the turn ends");
    assert!(second.resumed, "{updates:?}");
    [first.message, second.message]
}

#[tokio::test]
async fn a_role_is_a_system_prompt_where_the_agent_takes_one() {
    let taken = "My system prompt begins with: You are the reviewer.";
    for setup in [instructed(true), instructed(true).in_process()] {
        let bench = setup.bench().await;
        assert_eq!(where_instructions_arrive(&bench).await, [taken, taken]);
        let (end, _) = bench.play("recall").await;
        let told = "it began with: Please do this.";
        assert!(end.message.ends_with(told), "{}", end.message);
    }
}

#[tokio::test]
async fn a_role_begins_the_prompt_where_the_agent_takes_no_system_prompt() {
    let none = "I have no system prompt.";
    for setup in [instructed(false), instructed(false).in_process()] {
        let bench = setup.bench().await;
        assert_eq!(where_instructions_arrive(&bench).await, [none, none]);
        let (end, _) = bench.play("recall").await;
        let told = "it began with: You are the reviewer.";
        assert!(end.message.ends_with(told), "{}", end.message);
    }
}
