//! `skep notifications`: who is told outside GitHub and how that goes, what was given up, sending it after all, and a try.

use clap::Subcommand;
use serde_json::json;

use super::admin_options::AdminOptions;
use super::command_error::{CommandError, CommandResult};
use super::output::{moment, print, print_json, table};
use crate::config::{Args, Sources};
use crate::core::text::notify::says;
use crate::http::types::{
    DeadLine, NotificationsAnswer, NotifyTargetLine, RetriedAnswer, TestedAnswer,
};

/// Show who is told outside GitHub and what was given up; send it after all; try a target.
///
/// Targets are named under [notify.NAME] in skep.toml; docs/notifications.md says how.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Notifications {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    admin: AdminOptions,
}

#[derive(Debug, Subcommand)]
enum What {
    Retry(Retry),
    Test(Test),
}

/// Send after all what was given up.
#[derive(Debug, clap::Args)]
struct Retry {
    /// The one with this id.
    #[arg(value_name = "ID", conflicts_with_all = ["target", "all"])]
    id: Option<String>,
    /// All of this target.
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    target: Option<String>,
    /// All.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    admin: AdminOptions,
}

/// Send one harmless message to a target, and say what it answered.
#[derive(Debug, clap::Args)]
struct Test {
    /// The target, as it is named in skep.toml.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    admin: AdminOptions,
}

impl Notifications {
    pub(super) fn args(&self) -> Args {
        match &self.what {
            None => self.admin.args(),
            Some(What::Retry(retry)) => retry.admin.args(),
            Some(What::Test(test)) => test.admin.args(),
        }
    }

    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        match self.what {
            None => list(&self.admin, sources).await,
            Some(What::Retry(retry)) => retry.run(sources).await,
            Some(What::Test(test)) => test.run(sources).await,
        }
    }
}

async fn list(options: &AdminOptions, sources: &Sources) -> CommandResult {
    let admin = options.admin(sources)?;
    let answer = admin.get("/api/v1/notifications", &[]).await?;
    if options.json {
        return Ok(print_json(&answer)?);
    }
    Ok(print(&render(&admin.read(&answer)?))?)
}

fn render(answer: &NotificationsAnswer) -> String {
    if answer.targets.is_empty() {
        return says::NONE.to_owned();
    }
    let mut text = targets(&answer.targets);
    text.push('\n');
    if answer.dead.is_empty() {
        text.push_str(says::NO_DEAD);
    } else {
        text.push_str(&dead(&answer.dead));
        text.push_str(&says::again(answer.dead.len()));
    }
    text
}

fn targets(targets: &[NotifyTargetLine]) -> String {
    let row = |target: &NotifyTargetLine| {
        let state = match (&target.error, target.failing_since) {
            (Some(error), Some(since)) => says::failing(&moment(since), error),
            _ => says::OK.to_owned(),
        };
        [
            target.name.clone(),
            target.kind.clone(),
            target.sent.to_string(),
            target.sent_at.map_or_else(String::new, moment),
            target.waiting.to_string(),
            target.dead.to_string(),
            state,
        ]
    };
    let rows: Vec<[String; 7]> = targets.iter().map(row).collect();
    let heads = [
        "TARGET", "KIND", "SENT", "LAST", "WAITING", "GIVEN UP", "STATE",
    ];
    table(heads, &rows)
}

fn dead(dead: &[DeadLine]) -> String {
    let row = |line: &DeadLine| {
        let place = match (&line.repository, line.issue) {
            (Some(repository), Some(issue)) => format!("{repository}#{issue}"),
            (repository, _) => repository.clone().unwrap_or_default(),
        };
        [
            line.id.clone(),
            line.target.clone(),
            line.event.clone(),
            place,
            moment(line.created_at),
            line.tries.to_string(),
            line.error.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<[String; 7]> = dead.iter().map(row).collect();
    let heads = [
        "ID", "TARGET", "EVENT", "ISSUE", "MADE", "TRIES", "LAST TRY",
    ];
    table(heads, &rows)
}

impl Retry {
    async fn run(self, sources: &Sources) -> CommandResult {
        if self.id.is_none() && self.target.is_none() && !self.all {
            return Err(CommandError::Misused(says::WHICH.to_owned()));
        }
        let is_id = |id: &String| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if self.id.as_ref().is_some_and(|id| !is_id(id)) {
            return Err(CommandError::Misused(says::ODD_ID.to_owned()));
        }
        let admin = self.admin.admin(sources)?;
        let order = json!({ "id": self.id, "target": self.target });
        let answer = admin.post("/api/v1/notifications/retry", &order).await?;
        if self.admin.json {
            return Ok(print_json(&answer)?);
        }
        let RetriedAnswer { retried } = admin.read(&answer)?;
        Ok(print(&says::retried(retried))?)
    }
}

impl Test {
    async fn run(self, sources: &Sources) -> CommandResult {
        // A name is part of a path: what none can be is not asked for.
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if self.name.is_empty() || !self.name.bytes().all(safe) {
            return Err(CommandError::Misused(says::ODD_NAME.to_owned()));
        }
        let admin = self.admin.admin(sources)?;
        let path = format!("/api/v1/notifications/{}/test", self.name);
        let answer = admin.post(&path, &json!({})).await?;
        let tested: TestedAnswer = admin.read(&answer)?;
        if self.admin.json {
            print_json(&answer)?;
        } else if tested.taken {
            print(&says::tested(&tested.target, &tested.answer))?;
        }
        match (tested.taken, self.admin.json) {
            (true, _) => Ok(()),
            (false, true) => Err(CommandError::Unsuccessful),
            (false, false) => {
                let why = says::not_taken(&tested.target, &tested.answer);
                Err(CommandError::Failed(anyhow::anyhow!(why)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_and_what_was_given_up_are_listed() {
        let target = |name: &str, kind: &str, failing_since: Option<i64>| NotifyTargetLine {
            name: name.to_owned(),
            kind: kind.to_owned(),
            sent: 12,
            sent_at: Some(1_700_000_000_000),
            waiting: 1,
            dead: 1,
            failing_since,
            error: failing_since.map(|_| "it answered 500".to_owned()),
            digest_at: None,
        };
        let answer = NotificationsAnswer {
            targets: vec![
                target("ops", "email", None),
                target("team", "slack", Some(1_700_000_000_000)),
            ],
            dead: vec![DeadLine {
                id: "0123456789abcdef".to_owned(),
                target: "team".to_owned(),
                event: "session.failed".to_owned(),
                repository: Some("octo/hello".to_owned()),
                issue: Some(12),
                created_at: 1_700_000_000_000,
                tries: 10,
                error: Some("it answered 500".to_owned()),
            }],
        };
        insta::assert_snapshot!(render(&answer), @"
        TARGET  KIND   SENT  LAST                  WAITING  GIVEN UP  STATE
        ops     email  12    2023-11-14 22:13:20Z  1        1         ok
        team    slack  12    2023-11-14 22:13:20Z  1        1         failing since 2023-11-14 22:13:20Z: it answered 500

        ID                TARGET  EVENT           ISSUE          MADE                  TRIES  LAST TRY
        0123456789abcdef  team    session.failed  octo/hello#12  2023-11-14 22:13:20Z  10     it answered 500
        `skep notifications retry ID` sends it after all, `--all` sends all.
        ");
        assert_eq!(render(&NotificationsAnswer::default()), says::NONE);
    }
}
