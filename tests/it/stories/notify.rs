//! Notifications outside GitHub, with real receivers: signed, told once, tried again, given up, sent after all; a digest by mail.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use skep::config::Certificates;
use skep::core::event_name::DomainEvent;
use skep::core::notify::{
    DEFAULT, Email, Hidden, Login, Patience, Privacy, Relay, Target, Wanted, Way,
};
use skep::http::types::{NotificationsAnswer, RetryOrder};
use skep::http::{AdminService, EventPage};
use tokio_util::sync::CancellationToken;

use crate::receiver::{Came, MailServer, Manners, Receiver, Reply};
use crate::required::installed;
use crate::test_app::TestApp;
use crate::tls_end::{certificates, tls_end};

const SECRET: &str =
    "It's a Secret to Everybody, and longer than one block of the hash: 0123456789";
const WRITES: &str = "write A.md: a\nsay Done.";
const ASKS: &str = "ask <!channel> red & blue? | red | blue\nwrite A.md: {answer}\nsay Done.";
/// Before the second try, as nobody configured otherwise.
const SECOND_TRY: Duration = Duration::from_secs(10);
const DAY: Duration = Duration::from_secs(86_400);

fn wanted(events: &[DomainEvent]) -> Wanted {
    Wanted {
        events: events.to_vec(),
        repositories: Vec::new(),
    }
}

fn webhook(name: &str, receiver: &Receiver, events: &[DomainEvent]) -> Target {
    Target {
        name: name.to_owned(),
        way: Way::Webhook {
            url: Hidden::new(receiver.url("/hook?key=hunter2hunter2")),
            secret: Hidden::new(SECRET),
        },
        wanted: wanted(events),
    }
}

fn slack(receiver: &Receiver) -> Target {
    Target {
        name: "chat".to_owned(),
        way: Way::Slack {
            url: Hidden::new(receiver.url("/services/T0/B0/hunter2hunter2")),
        },
        wanted: wanted(&DEFAULT),
    }
}

fn mail(port: u16, privacy: Privacy, login: Option<Login>) -> Target {
    Target {
        name: "digest".to_owned(),
        way: Way::Email(Box::new(Email {
            relay: Relay {
                host: "127.0.0.1".to_owned(),
                port,
                privacy,
            },
            from: "skep@example.org".to_owned(),
            to: vec!["ana@example.org".to_owned(), "ben@example.org".to_owned()],
            login,
            every_ms: 86_400_000,
        })),
        wanted: wanted(&DEFAULT),
    }
}

async fn app(targets: Vec<Target>) -> TestApp {
    TestApp::with(|plan| plan.notify = targets).await
}

async fn list(app: &TestApp) -> NotificationsAnswer {
    let answer = app.product().admin.notifications().await;
    answer.expect("an answer")
}

