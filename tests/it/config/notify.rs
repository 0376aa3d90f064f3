//! `[notify.<name>]`: what is read, from where, and every mistake with what would be right.

use skep::core::event_name::DomainEvent;
use skep::core::notify::{DEFAULT, Privacy, Way};

use super::{Machine, file};

const WEBHOOK: &str = "[notify.team]\nkind = 'webhook'\nurl = 'https://hooks.example/hunter2?x=1#y'\nsecret = 'hunter2'\n";

#[test]
fn a_target_is_read_with_what_it_wants() {
    let text = format!(
        "{WEBHOOK}events = ['session.failed', 'question.asked']\nrepositories = ['octo/*', 'acme/one']\n\
         [notify.on-call]\nkind = 'slack'\n[notify.post]\nkind = 'email'\nurl = 'smtp://mail.example'\nfrom = 'skep@example.org'\n\
         to = ['ana@example.org']\nevery = '12h'\nuser = 'skep'\nevents = ['*']\n"
    );
    let config = Machine {
        variables: vec![
            (
                "SKEP_NOTIFY_ON_CALL_URL",
                "https://hooks.slack.example/T/B/X",
            ),
            ("SKEP_NOTIFY_POST_SECRET", "hunter3"),
            ("SKEP_NOTIFY_TEAM_SECRET", "hunter4"),
        ],
        ..file(&text)
    }
    .right();
    let unknown = |warning: &&String| warning.contains("SKEP_NOTIFY");
    assert_eq!(
        config.warnings.iter().find(unknown),
        None,
        "its variables are known"
    );
    let open = config
        .warnings
        .iter()
        .any(|warning| warning.contains("holds secrets"));
    assert!(open, "the file of this test can be read by all");
    let [chat, post, team] = config.notify.as_slice() else {
        panic!("{:?}", config.notify);
    };
    assert_eq!(
        (chat.name.as_str(), chat.wanted.events.as_slice()),
        ("on-call", &DEFAULT[..])
    );
    assert_eq!(post.wanted.events.len(), DomainEvent::ALL.len());
    let Way::Email(email) = &post.way else {
        panic!("{post:?}");
    };
    assert_eq!(
        (email.relay.port, email.relay.privacy),
        (587, Privacy::StartTls)
    );
    assert_eq!(email.every_ms, 43_200_000);
    let login = email.login.as_ref().expect("a login");
    assert_eq!(
        (login.user.as_str(), login.password.expose()),
        ("skep", "hunter3")
    );
    assert_eq!(
        team.wanted.events,
        [DomainEvent::SessionFailed, DomainEvent::QuestionAsked]
    );
    assert!(team.wanted.is_of(Some("octo/any")) && !team.wanted.is_of(Some("acme/two")));
    let Way::Webhook { url, secret } = &team.way else {
        panic!("{team:?}");
    };
    assert_eq!(url.expose(), "https://hooks.example/hunter2?x=1");
    assert_eq!(secret.expose(), "hunter4", "a variable wins over the file");
    let shown = config.show();
    assert!(
        !shown.contains("hunter") && !shown.contains("slack.example"),
        "{shown}"
    );
    assert!(
        shown.contains("[notify.team]\nkind = \"webhook\""),
        "{shown}"
    );
    assert!(shown.contains("every = \"12h\""), "{shown}");
}

#[test]
fn mail_servers_are_spoken_to_openly_on_this_machine_alone() {
    for (url, port, privacy) in [
        ("smtps://mail.example", 465, Privacy::Tls),
        ("smtps://mail.example:4465/", 4465, Privacy::Tls),
        ("smtp://mail.example", 587, Privacy::StartTls),
        ("smtp://10.0.0.5:25", 25, Privacy::StartTls),
        ("smtp://localhost", 25, Privacy::Open),
        ("smtp://127.0.0.1:2525", 2525, Privacy::Open),
        ("smtp://[::1]:2525", 2525, Privacy::Open),
    ] {
        let text = format!(
            "[notify.post]\nkind = 'email'\nurl = '{url}'\nfrom = 'a@b.example'\nto = ['c@d.example']\n"
        );
        let config = file(&text).right();
        let Way::Email(email) = &config.notify[0].way else {
            panic!("{url}");
        };
        assert_eq!(
            (email.relay.port, email.relay.privacy),
            (port, privacy),
            "{url}"
        );
        assert_eq!((email.every_ms, &email.login), (86_400_000, &None), "{url}");
    }
}

