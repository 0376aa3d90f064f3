//! A sign of life while a command takes long: what it does and for how long, on a line of standard error that is gone afterwards.
//!
//! Only where standard error is a terminal that can be drawn on: a log or a program gets nothing of it. It says nothing about success.

use std::future::Future;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::config::Sources;

/// How often it moves.
const STEADY: Duration = Duration::from_millis(120);

/// Does the work, and says meanwhile that it is being done.
pub(super) async fn meanwhile<T>(
    sources: &Sources,
    what: &'static str,
    work: impl Future<Output = T>,
) -> T {
    let target = match sources.terminal().drawable {
        // Hides itself where that is no terminal.
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}  {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.enable_steady_tick(STEADY);
    let done = work.await;
    bar.finish_and_clear();
    done
}
