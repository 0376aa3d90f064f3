//! What the queue costs at 10, 1,000 and 100,000 known issues, each with three dependencies on average, beside the same work
//! done by petgraph with a full sort at each step. `cargo bench -p skep-core --bench queue`
//!
//! A step costs microseconds, so that single steps are timed and the whole spread is shown, not a mean.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a bench reads the clock and its own memory"
)]

mod graph;
mod schedule;

use std::time::{Duration, Instant};

/// How many issues are known.
const SIZES: [usize; 3] = [10, 1_000, 100_000];

/// The seed of all that is drawn by lot.
const SEED: u64 = 11;

/// Numbers by lot, the same in each run (xorshift64*).
struct Lot(u64);

impl Lot {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        drawn as usize % limit.max(1)
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}

/// The times of single steps.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn time<T>(&mut self, step: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let made = step();
        self.0.push(began.elapsed());
        made
    }

    /// `label: p50 1.2 µs, p99 4.0 µs, max 9.1 µs (1000 steps)`
    fn print(mut self, label: &str) {
        self.0.sort_unstable();
        let at = |share: f64| {
            let last = self.0.len().saturating_sub(1);
            let time = self.0.get((last as f64 * share) as usize);
            time.map_or(0.0, |time| time.as_secs_f64() * 1e6)
        };
        println!(
            "  {label:<52} p50 {:>9.2} µs   p99 {:>9.2} µs   max {:>10.2} µs   ({} steps)",
            at(0.5),
            at(0.99),
            at(1.0),
            self.0.len()
        );
    }
}

/// The memory of this process that is in use, bytes.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0_usize) * 4096
}

/// The time that this process was on a processor: what others on the machine do is not in it. It moves in ticks of some
/// milliseconds, so that it says nothing of single steps.
fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}

/// What was spent on a processor since then, in words.
fn since(began: Duration) -> String {
    let spent = on_processor().saturating_sub(began);
    match spent < Duration::from_millis(20) {
        true => "some ms on the processor at most".to_owned(),
        false => format!("{spent:.2?} on the processor"),
    }
}

fn main() {
    for size in SIZES {
        println!("\n{size} issues");
        graph::run(size);
        schedule::run(size);
    }
}
