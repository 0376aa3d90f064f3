//! What `outbound`, `inline`, `title`, `fit`, `find_secrets` and `redact` promise, case by case.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::{hostile, some};
use crate::sanitise::*;

#[test]
fn everything_live_is_defused() {
    let cases = [
        ("ping @octocat.", "ping `@octocat`."),
        ("thanks @Requester, done", "thanks @Requester, done"),
        (
            "@requester-evil @requester/team",
            "`@requester-evil` `@requester/team`",
        ),
        (
            "&#64;octocat &commat;octocat @&#8203;octocat",
            "`@octocat` `@octocat` `@octocat`",
        ),
        (
            "mail a@b.example or www@.ab",
            "mail `a@b.example` or `www@.ab`",
        ),
        ("&##64; &#00000013;", "&amp;`##64`; &amp;`#00000013`;"),
        ("\\@octocat octo\\-cat/x\\#1", "`@octocat` `octo-cat/x#1`"),
        ("see #12 and #13, GH-7", "see #12 and `#13`, `GH-7`"),
        ("octo/hello#12", "`octo/hello#12`"),
        ("Fixes #12", "Fixes `#12`"),
        ("**Resolves**:\n#12", "**Resolves**:\n`#12`"),
        (
            "Closes https://github.com/o/r/pull/7",
            "Closes `https://github.com/o/r/pull/7`",
        ),
        (
            "see https://github.com/o/r/pull/7",
            "see https://github.com/o/r/pull/7",
        ),
        (
            "https://github.com/o/r/issues/9",
            "`https://github.com/o/r/issues/9`",
        ),
        (
            "![x](https://evil.example/p.png)",
            "x (`https://evil.example/p.png`)",
        ),
        ("[x](https://evil.example)", "x (`https://evil.example`)"),
        (
            "[x](https://github.com/a \"t\")",
            "[x](https://github.com/a)",
        ),
        ("[`f`](https://github.com/a)", "[`f`](https://github.com/a)"),
        (
            "[x](https://github.com@evil.example/)",
            "x (`https://github.com@evil.example/`)",
        ),
        ("[x](javascript:alert)", "x (`javascript:alert`)"),
        ("[x]: https://evil.example", "[x\\]: `https://evil.example`"),
        ("go to www.evil.example", "go to `www.evil.example`"),
        (
            "https://github.com&.evil.example",
            "`https://github.com`&amp;.evil.example",
        ),
        (
            "https://github.com/x`a @octocat b`",
            "`https://github.com/xa @octocat b`",
        ),
        (
            "<img src=x> <!-- skep:1 -->",
            "&lt;img src=x> &lt;!-- skep:1 -->",
        ),
        ("`<!-- skep:1 -->`", "`<! -- skep:1 -->`"),
        ("/agent stop", "\\/agent stop"),
        ("> - /agent stop", "> - \\/agent stop"),
        ("a /agent b", "a /agent b"),
        ("\u{1b}[31mred\u{1b}[0m\u{202e}", "red"),
        (
            "```sh\n/retest\n/usr/bin/x\n@octocat",
            "```sh\n /retest\n/usr/bin/x\n@octocat\n```",
        ),
        ("1. x\n   ```\n   a\n   ```", "1. x\n```\na\n```"),
        ("```mermaid\na\n```", "```text\na\n```"),
        ("> ```\n> @octocat", "> \\`\\`\\`\n> `@octocat`"),
        ("a ` b\nc `@octocat` d", "a \\` b\nc `@octocat` d"),
        (
            "|a|b|\n|-|-|\n|`x|@octocat`|",
            "|a|b|\n|-|-|\n|`x`&#124;`@octocat`|",
        ),
        (
            "**bold** _it_ ~~no~~ - [x] R&D",
            "**bold** _it_ ~~no~~ - [x] R&amp;D",
        ),
        (
            "std::fmt::Display, a/b.rs:12, C#, 100%",
            "std::fmt::Display, a/b.rs:12, C#, 100%",
        ),
    ];
    for (given, wanted) in cases {
        assert_eq!(outbound(given, &some()), wanted, "{given:?}");
        assert_eq!(outbound(wanted, &some()), wanted, "again {given:?}");
    }
}

