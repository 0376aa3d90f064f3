//! What providers answer when they refuse, as they word it.

use super::*;

/// 2026-11-28T18:00:00Z.
const NOW: i64 = 1_795_888_800_000;
const MINUTE: i64 = 60_000;

fn told(
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<(ErrorClass, String, Option<i64>)> {
    let answered = Answered {
        status,
        headers,
        body: body.as_bytes(),
    };
    let found = refusal(&answered, NOW)?;
    Some((found.class, found.code, found.again_at.map(|at| at - NOW)))
}

#[test]
fn refusals_as_providers_word_them() {
    use ErrorClass::{Auth, ModelUnavailable, RateLimit};
    let anthropic = r#"{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed…"}}"#;
    let overloaded =
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    let openai = r#"{"error":{"message":"Rate limit reached for gpt-5. Please try again in 20s.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#;
    let quota = r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#;
    let usage = r#"{"error":{"type":"usage_limit_reached","resets_at":1795889100}}"#;
    let gemini = r#"{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"27s"}]}}"#;
    type Headers<'a> = &'a [(&'a str, &'a str)];
    type Read<'a> = (ErrorClass, &'a str, Option<i64>);
    let cases: [(u16, Headers<'_>, &str, Read<'_>); 12] = [
        (
            429,
            &[("retry-after", "3600")],
            anthropic,
            (RateLimit, "rate_limit_error", Some(60 * MINUTE)),
        ),
        (
            529,
            &[],
            overloaded,
            (ModelUnavailable, "overloaded_error", None),
        ),
        (
            429,
            &[
                ("anthropic-ratelimit-requests-remaining", "10"),
                ("anthropic-ratelimit-requests-reset", "2026-11-28T19:00:00Z"),
                ("anthropic-ratelimit-tokens-remaining", "0"),
                ("anthropic-ratelimit-tokens-reset", "2026-11-28T18:02:00Z"),
            ],
            anthropic,
            (RateLimit, "rate_limit_error", Some(2 * MINUTE)),
        ),
        (
            429,
            &[("anthropic-ratelimit-unified-reset", "1795892400")],
            anthropic,
            (RateLimit, "rate_limit_error", Some(60 * MINUTE)),
        ),
        (
            429,
            &[],
            openai,
            (RateLimit, "rate_limit_exceeded", Some(20_000)),
        ),
        (
            429,
            &[
                ("x-ratelimit-remaining-requests", "0"),
                ("x-ratelimit-reset-requests", "6m0s"),
                ("x-ratelimit-remaining-tokens", "5"),
                ("x-ratelimit-reset-tokens", "9m0s"),
            ],
            "",
            (RateLimit, "", Some(6 * MINUTE)),
        ),
        (
            429,
            &[("retry-after-ms", "1500"), ("retry-after", "2")],
            openai,
            (RateLimit, "rate_limit_exceeded", Some(1_500)),
        ),
        (429, &[], quota, (RateLimit, "insufficient_quota", None)),
        (
            429,
            &[],
            usage,
            (RateLimit, "usage_limit_reached", Some(5 * MINUTE)),
        ),
        (
            429,
            &[],
            gemini,
            (RateLimit, "RESOURCE_EXHAUSTED", Some(27_000)),
        ),
        (
            503,
            &[("retry-after", "Sat, 28 Nov 2026 18:01:00 GMT")],
            "<html>",
            (ModelUnavailable, "", Some(MINUTE)),
        ),
        (
            401,
            &[("retry-after", "5")],
            r#"{"error":{"type":"authentication_error"}}"#,
            (Auth, "authentication_error", None),
        ),
    ];
    for (status, headers, body, (class, code, wait)) in cases {
        assert_eq!(
            told(status, headers, body),
            Some((class, code.to_owned(), wait)),
            "{status} {headers:?} {body}"
        );
    }
}

#[test]
fn what_is_the_requests_own_fault_is_no_refusal() {
    for status in [200, 204, 302, 400, 404, 413, 422] {
        assert_eq!(told(status, &[("retry-after", "5")], ""), None, "{status}");
    }
}

#[test]
fn nonsense_names_no_time_and_no_code() {
    for header in ["-1", "1e300", "NaN", "soon", "", "99999999999999"] {
        let found = told(429, &[("retry-after", header)], "").expect("a refusal");
        assert_eq!(found.2, None, "{header}");
    }
    let body = r#"{"error":{"code":"sk-live-0123456789012345678901234567890123456789"}}"#;
    assert_eq!(told(429, &[], body).expect("a refusal").1, "");
    assert_eq!(told(500, &[], "[1, 2").expect("a refusal").1, "");
}
