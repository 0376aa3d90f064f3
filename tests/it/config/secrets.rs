//! Secrets: read in every form people write them in, never shown, never handed to an agent.

use secrecy::ExposeSecret;
use skep::agent::registry::Known;
use tempfile::TempDir;

use super::{Machine, PKCS1, PKCS8, SECRET, file};

#[test]
fn the_key_is_taken_in_every_form_github_and_people_write_it() {
    let escaped = PKCS1.replace('\n', "\\n");
    for pem in [PKCS1, PKCS8, &escaped] {
        let variables = vec![
            ("SKEP_APP_ID", "1"),
            ("SKEP_PRIVATE_KEY", pem),
            ("SKEP_WEBHOOK_SECRET", SECRET),
            ("SKEP_AGENT", "goose"),
        ];
        let config = Machine {
            variables,
            ..Machine::default()
        }
        .right();
        let ready = config.ready().expect("all there");
        assert_eq!((ready.github.app_id, ready.default_agent), (1, "goose"));
        assert!(
            ready.github.private_key.expose_secret().lines().count() > 10,
            "real line ends"
        );
        assert_eq!(ready.github.webhook_secrets().len(), 1);
        assert_eq!(ready.github.api_url.as_str(), "https://api.github.com/");
    }
    let public = "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf\n-----END PUBLIC KEY-----";
    let wrong = Machine {
        variables: vec![("SKEP_PRIVATE_KEY", public)],
        ..Machine::default()
    }
    .wrong();
    assert!(
        wrong.contains("SKEP_PRIVATE_KEY: is a public key: give"),
        "{wrong}"
    );
}

#[test]
fn credentials_of_skep_never_reach_an_agent() {
    let text = "[agents.a]\ncommand = ['a']\ninherit = ['S*', 'G*', 'HOME']";
    let variables = vec![
        ("SKEP_WEBHOOK_SECRET", SECRET),
        ("GITHUB_TOKEN", "t"),
        ("GH_TOKEN", "t"),
        ("GOOD", "1"),
    ];
    let config = Machine {
        file: text,
        variables,
        ..Machine::default()
    }
    .right();
    let names: Vec<&String> = config.agents["a"].environment.keys().collect();
    assert_eq!(names, ["GOOD", "HOME"]);
    for name in ["*", "SKEP_*", "GITHUB_TOKEN"] {
        let text = format!("[agents.a]\ncommand = ['a']\ninherit = ['{name}']");
        assert!(
            file(&text).wrong().contains("is never passed to an agent"),
            "{name}"
        );
    }
}

#[test]
fn no_secret_is_shown() {
    let text = format!("[agents.a]\ncommand = ['a']\nenvironment = {{ KEY = '{SECRET}' }}");
    let postgres = format!("postgres://u:{SECRET}@h/d");
    let variables = vec![
        ("SKEP_APP_ID", "1"),
        ("SKEP_PRIVATE_KEY", PKCS1),
        ("SKEP_WEBHOOK_SECRET", SECRET),
        ("SKEP_WEBHOOK_SECRET_PREVIOUS", SECRET),
        ("SKEP_DATABASE_URL", &postgres),
    ];
    let mut machine = Machine {
        file: &text,
        variables,
        ..Machine::default()
    };
    let config = machine.right();
    let shown = config.show();
    assert!(
        shown.contains("webhook_secret = set (23 characters)  # SKEP_WEBHOOK_SECRET"),
        "{shown}"
    );
    for text in [
        &shown,
        &format!("{config:?}"),
        &format!("{:?}", machine.sources(&TempDir::new().expect("a folder"))),
    ] {
        assert!(
            !text.contains(SECRET) && !text.contains(&PKCS1[40..80]),
            "{text}"
        );
    }
    machine.variables.remove(0);
    let partial = machine.right().show();
    assert!(
        partial.contains("webhook_secret = set (23 characters)") && !partial.contains(SECRET),
        "{partial}"
    );
}

/// The commonest mix-up in containers: the key itself where its file should be named. It must not land in the journal.
#[test]
fn a_key_is_never_repeated_whatever_it_is_given_as() {
    for name in [
        "SKEP_PRIVATE_KEY_FILE",
        "SKEP_LISTEN",
        "SKEP_APP_ID",
        "SKEP_DATA_DIR",
        "SKEP_AGENT",
        "SKEP_GITHUB_URL",
        "SKEP_LOG",
    ] {
        let machine = Machine {
            variables: vec![(name, PKCS1)],
            ..Machine::default()
        };
        let folder = TempDir::new().expect("a folder");
        let said = match machine.sources(&folder).config(&Known) {
            Ok(config) => config.show(),
            Err(error) => error.to_string(),
        };
        assert!(
            PKCS1
                .lines()
                .filter(|line| line.len() > 8)
                .all(|line| !said.contains(line)),
            "{name}: {said}"
        );
    }
    let machine = Machine {
        variables: vec![("SKEP_PRIVATE_KEY_FILE", PKCS1)],
        ..Machine::default()
    };
    let wrong = machine.wrong();
    assert!(
        wrong.contains("SKEP_PRIVATE_KEY_FILE: holds a key, not the path of a file: give it as SKEP_PRIVATE_KEY"),
        "{wrong}"
    );
}

#[test]
fn proxies_are_read_in_both_spellings_and_never_shown() {
    let machine = |variables| Machine {
        variables,
        ..Machine::default()
    };
    let small = machine(vec![
        ("https_proxy", "http://u:hunter2@p:1"),
        ("no_proxy", "a,b"),
    ])
    .right();
    assert_eq!(
        small
            .network
            .https_proxy
            .as_ref()
            .map(|proxy| proxy.expose()),
        Some("http://u:hunter2@p:1")
    );
    assert_eq!(small.network.no_proxy, "a,b");
    assert!(!small.show().contains("hunter2") && !format!("{small:?}").contains("hunter2"));
    let wrong = machine(vec![("HTTPS_PROXY", "socks5://u:hunter2@p:1")]).wrong();
    assert!(
        wrong.contains("HTTPS_PROXY: must be a proxy's address") && !wrong.contains("hunter2"),
        "{wrong}"
    );
}
