//! A month of many repositories, played: issues with dependencies and priorities, turns that fail, three providers with their
//! weather, kills, deliveries that come twice, late and out of order. The engine, the schedule, the graph and the database are
//! real; only what comes of an effect is played. At every step it is asked what must always be so.
//!
//! `SKEP_TEST_MONTH=10000` plays that many issues instead of a few.

mod world;

use std::collections::{BTreeMap, BTreeSet};

use skep::core::agent::AgentSpec;
use skep::core::dependency::Standing;
use skep::core::effect::{Action, Effect};
use skep::core::event::{Event, Fact};
use skep::core::ids::{RepositoryId, TaskKey};
use skep::core::role::built_in;
use skep::core::schedule::Reason;
use skep::core::task::{Gate, Task};
use skep::store::{Claim, Completion, EffectResult, EffectRow, InboxKind, NewInbox};

use crate::test_app::TestApp;
use world::{AGENTS, DAY, HOUR, Lot, MINUTE, World};

const SEED: u64 = 11;
const SLOTS: u32 = 12;
const OF_REPOSITORY: u32 = 3;
const OF_AGENT: u32 = 6;

/// Something that the world does at a moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    /// A delivery arrives: of an issue, with its action, and a number that tells two of one kind apart.
    Delivery(TaskKey, &'static str, i64),
    /// The pull request is merged, and with it the issue closed.
    Merge(TaskKey, i64),
    /// A person closes an issue on which the work failed.
    GiveUp(TaskKey),
}

/// A turn that is under way.
struct Turn {
    row: EffectRow,
    effect: Effect,
    agent: String,
    event: Option<Event>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    turns: usize,
    refused: usize,
    kills: usize,
    repeated: usize,
    longest_wait_h: i64,
}

struct Month {
    app: TestApp,
    world: World,
    chance: Lot,
    deeds: BTreeSet<(i64, Deed)>,
    turns: BTreeMap<(i64, String), Turn>,
    /// Since when each agent is known to be shut, and until when.
    told: BTreeMap<String, (i64, i64)>,
    owner: usize,
    counts: Counts,
}

impl Month {
    async fn new(issues: i64) -> Self {
        let app = TestApp::with(|plan| {
            plan.limits.sessions = SLOTS;
            plan.limits.sessions_per_repository = OF_REPOSITORY;
            plan.more_agents = AGENTS
                .map(|name| AgentSpec {
                    sessions: Some(OF_AGENT),
                    ..AgentSpec::new(name, vec!["played".into()])
                })
                .to_vec();
            plan.roles = AGENTS.map(role).to_vec();
        })
        .await;
        let world = World::new(SEED, issues, app.now());
        let mut month = Self {
            app,
            world,
            chance: Lot(SEED + 1),
            deeds: BTreeSet::new(),
            turns: BTreeMap::new(),
            told: BTreeMap::new(),
            owner: 0,
            counts: Counts::default(),
        };
        let asked: Vec<(TaskKey, i64)> = month
            .world
            .issues
            .iter()
            .map(|(key, issue)| (*key, issue.asked_at))
            .collect();
        for (key, at) in asked {
            month.deliver(key, "labeled", at);
        }
        month
    }

    /// A delivery comes late, and now and then twice.
    fn deliver(&mut self, key: TaskKey, action: &'static str, at: i64) {
        let number = self.world.number();
        let late = self.chance.below(30_000);
        self.deeds
            .insert((at + late, Deed::Delivery(key, action, number)));
        if self.chance.one_in(20) {
            self.counts.repeated += 1;
            let later = at + late + self.chance.below(HOUR);
            self.deeds
                .insert((later, Deed::Delivery(key, action, number)));
        }
    }

    async fn play(&mut self) {
        loop {
            self.due().await;
            self.settle().await;
            self.must_hold().await;
            if self.chance.one_in(400) {
                self.kill().await;
            }
            let next = [
                self.deeds.first().map(|(at, _)| *at),
                self.turns.keys().next().map(|(at, _)| *at),
                self.app
                    .store()
                    .next_due(self.app.now())
                    .await
                    .expect("the outbox"),
            ];
            let Some(next) = next.into_iter().flatten().min() else {
                return;
            };
            let now = self.app.now();
            self.app.advance_to(next.max(now + 1));
        }
    }

