//! Words for an agent at work: at once where it takes them, else at its turn's end; never dropped, never twice.

use std::path::Path;
use std::time::Duration;

use skep::agent::presets;
use skep::core::ids::IssueNumber;

use crate::test_app::{ANSWER, CODE, Scenario, TestApp};

/// It stands until it is let go.
const SLOW: &str = "write A.md: a\nuntil-there ../home/go\nsay First.";
/// Words with something to do.
const WORDS: &str =
    "Use blue, please.\n\n```skep-demo\nwrite GREETING.md: {said}\nsay Second.\n```";

/// Until the agent has begun.
pub(super) async fn begun(app: &mut TestApp, issue: IssueNumber) {
    let begun = move |app: &TestApp| {
        app.session_dir(issue, 1)
            .join(Path::new("work/A.md"))
            .exists()
    };
    app.until("the agent has begun", begun).await;
}

/// How often the words stand in what the agent was told: in its first prompt, or in a later one.
async fn told(app: &TestApp, issue: IssueNumber, words: &str) -> usize {
    let first = app.prompts(issue).await.into_iter().take(1);
    let later = app.resumed(issue).await.into_iter().skip(1);
    first
        .chain(later)
        .map(|prompt| prompt.matches(words).count())
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_while_it_works_is_told_at_the_turns_end() {
    let mut app = TestApp::new().await;
    let issue = app.go("Choose a colour", SLOW);
    begun(&mut app, issue).await;
    let comment = app.say("ana", issue, WORDS);
    let eyes = move |app: &TestApp| app.reactions_to(issue, comment) == ["eyes"];
    app.until("it is taken", eyes).await;
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.reactions_to(issue, comment), ["rocket"], "delivered");
    assert_eq!(told(&app, issue, "Use blue").await, 1);
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("Use blue, please.\n"),
        "{}",
        app.thread(issue)
    );
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Choose a colour (open)
    labels: agent:go, agent:review
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Choose a colour (open draft)

    ana:
      Please.

      ```skep-demo
      write A.md: a
      until-there ../home/go
      say First.
      ```

    skep[bot]:
      **In review** · done in 1 s

      [`agent/1-choose-a-colour`](../tree/agent/1-choose-a-colour) · draft pull request #2

      2 files changed (+2 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 1 s of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Accepted as `swe`.
      - TIME Started.
      - TIME Opened the pull request.

      </details>

      <sub>updated TIME</sub>

    ana [rocket skep[bot]]:
      Use blue, please.

      ```skep-demo
      write GREETING.md: {said}
      say Second.
      ```
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_takes_prompts_while_it_works_hears_at_once() {
    let mut app = TestApp::with(|plan| {
        let mut agent = presets::demo(env!("CARGO_BIN_EXE_skep"));
        agent
            .environment
            .insert("SKEP_DEMO_QUEUE".into(), "1".into());
        plan.agent = Some(agent);
    })
    .await;
    let issue = app.go(
        "Choose a colour",
        "write A.md: a\nuntil-said 50\nwrite GREETING.md: {said}\nsay Heard.",
    );
    begun(&mut app, issue).await;
    let comment = app.say("ana", issue, "Use blue.");
    app.settle_all().await;
    assert_eq!(
        app.prompts(issue).await.len(),
        1,
        "it was told in the turn that ran"
    );
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("Use blue.\n"),
        "{}",
        app.thread(issue)
    );
    assert_eq!(app.reactions_to(issue, comment), ["rocket"]);
    app.done().await;
}