#[test]
fn inline_shows_text_literally_on_one_line() {
    assert_eq!(
        inline("Fix *this*\n[x](y) for @octocat <b>", 200),
        "Fix \\*this\\* \\[x\\]\\(y\\) for `@octocat` &lt;b\\>"
    );
    assert_eq!(inline("/agent stop", 100), "\\/agent stop");
    assert_eq!(inline(&"word ".repeat(100), 20), "word word word word…");
    assert_eq!(inline(&"a".repeat(100), 10), "aaaaaaaaa…");
    assert_eq!(inline("@octocat", 5), "…");
}

#[test]
fn titles_are_plain_and_inert() {
    assert_eq!(
        title("Closes #99: thank @octocat, GH-3\n<!-- skep:", 100),
        "Closes # 99: thank @ octocat, GH- 3 < !-- skep:"
    );
    assert_eq!(title(&"é".repeat(300), 10), format!("{}…", "é".repeat(9)));
}

#[test]
fn fit_closes_what_it_cuts() {
    let text = format!("start\n\n````rust\n{}\n````\n", "let x = 1;\n".repeat(100));
    let out = fit(&text, 300);
    assert!(out.chars().count() <= 300);
    let (body, note) = out.rsplit_once("\n\n[cut: ").expect("the note");
    assert!(body.ends_with("\n````"), "{out}");
    let left_out: usize = note
        .trim_end_matches(" characters left out]")
        .parse()
        .expect("a number");
    assert_eq!(
        left_out,
        text.chars().count()
            - body
                .trim_end_matches("````")
                .trim_end_matches('\n')
                .chars()
                .count()
    );
    assert_eq!(fit("short", 5), "short");
    assert!(
        !fit(
            &format!("{}`@octocat x` and more text", "y ".repeat(40)),
            88 + 40
        )
        .contains("[cut: 0")
    );
}

#[test]
fn fit_never_wakes_a_code_span() {
    let text = format!(
        "{}`@octocat @octocat` {}",
        "y ".repeat(20),
        "z ".repeat(100)
    );
    for max in 40..200 {
        let out = fit(&text, max);
        let spans = out.matches('`').count();
        assert!(
            out.chars().count() <= max
                && spans.is_multiple_of(2)
                && (spans == 2 || !out.contains('@')),
            "{max}: {out}"
        );
    }
}

fn formats() -> Vec<(SecretKind, String)> {
    use SecretKind as K;
    let a36 = "abcdefghijklmnopqrstuvwxyz0123456789";
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NSJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ";
    let pem = |kind: &str| {
        format!(
            "-----BEGIN {kind}PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nabc+/=\n-----END {kind}PRIVATE KEY-----"
        )
    };
    vec![
        (K::GithubToken, format!("ghp_{a36}")),
        (K::GithubToken, format!("gho_{a36}")),
        (K::GithubToken, format!("ghs_{a36}")),
        (K::GithubToken, format!("ghs_12345_{jwt}")),
        (K::GithubToken, format!("github_pat_11ABCDEFG_{a36}")),
        (K::PrivateKey, pem("RSA ")),
        (K::PrivateKey, pem("")),
        (K::PrivateKey, pem("EC ")),
        (K::PrivateKey, pem("OPENSSH ")),
        (K::AwsKey, "AKIAIOSFODNN7EXAMPLE".to_owned()),
        (K::SlackToken, "xoxb-123456789012-abcdef".to_owned()),
        (K::GoogleKey, format!("AIza{}", &a36[..35])),
        (K::OpenaiKey, format!("sk-proj-{a36}")),
        (K::AnthropicKey, format!("sk-ant-api03-{a36}")),
        (K::NpmToken, format!("npm_{a36}")),
        (K::Jwt, jwt.to_owned()),
    ]
}

#[test]
fn known_formats_are_found_and_redacted_whole() {
    for (kind, secret) in formats() {
        for text in [
            secret.clone(),
            format!("token={secret}"),
            format!("say \"{secret}\", ok"),
            format!("a\n{secret}.\n"),
            format!("print('\\n{secret}')"),
            format!("\\x0a{secret} \\u000a"),
        ] {
            let found = find_secrets(&text, &[]);
            assert_eq!(
                found.iter().map(|finding| finding.kind).collect::<Vec<_>>(),
                [kind],
                "{text}"
            );
            assert_eq!(&text[found[0].at.clone()], secret);
            assert_eq!(
                redact(&text, &[]),
                text.replace(&secret, &format!("[redacted: {kind}]"))
            );
        }
    }
}

