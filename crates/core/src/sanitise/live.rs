//! Finds the secrets this process holds right now, whatever was done to them on the way out: encoded, reversed, broken
//! over lines, or with an end cut off to pass a scanner that looks for prefixes.
//!
//! Both sides are reduced to their letters and digits in lower case; then every window of a few characters of every form
//! of the secret is looked up in the text. That costs one pass over the text per window length and never more.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The longest window; longer secrets are found by any such part of them.
const WINDOW: usize = 20;
/// What may be missing from a secret that is shorter than a window: the length of the longest known prefix and a bit.
const CUT: usize = 7;
/// Shorter secrets than this would be found in ordinary words.
const SHORTEST: usize = 8;
/// Of a form longer than this only every so manieth window is kept: any part of it that is a little longer than a window is
/// found all the same.
const LONG: (usize, usize) = (128, 8);
/// The base of the hash that windows are known by.
const BASE: u64 = 0x100_0000_01b3;

/// Every form of some secrets, ready to be looked for. It has no `Debug`: nothing may print it.
#[derive(Clone, Default)]
pub(super) struct Forms {
    windows: BTreeMap<usize, HashSet<u64>>,
    exact: Vec<String>,
}

impl Forms {
    /// Those of these secrets.
    pub(super) fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known = Self::default();
        secrets.into_iter().for_each(|secret| known.learn(secret));
        known
    }

    /// Adds those of one more.
    pub(super) fn learn(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.len() >= SHORTEST {
            self.exact.push(secret.to_owned());
        }
        forms(secret).iter().for_each(|form| self.add(form));
    }

    fn add(&mut self, form: &str) {
        let form = squeeze(form.chars().map(|c| (c, 0..0))).bytes;
        if form.len() < SHORTEST {
            return;
        }
        let spare = form.len().saturating_sub(CUT);
        let length = if spare >= 10 {
            spare.min(WINDOW)
        } else {
            form.len()
        };
        let step = if form.len() > LONG.0 { LONG.1 } else { 1 };
        let windows = form.windows(length).step_by(step).map(hash);
        self.windows.entry(length).or_default().extend(windows);
    }

    /// The places in the text, as byte ranges, not merged.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        if self.windows.is_empty() {
            return Vec::new();
        }
        let plain = squeeze(
            text.char_indices()
                .map(|(at, c)| (c, at..at + c.len_utf8())),
        );
        let mut found = self.scan(&plain);
        if text.contains('%') {
            found.extend(self.scan(&squeeze(percent_decoded(text).into_iter())));
        }
        for secret in &self.exact {
            let places = text.match_indices(secret.as_str());
            found.extend(places.map(|(at, exact)| at..at + exact.len()));
        }
        found
    }

    fn scan(&self, text: &Squeezed) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for (length, known) in &self.windows {
            for at in places(&text.bytes, *length, known) {
                let place = text.places[at].start..text.places[at + length - 1].end;
                match found.last_mut() {
                    Some(last) if (last.start..=last.end).contains(&place.start) => {
                        last.end = last.end.max(place.end)
                    }
                    _ => found.push(place),
                }
            }
        }
        found
    }
}

fn hash(window: &[u8]) -> u64 {
    let step = |sum: u64, byte: &u8| sum.wrapping_mul(BASE).wrapping_add(u64::from(*byte) + 1);
    window.iter().fold(0, step)
}

/// Where the windows of one length begin that are known, by a hash that rolls along.
fn places(bytes: &[u8], length: usize, known: &HashSet<u64>) -> Vec<usize> {
    let Some(first) = bytes.get(..length) else {
        return Vec::new();
    };
    let highest = (1..length).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let mut sum = hash(first);
    let mut found = Vec::new();
    for at in 0..=bytes.len() - length {
        if known.contains(&sum) {
            found.push(at);
        }
        if let Some(next) = bytes.get(at + length) {
            let gone = highest.wrapping_mul(u64::from(bytes[at]) + 1);
            sum = sum.wrapping_sub(gone);
            sum = sum.wrapping_mul(BASE).wrapping_add(u64::from(*next) + 1);
        }
    }
    found
}

struct Squeezed {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

fn squeeze(chars: impl Iterator<Item = (char, Range<usize>)>) -> Squeezed {
    let mut squeezed = Squeezed {
        bytes: Vec::new(),
        places: Vec::new(),
    };
    for (c, place) in chars.filter(|(c, _)| c.is_ascii_alphanumeric()) {
        squeezed.bytes.push(c.to_ascii_lowercase() as u8);
        squeezed.places.push(place);
    }
    squeezed
}

fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let reversed: String = secret.chars().rev().collect();
    let mut forms = vec![
        secret.to_owned(),
        reversed.clone(),
        hex::encode(bytes),
        hex::encode(reversed.as_bytes()),
        bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect(),
    ];
    // Base64 looks different at each of three alignments, and its last letter depends on what follows.
    for source in [bytes, reversed.as_bytes()] {
        for skip in 0..3.min(source.len()) {
            let whole = (source.len() - skip) / 3 * 3;
            forms.push(STANDARD_NO_PAD.encode(&source[skip..skip + whole]));
        }
    }
    // Base64's two signs differ between alphabets; `squeeze` drops both from either.
    forms
}

fn percent_decoded(text: &str) -> Vec<(char, Range<usize>)> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (c, digit(at + 1), digit(at + 2)) {
            ('%', Some(high), Some(low)) => {
                chars.nth(1);
                let byte = u8::try_from(high * 16 + low).unwrap_or_default();
                out.push((char::from(byte), at..at + 3));
            }
            _ => out.push((c, at..at + c.len_utf8())),
        }
    }
    out
}
