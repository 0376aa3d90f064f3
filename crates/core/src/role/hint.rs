//! A role that the words of an issue ask for: `[swe] …` at the start of its title, the field "Agent role" of its form, `Ask
//! the security engineer to …`, `For the testing agent: …`.
//!
//! Only whole words count, only names of roles that exist here, and only where a sentence begins: issues speak of security
//! agents, designers and tests all day long. `fix: …` and `security: …` are prose and never a hint. Nothing in code, quotes
//! or hidden text counts. The title goes before the body, and there the first hint wins. The words are never changed.

use serde::{Deserialize, Serialize};

use super::RoleName;
use crate::snapshot::Snapshot;
use crate::{form, markdown, sanitise};

/// So much of a body is read, bytes.
const BODY: usize = 64 * 1024;
/// So many brackets at the start of a title are looked into.
const BRACKETS: usize = 4;
/// The longest name of a role in words.
const NAME: usize = 60;

/// Where a hint stood and how it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// Where.
    pub place: HintPlace,
    /// The words.
    pub words: String,
}

/// Where a hint stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HintPlace {
    /// In the title.
    Title,
    /// In a field of the issue's form.
    Field,
    /// In the body.
    Body,
}

type Known<'a> = &'a dyn Fn(&RoleName) -> bool;

/// The first hint of an issue.
pub(super) fn find(issue: &Snapshot, known: Known<'_>) -> Option<(RoleName, Hint)> {
    let title = sanitise::title(&issue.title, 300);
    let title = markdown::without_code_spans(&title);
    let in_title = bracketed(&title, known).or_else(|| phrase(&title, known));
    if let Some((role, words)) = in_title {
        return Some((role, at(HintPlace::Title, words)));
    }
    let field = form::answer(&issue.body, &["Agent role"])
        .and_then(|answer| Some((named(&answer, known)?, answer)));
    if let Some((role, words)) = field {
        return Some((role, at(HintPlace::Field, words)));
    }
    let lines = form::own_lines(&issue.body, BODY);
    let (role, words) = lines.iter().find_map(|line| phrase(line, known))?;
    Some((role, at(HintPlace::Body, words)))
}

fn at(place: HintPlace, words: String) -> Hint {
    Hint { place, words }
}

/// `[swe]` or `[bug] [swe]`, at the very start.
fn bracketed(title: &str, known: Known<'_>) -> Option<(RoleName, String)> {
    let mut rest = title.trim_start();
    for _ in 0..BRACKETS {
        let (inside, behind) = rest.strip_prefix('[')?.split_once(']')?;
        if let Some(role) = named(inside, known) {
            return Some((role, format!("[{inside}]")));
        }
        rest = behind.trim_start();
    }
    None
}

/// A sentence that asks for a role.
fn phrase(line: &str, known: Known<'_>) -> Option<(RoleName, String)> {
    asked(line, known).or_else(|| addressed(line, known))
}

/// `Ask the security engineer to …`.
fn asked(line: &str, known: Known<'_>) -> Option<(RoleName, String)> {
    const ASK: &str = "ask the ";
    let lower = line.to_ascii_lowercase();
    lower.match_indices(ASK).find_map(|(start, _)| {
        let (before, after) = (&line[..start], &line[start + ASK.len()..]);
        let end = word_at(&lower[start + ASK.len()..], " to")?;
        let role = named(after.get(..end)?, known)?;
        let words = &line[start..start + ASK.len() + end + " to".len()];
        begins_sentence(before).then(|| (role, words.to_owned()))
    })
}

/// Where ` to` stands as a word.
fn word_at(text: &str, word: &str) -> Option<usize> {
    let ends = |at: &usize| {
        let behind = text[at.saturating_add(word.len())..].chars().next();
        behind.is_some_and(|c| !c.is_alphanumeric())
    };
    text.match_indices(word).map(|(at, _)| at).find(ends)
}

