//! One round for one target: what happened becomes rows, rows that are due are sent.
//!
//! A row goes only when it was taken. After a failed try the target rests, so that one that is dead is not asked again and again; the
//! rows meanwhile are bounded, and what they have no room for waits among the events.

use sha2::{Digest, Sha256};

use super::Notifier;
use super::letter::Letter;
use super::mail;
use super::place::Place;
use super::sent::{Sent, Trouble};
use crate::core::notify::{Target, Way};
use crate::core::sanitise;
use crate::core::text::notify::{self as text, DIGEST};
use crate::meter;
use crate::random;
use crate::store::{
    EventFilter, EventRow, Failing, NewNotification, Noted, NotificationRow, StoreError,
};

/// So many rows may wait for one target.
const MOST: i64 = 1_000;
/// Events that are read at once.
const PAGE: i64 = 100;
/// Events that one mail tells of.
const MAIL: i64 = 500;
/// So far a target may be ahead of what is written down of it, where nothing was for it.
const FAR: i64 = 1_000;
/// So much of what a receiver says is kept and shown, letters.
const SHOWN: usize = 300;
/// The longest that a target rests after a failed try of one message while others wait, milliseconds.
const REST: i64 = 60_000;

impl Notifier {
    /// Looks after one target now; answers when there is something to do for it again, epoch milliseconds.
    pub(super) async fn round(&self, index: usize) -> Result<Option<i64>, StoreError> {
        let services = &self.inner.services;
        let target = &services.targets[index];
        let mut place = self.inner.places[index].lock().await;
        let digest = target.way.every_ms();
        match digest {
            Some(every) => self.gather(target, &mut place, every).await?,
            None => self.collect(target, &mut place).await?,
        }
        self.deliver(target, &mut place).await?;
        let (due, _) = services.store.next_notification(&target.name).await?;
        let due = due.map(|due| due.max(place.rests_until));
        Ok(due.into_iter().chain(digest.map(|_| place.digest_at)).min())
    }

    /// What happened since, as a row for each event that the target wants.
    async fn collect(&self, target: &Target, place: &mut Place) -> Result<(), StoreError> {
        let store = &self.inner.services.store;
        loop {
            let (_, waiting) = store.next_notification(&target.name).await?;
            if waiting >= MOST {
                return Ok(());
            }
            let (rows, looked) = self.events(target, place.seen, PAGE).await?;
            let wanted = |row: &&EventRow| target.wanted.is_of(row.event.repository.as_deref());
            let new = rows.iter().filter(wanted);
            let new: Vec<NewNotification> = new.map(|row| self.of_event(target, row)).collect();
            if !new.is_empty() || looked - place.written >= FAR {
                self.note(target, (looked, place.digest_at), &new).await?;
                place.written = looked;
            }
            place.seen = looked;
            if len(&rows) < PAGE {
                return Ok(());
            }
        }
    }

    /// All that happened since the last digest, as one row, once its time has come. Nothing, where nothing was for the target.
    async fn gather(
        &self,
        target: &Target,
        place: &mut Place,
        every: i64,
    ) -> Result<(), StoreError> {
        let services = &self.inner.services;
        let now = (services.clock)();
        while now >= place.digest_at {
            let (_, waiting) = services.store.next_notification(&target.name).await?;
            if waiting >= MOST {
                return Ok(());
            }
            let (rows, looked) = self.events(target, place.seen, MAIL).await?;
            let wanted = |row: &&EventRow| target.wanted.is_of(row.event.repository.as_deref());
            let told: Vec<&EventRow> = rows.iter().filter(wanted).collect();
            let new = Vec::from_iter(self.of_digest(target, &told));
            // More than one mail holds: the next one follows at once.
            let next = match len(&rows) < MAIL {
                true => now.saturating_add(every),
                false => place.digest_at,
            };
            self.note(target, (looked, next), &new).await?;
            (place.seen, place.written, place.digest_at) = (looked, looked, next);
        }
        Ok(())
    }

    async fn events(
        &self,
        target: &Target,
        after: i64,
        limit: i64,
    ) -> Result<(Vec<EventRow>, i64), StoreError> {
        let filter = EventFilter {
            repository: None,
            names: target
                .wanted
                .events
                .iter()
                .map(|event| event.name())
                .collect(),
        };
        let store = &self.inner.services.store;
        store.events_that_fit(&filter, after, limit).await
    }

    async fn note(
        &self,
        target: &Target,
        (seen, digest_at): (i64, i64),
        new: &[NewNotification],
    ) -> Result<(), StoreError> {
        let services = &self.inner.services;
        let noted = Noted {
            target: &target.name,
            seen,
            digest_at,
            now: (services.clock)(),
            new,
        };
        services.store.note_notifications(noted).await
    }