    /// Everything of the world whose moment has come.
    async fn due(&mut self) {
        let now = self.app.now();
        while let Some((at, _)) = self.deeds.first()
            && *at <= now
        {
            let (_, deed) = self.deeds.pop_first().expect("a deed");
            self.act(deed, now).await;
        }
        while let Some(first) = self.turns.first_entry()
            && first.key().0 <= now
        {
            let turn = first.remove();
            self.turn_over(turn, now).await;
        }
    }

    async fn act(&mut self, deed: Deed, now: i64) {
        match deed {
            Deed::Delivery(key, action, number) => {
                let body = self
                    .world
                    .delivery(key, self.world.issues[&key].asked_at, action);
                let body = match action {
                    "labeled" => body,
                    _ => self.world.delivery(key, now, action),
                };
                let id = format!("webhook:{key}:{action}:{number}");
                let new = NewInbox {
                    id,
                    kind: InboxKind::Webhook,
                    name: "issues".into(),
                    task: Some(key),
                    body: body.to_string(),
                    received_at: now,
                };
                self.app.store().accept(new).await.expect("stored");
            }
            Deed::Merge(key, pull) => {
                let place = self.world.issues[&key].place.clone();
                let event = Event::PullClosed {
                    number: pull,
                    merged: true,
                };
                self.close(key, Standing::Completed, now);
                self.tell(format!("merged:{key}:{pull}"), Fact { place, event })
                    .await;
            }
            Deed::GiveUp(key) => {
                let standing = match self.chance.one_in(3) {
                    true => Standing::NotPlanned,
                    false => Standing::Completed,
                };
                self.close(key, standing, now);
            }
        }
    }

    fn close(&mut self, key: TaskKey, standing: Standing, now: i64) {
        let issue = self.world.issues.get_mut(&key).expect("an issue");
        issue.standing = standing;
        self.deliver(key, "closed", now);
    }

    async fn tell(&self, id: String, fact: Fact) {
        let new = NewInbox {
            id,
            kind: InboxKind::Sweep,
            name: "played".into(),
            task: Some(fact.place.task()),
            body: fact.to_json(),
            received_at: self.app.now(),
        };
        self.app.store().accept(new).await.expect("stored");
    }

    /// Facts are taken up and effects performed until nothing is due.
    async fn settle(&mut self) {
        loop {
            while self.app.engine().step().await.expect("facts are handled") > 0 {}
            let now = self.app.now();
            let owner = format!("month-{}", self.owner);
            let claim = Claim {
                owner: &owner,
                now,
                lease_until: now + 3 * HOUR,
                limit: 200,
                without_kinds: &[],
            };
            let rows = self.app.store().claim(claim).await.expect("claims");
            if rows.is_empty() {
                return;
            }
            for row in rows {
                self.perform(row, now).await;
            }
        }
    }

    async fn perform(&mut self, row: EffectRow, now: i64) {
        let effect: Effect = serde_json::from_str(&row.body).expect("an effect");
        if let Action::RunTurn(_) = &effect.action {
            return self.begin_turn(row, effect, now).await;
        }
        let event = self.world.outcome(&effect, now);
        if let Some(Event::PullOpened { number, .. }) = &event {
            let merged = now + HOUR + self.chance.below(DAY);
            self.deeds
                .insert((merged, Deed::Merge(effect.place.task(), *number)));
        }
        self.done(&row, &effect, event).await;
    }

