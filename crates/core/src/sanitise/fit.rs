//! Cuts text to what GitHub takes (65,536 characters in a body; ours is 60,000), so that a long text is shortened with a
//! note and never refused. Cutting must not wake what `outbound` put to sleep: never inside a code span or a word.

use super::inline::take_graphemes;
use super::outbound::Fence;

/// The text if it has at most `max_chars` characters; otherwise its beginning, cut between graphemes, with an open code
/// block closed and a note of how many characters are missing. Never longer than `max_chars`.
pub fn fit(text: &str, max_chars: usize) -> String {
    let total = text.chars().count();
    if total <= max_chars {
        return text.to_owned();
    }
    // Two rounds: the first finds which fence is open at the cut, the second makes room for closing it.
    let note_room = note(total).chars().count();
    let mut room = max_chars.saturating_sub(note_room);
    for _ in 0..4 {
        let kept = take_graphemes(text, room);
        let open = open_fence(kept);
        let kept = if open.is_some() {
            kept.trim_end_matches('\n')
        } else {
            safe_end(kept, &text[kept.len()..])
        };
        let closing = open
            .map(|fence| format!("\n{}", fence.closing()))
            .unwrap_or_default();
        let left_out = total - kept.chars().count();
        let result = format!("{kept}{closing}{}", note(left_out));
        let length = result.chars().count();
        if length <= max_chars {
            return result;
        }
        room = room.saturating_sub(length - max_chars);
        if room == 0 {
            break;
        }
    }
    take_graphemes(note(total).trim_start(), max_chars).to_owned()
}

fn note(left_out: usize) -> String {
    format!("\n\n[cut: {left_out} characters left out]")
}

fn open_fence(text: &str) -> Option<Fence> {
    let mut open: Option<Fence> = None;
    for line in text.split('\n') {
        match &open {
            Some(fence) if fence.is_closed_by(line) => open = None,
            Some(_) => {}
            None => open = Fence::open(line),
        }
    }
    open
}

/// Takes back what a cut in the last line would have changed: half a code span, half an escape, half a live word.
fn safe_end<'a>(kept: &'a str, rest: &str) -> &'a str {
    let start = kept.rfind('\n').map_or(0, |at| at + 1);
    let line = &kept[start..];
    let mut end = unclosed_span(line).unwrap_or(line.len());
    let inside_word = end == line.len() && rest.starts_with(|c: char| !c.is_whitespace());
    let word = line[..end]
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + 1);
    if inside_word && line[word..end].contains(|c: char| "@#/:[(&\\<`~-]!".contains(c)) {
        end = unclosed_span(&line[..word]).unwrap_or(word);
    }
    let kept = &kept[..start + end];
    kept.trim_end_matches(['\n', '\\'])
}

/// Where a code span begins that does not end on the line.
fn unclosed_span(line: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = line[at..].find(['`', '\\']) {
        let start = at + found;
        if line[start..].starts_with('\\') {
            at = start
                + 1
                + usize::from(line[start + 1..].starts_with(|c: char| c.is_ascii_punctuation()));
            continue;
        }
        let length = line[start..].bytes().take_while(|b| *b == b'`').count();
        match closing_run(&line[start + length..], length) {
            Some(after) => at = start + length + after,
            None => return Some(start),
        }
    }
    None
}

fn closing_run(text: &str, length: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let start = at + found;
        let run = text[start..].bytes().take_while(|b| *b == b'`').count();
        if run == length {
            return Some(start + run);
        }
        at = start + run;
    }
    None
}
