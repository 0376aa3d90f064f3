#!/usr/bin/env bash
# Surprise: the first random bytes that a process asks aws-lc for take tens of
#   milliseconds of the processor, though the system and the processor have
#   generators of their own that answer in microseconds: since 2025 aws-lc
#   gathers randomness from the jitter of its own timing as well, anew in each
#   process. A command line tool with rustls or jsonwebtoken on aws-lc pays that
#   at each start. ring needs microseconds. Built with
#   AWS_LC_SYS_NO_JITTER_ENTROPY=1, aws-lc does too.
# Good guess that was wrong: the first use reads a seed from getrandom(2), below
#   one millisecond.
# Packages: aws-lc-rs 1.19.0 (aws-lc-sys 0.47.0), ring 0.17.14 (crates.io)
# Date: 2026-11-29
# Source: found by profiling a start; the variable stands in aws-lc-sys'
#   builder/main.rs, the sources of randomness in entropy_sources.c
set -eu
command -v cargo >/dev/null && command -v cc >/dev/null || { echo "cargo and cc are needed"; exit 2; }
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
mkdir "$T/src"
cat >"$T/Cargo.toml" <<'TOML'
[package]
name = "first-random"
version = "0.0.0"
edition = "2024"
[dependencies]
aws-lc-rs = { version = "=1.19.0", default-features = false, features = ["aws-lc-sys"] }
aws-lc-sys = "=0.47.0"
ring = "=0.17.14"
TOML
cat >"$T/src/main.rs" <<'RUST'
use std::time::Instant;

fn took(mut ask: impl FnMut()) -> f64 {
    let began = Instant::now();
    ask();
    began.elapsed().as_secs_f64() * 1000.0
}

fn main() {
    use ring::rand::SecureRandom;
    let mut bytes = [0; 32];
    let ring = took(|| ring::rand::SystemRandom::new().fill(&mut bytes).expect("random bytes"));
    let first = took(|| aws_lc_rs::rand::fill(&mut bytes).expect("random bytes"));
    let second = took(|| aws_lc_rs::rand::fill(&mut bytes).expect("random bytes"));
    println!("{first:.3} {second:.3} {ring:.3}");
}
RUST
export CARGO_TARGET_DIR="$T/target" CARGO_TERM_COLOR=never
seen() { cargo run --quiet --release --manifest-path "$T/Cargo.toml"; }
env -u AWS_LC_SYS_NO_JITTER_ENTROPY cargo fetch --quiet --manifest-path "$T/Cargo.toml" || { echo "the crates cannot be fetched"; exit 2; }
unset AWS_LC_SYS_NO_JITTER_ENTROPY
as_it_comes=$(seen)
without=$(AWS_LC_SYS_NO_JITTER_ENTROPY=1 seen)
echo "milliseconds for 32 random bytes: aws-lc's first, its second, ring's first"
echo "  as it comes:                    $as_it_comes"
echo "  AWS_LC_SYS_NO_JITTER_ENTROPY=1: $without"
if awk -v a="$as_it_comes" -v w="$without" 'BEGIN { split(a, A); split(w, W); exit !(A[1] > 3 && A[1] > 20 * A[3] && A[1] > 10 * W[1]) }'; then
    echo "as described: the first bytes of a process are gathered from its own timing"
else
    echo "CHANGED: not as described"
    exit 1
fi
