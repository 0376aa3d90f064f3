//! Numbers of the first page, and what is wrong with skep itself.

use super::words::known;
use crate::app::admin_api::AdminApi;
use crate::app::answer_lines::budget_lines;
use crate::app::lookup::unread;
use crate::core::text::pages::{Figures, Line, Meter, Moment, Throughput};
use crate::core::text::{budget, cli, disk, memory};
use crate::core::usage::Figure;
use crate::github::Brake;
use crate::http::ApiError;
use crate::http::types::{BudgetLine, WaitingLine};

/// An hour, a day and a week, milliseconds.
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// What is wrong: GitHub does not know us, webhooks are refused, the disk is short, somebody makes us wait.
pub(super) fn troubles(api: &AdminApi, now: i64) -> Vec<Line> {
    let mut troubles: Vec<Line> = api.health.trouble().map(Line::from).into_iter().collect();
    let seen = api.health.shown().deliveries;
    if let Some(last) = seen.last_refused.filter(|last| now - last.time < HOUR) {
        let when = Moment { at: last.time, now }.iso();
        troubles.push(cli::refused_webhooks(seen.refused, &when, &last.why).into());
    }
    let short = api
        .disk
        .answer()
        .and_then(|disk| Some((disk.free_bytes, disk.shortage()?)));
    if let Some((free, short)) = short {
        troubles.push(disk::told(free, Some(short)).into());
    }
    for held in api.github.held_up() {
        let because = match held.brake {
            Brake::GitHub => cli::PAUSED_BY_GITHUB,
            Brake::Pace => cli::PAUSED_BY_PACE,
        };
        let until = Moment {
            at: held.until,
            now,
        };
        troubles.push(format!("{because} (until {})", until.iso()).into());
    }
    troubles
}

/// The numbers.
pub(super) async fn figures(api: &AdminApi, now: i64) -> Result<Figures, ApiError> {
    let waiting = api.store.waiting_content(now).await;
    let waiting = waiting.map_err(|error| unread(&error))?;
    let budgets = budget_lines(&api.github.budgets(), &waiting);
    let disk = api.disk.answer();
    let disk = disk.map(|disk| disk::told(disk.free_bytes, disk.shortage()));
    let seen = api.health.shown().deliveries;
    let deliveries = match &seen.last_accepted {
        Some(last) => {
            let when = Moment { at: last.time, now };
            cli::webhooks(seen.accepted, &when.age(), &last.event)
        }
        None => cli::NO_WEBHOOKS.to_owned(),
    };
    Ok(Figures {
        throughput: [
            throughput(api, now - DAY).await?,
            throughput(api, now - WEEK).await?,
        ],
        meters: budgets.iter().flat_map(|line| meters(line, now)).collect(),
        disk: disk.unwrap_or_default().into(),
        memory: memory_of(api).into(),
        deliveries: deliveries.into(),
    })
}

/// The memory, in words.
fn memory_of(api: &AdminApi) -> String {
    let machine = api.services().ok().and_then(|services| {
        let machine = services.memory.machine()?;
        let wanted = services.policy.limits.memory_reserve_bytes;
        Some(memory::told(machine.free, 0, machine.reserve(wanted)))
    });
    machine.unwrap_or_default()
}

async fn throughput(api: &AdminApi, since: i64) -> Result<Throughput, ApiError> {
    let ended = api.store.ended_since(since).await;
    let ended = ended.map_err(|error| unread(&error))?;
    let opened = api.store.opened_since(since).await;
    let opened = opened.map_err(|error| unread(&error))?;
    let of_state = |state: &str| {
        let of_it = ended.iter().filter(|((_, known), _)| known == state);
        of_it.map(|(_, count)| count).sum()
    };
    let (tokens, more) = opened.tokens;
    let tokens = Figure {
        amount: tokens.unsigned_abs(),
        more,
        less: false,
    };
    let (cost, more, less) = opened.cost;
    let cost = Figure {
        amount: cost.unsigned_abs(),
        more,
        less,
    };
    Ok(Throughput {
        completed: of_state("completed"),
        failed: of_state("failed"),
        cancelled: of_state("cancelled"),
        opened: opened.opened,
        merged: opened.merged,
        tokens: budget::short(tokens.amount).into(),
        cost: budget::cost(known(cost)).into(),
    })
}

/// What an installation has used up.
fn meters(line: &BudgetLine, now: i64) -> Vec<Meter> {
    let waits = |group: &WaitingLine, what: &str| {
        let until = Moment {
            at: group.until?,
            now,
        };
        Some(cli::waits_for_room(group.count, what, &until.iso()))
    };
    let waiting: Vec<String> = [
        waits(&line.pulls, "pull request"),
        waits(&line.comments, "comment"),
        waits(&line.statuses, "first status comment"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let meter = |what: &str, used: u32, of: u32| Meter {
        name: format!("{what} (installation {})", line.installation).into(),
        used: used.into(),
        of: of.into(),
        waits: Line::default(),
    };
    vec![
        meter("Created in a minute", line.minute.used, line.minute.of),
        Meter {
            waits: waiting.join("; ").into(),
            ..meter("Created in an hour", line.hour.used, line.hour.of)
        },
        meter("Points in a minute", line.points.used, line.points.of),
    ]
}
