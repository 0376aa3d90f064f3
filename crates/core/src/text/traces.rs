//! What is wrong with the settings of traces: half a sentence each, which follows the name of the place. Headers often hold a token, so
//! none is ever repeated.

/// No address of a collector.
pub const ENDPOINT: &str = "must be the address of a collector that takes OTLP over HTTP, such as http://127.0.0.1:4318, without a password or \
     a query: a token goes into `otlp_headers`";
/// No headers.
pub const HEADERS: &str = "must be headers such as `authorization=Bearer%20TOKEN`, several separated by commas, other characters than \
     letters, digits and signs percent-encoded";
