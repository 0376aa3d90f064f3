//! Words for an agent at work: taken exactly once where the agent queues prompts, else left to the next turn.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use skep::agent::{Steered, presets};
use skep::core::agent::{Stop, Update};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Bench, Setup, messages, session};

fn queueing() -> Setup {
    let mut agent = presets::demo(env!("CARGO_BIN_EXE_skep"));
    agent
        .environment
        .insert("SKEP_DEMO_QUEUE".into(), "1".into());
    Setup {
        agent,
        ..Setup::demo()
    }
}

/// Runs the turn and says the words once it has begun to speak.
async fn steered(
    bench: &Bench,
    steps: &str,
    words: &[&str],
) -> (Vec<Steered>, Vec<Update>, String) {
    let (sender, mut receiver) = mpsc::channel(64);
    let turn = bench
        .agents
        .turn(bench.request(steps), sender, CancellationToken::new());
    let listening = async {
        let (mut updates, mut answers) = (vec![], vec![]);
        while let Some(update) = receiver.recv().await {
            if matches!(update, Update::Message { .. }) && answers.is_empty() {
                for word in words {
                    answers.push(
                        bench
                            .agents
                            .steer(&session(), word)
                            .await
                            .expect("no error"),
                    );
                }
            }
            updates.push(update);
        }
        (answers, updates)
    };
    let (end, (answers, updates)) = tokio::join!(turn, listening);
    let end = end.expect("the turn ends");
    assert_eq!(end.stop, Stop::EndTurn);
    (answers, updates, end.message)
}

async fn words_reach_the_running_turn(bench: &Bench) {
    let steps = "say working\nuntil-said 60\nsay heard {said}\nuntil-said 60\nsay heard {said*}";
    let (answers, updates, message) =
        steered(bench, steps, &["use blue", "<<<n\nno, red\nplease\nn>>>"]).await;
    assert_eq!(answers, [Steered::Taken, Steered::Taken]);
    assert_eq!(message, "heard no, red\nplease");
    assert_eq!(messages(&updates).len(), 3, "{updates:?}");
    assert!(
        matches!(updates.first(), Some(Update::Started { queues: true, .. })),
        "{updates:?}"
    );
    // Between turns nobody takes anything, and the next turn is a turn like any other.
    assert_eq!(
        bench.agents.steer(&session(), "late").await,
        Ok(Steered::NotNow)
    );
    let (end, _) = bench.play("recall").await;
    assert!(end.message.starts_with("This is turn 2"), "{end:?}");
}

#[tokio::test]
async fn words_reach_the_running_turn_of_a_process() {
    words_reach_the_running_turn(&queueing().bench().await).await;
}

#[tokio::test]
async fn words_reach_the_running_turn_in_memory() {
    words_reach_the_running_turn(&queueing().in_process().bench().await).await;
}

#[tokio::test]
async fn an_agent_that_does_not_queue_is_left_alone() {
    let bench = Setup::demo().bench().await;
    let (answers, updates, message) = steered(
        &bench,
        "say working\nuntil-said 0.3\nsay {said}.",
        &["use blue"],
    )
    .await;
    assert_eq!((answers, message.as_str()), (vec![Steered::NotNow], "."));
    assert!(
        matches!(updates.first(), Some(Update::Started { queues: false, .. })),
        "{updates:?}"
    );
    assert_eq!(
        bench
            .agents
            .steer(&"1296269-13-1".parse().expect("an id"), "x")
            .await,
        Ok(Steered::NotNow)
    );
}

/// However the words and the end of the turn meet: taken words were heard, and only those, each once.
#[tokio::test]
async fn words_at_the_end_of_a_turn_are_heard_once_or_not_taken() {
    let bench = queueing().in_process().bench().await;
    for round in 0..30u64 {
        let (sender, mut receiver) = mpsc::channel(64);
        let turn = bench.agents.turn(
            bench.request("say begun\nwait 0.01"),
            sender,
            CancellationToken::new(),
        );
        let word = format!("word-{round}");
        let steer = async {
            tokio::time::sleep(Duration::from_millis(round)).await;
            let answer = bench
                .agents
                .steer(&session(), &word)
                .await
                .expect("no error");
            while receiver.recv().await.is_some() {}
            answer
        };
        let (end, answer) = tokio::join!(turn, steer);
        end.expect("the turn ends");
        let memory = std::fs::read_dir(bench.launch.home.join(".skep-demo"))
            .expect("a memory")
            .flatten()
            .next();
        let kept = std::fs::read_to_string(memory.expect("a file").path()).expect("readable");
        let heard = kept.matches(&format!("\"text\":\"{word}\"")).count();
        assert_eq!(
            heard,
            usize::from(answer == Steered::Taken),
            "{answer:?} in round {round}"
        );
    }
}

#[tokio::test]
async fn a_cancelled_turn_takes_no_words() {
    let bench = queueing().bench().await;
    let mut request = bench.request("say here\nhang");
    request.cancel_grace = Duration::from_secs(1);
    let (sender, mut receiver) = mpsc::channel(64);
    let cancel = CancellationToken::new();
    let turn_is_over = AtomicBool::new(false);
    let turn = async {
        let end = bench.agents.turn(request, sender, cancel.clone()).await;
        turn_is_over.store(true, Ordering::SeqCst);
        end
    };
    let steer = async {
        while !matches!(receiver.recv().await, Some(Update::Message { .. })) {}
        cancel.cancel();
        // What is said before the turn hears of the cancel is taken; what is said after it is not, while the agent still hangs.
        let mut answer = bench.agents.steer(&session(), "too late").await;
        while answer == Ok(Steered::Taken) {
            tokio::time::sleep(Duration::from_millis(5)).await;
            answer = bench.agents.steer(&session(), "too late").await;
        }
        assert!(!turn_is_over.load(Ordering::SeqCst), "it was killed");
        while receiver.recv().await.is_some() {}
        answer
    };
    let (end, answer) = tokio::join!(turn, steer);
    assert_eq!(
        (end.expect("a cancel is no error").stop, answer),
        (Stop::Killed, Ok(Steered::NotNow))
    );
}
