//! What the keeper of this GitHub does: installations, permissions, the hook, its flow, faults and limits.
//!
//! It exists so that demos and tests set the stage. It must never act in a person's name: that is `user`.

use crate::api_error::ApiError;
use crate::control;
use crate::fault::FaultRule;
use crate::handle::simulator::{Simulator, SimulatorError};
use crate::world::account::{Access, App, Permissions};
use crate::world::attachment::Attachment;
use crate::world::facts::World;
use crate::world::outgoing::Flow;
use crate::world::webhook_event::ALWAYS;

type Done<T> = Result<T, SimulatorError>;

impl Simulator {
    /// The installation that covers a repository.
    pub fn installation(&self, home: impl Into<i64>) -> Done<i64> {
        let home = home.into();
        let found = self.state().read(|world| {
            world
                .repository(home)
                .map(|home| world.installation_of(home).map(|i| i.id))
        })?;
        Ok(found.ok_or_else(ApiError::not_found)?)
    }

    /// Puts a file where people attach theirs: at a path such as `/user-attachments/assets/<id>`; gives its address.
    pub fn attach(&self, path: &str, bytes: &[u8]) -> String {
        let file = Attachment::File(bytes.to_vec().into());
        self.attach_as(path, file)
    }

    /// Has an attachment's address lead elsewhere; gives the address.
    pub fn attach_elsewhere(&self, path: &str, to: &str) -> String {
        self.attach_as(path, Attachment::Elsewhere(to.to_owned()))
    }

    fn attach_as(&self, path: &str, attachment: Attachment) -> String {
        self.state().change(|world| {
            world.attachments.insert(path.to_owned(), attachment);
            format!("{}{path}", world.root)
        })
    }

    /// Suspends an installation.
    pub fn suspend(&self, installation: impl Into<i64>) -> Done<()> {
        let installation = installation.into();
        Ok(self
            .state()
            .change(|world| world.set_suspended(installation, true))?)
    }

    /// Ends the suspension.
    pub fn unsuspend(&self, installation: impl Into<i64>) -> Done<()> {
        let installation = installation.into();
        Ok(self
            .state()
            .change(|world| world.set_suspended(installation, false))?)
    }

    /// Removes the App from an account.
    pub fn uninstall(&self, installation: impl Into<i64>) -> Done<()> {
        let installation = installation.into();
        Ok(self.state().change(|world| world.uninstall(installation))?)
    }

    /// Gives a repository to the App, or takes it away.
    pub fn set_installed(&self, home: impl Into<i64>, installed: bool) -> Done<()> {
        let home = home.into();
        Ok(self
            .state()
            .change(|world| world.set_installed(home, installed))?)
    }

    /// Changes one permission of an installation; `None` takes it away. Tokens made before are narrowed with it.
    pub fn set_app_permission(
        &self,
        installation: impl Into<i64>,
        name: &str,
        access: Option<Access>,
    ) -> Done<()> {
        let installation = installation.into();
        Ok(self.state().change(|world| {
            let mut granted: Permissions = world.granted(installation);
            match access {
                Some(access) => drop(granted.insert(name.to_owned(), access)),
                None => drop(granted.remove(name)),
            }
            world.set_permissions(installation, granted)
        })?)
    }

    /// Says which types the issues of a repository may have. On GitHub its organization does.
    pub fn set_issue_types(&self, home: impl Into<i64>, names: &[&str]) -> Done<()> {
        let home = home.into();
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Ok(self
            .state()
            .change(|world| world.repository_mut(home).map(|home| home.kinds = names))?)
    }

    /// Chooses an option of an issue's field. On GitHub its organization has the fields; nobody is told here.
    pub fn set_issue_field(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        field: (&str, &str),
    ) -> Done<()> {
        let (home, issue) = (home.into(), issue.into());
        let (name, option) = (field.0.to_owned(), field.1.to_owned());
        Ok(self.state().change(|world| {
            world.issue_mut(home, issue).map(|issue| {
                issue.fields.retain(|(other, _)| *other != name);
                issue.fields.push((name, option));
            })
        })?)
    }

    /// Says what the App's own labels begin with: `agent:` when nobody does. It is watched to leave others alone.
    pub fn set_label_prefix(&self, prefix: &str) {
        self.state()
            .change(|world| prefix.clone_into(&mut world.label_prefix));
    }

