//! Whole exchanges, request and answer, for whoever wants to hold them against GitHub's description.
//!
//! It exists beside `traffic`, which never holds a body: this is kept only where it was asked for, and never by `skep demo`.

use bytes::Bytes;

use crate::wire::{Incoming, Outbound};

/// A request and what was answered.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query, without `?`.
    pub query: String,
    /// Who says to have sent it.
    pub user_agent: String,
    /// The body of the request.
    pub request: Bytes,
    /// The status that was sent; 0 when the connection was closed instead.
    pub status: u16,
    /// Of the answer.
    pub content_type: String,
    /// The body of the answer.
    pub answer: Bytes,
    /// A fault was played on it: the answer is not GitHub's.
    pub faulty: bool,
}

impl Exchange {
    /// Puts a request and its answer together.
    pub fn new(request: &Incoming, outbound: Option<&Outbound>, faulty: bool) -> Self {
        Self {
            method: request.method.to_string(),
            path: request.path.clone(),
            query: request.query.clone(),
            user_agent: request.header("user-agent").unwrap_or_default().to_owned(),
            request: request.body.clone(),
            status: outbound.map_or(0, |outbound| outbound.status),
            content_type: outbound
                .map_or("", |outbound| outbound.header("content-type"))
                .to_owned(),
            answer: outbound
                .map(|outbound| outbound.body.clone())
                .unwrap_or_default(),
            faulty,
        }
    }
}
