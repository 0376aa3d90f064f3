//! A skep at work: its loops and its listeners, started and stopped in order.

use std::net::SocketAddr;

use anyhow::Context;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::audit_log::AuditLog;
use super::listeners::{Listeners, join};
use super::modules::App;
use super::setup::Addresses;
use super::{disk_space, memory_space, readiness, standbys};

/// A skep at work.
pub struct Running {
    /// Its modules.
    pub app: App,
    /// Where GitHub reaches it; `None` where it need not.
    pub listen: Option<SocketAddr>,
    /// Where its operators reach it.
    pub admin: SocketAddr,
    work: CancellationToken,
    listeners: Listeners,
    loops: Vec<JoinHandle<()>>,
    runner: JoinHandle<()>,
    audit: AuditLog,
}

impl App {
    /// Starts engine, runner and both addresses.
    pub async fn start(self, addresses: &Addresses) -> anyhow::Result<Running> {
        let stop = CancellationToken::new();
        let on_loopback = addresses.admin.ip().is_loopback();
        let routers = self.entry().routers(on_loopback, &stop);
        let listeners = Listeners::open(stop, routers, addresses).await?;
        self.start_behind(listeners).await
    }

    /// Looks whether there is room on the disk for another session.
    pub async fn look_at_disk(&self) {
        disk_space::look(&self.engine, &self.runner).await;
    }

    /// Looks whether there is memory for another session, and what those at work take.
    pub async fn look_at_memory(&self) {
        memory_space::look(&self.engine, &self.runner).await;
    }

    /// Looks whether what the next sessions need is ready.
    pub async fn look_at_readiness(&self) {
        readiness::look(&self.engine, &self.runner).await;
    }

    /// Looks again and again until cancelled.
    pub fn watch_memory(&self, cancel: CancellationToken) -> impl Future<Output = ()> + use<> {
        memory_space::watch(self.engine.clone(), self.runner.clone(), cancel)
    }

    /// Starts engine and runner behind addresses that are open already.
    pub(super) async fn start_behind(self, listeners: Listeners) -> anyhow::Result<Running> {
        self.look_at_disk().await;
        self.look_at_memory().await;
        self.engine
            .schedule()
            .await
            .context("give out free slots")?;
        let audit = AuditLog {
            store: self.store.clone(),
            clock: self.runner.services().clock.clone(),
        };
        audit
            .started(&self)
            .await
            .context("write the start into the audit")?;
        let (work, looked) = (CancellationToken::new(), CancellationToken::new());
        let loops = vec![
            tokio::spawn(self.engine.clone().run(listeners.stop.clone())),
            tokio::spawn(self.sweep.clone().run(looked.clone(), work.clone())),
            tokio::spawn(self.sweep.clone().keep_polling(work.clone())),
            tokio::spawn(self.runner.clone().keep_tidy(work.clone())),
            tokio::spawn(disk_space::watch(
                self.engine.clone(),
                self.runner.clone(),
                work.clone(),
            )),
            tokio::spawn(self.watch_memory(work.clone())),
            tokio::spawn(readiness::watch(
                self.engine.clone(),
                self.runner.clone(),
                work.clone(),
            )),
            tokio::spawn(self.runner.clone().tend_disk(work.clone())),
            tokio::spawn(self.runner.clone().watch_between_turns(work.clone())),
            tokio::spawn(standbys::watch(self.runner.clone(), work.clone())),
            tokio::spawn(audit.clone().watch(work.clone())),
            tokio::spawn(self.notifier.clone().run(work.clone())),
        ];
        let runner = tokio::spawn(after(
            looked,
            work.clone(),
            self.runner.clone().run(work.clone()),
        ));
        Ok(Running {
            app: self,
            listen: listeners.listen,
            admin: listeners.admin,
            work,
            listeners,
            loops,
            runner,
            audit,
        })
    }
}

/// Begins once the sweep has looked at what is under way: an issue that was closed meanwhile must not see its agent again.
async fn after(looked: CancellationToken, work: CancellationToken, run: impl Future<Output = ()>) {
    tokio::select! {
        () = looked.cancelled() => {}
        () = work.cancelled() => {}
    }
    run.await;
}

impl Running {
    /// Stops in order: no new effects, agents interrupted, webhooks answered until the very end, then the database.
    pub async fn stop(self) {
        self.work.cancel();
        join("runner", self.runner).await;
        self.listeners.close().await;
        for looping in self.loops {
            join("loop", looping).await;
        }
        self.audit.stopped().await;
        self.app.store.close().await;
    }
}
