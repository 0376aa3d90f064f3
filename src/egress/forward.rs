//! One plain HTTP request, passed on and answered.
//!
//! It is read whole by one parser and written anew by the same: no byte of its head passes as it came, so that there is nothing
//! for two programs to read differently. What concerns only this connection stays here, and the host is the one that was judged.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, Uri, client};
use hyper_util::rt::TokioIo;
use tokio_util::task::AbortOnDropHandle;

use super::answer::Body;
use super::reach::{End, Reached};
use crate::core::egress::{Denied, Malformed, Target};

/// Headers that end here (RFC 9110, 7.6.1), and those a proxy alone is told.
const OURS: [HeaderName; 9] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::EXPECT,
    header::HOST,
];
/// The same, without a constant.
const OURS_TOO: [&str; 2] = ["keep-alive", "proxy-connection"];
/// Longest head of an answer, bytes.
const ANSWER_HEAD: usize = 64 * 1024;

/// Compares the header `Host` with the host that is asked for: a server that stands for many would look at it alone.
pub(super) fn names_the_same(headers: &HeaderMap, target: &Target) -> Result<(), Denied> {
    let mut named = headers.get_all(header::HOST).iter();
    let Some(host) = named.next() else {
        return Ok(());
    };
    let other = host.to_str().ok().filter(|_| named.next().is_none());
    let other = other.ok_or(Denied::Malformed(Malformed::Character))?;
    let other = Target::authority(other, Some(80)).map_err(Denied::Malformed)?;
    if other == *target {
        Ok(())
    } else {
        Err(Denied::OtherName(other.to_string()))
    }
}

/// Sends a request to whoever was reached for `target`, and brings the answer's head; its body follows as it is read.
pub(super) async fn forward(
    request: Request<Incoming>,
    target: &Target,
    reached: Reached,
) -> hyper::Result<Response<Body>> {
    let (mut parts, body) = request.into_parts();
    ours_out(&mut parts.headers);
    parts.headers.insert(header::HOST, host(target));
    let connection = HeaderValue::from_static("close");
    parts.headers.insert(header::CONNECTION, connection);
    parts.uri = match reached.end {
        End::Host => without_host(&parts.uri),
        End::Proxy(credential) => {
            let credential = credential.map(|value| (header::PROXY_AUTHORIZATION, value));
            parts
                .headers
                .extend(credential.map(|(name, value)| (Some(name), value)));
            whole(&parts.uri, target)
        }
    };
    let io = TokioIo::new(reached.stream);
    let (mut sender, connection) = client::conn::http1::Builder::new()
        .max_buf_size(ANSWER_HEAD)
        .handshake(io)
        .await?;
    let driver = AbortOnDropHandle::new(tokio::spawn(async move {
        // Whoever waits for the answer hears of it.
        let _ = connection.await;
    }));
    let answer = sender
        .send_request(Request::from_parts(parts, body))
        .await?;
    let (mut parts, body) = answer.into_parts();
    ours_out(&mut parts.headers);
    let body = Driven {
        body,
        _driver: driver,
    };
    Ok(Response::from_parts(parts, body.boxed()))
}

fn ours_out(headers: &mut HeaderMap) {
    let listed: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .filter(|name| *name != header::CONTENT_LENGTH)
        .collect();
    for name in listed.iter().chain(&OURS) {
        headers.remove(name);
    }
    for name in OURS_TOO {
        headers.remove(name);
    }
}

fn host(target: &Target) -> HeaderValue {
    let text = match target.port {
        80 => target.host.to_string(),
        _ => target.to_string(),
    };
    HeaderValue::try_from(text).expect("a host of plain letters; every target is parsed")
}

fn without_host(uri: &Uri) -> Uri {
    uri.path_and_query()
        .map_or_else(|| Uri::from_static("/"), |path| Uri::from(path.clone()))
}

fn whole(uri: &Uri, target: &Target) -> Uri {
    let path = without_host(uri);
    format!("http://{target}{path}").parse().unwrap_or(path)
}

/// An answer's body with the connection it comes from, which ends with it.
struct Driven {
    body: Incoming,
    _driver: AbortOnDropHandle<()>,
}

impl hyper::body::Body for Driven {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
