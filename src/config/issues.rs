//! What an issue may say about the work on it, and what its people are told: the settings of it, read one after the other.

use std::collections::BTreeMap;

use super::document::Item;
use super::resolver::Resolver;
use super::{auto_start, role_rules, start, words};
use crate::core::discovery::Discover;
use crate::core::gated_pulls::GatedPulls;
use crate::core::issue_rules::IssueRules;
use crate::core::notifications::Notifications;
use crate::core::overlap::OnOverlap;
use crate::core::role::{Role, RoleName};
use crate::core::text::mistakes::value;

/// Reads all of them.
pub(super) fn read(resolver: &mut Resolver<'_>, own: &BTreeMap<RoleName, Role>) -> IssueRules {
    IssueRules {
        roles: role_rules::read(resolver, own),
        words: words::read(resolver),
        auto_start: auto_start::read(resolver),
        who_starts: start::read(resolver),
        pull_gate: pull_gate(resolver),
        notifications: notifications(resolver),
        overlaps: overlaps(resolver),
        approvals: resolver
            .of_file("approvals", Item::texts)
            .unwrap_or_default(),
        status_file: resolver.of_file("status_file", |item: Item| item.text()),
        priority_field: resolver.of_file("priority_field", |item: Item| item.text()),
        discover: discover(resolver),
    }
}

fn pull_gate(resolver: &mut Resolver<'_>) -> GatedPulls {
    let read = resolver.of_file("pull_gate", |item| {
        let text = item.clone().text()?;
        let mut choices = GatedPulls::CHOICES.into_iter();
        let chosen = choices.find(|(name, _)| *name == text.trim());
        chosen
            .map(|(_, choice)| choice)
            .ok_or_else(|| item.wrong(value::PULL_GATE))
    });
    read.unwrap_or_default()
}

fn notifications(resolver: &mut Resolver<'_>) -> Notifications {
    let read = resolver.of_file("notifications", |item| {
        let text = item.clone().text()?;
        let mut choices = Notifications::CHOICES.into_iter();
        let chosen = choices.find(|(name, _)| *name == text.trim());
        chosen
            .map(|(_, choice)| choice)
            .ok_or_else(|| item.wrong(value::NOTIFICATIONS))
    });
    read.unwrap_or_default()
}

fn overlaps(resolver: &mut Resolver<'_>) -> OnOverlap {
    let read = resolver.of_file("overlaps", |item| {
        let text = item.clone().text()?;
        let mut choices = OnOverlap::CHOICES.into_iter();
        let chosen = choices.find(|(name, _)| *name == text.trim());
        chosen
            .map(|(_, choice)| choice)
            .ok_or_else(|| item.wrong(value::OVERLAPS))
    });
    read.unwrap_or_default()
}

fn discover(resolver: &mut Resolver<'_>) -> Discover {
    let read = resolver.of_file("discover", |item| {
        let text = item.clone().text()?;
        let mut choices = Discover::CHOICES.into_iter();
        let chosen = choices.find(|(name, _)| *name == text.trim());
        chosen
            .map(|(_, choice)| choice)
            .ok_or_else(|| item.wrong(value::DISCOVER))
    });
    read.unwrap_or_default()
}
