//! `skep plan OWNER/REPO#N`: what would come of an issue, told before it does. It is what comes, and nothing is done for it.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use skep::core::dry_run::NONCE;
use skep::core::ids::IssueNumber;
use skep::http::types::DryRunAnswer;
use skep::http::{AdminService, By, IssueAt, Target};
use skep::store::{self, EffectFilter};

use crate::test_app::TestApp;

const POLICY: &str = "[environment]\nGREETING = \"hello\"\n";

async fn app() -> TestApp {
    let files = [
        ("AGENTS.md", "Run `make test` first.\r\n"),
        (".github/skep.toml", POLICY),
        (
            ".github/agents/docs.agent.md",
            "---\ndescription: Writes.\ntools: [\"read\", \"edit\"]\n---\nYou write plain pages.\n",
        ),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    TestApp::with(|plan| plan.files.extend(files)).await
}

fn at(issue: IssueNumber) -> IssueAt {
    IssueAt {
        repository: "octo/hello".parse().expect("a name"),
        issue,
    }
}

async fn dry_run(app: &TestApp, issue: IssueNumber) -> DryRunAnswer {
    let answer = app.product().admin.dry_run(at(issue)).await;
    answer.expect("an answer")
}

/// The whole database, byte for byte.
async fn database(app: &TestApp) -> Vec<u8> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let copy = folder.path().join("copy.db");
    let url = format!("sqlite://{}", app.data_dir().join("skep.db").display());
    store::back_up(&url, &copy).await.expect("a copy");
    std::fs::read(&copy).expect("a file")
}

/// What lies in a folder, but for the database's own files.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path.display().to_string()),
        }
    }
    found.retain(|path| !path.contains("skep.db"));
    found.sort();
    found
}

/// The first prompt that was really sent, with the random word as it stands in a dry run.
async fn sent(app: &TestApp) -> String {
    static ENVELOPE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("<<<([0-9a-f]{24})\n").expect("a pattern"));
    let all = app.store().effects(&EffectFilter::default(), 1_000).await;
    let all = all.expect("effects").into_iter();
    let mut turns = all.filter(|look| look.effect.kind == "run_turn");
    let body = turns.next().expect("a turn").effect.body;
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let turn = find(&body, "prompt").expect("a turn with a prompt");
    let text = |name: &str| turn[name].as_str().unwrap_or_default().to_owned();
    let prompt = skep::core::text::prompt::headed(&text("instructions"), &text("prompt"));
    let nonce = ENVELOPE.captures(&prompt).expect("an envelope")[1].to_owned();
    prompt.replace(&nonce, NONCE)
}

