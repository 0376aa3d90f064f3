//! Question, answer, resume: killed after any step, started again, and the end is the same.

use std::time::Duration;

use skep::core::event::{Event, Fact};
use skep::core::ids::{IssueNumber, TaskKey};
use skep::core::question::Asked;
use skep::core::task::Task;
use skep::store::{EffectFilter, InboxKind, NewInbox};

use super::steering::begun;
use crate::required::grid;
use crate::test_app::{Ending, HOLD, TestApp};

const SCRIPT: &str =
    "write A.md: a\nask Which colour? | red | blue\nrecall\nwrite GREETING.md: {answer}";

/// How long people think: with the process alive, or after it was parked.
#[derive(Debug, Clone, Copy)]
enum Pace {
    Live,
    Parked,
}

impl Pace {
    fn thinks(self) -> Duration {
        match self {
            Self::Live => Duration::from_secs(30),
            Self::Parked => Duration::from_secs(310),
        }
    }
}

/// Tells the story to its end; skep is killed after so many steps. Answers how many steps there were.
pub(super) async fn tell(
    app: &mut TestApp,
    issue: IssueNumber,
    pace: Duration,
    kill: Option<usize>,
) -> usize {
    let (mut steps, mut answered) = (0, false);
    let mut thought = false;
    loop {
        assert!(steps < 1_000, "it never ends: {:?}", app.waiting().await);
        if kill == Some(steps) {
            // What GitHub has sent has arrived: what is lost on the way is the sweep's matter.
            app.simulator.quiet().await;
            app.crash_and_open().await;
        }
        if app.step().await {
            steps += 1;
            continue;
        }
        // What is due in a moment is a pause between tries; what is due later is a question's patience.
        let soon = app.now() + 60_000;
        if let Some(due) = app
            .store()
            .next_due(app.now())
            .await
            .expect("a look")
            .filter(|due| *due <= soon)
        {
            app.advance(Duration::from_millis(
                (due - app.now()).max(0).unsigned_abs(),
            ));
        } else if !thought {
            app.advance(pace);
            thought = true;
        } else if !answered {
            app.say("ana", issue, "2");
            answered = true;
        } else {
            return steps;
        }
    }
}

async fn told(pace: Pace, kill: Option<usize>) -> (usize, Ending) {
    let mut app = TestApp::new().await;
    let issue = app.go("Choose a colour", SCRIPT);
    let steps = tell(&mut app, issue, pace.thinks(), kill).await;
    let ending = app.ending(issue).await;
    assert_eq!(
        app.ours_with(issue, "Which colour?").len(),
        1,
        "killed after {kill:?}\n{}",
        app.thread(issue)
    );
    app.run_steps(usize::MAX).await;
    app.done().await;
    (steps, ending)
}

async fn killed_everywhere(pace: Pace) {
    let (steps, clean) = told(pace, None).await;
    assert!(steps > 20, "a story of {steps} steps is not worth killing");
    assert_eq!(
        (clean.state.as_str(), clean.live, clean.pulls.len()),
        ("in-review", 0, 1),
        "{clean:#?}"
    );
    assert!(
        clean.pulls[0].contains(r#"Some("blue\n")"#) && clean.pulls[0].contains("turn 2"),
        "{:?}",
        clean.pulls
    );
    // How often the agent was prompted is another where a kill interrupted a prompt.
    let clean = without_turns(clean);
    grid(0..=steps, |step| {
        let clean = clean.clone();
        async move {
            let ending = without_turns(told(pace, Some(step)).await.1);
            ending.must_be(&clean, &format!("{pace:?}, killed after {step} steps"));
        }
    })
    .await;
}

fn without_turns(mut ending: Ending) -> Ending {
    let turns = regex::Regex::new(r"This is turn \d+ ").expect("a pattern");
    let words = regex::Regex::new(r"(?m)^> (This is turn N |All steps of my script are done).*$")
        .expect("a pattern");
    for text in ending.pulls.iter_mut().chain([&mut ending.thread]) {
        *text = turns.replace_all(text, "This is turn N ").into_owned();
        // A prompt that comes again when its script was done already finds nothing to do, and the agent says so.
        *text = words.replace_all(text, "> WORDS").into_owned();
    }
    ending
}

#[tokio::test(flavor = "multi_thread")]
async fn question_answer_and_resume_end_the_same_killed_after_any_step() {
    killed_everywhere(Pace::Live).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_question_ends_the_same_killed_after_any_step() {
    killed_everywhere(Pace::Parked).await;
}

/// Killed with a question stored that nobody has handled yet: an agent that would put it in other words the second time is not
/// run again for it, even where the runner is quicker than the engine.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_was_only_stored_is_not_asked_again_in_other_words() {
    let mut app = TestApp::new().await;
    let script =
        format!("write A.md: a\n{HOLD}\nask What is the colour to be? | red | blue\nsay Done.");
    let issue = app.go("Choose a colour", &script);
    begun(&mut app, issue).await;
    let open = EffectFilter {
        open: Some(true),
        ..EffectFilter::default()
    };
    let open = app.store().effects(&open, 100).await.expect("effects");
    let turn = open
        .into_iter()
        .find(|look| look.effect.kind == "run_turn")
        .expect("a turn");
    let key = TaskKey::new(app.repository, issue);
    let task: Task = serde_json::from_str(
        &app.store()
            .task(key)
            .await
            .expect("a look")
            .expect("a task")
            .body,
    )
    .expect("JSON");
    app.crash().await;
    // Let go, so that a second run would ask.
    std::fs::write(app.session_dir(issue, 1).join("home/go"), "").expect("a home of ours");
    app.open().await;
    let asked = Asked {
        text: "Which colour?".into(),
        options: vec!["red".into(), "blue".into()],
        default: None,
        deadline_ms: None,
    };
    let event = Event::Asked {
        session: app.session(issue, 1),
        asked: vec![asked],
    };
    let fact = NewInbox {
        id: format!("tool:{}:1:0", turn.effect.id),
        kind: InboxKind::Agent,
        name: "asked".into(),
        task: Some(key),
        body: Fact {
            place: task.place,
            event,
        }
        .to_json(),
        received_at: app.now(),
    };
    app.store().accept(fact).await.expect("stored");
    app.runner_first().await;
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    assert!(
        app.one_of_ours(issue, "I need")
            .body
            .contains("Which colour?"),
        "{}",
        app.thread(issue)
    );
    app.reply(issue, "/agent stop").await;
    app.settle_all().await;
    app.done().await;
}
