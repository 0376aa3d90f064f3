//! Within which span something is done: known to whatever is called from there, without being handed on by everybody between.

use std::future::Future;

use super::id::{SpanId, TraceId};

/// A span that is not over yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// Its trace.
    pub trace: TraceId,
    /// Its id.
    pub span: SpanId,
}

tokio::task_local! {
    static CURRENT: Context;
}

/// Does the work within a span. What it spawns is not within it.
pub async fn within<T>(context: Context, work: impl Future<Output = T>) -> T {
    CURRENT.scope(context, work).await
}

/// The span within which this is done, if any.
pub fn current() -> Option<Context> {
    CURRENT.try_with(|context| *context).ok()
}
