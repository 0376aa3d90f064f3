//! Words for an agent at work: at once where it takes them, else at its turn's end; never dropped, never twice.

use std::path::Path;
use std::time::Duration;

use skep::agent::presets;
use skep::core::ids::IssueNumber;

use crate::house::{ANSWER, CODE, House, Scene};

/// It stands until it is let go.
const SLOW: &str = "write A.md: a\nuntil-there ../home/go\nsay First.";
/// Words with something to do.
const WORDS: &str =
    "Use blue, please.\n\n```skep-demo\nwrite GREETING.md: {said}\nsay Second.\n```";

/// Until the agent has begun.
pub(super) async fn begun(house: &mut House, issue: IssueNumber) {
    let begun = move |house: &House| {
        house
            .session_dir(issue, 1)
            .join(Path::new("work/A.md"))
            .exists()
    };
    house.until("the agent has begun", begun).await;
}

/// How often the words stand in what the agent was told: in its first prompt, or in a later one.
async fn told(house: &House, issue: IssueNumber, words: &str) -> usize {
    let first = house.prompts(issue).await.into_iter().take(1);
    let later = house.resumed(issue).await.into_iter().skip(1);
    first
        .chain(later)
        .map(|prompt| prompt.matches(words).count())
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_while_it_works_is_told_at_the_turns_end() {
    let mut house = House::new().await;
    let issue = house.go("Choose a colour", SLOW);
    begun(&mut house, issue).await;
    let comment = house.say("ana", issue, WORDS);
    let eyes = move |house: &House| house.reactions_to(issue, comment) == ["eyes"];
    house.until("it is taken", eyes).await;
    house.let_go().await;
    house.settle_all().await;
    assert_eq!(house.reactions_to(issue, comment), ["rocket"], "delivered");
    assert_eq!(told(&house, issue, "Use blue").await, 1);
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("Use blue, please.\n"),
        "{}",
        house.thread(issue)
    );
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_takes_prompts_while_it_works_hears_at_once() {
    let mut house = House::with(|plan| {
        let mut agent = presets::demo(env!("CARGO_BIN_EXE_skep"));
        agent
            .environment
            .insert("SKEP_DEMO_QUEUE".into(), "1".into());
        plan.agent = Some(agent);
    })
    .await;
    let issue = house.go(
        "Choose a colour",
        "write A.md: a\nuntil-said 50\nwrite GREETING.md: {said}\nsay Heard.",
    );
    begun(&mut house, issue).await;
    let comment = house.say("ana", issue, "Use blue.");
    house.settle_all().await;
    assert_eq!(
        house.prompts(issue).await.len(),
        1,
        "it was told in the turn that ran"
    );
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("Use blue.\n"),
        "{}",
        house.thread(issue)
    );
    assert_eq!(house.reactions_to(issue, comment), ["rocket"]);
    house.done().await;
}

