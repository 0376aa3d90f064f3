//! Whether those who are told outside GitHub take what they are told, as the running skep, or the last one, has written it down.

use chrono::DateTime;
use secrecy::ExposeSecret;

use crate::app::finding::Finding;
use crate::config::Config;
use crate::core::text::notify::doctor as text;
use crate::store::{NotifyTargetRow, notify_targets_of};

/// A finding for each target.
pub(super) async fn look(config: &Config) -> Vec<Finding> {
    if config.notify.is_empty() {
        return Vec::new();
    }
    let rows = notify_targets_of(config.database_url.expose_secret()).await;
    let rows = rows.unwrap_or_default();
    let targets = config.notify.iter().map(|target| {
        let part = format!("notify {}", target.name);
        match rows.iter().find(|row| row.name == target.name) {
            Some(row) => finding(part, row),
            None => Finding::odd(part, text::UNKNOWN),
        }
    });
    targets.collect()
}

fn finding(part: String, row: &NotifyTargetRow) -> Finding {
    match (&row.error, row.failing_since) {
        (Some(error), Some(since)) => Finding::odd(part, text::failing(&moment(since), error)),
        _ if row.dead > 0 => Finding::odd(part, text::dead(row.dead)),
        _ => Finding::right(part, text::right(row.sent)),
    }
}

fn moment(ms: i64) -> String {
    let at = DateTime::from_timestamp_millis(ms).unwrap_or_default();
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}
