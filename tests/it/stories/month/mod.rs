//! A month of many repositories, played: issues with dependencies and priorities, turns that fail, three providers with their
//! weather, kills, deliveries that come twice, late and out of order. The engine, the schedule, the graph and the database are
//! real; only what comes of an effect is played. At every step it is asked what must always be so.
//!
//! `SKEP_TEST_MONTH=10000` plays that many issues instead of a few, and tells on the way where it stands.

mod order;
mod progress;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use skep::core::agent::{AgentSpec, ErrorClass};
use skep::core::dependency::Standing;
use skep::core::effect::{Action, Effect};
use skep::core::event::{Event, Fact};
use skep::core::ids::{RepositoryId, TaskKey};
use skep::core::role::built_in;
use skep::core::schedule::Reason;
use skep::core::task::{Gate, Stage, Task};
use skep::store::{Claim, Completion, EffectResult, EffectRow, InboxKind, NewInbox, SessionFilter};

use crate::test_app::{DAWN, TestApp};
use order::Order;
use progress::{Part, Progress};
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
    /// Turns to which a provider said that it lets nobody in.
    limited: usize,
    /// Turns that began although that was known: their slot was given before.
    refused: usize,
    kills: usize,
    repeated: usize,
    longest_queue: usize,
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
    progress: Progress,
    order: Order,
    /// The tasks of which the engine was told something, and which it may have changed.
    touched: BTreeSet<TaskKey>,
    /// Turns that ended well, of which the engine has not heard yet: with which agents, and when they began.
    worked: BTreeMap<TaskKey, (String, i64)>,
    /// When each turn was first begun, by its effect.
    first_begun: BTreeMap<String, i64>,
    /// The last event that was read.
    heard: i64,
}

