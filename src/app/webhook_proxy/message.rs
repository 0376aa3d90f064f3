//! One message of a channel as the request that GitHub made.
//!
//! A message is `{…headers, "body": …, "query": …, "timestamp": …}`. smee reads the body as JSON and writes it again, so the bytes that
//! GitHub signed are gone; they come back where writing what was read gives the same text. It does for GitHub's webhooks, which are
//! written without white space and escapes; it does not where a number has more digits than a double holds, where a name stands twice in
//! an object, or where a sign is escaped that need not be. The text of `body` is therefore taken as it stands in the message, byte by
//! byte, and never written anew here. <https://github.com/probot/smee.io/blob/master/lib/server.js>

use std::collections::BTreeMap;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde_json::value::RawValue;

/// The headers of a delivery that count.
const HEADERS: [&str; 3] = ["x-github-event", "x-github-delivery", "x-hub-signature-256"];

/// The request, or why the message is none.
pub(super) fn request(data: &str) -> Result<Request<Full<Bytes>>, &'static str> {
    let fields: BTreeMap<&str, &RawValue> =
        serde_json::from_str(data).map_err(|_| "it is no JSON object")?;
    let body = fields.get("body").ok_or("it has no body")?.get();
    // A relay that leaves the body alone passes it on as a text.
    let body = match serde_json::from_str::<String>(body) {
        Ok(text) => text,
        Err(_) => body.to_owned(),
    };
    let mut request = Request::post("/webhook").header("content-type", "application/json");
    for name in HEADERS {
        let text = fields
            .get(name)
            .and_then(|value| serde_json::from_str::<String>(value.get()).ok());
        if let Some(text) = text {
            request = request.header(name, text);
        }
    }
    request
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| "a header is none")
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn body(data: &str) -> Vec<u8> {
        let request = request(data).expect("a request");
        request
            .into_body()
            .collect()
            .await
            .expect("whole")
            .to_bytes()
            .to_vec()
    }

    #[tokio::test]
    async fn the_body_stays_as_it_is_written() {
        let written = r#"{"z":1,"a":[1.10,12345678901234567890],"é":"\u00e9\/"}"#;
        let data = format!(r#"{{"host":"smee.io","body":{written},"query":{{}},"timestamp":1}}"#);
        assert_eq!(body(&data).await, written.as_bytes());
        let text = serde_json::to_string(written).expect("JSON");
        assert_eq!(
            body(&format!(r#"{{"body":{text}}}"#)).await,
            written.as_bytes()
        );
    }

    #[test]
    fn only_the_headers_of_a_delivery_are_taken() {
        let data = r#"{"x-github-event":"ping","authorization":"Bearer x","body":{},"x-hub-signature-256":7}"#;
        let request = request(data).expect("a request");
        assert_eq!(request.headers()["x-github-event"], "ping");
        assert!(!request.headers().contains_key("authorization"));
        assert!(!request.headers().contains_key("x-hub-signature-256"));
    }

    #[test]
    fn what_is_no_message_is_none() {
        for data in [
            "",
            "[]",
            "{}",
            "{\"body\":",
            "{\"body\":{},\"x-github-event\":\"a\\nb\"}",
        ] {
            assert!(request(data).is_err(), "{data}");
        }
    }
}