    fn of_event(&self, target: &Target, row: &EventRow) -> NewNotification {
        NewNotification {
            id: self.id(target, "event", row.seq),
            event: row.seq,
            name: row.event.name.clone(),
            repository: row.event.repository.clone(),
            issue: row.event.issue,
            body: (self.inner.services.line)(row),
        }
    }

    fn of_digest(&self, target: &Target, rows: &[&EventRow]) -> Option<NewNotification> {
        let last = rows.last()?.seq;
        let line = self.inner.services.line;
        let lines: Vec<String> = rows.iter().map(|row| line(row)).collect();
        Some(NewNotification {
            id: self.id(target, DIGEST, last),
            event: last,
            name: DIGEST.to_owned(),
            repository: None,
            issue: None,
            body: format!("[{}]", lines.join(",")),
        })
    }

    /// 16 hexadecimal digits that nothing else has.
    fn id(&self, target: &Target, what: &str, event: i64) -> String {
        let instance = &self.inner.services.instance;
        let of = format!("{instance}\n{}\n{what}\n{event}", target.name);
        let mut id = hex::encode(Sha256::digest(of));
        id.truncate(16);
        id
    }

    /// Sends what is due, one after the other, until one is not taken.
    async fn deliver(&self, target: &Target, place: &mut Place) -> Result<(), StoreError> {
        let services = &self.inner.services;
        loop {
            let now = (services.clock)();
            if now < place.rests_until {
                return Ok(());
            }
            let Some(row) = services.store.due_notification(&target.name, now).await? else {
                return Ok(());
            };
            match self.send(target, &Letter::of(&row)).await {
                Sent::Taken(_) => {
                    services
                        .store
                        .notification_sent(&row, (services.clock)())
                        .await?;
                    meter::NOTIFICATIONS.add(&[&target.name, "sent"], 1);
                    if std::mem::take(&mut place.fails) {
                        tracing::info!(name = target.name, "notifications are taken again");
                    }
                }
                Sent::Failed(trouble) => return self.failed(&row, &trouble, place).await,
            }
        }
    }

    /// Writes down that a try failed, and lets the target rest.
    async fn failed(
        &self,
        row: &NotificationRow,
        trouble: &Trouble,
        place: &mut Place,
    ) -> Result<(), StoreError> {
        let services = &self.inner.services;
        let (now, tries) = ((services.clock)(), row.tries + 1);
        let dead = tries >= services.patience.tries;
        let asked_for = trouble.retry_after_ms;
        let pause = services.patience.pause_ms(tries, asked_for, random::jitter);
        let failing = Failing {
            now,
            due_at: now.saturating_add(pause),
            error: &trouble.why,
            dead,
        };
        services.store.notification_failed(row, failing).await?;
        let asked_for = asked_for.unwrap_or_default();
        let asked_for = asked_for.min(services.patience.longest_ms);
        place.rests_until = now.saturating_add(pause.min(REST).max(asked_for));
        meter::NOTIFICATIONS.add(&[&row.target, "failed"], 1);
        if dead {
            meter::NOTIFICATIONS.add(&[&row.target, "dead"], 1);
            tracing::error!(
                name = row.target,
                id = row.new.id,
                error = trouble.why,
                "a notification is given up; `skep notifications retry` sends it after all"
            );
        } else if !std::mem::replace(&mut place.fails, true) {
            tracing::warn!(
                name = row.target,
                error = trouble.why,
                "a notification was not taken; it is tried again"
            );
        }
        Ok(())
    }

    /// One try, whatever the way. What is said of it holds none of our secrets.
    pub(super) async fn send(&self, target: &Target, letter: &Letter) -> Sent {
        let services = &self.inner.services;
        let now = (services.clock)();
        let sent = match &target.way {
            Way::Webhook { url, secret } => {
                self.inner.post.webhook((url, secret), letter, now).await
            }
            Way::Slack { url } => {
                let event = letter.events().into_iter().next().unwrap_or_default();
                let message = text::slack(&event, &services.links);
                self.inner.post.slack(url, message.to_string(), now).await
            }
            Way::Email(email) => {
                let post = mail::Post {
                    network: &services.network,
                    waits: services.waits,
                };
                let digest = text::digest(&letter.events(), &services.links);
                post.send(email, digest, letter).await
            }
        };
        // Cut last: half a secret would be found no more.
        let clean = |said: &str| sanitise::title(&services.held.redact(said), SHOWN);
        match sent {
            Sent::Taken(answer) => Sent::Taken(clean(&answer)),
            Sent::Failed(trouble) => Sent::Failed(Trouble {
                why: clean(&trouble.why),
                ..trouble
            }),
        }
    }
}

fn len(rows: &[EventRow]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}
