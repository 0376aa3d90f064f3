//! R20 to R25: who we are, and what a token may do.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use skep::core::failure::Failure;
use skep::github::{GitHub, GitHubError, Purpose};

use super::server::{Reply, Seen, Server, http_date, ok, standard, status, token};
use super::{Hands, NOW, at, config, github, key};

fn claims(seen: &Seen) -> Value {
    let jwt = seen
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "))
        .expect("a bearer");
    let public =
        DecodingKey::from_rsa_pem(key("test-only-app.public.pem").expose_secret().as_bytes())
            .expect("a key");
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    decode::<Value>(jwt, &public, &validation)
        .expect("signed by our key")
        .claims
}

#[tokio::test]
async fn both_key_forms_sign_what_github_wants() {
    let server = Server::start(standard).await;
    let escaped = key("test-only-app.pkcs1.pem")
        .expose_secret()
        .replace('\n', "\\n");
    for pem in [
        key("test-only-app.pkcs1.pem"),
        key("test-only-app.pkcs8.pem"),
        SecretString::from(escaped),
    ] {
        let mut config = config(&server);
        config.private_key_pem = pem;
        let app = GitHub::new(config)
            .expect("a good key")
            .app()
            .await
            .expect("accepted");
        assert_eq!((app.id, app.bot_login().as_str()), (7, "skep-test[bot]"));
        let seen = server.seen().pop().expect("a request");
        assert_eq!(
            claims(&seen),
            json!({"iat": NOW / 1000 - 60, "exp": NOW / 1000 + 540, "iss": "7"})
        );
        assert_eq!(seen.header("user-agent"), Some("skep-test"));
        assert_eq!(seen.header("x-github-api-version"), Some("2022-11-28"));
    }
}