/// The object that has a field.
fn find<'a>(value: &'a serde_json::Value, field: &str) -> Option<&'a serde_json::Value> {
    match value {
        serde_json::Value::Object(fields) if fields.contains_key(field) => Some(value),
        serde_json::Value::Object(fields) => fields.values().find_map(|one| find(one, field)),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_prompt_is_the_one_that_is_sent_and_nothing_is_written() {
    let mut app = app().await;
    let body = "Please.\n\n```skep-demo\nwrite GREETING.md: hello\n```\n";
    let issue = app.issue("Add a greeting", body, &["role:docs"]);
    app.simulator
        .comment(app.repository, issue, "ana", "In English.")
        .expect("a comment");
    app.settle_all().await;
    let (calls, rows) = (app.simulator.calls().len(), database(&app).await);
    let on_disk = files(&app.data_dir());

    let plan = dry_run(&app, issue).await;
    assert_eq!(plan.begins, "session", "{plan:?}");
    assert!(plan.gates.iter().all(|gate| gate.passes), "{plan:?}");
    let work = plan.work.as_ref().expect("somebody works");
    assert_eq!(
        (work.role.as_str(), work.branch.as_str()),
        ("docs", "agent/1-add-a-greeting")
    );
    assert_eq!(plan.estimate, None, "no session has ended here");
    assert_eq!(plan.refusal.as_ref().or(plan.no_prompt.as_ref()), None);

    // A token to read with is no change.
    let written: Vec<String> = app.simulator.calls()[calls..]
        .iter()
        .filter(|call| call.method != "GET" && !call.path.ends_with("/access_tokens"))
        .map(|call| format!("{} {}", call.method, call.path))
        .collect();
    assert_eq!(written, [""; 0]);
    assert!(app.simulator.calls().len() > calls, "it asked nothing");
    assert!(rows == database(&app).await, "the database is another one");
    assert_eq!(on_disk, files(&app.data_dir()));

    let prompt = plan.prompt.expect("a prompt");
    assert!(prompt.starts_with("You write plain pages."), "{prompt}");
    for told in ["Run `make test` first.", "In English.", "Add a greeting"] {
        assert!(prompt.contains(told), "{told}: {prompt}");
    }
    let target = Target::Issues {
        repository: at(issue).repository,
        issues: vec![issue],
    };
    let dispatched = {
        let admin = app.product().admin.clone();
        tokio::spawn(async move { admin.dispatch(vec![target], By::operator()).await })
    };
    while !dispatched.is_finished() {
        app.step().await;
    }
    let batch = dispatched.await.expect("no panic").expect("an answer");
    assert_eq!(batch.successful.len(), 1, "{batch:?}");
    app.settle_all().await;
    assert_eq!(prompt, sent(&app).await);

    // Its pull request is open: to start it again is to go on with that.
    let again = dry_run(&app, issue).await;
    assert_eq!(again.begins, "revision", "{again:?}");
    assert!(again.prompt.is_some(), "{again:?}");

    // What it came to is what the next one may come to.
    let next = app.issue("Add a farewell", body, &["role:docs"]);
    let plan = dry_run(&app, next).await;
    let estimate = plan.estimate.expect("there is a session to go by");
    assert_eq!((estimate.sessions, estimate.in_repository), (1, true));
    // The demo agent tells of no tokens, and took no time of the story's clock: nothing is made up of that.
    assert_eq!((estimate.tokens, estimate.worked_ms), (None, None));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_hold_it_and_what_would_refuse_it_are_said() {
    let mut app = app().await;
    let first = app.issue("First", "", &[]);
    let waits = app.issue("Second", "Depends on #1", &["checkpoint"]);
    let unknown = app.issue("Third", "", &["role:wizard"]);
    let closed = app.issue("Fourth", "", &[]);
    app.close_issue(closed, "ana");
    app.settle_all().await;

    let plan = dry_run(&app, waits).await;
    assert_eq!(plan.begins, "session");
    insta::assert_snapshot!(plan.held.join("\n"), @"waiting for #1");
    insta::assert_snapshot!(plan.waits_for.join("\n"), @"#1 First: open");
    assert!(
        plan.prompt
            .is_some_and(|prompt| prompt.contains("Title: Second"))
    );

    let plan = dry_run(&app, unknown).await;
    assert_eq!((plan.begins.as_str(), plan.prompt), ("nothing", None));
    insta::assert_snapshot!(plan.refusal.unwrap_or_default(), @"`role:wizard` names no role that exists here. There are: `spec`, `architect`, `swe`, `testing`, `debugging`, `design`, `deploy`, `security`, `triage`; and each `.github/agents/<role>.agent.md` on the default branch is one. Use one of them, then comment `/agent go`.");

    let plan = dry_run(&app, closed).await;
    let shut: Vec<&str> = plan
        .gates
        .iter()
        .filter(|gate| !gate.passes)
        .map(|gate| gate.gate.as_str())
        .collect();
    assert_eq!(shut, ["is_open"]);
    insta::assert_snapshot!(plan.refusal.unwrap_or_default(), @"the issue is closed. Reopen it, then comment `/agent go`.");

    let missing = app.product().admin.dry_run(at(IssueNumber(99))).await;
    insta::assert_snapshot!(missing.expect_err("there is none").message, @"there is no issue #99 in octo/hello, or the App cannot see it");
    assert_eq!(first, IssueNumber(1));
    app.done().await;
}

/// A policy with mistakes is read for a dry run, and the issue on which they are told is still the first that really meets them.
#[tokio::test(flavor = "multi_thread")]
async fn a_policy_with_mistakes_is_not_met_by_looking() {
    let wrong = (".github/skep.toml".to_owned(), "[nonsense]\n".to_owned());
    let mut app = TestApp::with(|plan| plan.files.push(wrong)).await;
    let looked = app.issue("First", "```skep-demo\nsay Done.\n```\n", &[]);
    app.settle_all().await;
    let rows = database(&app).await;
    assert!(dry_run(&app, looked).await.prompt.is_some());
    assert!(rows == database(&app).await, "the database is another one");
    let met = app.go("Second", "write A.md: a");
    app.settle_all().await;
    assert!(app.thread(met).contains("nonsense"), "{}", app.thread(met));
    app.done().await;
}
