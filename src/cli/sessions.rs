//! `skep sessions`: the sessions a running skep knows.

use super::answer::{SessionLine, SessionsAnswer};
use super::screen::{print, print_json, table};
use super::{Asking, Ended};
use crate::config::Sources;
use crate::core::session::SessionState;

/// List sessions, newest first.
#[derive(Debug, clap::Args)]
pub struct Sessions {
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
    pub(super) asking: Asking,
}

impl Sessions {
    pub(super) async fn run(self, sources: &Sources) -> Ended {
        let admin = self.asking.admin(sources)?;
        let mut query = vec![("limit", self.limit.to_string())];
        query.extend(self.state.map(|state| ("state", state)));
        query.extend(self.live.then(|| ("live", "true".to_owned())));
        let answer = admin.get("/api/v1/sessions", &query).await?;
        if self.asking.json {
            return Ok(print_json(&answer)?);
        }
        let SessionsAnswer { sessions } = admin.read(&answer)?;
        if sessions.is_empty() {
            return Ok(print("No sessions.\n")?);
        }
        Ok(print(&render(&sessions, super::now()))?)
    }
}

/// A table of sessions.
pub(super) fn render(sessions: &[SessionLine], now: i64) -> String {
    let row = |line: &SessionLine| {
        let state = match &line.stop {
            Some(stop) => format!("{} ({stop})", line.state),
            None => line.state.clone(),
        };
        let words = [line.role.clone(), line.agent.clone(), state];
        let [role, agent, state] = words;
        [line.id.clone(), line.place(), role, agent, line.since(), line.took(now), line.pull_request(), state]
    };
    let rows: Vec<[String; 8]> = sessions.iter().map(row).collect();
    table(["SESSION", "ISSUE", "ROLE", "AGENT", "QUEUED", "TOOK", "PULL REQUEST", "STATE"], &rows)
}
