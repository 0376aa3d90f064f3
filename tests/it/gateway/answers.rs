//! What passes and is counted: streams as they come, tokens as each provider tells them, refusals with their times, the budget.

use std::time::Duration;

use skep::core::agent::ErrorClass;
use skep::core::budget::{Left, TurnBudget};
use skep::core::usage::Tokens;
use skep::gateway::{Bounds, News};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Bench, KEY, Provider, WORD, answer, asks, post, rest};

const CHAT: &str = r#"{"model":"gpt-5","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":50,"prompt_tokens_details":{"cached_tokens":300}}}"#;

fn tokens(input: u64, cached_read: u64, output: u64) -> Tokens {
    Tokens {
        input,
        cached_read,
        cached_write: 0,
        output,
    }
}

#[tokio::test]
async fn the_key_is_added_outside_and_nothing_of_the_agents_own_goes_along() {
    let mut provider = Provider::start().await;
    let bench = Bench::to(&provider);
    let more = format!(
        "Authorization: Bearer {WORD}\r\nX-Api-Key: {WORD}\r\nCookie: c=1\r\nX-Forwarded-Host: evil.example\r\n\
         Accept-Encoding: gzip\r\nConnection: x-hop\r\nX-Hop: 1\r\nAnthropic-Version: 2023-06-01\r\n"
    );
    let request = post("/anthropic/v1/messages?beta=true", &more);
    let answered = answer("200 OK", "Set-Cookie: a=b\r\n", "{}");
    let (said, ()) = tokio::join!(bench.say(&request), provider.answers(&answered));
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert!(
        !said.contains(KEY) && !said.to_ascii_lowercase().contains("set-cookie"),
        "{said}"
    );
    let heard = &provider.heard()[0];
    assert!(
        heard.starts_with("post /v1/messages?beta=true http/1.1\r\n"),
        "{heard}"
    );
    for there in [
        format!("x-api-key: {KEY}\r\n"),
        format!("host: 127.0.0.1:{}\r\n", provider.port),
        "anthropic-version: 2023-06-01\r\n".to_owned(),
        "accept-encoding: identity\r\n".to_owned(),
        r#"{"model":"m","stream":true}"#.to_owned(),
    ] {
        assert_eq!(heard.matches(&there).count(), 1, "{there} in {heard}");
    }
    for gone in [WORD, "cookie", "forwarded", "x-hop", "authorization"] {
        assert!(!heard.contains(gone), "{gone} in {heard}");
    }
}

#[tokio::test]
async fn a_stream_passes_as_it_comes_and_is_counted_at_its_end() {
    let mut provider = Provider::start().await;
    let mut bench = Bench::to(&provider);
    let mut stream = bench.connect().await;
    let request = asks("/openai/v1/chat/completions");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut host = provider.came.recv().await.expect("a request");
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    host.write_all(head.as_bytes()).await.expect("sent");
    // Each event is read before the next one is there to be read.
    for number in 0..3 {
        let event =
            format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"word{number}\"}}}}]}}\n\n");
        host.write_all(event.as_bytes()).await.expect("sent");
        let mut seen = String::new();
        while !seen.contains(&format!("word{number}")) {
            let mut some = [0; 4096];
            let count = stream.read(&mut some).await.expect("bytes");
            assert!(count > 0, "it ended: {seen}");
            seen.push_str(&String::from_utf8_lossy(&some[..count]));
        }
    }
    host.write_all(format!("data: {CHAT}\n\ndata: [DONE]\n\n").as_bytes())
        .await
        .expect("sent");
    drop(host);
    assert!(rest(&mut stream).await.contains("[DONE]"));
    assert!(matches!(bench.news().await, News::Answers));
    let News::Counted(turn) = bench.news().await else {
        panic!("it is counted")
    };
    assert_eq!((turn.tokens, turn.guessed), (tokens(700, 300, 50), false));
    assert_eq!(turn.models["gpt-5"], tokens(700, 300, 50));
    assert_eq!(bench.handle.finish(), turn);
    assert_eq!(bench.handle.finish().answers, 0, "it is told once");
}

