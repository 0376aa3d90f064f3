//! What a change tells the App: the event with its payload, put into the queue.
//!
//! It exists so that every change is told the same way. It must never tell an installation what it may not see.

use serde_json::{Map, Value, json};

use crate::behaviour::{Rule, on, tells};
use crate::ids;
use crate::world::account::{Access, Permissions};
use crate::world::facts::World;
use crate::world::outgoing::Attempt;

/// Events every App gets; none can subscribe to them.
pub const ALWAYS: [&str; 3] = ["installation", "installation_repositories", "ping"];

/// Something to be told to the App.
pub struct WebhookEvent<'a> {
    /// The event's name.
    pub name: &'a str,
    /// Its action, if it has one.
    pub action: Option<&'a str>,
    /// On which repository.
    pub repository: Option<i64>,
    /// Of which installation, when it is not the repository's.
    pub installation: Option<i64>,
    /// Who did it.
    pub sender: &'a str,
    /// The fields besides `action`, `repository`, `installation` and `sender`.
    pub body: Value,
}

impl World {
    /// Makes the webhook of a change, if the App listens to it and may see it.
    pub fn emit(&mut self, event: WebhookEvent<'_>) {
        if self.app.webhook_url.is_none() {
            return;
        }
        let Some(installation) = self
            .concerned(&event)
            .filter(|_| tells(event.name, event.action))
        else {
            return;
        };
        let id = self.outgoing.next_id();
        let attempt = Attempt {
            id,
            guid: ids::guid(id),
            event: event.name.to_owned(),
            action: event.action.map(str::to_owned),
            installation,
            repository: event.repository,
            redelivery: false,
            body: self.payload(&event, installation).to_string(),
            delivered_at: self.now(),
            outcome: None,
        };
        self.outgoing.accept(attempt);
    }

    /// The installation to name; the outer `None` means: tell nobody.
    fn concerned(&self, event: &WebhookEvent<'_>) -> Option<Option<i64>> {
        if ALWAYS.contains(&event.name) {
            return Some(event.installation);
        }
        let home = self.repositories.get(&event.repository?)?;
        let installation = self.installation_of(home)?;
        let heard = self.app.events.iter().any(|name| name == event.name)
            || is_of_its_checks(event, &installation.permissions);
        if !heard && on(Rule::Unsubscribed) {
            return None;
        }
        if installation.suspended_at.is_some() && on(Rule::SuspendedQuiet) {
            return None;
        }
        Some(Some(installation.id))
    }

    fn payload(&self, event: &WebhookEvent<'_>, installation: Option<i64>) -> Value {
        let mut payload = Map::new();
        if let Some(action) = event.action {
            payload.insert("action".to_owned(), json!(action));
        }
        if let Value::Object(fields) = &event.body {
            payload.extend(fields.clone());
        }
        if let Some(home) = event.repository.and_then(|id| self.repositories.get(&id)) {
            payload.insert("repository".to_owned(), self.repository_json(home));
        }
        payload.insert("sender".to_owned(), self.user_json(event.sender));
        if let Some(id) = installation {
            let short =
                json!({ "id": id, "node_id": format!("MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u{id}") });
            payload.entry("installation".to_owned()).or_insert(short);
        }
        Value::Object(payload)
    }
}

/// Whoever may write checks hears that one of theirs is wanted again, and cannot unsubscribe from it.
fn is_of_its_checks(event: &WebhookEvent<'_>, permissions: &Permissions) -> bool {
    let writes = permissions
        .get("checks")
        .is_some_and(|access| *access >= Access::Write);
    writes && event.name == "check_run" && event.action == Some("rerequested")
}
