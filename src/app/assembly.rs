//! What stands before GitHub has said who we are: enough to take webhooks in and to answer the operator; and what is added
//! once it has.
//!
//! Everything on this machine that would make later work impossible is found out here.

use std::sync::Arc;

use anyhow::Context;
use secrecy::SecretString;

use super::health::Health;
use super::listeners::Entry;
use super::room::Room;
use super::{
    AdminApi, App, Setup, WebhookIngest, agents_config, git_config, github_config, instance, keys,
    marker_key,
};
use super::{admin_token, trust};
use super::{policy, seed_pace};
use crate::agent::{Agents, Confinement};
use crate::core::leavings;
use crate::core::policy::Me;
use crate::engine::Engine;
use crate::git::Git;
use crate::github::{AppIdentity, GitHub};
use crate::runner::{Ballast, Folders, PostedComments, Redactor, Runner, Services, Usage};
use crate::store::{self, Complaint, DataLock, Store};
use crate::sweep::{Sweep, SweepServices};

/// The parts that need no name.
pub(super) struct Assembly {
    pub(super) store: Store,
    pub(super) github: GitHub,
    pub(super) git: Git,
    pub(super) agents: Agents,
    pub(super) ingest: Arc<WebhookIngest>,
    pub(super) desk: Arc<AdminApi>,
    pub(super) health: Arc<Health>,
    pub(super) setup: Setup,
    pub(super) token: SecretString,
    lock: Arc<DataLock>,
    ballast: Arc<Ballast>,
}

impl Assembly {
    /// Builds them. GitHub is not asked anything.
    pub(super) async fn open(mut setup: Setup) -> anyhow::Result<Self> {
        tokio::fs::create_dir_all(&setup.data_dir)
            .await
            .with_context(|| format!("make the data folder {}", setup.data_dir.display()))?;
        let lock = store::lock_data_dir(&setup.data_dir)
            .await
            .context("lock the data folder")?;
        setup.network.ca_bundle = trust::write(&setup.certificates, &setup.data_dir)?;
        let store = Store::open(&setup.database_url)
            .await
            .context("open the database")?;
        store.hold_alone().await?;
        let github = GitHub::new(github_config(&setup)).context("set up the GitHub client")?;
        let git = Git::open(git_config(&setup)).await.context("set up git")?;
        let agents = Agents::open(agents_config(&setup))
            .await
            .context("set up agents")?;
        let token = match &setup.admin_token {
            Some(token) => token.clone(),
            None => admin_token::in_folder(&setup.data_dir)?,
        };
        let health = Arc::new(Health::new(setup.clock.clone()));
        let ballast = Arc::new(Ballast::new(&setup.data_dir));
        let room = Room {
            folder: setup.data_dir.clone(),
            wanted: setup.limits.disk_reserve_bytes,
            ballast: Arc::clone(&ballast),
        };
        let ingest = WebhookIngest {
            store: store.clone(),
            github: github.clone(),
            secrets: setup.github.secrets.clone(),
            clock: setup.clock.clone(),
            confined: matches!(agents.confinement(), Confinement::Bubblewrap(_)),
            health: health.clone(),
            room: room.clone(),
            trouble: Complaint::default(),
        };
        let desk = Arc::new(AdminApi::new(
            store.clone(),
            github.clone(),
            health.clone(),
            room,
        ));
        let (ingest, lock) = (Arc::new(ingest), Arc::new(lock));
        Ok(Self {
            store,
            github,
            git,
            agents,
            ingest,
            desk,
            health,
            setup,
            token,
            lock,
            ballast,
        })
    }

    /// Who stands behind the listeners.
    pub(super) fn entry(&self) -> Entry {
        Entry {
            ingest: self.ingest.clone(),
            desk: self.desk.clone(),
            token: self.token.clone(),
        }
    }

    /// Adds the rest, as who GitHub says we are: from here on work can be done.
    pub(super) async fn complete(&self, identity: AppIdentity) -> anyhow::Result<App> {
        self.health.named();
        let (store, setup) = (self.store.clone(), &self.setup);
        let me = Me {
            app_id: identity.id,
            login: identity.bot_login(),
            slug: identity.slug,
        };
        let policy = Arc::new(policy(setup, me, &self.agents));
        let owner = instance(&store).await.context("read the instance's name")?;
        let released = store
            .release_owner(&owner)
            .await
            .context("release leases of a former life")?;
        if released > 0 {
            tracing::info!(released, "work of a former life is taken up again");
        }
        let marker = marker_key(&store).await.context("read the key for marks")?;
        let parts = Arc::new(Services {
            store: store.clone(),
            github: self.github.clone(),
            git: self.git.clone(),
            agents: self.agents.clone(),
            policy: policy.clone(),
            redactor: Redactor::new(keys(&setup.specs, &setup.network)),
            ignore: leavings::list(
                setup.specs.values().flat_map(|spec| &spec.ignore),
                &setup.ignore,
            ),
            specs: setup.specs.clone(),
            clock: setup.clock.clone(),
            ballast: self.ballast.clone(),
            folders: Folders::new(setup.data_dir.clone()),
            marker,
            owner,
            timings: setup.timings,
            posted: PostedComments::default(),
            waiters: Arc::default(),
            usage: Usage::default(),
        });
        seed_pace(&parts)
            .await
            .context("read what was posted in the last hour")?;
        let engine = Engine::new(store.clone(), policy, setup.clock.clone());
        let runner = Runner::new(parts.clone());
        let sweep = Sweep::new(SweepServices {
            store: store.clone(),
            github: self.github.clone(),
            policy: parts.policy.clone(),
            clock: setup.clock.clone(),
        });
        self.desk.open(parts);
        let (ingest, desk) = (self.ingest.clone(), self.desk.clone());
        Ok(App {
            store,
            engine,
            runner,
            sweep,
            ingest,
            desk,
            token: self.token.clone(),
            _lock: self.lock.clone(),
        })
    }
}