/// The agent forgets its session with its process; the words it had heard on the way are not lost with that.
#[tokio::test(flavor = "multi_thread")]
async fn words_heard_in_the_middle_of_a_turn_survive_a_kill_and_an_agent_that_forgets() {
    let mut house = House::with(|plan| {
        let mut agent = presets::demo(env!("CARGO_BIN_EXE_skep"));
        agent
            .environment
            .insert("SKEP_DEMO_QUEUE".into(), "1".into());
        agent.resume = false;
        plan.agent = Some(agent);
    })
    .await;
    let script = "write A.md: a\nuntil-said 20\nwrite B.md: b\nwait 2\nwrite GREETING.md: {said}\nsay Heard.";
    let issue = house.go("Choose a colour", script);
    begun(&mut house, issue).await;
    let comment = house.say("ana", issue, "Use blue.");
    let heard = house.session_dir(issue, 1).join("work/B.md");
    house
        .until("it has heard", |house| {
            heard.exists() && house.reactions_to(issue, comment) == ["rocket"]
        })
        .await;
    house.crash_and_open().await;
    house.settle_all().await;
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("Use blue.\n"),
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_say_to_each_other_is_left_alone() {
    let mut house = House::new().await;
    let issue = house.go("Choose a colour", SLOW);
    begun(&mut house, issue).await;
    let comment = house.say("ana", issue, "@ben what do you think of red?");
    let stranger = house.say("stranger", issue, "I would use red.");
    house.let_go().await;
    house.settle_all().await;
    assert_eq!(house.reactions_to(issue, comment), Vec::<String>::new());
    assert_eq!(
        house.reactions_to(issue, stranger),
        Vec::<String>::new(),
        "and strangers are not told off for talking"
    );
    assert_eq!(
        told(&house, issue, "what do you think").await + told(&house, issue, "I would use").await,
        0
    );
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_the_issue_is_told_with_the_difference() {
    let mut house = House::new().await;
    let issue = house.go("Choose a colour", SLOW);
    begun(&mut house, issue).await;
    let body = house
        .simulator
        .issue(house.repository, issue)
        .expect("the issue")
        .body;
    house.advance(Duration::from_secs(1));
    house
        .simulator
        .edit_title(house.repository, issue, "Choose a dark colour", "ana")
        .expect("an edit");
    let edited = body.replacen("Please.", "Please, by Friday.", 1);
    house
        .simulator
        .edit_body(house.repository, issue, &edited, "ana")
        .expect("an edit");
    house.let_go().await;
    house.settle_all().await;
    let heard = house.resumed(issue).await.pop().expect("a prompt");
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
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_that_is_changed_or_deleted_before_it_is_heard_counts_as_it_is() {
    let mut house = House::new().await;
    let issue = house.go("Choose a colour", SLOW);
    begun(&mut house, issue).await;
    let changed = house.say("ana", issue, "Use red.");
    let gone = house.say("ana", issue, "Use green.");
    house
        .until("both are taken", |house| {
            !house.reactions_to(issue, gone).is_empty()
        })
        .await;
    house.rewrite("ana", changed, "Use blue.");
    house
        .simulator
        .delete_comment(house.repository, gone, "ana")
        .expect("deleted");
    house.let_go().await;
    house.settle_all().await;
    let heard = house.resumed(issue).await.pop().expect("a prompt");
    assert!(
        heard.contains("Use blue.") && !heard.contains("Use red.") && !heard.contains("Use green."),
        "{heard}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_words_that_wait_says_them_anew_and_commands_nothing() {
    let mut house = House::new().await;
    let issue = house.go("Choose a colour", SLOW);
    begun(&mut house, issue).await;
    let comment = house.say("ana", issue, "/agent priority high\n\nUse red.");
    house
        .until("it is taken", |house| {
            house
                .reactions_to(issue, comment)
                .contains(&"eyes".to_owned())
        })
        .await;
    house.rewrite("ana", comment, "/agent stop\n\nUse blue.");
    house.let_go().await;
    house.settle_all().await;
    let heard = house.resumed(issue).await.pop().expect("a prompt");
    assert!(
        heard.contains("Use blue.") && !heard.contains("Use red."),
        "{heard}"
    );
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

/// Says something after so many steps. Whatever the session was at: it is told once and thanked for, or its writer is told
/// that it came too late, or it came after the end and nobody promised anything.
async fn said_after(scene: Scene, steps: usize) {
    let (mut house, issue) = scene.begin().await;
    house.walk(steps).await;
    let over = ["in-review", "done"].contains(&house.state(issue).await.as_str());
    let comment = house.say("ana", issue, "Mind the whales, please.");
    house.walk(usize::MAX).await;
    let (times, thanks) = (
        told(&house, issue, "Mind the whales").await,
        house.reactions_to(issue, comment),
    );
    let late = house
        .ours_with(issue, "the session was over when your comment came")
        .len();
    let when = format!(
        "after {steps} steps: told {times} times, {thanks:?}\n{}",
        house.thread(issue)
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
    assert_eq!(house.live().await, 0, "{when}");
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_at_any_moment_is_told_once_or_answered() {
    for scene in [CODE, ANSWER] {
        let (steps, _) = scene.clean().await;
        crate::required::grid(0..=steps, |step| said_after(scene.clone(), step)).await;
    }
}
