//! What GitHub says of a new App, held against what skep needs: the lines of the set-up's checklist.
//!
//! Looked at when somebody looks, and at most every other second. It changes nothing on GitHub but one thing: a ping that did not arrive
//! is asked for again, some times.

use std::time::Duration;

use tokio::time::Instant;

use super::desk::Desk;
use super::looked::Looked;
use crate::app::identity;
use crate::config::{RegisteredApp, lacking};
use crate::core::gated_pulls::GatedPulls;
use crate::core::policy::Pace;
use crate::core::sanitise::HeldSecrets;
use crate::core::text::registration::{self as text, Item, Progress};
use crate::core::text::{check, polling};
use crate::core::vocabulary::Vocabulary;
use crate::github::{
    Delivery, GitHub, GitHubConfig, GitHubError, Installation, Timeouts, steady_clock,
};
use crate::sweep::Hearing;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(2);
/// Between two pings that are asked for again.
const PING_EVERY: Duration = Duration::from_secs(10);
/// So many pings are asked for again.
const PINGS: u32 = 30;
/// A clock may be off by so much.
const CLOCK: i64 = 30_000;

/// Whether nothing is left to do but to name an agent.
pub(super) fn is_complete(items: &[Item]) -> bool {
    let matters = |item: &&Item| item.part != AGENT;
    !items.is_empty()
        && items
            .iter()
            .filter(matters)
            .all(|item| item.progress == Progress::Done)
}

/// The part that the operator alone can do.
const AGENT: &str = "agent";

fn item(part: &'static str, progress: Progress, text: impl Into<String>) -> Item {
    Item {
        progress,
        part,
        text: text.into(),
        link: None,
    }
}

/// The lines as they are now.
pub(super) async fn look(desk: &Desk) -> Vec<Item> {
    let Some(app) = desk.app() else {
        return Vec::new();
    };
    let mut looked = desk.looked.lock().await;
    let fresh = looked.at.is_some_and(|at| at.elapsed() < EVERY);
    if fresh || is_complete(&looked.items) {
        return looked.items.clone();
    }
    let mut items = vec![item("App", Progress::Done, text::registered(&app.slug))];
    match client(desk, app) {
        Ok(github) => items.extend(ask(desk, &github, &mut looked).await),
        Err(error) => items.push(item("GitHub", Progress::Wrong, error.to_string())),
    }
    items.push(match &desk.setup.agent {
        Some(name) => item(AGENT, Progress::Done, text::agent(name)),
        None => item(AGENT, Progress::Open, text::NO_AGENT),
    });
    looked.at = Some(Instant::now());
    looked.items.clone_from(&items);
    if is_complete(&items)
        && let Err(error) = desk.remember(|memory| memory.done = true)
    {
        tracing::warn!(%error, "how far the set-up is cannot be written down");
    }
    items
}

/// Made anew for each look: what an App asks for may change while somebody looks.
fn client(desk: &Desk, app: &RegisteredApp) -> Result<GitHub, GitHubError> {
    GitHub::new(GitHubConfig {
        api_url: app.api_url.clone(),
        web_url: app.web_url.clone(),
        app_id: app.app_id,
        private_key_pem: app.private_key.clone(),
        user_agent: concat!("skep/", env!("CARGO_PKG_VERSION")).to_owned(),
        now: desk.setup.clock.clone(),
        ticks: steady_clock(),
        pace: Pace::default(),
        timeouts: Timeouts::default(),
        network: desk.setup.network.clone(),
        words: Vocabulary::default(),
        held: HeldSecrets::default(),
    })
}

async fn ask(desk: &Desk, github: &GitHub, looked: &mut Looked) -> Vec<Item> {
    let mut items = vec![key(github, &desk.setup.api_url).await];
    if items[0].progress != Progress::Done {
        return items;
    }
    items.push(webhook(desk, github, looked).await);
    match github.installations().await {
        Ok(all) => items.extend(installed(desk, &all)),
        Err(error) => items.push(item(
            "installed",
            Progress::Open,
            text::not_asked(&error.to_string()),
        )),
    }
    items
}