impl Month {
    async fn new(issues: i64, tells: bool) -> Self {
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
            progress: Progress::new(tells),
            order: Order::default(),
            touched: BTreeSet::new(),
            worked: BTreeMap::new(),
            first_begun: BTreeMap::new(),
            heard: 0,
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
            self.nobody_is_left().await;
            self.must_hold().await;
            if self.chance.one_in(400) {
                self.kill().await;
                // What begins again begins now, as skep has it: what a turn proves of its provider depends on that.
                self.settle().await;
            }
            let now = self.app.now();
            let counts = (&self.counts, &self.order.seen);
            self.progress.tell((now - DAWN) / DAY, &counts);
            let since = Instant::now();
            let due = self.app.store().next_due(now).await;
            self.progress.spent(Part::Due, since);
            let next = [
                self.deeds.first().map(|(at, _)| *at),
                self.turns.keys().next().map(|(at, _)| *at),
                due.expect("the outbox"),
            ];
            let Some(next) = next.into_iter().flatten().min() else {
                return;
            };
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
                self.accept(new).await;
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

    async fn accept(&mut self, new: NewInbox) {
        self.touched.extend(new.task);
        let since = Instant::now();
        self.app.store().accept(new).await.expect("stored");
        self.progress.spent(Part::Accept, since);
    }

    async fn tell(&mut self, id: String, fact: Fact) {
        let new = NewInbox {
            id,
            kind: InboxKind::Sweep,
            name: "played".into(),
            task: Some(fact.place.task()),
            body: fact.to_json(),
            received_at: self.app.now(),
        };
        self.accept(new).await;
    }

    async fn step(&mut self) -> usize {
        let since = Instant::now();
        let handled = self.app.engine().step().await.expect("facts are handled");
        self.progress.spent(Part::Engine, since);
        let since = Instant::now();
        self.look_at_order(handled > 0).await;
        if handled == 0 {
            self.touched.clear();
            // What came too late proves nothing.
            self.worked.clear();
        }
        self.progress.spent(Part::Order, since);
        handled
    }

    /// Whoever was given a slot since the last look had its turn. Without a fact and an event nothing has changed.
    async fn look_at_order(&mut self, any_fact: bool) {
        let (now, mut starts, mut idle) = (self.app.now(), Vec::new(), Vec::new());
        let before = self.heard;
        loop {
            let events = self.app.store().events(self.heard, 500).await;
            let events = events.expect("the events");
            let Some(last) = events.last() else {
                break;
            };
            self.heard = last.seq;
            for event in events.into_iter().map(|row| row.event) {
                self.touched.extend(event.task);
                match event.name.as_str() {
                    "session.dispatched" => starts.extend(event.task),
                    "session.idle" => idle.extend(event.task),
                    _ => {}
                }
            }
        }
        if !any_fact && self.heard == before {
            return;
        }
        let touched: Vec<TaskKey> = self.touched.iter().copied().collect();
        for row in self.app.store().tasks(&touched).await.expect("the tasks") {
            let task: Task = serde_json::from_str(&row.body).expect("a task");
            let (key, issue) = (task.key(), &self.world.issues[&task.key()]);
            let starts = starts.contains(&key);
            self.order.learn(&task, (issue, starts), now);
        }
        for key in starts {
            self.order.start(key, now);
        }
        for (agent, since) in idle.iter().filter_map(|key| self.worked.remove(key)) {
            self.order.worked(&agent, since);
        }
    }

    /// Facts are taken up and effects performed until nothing is due.
    async fn settle(&mut self) {
        loop {
            while self.step().await > 0 {}
            let now = self.app.now();
            let owner = format!("month-{}", self.owner);
            let claim = Claim {
                owner: &owner,
                now,
                lease_until: now + 3 * HOUR,
                limit: 200,
                without_kinds: &[],
            };
            let since = Instant::now();
            let rows = self.app.store().claim(claim).await.expect("claims");
            self.progress.spent(Part::Claim, since);
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
        self.first_begun.entry(id.clone()).or_insert(now);
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
        match &event {
            Some(Event::TurnFailed {
                class: ErrorClass::RateLimit,
                ..
            }) => {
                self.counts.limited += 1;
                let until = self.world.shut.get(&agent).copied();
                // What is over in a moment is not waited for, but tried.
                let until = until.filter(|until| *until > now);
                self.order.refused(&agent, until, now);
                if let Some(until) = until {
                    self.told.entry(agent.clone()).or_insert((now, until));
                    if self.told[&agent].1 < now {
                        self.told.insert(agent.clone(), (now, until));
                    }
                }
            }
            Some(Event::TurnEnded { .. }) => {
                let since = self.first_begun[&row.id];
                let key = effect.place.task();
                self.worked.insert(key, (agent, since));
            }
            _ => {}
        }
        self.done(&row, &effect, event).await;
    }

    async fn done(&mut self, row: &EffectRow, effect: &Effect, event: Option<Event>) {
        let now = self.app.now();
        self.touched.extend(row.task);
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
        let since = Instant::now();
        self.app
            .store()
            .close_effect(closing)
            .await
            .expect("closed");
        self.progress.spent(Part::Close, since);
    }

    /// Everything that was under way is gone, as after `kill -9`; another process finds the leases lapsed.
    async fn kill(&mut self) {
        let since = Instant::now();
        self.counts.kills += 1;
        let owner = format!("month-{}", self.owner);
        self.owner += 1;
        self.turns.clear();
        self.app.crash().await;
        self.app.open().await;
        self.order.restarted(self.app.now());
        self.look_at_order(false).await;
        self.app
            .store()
            .release_owner(&owner)
            .await
            .expect("released");
        self.progress.spent(Part::Kill, since);
    }

    async fn task(&self, key: TaskKey) -> Task {
        let row = self.app.store().task(key).await.expect("a read");
        let row = row.unwrap_or_else(|| panic!("nothing is known of {key}"));
        serde_json::from_str(&row.body).expect("a task")
    }

    /// Nobody waits who might have a slot that is free.
    async fn nobody_is_left(&mut self) {
        let now = self.app.now();
        let Some((key, known)) = self.order.left_waiting(now) else {
            return;
        };
        let view = self.app.engine().queue(usize::MAX).await;
        let view = view.expect("the queue");
        let told = view.listed.iter().find(|(other, _)| *other == key);
        let task = self.task(key).await;
        let state = task.state();
        panic!(
            "at {now} {key} waits ({state}, {told:?}) with {} at work, and there is room for it: {known}",
            view.at_work
        );
    }

    /// What must be so at every moment.
    async fn must_hold(&mut self) {
        // One look costs as much as the queue is long.
        let seldom = 20 * (self.world.issues.len() as i64 / 1_000).max(1);
        if !self.chance.one_in(seldom) {
            return;
        }
        let since = Instant::now();
        self.is_so().await;
        self.progress.spent(Part::Ask, since);
    }

    async fn is_so(&mut self) {
        let view = self.app.engine().queue(usize::MAX).await;
        let view = view.expect("the queue");
        let live = self.live().await;
        assert_eq!(view.at_work as usize, live.len());
        let count =
            |what: &dyn Fn(&Task) -> bool| live.iter().filter(|task| what(task)).count() as u32;
        assert!(count(&|_| true) <= SLOTS);
        for repository in live.iter().map(|task| task.place.repository) {
            assert!(count(&|task| task.place.repository == repository) <= OF_REPOSITORY);
        }
        for agent in AGENTS {
            let of = count(&|task| task.job().is_some_and(|job| job.agent == agent));
            assert!(of <= OF_AGENT, "{of} of {agent}");
        }
        let keys: BTreeSet<TaskKey> = live.iter().map(Task::key).collect();
        assert_eq!(keys, self.order.live());
        let listed: BTreeSet<TaskKey> = view.listed.iter().map(|(key, _)| *key).collect();
        assert_eq!(listed, self.order.ready());
        for (key, told) in &view.listed {
            self.is_true(&told.reason, *key, &live);
        }
        let held: BTreeSet<TaskKey> = view.held_back.iter().copied().collect();
        assert!(held.iter().eq(self.order.held().keys()));
        for (key, gate) in self.order.held() {
            self.is_held(*key, gate);
        }
        self.is_stored(&listed, &held).await;
        self.counts.longest_queue = self.counts.longest_queue.max(listed.len());
    }

    /// The database says the same of some of those that wait.
    async fn is_stored(&mut self, listed: &BTreeSet<TaskKey>, held: &BTreeSet<TaskKey>) {
        for (keys, are_held) in [(listed, false), (held, true)] {
            for _ in 0..keys.len().min(10) {
                let by_lot = self.chance.below(keys.len() as i64) as usize;
                let key = *keys.iter().nth(by_lot).expect("one of them");
                let task = self.task(key).await;
                assert_eq!(task.state(), "queued", "{key}");
                assert_eq!(task.gate().is_some(), are_held, "{key}");
            }
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
                assert!(self.order.is_refused(agent), "{key}: {reason:?}");
            }
            other => panic!("{key}: {other:?}"),
        }
    }

    /// What holds a task is so.
    fn is_held(&self, key: TaskKey, gate: &str) {
        assert!(["blockers", "unmet"].contains(&gate), "{key}: {gate}");
        let blockers = &self.world.issues[&key].waits_for;
        let open = |key: &TaskKey| self.world.issues[key].standing != Standing::Completed;
        // What was closed is heard with its delivery.
        let on_its_way = || {
            self.deeds.iter().any(
                |(_, deed)| matches!(deed, Deed::Delivery(of, "closed", _) if blockers.contains(of)),
            )
        };
        assert!(
            blockers.iter().any(open) || on_its_way(),
            "{key} is held by nothing"
        );
    }

    /// The tasks at work, as the database has them.
    async fn live(&self) -> Vec<Task> {
        let filter = SessionFilter {
            live: Some(true),
            ..SessionFilter::default()
        };
        let sessions = self.app.store().sessions(&filter, 1_000).await;
        let mut live = Vec::new();
        for session in sessions.expect("the sessions") {
            live.push(self.task(session.task).await);
        }
        live.retain(|task| matches!(task.stage, Stage::Working { .. }));
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
    let wish = std::env::var("SKEP_TEST_MONTH").ok();
    let issues = wish.as_ref().and_then(|count| count.parse().ok());
    let issues = issues.unwrap_or(150);
    let mut month = Month::new(issues, wish.is_some()).await;
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
    let seen = &month.order.seen;
    assert!(seen.longest_wait_h < 24 * 8, "{seen:?}");
    assert!(seen.contested > 0, "{seen:?}");
    println!(
        "seed {SEED}, {issues} issues, {:?}, {seen:?}, {tokens} tokens; {}",
        month.counts, month.progress
    );
    month.app.leave_unfinished();
    month.app.done().await;
}
