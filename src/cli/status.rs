//! `skep status`: what a running skep is doing.

use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::output::{facts, lines, moment, now, print, print_json, table};
use super::{queue, sessions};
use crate::config::Sources;
use crate::core::text;
use crate::http::types::QueueLine;
use crate::http::types::{BudgetLine, UsedLine, WaitingLine};
use crate::http::types::{
    DeliveriesAnswer, DiskAnswer, GitHubAnswer, HealthAnswer, HeldLine, LargestLine, StatusAnswer,
};

/// Show counts, the queue and what is active. Fails when no skep is running.
#[derive(Debug, clap::Args)]
pub(super) struct Status {
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Status {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let answer = admin.get("/api/v1/status", &[]).await?;
        if self.admin.json {
            return Ok(print_json(&answer)?);
        }
        let status: StatusAnswer = admin.read(&answer)?;
        Ok(print(&render(&status, now()))?)
    }
}

/// Nothing where all is well.
fn github(github: &GitHubAnswer) -> String {
    match (github.since, &github.why) {
        (Some(since), Some(why)) if !github.known => text::cli::unidentified(&moment(since), why),
        _ => String::new(),
    }
}

/// How much is free, and what that means.
fn disk(disk: &DiskAnswer) -> String {
    text::disk::told(disk.free_bytes, disk.shortage())
}

/// What skep takes of it; nothing until that was measured.
fn taken(disk: &DiskAnswer) -> String {
    let Some(taken) = &disk.taken else {
        return String::new();
    };
    let parts = text::disk::Taken {
        sessions: taken.sessions,
        sessions_bytes: taken.sessions_bytes,
        mirrors_bytes: taken.mirrors_bytes,
        other_bytes: taken.other_bytes,
    };
    text::disk::taken(parts, &moment(taken.measured_at))
}

/// Nothing where nobody asks for news.
fn polling(health: &HealthAnswer) -> String {
    let polling = health.polling.as_ref();
    polling.map_or_else(String::new, |polling| polling.said.clone())
}

fn webhooks(health: &HealthAnswer) -> String {
    let seen = &health.deliveries;
    match &seen.last_accepted {
        // Where news is asked for it need not come.
        None if health.polling.is_some() => String::new(),
        Some(last) => text::cli::webhooks(seen.accepted, &moment(last.time), &last.event),
        None => text::cli::NO_WEBHOOKS.to_owned(),
    }
}

/// Nothing where nothing was refused.
fn refused(seen: &DeliveriesAnswer) -> String {
    let unread = (seen.malformed > 0).then(|| text::cli::unreadable(seen.malformed));
    match &seen.last_refused {
        Some(last) => {
            let refused = text::cli::refused_webhooks(seen.refused, &moment(last.time), &last.why);
            let both = [Some(refused), unread];
            both.into_iter().flatten().collect::<Vec<_>>().join("; ")
        }
        None => unread.unwrap_or_default(),
    }
}

