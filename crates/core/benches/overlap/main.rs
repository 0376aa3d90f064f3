//! How good the forecast of overlaps is, on the history of a repository: pairs of changes that landed near each other, told
//! by their messages alone, and whether their real diffs share a file. Run by hand with one or more clones:
//! `cargo bench -p skep-core --bench overlap -- /path/to/clone…`
//!
//! A change is a commit of the first parents' line: a merged pull request, or a squashed one. Its request is its message. What
//! is known for a pair is what landed before both (but for the last ones, up to nine). A file counts as shared unless a
//! program writes it or every change adds a line to it (`core::path_kind`). Without a clone it says how it is run, and
//! nothing else.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a bench reads the clock and starts git"
)]

mod measure;
mod past;

use std::path::Path;
use std::time::Instant;

use measure::{Pair, Score, score};
use past::Past;
use skep_core::policy::Limits;

/// How many pairs are judged.
const PAIRS: usize = 1_000;
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
}

fn main() {
    let clones: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
        .collect();
    if clones.is_empty() {
        println!("cargo bench -p skep-core --bench overlap -- /path/to/clone…");
    }
    for clone in clones {
        let began = Instant::now();
        let past = Past::read(Path::new(&clone));
        println!("\n{clone}: {} changes", past.len());
        run(&past);
        println!("  {:.1?} in all", began.elapsed());
    }
}

fn run(past: &Past) {
    let pairs = past.pairs(PAIRS, &mut Lot(SEED));
    let judged: Vec<Pair> = past.judge(&pairs);
    let shared = judged.iter().filter(|pair| pair.truth).count();
    println!("  {} pairs, {shared} share a file", judged.len());
    let print = |label: &str,
                 Score {
                     said,
                     precision,
                     recall,
                 }: Score| {
        println!(
            "  {label:<44} says yes {said:>4}   precision {precision:.2}   recall {recall:.2}"
        );
    };
    let usual = Limits::default().overlap_share();
    for threshold in [0.05, 0.1, usual, 0.2, 0.3, 0.5] {
        let by = |pair: &Pair| pair.overlap >= threshold;
        print(&format!("forecast, from {threshold}"), score(&judged, by));
    }
    let by = |pair: &Pair| pair.without_names >= usual;
    print(
        &format!("the same, names of files blanked, from {usual}"),
        score(&judged, by),
    );
    print(
        "the same top folder is forecast first",
        score(&judged, |pair| pair.same_folder),
    );
    // As often as the forecast says yes, by lot.
    let said = judged.iter().filter(|pair| pair.overlap >= usual).count();
    let mut lot = Lot(SEED + 1);
    let mut yes = vec![false; judged.len()];
    yes.iter_mut().take(said).for_each(|one| *one = true);
    for at in (1..yes.len()).rev() {
        yes.swap(at, lot.below(at + 1));
    }
    let mut yes = yes.into_iter();
    print(
        "by lot, as often",
        score(&judged, |_| yes.next().unwrap_or(false)),
    );
    let recalled: f64 = judged.iter().map(|pair| pair.recalled).sum();
    println!(
        "  of the files of one change, among the first five forecast: {:.2}",
        recalled / judged.len().max(1) as f64
    );
    let mut times: Vec<f64> = judged.iter().map(|pair| pair.millis).collect();
    times.sort_by(f64::total_cmp);
    println!(
        "  one forecast: p50 {:.2} ms, slowest {:.2} ms",
        times[times.len() / 2],
        times[times.len() - 1]
    );
}
