//! Agents that misbehave: each ends in a named failure on the issue, with its last lines, what is kept and the next step.
//! Here over a pipe or as processes that never become agents; what needs a fence and real children is in `fence`.

use std::time::Duration;

use skep::core::agent::AgentSpec;
use skep::core::ids::IssueNumber;

use crate::agents::marked;
use crate::house::{House, Plan};

/// A token nobody may ever see on an issue.
pub const CANARY: &str = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";

/// Agents have half a second to say something, and no time to think about a cancel.
pub fn impatient(plan: &mut Plan) {
    plan.limits.silence_ms = 500;
    plan.limits.retry_base_ms = 1;
    plan.limits.model_attempts = 1;
    plan.timings.cancel_grace = Duration::from_millis(100);
}

/// A house whose agent is a shell script.
async fn shell(script: &str) -> House {
    let command = ["sh", "-c", script].map(str::to_owned).to_vec();
    House::with(|plan| {
        impatient(plan);
        plan.agent = Some(AgentSpec::new("odd", command));
    })
    .await
}

/// What holds after every failure.
pub async fn failed(house: &House, issue: IssueNumber, class: &str) -> String {
    assert_eq!(house.state(issue).await, "failed");
    assert_eq!(house.labels(issue), ["agent:failed", "agent:go"]);
    assert_eq!(house.reactions(issue), ["eyes", "confused"]);
    assert!(
        house
            .simulator
            .pulls(house.repository)
            .expect("pulls")
            .is_empty()
    );
    assert!(
        house.runner().services().agents.live().is_empty(),
        "an agent is still there"
    );
    assert_eq!(
        marked(&house.data_dir()),
        Vec::<u32>::new(),
        "processes are still there"
    );
    let status = house.status(issue);
    assert!(
        status.starts_with("**Failed**") && status.contains(&format!("`{class}`")),
        "{status}"
    );
    assert!(
        status.contains("To try again, comment `/agent retry`."),
        "{status}"
    );
    let on_branch = usize::from(status.contains("is on the branch [`agent/"));
    assert_eq!(
        house.simulator.branches(house.repository).len(),
        1 + on_branch,
        "what was made, and nothing else"
    );
    assert!(
        !status.contains(&CANARY[4..]) && !status.contains("/home/"),
        "{status}"
    );
    readable(&house.thread(issue))
}