    /// Says where webhooks go from now on.
    pub fn set_webhook_url(&self, url: &str) {
        self.state()
            .change(|world| world.app.webhook_url = Some(url.to_owned()));
    }

    /// Changes what webhooks are signed with.
    pub fn set_webhook_secret(&self, secret: &str) {
        self.state()
            .change(|world| secret.clone_into(&mut world.app.webhook_secret));
    }

    /// Says which events the App listens to. Those every App gets are left out: GitHub does not offer them.
    pub fn set_events(&self, events: &[&str]) {
        let events = events
            .iter()
            .filter(|event| !ALWAYS.contains(event))
            .map(|event| (*event).to_owned())
            .collect();
        self.state().change(|world| world.app.events = events);
    }

    /// Sends a `ping`, as GitHub does when the hook is made.
    pub fn ping(&self) {
        self.state().change(World::tell_ping);
    }

    /// Says that an App of somebody else bears a name.
    pub fn take_app_name(&self, slug: &str) {
        let slug = slug.to_owned();
        self.state()
            .change(|world| world.registration.taken.push(slug));
    }

    /// From here on no App can ask for these events, as on versions of Enterprise Server that do not have them.
    pub fn offer_no_events(&self, events: &[&str]) {
        let events = events.iter().map(|event| (*event).to_owned()).collect();
        self.state()
            .change(|world| world.registration.not_offered = events);
    }

    /// The App on an account, as its owner installs it.
    pub fn install_on(&self, account: &str) -> i64 {
        self.state().change(|world| world.install_on(account))
    }

    /// The App as it is registered now.
    pub fn app(&self) -> App {
        self.state().read(|world| world.app.clone())
    }

    /// Says what happens to new webhooks: [`Flow::Held`] collects, [`Flow::Dropped`] loses, [`Flow::Doubled`] repeats.
    pub fn set_flow(&self, flow: Flow) {
        self.state().change(|world| world.outgoing.flow = flow);
    }

    /// Sends what was held, in the order it came, and goes on directly.
    pub fn release(&self) {
        self.state().change(|world| world.outgoing.release());
    }

    /// Loses what was held: it is listed as failed deliveries.
    pub fn lose_held(&self) {
        self.state().change(|world| world.outgoing.lose_held());
    }

    /// Sends waiting webhooks in a disorder that depends on the seed; `None`: in order.
    pub fn shuffle(&self, seed: Option<u64>) {
        self.state().change(|world| world.outgoing.shuffle = seed);
    }

    /// Sends a delivery again with the same GUID; 404 when there is none of that id.
    pub fn redeliver(&self, delivery: i64) -> Done<()> {
        let again = self.state().change(|world| {
            let now = world.now();
            world.outgoing.redeliver(delivery, now)
        });
        again.map(drop).ok_or_else(|| ApiError::not_found().into())
    }

    /// Asks for a fault.
    pub fn add_fault(&self, fault: FaultRule) {
        control::add_fault(self.state(), fault);
    }

    /// Lets go the requests that a [`crate::fault::Fault::Held`] holds.
    pub fn let_go(&self) {
        self.state().faults(|faults| faults.let_go());
    }

    /// Forgets the faults not played yet.
    pub fn clear_faults(&self) {
        self.state().faults(|faults| faults.clear());
    }

    /// Says how many requests an installation may make in an hour.
    pub fn set_hourly_limit(&self, limit: i64) {
        self.state()
            .call_log(|traffic| traffic.hourly = Some(limit));
    }

    /// Says how many requests that create content an installation may make in a minute and in an hour, where the secondary limits
    /// are on.
    pub fn set_creation_limits(&self, per_minute: usize, per_hour: usize) {
        self.state()
            .call_log(|traffic| traffic.creations = Some((per_minute, per_hour)));
    }

    /// Switches the secondary limits on or off.
    pub fn enforce_limits(&self, enforce: bool) {
        self.state().call_log(|traffic| traffic.enforce = enforce);
    }

    /// Waits until no webhook is queued or on its way. Held ones do not count.
    pub async fn quiet(&self) {
        loop {
            let rested = self.state().idle.notified();
            tokio::pin!(rested);
            rested.as_mut().enable();
            if self.state().read(|world| world.outgoing.is_quiet()) {
                return;
            }
            rested.await;
        }
    }

    /// Whether two handles are the same simulator.
    pub fn is_same(&self, other: &Self) -> bool {
        std::sync::Arc::ptr_eq(&self.inner, &other.inner)
    }
}
