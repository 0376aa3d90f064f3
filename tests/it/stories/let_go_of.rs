//! What a session made is taken while its issue goes: there is nothing to take any more, and nobody tries again.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use skep::store::EffectFilter;

use crate::test_app::{HOLD, TestApp};

/// A git whose first call waits, once it is armed, until it is let go; all others are git's own.
fn git_that_waits(folder: &Path) -> std::path::PathBuf {
    let (program, at) = (folder.join("git"), folder.display());
    let script = format!(
        "#!/bin/sh\nif [ -e '{at}/armed' ] && mkdir '{at}/waits' 2>/dev/null; then\n\
         while [ ! -e '{at}/go' ]; do sleep 0.02; done\nfi\nexec git \"$@\"\n"
    );
    std::fs::write(&program, script).expect("written");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("set");
    program
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_made_is_let_go_with_its_working_copy() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let git = git_that_waits(folder.path());
    let mut app = TestApp::with(|plan| plan.git = git).await;
    let issue = app.go("Add a note", &format!("write A.md: a\n{HOLD}\nsay Done."));
    app.until("it works", |app| {
        app.status(issue).starts_with("**Working**")
    })
    .await;
    app.heard().await;
    let workspace = app.session_dir(issue, 1).join("work");
    assert!(workspace.exists());
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("armed"), "").expect("armed");
    app.let_go().await;
    app.until("git looks at what it made", |_| file("waits").exists())
        .await;
    app.simulator
        .delete_issue(app.repository, issue, "ana")
        .expect("deleted");
    while app.live().await > 0 {
        app.nudge().await;
    }
    std::fs::remove_dir_all(&workspace).expect("it was there");
    std::fs::write(file("go"), "").expect("let go");
    app.settle_all().await;
    let filter = EffectFilter::default();
    let all = app.store().effects(&filter, 1_000).await.expect("effects");
    let taken: Vec<_> = all
        .iter()
        .filter(|look| look.effect.kind == "collect")
        .collect();
    assert_eq!(taken.len(), 1);
    assert!(taken[0].effect.attempts <= 1, "{taken:?}");
    app.done().await;
}
