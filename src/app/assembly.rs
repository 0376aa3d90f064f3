//! What stands before GitHub has said who we are: enough to take webhooks in and to answer the operator; and what is added
//! once it has.
//!
//! Everything on this machine that would make later work impossible is found out here.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use secrecy::{ExposeSecret, SecretString};

use super::admin_api::AdminApi;
use super::disk_space::DiskSpace;
use super::health::Health;
use super::intake::WebhookIngest;
use super::listeners::{Entry, dashboard};
use super::live_graph::EngineGraph;
use super::modules::App;
use super::people::GitHubPeople;
use super::random_name::random_name;
use super::setup::Setup;
use super::tokens::Tokens;
use super::{admin_token, ca_bundle, notifications, replay};
use crate::agent::Agents;
use crate::agent::guard::Guard;
use crate::core::effect::Worth;
use crate::core::leavings;
use crate::core::policy::Me;
use crate::core::sanitise::HeldSecrets;
use crate::core::text::check;
use crate::engine::{self, Engine};
use crate::git::Git;
use crate::github::{AppIdentity, GitHub};
use crate::http::People;
use crate::live_policy::LivePolicy;
use crate::runner::{
    Ballast, Folders, MarkerKey, PostedComments, Refusals, Runner, Services, ToldOf, Usage,
};
use crate::signing::SigningKey;
use crate::store::{self, Complaint, Created, DataLock, Store};
use crate::sweep::{Sweep, SweepServices};

/// How far back creations count for the pace, milliseconds.
const HOUR: i64 = 3_600_000;

/// The modules that can be built before GitHub has said who we are.
pub(super) struct Assembly {
    pub(super) store: Store,
    pub(super) github: GitHub,
    pub(super) git: Git,
    pub(super) agents: Agents,
    pub(super) ingest: Arc<WebhookIngest>,
    pub(super) admin: Arc<AdminApi>,
    pub(super) health: Arc<Health>,
    pub(super) setup: Setup,
    pub(super) token: SecretString,
    people: Option<Arc<dyn People>>,
    lock: Arc<DataLock>,
    guard: Option<Arc<Guard>>,
    ballast: Arc<Ballast>,
    usage: Arc<Usage>,
    pub(super) held: HeldSecrets,
}

impl App {
    /// Builds the modules and asks GitHub once who we are. Everything that would make later work impossible is found out
    /// here.
    pub async fn build(setup: Setup) -> anyhow::Result<Self> {
        let assembly = Assembly::open(setup).await?;
        let identity = assembly
            .github
            .app()
            .await
            .context("ask GitHub who we are")?;
        assembly.complete(identity).await
    }
}

impl Assembly {
    /// Builds them, and asks GitHub nothing.
    pub(super) async fn open(mut setup: Setup) -> anyhow::Result<Self> {
        let folder = setup.data_dir.display().to_string();
        let made = tokio::fs::create_dir_all(&setup.data_dir).await;
        made.map_err(|error| anyhow!(check::no_data_folder(&folder, &error.to_string())))?;
        let lock = store::lock_data_dir(&setup.data_dir)
            .await
            .context("lock the data folder")?;
        setup.network.ca_bundle = ca_bundle::write(&setup.certificates, &setup.data_dir)?;
        let store = Store::open(&setup.database_url)
            .await
            .context("open the database")?;
        store.hold_alone().await?;
        let held = HeldSecrets::default();
        held.hold(setup.keys());
        let github = GitHub::new(setup.github_config(&held)).context("set up the GitHub client")?;
        // A demo agent in this process is not to be killed with it.
        let guard = (!setup.demo_in_process).then(|| Arc::new(Guard::start(setup.program.clone())));
        let life = guard.as_ref().map(|guard| guard.life().to_owned());
        let git = Git::open(setup.git_config(life.clone()))
            .await
            .context("set up git")?;
        let agents = Agents::open(setup.agents_config(life))
            .await
            .context("set up agents")?;
        let cut_short = Folders::new(setup.data_dir.clone()).verifications();
        git.discard(&cut_short)
            .await
            .context("remove what a former life was verifying")?;
        let token = match &setup.admin_token {
            Some(token) => token.clone(),
            None => admin_token::in_folder(&setup.data_dir)?,
        };
        held.hold([token.expose_secret().to_owned()]);
        let health = Arc::new(Health::new(setup.clock.clone()));
        let ballast = Arc::new(Ballast::new(&setup.data_dir));
        let usage = Arc::new(Usage::default());
        let disk = DiskSpace {
            folder: setup.data_dir.clone(),
            wanted: setup.limits.disk_reserve_bytes,
            limit: setup.limits.disk_bytes,
            ballast: Arc::clone(&ballast),
            usage: Arc::clone(&usage),
        };
        let ingest = WebhookIngest {
            store: store.clone(),
            github: github.clone(),
            secrets: setup.github.secrets.clone(),
            clock: setup.clock.clone(),
            agents: agents.clone(),
            health: health.clone(),
            disk: disk.clone(),
            trouble: Complaint::default(),
            issues: setup.issues.clone(),
            others: Default::default(),
        };
        let tokens = Tokens {
            store: store.clone(),
            clock: setup.clock.clone(),
        };
        let admin = Arc::new(AdminApi::new(tokens, github.clone(), health.clone(), disk));
        let people = GitHubPeople::of(&setup.github, &setup.network)?;
        let (ingest, lock) = (Arc::new(ingest), Arc::new(lock));
        Ok(Self {
            store,
            github,
            git,
            agents,
            ingest,
            admin,
            health,
            setup,
            token,
            people,
            lock,
            guard,
            ballast,
            usage,
            held,
        })
    }

