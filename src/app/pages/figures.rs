//! Numbers of the first page, and what is wrong with skep itself.

use std::cmp::Reverse;

use super::words::{known, place};
use crate::agent::Confinement;
use crate::app::admin_api::AdminApi;
use crate::app::answer_lines::budget_lines;
use crate::app::fence_line::shown;
use crate::app::lookup::unread;
use crate::core::budget::{Cap, percent};
use crate::core::ids::{InstallationId, RepositoryId};
use crate::core::schedule::Subject;
use crate::core::task::Task;
use crate::core::text::pages::{Figures, Line, Meter, Moment, Place, Throughput, figure, health};
use crate::core::text::{budget, cli, disk, memory};
use crate::core::usage::Figure;
use crate::github::{Brake, RateLeft};
use crate::http::ApiError;
use crate::http::types::{BudgetLine, WaitingLine};

/// An hour, a day and a week, milliseconds.
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// So many budgets of issues are shown.
const BUDGETS: usize = 20;

/// What is wrong: GitHub does not know us, agents do not start, webhooks are refused, the disk is short, somebody makes us wait.
pub(super) async fn troubles(api: &AdminApi, now: i64) -> Vec<Line> {
    let mut troubles: Vec<Line> = api.health.trouble().map(Line::from).into_iter().collect();
    troubles.extend(unready(api).await);
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

/// What sessions need and is out of order: the sandbox, agents, repositories.
async fn unready(api: &AdminApi) -> Vec<Line> {
    let (Ok(services), Ok(engine)) = (api.services(), api.engine()) else {
        return Vec::new();
    };
    let confinement = services.agents.confinement();
    let broken = matches!(confinement, Confinement::Broken { .. });
    let sandbox = broken.then(|| Line::of_markdown(&shown(&confinement)));
    let health = engine.health().await;
    let at: Vec<RepositoryId> = health
        .iter()
        .filter_map(|one| match &one.looked.subject {
            Subject::Repository(id) => Some(*id),
            Subject::Agent(_) => None,
        })
        .collect();
    // Without its name it is told by its number.
    let names = api.store.repository_names(&at).await.unwrap_or_default();
    let whose = |subject: &Subject| match subject {
        Subject::Agent(name) => health::agent(name),
        Subject::Repository(id) => {
            let known = names.iter().find(|row| row.id == *id);
            known.map_or_else(|| id.to_string(), |row| row.name.to_string())
        }
    };
    let faults = health.iter().filter_map(|one| {
        let what = health::fault(one.looked.fault.as_ref()?);
        Some(health::trouble(&whose(&one.looked.subject), &what).into())
    });
    sandbox.into_iter().chain(faults).collect()
}

/// The numbers; of what issues may cost those of these tasks.
pub(super) async fn figures<'a>(
    api: &AdminApi,
    tasks: impl Iterator<Item = &'a Task>,
    now: i64,
) -> Result<Figures, ApiError> {
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
        meters: api
            .github
            .rates_seen()
            .iter()
            .map(rate)
            .chain(budgets.iter().flat_map(|line| meters(line, now)))
            .collect(),
        budgets: issue_budgets(api, tasks),
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

/// Requests of this hour.
fn rate((installation, left): &(InstallationId, RateLeft)) -> Meter {
    Meter {
        name: figure::requests(installation.0).into(),
        place: None,
        used: left.limit.saturating_sub(left.remaining),
        of: left.limit,
        shown: figure::left(left.remaining, left.limit).into(),
        waits: Line::default(),
    }
}

/// How much is used of what issues may cost, where a limit of tokens or money holds.
fn issue_budgets<'a>(api: &AdminApi, tasks: impl Iterator<Item = &'a Task>) -> Vec<Meter> {
    let Ok(services) = api.services() else {
        return Vec::new();
    };
    let policy = &services.policy;
    let meter = |task: &Task, cap: Cap| {
        let (used, of) = (task.used(cap), task.caps(policy).of(cap));
        (of > 0).then(|| Meter {
            name: cap.name().into(),
            place: Some(place(task)),
            used,
            of,
            shown: budget::of(task, cap, policy).into(),
            waits: Line::default(),
        })
    };
    let spend = tasks.filter(|task| task.stage.is_live());
    let both = |task: &'a Task| [meter(task, Cap::Tokens), meter(task, Cap::Cost)];
    let mut meters: Vec<Meter> = spend.flat_map(both).flatten().collect();
    let fullest = |meter: &Meter| {
        let name = meter.place.as_ref().map(Place::name);
        (Reverse(percent(meter.used, meter.of)), name)
    };
    meters.sort_by_key(fullest);
    meters.truncate(BUDGETS);
    meters
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
        name: figure::installations(what, line.installation).into(),
        place: None,
        used: used.into(),
        of: of.into(),
        shown: figure::used(used.into(), of.into()).into(),
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
