//! Before a session is spent it is looked at whether what it needs is ready: a fault of an agent or of the App holds what needs it,
//! says who mends it, and is nobody's issue.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use skep::core::agent::AgentSpec;
use skep::core::policy::Readiness;
use skep::core::role::built_in;
use skep_simulator::world::account::Access;

use crate::test_app::{Options, TestApp};

/// As long as what was found holds.
const HOLDS: Duration = Duration::from_secs(120);

/// The role `testing` is for the agent `other`, whose program is at a path; there is none until it is written.
fn with_another(plan: &mut Options, program: &Path) {
    let mut role = built_in(&"testing".parse().expect("a name")).expect("a role");
    role.agent = Some("other".into());
    plan.roles = vec![role];
    plan.more_agents = vec![AgentSpec::new("other", vec![program.display().to_string()])];
    plan.timings.initialize = Duration::from_secs(60);
}

fn install(program: &Path, script: &str) {
    std::fs::write(program, format!("#!/bin/sh\n{script}\n")).expect("written");
    std::fs::set_permissions(program, PermissionsExt::from_mode(0o755)).expect("set");
}

fn demo() -> String {
    format!("exec '{}' demo-agent", env!("CARGO_BIN_EXE_skep"))
}

impl TestApp {
    /// What needs to be ready is looked at, and what starts then comes to its end.
    async fn looked_at(&mut self) {
        self.settle_all().await;
        self.product().look_at_readiness().await;
        self.settle_all().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_does_not_start_holds_its_own_issues_until_it_is_mended() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("agent");
    let mut app = TestApp::with(|plan| {
        plan.readiness = Readiness::Block;
        with_another(plan, &program);
    })
    .await;
    let held = app.go_as("Held", "write A.md: a", &["role:testing"]);
    let also = app.go_as("Also held", "write B.md: b", &["role:testing"]);
    let fine = app.go("Fine", "write C.md: c");
    app.looked_at().await;
    assert_eq!(app.state(fine).await, "in-review", "{}", app.thread(fine));
    for issue in [held, also] {
        assert_eq!(app.state(issue).await, "queued");
        let said = app.status(issue);
        assert!(
            said.starts_with("**Queued** · the agent `other` does not start on this server ("),
            "{said}"
        );
        assert!(said.contains("whoever runs skep has to mend it"), "{said}");
        assert_eq!(app.our_comments(issue).len(), 1, "no notice of its own");
        let course = app.course(issue).await;
        assert!(
            !course.iter().any(|name| name == "session.dispatched"),
            "no session was spent: {course:?}"
        );
    }
    // It is there now and says something else than an agent would.
    install(&program, "echo hello; exit 3");
    app.looked_at().await;
    assert_eq!(
        app.state(held).await,
        "queued",
        "what was found still holds"
    );
    app.advance(HOLDS);
    app.looked_at().await;
    assert_eq!(app.state(held).await, "queued");
    install(&program, &demo());
    app.advance(HOLDS);
    app.looked_at().await;
    for issue in [held, also] {
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_may_not_push_holds_the_repositorys_issues_until_it_may() {
    let mut app = TestApp::with(|plan| plan.readiness = Readiness::Block).await;
    let installation = app.simulator.installation(app.repository);
    let installation = installation.expect("an installation");
    let grant = |app: &TestApp, access| {
        let granted = app
            .simulator
            .set_app_permission(installation, "contents", Some(access));
        granted.expect("granted");
    };
    grant(&app, Access::Read);
    let issue = app.go("Add a note", "write A.md: a");
    app.looked_at().await;
    assert_eq!(app.state(issue).await, "queued");
    let said = app.status(issue);
    assert!(
        said.starts_with("**Queued** · the App lacks permissions here (`contents=write`)"),
        "{said}"
    );
    grant(&app, Access::Write);
    app.advance(HOLDS);
    app.looked_at().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_faults_are_only_told_sessions_start_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("agent");
    let mut app = TestApp::with(|plan| {
        plan.readiness = Readiness::Warn;
        with_another(plan, &program);
    })
    .await;
    let issue = app.go_as("Tried", "write A.md: a", &["role:testing"]);
    app.looked_at().await;
    assert_eq!(app.state(issue).await, "failed", "{}", app.thread(issue));
    app.done().await;
}

/// R70. Where the sandbox does not work nothing is started, whatever comes is kept, and it goes on by itself once it works.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_sandbox_that_works_nothing_is_started_until_it_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let programs = ["sh", "true", "git", "cat"].map(|name| (name, on_path(name)));
    for (name, program) in &programs {
        std::os::unix::fs::symlink(program, folder.path().join(name)).expect("a link");
    }
    let mut app = TestApp::with(|plan| {
        plan.readiness = Readiness::Block;
        plan.process = true;
        plan.path = Some(folder.path().display().to_string());
        plan.timings.initialize = Duration::from_secs(60);
    })
    .await;
    let issue = app.go("Add a note", "write A.md: a");
    app.looked_at().await;
    assert_eq!(app.state(issue).await, "queued", "{}", app.thread(issue));
    let said = app.status(issue);
    assert!(said.contains("bubblewrap is not installed"), "{said}");
    assert_eq!(app.live().await, 0);
    let bubblewrap = folder.path().join("bwrap");
    std::os::unix::fs::symlink(on_path("bwrap"), bubblewrap).expect("a link");
    if !crate::agents::fenced(&app.runner().services().agents) {
        return app.done().await;
    }
    app.advance(HOLDS);
    app.looked_at().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

/// Where a program of this machine is.
fn on_path(name: &str) -> std::path::PathBuf {
    let path = std::env::var_os("PATH").expect("a path");
    let mut folders = std::env::split_paths(&path).map(|folder| folder.join(name));
    folders
        .find(|program| program.exists())
        .unwrap_or_else(|| panic!("{name} is not installed"))
}

/// What is logged on this thread, line by line.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl Logged {
    /// Logs are kept here as long as both values live. While there is one subscriber only, whichever thread comes to a line first settles
    /// for all whether anybody wants it; so there is another one.
    fn begin(&self) -> (tracing::Dispatch, tracing::subscriber::DefaultGuard) {
        let nobody = tracing_subscriber::fmt().with_writer(std::io::sink);
        let nobody = tracing::Dispatch::new(nobody.finish());
        let (kept, sink) = (self.clone(), tracing_subscriber::fmt().with_ansi(false));
        let sink = sink.with_writer(move || kept.clone());
        (nobody, tracing::subscriber::set_default(sink.finish()))
    }

    fn with(&self, part: &str) -> Vec<String> {
        let bytes = self.0.lock().expect("no panic").clone();
        let text = String::from_utf8(bytes).expect("UTF-8");
        let lines = text.lines().filter(|line| line.contains(part));
        lines.map(str::to_owned).collect()
    }
}

impl std::io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// However many issues wait for one cause, it is told once: to the operator by a line, to people by what each issue says anyway.
#[tokio::test(flavor = "multi_thread")]
async fn a_cause_that_holds_many_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("agent");
    let mut app = TestApp::with(|plan| {
        plan.readiness = Readiness::Block;
        with_another(plan, &program);
    })
    .await;
    let logged = Logged::default();
    let guard = logged.begin();
    let issues: Vec<_> = (0..20)
        .map(|n| app.go_as(&format!("Held {n}"), "write A.md: a", &["role:testing"]))
        .collect();
    // It is looked at again when what was found holds no more, and when more comes: the cause is the same.
    for n in 0..3 {
        app.looked_at().await;
        app.advance(HOLDS);
        app.go_as(&format!("Late {n}"), "write A.md: a", &["role:testing"]);
    }
    app.looked_at().await;
    let told = logged.with("not ready: what needs it waits");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("agent other"), "{told:?}");
    for issue in &issues {
        assert_eq!(app.state(*issue).await, "queued");
        let label = app.labels(*issue).contains(&"agent:queued".to_owned());
        assert!(label, "{}", app.thread(*issue));
        let ours = app.our_comments(*issue);
        assert!(ours.len() <= 1, "no notice of its own: {ours:?}");
    }
    let named = issues.iter().filter(|issue| {
        app.status(**issue)
            .contains("the agent `other` does not start")
    });
    assert!(named.count() > 0);
    install(&program, &demo());
    app.advance(HOLDS);
    app.looked_at().await;
    assert_eq!(logged.with("ready again").len(), 1);
    drop(guard);
    for issue in issues {
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    }
    app.done().await;
}
