//! What does not pass goes back to the agent twice, then to people; and what else can go wrong.

use skep::core::effect::{self, Action, EffectKind};

use super::{RIGHT, STUBBORN, Told, WRONG, verified, with};

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_sent_back_twice_and_then_a_person_has_to_look() {
    let mut told = Told::new(WRONG, verified).await;
    assert_eq!(
        (
            told.names("revision.started").await,
            told.names("verification.failed").await
        ),
        (2, 3)
    );
    assert!(told.draft() && told.has_label("agent:needs-you"));
    assert_eq!(told.verdict(), "failure: Failed: sh check.sh (exit 3)");
    let section = told.section();
    for part in [
        "The agent claimed:\n\n> - Every test passes",
        "| `sh check.sh` | ❌ exit 3 | SPAN |",
        "the note is three",
        "this stays a draft until a person has looked",
    ] {
        assert!(section.contains(part), "{part}: {section}");
    }
    let status = told.app.thread(told.issue);
    assert!(
        status.contains("also after the agent was sent back 2 times"),
        "{status}"
    );
    let prompts = told.app.planned(told.issue, EffectKind::RunTurn).await;
    let mut said = prompts.iter().filter_map(|effect| match &effect.action {
        Action::RunTurn(effect::RunTurn { turn }) => Some(turn.resumed.clone()),
        _ => None,
    });
    let last = said.next_back().expect("a turn");
    for part in [
        "The server itself ran",
        "sh check.sh: exit 3",
        "the note is two",
    ] {
        assert!(last.contains(part), "{part}: {last}");
    }
    // A person's word counts anew, and what passes then is ready.
    told.comment("/agent try once more").await;
    assert_eq!(told.verdict(), "success: 1 command passed in SPAN");
    assert!(
        !told.draft() && !told.has_label("agent:needs-you"),
        "{}",
        told.app.thread(told.issue)
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_comes_back_without_a_change_is_not_sent_again() {
    let mut told = Told::new(STUBBORN, verified).await;
    assert_eq!(
        (
            told.names("revision.started").await,
            told.verifications().await
        ),
        (1, 1)
    );
    let status = told.app.thread(told.issue);
    assert!(status.contains("came back without a change"), "{status}");
    assert!(told.draft() && told.has_label("agent:needs-you"));
    // *Re-run* runs it once more, on the same commit; what is over cannot go on, so in a new check run.
    let check = told.checks_of(&told.head()).remove(0);
    told.app
        .simulator
        .rerequest_check(told.app.repository, check.id, "ana")
        .expect("pressed");
    told.app.settle_all().await;
    assert_eq!(told.verifications().await, 2);
    let failed = "failure: Failed: sh check.sh (exit 3)";
    assert_eq!(told.verdict(), format!("{failed}; {failed}"));
    assert!(told.draft());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_permission_the_pull_request_says_all_of_it() {
    let mut told = Told::begun(RIGHT, verified).await;
    told.app.grant_checks(None);
    told.app.settle_all().await;
    assert_eq!(told.verdict(), "");
    let section = told.section();
    for part in [
        "| `sh check.sh` | ✅ exit 0 |",
        "has not granted *Checks: write*",
    ] {
        assert!(section.contains(part), "{part}: {section}");
    }
    assert!(!told.draft(), "{}", told.app.thread(told.issue));
    told.done().await;
}

/// Every command is run, so that the agent hears of all that fails at once.
#[tokio::test(flavor = "multi_thread")]
async fn each_command_is_run_in_one_checkout_of_the_commit_and_nothing_else() {
    let policy = "[verify]\ncommands = [\"test -z \\\"$(git status --porcelain)\\\" && git log -1 --format=%H >HEAD.txt\", \
                  \"exit 2\", \"cat HEAD.txt; exit 5\"]\n[env]\nCOLOUR = \"blue\"\n";
    let told = Told::new("write NOTE.md: right\nrest\nfinish No.", |plan| {
        with(plan, policy, "")
    })
    .await;
    let head = told.head();
    let section = told.section();
    for part in ["✅ exit 0", "| `exit 2` | ❌ exit 2 |", "❌ exit 5"] {
        assert!(section.contains(part), "{part}: {section}");
    }
    let check = told.checks_of(&head).remove(0);
    assert!(check.summary.contains(head.as_str()), "{}", check.summary);
    assert_eq!(told.names("verification.failed").await, 1);
    told.done().await;
}
