//! The session's tools and forms with the demo agent: over HTTP out of the fence, answered at once, later, never, and by
//! whom in which turn.

use std::sync::Arc;
use std::time::Duration;

use skep::agent::{AskReply, Resume, TurnRequest};
use skep::core::agent::{Finished, Stop, ThreadReply, ToolStatus, Update};
use skep::core::question::Asked;

use super::tools::TestTools;
use super::{Bench, Setup, messages, session, until};

const LATER: &str = "Asked. End your turn; the answer is your next prompt.";

fn asked(text: &str, options: &[&str]) -> Asked {
    let options = options.iter().map(|option| (*option).to_owned()).collect();
    Asked {
        text: text.into(),
        options,
        default: None,
        deadline_ms: None,
    }
}

fn at(bench: &Bench, tools: &Arc<TestTools>, steps: &str) -> TurnRequest {
    TurnRequest {
        handler: Some(tools.clone()),
        ..bench.request(steps)
    }
}

fn answer(words: &str) -> String {
    format!("The question was answered.\n\n<<<a1b2\n{words}\na1b2>>>\n")
}

/// The next turn of a session that was asked something.
fn next(bench: &Bench, tools: &Arc<TestTools>, session: &str, words: &str) -> TurnRequest {
    let resume = Resume {
        session: session.to_owned(),
        prompt: answer(words),
    };
    TurnRequest {
        resume: Some(resume),
        ..at(bench, tools, "say from the beginning")
    }
}

async fn asks_and_goes_on(bench: &Bench, verb: &str) {
    for dies in [false, true] {
        let tools = Arc::new(TestTools::default());
        tools.reply(AskReply::Later(LATER.into()));
        let steps = format!(
            "write a.txt: a\n{verb} Which? | red | blue | default=red | deadline=4h\nwrite b.txt: {{answer}}\nsay took {{answer}}"
        );
        let (end, updates) = bench.turn(at(bench, &tools, &steps)).await;
        let first = end.expect("the turn ends");
        assert_eq!(
            (first.stop, bench.file("b.txt")),
            (Stop::EndTurn, None),
            "{updates:?}"
        );
        // A form knows no deadline.
        let deadline_ms = (verb == "ask").then_some(14_400_000);
        let which = Asked {
            default: Some("red".into()),
            deadline_ms,
            ..asked("Which?", &["red", "blue"])
        };
        assert_eq!(tools.seen().asked, [[which]], "{updates:?}");
        if dies {
            bench.kill().await;
        }
        let other = Arc::new(TestTools::default());
        let (end, updates) = bench
            .turn(next(bench, &other, &first.agent_session, "blue\n(by ana)"))
            .await;
        let end = end.expect("the turn ends");
        assert_eq!(
            (end.message.as_str(), end.resumed),
            ("took blue", true),
            "{updates:?}"
        );
        assert_eq!(bench.file("b.txt").as_deref(), Some("blue\n"));
        assert_eq!(tools.seen().asked.len(), 1);
        bench.agents.close(&session()).await.expect("closed");
        std::fs::remove_file(bench.launch.workspace.join("b.txt")).expect("it is there");
    }
}

#[tokio::test]
async fn a_tool_asks_from_inside_the_fence() {
    asks_and_goes_on(&Setup::demo().bench().await, "ask").await;
}

#[tokio::test]
async fn a_tool_asks_without_a_fence() {
    asks_and_goes_on(&Setup::demo().without_sandbox().bench().await, "ask").await;
}

#[tokio::test]
async fn a_form_asks_through_the_same_tools() {
    asks_and_goes_on(&Setup::demo().bench().await, "elicit").await;
}

#[tokio::test]
async fn a_quick_answer_goes_on_within_the_turn() {
    let bench = Setup::demo().in_process().bench().await;
    let tools = Arc::new(TestTools::default());
    tools.reply(AskReply::Answered("<<<n1\nblue\nn1>>>".into()));
    tools.reply(AskReply::Answered("ana says: Red.".into()));
    tools.reply(AskReply::Answered("1. three\n2. four".into()));
    let steps = "ask Which? | red | blue\nsay {answer}\nelicit Which now? | red | blue\nsay {answer}\n\
                 elicit How many? ;; And then?\nsay {answer*}";
    let (end, updates) = bench.turn(at(&bench, &tools, steps)).await;
    end.expect("the turn ends");
    assert_eq!(messages(&updates), ["blue", "red", "three\nfour"]);
    let batch = vec![
        asked("Before I go on:\n\nHow many?", &[]),
        asked("And then?", &[]),
    ];
    assert_eq!(tools.seen().asked[2], batch);
    let called = |update: &Update| matches!(update, Update::Tool { title, status: ToolStatus::Completed, .. } if title == "ask_human");
    assert!(updates.iter().any(called), "{updates:?}");
}

#[tokio::test]
async fn words_that_fill_no_form_go_back_to_the_tools() {
    let bench = Setup::demo().in_process().bench().await;
    let tools = Arc::new(TestTools::default());
    tools.reply(AskReply::Answered("<<<n1\nteal\nn1>>>".into()));
    let (end, _) = bench
        .turn(at(
            &bench,
            &tools,
            "elicit Which? | red | blue\nsay {answer}",
        ))
        .await;
    assert_eq!(
        end.expect("the turn ends").message,
        "I asked, and wait for the answer."
    );
    assert_eq!(tools.seen().unfitting, ["teal"]);
}

