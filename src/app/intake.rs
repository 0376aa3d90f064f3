//! The part behind the public address: makes deliveries durable, and says whether work gets done.

use std::sync::Arc;

use serde_json::json;

use crate::core::time::Clock;
use crate::http::{AcceptedAs, Busy, Delivery, Intake, Readiness};
use crate::runner::{Disk, Parts};
use crate::store::{Accepted, Complaint, NewInbox, Store};
use crate::webhook::{self, Secrets, Turned};

/// Takes deliveries in.
pub struct FrontDoor {
    store: Store,
    secrets: Secrets,
    clock: Clock,
    confined: bool,
    parts: Arc<Parts>,
    trouble: Complaint,
}

impl FrontDoor {
    pub(super) fn new(store: Store, secrets: Secrets, parts: Arc<Parts>) -> Self {
        let confined = parts.policy.confinement_warning.is_none();
        Self { store, secrets, clock: parts.clock.clone(), confined, parts, trouble: Complaint::default() }
    }
}

impl FrontDoor {
    /// What is shut or has moved, once the fact itself is stored: what fails of it must come behind it.
    fn turn(&self, turned: Option<Turned>) {
        match turned {
            Some(Turned::Suspended(installation)) => self.parts.github.suspended(installation),
            Some(Turned::Uninstalled(installation)) => self.parts.github.uninstalled(installation),
            Some(Turned::Moved(repository, installation)) => self.parts.github.moved(repository, installation),
            Some(Turned::Open(_)) | None => {}
        }
    }
}

impl Intake for FrontDoor {
    fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    async fn accept(&self, delivery: Delivery) -> Result<AcceptedAs, Busy> {
        // Before the engine can free what waits for it: a hint that costs one question when it is wrong.
        let turned = webhook::turned(&delivery.event, &delivery.body);
        if let Some(Turned::Open(installation)) = turned {
            self.parts.github.wake(installation);
        }
        let fact = NewInbox {
            id: format!("webhook:{}", delivery.guid),
            kind: if delivery.flaw.is_some() { "malformed" } else { "webhook" }.into(),
            name: delivery.event,
            task: None,
            body: delivery.body,
            received_at: delivery.received_at,
        };
        match self.store.accept(fact).await {
            Ok(Accepted::New { .. }) => {
                self.turn(turned);
                Ok(AcceptedAs::New)
            }
            Ok(Accepted::Duplicate) => Ok(AcceptedAs::Duplicate),
            Err(error) => {
                self.trouble.say("a delivery could not be stored; answering 503", &error);
                Err(Busy)
            }
        }
    }

    async fn ready(&self) -> Readiness {
        let now = (self.clock)().to_string();
        let database = self.store.put_meta("ready", &now).await;
        let wanted = self.parts.policy.limits.disk_reserve_bytes;
        let disk = match Disk::of(&self.parts.data_dir) {
            Ok(disk) if disk.is_short(wanted) => format!("{} MiB are free: no session starts", disk.free >> 20),
            Ok(disk) => format!("{} MiB are free", disk.free >> 20),
            Err(error) => error.to_string(),
        };
        let reasons = json!({
            "disk": disk,
            "database": database.as_ref().map_or_else(ToString::to_string, |()| "writes".to_owned()),
            "sandbox": if self.confined { "bubblewrap" } else { "none: agents run in a process group only" },
        });
        Readiness { ok: database.is_ok(), reasons }
    }
}
