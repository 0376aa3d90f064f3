//! `skep verify-pull` as a process: on the machine of the skep, and on another one that has but the public half of its key.

use skep_simulator::world::account::Access;

use super::running::{Ended, Served, skep};
use super::setup::Setup;

const POLICY: &str = "[verify]\ncommands = [\"grep -q right NOTE.md\", \"test ! -e /tmp/there\"]\n";

struct Checked {
    setup: Setup,
    url: String,
}

impl Checked {
    /// A skep that has made a pull request and is gone.
    async fn new() -> Self {
        let setup = Setup::new().await;
        setup.hurry();
        let repository = setup.repository;
        setup
            .github
            .push_to_branch(repository, "main", &[(".github/skep.toml", POLICY)], "ana")
            .await
            .expect("a push");
        let installation = setup.github.installation(repository).expect("installed");
        setup
            .github
            .set_app_permission(installation, "checks", Some(Access::Write))
            .expect("granted");
        let served = Served::start(&setup);
        let issue = setup.go("write NOTE.md: right\nfinish Wrote it. | All tests pass.");
        served.event("verification.passed").await;
        served.settled(issue, "in-review").await;
        served.stop().await;
        let number = setup.github.pulls(repository).expect("pulls")[0]
            .issue
            .number;
        let url = format!("{}/octo/hello/pull/{number}", setup.github.git_url());
        Self { setup, url }
    }

    async fn verify(&self, more: &str) -> Ended {
        let line = format!("verify-pull {}{more}", self.url);
        skep(&line, &self.setup.environment()).await
    }

    fn number(&self) -> i64 {
        let number = self.url.rsplit('/').next().expect("a number");
        number.parse().expect("a number")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_checks_and_replays_and_says_by_its_exit_code_what_is_wrong() {
    let checked = Checked::new().await;
    let setup = &checked.setup;
    let (code, out, err) = checked.verify("").await;
    assert_eq!(code, Some(0), "{out}{err}");
    for line in [
        "is what its statement of provenance says.",
        "asked by    ana",
        "ran         grep -q right NOTE.md: exit 0",
        "replayed    grep -q right NOTE.md: exit 0, as recorded",
        "replayed    test ! -e /tmp/there: exit 0, as recorded",
    ] {
        assert!(out.contains(line), "{line}: {out}");
    }
    let (code, key, _) = skep("verify-pull --print-key", &setup.environment()).await;
    assert_eq!(code, Some(0));
    let file = setup.folder.path().join("key.pem");
    std::fs::write(&file, &key).expect("written");
    // Another machine: its data folder is another, and no skep has signed there.
    let mut elsewhere = setup.environment();
    let folder = setup.folder.path().join("elsewhere");
    for (name, value) in &mut elsewhere {
        if name == "SKEP_DATA_DIR" {
            *value = folder.display().to_string();
        }
    }
    let line = format!("verify-pull {} --no-replay", checked.url);
    let (code, _, err) = skep(&line, &elsewhere).await;
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("--key FILE"), "{err}");
    let line = format!("{line} --key {}", file.display());
    let (code, out, err) = skep(&line, &elsewhere).await;
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("replayed    nothing: --no-replay"), "{out}");
    let (code, _, err) = skep("verify-pull octo/hello#1", &setup.environment()).await;
    assert_eq!(code, Some(2), "{err}");

    let (repository, number) = (setup.repository, checked.number());
    let body = setup.github.pulls(repository).expect("pulls")[0]
        .issue
        .body
        .clone();
    let edit = |text: &str| {
        let edited = setup.github.edit_body(repository, number, text, "ana");
        edited.expect("edited");
    };
    let bent = body.replacen("\"sig\":\"", "\"sig\":\"AAAA", 1);
    assert_ne!(bent, body);
    edit(&bent);
    let (code, out, _) = checked.verify("").await;
    assert_eq!(code, Some(4), "{out}");
    edit("Nothing of the kind.");
    let (code, out, _) = checked.verify("").await;
    assert_eq!(code, Some(3), "{out}");
    edit(&body);
    setup
        .github
        .push_to_branch(
            repository,
            &setup.github.pulls(repository).expect("pulls")[0].head,
            &[("MORE.md", "more\n")],
            "ana",
        )
        .await
        .expect("a push");
    let (code, out, _) = checked.verify("").await;
    assert_eq!(code, Some(5), "{out}");
    assert!(out.contains("has moved on"), "{out}");
}

/// Anybody may check what is public: with no App, no token, and nothing but the address and the key.
#[tokio::test(flavor = "multi_thread")]
async fn a_public_pull_request_is_checked_without_any_token() {
    let checked = Checked::new().await;
    let setup = &checked.setup;
    let (_, key, _) = skep("verify-pull --print-key", &setup.environment()).await;
    let file = setup.folder.path().join("key.pem");
    std::fs::write(&file, &key).expect("written");
    let ours = [
        "SKEP_APP_ID",
        "SKEP_PRIVATE_KEY_FILE",
        "SKEP_WEBHOOK_SECRET",
        "SKEP_AGENT",
    ];
    let mut stranger = setup.environment();
    stranger.retain(|(name, _)| !ours.contains(&name.as_str()));
    for (name, value) in &mut stranger {
        if name == "SKEP_DATA_DIR" {
            *value = setup.folder.path().join("stranger").display().to_string();
        }
    }
    let calls = setup.github.calls().len();
    let line = format!("verify-pull {} --key {}", checked.url, file.display());
    let (code, out, err) = skep(&line, &stranger).await;
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(
        out.contains("replayed    grep -q right NOTE.md: exit 0, as recorded"),
        "{out}"
    );
    let made = setup.github.calls().split_off(calls);
    assert!(!made.is_empty() && made.iter().all(|call| call.installation.is_none()));
}

/// What a command does may depend on the machine: where it ends otherwise, that is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_ends_otherwise_is_told() {
    let checked = Checked::new().await;
    let mut variables = checked.setup.environment();
    // A statement of the same installation that says that the first command had failed.
    let (repository, number) = (checked.setup.repository, checked.number());
    let body = checked.setup.github.pulls(repository).expect("pulls")[0]
        .issue
        .body
        .clone();
    let line = body
        .lines()
        .find(|line| line.starts_with("{\"payload\":\""));
    let line = line.expect("an envelope");
    let envelope = skep::core::provenance::Envelope::all_in(line)
        .remove(0)
        .expect("whole");
    let payload = String::from_utf8(envelope.payload().expect("base64")).expect("JSON");
    let payload = payload.replacen("\"code\":0", "\"code\":3", 1);
    let key = skep::signing::SigningKey::in_folder(&checked.setup.data()).expect("the key");
    let signed = key.sign(payload.as_bytes()).to_line();
    let body = body.replace(line, &signed);
    checked
        .setup
        .github
        .edit_body(repository, number, &body, "ana")
        .expect("edited");
    let (code, out, err) = skep(&format!("verify-pull {}", checked.url), &variables).await;
    assert_eq!(code, Some(6), "{out}{err}");
    assert!(out.contains("exit 0, but exit 3 was recorded"), "{out}");
    // A stranger's commands are not run without a sandbox.
    variables.push(("SKEP_SANDBOX".to_owned(), "none".to_owned()));
    let (code, _, err) = skep(&format!("verify-pull {}", checked.url), &variables).await;
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("Nothing is replayed"), "{err}");
}
