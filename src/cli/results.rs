//! `skep results`: how the sessions went: durations, success, utilisation, throughput, and when the rest should be done.

use std::time::Duration;

use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::output::{facts, moment, now, print, print_bytes, print_json, span};
use super::span_argument::span_of;
use crate::config::Sources;
use crate::core::text;
use crate::http::types::{ResultTotals, ResultsAnswer};

/// Show how sessions went: how many, how well, how long, and when the rest should be done.
#[derive(Debug, clap::Args)]
pub(super) struct Results {
    /// Only those that were queued in this time, such as 7d or 12h.
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = span_of)]
    since: Duration,
    /// Only there.
    #[arg(long, value_name = "OWNER/REPO")]
    repo: Option<String>,
    /// How to print it: the sums as text, or every session as CSV or JSON.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Csv,
    Json,
}

impl Results {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let span = i64::try_from(self.since.as_millis()).unwrap_or(i64::MAX);
        let mut query = vec![("since", now().saturating_sub(span).max(0).to_string())];
        query.extend(self.repo.map(|name| ("repository", name)));
        if self.format == Format::Csv {
            query.push(("format", "csv".to_owned()));
            let table = admin.bytes("/api/v1/results", &query).await?;
            return Ok(print_bytes(&table)?);
        }
        let answer = admin.get("/api/v1/results", &query).await?;
        if self.admin.json || self.format == Format::Json {
            return Ok(print_json(&answer)?);
        }
        let results: ResultsAnswer = admin.read(&answer)?;
        Ok(print(&render(&results))?)
    }
}

fn render(results: &ResultsAnswer) -> String {
    let totals = &results.totals;
    let mut shown = text::results::headline(totals.sessions, &moment(results.since));
    if results.more {
        shown.push_str(text::results::MORE);
    }
    if totals.sessions > 0 {
        shown.push_str(&rows(totals));
    }
    shown
}

fn rows(totals: &ResultTotals) -> String {
    let long = |ms: Option<i64>| ms.map(span).unwrap_or_default();
    let percent = |percent: Option<f64>| percent.map_or_else(String::new, |it| format!("{it} %"));
    let took = totals.mean_ms.map_or_else(String::new, |_| {
        text::results::took([
            long(totals.shortest_ms),
            long(totals.mean_ms),
            long(totals.median_ms),
            long(totals.longest_ms),
        ])
    });
    let counts = text::results::counts([totals.completed, totals.failed, totals.cancelled]);
    let left = text::results::left(totals.at_work, totals.waiting);
    let rate = totals.ended_per_hour.map(text::results::per_hour);
    facts(&[
        ("ended", counts),
        ("left", left),
        ("success", percent(totals.percent_success)),
        ("done", percent(totals.percent_done)),
        ("took", took),
        ("waited", long(totals.mean_wait_ms)),
        ("slots used", percent(totals.percent_utilised)),
        ("throughput", rate.unwrap_or_default()),
        ("all done", totals.done_at.map(moment).unwrap_or_default()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_shown() {
        let results = ResultsAnswer {
            since: 1_700_000_000_000,
            totals: ResultTotals {
                sessions: 6,
                ended: 4,
                completed: 2,
                failed: 1,
                cancelled: 1,
                at_work: 1,
                waiting: 1,
                percent_success: Some(66.7),
                percent_done: Some(66.7),
                shortest_ms: Some(60_000),
                mean_ms: Some(120_000),
                median_ms: Some(120_000),
                longest_ms: Some(180_000),
                mean_wait_ms: Some(4_000),
                percent_utilised: Some(87.5),
                ended_per_hour: Some(1.5),
                done_at: Some(1_700_000_300_000),
            },
            ..ResultsAnswer::default()
        };
        insta::assert_snapshot!(render(&results), @"
        6 sessions queued since 2023-11-14 22:13:20Z
        ended:       2 completed, 1 failed, 1 cancelled
        left:        1 at work, 1 waiting
        success:     66.7 %
        done:        66.7 %
        took:        1m00s to 3m00s, 2m00s in the mean, half of them 2m00s or less
        waited:      4s
        slots used:  87.5 %
        throughput:  1.5 an hour
        all done:    2023-11-14 22:18:20Z
        ");
        insta::assert_snapshot!(render(&ResultsAnswer::default()), @"no session was queued since 1970-01-01 00:00:00Z");
    }
}
