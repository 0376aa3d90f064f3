//! Requests and answers as this GitHub handles them: bodies read whole, headers by name.
//!
//! It exists between hyper and the skins. It must never decide anything about GitHub.

use std::error::Error;
use std::io::Read;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Body;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The largest body that is read: a push.
const LARGEST: usize = 256 * 1024 * 1024;

/// A request, read to its end.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The method.
    pub method: Method,
    /// The path as sent, percent-encoded.
    pub path: String,
    /// The query without `?`.
    pub query: String,
    headers: HeaderMap,
    /// The body, unpacked.
    pub body: Bytes,
}

impl Incoming {
    /// Reads a request; `None` when the client went away, sent too much, or packed it badly.
    pub async fn read<B>(request: Request<B>) -> Option<Self>
    where
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>>,
    {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, LARGEST).collect().await.ok()?.to_bytes();
        let packed = head
            .headers
            .get("content-encoding")
            .is_some_and(|v| v == "gzip" || v == "x-gzip");
        let body = if packed { unpack(&body)? } else { body };
        let query = head.uri.query().unwrap_or_default().to_owned();
        Some(Self {
            method: head.method,
            path: head.uri.path().to_owned(),
            query,
            headers: head.headers,
            body,
        })
    }

    /// A header's text, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the method changes something.
    pub fn is_change(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }
}

fn unpack(packed: &[u8]) -> Option<Bytes> {
    let mut unpacked = Vec::new();
    let limit = u64::try_from(LARGEST).ok()?;
    flate2::read::GzDecoder::new(packed)
        .take(limit)
        .read_to_end(&mut unpacked)
        .ok()?;
    Some(unpacked.into())
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Outbound {
    /// The status.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// Whose token asked, for the log of calls.
    pub installation: Option<i64>,
    /// The request creates content, for the log of calls.
    pub creates: bool,
}

impl Outbound {
    /// An answer with a body of some type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self {
            status,
            headers,
            body: body.into(),
            installation: None,
            creates: false,
        }
    }

    /// An answer in JSON; null is no body.
    pub fn json(status: u16, body: &Value) -> Self {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        Self::new(status, "application/json; charset=utf-8", text)
    }

    /// Sets a header.
    pub fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// A header's text; empty when it is not set.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(other, _)| other == name)
            .map_or("", |(_, value)| value)
    }

    /// The digest of the body.
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(&self.body))
    }

    /// Becomes the 502 of a proxy, whatever it was; the log keeps whose it was.
    pub fn become_bad_gateway(&mut self) {
        let (installation, creates) = (self.installation, self.creates);
        *self = Self {
            installation,
            creates,
            ..Self::bad_gateway()
        };
    }

    /// The 502 of a proxy.
    pub fn bad_gateway() -> Self {
        Self::new(
            502,
            "text/html",
            "<html><body><h1>502 Bad Gateway</h1></body></html>",
        )
    }

    /// Cuts the body in half.
    pub fn cut(&mut self) {
        self.body = self.body.slice(..self.body.len() / 2);
    }

    /// For hyper.
    pub fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) =
                (name.parse::<hyper::header::HeaderName>(), value.parse())
            {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// Percent-decodes a path segment or query value; `+` is a space in queries only.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escaped = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|pair| {
                let pair = std::str::from_utf8(pair).ok()?;
                u8::from_str_radix(pair, 16).ok()
            });
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn decodes_what_is_encoded_and_leaves_the_rest() {
        assert_eq!(decode("agent%3Ago"), "agent:go");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%C3%A9"), "%zzé");
    }
}
