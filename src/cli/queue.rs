//! `skep queue`: what waits, in the order in which it would start, and for what.

use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::output::{moment, now, print, print_json, span, table};
use crate::config::Sources;
use crate::core::text;
use crate::http::types::{MemoryAnswer, QueueAnswer, QueueLine};

/// Show what waits, in the order in which it would start, and for what.
#[derive(Debug, clap::Args)]
pub(super) struct Queue {
    /// At most so many.
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Queue {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let query = [("limit", self.limit.to_string())];
        let answer = admin.get("/api/v1/queue", &query).await?;
        if self.admin.json {
            return Ok(print_json(&answer)?);
        }
        let queue: QueueAnswer = admin.read(&answer)?;
        Ok(print(&render(&queue, now()))?)
    }
}

fn render(queue: &QueueAnswer, now: i64) -> String {
    let mut shown = text::cli::queue(queue.at_work, queue.slots, queue.waiting, queue.held);
    for pause in &queue.paused {
        let what = pause.repository.as_deref();
        shown.push_str(&text::cli::paused(what, &moment(pause.since)));
    }
    if let Some(answer) = &queue.memory {
        shown.push_str(&text::cli::memory(&memory(answer)));
    }
    if !queue.queue.is_empty() {
        shown.push('\n');
        shown.push_str(&lines(&queue.queue, now));
    }
    shown
}

/// How much is free, and what of that is spoken for.
pub(super) fn memory(memory: &MemoryAnswer) -> String {
    let MemoryAnswer {
        free_bytes,
        reserved_bytes,
        reserve_bytes,
    } = *memory;
    text::memory::told(free_bytes, reserved_bytes, reserve_bytes)
}

const HEADINGS: [&str; 6] = ["PLACE", "ISSUE", "ROLE", "WAITS", "STARTS", "FOR"];

/// A table of what waits.
pub(super) fn lines(queue: &[QueueLine], now: i64) -> String {
    let row = |line: &QueueLine| {
        let place = line
            .place
            .map_or_else(|| "-".to_owned(), |place| format!("{place}"));
        [
            place,
            line.issue_name(),
            line.role.clone().unwrap_or_default(),
            span(now - line.queued_at),
            line.starts_at.map(moment).unwrap_or_default(),
            line.reason.clone(),
        ]
    };
    let rows: Vec<[String; 6]> = queue.iter().map(row).collect();
    table(HEADINGS, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::types::PauseLine;

    #[test]
    fn a_queue_is_shown_with_what_each_waits_for() {
        let line = |issue, place, reason: &str| QueueLine {
            repository: Some("octo/garden".into()),
            issue: Some(issue),
            role: Some("swe".into()),
            queued_at: 1_700_000_000_000,
            place,
            reason: reason.into(),
            ..QueueLine::default()
        };
        let queue = QueueAnswer {
            at_work: 2,
            slots: 2,
            waiting: 2,
            held: 1,
            memory: Some(MemoryAnswer {
                free_bytes: 3 << 30,
                reserved_bytes: 700 << 20,
                reserve_bytes: 1 << 30,
            }),
            paused: vec![PauseLine {
                repository: Some("octo/skep".into()),
                since: 1_700_000_000_000,
            }],
            queue: vec![
                line(7, Some(1), "waiting for a free slot"),
                line(9, None, "the operator paused this repository"),
                line(12, None, "waiting for #7"),
            ],
        };
        insta::assert_snapshot!(render(&queue, 1_700_000_090_000), @"
        2 of 2 slots in use, 2 issues wait for a slot, 1 for something of their own
        starts in octo/skep are paused since 2023-11-14 22:13:20Z; `skep resume --repo octo/skep` lets them go on
        memory: 3.0 GiB free, 700.0 MiB of it for what is at work, 1.0 GiB kept free

        PLACE  ISSUE           ROLE  WAITS  STARTS  FOR
        1      octo/garden#7   swe   1m30s          waiting for a free slot
        -      octo/garden#9   swe   1m30s          the operator paused this repository
        -      octo/garden#12  swe   1m30s          waiting for #7
        ");
    }
}
