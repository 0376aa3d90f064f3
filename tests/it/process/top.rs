//! `skep top` in a real terminal, beside a real service: what is seen, what its keys do, and that the terminal is given back.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::running::{Served, skep};
use super::setup::Setup;
use super::terminal::Terminal;

fn top(setup: &Setup, served: &Served) -> Terminal {
    Terminal::start(&format!("top --admin {}", served.admin), &setup.token())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_by_keys_and_the_session_goes_on() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go("ask Which colour? | red | blue\nwrite B.md: {answer}\nsay Painted.");
    let mut terminal = top(&setup, &served);
    let list = terminal.shows("NEEDS YOU  1").await;
    assert!(
        list.contains("octo/hello#1") && list.contains("Which colour?"),
        "{list}"
    );
    terminal.press("a");
    let asked = terminal.shows("question 1 of 1").await;
    assert!(
        asked.contains("a  red") && asked.contains("b  blue"),
        "{asked}"
    );
    // The second option, by the arrow key.
    terminal.press("\x1b[B");
    terminal.press("\r");
    served.settled(issue, "in-review").await;
    let pulls = setup.github.pulls(setup.repository).expect("pull requests");
    assert_eq!(pulls.len(), 1, "{pulls:?}");
    let task = terminal.shows("in-review").await;
    assert!(task.contains("pull request #2 (draft)"), "{task}");
    // Its log is there, with what the agent said after the answer.
    terminal.shows("Painted.").await;
    terminal.press("\x1b");
    terminal.shows("IN REVIEW  1").await;
    terminal.press("q");
    assert_eq!(terminal.ended().await, Some(0));
    terminal.is_given_back().await;
    let patched = setup
        .github
        .thread(setup.repository, issue)
        .expect("a thread");
    assert!(patched.to_string().contains("blue"), "{patched}");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_while_the_service_is_away_and_says_so() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go("write A.md: a\nsay Done.");
    served.settled(issue, "in-review").await;
    let mut terminal = top(&setup, &served);
    terminal.shows("IN REVIEW  1").await;
    let admin = served.admin.clone();
    served.kill();
    let away = terminal.shows("does not answer").await;
    assert!(away.contains("octo/hello#1"), "what was seen stays: {away}");
    let served = Served::start_with(&setup, &[("SKEP_ADMIN_LISTEN", &admin)]);
    terminal.shows("skep answers again.").await;
    let back = terminal.until("it is back", |screen| !screen.contains("does not answer"));
    assert!(back.await.contains("IN REVIEW  1"));
    // An order that does not fit is told in skep's own words.
    terminal.press("p");
    terminal
        .until("an answer", |screen| {
            screen.contains("octo/hello#1: ") && !screen.contains("pause …")
        })
        .await;
    // Whoever ends it from outside gets the terminal back too.
    kill_process(Pid::from_child(&terminal.child), Signal::TERM).expect("it runs");
    assert_eq!(terminal.ended().await, Some(0));
    terminal.is_given_back().await;
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_it_is_one_table_and_json_on_request() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go("write A.md: a\nsay Done.");
    served.settled(issue, "in-review").await;
    let line = format!("top --admin {}", served.admin);
    let (code, table, err) = skep(&line, &setup.token()).await;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(
        !table.contains('\x1b') && table.contains("octo/hello#1  in review"),
        "{table}"
    );
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    let (code, text, err) = skep(&format!("{line} --json"), &setup.token()).await;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let json: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["review"][0]["repository"], json!("octo/hello"));
    let since = json["review"][0]["since"].as_str().expect("ISO 8601");
    assert!(
        since.ends_with('Z') && json["at"].as_str().is_some(),
        "{json}"
    );
    // A terminal that cannot be drawn on.
    let mut dumb = setup.token().to_vec();
    dumb.push(("TERM".to_owned(), "dumb".to_owned()));
    let mut terminal = Terminal::start(&line, &dumb);
    assert_eq!(terminal.ended().await, Some(0));
    terminal.shows("octo/hello#1  in review").await;
    let raw = terminal.bytes();
    assert!(!raw.contains(&0x1b), "{}", String::from_utf8_lossy(&raw));
    served.stop().await;
    let (code, _, err) = skep(&line, &setup.token()).await;
    assert_eq!(code, Some(1));
    assert!(err.contains("No skep is running at"), "{err}");
}