#[test]
fn secrets_come_from_files_as_well_and_no_agent_sees_those() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let secret = folder.path().join("team.secret");
    std::fs::write(&secret, "hunter2\n").expect("written");
    let text = format!(
        "[notify.team]\nkind = 'webhook'\nurl = 'https://x.example'\nsecret_file = '{}'\n",
        secret.display()
    );
    let config = file(&text).right();
    let Way::Webhook { secret: read, .. } = &config.notify[0].way else {
        panic!("{:?}", config.notify);
    };
    assert_eq!(read.expose(), "hunter2");
    assert!(config.hide.contains(&secret), "{:?}", config.hide);
    let open = config
        .warnings
        .iter()
        .any(|warning| warning.contains("can be read by others"));
    assert!(open, "{:?}", config.warnings);
}

#[test]
fn what_is_wrong_is_named_with_what_would_be_right() {
    let team = |rest: &str| {
        format!(
            "[notify.team]\nkind = 'webhook'\nurl = 'https://x.example'\nsecret = 's'\n{rest}\n"
        )
    };
    let post = |rest: &str| format!("[notify.post]\nkind = 'email'\n{rest}\n");
    let whole = "url = 'smtps://m.example'\nfrom = 'a@b.example'\nto = ['c@d.example']";
    for (text, said) in [
        (
            team("events = ['session.faild']"),
            "skep.toml:5: notify.team.events: there is no event `session.faild`; docs/events.md lists them. Did you mean `session.failed`?",
        ),
        (
            team("events = []"),
            "notify.team.events: is empty: name events",
        ),
        (
            team("repositories = ['hello']"),
            "must be a repository as OWNER/NAME",
        ),
        (
            team("every = '1d'"),
            "notify.team.every: has no meaning for kind = \"webhook\"",
        ),
        (
            team("sekret = 'x'"),
            "notify.team.sekret: there is no such key. Did you mean `secret`?",
        ),
        (
            team("secret_file = 'x'"),
            "is given too: keep one of the two",
        ),
        (
            "[notify.team]\nurl = 'https://x.example'".to_owned(),
            "notify.team: needs `kind`",
        ),
        (
            "[notify.team]\nkind = 'webhok'".to_owned(),
            "notify.team.kind: must be webhook, slack or email, not `webhok`",
        ),
        (
            "[notify.team]\nkind = 'webhook'\nsecret = 's'".to_owned(),
            "notify.team: needs an address: `url`, `url_file` or the variable SKEP_NOTIFY_TEAM_URL",
        ),
        (
            "[notify.team]\nkind = 'webhook'\nurl = 'https://x.example'".to_owned(),
            "notify.team: needs what it is signed with: `secret`, `secret_file` or the variable SKEP_NOTIFY_TEAM_SECRET",
        ),
        (
            "[notify.team]\nkind = 'slack'\nurl = 'ftp://hunter2'".to_owned(),
            "notify.team.url: must be an address that begins with https://",
        ),
        (
            "[notify.team]\nkind = 'slack'\nurl = 'https://u:hunter2@x.example'".to_owned(),
            "notify.team.url: must be an address that begins with https://",
        ),
        (
            "[notify.team]\nkind = 'slack'\nurl = 'https://x.example'\nsecret = 'hunter2'"
                .to_owned(),
            "notify.team.secret: has no meaning for kind = \"slack\"",
        ),
        (
            "[notify.Team]\nkind = 'slack'".to_owned(),
            "notify.Team: a target's name has",
        ),
        (
            post("url = 'https://m.example'\nfrom = 'a@b.example'\nto = ['c@d.example']"),
            "notify.post.url: must be a mail server",
        ),
        (
            post("url = 'smtps://m.example'\nto = ['c@d.example']"),
            "notify.post: needs `from`",
        ),
        (
            post("url = 'smtps://m.example'\nfrom = 'a@b.example'"),
            "notify.post: needs `to`",
        ),
        (
            post("url = 'smtps://m.example'\nfrom = 'A <a@b.example>'\nto = []"),
            "notify.post.from: must be a mail address",
        ),
        (
            post(&format!("{whole}\nevery = '5s'")),
            "notify.post.every: must be a duration from 1m to 30d",
        ),
        (
            post(&format!("{whole}\nuser = 'skep'")),
            "notify.post: `user` needs a password: `secret`, `secret_file` or the variable SKEP_NOTIFY_POST_SECRET",
        ),
        (
            post(&format!("{whole}\nsecret = 'hunter2'")),
            "notify.post.secret: a password needs `user`",
        ),
    ] {
        let wrong = file(&text).wrong();
        assert!(wrong.contains(said), "{text}\n{wrong}\nnot: {said}");
        assert!(!wrong.contains("hunter2"), "{wrong}");
    }
}

#[test]
fn a_plain_address_outside_is_warned_of() {
    let text = "[notify.a]\nkind = 'slack'\nurl = 'http://chat.example/x'\n[notify.b]\nkind = 'slack'\nurl = 'http://localhost/x'\n";
    let warnings = file(text).right().warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("notify.a.url") && warnings[0].contains("without TLS"));
}
