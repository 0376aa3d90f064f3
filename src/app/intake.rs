//! What is behind the public address: makes deliveries durable, and says whether work gets done.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use super::disk_space::DiskSpace;
use super::fence_line::shown;
use super::health::Health;
use crate::agent::Agents;
use crate::core::issue_rules::IssueRules;
use crate::core::text::pages::Moment;
use crate::core::time::Clock;
use crate::github::GitHub;
use crate::http::{AcceptedAs, Busy, Delivery, Intake, Readiness, Refused};
use crate::store::{Accepted, Complaint, IgnoredDelivery, InboxKind, NewInbox, Store, StoreError};
use crate::sweep;
use crate::webhook::{self, Notice, Ours, Secrets, Turned};

/// Takes deliveries in.
pub struct WebhookIngest {
    pub(super) store: Store,
    pub(super) github: GitHub,
    pub(super) secrets: Secrets,
    pub(super) clock: Clock,
    pub(super) agents: Agents,
    pub(super) health: Arc<Health>,
    pub(super) disk: DiskSpace,
    pub(super) trouble: Complaint,
    pub(super) issues: IssueRules,
    /// Other bots that use labels of ours, as far as the operator was told.
    pub(super) others: Mutex<BTreeSet<String>>,
}

/// A database that takes longer to write a line does not write.
const WRITES: Duration = Duration::from_secs(1);
/// So many other bots are told of.
const OTHERS: usize = 100;

impl WebhookIngest {
    /// Tells the operator of another bot on our prefix, once.
    fn tell_second_bot(&self, delivery: &Delivery, ours: Ours<'_>) {
        let seen = webhook::second_bot(&delivery.event, &delivery.body, ours);
        let Some((bot, label)) = seen.filter(|_| delivery.body.len() <= READ_HERE) else {
            return;
        };
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if others.len() < OTHERS && others.insert(bot.clone()) {
            tracing::warn!(
                bot,
                label,
                "another bot uses labels of ours; give skep another `label_prefix`, or switch the other one off"
            );
        }
    }

    /// What is shut or has moved, once the fact itself is stored: what fails of it must come behind it.
    fn turn(&self, turned: Option<Turned>) {
        match turned {
            Some(Turned::Suspended(installation)) => self.github.suspended(installation),
            Some(Turned::Uninstalled(installation)) => self.github.uninstalled(installation),
            Some(Turned::Moved(repository, installation)) => {
                self.github.moved(repository, installation)
            }
            Some(Turned::Open(_)) | None => {}
        }
    }

    /// Lets the operator see that a delivery is in.
    fn note(&self, heard: Heard) {
        let Heard {
            event,
            flaw,
            notice,
        } = heard;
        if let Some(flaw) = flaw {
            self.health.malformed();
            tracing::warn!(event, flaw, "a signed delivery cannot be read");
            return;
        }
        self.health.accepted(&event);
        match notice {
            Some(Notice::Ping) => tracing::info!("GitHub's ping arrived: the webhook works"),
            Some(Notice::Installation {
                action,
                account,
                repositories,
            }) => {
                tracing::info!(
                    action,
                    account,
                    repositories,
                    "GitHub tells of an installation of the App"
                );
            }
            None => {}
        }
    }
}

/// What the operator may like to know of a delivery.
struct Heard {
    event: String,
    flaw: Option<&'static str>,
    notice: Option<Notice>,
}

impl Heard {
    fn of(delivery: &Delivery) -> Self {
        let notice = webhook::notice(&delivery.event, &delivery.body);
        Self {
            event: delivery.event.clone(),
            flaw: delivery.flaw,
            notice,
        }
    }
}

/// Longer bodies are left to the engine: reading one here would hold up other deliveries.
const READ_HERE: usize = 256 * 1024;

/// What concerns nobody, whatever the state of any task, needs neither a body nor the engine.
fn ignored(delivery: &Delivery, ours: Ours<'_>) -> Option<IgnoredDelivery> {
    if delivery.flaw.is_some() || delivery.body.len() > READ_HERE {
        return None;
    }
    let reason = webhook::concerns_nobody(&delivery.event, &delivery.body, ours)?;
    Some(IgnoredDelivery {
        id: id(delivery),
        name: delivery.event.clone(),
        reason: format!("ignored: {reason}"),
        received_at: delivery.received_at,
    })
}

fn fact(delivery: Delivery) -> NewInbox {
    NewInbox {
        id: id(&delivery),
        kind: match delivery.flaw {
            Some(_) => InboxKind::Malformed,
            None => InboxKind::Webhook,
        },
        name: delivery.event,
        task: None,
        body: delivery.body,
        received_at: delivery.received_at,
    }
}

fn id(delivery: &Delivery) -> String {
    format!("webhook:{}", delivery.guid)
}

impl Intake for WebhookIngest {
    fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    async fn accept(&self, delivery: Delivery) -> Result<AcceptedAs, Busy> {
        // Before the engine can free what waits for it: a hint that costs one question when it is wrong.
        let turned = webhook::turned(&delivery.event, &delivery.body);
        if let Some(Turned::Open(installation)) = turned {
            self.github.wake(installation);
        }
        let heard = Heard::of(&delivery);
        let login = self.github.known_login();
        let ours = Ours {
            words: &self.issues.words,
            auto_start: &self.issues.auto_start,
            pull_gate: self.issues.pull_gate,
            login: login.as_deref(),
        };
        self.tell_second_bot(&delivery, ours);
        let stored = match ignored(&delivery, ours) {
            Some(ignored) => self.store.accept_ignored(ignored).await,
            None => self.store.accept(fact(delivery)).await,
        };
        match stored {
            Ok(Accepted::New { .. }) => {
                self.turn(turned);
                self.note(heard);
                Ok(AcceptedAs::New)
            }
            Ok(Accepted::Duplicate) => Ok(AcceptedAs::Duplicate),
            Err(error) => {
                self.trouble
                    .say("a delivery could not be stored; answering 503", &error);
                Err(Busy)
            }
        }
    }

    fn refused(&self, why: Refused) {
        if let Some(number) = self.health.refused(why) {
            tracing::warn!(number, cause = %why, "deliveries were refused");
        }
    }

    async fn ready(&self) -> Readiness {
        let now = (self.clock)();
        let text = now.to_string();
        let written = timeout(WRITES, self.store.put_meta("ready", &text)).await;
        let database = written.unwrap_or(Err(StoreError::Busy));
        let swept = match &database {
            Ok(()) => sweep::last_look(&self.store).await,
            Err(_) => None,
        };
        let swept = swept.map_or_else(|| "not yet".to_owned(), |at| Moment { at, now }.iso());
        let trouble = self.health.trouble();
        let channel = self.health.channel();
        let polling = self.health.polling();
        let mut reasons = json!({
            "github": trouble.as_deref().unwrap_or("knows us"),
            "disk": self.disk.describe(),
            "database": database.as_ref().map_or_else(ToString::to_string, |()| "writes".to_owned()),
            "sandbox": shown(&self.agents.confinement()),
            "limits": self.agents.limits_held_by(),
            "swept": swept,
        });
        let open = channel.as_ref().is_none_or(|(open, _)| *open);
        if let Some((_, said)) = channel {
            reasons["webhook_proxy"] = json!(said);
        }
        let asks = polling.as_ref().is_none_or(|(well, _)| *well);
        if let Some((_, said)) = polling {
            reasons["polling"] = json!(said);
        }
        Readiness {
            ok: database.is_ok() && trouble.is_none() && open && asks,
            reasons,
        }
    }
}
