//! Deliveries run again on a copy of the state: what was decided, and what would have been done.
//!
//! The copy is a file of its own that goes with the answer. It must never open the real database for writing, never perform an
//! effect, and never ask GitHub anything: what an effect would have found is not known here.

mod change;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, bail};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::Value;

use super::scratch::Scratch;
use super::setup::Setup;
use crate::config::Config;
use crate::core::ids::TaskKey;
use crate::core::policy::Me;
use crate::core::task::Task;
use crate::core::text::replay as says;
use crate::engine::Engine;
use crate::live_policy::LivePolicy;
use crate::store::{self, EffectFilter, InboxKind, InboxRow, NewInbox, Store, sqlite_url};
use crate::webhook::{self, Exported, Ours};

pub use change::Change;
use change::changes;

/// Where it is kept who we are on GitHub.
const IDENTITY: &str = "identity";
/// So many rows of each kind are looked at for one delivery.
const ROWS: i64 = 10_000;

/// What is to be run again.
#[derive(Debug, Clone)]
pub enum Question {
    /// Deliveries that were exported, as they are read.
    Exported(Vec<Exported>),
    /// One that is stored, by GitHub's id of it.
    Stored(String),
}

/// What came of all of them, in their order.
#[derive(Debug, Clone, Serialize)]
pub struct Replay {
    /// One after the other, each on what the one before left.
    pub deliveries: Vec<Replayed>,
}

/// What came of one delivery.
#[derive(Debug, Clone, Serialize)]
pub struct Replayed {
    /// GitHub's id, or its place in the file.
    pub delivery: String,
    /// The event, as in `X-GitHub-Event`.
    pub event: String,
    /// What was decided, in words.
    pub result: String,
    /// What was decided when it came, where it is stored.
    pub then: Option<String>,
    /// What followed of it: the facts that the engine told tasks, with what they led to.
    pub facts: Vec<Followed>,
    /// The tasks that were decided about.
    pub tasks: Vec<TaskChange>,
    /// What happened.
    pub events: Vec<Happened>,
    /// What would have been done outside.
    pub effects: Vec<Wanted>,
    /// Kinds of effects that would not have been done any more.
    pub withdrawn: Vec<String>,
}

/// A fact that followed.
#[derive(Debug, Clone, Serialize)]
pub struct Followed {
    /// What it is: `slot`, `waiting`, …
    pub fact: String,
    /// Of which task.
    pub task: Option<String>,
    /// What was decided.
    pub result: String,
}

/// A task before and after.
#[derive(Debug, Clone, Serialize)]
pub struct TaskChange {
    /// `owner/name#12`.
    pub task: String,
    /// Its state; none where nobody knew it.
    pub before: Option<String>,
    /// Its state.
    pub after: Option<String>,
    /// What of it is another one.
    pub changes: Vec<Change>,
}

/// An event.
#[derive(Debug, Clone, Serialize)]
pub struct Happened {
    /// Its dotted name.
    pub event: String,
    /// `owner/name#12`.
    pub task: Option<String>,
    /// Its details.
    pub details: Value,
}

/// An effect that would have been planned.
#[derive(Debug, Clone, Serialize)]
pub struct Wanted {
    /// Its kind.
    pub effect: String,
    /// Of which task, as it is known inside.
    pub task: Option<String>,
    /// Not before, epoch milliseconds.
    pub at: i64,
    /// What it would have done.
    pub action: Value,
}

/// Notes who we are on GitHub, without which nothing can be decided where GitHub is not asked.
pub(super) async fn keep_identity(store: &Store, me: &Me) -> anyhow::Result<()> {
    let text = serde_json::to_string(me)?;
    if store.meta(IDENTITY).await?.as_ref() != Some(&text) {
        store.put_meta(IDENTITY, &text).await?;
    }
    Ok(())
}

/// Runs deliveries again on a copy of the configured state, as it is now.
///
/// # Errors
/// There is no database, or nobody knows who we are; the delivery is not stored, or what it said is not kept.
pub async fn replay(config: Config, question: Question) -> anyhow::Result<Replay> {
    let url = config.database_url.expose_secret().to_owned();
    if store::is_empty(&url).await.context("read the database")? {
        let file = store::sqlite_file(&url).unwrap_or_default();
        bail!(says::no_database(&file.display().to_string()));
    }
    let setup = Setup::from_config(config)?;
    let scratch = Scratch::new()?;
    let copy = scratch.path().join("copy.db");
    store::back_up(&url, &copy)
        .await
        .context("copy the database")?;
    on_copy(&setup, scratch.path(), question).await
}

