//! What this process tells of its work as spans of a trace, for a collector that speaks OpenTelemetry's protocol (OTLP).
//!
//! A span here is no stretch of code: it is a row. Each fact that was decided on is one, each try of an effect is one, each call to
//! GitHub is one below its try. Their ids derive from what is in the database (`id`), so that a trace goes on across a restart,
//! a kill and another replica: whoever carries on knows the ids of what came before without having been told.
//!
//! That is why there is no OpenTelemetry SDK here. Its tracer gives out ids of its own at the beginning of a span and keeps a span in memory
//! until its end, which is what cannot survive a kill; its exporter would bring its own HTTP client past the operator's proxy and
//! certificates, or some twenty crates (prost, tonic, rand, ...) to write the JSON that stands in `otlp` on one page.
//!
//! Attributes are ids, kinds, numbers and words of skep's own; never text of people, names, addresses, bodies or tokens. It must
//! never wait, fail or decide anything: what the queue has no room for is counted and lost.

mod context;
mod id;
mod otlp;
mod queue;
mod span;

pub use context::{Context, current, within};
pub use id::{SpanId, TraceId};
pub use otlp::encode;
pub use queue::{Spans, is_on, open, record};
pub use span::{Kind, Span, Value};
