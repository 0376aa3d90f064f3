//! `skep outcomes`: what became of the pull requests, by role and agent.

use std::time::Duration;

use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::output::{moment, now, print, print_bytes, print_json, table};
use super::span_argument::span_of;
use crate::config::Sources;
use crate::core::text::{self, budget::Known};
use crate::http::types::FigureLine;
use crate::http::types::{OutcomeGroup, OutcomesAnswer};

/// Show what became of the pull requests, and what an accepted one cost, by role and agent.
#[derive(Debug, clap::Args)]
pub(super) struct Outcomes {
    /// Only those that were opened in this time, such as 30d or 12h.
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = span_of)]
    since: Duration,
    /// How to print it: a table by role and agent, or every pull request as CSV or JSON.
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

impl Outcomes {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let span = i64::try_from(self.since.as_millis()).unwrap_or(i64::MAX);
        let mut query = vec![("since", now().saturating_sub(span).max(0).to_string())];
        if self.format == Format::Csv {
            query.push(("format", "csv".to_owned()));
            let table = admin.bytes("/api/v1/outcomes", &query).await?;
            return Ok(print_bytes(&table)?);
        }
        let answer = admin.get("/api/v1/outcomes", &query).await?;
        if self.admin.json || self.format == Format::Json {
            return Ok(print_json(&answer)?);
        }
        let outcomes: OutcomesAnswer = admin.read(&answer)?;
        Ok(print(&render(&outcomes))?)
    }
}

const HEADINGS: [&str; 11] = [
    "ROLE",
    "AGENT",
    "PULLS",
    "OPEN",
    "MERGED",
    "REWORKED",
    "NOT ON BASE",
    "REVERTED",
    "CLOSED",
    "ACCEPTED",
    "COST EACH",
];

fn render(outcomes: &OutcomesAnswer) -> String {
    let total: u64 = outcomes.groups.iter().map(|group| group.pulls).sum();
    let mut shown = text::cli::outcomes(total, &moment(outcomes.since));
    if outcomes.more {
        shown.push_str(text::cli::MORE_OUTCOMES);
    }
    if !outcomes.groups.is_empty() {
        let rows: Vec<[String; 11]> = outcomes.groups.iter().map(row).collect();
        shown.push('\n');
        shown.push_str(&table(HEADINGS, &rows));
    }
    shown
}

fn row(group: &OutcomeGroup) -> [String; 11] {
    let count = |number: u64| match number {
        0 => String::new(),
        number => number.to_string(),
    };
    let rate = group.percent_accepted.map(|percent| format!("{percent} %"));
    let cost = group.cost_per_accepted_micro_usd.as_ref().map(cost);
    [
        group.role.clone(),
        group.agent.clone(),
        count(group.pulls),
        count(group.open),
        count(group.merged),
        count(group.reworked),
        count(group.not_landed),
        count(group.reverted),
        count(group.closed),
        rate.unwrap_or_default(),
        cost.unwrap_or_default(),
    ]
}

fn cost(figure: &FigureLine) -> String {
    text::budget::cost(Known {
        amount: figure.amount,
        exactness: figure.exactness,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::usage::Figure;

    #[test]
    fn the_ledger_is_shown_by_role_and_agent() {
        let group = |agent: &str, accepted, cost: Option<Figure>| OutcomeGroup {
            role: "swe".into(),
            agent: agent.into(),
            pulls: 12,
            open: 2,
            merged: accepted,
            closed: 10 - accepted,
            accepted,
            percent_accepted: Some(accepted * 10),
            cost_per_accepted_micro_usd: cost.map(Into::into),
            ..OutcomeGroup::default()
        };
        let least = Figure {
            more: true,
            ..Figure::exact(1_250_000)
        };
        let outcomes = OutcomesAnswer {
            since: 1_700_000_000_000,
            groups: vec![
                group("claude", 8, Some(Figure::exact(840_000))),
                group("codex", 7, Some(least)),
                group("goose", 5, Some(Figure::UNKNOWN)),
                group("pi", 0, None),
            ],
            pulls: vec![],
            more: false,
        };
        insta::assert_snapshot!(render(&outcomes), @"
        48 pull requests opened since 2023-11-14 22:13:20Z; accepted: merged, on the base branch and not reverted

        ROLE  AGENT   PULLS  OPEN  MERGED  REWORKED  NOT ON BASE  REVERTED  CLOSED  ACCEPTED  COST EACH
        swe   claude  12     2     8                                        2       80 %      $0.84
        swe   codex   12     2     7                                        3       70 %      $1.25 (at least)
        swe   goose   12     2     5                                        5       50 %      unknown
        swe   pi      12     2                                              10      0 %
        ");
        insta::assert_snapshot!(render(&OutcomesAnswer::default()), @"no pull request was opened since 1970-01-01 00:00:00Z");
    }
}
