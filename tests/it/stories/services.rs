//! N24: a repository's throw-away services stand beside its sessions and its verification; what is wrong with one is told where people look.

use skep::core::effect::{Action, EffectKind};
use skep_simulator::world::account::Access;

use super::agents::failed;
use crate::test_app::{Options, TestApp};

/// A server that says a word of the repository's to whoever connects.
const SERVER: &str = "use IO::Socket::INET; $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1:4630', Listen => 9, ReuseAddr => 1) or die; \
                      while ($c = $s->accept) { print $c $ENV{TEST_WORD}; close($c) }";
const ASK: &str = "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(\"127.0.0.1:4630\"); print $s ? <$s> : \"nobody\"'";

fn with(policy: &str) -> impl FnOnce(&mut Options) + use<> {
    let policy = policy.to_owned();
    |plan: &mut Options| {
        plan.process = true;
        plan.files.push((".github/skep.toml".into(), policy));
        plan.files.push(("serve.pl".into(), SERVER.into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn they_stand_beside_the_agent_and_the_verification() {
    let policy = "[verify]\ncommands = [\"sh check.sh\"]\n[env]\nTEST_WORD = \"blue\"\n\
                  [services.words]\ncommand = [\"perl\", \"serve.pl\"]\nport = 4630\n";
    let mut app = TestApp::with(|plan| {
        with(policy)(plan);
        let check = format!("test \"$({ASK})\" = blue && grep -q blue word.txt");
        plan.files.push(("check.sh".into(), check));
    })
    .await;
    app.grant_checks(Some(Access::Write));
    let issue = app.go(
        "Ask",
        &format!("run {ASK} >word.txt\nfinish Asked. | It says blue."),
    );
    app.settle_all().await;
    let head = app.pull_for(issue).head_sha;
    assert_eq!(app.git(&["show", &format!("{head}:word.txt")]), "blue");
    let checks = app.simulator.checks(app.repository, head.as_str());
    let verdicts: Vec<_> = checks
        .iter()
        .map(|check| check.conclusion.as_str())
        .collect();
    assert!(verdicts.contains(&"success"), "{checks:?}");
    let turns = app.planned(issue, EffectKind::RunTurn).await;
    let Some(Action::RunTurn(run)) = turns.first().map(|effect| effect.action.clone()) else {
        panic!("no turn: {turns:?}");
    };
    let told = "`words` at 127.0.0.1:4630";
    assert!(run.turn.prompt.contains(told), "{}", run.turn.prompt);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_come_up_is_a_plain_line_on_the_issue() {
    let policy = "[services.db]\ncommand = [\"sh\", \"-c\", \"echo no disk left >&2; exit 3\"]\nport = 4631\n";
    let mut app = TestApp::with(with(policy)).await;
    let issue = app.go("Work", "write a.txt: a\nsay Done.");
    app.settle_all().await;
    let status = failed(&app, issue, "services").await;
    for part in [
        "the service db of .github/skep.toml did not come up or stay: it ended by itself with exit code 3",
        "it wrote last: no disk left",
    ] {
        assert!(status.contains(part), "{part}: {status}");
    }
    app.done().await;
}

/// The agent takes the service's own program away: it has one, and the exact commit has none.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_the_exact_commit_cannot_start_fails_its_verification() {
    let policy = "[verify]\ncommands = [\"true\"]\n[services.words]\ncommand = [\"perl\", \"serve.pl\"]\nport = 4632\n";
    let mut app = TestApp::with(|plan| {
        with(policy)(plan);
        let server = plan.files.last_mut().expect("the server");
        server.1 = server.1.replace("4630", "4632");
    })
    .await;
    app.grant_checks(Some(Access::Write));
    let issue = app.go("Remove", "run rm serve.pl\nfinish Removed. | All passes.");
    app.settle_all().await;
    let head = app.pull_for(issue).head_sha;
    let checks = app.simulator.checks(app.repository, head.as_str());
    let told: Vec<String> = checks
        .iter()
        .map(|check| format!("{} {} {}", check.conclusion, check.title, check.summary))
        .collect();
    let told = told.join("\n");
    for part in [
        "failure",
        "the service words of .github/skep.toml did not come up or stay: it ended by itself with exit code 2",
        "Can't open perl script",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    app.done().await;
}
