//! How a session's requests are read: one parser, with bounds, in a tunnel and outside.

use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;

use super::bounds::Bounds;
use super::session::Session;
use crate::core::egress::{Denied, Malformed};

/// Headers of one request.
const HEADERS: usize = 100;

/// How requests are read, in a tunnel and outside.
pub(super) fn http(bounds: &Bounds) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.header_time)
        .max_headers(HEADERS)
        .max_buf_size(bounds.header_bytes.max(8 * 1024) * 2)
        .max_header_size(bounds.header_bytes);
    builder
}

/// A request that could not be read was answered by hyper; here it is written down.
pub(super) fn note_broken(session: &Session, served: hyper::Result<()>) {
    if served.is_err_and(|error| error.is_parse()) {
        let why = Denied::Malformed(Malformed::Request);
        session.deny(None, &why);
    }
}
