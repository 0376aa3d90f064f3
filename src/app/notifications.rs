//! Notifications outside GitHub, for the operator: how the targets are, what was given up, and a try.

use anyhow::Context;

use super::answer_lines::event_line;
use super::lookup::unread;
use super::setup::Setup;
use crate::core::document::nearest;
use crate::core::notify::Target;
use crate::core::sanitise::HeldSecrets;
use crate::core::text::notify::{Links, says};
use crate::http::types::{
    DeadLine, NotificationsAnswer, NotifyTargetLine, RetriedAnswer, RetryOrder, TestedAnswer,
};
use crate::http::{Answer, ApiError};
use crate::notify::{Notifier, NotifyServices, Sent};
use crate::store::{EventRow, NotificationRow, NotifyTargetRow, Retried, Store};

/// So many of those that were given up are listed.
const LISTED: i64 = 1_000;

/// Begins to look after the targets that the operator named; `held` is what may stand in no text.
pub(super) async fn open(
    setup: &Setup,
    store: &Store,
    held: &HeldSecrets,
    instance: &str,
) -> anyhow::Result<Notifier> {
    let (patience, waits) = setup.notify_patience;
    let web = setup.github.web_url.as_str().trim_end_matches('/');
    let services = NotifyServices {
        store: store.clone(),
        targets: setup.notify.clone(),
        patience,
        waits,
        network: setup.network.clone(),
        clock: setup.clock.clone(),
        held: held.clone(),
        instance: instance.to_owned(),
        links: Links {
            web: web.to_owned(),
            dashboard: setup.issues.dashboard.clone(),
        },
        line,
    };
    let opened = Notifier::open(services).await;
    opened.context("look after those who are told outside GitHub")
}

/// As `GET /api/v1/events` says it.
fn line(row: &EventRow) -> String {
    serde_json::to_string(&event_line(row)).unwrap_or_default()
}

/// All targets, and what was given up, newest first.
pub(super) async fn list(store: &Store, notifier: &Notifier) -> Answer<NotificationsAnswer> {
    let rows = store
        .notify_targets()
        .await
        .map_err(|error| unread(&error))?;
    let dead = store.dead_notifications(LISTED).await;
    let dead = dead.map_err(|error| unread(&error))?;
    let of = |row: &NotifyTargetRow| {
        let mut targets = notifier.targets().iter();
        let target = targets.find(|target| target.name == row.name)?;
        Some(target_line(target, row))
    };
    Ok(NotificationsAnswer {
        targets: rows.iter().filter_map(of).collect(),
        dead: dead.into_iter().map(dead_line).collect(),
    })
}

fn target_line(target: &Target, row: &NotifyTargetRow) -> NotifyTargetLine {
    NotifyTargetLine {
        name: row.name.clone(),
        kind: target.way.kind().to_owned(),
        sent: row.sent,
        sent_at: row.sent_at,
        waiting: row.waiting,
        dead: row.dead,
        failing_since: row.failing_since,
        error: row.error.clone(),
        digest_at: target.way.every_ms().map(|_| row.digest_at),
    }
}

fn dead_line(row: NotificationRow) -> DeadLine {
    DeadLine {
        id: row.new.id,
        target: row.target,
        event: row.new.name,
        repository: row.new.repository,
        issue: row.new.issue,
        created_at: row.made_at,
        tries: row.tries,
        error: row.error,
    }
}

/// Has what was given up sent after all.
pub(super) async fn retry(notifier: &Notifier, order: &RetryOrder) -> Answer<RetriedAnswer> {
    let which = match (&order.id, &order.target) {
        (Some(id), None) => Retried::Id(id),
        (None, Some(target)) => Retried::Target(known(notifier, target)?),
        (None, None) => Retried::All,
        (Some(_), Some(_)) => return Err(ApiError::invalid(says::WHICH)),
    };
    let retried = notifier
        .retry(which)
        .await
        .map_err(|error| unread(&error))?;
    match &order.id {
        Some(id) if retried == 0 => {
            Err(ApiError::not_found(says::no_dead(id)).next(says::NO_DEAD_NEXT))
        }
        _ => Ok(RetriedAnswer { retried }),
    }
}

/// Sends one harmless message, and says what came of it.
pub(super) async fn test(notifier: &Notifier, name: &str) -> Answer<TestedAnswer> {
    let name = known(notifier, name)?;
    let sent = notifier.test(name).await.ok_or_else(ApiError::internal)?;
    let (taken, answer) = match sent {
        Sent::Taken(answer) => (true, answer),
        Sent::Failed(trouble) => (false, trouble.why),
    };
    Ok(TestedAnswer {
        target: name.to_owned(),
        taken,
        answer,
    })
}

/// The target of that name.
fn known<'a>(notifier: &'a Notifier, name: &str) -> Result<&'a str, ApiError> {
    let names = || notifier.targets().iter().map(|target| target.name.as_str());
    names().find(|known| *known == name).ok_or_else(|| {
        let near = nearest(name, names());
        ApiError::not_found(says::no_target(name, near)).next(says::NO_TARGET_NEXT)
    })
}