    async fn begin_turn(&mut self, row: EffectRow, effect: Effect, now: i64) {
        let task = self.task(effect.place.task()).await;
        let job = task.job().expect("a job");
        let agent = job.agent.clone();
        // What had its slot when the provider was refused may still try; nothing is given a slot after that.
        if let Some((since, until)) = self.told.get(&agent)
            && now < *until
        {
            let began = job.started_at.expect("it has begun");
            assert!(
                began <= *since,
                "{agent} is shut from {since} to {until}, and {began} began"
            );
            self.counts.refused += 1;
        }
        let (took, event) = self.world.turn(&effect, &agent, now);
        self.counts.turns += 1;
        if let Some(session) = effect.session.clone() {
            let place = effect.place.clone();
            let event = Event::AgentStarted {
                session,
                agent_session: "s".into(),
                agent: agent.clone(),
                queues: false,
            };
            self.tell(
                format!("started:{}:{}", row.id, row.fence),
                Fact { place, event },
            )
            .await;
        }
        let id = row.id.clone();
        let turn = Turn {
            row,
            effect,
            agent,
            event,
        };
        self.turns.insert((now + took, id), turn);
    }

    async fn turn_over(&mut self, turn: Turn, now: i64) {
        let Turn {
            row,
            effect,
            agent,
            event,
        } = turn;
        if let Some(Event::TurnFailed { class, .. }) = &event {
            let until = self.world.shut.get(&agent).copied();
            if *class == skep::core::agent::ErrorClass::RateLimit
                && let Some(until) = until.filter(|until| *until > now)
            {
                self.told.entry(agent.clone()).or_insert((now, until));
                if self.told[&agent].1 < now {
                    self.told.insert(agent.clone(), (now, until));
                }
            }
        }
        self.done(&row, &effect, event).await;
    }

    async fn done(&self, row: &EffectRow, effect: &Effect, event: Option<Event>) {
        let now = self.app.now();
        let id = format!("outcome:{}:{}", row.id, row.fence);
        let outcome = event.map(|event| {
            let place = effect.place.clone();
            NewInbox {
                id,
                kind: InboxKind::Outcome,
                name: row.kind.clone(),
                task: row.task,
                body: Fact { place, event }.to_json(),
                received_at: now,
            }
        });
        let closing = Completion {
            id: &row.id,
            fence: row.fence,
            now,
            result: EffectResult::Done,
            why: None,
            outcome,
        };
        self.app
            .store()
            .close_effect(closing)
            .await
            .expect("closed");
    }

    /// Everything that was under way is gone, as after `kill -9`; another process finds the leases lapsed.
    async fn kill(&mut self) {
        self.counts.kills += 1;
        let owner = format!("month-{}", self.owner);
        self.owner += 1;
        self.turns.clear();
        self.app.crash().await;
        self.app.open().await;
        self.app
            .store()
            .release_owner(&owner)
            .await
            .expect("released");
    }

    async fn task(&self, key: TaskKey) -> Task {
        let row = self.app.store().task(key).await.expect("a read");
        let row = row.unwrap_or_else(|| panic!("nothing is known of {key}"));
        serde_json::from_str(&row.body).expect("a task")
    }

    /// What must be so at every moment.
    async fn must_hold(&mut self) {
        if !self.chance.one_in(20) {
            return;
        }
        let now = self.app.now();
        let view = self.app.engine().queue(10_000).await.expect("the queue");
        assert!(view.at_work <= SLOTS, "{} at work", view.at_work);
        let live = self.live().await;
        let count =
            |what: &dyn Fn(&Task) -> bool| live.iter().filter(|task| what(task)).count() as u32;
        for repository in live.iter().map(|task| task.place.repository) {
            assert!(count(&|task| task.place.repository == repository) <= OF_REPOSITORY);
        }
        for agent in AGENTS {
            let of = count(&|task| task.job().is_some_and(|job| job.agent == agent));
            assert!(of <= OF_AGENT, "{of} of {agent}");
        }
        for (key, told) in &view.listed {
            let task = self.task(*key).await;
            assert_eq!(task.gate(), None, "{key} is held and listed");
            let waited = now - task.job().expect("a job").queued_at;
            self.counts.longest_wait_h = self.counts.longest_wait_h.max(waited / HOUR);
            self.is_true(&told.reason, *key, &live);
        }
        for key in &view.held_back {
            self.is_held(*key).await;
        }
    }