#[tokio::test]
async fn a_bad_key_is_refused_at_once_and_never_printed() {
    let server = Server::start(standard).await;
    for pem in [
        "",
        "canary",
        "-----BEGIN RSA PRIVATE KEY-----\nY2FuYXJ5\n-----END RSA PRIVATE KEY-----\n",
    ] {
        let mut config = config(&server);
        config.private_key_pem = SecretString::from(pem);
        let Err(error) = GitHub::new(config) else {
            panic!("{pem:?} is no key")
        };
        let text = error.to_string();
        assert!(
            text.contains("PKCS#1") && text.contains("PKCS#8") && !text.contains("canary"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_token_is_for_one_repository_and_one_purpose() {
    let server = Server::start(standard).await;
    let github = github(&server);
    let table = [
        (
            Purpose::Read,
            json!({"metadata": "read", "issues": "read", "pull_requests": "read", "contents": "read"}),
        ),
        (Purpose::Comment, json!({"issues": "write"})),
        (Purpose::Clone, json!({"contents": "read"})),
        (Purpose::Push, json!({"contents": "write"})),
        (
            Purpose::PullRequest,
            json!({"pull_requests": "write", "contents": "read"}),
        ),
        (
            Purpose::Review,
            json!({"pull_requests": "write", "contents": "write"}),
        ),
        (Purpose::Checks, json!({"checks": "write"})),
        (
            Purpose::Ci,
            json!({"checks": "read", "statuses": "read", "actions": "read"}),
        ),
    ];
    for (purpose, permissions) in table {
        github.token(&at(), purpose).await.expect("minted");
        let seen = server.seen().pop().expect("a request");
        assert_eq!(seen.path(), "/app/installations/5/access_tokens");
        assert_eq!(
            seen.body,
            json!({"repository_ids": [77], "permissions": permissions})
        );
    }
}

#[tokio::test]
async fn a_token_is_minted_once_and_replaced_ten_minutes_before_its_end() {
    let server = Server::start(|seen| {
        // GitHub's own clock says how long the token lives.
        let born = NOW + i64::try_from(seen.nth).expect("few") * 3_000_001;
        token(&format!("ghs_{}", seen.nth), born + 3_600_000).with("date", http_date(born))
    })
    .await;
    let hands = Hands::at(NOW);
    let mut config = config(&server);
    config.now = hands.clock();
    let github = GitHub::new(config).expect("a working configuration");
    let at = at();
    let all = futures::future::join_all((0..20).map(|_| github.token(&at, Purpose::Clone))).await;
    assert!(
        all.iter()
            .all(|token| token.as_ref().expect("minted").secret.expose_secret() == "ghs_0")
    );
    assert_eq!(server.seen().len(), 1);

    hands.advance(3_000_000);
    let kept = github.token(&at, Purpose::Clone).await.expect("kept");
    assert_eq!(
        (kept.secret.expose_secret(), kept.expires_at),
        ("ghs_0", NOW + 3_600_000)
    );
    hands.advance(1);
    let fresh = github.token(&at, Purpose::Clone).await.expect("minted");
    assert_eq!(fresh.secret.expose_secret(), "ghs_1");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn long_dotted_tokens_pass_through_untouched() {
    let long = format!("ghs_7_{}", "aB3.x_".repeat(680));
    let minted = long.clone();
    let server = Server::start(move |seen| match seen.mints() {
        true => token(&minted, NOW + 3_600_000),
        false => status(404, json!({})),
    })
    .await;
    github(&server).branch(&at(), "main").await.expect("read");
    assert_eq!(
        server.seen()[1].header("authorization"),
        Some(format!("Bearer {long}").as_str())
    );
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_call_repeated_once() {
    let server = Server::start(|seen| match (seen.path(), seen.header("authorization")) {
        ("/repos/octo/hello/issues/12/comments", Some("Bearer ghs_2")) => {
            status(201, json!({"id": 1}))
        }
        ("/repos/octo/hello/issues/12/comments", _) => {
            status(401, json!({"message": "Bad credentials"}))
        }
        ("/repos/octo/hello/issues/comments/3", _) => {
            status(401, json!({"message": "Bad credentials"}))
        }
        _ => standard(seen),
    })
    .await;
    let github = github(&server);
    github
        .create_comment(&at(), super::ISSUE, "hello")
        .await
        .expect("posted with the new token");
    assert_eq!(server.seen().len(), 4, "mint, 401, mint, 201");

    let refused = github
        .edit_comment(&at(), skep::core::ids::CommentId(3), "x")
        .await;
    assert!(
        matches!(refused, Err(GitHubError::TokenRefused { .. })),
        "{refused:?}"
    );
    assert_eq!(server.seen().len(), 7, "401, mint, 401, and no more");
}

#[tokio::test]
async fn a_wrong_clock_is_learned_from_the_answer() {
    for ahead in [-300_000_i64, 300_000] {
        let server = Server::start(move |seen| {
            let claims = claims(seen);
            let (now, iat, exp) = (
                NOW / 1000,
                claims["iat"].as_i64().expect("iat"),
                claims["exp"].as_i64().expect("exp"),
            );
            if iat > now || exp <= now || exp > now + 600 {
                return status(
                    401,
                    json!({"message": "'Issued at' claim ('iat') must be in the past"}),
                );
            }
            standard(seen)
        })
        .await;
        let mut config = config(&server);
        config.now = Arc::new(move || NOW + ahead);
        let github = GitHub::new(config).expect("a working configuration");
        let token = github
            .token(&at(), Purpose::Read)
            .await
            .expect("minted after a correction");
        assert!(server.seen().len() <= 2);
        assert_eq!(
            token.expires_at,
            NOW + ahead + 3_600_000,
            "an hour on our own clock"
        );
    }
}

#[tokio::test]
async fn a_signature_refused_twice_is_the_operators_problem() {
    let server = Server::start(|_| {
        status(
            401,
            json!({"message": "A JSON web token could not be decoded"}),
        )
    })
    .await;
    let error = github(&server).app().await.expect_err("refused");
    assert_eq!(server.seen().len(), 2);
    assert!(matches!(error, GitHubError::AppRefused { .. }), "{error:?}");
    assert!(
        Failure::from(error)
            .text()
            .contains("check that the App id and the private key belong together")
    );
}

#[tokio::test]
async fn a_suspended_or_removed_installation_is_not_asked_again_until_woken() {
    let suspended = || {
        status(
            403,
            json!({"message": "This installation has been suspended"}),
        )
    };
    let cases: [(fn() -> Reply, GitHubError); 2] = [
        (suspended, GitHubError::Suspended),
        (
            || status(404, json!({"message": "Not Found"})),
            GitHubError::Uninstalled,
        ),
    ];
    for (reply, expected) in cases {
        let server = Server::start(move |seen| {
            if seen.nth == 0 {
                reply()
            } else {
                standard(seen)
            }
        })
        .await;
        let github = github(&server);
        for purpose in [Purpose::Read, Purpose::Push, Purpose::Comment] {
            assert_eq!(
                github.token(&at(), purpose).await.map(drop),
                Err(expected.clone())
            );
        }
        assert_eq!(
            github.create_comment(&at(), super::ISSUE, "x").await,
            Err(expected)
        );
        assert_eq!(server.seen().len(), 1, "one token request while asleep");
        github.wake(at().installation);
        github.token(&at(), Purpose::Read).await.expect("awake");
    }
}

#[tokio::test]
async fn a_suspension_seen_by_a_cached_token_also_quiets_the_installation() {
    let server = Server::start(|seen| match seen.mints() {
        true => standard(seen),
        false => status(
            403,
            json!({"message": "This installation has been suspended"}),
        ),
    })
    .await;
    let github = github(&server);
    for _ in 0..3 {
        assert_eq!(
            github.issue(&at(), super::ISSUE).await.map(drop),
            Err(GitHubError::Suspended)
        );
    }
    assert_eq!(server.seen().len(), 2, "a mint, the refusal, and silence");
}

#[tokio::test]
async fn a_token_that_cannot_be_had_says_what_to_do() {
    let not_granted = "The permissions requested are not granted to this installation.";
    let not_covered = "There is at least one repository that does not exist or is not accessible to the parent installation.";
    for (message, next_step) in [
        (
            not_granted,
            "may not push in octo/hello: it needs the permission contents=write, and not all of that is granted. Open the App's settings",
        ),
        (
            not_covered,
            "does not cover octo/hello any more. Add it under",
        ),
    ] {
        let server = Server::start(move |_| status(422, json!({"message": message}))).await;
        let error = github(&server)
            .token(&at(), Purpose::Push)
            .await
            .expect_err("refused");
        let Failure::Refused { say } = Failure::from(error) else {
            panic!("a refusal")
        };
        assert!(say.contains(next_step), "{say}");
    }
}

#[tokio::test]
async fn a_revoked_token_is_gone_here_and_there() {
    let server = Server::start(|seen| match seen.is("DELETE", "/installation/token") {
        true if seen.nth == 0 => Reply::Answer(204, Vec::new(), String::new()),
        true => status(401, json!({"message": "Bad credentials"})),
        false => standard(seen),
    })
    .await;
    let github = github(&server);
    let first = github.token(&at(), Purpose::Clone).await.expect("minted");
    github.revoke(&first).await.expect("revoked");
    github.revoke(&first).await.expect("revoked already");
    let second = github.token(&at(), Purpose::Clone).await.expect("minted");
    assert_eq!(
        (first.secret.expose_secret(), second.secret.expose_secret()),
        ("ghs_1", "ghs_2")
    );
    assert_eq!(
        server.seen()[1].header("authorization"),
        Some("Bearer ghs_1")
    );
}

#[tokio::test]
async fn every_push_has_a_token_of_its_own() {
    let server = Server::start(standard).await;
    let github = github(&server);
    let at = at();
    let all = futures::future::join_all((0..10).map(|_| github.token(&at, Purpose::Push))).await;
    let secrets = all
        .iter()
        .map(|token| token.as_ref().expect("minted").secret.expose_secret());
    assert_eq!(secrets.collect::<std::collections::BTreeSet<_>>().len(), 10);
}

#[tokio::test]
async fn where_the_app_is_installed() {
    let server = Server::start(|seen| match seen.path() {
        "/repos/octo/hello/installation" => ok(json!({"id": 5, "suspended_at": null})),
        "/repos/octo/asleep/installation" => ok(json!({"id": 6, "suspended_at": "2026-01-01T00:00:00Z"})),
        "/repos/octo/hello" => ok(json!({
            "id": 77, "full_name": "octo/renamed", "default_branch": "main", "archived": false, "private": true
        })),
        _ => standard(seen),
    })
    .await;
    let github = github(&server);
    let name = |text: &str| text.parse().expect("a name");
    let found = github.locate(&name("octo/hello")).await.expect("installed");
    assert_eq!(
        (
            found.installation.0,
            found.repository.0,
            found.name.to_string().as_str()
        ),
        (5, 77, "octo/renamed")
    );
    assert_eq!(
        github.locate(&name("octo/asleep")).await,
        Err(GitHubError::Suspended)
    );
    let absent = github
        .installation_for(&name("octo/absent"))
        .await
        .expect_err("not installed");
    assert!(
        absent.to_string().contains("not installed on octo/absent")
            && absent.to_string().contains("Install it")
    );
    assert_eq!(
        github.clone_url(&name("octo/hello")),
        "https://github.example/octo/hello.git"
    );
}