    /// What the listeners pass requests to.
    pub(super) fn entry(&self) -> Entry {
        Entry {
            ingest: self.ingest.clone(),
            admin: self.admin.clone(),
            token: self.token.clone(),
            dashboard: dashboard(&self.setup.issues),
            people: self.people.clone(),
        }
    }

    /// Adds the rest, as who GitHub says we are: from here on work can be done.
    pub(super) async fn complete(&self, identity: AppIdentity) -> anyhow::Result<App> {
        self.health.identified();
        let (store, setup) = (self.store.clone(), &self.setup);
        let me = us(&store, identity).await?;
        let policy = LivePolicy::new(setup.policy(me, &self.agents));
        let owner = instance(&store).await.context("read the instance's name")?;
        let released = store
            .release_owner(&owner)
            .await
            .context("release leases of an earlier process")?;
        if released > 0 {
            tracing::info!(released, "work of an earlier process is taken up again");
        }
        let marker = marker_key(&store)
            .await
            .context("read the key for markers")?;
        self.held.hold([marker.clone()]);
        let marker = MarkerKey::new(&marker);
        let key = SigningKey::in_folder(&setup.data_dir)
            .context("read the key for statements of provenance")?;
        self.held.hold(key.to_be_held());
        let engine = Engine::new(store.clone(), policy.clone(), setup.clock.clone());
        let notifier = notifications::open(setup, &store, &self.held, &owner).await?;
        let services = Arc::new(Services {
            store: store.clone(),
            github: self.github.clone(),
            git: self.git.clone(),
            agents: self.agents.clone(),
            policy: policy.clone(),
            redactor: self.held.clone(),
            ignore: leavings(setup),
            specs: setup.specs.clone(),
            clock: setup.clock.clone(),
            ballast: self.ballast.clone(),
            folders: Folders::new(setup.data_dir.clone()),
            marker,
            lost_time: store.lost_time().await.context("read what time was lost")?,
            key,
            owner,
            timings: setup.timings,
            retention: setup.retention,
            refused_checks: Refusals::default(),
            told_of_base: ToldOf::default(),
            declined_stacks: Refusals::default(),
            posted: PostedComments::default(),
            graph: Arc::new(EngineGraph(engine.clone())),
            waiters: Arc::default(),
            usage: self.usage.clone(),
            memory: Arc::default(),
        });
        seed_pace(&services)
            .await
            .context("read what was posted in the last hour")?;
        let runner = Runner::new(services.clone());
        let sweep = self.sweep(&services);
        self.admin.open(services, engine.clone(), notifier.clone());
        Ok(App {
            store,
            engine,
            runner,
            sweep,
            notifier,
            ingest: self.ingest.clone(),
            admin: self.admin.clone(),
            people: self.people.clone(),
            token: self.token.clone(),
            configured: self.setup.configured.clone(),
            _lock: self.lock.clone(),
            _guard: self.guard.clone(),
        })
    }

    fn sweep(&self, services: &Services) -> Sweep {
        let sweep = Sweep::new(SweepServices {
            store: self.store.clone(),
            github: self.github.clone(),
            policy: services.policy.clone(),
            clock: self.setup.clock.clone(),
            hearing: self.setup.hearing,
        });
        if let Some(view) = sweep.poll_view() {
            self.health.polls(view.clone());
        }
        sweep
    }
}

/// What agents leave and nobody wants: the agents' own, and what the operator names.
fn leavings(setup: &Setup) -> Vec<String> {
    let own = setup.specs.values().flat_map(|spec| &spec.ignore);
    leavings::list(own, &setup.ignore)
}

/// This instance's name among those that hold leases; made at the first start.
async fn instance(store: &Store) -> anyhow::Result<String> {
    let fresh = random_name("instance")?;
    Ok(store.get_or_init_meta("instance", &fresh).await?)
}

/// Who we are on GitHub, which is noted for whoever cannot ask there.
async fn us(store: &Store, identity: AppIdentity) -> anyhow::Result<Me> {
    let me = Me {
        app_id: identity.id,
        login: identity.bot_login(),
        slug: identity.slug,
    };
    replay::keep_identity(store, &me)
        .await
        .context("note who we are on GitHub")?;
    Ok(me)
}

async fn marker_key(store: &Store) -> anyhow::Result<String> {
    let fresh = random_name("marker")?;
    Ok(store.get_or_init_meta("marker-key", &fresh).await?)
}

/// A restart must not forget what GitHub still counts: per installation, whatever the number of its tasks.
async fn seed_pace(services: &Services) -> anyhow::Result<()> {
    for (lane, history) in services
        .store
        .content_history((services.clock)() - HOUR)
        .await?
    {
        if let Some(installation) = engine::lane_installation(&lane) {
            let worth = |created: &Created| (created.at, engine::worth_of_rank(created.rank));
            let history: Vec<(i64, Worth)> = history.iter().map(worth).collect();
            services.github.seed_history(installation, &history);
        }
    }
    Ok(())
}