fn names(came: &[Came]) -> Vec<&str> {
    came.iter().map(|one| one.header("x-skep-event")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_told_once_signed_and_as_the_api_tells_it() {
    let receiver = Receiver::open().await;
    let mut app = app(vec![webhook("team", &receiver, &DEFAULT)]).await;
    let issue = app.go("Paint it", ASKS);
    app.settle().await;
    app.tell().await;
    assert_eq!(names(&receiver.came()), ["question.asked"]);
    app.reply(issue, "1").await;
    app.settle_all().await;
    app.tell().await;
    // A second look finds nothing new.
    app.tell().await;
    let came = receiver.came();
    assert_eq!(
        names(&came),
        ["question.asked", "pull_request.opened", "session.completed"]
    );
    let page = EventPage {
        after: 0,
        limit: 1_000,
        wait: Duration::ZERO,
        repository: None,
        kinds: DEFAULT.to_vec(),
    };
    let told = app.product().admin.events(page).await.expect("events");
    let told: Vec<String> = told
        .lines
        .iter()
        .map(|line| serde_json::to_string(line).expect("JSON"))
        .collect();
    let bodies: Vec<String> = came.iter().map(|one| one.body.clone()).collect();
    assert_eq!(bodies, told, "each body is a line of /api/v1/events");
    for one in &came {
        assert!(one.is_signed(SECRET), "{one:?}");
        assert!(!one.is_signed("another"), "{one:?}");
        assert_eq!(one.line, "POST /hook?key=hunter2hunter2");
        assert_eq!(one.header("content-type"), "application/json");
        assert!(one.header("user-agent").starts_with("skep/"));
        assert_eq!(one.header("x-skep-delivery").len(), 16);
    }
    let answer = list(&app).await;
    let team = &answer.targets[0];
    assert_eq!((team.sent, team.waiting, team.dead), (3, 0, 0));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_receiver_cannot_take_now_is_sent_again_under_the_same_id() {
    let receiver = Receiver::open().await;
    receiver.says(500).then(Reply::Leaves);
    let mut app = app(vec![webhook(
        "team",
        &receiver,
        &[DomainEvent::SessionCompleted],
    )])
    .await;
    app.go("Write", WRITES);
    app.settle_all().await;
    app.tell().await;
    app.tell().await;
    assert_eq!(receiver.came().len(), 1, "it is not asked again at once");
    let failing = list(&app).await.targets[0].clone();
    assert_eq!((failing.sent, failing.waiting), (0, 1));
    assert_eq!(failing.failing_since, Some(app.now()));
    assert!(failing.error.expect("why").contains("500"));
    app.advance(SECOND_TRY);
    app.tell().await;
    assert_eq!(receiver.came().len(), 2);
    app.advance(SECOND_TRY * 3);
    app.tell().await;
    let came = receiver.came();
    let ids: Vec<&str> = came
        .iter()
        .map(|one| one.header("x-skep-delivery"))
        .collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let well = list(&app).await.targets[0].clone();
    assert_eq!((well.sent, well.waiting, well.failing_since), (1, 0, None));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_says_when_it_wants_to_be_asked_again_is_asked_then() {
    let receiver = Receiver::open().await;
    receiver.then(Reply::Says(429, "Retry-After: 900", String::new()));
    let mut app = app(vec![webhook("team", &receiver, &DEFAULT)]).await;
    app.go("Write", WRITES);
    app.settle_all().await;
    app.tell().await;
    app.advance(Duration::from_secs(899));
    app.tell().await;
    assert_eq!(receiver.came().len(), 1);
    app.advance(Duration::from_secs(1));
    app.tell().await;
    let came = receiver.came();
    // The rest waited behind it: whoever is asked to slow down is sent nothing else.
    assert_eq!(
        names(&came),
        [
            "pull_request.opened",
            "session.completed",
            "pull_request.opened"
        ]
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let (receiver, other) = (Receiver::open().await, Receiver::open().await);
    let to: &'static str = format!("Location: {}", other.url("/elsewhere")).leak();
    receiver.then(Reply::Says(307, to, String::new()));
    let mut app = app(vec![webhook(
        "team",
        &receiver,
        &[DomainEvent::SessionCompleted],
    )])
    .await;
    app.go("Write", WRITES);
    app.settle_all().await;
    app.tell().await;
    let error = list(&app).await.targets[0].error.clone();
    assert!(error.expect("why").contains("redirects are not followed"));
    assert_eq!(other.came().len(), 0);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_is_listed_and_can_be_sent_after_all() {
    let receiver = Receiver::open().await;
    // What it says of the address and the secret must not come back in a list.
    let loud = format!(
        "no such hook {} {SECRET}",
        receiver.url("/hook?key=hunter2hunter2")
    );
    for _ in 0..2 {
        receiver.then(Reply::Says(404, "", loud.clone()));
    }
    let targets = vec![webhook("team", &receiver, &[DomainEvent::SessionCompleted])];
    let mut app = TestApp::with(|plan| {
        plan.notify = targets;
        plan.notify_patience.0 = Patience {
            tries: 2,
            ..Patience::default()
        };
    })
    .await;
    app.go("Write", WRITES);
    app.settle_all().await;
    app.tell().await;
    app.advance(SECOND_TRY);
    app.tell().await;
    app.advance(DAY);
    app.tell().await;
    assert_eq!(receiver.came().len(), 2, "after two tries it is given up");
    let answer = list(&app).await;
    let [dead] = answer.dead.as_slice() else {
        panic!("{answer:?}");
    };
    assert_eq!((dead.event.as_str(), dead.tries), ("session.completed", 2));
    let error = dead.error.clone().expect("why");
    assert!(
        error.contains("404") && error.contains("no such hook"),
        "{error}"
    );
    assert!(
        !error.contains("hunter2") && !error.contains("Everybody"),
        "{error}"
    );
    let metrics = app.product().admin.metrics().await.expect("metrics");
    assert!(
        metrics.contains("skep_notifications_dead{target=\"team\"} 1\n"),
        "{metrics}"
    );
    let unknown = RetryOrder {
        id: Some("0000000000000000".to_owned()),
        target: None,
    };
    let refused = app.product().admin.retry_notifications(unknown).await;
    assert_eq!(refused.expect_err("no such id").status, 404);
    let order = RetryOrder {
        id: Some(dead.id.clone()),
        target: None,
    };
    let retried = app.product().admin.retry_notifications(order).await;
    assert_eq!(retried.expect("an answer").retried, 1);
    app.tell().await;
    assert_eq!(receiver.came().len(), 3);
    assert_eq!(receiver.came()[2].header("x-skep-delivery"), dead.id);
    assert_eq!(list(&app).await.dead, []);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_hangs_holds_up_nobody_else() {
    let (hangs, well) = (Receiver::open().await, Receiver::open().await);
    hangs.then(Reply::Hangs);
    let targets = vec![
        webhook("hangs", &hangs, &DEFAULT),
        webhook("well", &well, &DEFAULT),
    ];
    let mut app = app(targets).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(app.product().notifier.clone().run(stop.clone()));
    app.go("Write", WRITES);
    app.settle_all().await;
    hangs.until(1).await;
    well.until(2).await;
    assert_eq!(hangs.came().len(), 1, "it has answered nothing yet");
    stop.cancel();
    running.await.expect("it ends at once");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_hangs_is_given_so_much_time() {
    let hangs = Receiver::open().await;
    hangs.then(Reply::Hangs);
    let targets = vec![webhook("hangs", &hangs, &[DomainEvent::SessionCompleted])];
    let mut app = TestApp::with(|plan| {
        plan.notify = targets;
        plan.notify_patience.1.post = Duration::from_millis(300);
    })
    .await;
    app.go("Write", WRITES);
    app.settle_all().await;
    app.tell().await;
    let error = list(&app).await.targets[0].error.clone();
    assert!(error.expect("why").contains("did not answer within"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_hears_a_line_that_mentions_nobody() {
    let receiver = Receiver::open().await;
    let mut app = app(vec![slack(&receiver)]).await;
    let issue = app.go("Paint it", ASKS);
    app.settle_all().await;
    app.tell().await;
    let came = receiver.came();
    let body = came[0].json();
    let text = body["text"].as_str().expect("a text");
    let web = app.simulator.git_url();
    let link = format!(
        "*<{}/octo/hello/issues/{issue}|octo/hello#{issue}>*",
        web.trim_end_matches('/')
    );
    assert!(text.starts_with(&link), "{text}");
    assert!(text.contains("the agent asked people"), "{text}");
    assert!(
        !text.contains("<!") && text.contains("red &amp; blue?"),
        "{text}"
    );
    assert_eq!(body.as_object().expect("an object").len(), 1, "{body}");
    assert_eq!(came[0].header("x-hub-signature-256"), "");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_hears_what_it_asked_for_and_nothing_from_before_it_was_named() {
    let (receiver, late) = (Receiver::open().await, Receiver::open().await);
    let mut elsewhere = webhook("elsewhere", &receiver, &DEFAULT);
    elsewhere.wanted.repositories = vec!["acme/*".to_owned()];
    let mut app = app(vec![
        webhook("failures", &receiver, &[DomainEvent::SessionFailed]),
        elsewhere,
    ])
    .await;
    app.go("Write", WRITES);
    app.settle_all().await;
    app.tell().await;
    assert_eq!(receiver.came().len(), 0);
    app.crash().await;
    app.wish(|plan| plan.notify = vec![webhook("late", &late, &DEFAULT)]);
    app.open().await;
    app.tell().await;
    assert_eq!(late.came().len(), 0, "what was before is not told");
    let known: Vec<String> = list(&app)
        .await
        .targets
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(known, ["late"], "the others are forgotten");
    app.go("Write more", "write B.md: b\nsay Done.");
    app.settle_all().await;
    app.tell().await;
    assert_eq!(
        names(&late.came()),
        ["pull_request.opened", "session.completed"]
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_sent_by_the_next_life() {
    let receiver = Receiver::open().await;
    receiver.says(503);
    let mut app = app(vec![webhook(
        "team",
        &receiver,
        &[DomainEvent::SessionCompleted],
    )])
    .await;
    app.go("Write", WRITES);
    app.settle_all().await;
    app.tell().await;
    app.crash().await;
    app.advance(SECOND_TRY);
    app.open().await;
    app.tell().await;
    let came = receiver.came();
    assert_eq!(came.len(), 2);
    assert_eq!(
        came[0].header("x-skep-delivery"),
        came[1].header("x-skep-delivery")
    );
    app.done().await;
}

fn nowhere() -> PathBuf {
    PathBuf::from("/nonexistent")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_a_day_tells_what_happened_and_none_comes_where_nothing_did() {
    let manners = Manners {
        refuses: 1,
        ..Manners::default()
    };
    let server = MailServer::open(&nowhere(), manners).await;
    let mut app = app(vec![mail(server.port, Privacy::Open, None)]).await;
    app.go("Paint it", ASKS);
    app.settle().await;
    app.tell().await;
    assert_eq!(server.mails().len(), 0, "not before its time");
    app.advance(DAY);
    app.tell().await;
    let refused = list(&app).await.targets[0].error.clone().expect("why");
    assert!(refused.contains("come back later"), "{refused}");
    app.advance(SECOND_TRY);
    app.tell().await;
    let mails = server.mails();
    let [first] = mails.as_slice() else {
        panic!("{mails:?}");
    };
    assert_eq!(first.from, "MAIL FROM:<skep@example.org>");
    assert_eq!(
        first.to,
        ["RCPT TO:<ana@example.org>", "RCPT TO:<ben@example.org>"]
    );
    for line in [
        "From: skep@example.org\r\n",
        "To: ana@example.org, ben@example.org\r\n",
        "Subject: [skep] octo/hello#1\r\n",
        "Auto-Submitted: auto-generated\r\n",
        ".skep@example.org>\r\n",
        "the agent asked people",
        "/octo/hello/issues/1\r\n",
    ] {
        assert!(first.text.contains(line), "{line}: {}", first.text);
    }
    app.advance(DAY);
    app.tell().await;
    app.advance(DAY);
    app.tell().await;
    assert_eq!(server.mails().len(), 1, "nothing happened");
    let target = list(&app).await.targets[0].clone();
    assert_eq!(target.digest_at, Some(app.now() + 86_400_000));
    app.leave_unfinished();
    app.done().await;
}

/// A server behind a private authority, by both ways of TLS; one that offers none is told nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_is_spoken_to_privately_or_not_at_all() {
    if !installed(&["openssl"], "a mail server behind a private authority") {
        return;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    certificates(folder.path(), "mail.example");
    let manners = Manners {
        offers_tls: true,
        asks: true,
        refuses: 0,
    };
    let login = || {
        Some(Login {
            user: "skep".to_owned(),
            password: Hidden::new("hunter2"),
        })
    };
    let starts = MailServer::open(folder.path(), manners).await;
    let at_once = MailServer::open(
        folder.path(),
        Manners {
            offers_tls: false,
            ..manners
        },
    )
    .await;
    let end = tls_end(folder.path(), format!("127.0.0.1:{}", at_once.port)).await;
    let open = MailServer::open(folder.path(), Manners::default()).await;
    let named = |name: &str, target: Target| Target {
        name: name.to_owned(),
        ..target
    };
    let targets = vec![
        named("at-once", mail(end, Privacy::Tls, login())),
        named("open", mail(open.port, Privacy::StartTls, login())),
        named("starts", mail(starts.port, Privacy::StartTls, login())),
    ];
    let mut app = TestApp::with(|plan| {
        plan.notify = targets;
        plan.certificates = Certificates {
            ca_file: Some(folder.path().join("ca.crt")),
            replaced: false,
        };
    })
    .await;
    app.go("Write", WRITES);
    app.settle_all().await;
    app.advance(DAY);
    app.tell().await;
    assert_eq!(
        (starts.mails().len(), at_once.mails().len()),
        (1, 1),
        "{:?}",
        list(&app).await
    );
    assert!(starts.mails()[0].private);
    // RFC 4616: nothing, the name, the password, each after a zero byte.
    let proof = "AUTH PLAIN AHNrZXAAaHVudGVyMg==";
    assert_eq!(starts.mails()[0].login, proof);
    assert_eq!(at_once.mails()[0].login, proof);
    assert_eq!(open.mails().len(), 0);
    let answer = list(&app).await;
    let error = answer.targets[1].error.clone().expect("why");
    assert!(error.contains("offers no STARTTLS"), "{error}");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_message_is_harmless_and_what_came_of_it_is_said() {
    let receiver = Receiver::open().await;
    receiver.says(204).says(403);
    let server = MailServer::open(&nowhere(), Manners::default()).await;
    let app = app(vec![
        webhook("team", &receiver, &DEFAULT),
        mail(server.port, Privacy::Open, None),
    ])
    .await;
    let admin = &app.product().admin;
    let test = async |name: &str| admin.test_notification(name.to_owned()).await;
    let answer = test("team").await.expect("an answer");
    assert!(
        answer.taken && answer.answer.starts_with("204"),
        "{answer:?}"
    );
    let came = receiver.came();
    assert!(came[0].is_signed(SECRET));
    assert_eq!(came[0].header("x-skep-event"), "notification.test");
    let body = came[0].json();
    assert_eq!(body["event"], "notification.test");
    let fields = |value: &Value| -> Vec<String> {
        value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect()
    };
    let mut shape = fields(&body);
    shape.sort();
    let known = [
        "delivery",
        "details",
        "event",
        "issue",
        "repository",
        "seq",
        "session",
        "time",
    ];
    assert_eq!(shape, known, "it has the shape of every event");
    let answer = test("team").await.expect("an answer");
    assert!(!answer.taken && answer.answer.contains("403"), "{answer:?}");
    let answer = test("digest").await.expect("an answer");
    assert!(
        answer.taken && answer.answer.contains("taken as 4711"),
        "{answer:?}"
    );
    assert_eq!(server.mails().len(), 1);
    let refused = test("teem").await.expect_err("there is none");
    assert_eq!(refused.status, 404);
    assert!(
        refused.message.contains("Did you mean `team`?"),
        "{}",
        refused.message
    );
    app.done().await;
}
