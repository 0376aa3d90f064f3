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

/// The places in the text, as byte ranges, not merged.
pub(super) fn find(text: &str, secrets: &[&str]) -> Vec<Range<usize>> {
    let windows = windows(secrets);
    let plain = squeeze(
        text.char_indices()
            .map(|(at, c)| (c, at..at + c.len_utf8())),
    );
    let mut found = scan(&plain, &windows);
    if text.contains('%') {
        found.extend(scan(&squeeze(percent_decoded(text).into_iter()), &windows));
    }
    for secret in secrets
        .iter()
        .filter(|secret| secret.trim().len() >= SHORTEST)
    {
        found.extend(
            text.match_indices(secret.trim())
                .map(|(at, exact)| at..at + exact.len()),
        );
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

fn scan(text: &Squeezed, windows: &BTreeMap<usize, HashSet<Vec<u8>>>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (length, known) in windows {
        for (at, window) in text.bytes.windows(*length).enumerate() {
            if known.contains(window) {
                let place = text.places[at].start..text.places[at + length - 1].end;
                match found.last_mut() {
                    Some(last) if (last.start..=last.end).contains(&place.start) => {
                        last.end = last.end.max(place.end)
                    }
                    _ => found.push(place),
                }
            }
        }
    }
    found
}

fn windows(secrets: &[&str]) -> BTreeMap<usize, HashSet<Vec<u8>>> {
    let mut windows: BTreeMap<usize, HashSet<Vec<u8>>> = BTreeMap::new();
    for form in secrets.iter().map(|secret| secret.trim()).flat_map(forms) {
        let form = squeeze(form.chars().map(|c| (c, 0..0))).bytes;
        if form.len() < SHORTEST {
            continue;
        }
        let spare = form.len().saturating_sub(CUT);
        let length = if spare >= 10 {
            spare.min(WINDOW)
        } else {
            form.len()
        };
        windows
            .entry(length)
            .or_default()
            .extend(form.windows(length).map(<[u8]>::to_vec));
    }
    windows
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