/// `For the testing agent: …`, `(for the testing agent)`, `This is for the testing agent.`
fn addressed(line: &str, known: Known<'_>) -> Option<(RoleName, String)> {
    const FOR: &str = "for ";
    const AGENT: &str = " agent";
    let lower = line.to_ascii_lowercase();
    lower.match_indices(FOR).find_map(|(start, _)| {
        let inside = start + FOR.len();
        let length = lower[inside..].find(AGENT)?;
        let name = lower.get(inside..inside + length)?;
        let role = named(name.strip_prefix("the ").unwrap_or(name), known)?;
        let end = inside + length + AGENT.len();
        let (before, after) = (&line[..start], &line[end..]);
        let alone = (begins_sentence(before) || is_said_of_this(before)) && ends_address(after);
        alone.then(|| (role, line[start..end].to_owned()))
    })
}

/// Whether a sentence begins behind this: at the start of a line or of an item, behind a full stop, a bracket, a dash, a
/// `please`.
fn begins_sentence(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '\t', '*', '_']);
    let last = before.rsplit(' ').next().unwrap_or_default();
    let polite = last
        .trim_end_matches(',')
        .trim_start_matches(['*', '_', '(']);
    before.is_empty()
        || is_mark(before)
        || before.ends_with(['.', '!', '?', '(', '—', '–'])
        || last.eq_ignore_ascii_case("-")
        || (polite.eq_ignore_ascii_case("please")
            && begins_sentence(&before[..before.len() - last.len()]))
}

/// Nothing but the marks of a list, with or without a box.
fn is_mark(before: &str) -> bool {
    let item = markdown::item(before.trim_start()).map_or("", |(_, rest)| rest);
    let marked = markdown::item(before.trim_start()).is_some();
    marked && matches!(item.trim(), "" | "[ ]" | "[x]" | "[X]")
}

fn is_said_of_this(before: &str) -> bool {
    const THIS: [&str; 4] = ["this is", "this issue is", "this task is", "this one is"];
    let before = before.trim().to_ascii_lowercase();
    THIS.iter().any(|said| {
        let rest = before.strip_suffix(said);
        rest.is_some_and(begins_sentence)
    })
}

/// Whether the address ends here: with its line, or with a mark that nothing is written on to.
fn ends_address(after: &str) -> bool {
    let rest = after.trim_start_matches(['*', '_']);
    let mut behind = rest.chars();
    match behind.next() {
        None => true,
        Some(':' | '.' | '!' | ')' | ']') => behind.next().is_none_or(|c| !c.is_alphanumeric()),
        Some(' ') => rest.trim().is_empty() || rest.trim_start().starts_with(['—', '–']),
        Some(_) => false,
    }
}

/// The role that is called so: by its name, `role:name`, or what people say for it.
fn named(words: &str, known: Known<'_>) -> Option<RoleName> {
    const SPOKEN: [(&str, &str); 5] = [
        ("software", "swe"),
        ("test", "testing"),
        ("deployment", "deploy"),
        ("debug", "debugging"),
        ("spec writer", "spec"),
    ];
    if words.len() > NAME {
        return None;
    }
    let lower = words
        .trim_matches([' ', '*', '_', '"'])
        .to_ascii_lowercase();
    let plain = lower.strip_prefix("role:").unwrap_or(&lower).trim();
    let kinds = [" agent", " engineer", " role"];
    let bare = kinds.iter().find_map(|kind| plain.strip_suffix(kind));
    let spoken = |name: &str| SPOKEN.iter().find(|(said, _)| *said == name);
    // `[test]` and `[software]` are components; `software engineer` and `test agent` are workers.
    let name = match (bare, spoken(bare.unwrap_or(plain))) {
        (Some(_), Some((_, role))) | (None, Some(("spec writer" | "deployment", role))) => role,
        (Some(bare), None) => bare,
        (None, _) => plain,
    };
    let words: Vec<&str> = name.split_whitespace().collect();
    let role: RoleName = words.join("-").parse().ok()?;
    known(&role).then_some(role)
}

#[cfg(test)]
mod tests;