#[tokio::test]
async fn what_an_agent_leaves_without_reading_is_counted_all_the_same() {
    let mut provider = Provider::start().await;
    let mut bench = Bench::to(&provider);
    let mut stream = bench.connect().await;
    let request = asks("/openai/v1/chat/completions");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut host = provider.came.recv().await.expect("a request");
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    host.write_all(head.as_bytes()).await.expect("sent");
    let event = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n".repeat(40);
    host.write_all(event.as_bytes()).await.expect("sent");
    let mut some = [0; 1024];
    stream.read_exact(&mut some).await.expect("bytes");
    drop(stream);
    assert!(matches!(bench.news().await, News::Answers));
    let News::Counted(turn) = bench.news().await else {
        panic!("it is counted")
    };
    assert!(turn.guessed && turn.tokens.output >= 20, "{turn:?}");
}

#[tokio::test]
async fn several_requests_take_one_connection() {
    let mut provider = Provider::start().await;
    let bench = Bench::to(&provider);
    let mut stream = bench.connect().await;
    for _ in 0..3 {
        let request = asks("/openai/v1/responses").replace("Connection: close\r\n", "");
        stream.write_all(request.as_bytes()).await.expect("sent");
        provider.answers(&answer("200 OK", "", CHAT)).await;
        let mut seen = String::new();
        while !seen.ends_with(CHAT) {
            let mut some = [0; 4096];
            let count = stream.read(&mut some).await.expect("bytes");
            assert!(count > 0, "it was closed: {seen}");
            seen.push_str(&String::from_utf8_lossy(&some[..count]));
        }
    }
    assert_eq!(bench.handle.finish().answers, 3);
}

#[tokio::test]
async fn a_refusal_passes_and_is_told_with_its_time() {
    let mut provider = Provider::start().await;
    let mut bench = Bench::to(&provider);
    let body = r#"{"type":"error","error":{"type":"rate_limit_error","message":"Too many"}}"#;
    let refusal = answer("429 Too Many Requests", "Retry-After: 3600\r\n", body);
    let request = asks("/anthropic/v1/messages");
    let (said, ()) = tokio::join!(bench.say(&request), provider.answers(&refusal));
    assert!(said.starts_with("HTTP/1.1 429"), "{said}");
    assert!(
        said.contains(body) && said.to_ascii_lowercase().contains("retry-after: 3600"),
        "{said}"
    );
    let News::Refused(told) = bench.news().await else {
        panic!("it is told")
    };
    assert_eq!((told.class, told.status), (ErrorClass::RateLimit, 429));
    assert_eq!(told.code, "rate_limit_error");
    assert_eq!(told.again_at, Some(1_000 + 3_600_000));
    assert_eq!(bench.handle.finish().answers, 0);
}

#[tokio::test]
async fn a_server_that_hangs_up_or_is_not_there_is_told() {
    let mut provider = Provider::start().await;
    let mut bench = Bench::to(&provider);
    let request = asks("/openai/v1/responses");
    let (said, ()) = tokio::join!(bench.say(&request), async {
        drop(provider.came.recv().await);
    });
    assert!(said.starts_with("HTTP/1.1 502"), "{said}");
    let News::Refused(told) = bench.news().await else {
        panic!("it is told")
    };
    assert_eq!((told.class, told.status), (ErrorClass::ModelUnavailable, 0));
    // In the middle of an answer.
    let (_, ()) = tokio::join!(bench.say(&request), async {
        let mut host = provider.came.recv().await.expect("a request");
        let half = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"";
        host.write_all(half.as_bytes()).await.expect("sent");
    });
    let news = bench.all_news();
    assert!(
        matches!(
            news[..],
            [News::Answers, News::Refused(_), News::Counted(_)]
        ),
        "{news:?}"
    );
}

