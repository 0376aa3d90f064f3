//! Where a pull request comes from, stated and signed: what is so holds; what is bent, copied, or overtaken is told apart.

use skep::app::{PullAnswer, PullVerdict, judge_pull};
use skep::core::ids::{IssueNumber, RepositoryId};
use skep::core::provenance::{Envelope, Statement};
use skep::core::verification::RunEnd;
use skep::github::SeenPull;
use skep::signing::{SigningKey, VerifyingKey};
use skep_simulator::world::account::Access;

use crate::test_app::TestApp;

const SCRIPT: &str = "write NOTE.md: right\nfinish Wrote it. | All tests pass.";
const POLICY: &str = "[verify]\ncommands = [\"grep -q right NOTE.md\", \"echo no; exit 3\"]\n";

/// The pull request of an issue as anybody sees it.
fn seen(app: &TestApp, issue: IssueNumber) -> SeenPull {
    let pull = app.pull_for(issue);
    let head = app.simulator.branch_head(app.repository, &pull.head);
    SeenPull {
        repository: app.repository,
        name: "octo/hello".parse().expect("a name"),
        body: pull.issue.body,
        head: head.expect("a head").as_str().parse().expect("a commit"),
        branch: pull.head,
        base_branch: pull.base,
        page: "https://github.example/octo/hello/pull/2".into(),
    }
}

fn keys(app: &TestApp) -> Vec<VerifyingKey> {
    let key = SigningKey::in_folder(&app.data_dir()).expect("the key of the skep");
    vec![key.public()]
}

async fn made(policy: &str, script: &str) -> (TestApp, IssueNumber) {
    let mut app = TestApp::with(|plan| {
        plan.files.push((".github/skep.toml".into(), policy.into()));
    })
    .await;
    let installation = app.simulator.installation(app.repository);
    app.simulator
        .set_app_permission(
            installation.expect("installed"),
            "checks",
            Some(Access::Write),
        )
        .expect("granted");
    let issue = app.go("Add a note", script);
    app.settle_all().await;
    (app, issue)
}

