//! Real processes, real restarts: orphans end, sessions go on, nobody works twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use skep::store::{Claim, Closed, Completion, EffectFilter, EffectResult, InboxKind, NewInbox};
use skep_simulator::fault::{Fault, FaultRule};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::test_app::{CODE, Options, Scenario, TestApp};

/// The first try of this never ends by itself; the second one finds its mark in the agent's home and goes on.
const INTERRUPTED: &str =
    "run [ -e $HOME/begun ] || { touch $HOME/begun; sleep 30; }\nrecall\nwrite GREETING.md: hello";

fn in_process(plan: &mut Options) {
    plan.process = true;
}

const SCENE: Scenario = Scenario {
    script: INTERRUPTED,
    labels: &["role:swe"],
    wish: in_process,
};

/// Processes with this app's mark in their environment, outside this test's own.
fn agents(app: &TestApp) -> Vec<u32> {
    let mark = format!(
        "SKEP_HOME={}",
        app.data_dir().canonicalize().expect("a folder").display()
    );
    let entries = std::fs::read_dir("/proc").expect("processes").flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let marked = |number: &u32| {
        let environment = std::fs::read(format!("/proc/{number}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == mark.as_bytes())
    };
    numbers.filter(marked).collect()
}

/// Whether the agent is in the middle of its first turn.
fn begun(app: &TestApp) -> bool {
    let sessions = std::fs::read_dir(app.data_dir().join("sessions"));
    sessions.is_ok_and(|sessions| {
        sessions
            .flatten()
            .any(|one| one.path().join("home/begun").exists())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_outlives_skep_is_ended_and_its_session_goes_on() {
    let (mut app, issue) = SCENE.begin().await;
    app.until("the agent is at it", begun).await;
    // A killed skep cleans nothing up: what holds its processes stays alive in this test.
    let former = app.runner().clone();
    app.crash().await;
    let orphans = agents(&app);
    assert!(
        !orphans.is_empty(),
        "the agent is a process of its own and outlives skep"
    );
    app.open().await;
    let left: Vec<u32> = agents(&app)
        .into_iter()
        .filter(|number| orphans.contains(number))
        .collect();
    assert!(left.is_empty(), "still there: {left:?}");
    drop(former);
    app.no_zombies().await;
    app.run_steps(usize::MAX).await;
    let ending = app.ending(issue).await;
    assert_eq!(
        (
            ending.state.as_str(),
            ending.pulls.len(),
            ending.ours,
            ending.live
        ),
        ("in-review", 1, 1, 0)
    );
    assert!(
        ending.pulls[0].contains(r#"Some("hello\n")"#),
        "{:?}",
        ending.pulls
    );
    assert!(
        ending.pulls[0].contains("This is turn 2 of my session"),
        "not loaded again: {:?}",
        ending.pulls
    );
    assert!(agents(&app).is_empty(), "nothing is left running");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graceful_stop_parks_the_agent_and_the_next_start_finishes() {
    let mut app = TestApp::with(in_process).await;
    let running = app.run().await;
    let issue = app.go_as("Add a greeting", INTERRUPTED, &["role:swe"]);
    app.seen("the agent is at it", begun).await;
    let asked = std::time::Instant::now();
    running.stop().await;
    assert!(
        asked.elapsed() < Duration::from_secs(20),
        "it waited for the agent instead of interrupting it"
    );
    assert!(agents(&app).is_empty(), "the stop leaves no agent behind");
    app.open().await;
    app.no_zombies().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("working", 1)
    );
    app.run_steps(usize::MAX).await;
    let ending = app.ending(issue).await;
    assert_eq!(
        (
            ending.state.as_str(),
            ending.pulls.len(),
            ending.ours,
            ending.live
        ),
        ("in-review", 1, 1, 0)
    );
    assert!(
        ending.pulls[0].contains("This is turn 2 of my session"),
        "not loaded again: {:?}",
        ending.pulls
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skep_that_runs_by_itself_carries_an_issue_to_its_pull_request() {
    let mut app = TestApp::new().await;
    let running = app.run().await;
    let issue = app.go_as("Add a greeting", CODE.script, CODE.labels);
    let labels = |app: &TestApp| {
        app.simulator
            .issue(app.repository, issue)
            .expect("the issue")
            .labels
    };
    app.seen("in review", |app| {
        labels(app).contains(&"agent:review".to_owned())
    })
    .await;
    running.stop().await;
    app.open().await;
    app.run_steps(usize::MAX).await;
    let ending = app.ending(issue).await;
    assert_eq!(
        (ending.state.as_str(), ending.pulls.len(), ending.ours),
        ("in-review", 1, 1)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_skep_on_the_same_folder_is_refused_in_plain_words() {
    let app = TestApp::new().await;
    let told = app.build_another().await.expect("refused");
    let expected = format!(
        "another skep (process {}) is already using the data directory",
        std::process::id()
    );
    assert!(told.contains(&expected), "{told}");
    app.done().await;
}

/// A runner that stood still too long comes back: its effect is somebody else's, and its word changes nothing (R30).
#[tokio::test(flavor = "multi_thread")]
async fn whoever_lost_its_lease_changes_nothing() {
    let (mut app, issue) = Scenario {
        script: "wait 5\nwrite GREETING.md: hello",
        ..CODE
    }
    .begin()
    .await;
    let at_it = |app: &TestApp| app.product().runner.services().agents.live().len() == 1;
    assert!(app.settle_until(at_it).await, "no agent");
    let turn = held(&app, "run_turn").await;
    app.advance(Duration::from_secs(31));
    let now = app.now();
    let claim = Claim {
        owner: "another",
        now,
        lease_until: now + 5_000,
        limit: 50,
        without_kinds: &[],
    };
    let taken = app.store().claim(claim).await.expect("claimed");
    let mine = taken
        .iter()
        .find(|row| row.id == turn.0)
        .expect("the lapsed lease is taken over");
    assert!(mine.fence > turn.1);
    let late = |id, fence| Completion {
        id,
        fence,
        now,
        result: EffectResult::Done,
        why: None,
        outcome: Some(note(id)),
    };
    assert_eq!(
        app.store()
            .close_effect(late(&turn.0, turn.1))
            .await
            .expect("an answer"),
        Closed::Lost
    );
    let told = app.store().inbox(&note(&turn.0).id).await.expect("a look");
    assert_eq!(told, None, "not even its outcome is taken");
    // The first runner's own turn ends meanwhile, and is not believed either.
    app.land().await;
    let still = held(&app, "run_turn").await;
    assert_eq!(
        still,
        (turn.0.clone(), mine.fence),
        "the second runner still has it"
    );
    // The second one dies in turn; its lease lapses and the work ends well, once.
    app.advance(Duration::from_secs(6));
    app.run_steps(usize::MAX).await;
    let ending = app.ending(issue).await;
    assert_eq!(
        (
            ending.state.as_str(),
            ending.pulls.len(),
            ending.ours,
            ending.live
        ),
        ("in-review", 1, 1, 0)
    );
    app.done().await;
}

/// Nobody but us can hold our own leases after a start: work goes on without waiting for them to lapse.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_takes_up_at_once_what_it_held() {
    let (mut app, issue) = CODE.begin().await;
    app.simulator.add_fault(FaultRule::next(
        "POST",
        "/octo/hello.git/git-upload-pack",
        Fault::Held,
    ));
    app.until("the fetch hangs", |app| {
        app.simulator.waiting_faults().is_empty()
    })
    .await;
    held(&app, "prepare_workspace").await;
    app.crash_and_open().await;
    // Not a moment passes on the clock of the leases.
    app.settle().await;
    assert_eq!(
        app.state(issue).await,
        "in-review",
        "{:?}",
        app.waiting().await
    );
    app.done().await;
}

fn note(id: &str) -> NewInbox {
    NewInbox {
        id: format!("outcome:{id}:late"),
        kind: InboxKind::Outcome,
        name: "late".into(),
        task: None,
        body: "{}".into(),
        received_at: 0,
    }
}

/// The open effect of a kind that somebody holds: its id and fence.
async fn held(app: &TestApp, kind: &str) -> (String, i64) {
    let filter = EffectFilter {
        open: Some(true),
        ..EffectFilter::default()
    };
    let effects = app.store().effects(&filter, 100).await.expect("effects");
    let one = effects
        .into_iter()
        .find(|look| look.effect.kind == kind && look.owner.is_some())
        .expect("it is held");
    (one.effect.id, one.effect.fence)
}

/// Stands between GitHub and skep; while `deaf` is set, answers are lost after skep has committed.
async fn lossy(target: std::net::SocketAddr, deaf: Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass_on(client, target, deaf.clone()));
        }
    });
    format!("http://{address}/webhook")
}

async fn pass_on(client: TcpStream, target: std::net::SocketAddr, deaf: Arc<AtomicBool>) {
    let server = TcpStream::connect(target)
        .await
        .expect("the server listens");
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let asking =
        tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let mut answer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from_server.read(&mut answer).await {
        if deaf.load(Ordering::SeqCst) || to_client.write_all(&answer[..count]).await.is_err() {
            break;
        }
    }
    asking.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_and_a_redelivery_are_one_effect() {
    let (_, clean) = CODE.clean().await;
    let mut app = TestApp::new().await;
    let deaf = Arc::new(AtomicBool::new(true));
    let url = lossy(app.address(), deaf.clone()).await;
    app.simulator.set_webhook_url(&url);
    let issue = app.go_as("Add a greeting", CODE.script, CODE.labels);
    app.simulator.quiet().await;
    let lost = app.simulator.deliveries();
    assert!(lost.iter().all(|attempt| {
        attempt
            .outcome
            .as_ref()
            .is_some_and(|outcome| outcome.status_code == 502)
    }));
    deaf.store(false, Ordering::SeqCst);
    // Some are sent again before skep has looked at them, some after all is done.
    for attempt in &lost {
        app.simulator.redeliver(attempt.id).expect("sent again");
    }
    app.run_steps(usize::MAX).await;
    for attempt in &lost {
        app.simulator.redeliver(attempt.id).expect("sent again");
    }
    app.run_steps(usize::MAX).await;
    let again: Vec<_> = app
        .simulator
        .deliveries()
        .into_iter()
        .filter(|attempt| attempt.redelivery)
        .collect();
    assert_eq!(again.len(), 2 * lost.len());
    assert!(again.iter().all(|attempt| {
        attempt
            .outcome
            .as_ref()
            .is_some_and(|outcome| outcome.status_code == 202)
    }));
    app.ending(issue)
        .await
        .must_be(&clean, "answers lost, deliveries sent again");
    let received = app
        .timeline(issue)
        .await
        .into_iter()
        .filter(|name| name == "task.received")
        .count();
    assert_eq!(received, 1);
    app.done().await;
}