async fn on_copy(setup: &Setup, folder: &Path, question: Question) -> anyhow::Result<Replay> {
    let url = sqlite_url(&folder.join("copy.db"))?;
    let store = Store::open(&url).await.context("open the copy")?;
    let again = async {
        let me = store.meta(IDENTITY).await?;
        let me: Option<Me> = me.and_then(|text| serde_json::from_str(&text).ok());
        let Some(me) = me else {
            bail!(says::NO_IDENTITY);
        };
        let policy = LivePolicy::new(setup.policy_without_agents(me));
        let engine = Engine::new(store.clone(), policy.clone(), setup.clock.clone());
        settle(&engine).await?;
        let before = folder.join("before.db");
        store::back_up(&url, &before)
            .await
            .context("copy the copy")?;
        let before = Store::open(&sqlite_url(&before)?).await?;
        let mut again = Again {
            store: &store,
            before: &before,
            tasks: BTreeMap::new(),
            engine,
            policy,
            now: (setup.clock)(),
        };
        let all = again.all(question).await;
        before.close().await;
        all
    };
    let replay = again.await;
    store.close().await;
    replay
}

/// What waits already is decided first, so that nothing of it counts as what a delivery led to.
async fn settle(engine: &Engine) -> anyhow::Result<()> {
    engine.schedule().await?;
    while engine.step().await? > 0 {}
    Ok(())
}

/// Those who decide on the copy.
struct Again<'a> {
    store: &'a Store,
    /// The copy as it was before the first delivery.
    before: &'a Store,
    /// The tasks that were decided about since, with their states.
    tasks: BTreeMap<TaskKey, (String, Value)>,
    engine: Engine,
    policy: LivePolicy,
    now: i64,
}

/// A delivery as it goes in.
struct Goes {
    id: String,
    kind: InboxKind,
    event: String,
    body: String,
    then: Option<String>,
}