fn refused(answer: Result<Statement, PullAnswer>) -> (PullVerdict, String) {
    let answer = answer.expect_err("it does not hold");
    (answer.verdict, answer.text)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_life_of_an_issue_ends_in_a_pull_request_whose_statement_holds() {
    let (app, issue) = made(POLICY, SCRIPT).await;
    let pull = seen(&app, issue);
    let statement = judge_pull(&pull, &keys(&app)).expect("it holds");
    let (place, said) = (&statement.predicate.place, &statement.predicate);
    let main = app.simulator.branch_head(app.repository, "main");
    assert_eq!(
        (place.base_branch.as_str(), Some(place.base.as_str())),
        ("main", main.as_ref().map(|sha| sha.as_str()))
    );
    assert_eq!(
        (said.made_by.agent.as_str(), said.made_by.role.as_str()),
        ("demo", "swe")
    );
    assert_eq!(said.seen.asked_by, "ana");
    let ends: Vec<&RunEnd> = said
        .seen
        .commands
        .iter()
        .flatten()
        .map(|ran| &ran.end)
        .collect();
    assert_eq!(
        ends,
        [&RunEnd::Exit { code: 0 }, &RunEnd::Exit { code: 3 }],
        "what the server saw, not what the agent claims"
    );
    assert!(
        said.claimed
            .agent
            .as_deref()
            .unwrap_or_default()
            .contains("skep-demo"),
        "{said:?}"
    );
    let (tree, changes) = statement.content().expect("both");
    let is = app.git(&["rev-parse", &format!("{}^{{tree}}", pull.head)]);
    assert_eq!((tree, changes.len()), (is.trim(), 64));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_bent_or_copied_is_refused_each_with_its_own_sentence() {
    let (app, issue) = made("", SCRIPT).await;
    let (pull, keys) = (seen(&app, issue), keys(&app));
    let of = |change: &dyn Fn(&mut SeenPull)| {
        let mut other = pull.clone();
        change(&mut other);
        refused(judge_pull(&other, &keys))
    };
    let line = pull
        .body
        .lines()
        .find(|line| line.starts_with("{\"payload\":\""))
        .expect("an envelope")
        .to_owned();
    let envelope = Envelope::all_in(&line).remove(0).expect("whole");
    // One byte of what is said.
    let payload = String::from_utf8(envelope.payload().expect("base64")).expect("JSON");
    let (id, signature) = envelope.signatures().next().expect("signed");
    let other = payload.replacen("\"asked_by\":\"ana\"", "\"asked_by\":\"anb\"", 1);
    assert_ne!(payload, other);
    let bent = Envelope::new(other.as_bytes(), id, &signature).to_line();
    let (verdict, text) = of(&|pull| pull.body = pull.body.replace(&line, &bent));
    assert_eq!(verdict, PullVerdict::Forged);
    assert!(text.contains("does not fit its signature"), "{text}");
    // Another key.
    let folder = tempfile::tempdir().expect("a folder");
    let theirs = SigningKey::in_folder(folder.path()).expect("made");
    let forged = theirs.sign(other.as_bytes()).to_line();
    let (verdict, text) = of(&|pull| pull.body = pull.body.replace(&line, &forged));
    assert_eq!(verdict, PullVerdict::Forged);
    assert!(text.contains("signed with another key"), "{text}");
    // Beside the true one it does no harm.
    let mut beside = pull.clone();
    beside.body = format!("{forged}\n{}", beside.body);
    assert!(judge_pull(&beside, &keys).is_ok());
    let (verdict, text) =
        of(&|pull| pull.body = pull.body.replace("\"signatures\"", "\"signature\""));
    assert_eq!(verdict, PullVerdict::Forged);
    assert!(text.contains("cannot be read"), "{text}");
    let (verdict, text) = of(&|pull| pull.repository = RepositoryId(9));
    assert_eq!(verdict, PullVerdict::Forged);
    assert!(text.contains("of the repository octo/hello"), "{text}");
    let (verdict, text) = of(&|pull| pull.branch = "agent/9-x".into());
    assert_eq!(verdict, PullVerdict::Forged);
    assert!(text.contains("another pull request"), "{text}");
    let (verdict, text) = of(&|pull| pull.base_branch = "next".into());
    assert_eq!(verdict, PullVerdict::Overtaken);
    assert!(
        text.contains("was made for main, and goes to next"),
        "{text}"
    );
    let (verdict, text) = of(&|pull| pull.body = "Mine.".into());
    assert_eq!(verdict, PullVerdict::None);
    assert!(text.contains("carries no statement"), "{text}");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_of_a_person_overtakes_it_and_a_revision_states_it_anew() {
    let script = format!("{SCRIPT}\nrest\nwrite NOTE.md: right too\nfinish Again.");
    let (mut app, issue) = made("", &script).await;
    let first = seen(&app, issue);
    assert!(judge_pull(&first, &keys(&app)).is_ok());
    app.permit("ben", "write");
    let (branch, repository) = (first.branch.clone(), app.repository);
    app.simulator
        .push_to_branch(repository, &branch, &[("OTHER.md", "mine\n")], "ben")
        .await
        .expect("a push");
    app.settle_all().await;
    let pushed = seen(&app, issue);
    let (verdict, text) = refused(judge_pull(&pushed, &keys(&app)));
    assert_eq!(verdict, PullVerdict::Overtaken);
    assert!(
        text.contains(&format!(
            "of commit {}, and the head is {}",
            first.head, pushed.head
        )),
        "{text}"
    );
    app.advance(std::time::Duration::from_secs(60));
    app.simulator
        .comment(
            repository,
            app.pull_for(issue).issue.number,
            "ana",
            "@skep Once more, please.",
        )
        .expect("a comment");
    app.settle_all().await;
    let revised = seen(&app, issue);
    assert_ne!(revised.head, pushed.head, "{}", app.thread(issue));
    assert!(
        judge_pull(&revised, &keys(&app)).is_ok(),
        "{}",
        revised.body
    );
    app.done().await;
}
