//! What an issue may say about the work on it, and what its people are told: the settings of it, read one after the other.

use std::collections::BTreeMap;

use url::Url;

use super::document::{Item, Mistake};
use super::resolver::Resolver;
use super::{auto_start, people, role_rules, start, words};
use crate::core::discovery::Discover;
use crate::core::gated_pulls::GatedPulls;
use crate::core::issue_rules::IssueRules;
use crate::core::notifications::Notifications;
use crate::core::outsider::Outsiders;
use crate::core::overlap::OnOverlap;
use crate::core::recurring::Recur;
use crate::core::role::{Role, RoleName};
use crate::core::text::mistakes::value;
use crate::core::text::off as off_says;

/// Reads all of them.
pub(super) fn read(resolver: &mut Resolver<'_>, own: &BTreeMap<RoleName, Role>) -> IssueRules {
    IssueRules {
        roles: role_rules::read(resolver, own),
        words: words::read(resolver),
        auto_start: auto_start::read(resolver),
        who_starts: start::read(resolver),
        pull_gate: choice(
            resolver,
            "pull_gate",
            (GatedPulls::CHOICES, value::PULL_GATE),
        ),
        notifications: choice(
            resolver,
            "notifications",
            (Notifications::CHOICES, value::NOTIFICATIONS),
        ),
        outsiders: choice(
            resolver,
            "outsiders",
            (Outsiders::CHOICES, value::OUTSIDERS),
        ),
        overlaps: choice(resolver, "overlaps", (OnOverlap::CHOICES, value::OVERLAPS)),
        pin_status: resolver.of_file("pin_status", Item::switch).unwrap_or(true),
        session_check: resolver
            .of_file("session_check", Item::switch)
            .unwrap_or(true),
        stack: resolver.of_file("stack", Item::switch).unwrap_or_default(),
        approvals: resolver
            .of_file("approvals", Item::texts)
            .unwrap_or_default(),
        off: resolver.of_file("off", off).unwrap_or_default(),
        status_file: resolver.of_file("status_file", |item: Item| item.text()),
        dashboard: resolver.of_file("dashboard_url", dashboard).flatten(),
        priority_field: resolver.of_file("priority_field", |item: Item| item.text()),
        discover: choice(resolver, "discover", (Discover::CHOICES, value::DISCOVER)),
        onboarding: resolver
            .of_file("onboarding", Item::switch)
            .unwrap_or_default(),
        recurring: choice(resolver, "recurring", (Recur::CHOICES, value::DISCOVER)),
    }
}

/// Names of repositories, which may hold `*`, and people behind an `@`.
fn off(item: Item) -> Result<Vec<String>, Mistake> {
    let names = item.clone().texts()?;
    let is_one = |name: &String| match name.strip_prefix('@') {
        Some(login) => people::is_login(login).is_ok(),
        None => name.split('/').count() == 2 && !name.contains(char::is_whitespace),
    };
    match names.iter().all(is_one) {
        true => Ok(names),
        false => Err(item.wrong(off_says::MISTAKE)),
    }
}

/// An address of pages: a host, and nothing behind it.
fn dashboard(item: Item) -> Result<Option<String>, Mistake> {
    let text = item.clone().text()?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let url = Url::parse(text.trim()).ok().filter(|url| {
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let bare = url.username().is_empty() && url.password().is_none() && url.path() == "/";
        web && bare && url.query().is_none() && url.fragment().is_none()
    });
    let url = url.ok_or_else(|| item.wrong(value::DASHBOARD_URL))?;
    Ok(Some(url.as_str().trim_end_matches('/').to_owned()))
}

/// One of the words an operator may choose from; `wrong` says which there are.
fn choice<T: Copy + Default, const N: usize>(
    resolver: &mut Resolver<'_>,
    key: &'static str,
    (choices, wrong): ([(&str, T); N], &str),
) -> T {
    let read = resolver.of_file(key, |item: Item| {
        let text = item.clone().text()?;
        let chosen = choices.iter().find(|(name, _)| *name == text.trim());
        let chosen = chosen.map(|(_, choice)| *choice);
        chosen.ok_or_else(|| item.wrong(wrong))
    });
    read.unwrap_or_default()
}