#[tokio::test]
async fn a_refused_question_is_an_error_for_the_agent() {
    let bench = Setup::demo().in_process().bench().await;
    let tools = Arc::new(TestTools::default());
    tools.reply(AskReply::Refused("You have asked often enough.".into()));
    let (end, _) = bench.turn(at(&bench, &tools, "ask Which?")).await;
    assert_eq!(
        end.expect("the turn ends").message,
        "I could not ask: You have asked often enough."
    );
}

#[tokio::test]
async fn reports_and_the_finish_reach_the_tools() {
    let bench = Setup::demo().bench().await;
    let tools = Arc::new(TestTools::default());
    let mut request = at(
        &bench,
        &tools,
        "report half way\nreply T_9: no\nreply all: fixed\nfinish It works | cargo test | read it\nsay bye",
    );
    request.prompt = format!("Look at thread `PRRT_1` and thread 22.\n{}", request.prompt);
    let (end, _) = bench.turn(request).await;
    assert_eq!(end.expect("the turn ends").message, "bye");
    let seen = tools.seen();
    assert_eq!(seen.reports, ["half way"]);
    let reply = |thread: &str, text: &str| ThreadReply {
        thread: thread.into(),
        text: text.into(),
    };
    let finished = Finished {
        summary: "It works".into(),
        verified: vec!["cargo test".into(), "read it".into()],
        threads: vec![
            reply("T_9", "no"),
            reply("PRRT_1", "fixed"),
            reply("22", "fixed"),
        ],
    };
    assert_eq!(seen.finished, [finished]);
}

#[tokio::test]
async fn without_tools_questions_are_the_last_message() {
    let bench = Setup::demo().in_process().bench().await;
    let (end, _) = bench
        .play("ask Which? | red | blue ;; Why? | default=so\nsay {answer}")
        .await;
    assert_eq!(
        end.message,
        "```question\nWhich?\n- red\n- blue\n```\n\n```question\nWhy?\ndefault: so\n```"
    );
    let mut request = bench.request("");
    request.prompt = answer("red");
    let (end, _) = bench.turn(request).await;
    assert_eq!(end.expect("the turn ends").message, "red");
    let (end, _) = bench.play("wonder Which? | red | blue").await;
    assert_eq!(end.message, "Which?\n- red\n- blue");
    // The client takes forms, but nobody is there to fill them in.
    let (end, _) = bench.play("elicit Which? | red\nsay no").await;
    assert_eq!(end.message, "I asked, and wait for the answer.");
}

#[tokio::test]
async fn an_agent_that_takes_no_http_is_told_of_and_works_without() {
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
    let tools = Arc::new(TestTools::default());
    let (end, updates) = bench.turn(next(&bench, &tools, "late-1", "x")).await;
    end.expect("the turn ends");
    assert!(updates.iter().any(
        |update| matches!(update, Update::Note { text } if text.contains("no tools over HTTP"))
    ));
}

/// Nobody answers; the cancel must not wait for that.
async fn a_cancel_ends_an_open_question(verb: &str) {
    let bench = Setup::demo().bench().await;
    let tools = Arc::new(TestTools::default());
    let request = at(&bench, &tools, &format!("{verb} Which?\nwrite late.txt: x"));
    let cancel = tokio_util::sync::CancellationToken::new();
    let (sender, mut receiver) = tokio::sync::mpsc::channel(64);
    let stop = async {
        until("the question", || !tools.seen().asked.is_empty()).await;
        cancel.cancel();
        while receiver.recv().await.is_some() {}
    };
    let (end, ()) = tokio::join!(bench.agents.turn(request, sender, cancel.clone()), stop);
    assert_eq!(end.expect("a cancel is no error").stop, Stop::Cancelled);
    assert_eq!(bench.file("late.txt"), None);
    assert!(bench.processes().is_empty());
}

#[tokio::test]
async fn a_cancel_ends_an_open_call() {
    a_cancel_ends_an_open_question("ask").await;
}

#[tokio::test]
async fn a_cancel_ends_an_open_form() {
    a_cancel_ends_an_open_question("elicit").await;
}

/// The dispatch loop is free while people think: other requests of the agent are answered.
#[tokio::test]
async fn an_open_form_blocks_nothing() {
    if !crate::required::installed(&["python3"], "agents written for the tests") {
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/acp/forms.py");
    let bench = Setup::command(&[
        "python3",
        "-c",
        &std::fs::read_to_string(script).expect("a script"),
    ])
    .without_sandbox()
    .bench()
    .await;
    let tools = Arc::new(TestTools::default());
    let mut request = at(&bench, &tools, "");
    request.silence = Duration::from_secs(20);
    let (end, updates) = bench.turn(request).await;
    // The form stays open to the end of the turn and is cancelled with it; what came after it was answered before.
    assert_eq!(
        end.expect("the turn ends").message,
        "permission: selected",
        "{updates:?}"
    );
    assert_eq!(tools.seen().asked.len(), 1);
    let (end, _) = bench.turn(at(&bench, &tools, "")).await;
    assert_eq!(
        end.expect("the turn ends").message,
        "the form was answered: cancel"
    );
}