/// A thread without what differs from run to run: the names of commits, and how many edits came together in one.
pub fn readable(thread: &str) -> String {
    let sha = regex::Regex::new("`[0-9a-f]{7,40}`").expect("a pattern");
    let edits = regex::Regex::new(r" \(edited \d+x\)").expect("a pattern");
    edits
        .replace_all(&sha.replace_all(thread, "`[commit]`"), "")
        .into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_is_named_and_what_was_done_is_kept() {
    let mut house = House::with(impatient).await;
    let script = format!(
        "plan read | write\nstart 1\nsay Reading /home/ana/.netrc: {CANARY}\ntick 1\nstart 2\nwrite half.txt: done\nwait 0.3\ncrash"
    );
    let issue = house.go("Add a greeting", &script);
    house.settle_all().await;
    insta::assert_snapshot!(failed(&house, issue, "crash").await);
    assert_eq!(house.kept(issue, 1, "half.txt").as_deref(), Some("done\n"));
    assert!(
        !house.session_dir(issue, 1).exists(),
        "the working copy is reaped once its work is in the mirror"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_agent_that_ignores_the_cancel_is_ended() {
    let mut house = House::with(impatient).await;
    let issue = house.go("Think hard", "say Thinking.\nwrite half.txt: done\nhang");
    house.settle_all().await;
    insta::assert_snapshot!(failed(&house, issue, "silence").await);
    assert_eq!(house.kept(issue, 1, "half.txt").as_deref(), Some("done\n"));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_runs_too_long_is_ended() {
    let mut house = House::with(|plan| {
        impatient(plan);
        plan.limits.session_timeout_ms = 700;
    })
    .await;
    let talk: String = (0..100)
        .map(|n| format!("say Still at it, {n}.\nwait 0.1\n"))
        .collect();
    let issue = house.go("Take your time", &talk);
    house.settle_all().await;
    let thread = failed(&house, issue, "timeout").await;
    assert!(thread.contains("Still at it, "), "{thread}");
    let thread = regex::Regex::new("( +Still at it, [0-9]+\\.\n)+")
        .expect("a pattern")
        .replace_all(&thread, "  […]\n");
    insta::assert_snapshot!(thread);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_stopped() {
    let mut house = House::with(|plan| {
        impatient(plan);
        plan.limits.silence_ms = 30_000;
    })
    .await;
    let issue = house.go("Say it all", "say Here it comes.\nflood 100000000");
    house.settle_all().await;
    let thread = failed(&house, issue, "flood").await;
    assert!(
        house.status(issue).len() < 5_000,
        "{}",
        house.status(issue).len()
    );
    // How much of the flood came through before it was stopped differs from run to run.
    let said = thread.split("Its last lines").next().unwrap_or_default();
    insta::assert_snapshot!(said.split("Details").next().unwrap_or_default());
    house.done().await;
}

/// It ends no turn by itself; who says nothing else is silent, and what was printed is told.
#[tokio::test(flavor = "multi_thread")]
async fn broken_json_is_told() {
    let mut house = House::with(impatient).await;
    let issue = house.go("Speak", "say I speak.\nwait 0.3\ngarbage 20\nwait 5");
    house.settle_all().await;
    let thread = failed(&house, issue, "silence").await;
    assert!(
        thread.contains("The agent printed 20 lines that are no messages of the protocol"),
        "{thread}"
    );
    assert!(
        thread.contains("Often the limit of its model is used up"),
        "{thread}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_fails_is_no_answer() {
    let mut house = House::with(impatient).await;
    let mut threads = Vec::new();
    for (what, class) in [
        ("rate-limit", "rate_limit"),
        ("auth", "auth"),
        ("server", "model_unavailable"),
    ] {
        let issue = house.go(&format!("Fail with {what}"), &format!("fail {what}"));
        house.settle_all().await;
        threads.push(failed(&house, issue, class).await);
        assert!(
            !house.session_dir(issue, 1).exists(),
            "nothing was made, so nothing is kept"
        );
    }
    insta::assert_snapshot!(threads.join("\n"));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_leaves_with_an_error_or_an_answer() {
    let mut house = House::with(impatient).await;
    let error = house.go(
        "Fail",
        &format!("say Request failed: 429 Too Many Requests for {CANARY} of /home/ana"),
    );
    house.settle_all().await;
    failed(&house, error, "rate_limit").await;
    let answer = house.go("Answer", &format!("say I found {CANARY} in /home/ana."));
    house.settle_all().await;
    let comments = house
        .simulator
        .comments(house.repository, answer)
        .expect("comments");
    let thread: String = comments.into_iter().map(|comment| comment.body).collect();
    assert!(
        thread.contains("I found")
            && !thread.contains(&CANARY[4..])
            && !thread.contains("/home/ana"),
        "{thread}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_without_a_word_or_a_change_has_failed() {
    let mut house = House::with(impatient).await;
    let issue = house.go("Do nothing", "# nothing at all");
    house.settle_all().await;
    insta::assert_snapshot!(failed(&house, issue, "no_result").await);
    assert!(
        !house.session_dir(issue, 1).exists(),
        "nothing was made, so nothing is kept"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_liar_gets_no_pull_request() {
    let mut house = House::with(impatient).await;
    let issue = house.go("Fix it", "lie");
    house.settle_all().await;
    assert!(
        house
            .simulator
            .pulls(house.repository)
            .expect("pulls")
            .is_empty()
    );
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    assert!(!house.session_dir(issue, 1).exists());
    insta::assert_snapshot!(readable(&house.thread(issue)));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_exits_at_its_start_is_tried_three_times() {
    let mut house = shell(&format!(
        "echo x >>\"$HOME/starts\"; echo 'no licence {CANARY} in /home/ana' >&2; exit 9"
    ))
    .await;
    let issue = house.go("Start", "say never");
    house.settle().await;
    assert_eq!(
        (
            house.state(issue).await.as_str(),
            house.reactions(issue).len()
        ),
        ("working", 1),
        "not given up yet"
    );
    let starts = house.session_dir(issue, 1).join("home/starts");
    let count = || {
        std::fs::read_to_string(&starts)
            .expect("it was started")
            .lines()
            .count()
    };
    assert_eq!(count(), 1, "the second try waits for its time");
    house.advance(Duration::from_millis(1));
    house.settle().await;
    assert_eq!(count(), 2);
    house.settle_all().await;
    let thread = failed(&house, issue, "crash").await;
    let claims = house
        .detail(issue, "session.failed")
        .await
        .expect("an event");
    assert!(
        claims["why"]
            .as_str()
            .is_some_and(|why| why.contains("exit status: 9")),
        "{claims}"
    );
    insta::assert_snapshot!(thread);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_exits_at_once_without_a_word_is_named() {
    let mut house = shell("exit 0").await;
    let issue = house.go("Start", "say never");
    house.settle_all().await;
    insta::assert_snapshot!(failed(&house, issue, "crash").await);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_command_is_said_at_once() {
    let mut house = House::with(|plan| {
        impatient(plan);
        plan.agent = Some(AgentSpec::new(
            "goose",
            vec!["no-such-goose".into(), "acp".into()],
        ));
    })
    .await;
    let issue = house.go("Start", "say never");
    house.settle().await;
    let thread = failed(&house, issue, "spawn").await;
    assert!(thread.contains("no-such-goose"), "{thread}");
    insta::assert_snapshot!(thread);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_never_answers_the_handshake_is_ended() {
    let command = ["sleep", "300"].map(str::to_owned).to_vec();
    let mut house = House::with(|plan| {
        impatient(plan);
        plan.timings.initialize = Duration::from_millis(200);
        plan.agent = Some(AgentSpec::new("odd", command));
    })
    .await;
    let issue = house.go("Start", "say never");
    house.settle_all().await;
    insta::assert_snapshot!(failed(&house, issue, "spawn").await);
    house.done().await;
}
