//! Requests by hand that mean to get more from the gateway than a model's words: none reaches the provider, each is told.

use skep::core::containment::Attempt;
use skep::gateway::News;

use super::{Bench, KEY, Provider, WORD, asks, post};

fn attempts(news: Vec<News>) -> Vec<(Attempt, u64)> {
    let attempted = |news| match news {
        News::Attempted(attempt, count) => Some((attempt, count)),
        _ => None,
    };
    news.into_iter().filter_map(attempted).collect()
}

#[tokio::test]
async fn nothing_but_a_models_words_comes_by_it() {
    let provider = Provider::start().await;
    let mut bench = Bench::to(&provider);
    let path = "/openai/v1/responses";
    let word = format!("Authorization: Bearer {WORD}\r\n");
    let host = "Host: 127.0.0.1:61129\r\n";
    let with = |host_line: &str| asks(path).replace(host, host_line);
    let grave = [
        (
            "another key",
            post(path, "Authorization: Bearer sk-mine\r\n"),
        ),
        (
            "the real key",
            post(path, &format!("Authorization: Bearer {KEY}\r\n")),
        ),
        (
            "two keys",
            post(path, &format!("{word}Authorization: Bearer sk-mine\r\n")),
        ),
        (
            "a key in another header",
            post(path, &format!("{word}x-goog-api-key: AIza\r\n")),
        ),
        (
            "another session's word",
            post(path, "x-api-key: skep-other\r\n"),
        ),
        (
            "a key in the query",
            asks("/google/v1beta/models/m:generateContent?key=AIza"),
        ),
        ("a whole address", asks("http://evil.example/v1/responses")),
        (
            "a whole address of its own",
            asks("http://127.0.0.1:61129/openai/v1/responses"),
        ),
        ("another host", with("Host: evil.example\r\n")),
        ("two hosts", with(&format!("{host}Host: evil.example\r\n"))),
        ("no host", with("")),
        (
            "a tunnel",
            "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n".to_owned(),
        ),
        ("a way up", asks("/openai/v1/../v1/files")),
        ("a percent code", asks("/openai/v1/%66iles")),
    ];
    for (what, request) in grave {
        // The same once more would only be counted.
        let mut bench = Bench::to(&provider);
        let said = bench.say(&request).await;
        assert!(said.starts_with("HTTP/1.1 4"), "{what}: {said}");
        assert!(!said.contains(KEY), "{what}: {said}");
        let told = attempts(bench.all_news());
        assert!(
            matches!(&told[..], [(attempt, 1)] if attempt.grave && !attempt.what.contains("sk-")),
            "{what}: {told:?}"
        );
    }
    for target in [
        "/openai/v1/files",
        "/openai/v1/organization/admin_api_keys",
        "/anthropic/v1/messages/batches",
        "/openrouter/api/v1/chat/completions",
        "/v1/responses",
    ] {
        let said = bench.say(&asks(target)).await;
        assert!(said.starts_with("HTTP/1.1 403"), "{target}: {said}");
        let told = attempts(bench.all_news());
        assert!(
            matches!(&told[..], [(attempt, 1)] if !attempt.grave),
            "{target}: {told:?}"
        );
    }
    // Two requests in one: what stands in the body of the first is no second one.
    let smuggled = format!("{}GET /openai/v1/files HTTP/1.1\r\n\r\n", post(path, ""));
    let said = bench.say(&smuggled).await;
    assert!(said.starts_with("HTTP/1.1 401"), "{said}");
    assert!(provider.heard().is_empty(), "{:?}", provider.heard());
}

#[tokio::test]
async fn the_same_again_is_told_rarely_and_many_are_bounded() {
    let provider = Provider::start().await;
    let mut bench = Bench::to(&provider);
    for _ in 0..25 {
        bench.say(&asks("/openai/v1/files")).await;
    }
    let counts: Vec<u64> = attempts(bench.all_news())
        .into_iter()
        .map(|(_, count)| count)
        .collect();
    assert_eq!(counts, [1, 10]);
    for number in 0..200 {
        bench
            .say(&asks(&format!("/openai/v1/files/{number}")))
            .await;
    }
    let told = attempts(bench.all_news()).len();
    assert!((63..80).contains(&told), "{told}");
}

#[tokio::test]
async fn everything_ends_with_the_session() {
    let mut provider = Provider::start().await;
    let bench = Bench::to(&provider);
    let path = bench.handle.path().to_owned();
    let mut stream = bench.connect().await;
    let request = asks("/openai/v1/responses");
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes())
        .await
        .expect("sent");
    let _host = provider.came.recv().await.expect("a request");
    drop(bench);
    assert_eq!(super::rest(&mut stream).await, "");
    assert!(tokio::net::UnixStream::connect(&path).await.is_err());
}
