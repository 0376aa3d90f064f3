//! Whether there is memory for another session: looked at every second, and told to the engine, which lets start what fits. It
//! must never choose what starts.

use std::collections::BTreeMap;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use crate::core::ids::TaskKey;
use crate::core::schedule::Memory;
use crate::engine::Engine;
use crate::runner::Runner;

/// Looking takes at most this part of the time.
const SHARE: u32 = 20;

pub(super) async fn watch(engine: Engine, runner: Runner, cancel: CancellationToken) {
    let every = runner.services().timings.memory_look;
    let mut pause = every;
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        let began = Instant::now();
        look(&engine, &runner).await;
        pause = every.max(began.elapsed() * SHARE);
    }
}

pub(super) async fn look(engine: &Engine, runner: &Runner) {
    let services = runner.services();
    if let Err(error) = runner.look_at_memory().await {
        tracing::debug!(%error, "how much memory is left cannot be looked at");
        return;
    }
    let Some(machine) = services.memory.machine() else {
        return;
    };
    let wanted = services.policy.limits.memory_reserve_bytes;
    let memory = Memory {
        free: machine.free,
        reserve: machine.reserve(wanted),
    };
    let mut taken: BTreeMap<TaskKey, u64> = BTreeMap::new();
    for (session, bytes) in services.memory.taken() {
        *taken.entry(session.task()).or_default() += bytes;
    }
    if let Err(error) = engine.set_memory(memory, taken).await {
        tracing::warn!(%error, "free slots could not be given out");
    }
}