#[tokio::test]
async fn a_budget_that_is_used_up_lets_nothing_more_through() {
    let mut provider = Provider::start().await;
    let mut bench = Bench::to(&provider);
    let budget = TurnBudget {
        tokens: Left::of(0, 1_500, true),
        ..TurnBudget::default()
    };
    bench.handle.begin(budget.clone());
    let request = asks("/openai/v1/responses");
    for _ in 0..2 {
        let answered = answer("200 OK", "", CHAT);
        let (said, ()) = tokio::join!(bench.say(&request), provider.answers(&answered));
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    }
    let said = bench.say(&request).await;
    assert!(
        said.starts_with("HTTP/1.1 402") && said.contains("budget_used_up"),
        "{said}"
    );
    assert!(matches!(bench.all_news().last(), Some(News::Spent)));
    assert_eq!(provider.heard().len(), 2);
    // What costs nothing still goes through, and nothing between turns either.
    assert_eq!(bench.handle.finish().tokens.total(), 2_100);
    assert!(bench.say(&request).await.starts_with("HTTP/1.1 402"));
    bench.handle.begin(TurnBudget::default());
    let answered = answer("200 OK", "", CHAT);
    let (said, ()) = tokio::join!(bench.say(&request), provider.answers(&answered));
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
}

/// Many at once count as far as they have come: they do not all slip through before the first is counted.
#[tokio::test]
async fn requests_under_way_count_against_the_budget() {
    let mut provider = Provider::start().await;
    let bench = Bench::to(&provider);
    bench.handle.begin(TurnBudget {
        tokens: Left::of(0, 1_000, true),
        ..TurnBudget::default()
    });
    let body = "x".repeat(2_000);
    let request = format!(
        "POST /openai/v1/responses HTTP/1.1\r\nHost: 127.0.0.1:61129\r\nAuthorization: Bearer {WORD}\r\nContent-Length: 2000\r\n\r\n{body}"
    );
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = bench.connect().await;
        stream.write_all(request.as_bytes()).await.expect("sent");
        open.push((stream, provider.came.recv().await.expect("a request")));
    }
    let said = bench.say(&request).await;
    assert!(said.starts_with("HTTP/1.1 402"), "{said}");
    assert!(bench.handle.finish().guessed);
}

#[tokio::test]
async fn a_client_that_dawdles_is_bounded() {
    let bounds = Bounds {
        idle: Duration::from_millis(100),
        ..Bounds::default()
    };
    let provider = Provider::start().await;
    let bench = Bench::bounded(&provider, bounds);
    let mut stream = bench.connect().await;
    stream.write_all(b"POST /openai/").await.expect("sent");
    assert_eq!(rest(&mut stream).await, "");
    let bounds = Bounds {
        body_time: Duration::from_millis(100),
        ..Bounds::default()
    };
    let bench = Bench::bounded(&provider, bounds);
    let mut stream = bench.connect().await;
    let request =
        asks("/openai/v1/responses").replace("Content-Length: 27", "Content-Length: 2700");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let said = rest(&mut stream).await;
    assert!(
        said.is_empty() || said.starts_with("HTTP/1.1 502"),
        "{said}"
    );
    let bounds = Bounds {
        connections: 2,
        ..Bounds::default()
    };
    let bench = Bench::bounded(&provider, bounds);
    let _open = [bench.connect().await, bench.connect().await];
    assert_eq!(bench.say("").await, "");
}

#[tokio::test]
async fn too_large_a_request_is_not_passed_on() {
    let bounds = Bounds {
        body_bytes: 100,
        ..Bounds::default()
    };
    let provider = Provider::start().await;
    let bench = Bench::bounded(&provider, bounds);
    let request =
        asks("/openai/v1/responses").replace("Content-Length: 27", "Content-Length: 2700");
    let said = bench.say(&request).await;
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
    assert!(provider.heard().is_empty());
}