/// Whether GitHub takes the key, by this clock, and the App asks for enough.
async fn key(github: &GitHub, api: &url::Url) -> Item {
    let ahead = match github.clock_ahead().await {
        Ok(ahead) => ahead.unwrap_or_default(),
        Err(error) => {
            let no = identity::definite(&error, api).map(|no| no.to_string());
            let progress = if no.is_some() {
                Progress::Wrong
            } else {
                Progress::Open
            };
            return item(
                "GitHub",
                progress,
                no.unwrap_or_else(|| text::not_asked(&error.to_string())),
            );
        }
    };
    if ahead.abs() > CLOCK {
        return item("GitHub", Progress::Wrong, text::clock_off(ahead));
    }
    let identity = match github.app().await {
        Ok(identity) => identity,
        Err(error) => {
            return item(
                "GitHub",
                Progress::Open,
                text::not_asked(&error.to_string()),
            );
        }
    };
    let lacks = identity::shortfall(&identity, GatedPulls::Agents, Hearing::Webhooks);
    match lacks.is_empty() {
        true => item("GitHub", Progress::Done, text::KEY_WORKS),
        false => item("GitHub", Progress::Wrong, lacks.join("; ")),
    }
}

/// Whether GitHub's webhooks arrive, as GitHub saw it: the newest of them decides.
async fn webhook(desk: &Desk, github: &GitHub, looked: &mut Looked) -> Item {
    if desk.setup.hook.is_none() && desk.setup.only_polls {
        return item("webhook", Progress::Done, polling::NO_WEBHOOK_NEEDED);
    }
    let deliveries = match github.hook_deliveries(None).await {
        Ok(page) => page.deliveries,
        Err(error) => {
            return item(
                "webhook",
                Progress::Open,
                text::not_asked(&error.to_string()),
            );
        }
    };
    let arrived = |delivery: &&Delivery| (200..300).contains(&delivery.status_code);
    if let Some(good) = deliveries.iter().find(arrived) {
        return item("webhook", Progress::Done, text::reached(&good.event));
    }
    let Some(last) = deliveries.iter().find(|delivery| delivery.event == "ping") else {
        return item("webhook", Progress::Open, text::NO_DELIVERY);
    };
    let rested = looked.pinged_at.is_none_or(|at| at.elapsed() > PING_EVERY);
    if rested && looked.pings < PINGS {
        looked.pinged_at = Some(Instant::now());
        looked.pings += 1;
        if let Err(error) = github.redeliver(last.id).await {
            tracing::debug!(%error, "the ping cannot be asked for again");
        }
    }
    let url = desk
        .setup
        .hook
        .as_ref()
        .map_or_else(String::new, ToString::to_string);
    // The first one comes before anybody here knows its secret.
    let progress = if looked.pings > 2 {
        Progress::Wrong
    } else {
        Progress::Open
    };
    item("webhook", progress, text::not_reached(&url, &last.status))
}

fn installed(desk: &Desk, all: &[Installation]) -> Vec<Item> {
    if all.is_empty() {
        let page = desk
            .app()
            .map(|app| format!("{}/installations/new", app.page));
        let install = Item {
            link: page,
            ..item("installed", Progress::Open, text::INSTALL)
        };
        return vec![
            install,
            item("permissions", Progress::Open, text::GRANTED_LATER),
        ];
    }
    let name = |one: &Installation| match one.account.is_empty() {
        true => check::AN_ACCOUNT.to_owned(),
        false => one.account.clone(),
    };
    let names: Vec<String> = all.iter().map(name).collect();
    let short = all.iter().find_map(|one| {
        if one.suspended {
            return Some(check::suspended(&name(one)));
        }
        let (lacks, _) = lacking(&one.permissions, &[], GatedPulls::Agents);
        (!lacks.is_empty()).then(|| check::installation_lacks(&name(one), &lacks))
    });
    let granted = match short {
        None => item("permissions", Progress::Done, text::GRANTED),
        Some(what) => item("permissions", Progress::Wrong, what),
    };
    vec![
        item("installed", Progress::Done, text::installed(&names)),
        granted,
    ]
}