impl Again<'_> {
    async fn all(&mut self, question: Question) -> anyhow::Result<Replay> {
        let all = match question {
            Question::Stored(id) => vec![self.stored(&id).await?],
            Question::Exported(all) => all.into_iter().enumerate().map(goes).collect(),
        };
        let mut deliveries = Vec::new();
        for (number, one) in all.into_iter().enumerate() {
            deliveries.push(self.one(number, one).await?);
        }
        Ok(Replay { deliveries })
    }

    async fn stored(&self, id: &str) -> anyhow::Result<Goes> {
        let guid = id.strip_prefix("webhook:").unwrap_or(id);
        let row = self.store.inbox(&format!("webhook:{guid}")).await?;
        let Some(row) = row else {
            bail!(says::unknown(id));
        };
        let then = row.result.clone().unwrap_or_default();
        if row.body.is_empty() {
            bail!(says::not_kept(guid, &then));
        }
        Ok(Goes {
            id: guid.to_owned(),
            kind: row.kind,
            event: row.name,
            body: row.body,
            then: Some(then),
        })
    }

    async fn one(&mut self, number: usize, one: Goes) -> anyhow::Result<Replayed> {
        let before = Before::of(self.store).await?;
        let id = format!("replay:{number}:{}", one.id);
        let mut replayed = Replayed {
            delivery: one.id,
            event: one.event.clone(),
            result: String::new(),
            then: one.then,
            facts: Vec::new(),
            tasks: Vec::new(),
            events: Vec::new(),
            effects: Vec::new(),
            withdrawn: Vec::new(),
        };
        if let Some(reason) = self.concerns_nobody(&one.event, &one.body) {
            replayed.result = reason;
            return Ok(replayed);
        }
        let fact = NewInbox {
            id: id.clone(),
            kind: one.kind,
            name: one.event,
            task: None,
            body: one.body,
            received_at: self.now,
        };
        self.store.accept(fact).await?;
        while self.engine.step().await? > 0 {}
        self.told(&before, &id, &mut replayed).await?;
        Ok(replayed)
    }

    fn concerns_nobody(&self, event: &str, body: &str) -> Option<String> {
        let issues = &self.policy.issues;
        let ours = Ours {
            words: &issues.words,
            auto_start: &issues.auto_start,
            pull_gate: issues.pull_gate,
            login: Some(&self.policy.me.login),
        };
        let reason = webhook::concerns_nobody(event, body, ours)?;
        Some(format!("ignored: {reason}"))
    }

    /// Fills in what is in the copy now and was not before.
    async fn told(
        &mut self,
        before: &Before,
        id: &str,
        replayed: &mut Replayed,
    ) -> anyhow::Result<()> {
        let mut keys = BTreeSet::new();
        for row in self.store.inbox_after(before.inbox, ROWS).await? {
            keys.extend(row.task);
            match row.id == id {
                true => replayed.result = row.result.unwrap_or_default(),
                false => replayed.facts.push(followed(row)),
            }
        }
        for row in self.store.events(before.event, ROWS).await? {
            keys.extend(row.event.task);
            replayed.events.push(Happened {
                task: place(&row.event),
                event: row.event.name,
                details: serde_json::from_str(&row.event.body).unwrap_or_default(),
            });
        }
        let mut gone = before.open.clone();
        for look in self.store.effects(&EffectFilter::default(), ROWS).await? {
            if look.closed_at.is_none() {
                gone.remove(&look.effect.id);
            }
            if look.effect.seq <= before.effect || look.closed_at.is_some() {
                continue;
            }
            keys.extend(look.effect.task);
            replayed.effects.push(Wanted {
                effect: look.effect.kind,
                task: look.effect.task.map(|task| task.to_string()),
                at: look.not_before,
                action: action(&look.effect.body),
            });
        }
        replayed.withdrawn = gone.into_values().collect();
        replayed.tasks = self.changed(keys).await?;
        Ok(())
    }

    async fn changed(&mut self, keys: BTreeSet<TaskKey>) -> anyhow::Result<Vec<TaskChange>> {
        let keys: Vec<TaskKey> = keys.into_iter().collect();
        let mut tasks = Vec::new();
        for row in self.store.tasks(&keys).await? {
            let after: Value = serde_json::from_str(&row.body)?;
            let earlier = self.earlier(row.key).await?;
            let (state, body) = earlier.unzip();
            let changes = changes(&body.unwrap_or_default(), &after);
            self.tasks
                .insert(row.key, (row.state.clone(), after.clone()));
            let name = serde_json::from_value::<Task>(after).ok();
            let name = name.map(|task| format!("{}#{}", task.place.name, task.place.issue));
            tasks.push(TaskChange {
                task: name.unwrap_or_else(|| row.key.to_string()),
                before: state,
                after: Some(row.state),
                changes,
            });
        }
        Ok(tasks)
    }

    /// A task as it was before this delivery.
    async fn earlier(&self, key: TaskKey) -> anyhow::Result<Option<(String, Value)>> {
        if let Some(known) = self.tasks.get(&key) {
            return Ok(Some(known.clone()));
        }
        let Some(row) = self.before.task(key).await? else {
            return Ok(None);
        };
        Ok(Some((row.state, serde_json::from_str(&row.body)?)))
    }
}

/// How the copy stood before a delivery.
struct Before {
    inbox: i64,
    event: i64,
    effect: i64,
    /// Effects that were still to be done, with their kinds.
    open: BTreeMap<String, String>,
}

impl Before {
    async fn of(store: &Store) -> anyhow::Result<Self> {
        let effects = store.effects(&EffectFilter::default(), ROWS).await?;
        let open = effects.iter().filter(|look| look.closed_at.is_none());
        let open = open.map(|look| (look.effect.id.clone(), look.effect.kind.clone()));
        Ok(Self {
            inbox: store.newest_inbox().await?,
            event: store.newest_event().await?,
            effect: effects
                .iter()
                .map(|look| look.effect.seq)
                .max()
                .unwrap_or_default(),
            open: open.collect(),
        })
    }
}

fn goes((number, one): (usize, Exported)) -> Goes {
    Goes {
        id: one.guid.unwrap_or_else(|| (number + 1).to_string()),
        kind: InboxKind::Webhook,
        event: one.event,
        body: one.body,
        then: None,
    }
}

fn followed(row: InboxRow) -> Followed {
    Followed {
        fact: row.name,
        task: row.task.map(|task| task.to_string()),
        result: row.result.unwrap_or_default(),
    }
}

fn place(event: &store::NewEvent) -> Option<String> {
    Some(format!("{}#{}", event.repository.as_ref()?, event.issue?))
}

/// What an effect does, without where it does it.
fn action(body: &str) -> Value {
    let mut body: Value = serde_json::from_str(body).unwrap_or_default();
    body["action"].take()
}
