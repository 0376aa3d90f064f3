//! What an agent's program unpacks for itself: made once, shown to every session, written by none.

use std::path::Path;

use skep::core::agent::AgentSpec;

use super::{Bench, Setup, messages};

/// The agent of `fixtures/acp/unpacks.py`, which keeps its program where `UNPACKS_CACHE` says.
fn agent(with: impl FnOnce(&mut AgentSpec)) -> Setup {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/acp/unpacks.py");
    let mut setup = Setup::command(&["python3", script]);
    setup.agent.cache = Some("UNPACKS_CACHE".into());
    let variables = [("MODEL_KEY", "canary"), ("LOGIN", "canary"), ("QUIET", "1")];
    let pairs = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    setup.agent.environment.extend(pairs);
    setup.agent.inherit = vec!["LOGIN".into()];
    with(&mut setup.agent);
    setup
}

fn fenced(bench: &Bench) -> bool {
    super::fenced(&bench.agents)
}

/// What the agent found: where its program lies, what came of writing there, and how it was unpacked.
async fn found(bench: &Bench) -> [String; 3] {
    let (_, updates) = bench.play("").await;
    let text = messages(&updates).concat();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.try_into().expect("three lines")
}

/// Ends the session's agent, so that the next turn starts it again, as another session would with a home of its own.
async fn another_session(bench: &Bench) {
    let session = &bench.launch.session;
    bench.agents.close(session).await.expect("closed");
    std::fs::remove_dir_all(&bench.launch.home).expect("removed");
    std::fs::create_dir(&bench.launch.home).expect("made");
}

#[tokio::test]
async fn it_is_unpacked_once_without_a_key_and_no_session_can_write_it() {
    let bench = agent(|_| ()).bench().await;
    if !fenced(&bench) {
        return;
    }
    let [place, written, unpacked] = found(&bench).await;
    let caches = bench.data().canonicalize().expect("there").join("caches");
    assert!(Path::new(&place).starts_with(&caches), "{place}");
    assert_eq!(written, "Read-only file system");
    assert!(unpacked.contains("QUIET"), "{unpacked}");
    for missing in ["MODEL_KEY", "LOGIN", "sessions"] {
        assert!(!unpacked.contains(missing), "{missing}: {unpacked}");
    }
    let homes_cache = bench.launch.home.join(".cache");
    assert!(!homes_cache.exists(), "the session keeps nothing of it");

    let program = Path::new(&place).join("pkg/program");
    let made = program.metadata().and_then(|meta| meta.modified());
    another_session(&bench).await;
    assert_eq!(found(&bench).await, [place, written, unpacked]);
    let now = program.metadata().and_then(|meta| meta.modified());
    assert_eq!(made.expect("there"), now.expect("there"), "once");
}

#[tokio::test]
async fn one_that_was_not_finished_is_made_anew() {
    let bench = agent(|_| ()).bench().await;
    if !fenced(&bench) {
        return;
    }
    let [place, _, unpacked] = found(&bench).await;
    let program = Path::new(&place).join("pkg/program");
    bench
        .agents
        .close_all(std::time::Duration::from_secs(60))
        .await;
    // As a kill in the middle of it would leave it.
    let mark = Path::new(&place)
        .parent()
        .expect("a folder")
        .with_extension("filled");
    std::fs::remove_file(mark).expect("it was there");
    std::fs::write(&program, "half").expect("written");
    let bench = bench.reopened().await;
    assert_eq!(found(&bench).await[2], unpacked);
}

#[tokio::test]
async fn without_a_fence_or_with_a_home_of_the_operators_each_keeps_its_own() {
    let bench = agent(|_| ()).without_sandbox().bench().await;
    let home = bench.launch.home.clone();
    let [place, written, _] = found(&bench).await;
    assert!(Path::new(&place).starts_with(&home), "{place}");
    assert_eq!(written, "wrote");
    assert!(!bench.data().join("caches").exists());

    let operators = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let path = operators.path().to_string_lossy().into_owned();
    let bench = agent(|spec| spec.home = Some(path.clone())).bench().await;
    let [place, written, _] = found(&bench).await;
    assert!(place.starts_with(&path) && written == "wrote", "{place}");
}

#[tokio::test]
async fn a_program_that_keeps_nothing_there_starts_without() {
    // It keeps nothing where it is told to.
    let bench = agent(|spec| spec.cache = Some("OTHER".into()))
        .bench()
        .await;
    if !fenced(&bench) {
        return;
    }
    let home = bench.launch.home.clone();
    assert!(Path::new(&found(&bench).await[0]).starts_with(home));
}

#[tokio::test]
async fn a_program_that_does_not_start_with_it_does_without() {
    let refuses = ("REFUSES".to_owned(), "1".to_owned());
    let bench = agent(|spec| spec.environment.extend([refuses]))
        .bench()
        .await;
    if !fenced(&bench) {
        return;
    }
    let home = bench.launch.home.clone();
    for _ in 0..2 {
        assert!(Path::new(&found(&bench).await[0]).starts_with(&home));
        let caches = std::fs::read_dir(bench.data().join("caches")).expect("it was tried");
        let names = caches.flatten().map(|entry| entry.file_name());
        let counts = |name: &std::ffi::OsString| name.to_string_lossy().ends_with(".filled");
        assert!(!names.into_iter().any(|name| counts(&name)));
        another_session(&bench).await;
    }
}
