//! Inputs bent at random, the same for the same number. It knows nothing of what the code does with them: it only takes what is
//! there apart and puts it together otherwise.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// A simple generator (splitmix64); good enough to choose by.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Pieces that often matter.
const PIECES: [&str; 24] = [
    "\n",
    "\r\n",
    " ",
    "/agent ",
    "@skep ",
    "```",
    "<!--",
    "-->",
    "<",
    "&#64;",
    "\0",
    "\u{202e}",
    "\u{200b}",
    "\u{1b}[",
    ":",
    "..",
    "/",
    "[::1]",
    "127.0.0.1",
    "%2e",
    "1",
    "a",
    "\u{e0041}",
    "> ",
];

/// The input with this number.
pub(crate) fn bent(inputs: &[Vec<u8>], number: u64) -> Vec<u8> {
    let mut dice = Dice(number);
    let mut bytes = inputs[dice.below(inputs.len())].clone();
    for _ in 0..1 + dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(9)).min(bytes.len());
        match dice.below(6) {
            0 => bytes.drain(at..end).for_each(drop),
            1 => {
                let piece = PIECES[dice.below(PIECES.len())].bytes();
                bytes.splice(at..at, piece).for_each(drop);
            }
            2 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
            3 => {
                let again = bytes[at..end].to_vec();
                let to = dice.below(bytes.len() + 1);
                bytes.splice(to..to, again).for_each(drop);
            }
            4 => {
                let other = &inputs[dice.below(inputs.len())];
                let from = dice.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = dice.next() as u8;
                }
            }
        }
        bytes.truncate(4096);
    }
    bytes
}

/// So many are tried where nobody asks for more.
const RUNS: u64 = 300;

/// Bends inputs for a target: 300 times, or as long as `SKEP_FUZZ_SECONDS` says. What does not hold is told as it is; how many
/// were tried comes back.
pub(crate) fn hold(inputs: &[Vec<u8>], runs: impl Fn(&[u8])) -> u64 {
    let seconds = std::env::var("SKEP_FUZZ_SECONDS").ok();
    let seconds = seconds
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(0);
    let (begun, lasts) = (Instant::now(), Duration::from_secs(seconds));
    let mut number = 0;
    while number < RUNS || begun.elapsed() < lasts {
        let input = bent(inputs, number);
        let held = catch_unwind(AssertUnwindSafe(|| runs(&input)));
        assert!(held.is_ok(), "number {number} does not hold: {input:?}");
        number += 1;
    }
    number
}