    /// A reason that is shown is so.
    fn is_true(&self, reason: &Reason, key: TaskKey, live: &[Task]) {
        let of_repository = |repository: RepositoryId| {
            live.iter()
                .filter(|task| task.place.repository == repository)
                .count()
        };
        match reason {
            Reason::Turn => assert_eq!(live.len(), SLOTS as usize, "{key} waits for its turn"),
            Reason::Repository { most } => {
                assert!(
                    of_repository(key.repository) >= *most as usize,
                    "{key}: {reason:?}"
                );
            }
            Reason::Agent { agent, most } => {
                let of = live
                    .iter()
                    .filter(|task| task.job().is_some_and(|job| job.agent == *agent));
                assert!(of.count() >= *most as usize, "{key}: {reason:?}");
            }
            Reason::Closed { agent, .. } => {
                assert!(self.told.contains_key(agent), "{key}: {reason:?}");
            }
            other => panic!("{key}: {other:?}"),
        }
    }

    async fn is_held(&self, key: TaskKey) {
        let task = self.task(key).await;
        let open = |key: &TaskKey| self.world.issues[key].standing != Standing::Completed;
        let waits = self.world.issues[&key].waits_for.iter().any(open);
        match task.gate() {
            // What was closed is heard with its delivery.
            Some(Gate::Blockers | Gate::Unmet) => {
                let on_its_way = self.deeds.iter().any(|(_, deed)| {
                    matches!(deed, Deed::Delivery(of, "closed", _) if self.world.issues[&key].waits_for.contains(of))
                });
                assert!(waits || on_its_way, "{key} is held by nothing");
            }
            other => panic!("{key}: {other:?}"),
        }
    }

    async fn live(&self) -> Vec<Task> {
        let mut live = Vec::new();
        for state in ["working", "needs-you"] {
            let keys = self
                .app
                .store()
                .task_keys(state, 1_000)
                .await
                .expect("keys");
            for key in keys {
                live.push(self.task(key).await);
            }
        }
        live.retain(|task| matches!(task.stage, skep::core::task::Stage::Working { .. }));
        live
    }

    /// What failed, or was left with a person, is closed by one, and so nothing waits for ever.
    async fn close_the_rest(&mut self) -> bool {
        let now = self.app.now();
        let open: Vec<TaskKey> = self
            .world
            .issues
            .iter()
            .filter(|(_, issue)| issue.standing == Standing::Open)
            .map(|(key, _)| *key)
            .collect();
        let mut any = false;
        for key in open {
            let task = self.task(key).await;
            let waits_in_vain = matches!(task.gate(), Some(Gate::Unmet));
            if waits_in_vain || ["failed", "needs-you"].contains(&task.state()) {
                self.deeds.insert((now + MINUTE, Deed::GiveUp(key)));
                any = true;
            }
        }
        any
    }
}

fn role(agent: &str) -> skep::core::role::Role {
    let mut role = built_in(&"swe".parse().expect("a name")).expect("a role");
    role.name = agent.parse().expect("a name");
    role.agent = Some(agent.to_owned());
    role
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_starves_nobody_and_keeps_every_promise() {
    let issues = std::env::var("SKEP_TEST_MONTH").ok();
    let issues = issues.and_then(|count| count.parse().ok()).unwrap_or(150);
    let mut month = Month::new(issues).await;
    month.play().await;
    while month.close_the_rest().await {
        month.play().await;
    }
    let mut tokens = 0;
    for (key, issue) in &month.world.issues {
        let task = month.task(*key).await;
        assert_ne!(issue.standing, Standing::Open, "{key}: {}", task.state());
        assert!(!task.stage.is_live(), "{key} is {}", task.state());
        tokens += task.meter.spent.tokens.total();
    }
    // Waiting costs nothing: what is shown as spent is what turns spent, but for those that a kill took the news of.
    assert!(
        tokens <= month.world.tokens,
        "{tokens} of {}",
        month.world.tokens
    );
    assert!(month.counts.longest_wait_h < 24 * 25, "{:?}", month.counts);
    println!(
        "seed {SEED}, {issues} issues, {:?}, {tokens} tokens",
        month.counts
    );
    month.app.leave_unfinished();
    month.app.done().await;
}
