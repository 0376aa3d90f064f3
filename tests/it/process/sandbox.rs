//! `skep sandbox show`: a session's sandbox on paper.

use super::running::skep;
use super::setup::Setup;

/// The words of the command line are split at spaces.
async fn show(setup: &Setup, more: &[(&str, &str)], line: &str) -> (Option<i32>, String, String) {
    let mut variables = setup.environment();
    let more = more
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    variables.extend(more);
    skep(&format!("sandbox show {line}"), &variables).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_may_read_write_and_reach_is_told_and_nothing_is_left() {
    let setup = Setup::new().await;
    let data = setup.data().display().to_string();
    let (code, out, err) = show(&setup, &[], "swe").await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    for line in [
        "role       swe, with the agent skep",
        "sandbox    bubblewrap",
        "the mirror of its repository",
        "writes     its working copy",
        "its home",
        "/tmp (in memory, its own)",
        "reaches    nothing but itself",
        "limit      processes: 512",
    ] {
        assert!(out.contains(line), "{line:?} is missing in {out}");
    }
    assert!(out.contains(" /usr ") && out.contains("HOME"), "{out}");
    assert!(!setup.data().exists(), "the data folder was left behind");
    // A role that only looks writes nothing but its home.
    let (_, out, _) = show(&setup, &[], "triage").await;
    assert!(out.contains("writes     its home"), "{out}");
    let (_, out, _) = show(&setup, &[], "swe -- ls -l").await;
    let line = out
        .lines()
        .find(|line| line.starts_with("starts as"))
        .expect("a line");
    assert!(
        line.contains("bwrap") && line.contains("--unshare-net"),
        "{line}"
    );
    assert!(line.ends_with("ls -l") && !line.contains(&data), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_may_reach_is_on_the_list_and_no_key_is_shown() {
    let setup = Setup::new().await;
    let file = setup.folder.path().join("reach.toml");
    let text = "egress_allow = [\"npm\", \"*.example.org\"]\nagent = \"mine\"\n\
                [agents.mine]\ncommand = [\"cat\"]\negress_allow = [\"one.example:8443\"]\n\
                environment = { OPENAI_API_KEY = \"canary-of-a-key\" }\n";
    std::fs::write(&file, text).expect("written");
    let path = file.display().to_string();
    let (code, out, err) = show(
        &setup,
        &[("SKEP_CONFIG", &path), ("SKEP_AGENT", "mine")],
        "swe",
    )
    .await;
    assert_eq!(code, Some(0), "{out}{err}");
    for host in [
        "registry.npmjs.org",
        "*.example.org",
        "one.example:8443",
        "api.openai.com",
    ] {
        assert!(out.contains(host), "{host} is missing in {out}");
    }
    assert!(!format!("{out}{err}").contains("canary"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sandbox_that_is_said_and_a_role_nobody_knows_is_refused() {
    let setup = Setup::new().await;
    let (code, out, _) = show(&setup, &[("SKEP_SANDBOX", "none")], "swe").await;
    assert_eq!(code, Some(0), "{out}");
    assert!(
        out.contains("sandbox    none: The sandbox is switched off"),
        "{out}"
    );
    assert!(out.contains("reads      whatever skep can read"), "{out}");
    let (code, _, err) = show(&setup, &[], "swee").await;
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("Did you mean swe?"), "{err}");
    let (code, _, err) = show(&setup, &[], "swe -- no-such-program").await;
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("no-such-program"), "{err}");
}