#[test]
fn headers_addresses_and_half_keys_are_found() {
    for text in [
        "Authorization: Bearer abcdefgh12345678",
        "authorization: token 0123456789abcdef",
        "-H 'Authorization: Basic dXNlcjpwYXNz'",
        "https://user:hunter2@host.example/x",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow",
    ] {
        assert_eq!(find_secrets(text, &[]).len(), 1, "{text}");
    }
    for text in [
        "sk-learn-is-a-very-nice-library",
        "risk-0123456789012345678901",
        "ghp_short",
        "BEGIN PUBLIC KEY",
        "see https://a.example/b:c@d",
    ] {
        assert_eq!(find_secrets(text, &[]), [], "{text}");
    }
}

#[test]
fn live_secrets_are_found_in_every_disguise() {
    let secret = "Zx9-kQ4_vB7mN2pL8rT5wY1cD6fG3hJ0";
    let hexed: String = secret.bytes().map(|b| format!("{b:02x}")).collect();
    let escaped: String = secret.bytes().map(|b| format!("\\x{b:02x}")).collect();
    let percent: String = secret.bytes().map(|b| format!("%{b:02X}")).collect();
    let split: String = secret
        .chars()
        .collect::<Vec<_>>()
        .chunks(5)
        .map(|part| part.iter().collect::<String>() + "\" +\n \"")
        .collect();
    let shift = |prefix: &str| STANDARD.encode(format!("{prefix}{secret}!"));
    let disguises = [
        secret.to_owned(),
        secret[7..].to_owned(),
        secret[..secret.len() - 7].to_owned(),
        secret.chars().rev().collect(),
        hexed.to_uppercase(),
        hexed,
        escaped,
        percent,
        split,
        STANDARD.encode(secret),
        STANDARD.encode(&secret[7..]),
        URL_SAFE_NO_PAD.encode(secret),
        shift("a"),
        shift("ab"),
        shift("user:"),
    ];
    for disguise in disguises {
        let text = format!("The log says {disguise} and goes on.");
        let found = find_secrets(&text, &[secret]);
        assert_eq!(
            found.iter().map(|finding| finding.kind).collect::<Vec<_>>(),
            [SecretKind::Live],
            "{disguise}"
        );
        let clean = redact(&text, &[secret]);
        assert!(
            clean.starts_with("The log says ") && clean.ends_with(" goes on."),
            "{clean}"
        );
        assert_eq!(find_secrets(&clean, &[secret]), [], "{clean}");
    }
    assert_eq!(
        find_secrets(
            "An ordinary sentence about 100 things, #12 and f3a9c1.",
            &[secret, "", "abc"]
        ),
        []
    );
    assert_eq!(
        find_secrets("it is hunter2-hunter!", &["hunter2-hunter"]).len(),
        1
    );
}

#[test]
fn home_directories_are_shortened_in_redact_only() {
    let text = "at /home/ada/x, /root/y:/Users/ada/z C:\\Users\\Ada\\w file:///home/ada /srv/home/ada /rootfs";
    assert_eq!(
        redact(text, &[]),
        "at ~/x, ~/y:~/z ~\\w file://~ /srv/home/ada /rootfs"
    );
    assert_eq!(find_secrets(text, &[]), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn outbound_is_idempotent(text in hostile()) {
        let once = outbound(&text, &some());
        prop_assert_eq!(outbound(&once, &some()), once);
    }

    #[test]
    fn outbound_is_idempotent_on_anything(text in any::<String>()) {
        let once = outbound(&text, &some());
        prop_assert_eq!(outbound(&once, &some()), once);
    }

    #[test]
    fn fit_keeps_its_promise(text in hostile(), max in 0usize..400) {
        let once = fit(&text, max);
        prop_assert!(once.chars().count() <= max);
        prop_assert_eq!(fit(&once, max), once);
    }

    #[test]
    fn one_liners_keep_theirs(text in hostile(), max in 0usize..120) {
        for out in [inline(&text, max), title(&text, max)] {
            prop_assert!(out.chars().count() <= max && !out.contains('\n'), "{}", out);
        }
    }

    #[test]
    fn redact_leaves_nothing_to_find(text in hostile(), secret in "[A-Za-z0-9_-]{12,60}", cut in 0usize..7) {
        let text = format!("{text} {} {text}", &secret[cut.min(secret.len() - 12)..]);
        let clean = redact(&text, &[&secret]);
        prop_assert_eq!(find_secrets(&clean, &[&secret]), []);
    }
}
