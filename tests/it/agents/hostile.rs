//! Agents that crash, hang, flood, lie about the protocol or leave children behind.

use std::time::Duration;

use skep::agent::AgentError;
use skep::core::agent::{ErrorClass, Update};
use skep::core::failure::Failure;

use super::{Bench, Setup, messages, session, until};

async fn fails(bench: &Bench, steps: &str) -> AgentError {
    let (end, _) = bench.turn(bench.request(steps)).await;
    let error = end.expect_err("the turn fails");
    assert!(bench.processes().is_empty(), "something was left");
    assert!(bench.agents.live().is_empty());
    error
}

#[tokio::test]
async fn a_crash_is_named_with_its_status() {
    let bench = Setup::demo().bench().await;
    let error = fails(&bench, "say hello\ncrash").await;
    let AgentError::Crash { status, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (status.as_str(), error.class()),
        ("exit status: 3", ErrorClass::Crash)
    );
}

#[tokio::test]
async fn a_crash_in_memory_is_one_too() {
    let bench = Setup::demo().in_process().bench().await;
    assert_eq!(fails(&bench, "crash").await.class(), ErrorClass::Crash);
}

#[tokio::test]
async fn the_end_of_the_error_stream_tells_why() {
    let bench = Setup::command(&["sh", "-c", "echo no licence >&2; exit 9"])
        .bench()
        .await;
    let error = fails(&bench, "").await;
    assert!(
        error
            .to_string()
            .ends_with("(exit status: 9); it said: no licence"),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_command_is_refused_with_the_next_step() {
    let bench = Setup::command(&["no-such-agent"]).bench().await;
    let failure = Failure::from(fails(&bench, "").await);
    assert!(
        matches!(&failure, Failure::Refused { say } if say.contains("no-such-agent")),
        "{failure:?}"
    );
}

#[tokio::test]
async fn an_agent_that_never_answers_is_ended() {
    let bench = Setup::command(&["sleep", "300"]).bench().await;
    let mut request = bench.request("");
    request.initialize = Duration::from_millis(300);
    let (end, _) = bench.turn(request).await;
    let (after, said) = (Duration::from_millis(300), "\n".to_owned());
    let expected = AgentError::NoAnswer {
        step: "initialize",
        after,
        said,
    };
    assert_eq!(end.expect_err("no answer"), expected);
    assert!(bench.processes().is_empty());
}

#[tokio::test]
async fn another_version_of_the_protocol_is_explained() {
    let answer = r#"read line; id=$(printf %s "$line" | sed 's/.*"id":\("[^"]*"\|[0-9]*\).*/\1/')
        printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":2,"agentCapabilities":{}}}\n' "$id"; cat"#;
    let bench = Setup::command(&["sh", "-c", answer]).bench().await;
    let error = fails(&bench, "").await;
    assert!(
        matches!(&error, AgentError::Protocol(why) if why.contains("version 1") && why.ends_with('2')),
        "{error:?}"
    );
    // What a server of tools answers, an agent with a version of its own, and one that knows none as low as ours.
    for answer in [
        r#""result":{"protocolVersion":"2025-11-25"}"#,
        r#""result":{}"#,
        r#""error":{"code":-32022,"message":"no"}"#,
    ] {
        let script = format!(
            "read line; id=$(printf %s \"$line\" | sed 's/.*\"id\":\\(\"[^\"]*\"\\|[0-9]*\\).*/\\1/')\n\
             printf '{{\"jsonrpc\":\"2.0\",\"id\":%s,%s}}\\n' \"$id\" '{answer}'; cat"
        );
        let bench = Setup::command(&["sh", "-c", &script]).bench().await;
        let error = fails(&bench, "").await;
        assert!(
            matches!(&error, AgentError::Protocol(why) if why.contains("version 1")),
            "{answer}: {error:?}"
        );
    }
}

#[tokio::test]
async fn an_echo_is_no_agent() {
    let bench = Setup::command(&["cat"]).bench().await;
    let mut request = bench.request("");
    request.initialize = Duration::from_secs(2);
    let (end, _) = bench.turn(request).await;
    assert!(end.is_err(), "{end:?}");
    assert!(bench.processes().is_empty());
}

#[tokio::test]
async fn a_flood_is_stopped() {
    let bench = Setup::demo().bench().await;
    let error = fails(&bench, "flood 200000000").await;
    assert!(matches!(error, AgentError::Flood(_)), "{error:?}");
}

#[tokio::test]
async fn a_line_without_end_is_stopped() {
    let bench = Setup::command(&["sh", "-c", "tr '\\0' x </dev/zero"])
        .bench()
        .await;
    let error = fails(&bench, "").await;
    assert!(
        matches!(&error, AgentError::Flood(what) if what.contains("16 MiB")),
        "{error:?}"
    );
}

#[tokio::test]
async fn garbage_ends_only_who_says_nothing_else() {
    let bench = Setup::demo().bench().await;
    let (end, updates) = bench
        .turn(bench.request("garbage 50\nsay still here"))
        .await;
    end.expect("noise is borne");
    assert_eq!(messages(&updates), ["still here"]);
    let bench = Setup::command(&["sh", "-c", "while true; do echo no agent; done"])
        .bench()
        .await;
    let error = fails(&bench, "").await;
    assert!(
        matches!(&error, AgentError::Protocol(why) if why.contains("it printed 200 lines")),
        "{error:?}"
    );
}

#[tokio::test]
async fn silence_and_the_wall_end_a_turn() {
    let bench = Setup::demo().bench().await;
    let mut request = bench.request("say hello\nwait 300");
    request.silence = Duration::from_millis(500);
    let (end, _) = bench.turn(request.clone()).await;
    assert_eq!(end, Err(AgentError::Silence(Duration::from_millis(500))));
    assert!(bench.processes().is_empty());
    let chatter: String = (0..100).map(|n| format!("say {n}\nwait 0.1\n")).collect();
    let mut request = bench.request(&chatter);
    request.silence = Duration::from_secs(5);
    request.wall = Duration::from_secs(1);
    let (end, updates) = bench.turn(request).await;
    assert_eq!(end, Err(AgentError::Timeout(Duration::from_secs(1))));
    assert!(
        updates
            .iter()
            .any(|update| matches!(update, Update::Message { .. }))
    );
    assert!(bench.processes().is_empty());
}

#[tokio::test]
async fn requests_for_files_and_terminals_are_answered_not_found() {
    // Asks for a file before it answers anything else; the answer it got becomes part of its own answer's error.
    let script = r#"read line; id=$(printf %s "$line" | sed 's/.*"id":\("[^"]*"\|[0-9]*\).*/\1/')
        echo '{"jsonrpc":"2.0","id":0,"method":"fs/read_text_file","params":{"sessionId":"x","path":"/etc/passwd"}}'
        read reply; code=$(printf %s "$reply" | sed 's/.*"code":\(-[0-9]*\).*/\1/')
        printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-1,"message":"got %s"}}\n' "$id" "$code"; cat >/dev/null"#;
    let bench = Setup::command(&["sh", "-c", script]).bench().await;
    let error = fails(&bench, "").await;
    assert!(
        matches!(&error, AgentError::Answered { text, .. } if text == "got -32601"),
        "{error:?}"
    );
}