fn render(status: &StatusAnswer, now: i64) -> String {
    let counts = |counts: &std::collections::BTreeMap<String, i64>| {
        counts
            .iter()
            .map(|(state, number)| format!("{number} {state}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut shown = facts(&[
        ("skep", status.version.clone()),
        ("app", status.app.clone().unwrap_or_default()),
        ("github", github(&status.health.github)),
        ("webhooks", webhooks(&status.health)),
        ("polling", polling(&status.health)),
        ("channel", status.health.channel.clone().unwrap_or_default()),
        ("refused", refused(&status.health.deliveries)),
        ("sandbox", status.sandbox.clone().unwrap_or_default()),
        ("disk", status.disk.as_ref().map(disk).unwrap_or_default()),
        (
            "memory",
            status
                .memory
                .as_ref()
                .map(queue::memory)
                .unwrap_or_default(),
        ),
        ("data", status.disk.as_ref().map(taken).unwrap_or_default()),
        (
            "slots",
            status
                .slots
                .map(|slots| format!("{} of {slots} in use", status.live))
                .unwrap_or_default(),
        ),
        ("tasks", counts(&status.tasks)),
        ("sessions", counts(&status.sessions)),
        ("inbox", format!("{} not handled", status.inbox_unhandled)),
        (
            "effects",
            format!(
                "{} open, {} given up",
                status.effects_open, status.effects_failed
            ),
        ),
    ]);
    if let Some(down) = &status.downtime {
        shown.push_str(&format!(
            "\n{}\n{}",
            text::cli::DOWNTIME,
            lines(&text::downtime::report(down))
        ));
    }
    shown.push_str(&largest(status));
    if !status.held_up.is_empty() {
        let rows: Vec<[String; 3]> = status.held_up.iter().map(held_up).collect();
        shown.push_str(&format!(
            "\nHeld up\n{}",
            table(["INSTALLATION", "UNTIL", "BECAUSE"], &rows)
        ));
    }
    shown.push_str(&budgets(&status.budgets));
    if !status.active.is_empty() {
        shown.push_str(&format!(
            "\nActive\n{}",
            sessions::render(&status.active, now)
        ));
    }
    shown.push_str(&waiting(&status.queue, now));
    shown
}

fn waiting(queue: &[QueueLine], now: i64) -> String {
    if queue.is_empty() {
        return String::new();
    }
    format!("\nQueue\n{}", queue::lines(queue, now))
}

/// The sessions that take most of the disk.
fn largest(status: &StatusAnswer) -> String {
    let line = |line: &LargestLine| [line.session.clone(), text::disk::size(line.bytes)];
    let taken = status.disk.iter().flat_map(|disk| &disk.taken);
    let rows: Vec<[String; 2]> = taken.flat_map(|taken| &taken.largest).map(line).collect();
    match rows.is_empty() {
        true => String::new(),
        false => format!("\nOn the disk\n{}", table(["SESSION", "SIZE"], &rows)),
    }
}

/// What installations have created, and what waits for more room.
fn budgets(budgets: &[BudgetLine]) -> String {
    let used = |used: &UsedLine| format!("{} of {}", used.used, used.of);
    let rows: Vec<[String; 5]> = budgets
        .iter()
        .map(|line| {
            [
                line.installation.to_string(),
                used(&line.minute),
                used(&line.hour),
                format!("{} of {}", line.points.used, line.points.of),
                waiting_for_budget(line),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let columns = [
        "INSTALLATION",
        "LAST MINUTE",
        "LAST HOUR",
        "POINTS",
        "WAITS FOR ROOM",
    ];
    format!("\nCreated on GitHub\n{}", table(columns, &rows))
}

fn waiting_for_budget(line: &BudgetLine) -> String {
    let groups = [
        ("pull request", line.pulls),
        ("comment", line.comments),
        ("first status comment", line.statuses),
    ];
    let group = |(what, group): (&str, WaitingLine)| {
        let until = group.until.map(moment)?;
        Some(text::cli::waits_for_room(group.count, what, &until))
    };
    let groups: Vec<String> = groups.into_iter().filter_map(group).collect();
    groups.join("; ")
}

fn held_up(line: &HeldLine) -> [String; 3] {
    let installation = line
        .installation
        .map_or_else(|| text::cli::THE_APP.to_owned(), |id| id.to_string());
    let because = match line.by.as_str() {
        "github" => text::cli::PAUSED_BY_GITHUB,
        _ => text::cli::PAUSED_BY_PACE,
    };
    [installation, moment(line.until), because.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::types::PointsLine;

    #[test]
    fn what_was_created_and_what_waits_stand_in_one_line_for_each_installation() {
        let waits = |count| WaitingLine {
            count,
            until: Some(1_767_229_200_000),
        };
        let used = |used, of| UsedLine {
            used,
            of,
            ..UsedLine::default()
        };
        let busy = BudgetLine {
            installation: 7,
            minute: used(60, 60),
            hour: used(311, 400),
            points: PointsLine { used: 412, of: 840 },
            pulls: waits(12),
            comments: waits(1),
            ..BudgetLine::default()
        };
        let calm = BudgetLine {
            installation: 8,
            ..BudgetLine::default()
        };
        insta::assert_snapshot!(budgets(&[busy, calm]), @"

        Created on GitHub
        INSTALLATION  LAST MINUTE  LAST HOUR   POINTS      WAITS FOR ROOM
        7             60 of 60     311 of 400  412 of 840  12 pull requests until 2026-01-01 01:00:00Z; 1 comment until 2026-01-01 01:00:00Z
        8             0 of 0       0 of 0      0 of 0
        ");
        assert_eq!(budgets(&[]), "");
    }

    /// A disk that is nearly full cannot be had in a test; what such a skep answers can.
    #[test]
    fn a_shortage_of_disk_is_named_with_its_numbers() {
        let answer = r#"{ "version": "1", "disk": { "free_bytes": 1610612736, "reserve_bytes": 5368709120, "short": true } }"#;
        let status: StatusAnswer = serde_json::from_str(answer).expect("an answer");
        let shown = render(&status, 0);
        let line = shown
            .lines()
            .find(|line| line.starts_with("disk:"))
            .unwrap_or_default();
        assert!(
            line.ends_with("only 1.5 GiB free and 5.0 GiB are kept free (limits.disk_reserve): no new session starts until there is room"),
            "{shown}"
        );
        let roomy = StatusAnswer {
            disk: Some(DiskAnswer {
                free_bytes: 3 << 20,
                ..DiskAnswer::default()
            }),
            ..status
        };
        assert!(
            render(&roomy, 0)
                .lines()
                .any(|line| line.starts_with("disk:") && line.ends_with("  3.0 MiB free"))
        );
        assert!(
            !render(&StatusAnswer::default(), 0).contains("disk:"),
            "an older skep does not say"
        );
    }
}
