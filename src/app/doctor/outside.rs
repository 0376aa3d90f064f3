//! GitHub as the App sees it: the clock, where webhooks go, which of them arrived, and what is left of the rate limit.

use chrono::DateTime;

use super::repair::Repair;
use crate::app::finding::Finding;
use crate::app::setup::Setup;
use crate::config::PublicAddress;
use crate::core::sanitise::HeldSecrets;
use crate::core::text::doctor as text;
use crate::core::text::polling;
use crate::core::text::registration::clock_off;
use crate::github::{Delivery, GitHub, GitHubError};

/// A clock may be off by so much, milliseconds.
const CLOCK: i64 = 30_000;
/// Of a hundred requests, so many should be left.
const LEFT: u64 = 10;

/// Asks. An App that GitHub does not know is told of elsewhere, and not asked about here.
pub(super) async fn look(
    setup: &Setup,
    public: &PublicAddress,
    held: &HeldSecrets,
) -> (Vec<Finding>, Vec<Repair>) {
    let Ok(github) = GitHub::new(setup.github_config(held)) else {
        return (Vec::new(), Vec::new());
    };
    let Ok(ahead) = github.clock_ahead().await else {
        return (Vec::new(), Vec::new());
    };
    let mut findings = vec![clock(ahead.unwrap_or_default())];
    if let Some(every) = setup.hearing.every() {
        findings.push(Finding::right("polling", polling::configured(every)));
    }
    let repair = match setup.hearing.is_told() {
        true => {
            let (hook, repair) = hook(&github, public).await;
            findings.extend(hook);
            findings.push(match github.hook_deliveries(None).await {
                Ok(page) => deliveries(&page.deliveries),
                Err(error) => unread("deliveries", &error),
            });
            repair
        }
        false => {
            findings.push(unwanted_hook(&github).await);
            None
        }
    };
    findings.extend(rate(&github).await);
    (findings, repair.into_iter().collect())
}

fn unread(part: &str, error: &GitHubError) -> Finding {
    Finding::odd(part, text::unread(&error.to_string()))
}

fn clock(ahead: i64) -> Finding {
    match ahead.abs() > CLOCK {
        true => Finding::wrong("clock", clock_off(ahead)),
        false => Finding::right("clock", text::CLOCK_RIGHT),
    }
}

/// Where webhooks go, and whether that is where they should.
async fn hook(github: &GitHub, public: &PublicAddress) -> (Vec<Finding>, Option<Repair>) {
    let config = match github.hook_config().await {
        Ok(config) => config,
        Err(error) => return (vec![unread("webhook", &error)], None),
    };
    let Some(url) = config.url.filter(|url| !url.is_empty()) else {
        let repair = public.hook().map(|to| Repair::Hook(to.to_string()));
        return (vec![Finding::wrong("webhook", text::NO_HOOK)], repair);
    };
    let mut findings = Vec::new();
    if config
        .content_type
        .as_deref()
        .is_some_and(|kind| kind != "json")
    {
        findings.push(Finding::odd("webhook", text::NOT_JSON));
    }
    let wanted = public.hook().map(|to| to.to_string());
    let repair = match wanted {
        Some(wanted) if wanted != url => {
            findings.push(Finding::wrong("webhook", text::other_hook(&url, &wanted)));
            Some(Repair::Hook(wanted))
        }
        Some(_) => {
            findings.push(Finding::right("webhook", url));
            None
        }
        None => {
            findings.push(Finding::right("webhook", text::hook_unsaid(&url)));
            None
        }
    };
    (findings, repair)
}

/// Where webhooks go although none is taken. One that is switched off keeps its address, and GitHub does not say that it is: only what it
/// tried to deliver of late shows that it is on.
async fn unwanted_hook(github: &GitHub) -> Finding {
    match github.hook_deliveries(None).await {
        Ok(page) if page.deliveries.is_empty() => {
            Finding::right("webhook", polling::NO_HOOK_WANTED)
        }
        Ok(_) => Finding::odd("webhook", polling::HOOK_UNUSED),
        // An App without a webhook has no such list.
        Err(GitHubError::NotFound { .. }) => Finding::right("webhook", polling::NO_HOOK_WANTED),
        Err(error) => unread("webhook", &error),
    }
}

/// The last good one and the last refused one, of those that GitHub still lists.
fn deliveries(all: &[Delivery]) -> Finding {
    let is_good = |delivery: &&Delivery| (200..300).contains(&delivery.status_code);
    let good = all.iter().find(is_good);
    let bad = all.iter().find(|delivery| !is_good(delivery));
    let told = |delivery: &Delivery| text::Attempt {
        event: delivery.event.clone(),
        at: moment(delivery.delivered_at),
        status: delivery.status.clone(),
    };
    let said = text::deliveries(good.map(told).as_ref(), bad.map(told).as_ref());
    let good_since = match (good, bad) {
        (Some(good), Some(bad)) => good.delivered_at >= bad.delivered_at,
        (Some(_), None) => true,
        (None, _) => false,
    };
    match (good_since, all.is_empty()) {
        (true, _) => Finding::right("deliveries", said),
        (false, true) => Finding::odd("deliveries", said),
        (false, false) => Finding::wrong("deliveries", said),
    }
}

fn moment(ms: i64) -> String {
    let at = DateTime::from_timestamp_millis(ms).unwrap_or_default();
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What each installation has left of its requests in this hour.
async fn rate(github: &GitHub) -> Vec<Finding> {
    let Ok(all) = github.installations().await else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for one in all.iter().filter(|one| !one.suspended) {
        let finding = match github.rate_left(one.id).await {
            Ok(rate) => {
                let said = text::rate(&one.account, rate.remaining, rate.limit);
                match rate.remaining * 100 < rate.limit * LEFT {
                    true => Finding::odd("rate limit", said),
                    false => Finding::right("rate limit", said),
                }
            }
            Err(error) => unread("rate limit", &error),
        };
        findings.push(finding);
    }
    findings
}