#[tokio::test]
async fn requests_without_end_do_not_pile_up() {
    // It never reads an answer: after a few hundred its own output is not read any more either.
    let ask = r#"echo '{"jsonrpc":"2.0","id":1,"method":"fs/read_text_file","params":{}}'"#;
    let script = format!("n=0; while true; do {ask}; n=$((n+1)); echo $n >>count; done");
    let bench = Setup::command(&["sh", "-c", &script]).bench().await;
    let mut request = bench.request("");
    request.initialize = Duration::from_secs(3);
    let (end, _) = bench.turn(request).await;
    assert!(matches!(end, Err(AgentError::NoAnswer { .. })), "{end:?}");
    // Its last line may be half written.
    let counted = bench.file("count").unwrap_or_default();
    let sent: usize = counted.lines().count();
    assert!(sent > 0, "it counted");
    // Both pipes of 64 KiB, both buffers and the 256 that may be open.
    assert!(sent < 4_500, "{sent} requests were taken");
}

#[tokio::test]
async fn a_child_that_left_home_is_found() {
    for setup in [Setup::demo(), Setup::demo().without_sandbox()] {
        let bench = setup.bench().await;
        bench.play("spawn-survivor\nrun (nohup sleep 300 >/dev/null 2>&1 &) ; setsid sh -c 'trap \"\" TERM; sleep 300' >/dev/null 2>&1 &").await;
        until("the start of the children", || bench.processes().len() >= 4).await;
        bench.agents.close(&session()).await.expect("closed");
        assert!(bench.processes().is_empty());
    }
}

#[tokio::test]
async fn closing_ends_a_turn_that_runs() {
    let bench = Setup::demo().bench().await;
    let turn = bench.turn(bench.request("hang"));
    let close = async {
        until("the start of the agent", || !bench.processes().is_empty()).await;
        bench.agents.close(&session()).await
    };
    let ((end, _), closed) = tokio::join!(turn, close);
    assert_eq!(end, Err(AgentError::Closed));
    closed.expect("closed");
    assert!(bench.processes().is_empty());
}
