//! When working copies are made ready for sessions to come: while nothing is done but the work of agents. How that is done, and
//! whether there is room for it, is not for this file to know.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::runner::Runner;

/// The pause between two looks whether all is quiet, and so many quiet looks in a row are needed.
const LOOK: Duration = Duration::from_millis(250);
const QUIET_LOOKS: u32 = 3;
/// A server that is never quiet makes them all the same, after so many looks.
const MOST_LOOKS: u32 = 120;
/// How often it is looked whether one is at rest, when none is wanted.
const REST: Duration = Duration::from_secs(3_600);

/// Makes ready what is wanted until cancelled.
pub(super) async fn watch(runner: Runner, cancel: CancellationToken) {
    let keep = async {
        loop {
            let wanted = runner.services().git.standby_wanted();
            if tokio::time::timeout(REST, wanted).await.is_ok() {
                quiet(&runner).await;
            }
            runner.keep_standbys().await;
        }
    };
    tokio::select! {
        () = cancel.cancelled() => {}
        () = keep => {}
    }
}

async fn quiet(runner: &Runner) {
    let mut looks = 0;
    for _ in 0..MOST_LOOKS {
        tokio::time::sleep(LOOK).await;
        looks = if runner.is_quiet() { looks + 1 } else { 0 };
        if looks == QUIET_LOOKS {
            return;
        }
    }
}
