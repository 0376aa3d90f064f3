//! `skep sessions`: the sessions a running skep knows.

use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::output::{now, print, print_json, span, table};
use super::shown;
use crate::config::Sources;
use crate::core::session::SessionState;
use crate::http::types::{SessionLine, SessionsAnswer};

/// List sessions, newest first.
#[derive(Debug, clap::Args)]
pub(super) struct Sessions {
    /// Only those in this state.
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(SessionState::ALL.map(SessionState::name)))]
    state: Option<String>,
    /// Only live ones.
    #[arg(long)]
    live: bool,
    /// At most so many.
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Sessions {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let mut query = vec![("limit", self.limit.to_string())];
        query.extend(self.state.map(|state| ("state", state)));
        query.extend(self.live.then(|| ("live", "true".to_owned())));
        let answer = admin.get("/api/v1/sessions", &query).await?;
        if self.admin.json {
            return Ok(print_json(&answer)?);
        }
        let SessionsAnswer { sessions } = admin.read(&answer)?;
        if sessions.is_empty() {
            return Ok(print("No sessions.\n")?);
        }
        Ok(print(&render(&sessions, now()))?)
    }
}

const HEADINGS: [&str; 8] = [
    "SESSION", "ISSUE", "STATE", "AGE", "TOOK", "PULL", "ROLE", "AGENT",
];

/// A table of sessions. How a session ended is said where the pull request does not say it.
pub(super) fn render(sessions: &[SessionLine], now: i64) -> String {
    table(HEADINGS, &rows(sessions, now))
}

fn rows(sessions: &[SessionLine], now: i64) -> Vec<[String; 8]> {
    let row = |line: &SessionLine| {
        let state = match &line.stop {
            Some(stop) if stop != "pull_request" => format!("{} ({stop})", line.state),
            _ => line.state.clone(),
        };
        let pull = line
            .pull
            .map(|number| format!("#{number}"))
            .unwrap_or_default();
        let (role, agent, age) = (
            line.role.clone(),
            line.agent.clone(),
            span(now - line.created_at),
        );
        [
            line.id.clone(),
            line.place(),
            state,
            age,
            shown::took(line, now),
            pull,
            role,
            agent,
        ]
    };
    sessions.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::super::output::table_within;
    use super::*;

    #[test]
    fn eighty_columns_are_enough() {
        let line = |issue: i64, stop: &str| SessionLine {
            id: format!("1049123456-{issue}-1"),
            repository: Some("octo-organisation/a-repository".into()),
            issue: Some(issue),
            state: "completed".into(),
            role: "architect".into(),
            agent: "opencode".into(),
            stop: Some(stop.into()),
            pull: Some(issue + 1),
            pull_url: Some("https://github.com/octo-organisation/a-repository/pull/12".into()),
            started_at: Some(60_000),
            ended_at: Some(3_700_000),
            ..SessionLine::default()
        };
        let rows = rows(
            &[line(1, "pull_request"), line(1204, "answered")],
            5_000_000,
        );
        let shown = table_within(Some(80), HEADINGS, &rows);
        assert!(
            shown.lines().all(|line| line.chars().count() <= 80),
            "{shown}"
        );
        for part in [
            "1049123456-1204-1",
            "…#1204",
            "#1205",
            "1h23m",
            "archite",
            "opencode",
            "complete",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
}
