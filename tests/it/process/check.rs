//! `skep config check` finds what `skep serve` would stumble over, a line each, and leaves nothing behind.

use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::world::ruleset::{RulesetBypass, RulesetDraft};

use super::running::{Ended, Served, skep};
use super::setup::Setup;

/// The setup's environment with other values; ports of a real number, since 0 is always free.
async fn check(setup: &Setup, more: &[(&str, &str)], flags: &str) -> Ended {
    let mut variables = setup.environment();
    variables.extend(
        more.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    skep(&format!("config check{flags}"), &variables).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_right_is_said_line_by_line_and_nothing_is_left() {
    let setup = Setup::new().await;
    let (code, out, err) = check(&setup, &[], "").await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    for part in [
        "data folder",
        "webhooks",
        "admin",
        "database",
        "git",
        "agent skep",
        "GitHub",
        "App",
    ] {
        assert!(
            out.lines()
                .any(|line| line.starts_with(&format!("✓ {part} "))),
            "{part}: {out}"
        );
    }
    assert!(
        out.contains("skep-demo") && out.contains("installed on octo"),
        "{out}"
    );
    assert!(
        out.ends_with("Everything works: start `skep serve`.\n"),
        "{out}"
    );
    assert!(!setup.data().exists(), "the data folder was left behind");
}

/// Each alone makes the check fail, and its line says what to do.
#[tokio::test(flavor = "multi_thread")]
async fn each_thing_that_is_wrong_has_its_line() {
    let setup = Setup::new().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").to_string();
    let file = setup.folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    let below = file.join("data").display().to_string();
    let wrong = [
        (("SKEP_LISTEN", port.as_str()), "webhooks", "cannot listen"),
        (
            ("SKEP_DATA_DIR", "/proc/skep"),
            "data folder",
            "cannot be made",
        ),
        (
            ("SKEP_DATA_DIR", below.as_str()),
            "data folder",
            "cannot be made",
        ),
        (("SKEP_DATA_DIR", "/tmp"), "data folder", "many share"),
        (("SKEP_GIT", "/no/such/git"), "git", "cannot be started"),
        (("SKEP_GIT", "/bin/false"), "git", "failed"),
        (
            ("SKEP_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"),
            "database",
            "SKEP_DATABASE_URL",
        ),
        (("SKEP_AGENT", "goose"), "agent goose", "not installed"),
        (
            ("SKEP_AGENT", "/no/such/agent --acp"),
            "agent agent",
            "not installed",
        ),
        (
            ("SKEP_AGENT", "/bin/true --acp"),
            "agent true",
            "does not speak ACP",
        ),
        (
            ("SKEP_GITHUB_API_URL", "http://127.0.0.1:1"),
            "GitHub",
            "cannot be asked",
        ),
    ];
    for (more, part, text) in wrong {
        let (code, out, err) = check(&setup, &[more], "").await;
        let line = out
            .lines()
            .find(|line| line.starts_with(&format!("✗ {part} ")));
        assert!(
            code == Some(1) && line.is_some_and(|line| line.contains(text)),
            "{more:?}: {out}{err}"
        );
        assert!(
            out.ends_with("then run `skep config check` again.\n"),
            "{out}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_of_github_is_named_and_offline_it_is_not_asked() {
    let setup = Setup::new().await;
    let no = Fault::Status {
        status: 404,
        message: "Not Found".into(),
    };
    setup.github.add_fault(FaultRule::next("GET", "/app", no));
    let (code, out, _) = check(&setup, &[], "").await;
    assert!(
        code == Some(1) && out.contains("✗ GitHub ") && out.contains("SKEP_APP_ID"),
        "{out}"
    );
    let before = setup.github.calls().len();
    let (code, out, _) = check(&setup, &[], " --offline").await;
    assert_eq!(
        (code, out.contains("not asked (--offline)")),
        (Some(0), true),
        "{out}"
    );
    assert_eq!(setup.github.calls().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_running_skep_its_ports_are_not_called_taken() {
    let setup = Setup::new().await;
    let served = Served::start(&setup);
    let (code, out, _) = check(&setup, &[("SKEP_LISTEN", &served.listen)], "").await;
    assert_eq!(
        (code, out.contains("a skep is running on it")),
        (Some(0), true),
        "{out}"
    );
    served.stop().await;
}

/// A workflow of the default branch that runs for whatever is pushed, and names secrets, is named with the way out.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_a_pushed_branch_could_read_are_named() {
    let setup = Setup::new().await;
    let (code, out, _) = check(&setup, &[], "").await;
    let none = "no workflow of 1 repository hands secrets to branches";
    assert!(code == Some(0) && out.contains(none), "{out}");
    let workflow = "on: push\njobs:\n  ship:\n    runs-on: ubuntu-latest\n    environment: production\n    steps:\n      - run: ./ship.sh\n        env:\n          KEY: ${{ secrets.DEPLOY_KEY }}\n";
    setup
        .github
        .push_to_branch(
            setup.repository,
            "main",
            &[(".github/workflows/ship.yml", workflow)],
            "ana",
        )
        .await
        .expect("a push");
    let (code, out, _) = check(&setup, &[], "").await;
    assert_eq!(code, Some(0), "it is said, and stops nothing: {out}");
    let said = out.lines().find(|line| line.contains(" secrets "));
    let said = said.unwrap_or_else(|| panic!("nothing of secrets: {out}"));
    for named in [
        "octo/hello",
        "`ship.yml`",
        "`DEPLOY_KEY`",
        "`production`",
        "branches-ignore: ['agent/**']",
    ] {
        assert!(said.contains(named), "{named}: {said}");
    }
}

/// What keeps the App from a default branch is GitHub's rules; where it may bypass them, that is wrong, and without any it is said.
#[tokio::test(flavor = "multi_thread")]
async fn how_the_app_stands_to_a_default_branch_is_said() {
    let setup = Setup::new().await;
    let (code, out, _) = check(&setup, &[], "").await;
    let open = "octo/hello: nothing on GitHub keeps the App from pushing to `main`";
    assert!(code == Some(0) && out.contains(open), "{out}");
    let rule = |bypass| {
        let draft = RulesetDraft {
            name: "keep main",
            branch: "main",
            rules: &["pull_request"],
            bypass,
        };
        let set = setup.github.set_ruleset(setup.repository, draft);
        set.expect("a ruleset");
    };
    rule(RulesetBypass::Always);
    let (code, out, _) = check(&setup, &[], "").await;
    let bypass = "octo/hello: the App may bypass the ruleset `keep main` of `main`";
    assert!(code == Some(1) && out.contains(bypass), "{out}");
    assert!(out.lines().any(|line| line.starts_with("✗ base ")), "{out}");
    rule(RulesetBypass::Never);
    let (code, out, _) = check(&setup, &[], "").await;
    let kept = "rules keep the App out of the default branch of 1 repository";
    assert!(code == Some(0) && out.contains(kept), "{out}");
}
