//! A span of time as it is typed: `30d`, `12h`, `90s`.

use std::time::Duration;

use crate::config::parse_duration;
use crate::core::text;

/// For clap; the error is a sentence.
pub(super) fn span_of(typed: &str) -> Result<Duration, String> {
    parse_duration(typed).ok_or_else(|| text::cli::not_a_span(typed))
}