/// The agent forgets its session with its process; the words it had heard on the way are not lost with that.
#[tokio::test(flavor = "multi_thread")]
async fn words_heard_in_the_middle_of_a_turn_survive_a_kill_and_an_agent_that_forgets() {
    let mut app = TestApp::with(|plan| {
        let mut agent = presets::demo(env!("CARGO_BIN_EXE_skep"));
        agent
            .environment
            .insert("SKEP_DEMO_QUEUE".into(), "1".into());
        agent.resume = false;
        plan.agent = Some(agent);
    })
    .await;
    let script = "write A.md: a\nuntil-said 20\nwrite B.md: b\nwait 2\nwrite GREETING.md: {said}\nsay Heard.";
    let issue = app.go("Choose a colour", script);
    begun(&mut app, issue).await;
    let comment = app.say("ana", issue, "Use blue.");
    let heard = app.session_dir(issue, 1).join("work/B.md");
    app.until("it has heard", |app| {
        heard.exists() && app.reactions_to(issue, comment) == ["rocket"]
    })
    .await;
    app.crash_and_open().await;
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("Use blue.\n"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_say_to_each_other_is_left_alone() {
    let mut app = TestApp::new().await;
    let issue = app.go("Choose a colour", SLOW);
    begun(&mut app, issue).await;
    let comment = app.say("ana", issue, "@ben what do you think of red?");
    let stranger = app.say("stranger", issue, "I would use red.");
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.reactions_to(issue, comment), Vec::<String>::new());
    assert_eq!(
        app.reactions_to(issue, stranger),
        Vec::<String>::new(),
        "and strangers are not told off for talking"
    );
    assert_eq!(
        told(&app, issue, "what do you think").await + told(&app, issue, "I would use").await,
        0
    );
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Choose a colour (open)
    labels: agent:go, agent:review
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Choose a colour (open draft)

    ana:
      Please.

      ```skep-demo
      write A.md: a
      until-there ../home/go
      say First.
      ```

    skep[bot]:
      **In review** · done in 2 s

      [`agent/1-choose-a-colour`](../tree/agent/1-choose-a-colour) · draft pull request #2

      1 file changed (+1 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      Withheld from the agent is 1 comment by people without write access or by bots: [`stranger`](../issues/1#issuecomment-1000020). Somebody with write access lets it read it, as data and no order, by a 👍 on the comment.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 2 s of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Accepted as `swe`.
      - TIME Started.
      - TIME Opened the pull request.

      </details>

      <sub>updated TIME</sub>

    ana:
      @ben what do you think of red?

    stranger:
      I would use red.
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_the_issue_is_told_with_the_difference() {
    let mut app = TestApp::new().await;
    let issue = app.go("Choose a colour", SLOW);
    begun(&mut app, issue).await;
    let body = app
        .simulator
        .issue(app.repository, issue)
        .expect("the issue")
        .body;
    app.advance(Duration::from_secs(1));
    app.simulator
        .edit_title(app.repository, issue, "Choose a dark colour", "ana")
        .expect("an edit");
    let edited = body.replacen("Please.", "Please, by Friday.", 1);
    app.simulator
        .edit_body(app.repository, issue, &edited, "ana")
        .expect("an edit");
    app.let_go().await;
    app.settle_all().await;
    let heard = app.resumed(issue).await.pop().expect("a prompt");
    for words in [
        "ana changed the issue",
        "Title now: Choose a dark colour",
        "- Please.",
        "+ Please, by Friday.",
    ] {
        assert!(heard.contains(words), "{words:?} in {heard}");
    }
    assert!(
        !heard.contains("skep-demo"),
        "only the difference is told: {heard}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_that_is_changed_or_deleted_before_it_is_heard_counts_as_it_is() {
    let mut app = TestApp::new().await;
    let issue = app.go("Choose a colour", SLOW);
    begun(&mut app, issue).await;
    let changed = app.say("ana", issue, "Use red.");
    let gone = app.say("ana", issue, "Use green.");
    app.until("both are taken", |app| {
        !app.reactions_to(issue, gone).is_empty()
    })
    .await;
    app.rewrite("ana", changed, "Use blue.");
    app.simulator
        .delete_comment(app.repository, gone, "ana")
        .expect("deleted");
    // GitHub told of both, and skep has taken both up, before the agent goes on.
    app.heard().await;
    app.let_go().await;
    app.settle_all().await;
    let heard = app.resumed(issue).await.pop().expect("a prompt");
    assert!(
        heard.contains("Use blue.") && !heard.contains("Use red.") && !heard.contains("Use green."),
        "{heard}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_words_that_wait_says_them_anew_and_commands_nothing() {
    let mut app = TestApp::new().await;
    let issue = app.go("Choose a colour", SLOW);
    begun(&mut app, issue).await;
    let comment = app.say("ana", issue, "/agent priority high\n\nUse red.");
    app.until("it is taken", |app| {
        app.reactions_to(issue, comment)
            .contains(&"eyes".to_owned())
    })
    .await;
    app.rewrite("ana", comment, "/agent stop\n\nUse blue.");
    app.let_go().await;
    app.settle_all().await;
    let heard = app.resumed(issue).await.pop().expect("a prompt");
    assert!(
        heard.contains("Use blue.") && !heard.contains("Use red."),
        "{heard}"
    );
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

/// Says something after so many steps. Whatever the session was at: it is told once and thanked for, or its writer is told
/// that it came too late, or it came after the end and nobody promised anything.
async fn said_after(scene: Scenario, steps: usize) {
    let (mut app, issue) = scene.begin().await;
    app.run_steps(steps).await;
    let over = ["in-review", "done"].contains(&app.state(issue).await.as_str());
    let comment = app.say("ana", issue, "Mind the whales, please.");
    app.run_steps(usize::MAX).await;
    let (times, thanks) = (
        told(&app, issue, "Mind the whales").await,
        app.reactions_to(issue, comment),
    );
    let late = app
        .ours_with(issue, "the session was over when your comment came")
        .len();
    let when = format!(
        "after {steps} steps: told {times} times, {thanks:?}\n{}",
        app.thread(issue)
    );
    match (times, late) {
        (1, 0) => assert!(
            thanks == ["rocket"] || thanks.is_empty() && steps == 0,
            "{when}"
        ),
        (0, 1) => assert!(!thanks.contains(&"rocket".to_owned()), "{when}"),
        (0, 0) => assert!(over && thanks.is_empty(), "{when}"),
        _ => panic!("{when}"),
    }
    assert_eq!(app.live().await, 0, "{when}");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_at_any_moment_is_told_once_or_answered() {
    for scene in [CODE, ANSWER] {
        let (steps, _) = scene.clean().await;
        crate::required::grid(0..=steps, |step| said_after(scene.clone(), step)).await;
    }
}
