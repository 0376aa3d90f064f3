//! How people say that an issue waits for another one: the words, what may stand between them and the reference, and
//! where the same words say something else.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::home::Home;
use super::pattern::pattern;
use super::reference::{Target, read};

/// What the words need to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// A reference behind them.
    Reference,
    /// A colon between them and the reference: "the dependency #12" says nothing.
    Colon,
    /// To be the whole of what is said: "After #12 the page was empty" tells a story.
    Clause,
}

static SAID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(depend(?:s|ing|ent)?[\s-]+(?:up)?on|block(?:ed|er)[\s-]+(?:by|on)|requires?|prerequisites?|wait(?:s|ing)?[\s-]+(?:on|for))|(dependenc(?:y|ies)|blockers?)|(after))\b",
    )
});

/// Between the words and the reference.
static GAP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)^[\s:|(\[<"'–—-]{0,12}(?:(?:the|this|these|following|both|other|open)\s+){0,3}(?:(?:fix|merge|merging|closing|closure|resolution|completion|landing|release|changes?|work)\s+(?:for|of|in|from|on)\s+(?:the\s+)?)?(?:(?:issues?|prs?|pull\s+requests?|tickets?|tasks?|bugs?|stor(?:y|ies)|epics?)\b[\s:]{0,8})?[(\[<"']{0,4}"#,
    )
});

/// Between one reference of a list and the next.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)^[)\]>"']{0,4}(?:\s{0,4}\([^()#\n]{0,100}\))?(?:\s{0,8}[,;&+/|]\s{0,8}|\s{1,8})(?:(?:and|or|plus|as\s+well\s+as)\s{1,8})?(?:(?:the\s+)?(?:issues?|prs?|pull\s+requests?)\s+)?[(\[<"']{0,4}"#,
    )
});

/// An address that is no issue of ours: another tracker's.
static ELSEWHERE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)^https?://[^\s<>()\[\]"'`|,;]+"#));

/// A subject before the words that is another issue: "#3 (depends on #2)", "#3 also depends on #2".
static SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:#|gh-|/issues/|/pull/)(\d{1,10})[)\]>]*\s*(?:[(–—:-]\s*)?(?:(?:which|that|is|it|itself|also|still|currently|now|already|only|and|then|will|be|are|both|in\s+turn)\s+)*$",
    )
});

/// Words that turn it into its opposite, or into a question.
static DENIED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:not|no|never|nothing|nobody|without|cannot|\w+n['’]t|formerly|previously|if|unless|whether)(?:\s+\w+){0,3}\s*$",
    )
});

/// What may stand before "after": nothing, or what somebody is to do.
static BEFORE_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[.;:(\n–—-]|\b(?:do|start|begin|only|land|go|goes|come|comes|implement|run|runs|ready|possible|work|schedule|scheduled|sequenced|todo|this|right|directly))\s*$",
    )
});

/// What may stand behind "after #12": the end, or that it is to be done.
static BEHIND_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)^[\]>"']{0,4}(?:\s*$|\s*\n|\s*[.;](?:\s|$)|\)\s*(?:$|\n|[.;])|\s+(?:is|are|has|have|gets|lands|merges|closes|ships)\b)"#,
    )
});

/// A line whose end leads in a list. The first words do that in any sentence, the next ones before a colon, the last
/// ones only where nothing stands before them ("Detected dependencies" lists packages).
static LEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(depend(?:s|ing|ent)?[\s-]+(?:up)?on|block(?:ed|er)[\s-]+(?:by|on)|wait(?:s|ing)?[\s-]+(?:on|for))|(requires?|prerequisites?)|dependenc(?:y|ies)|blockers?)(?:\s+(?:the|this|these|following|other|open|issues?|prs?|pull\s+requests?|tickets?|tasks?))*\s*(?:\([^()]*\))?\s*([:?–—-]*)\s*$",
    )
});

/// How far before the words is looked.
const BEFORE_BYTES: usize = 120;

/// Some references that were said to be waited for, and in which line.
pub(super) struct Said<'a> {
    /// Which.
    pub(super) targets: Vec<Target>,
    /// The line that says so.
    pub(super) line: &'a str,
}

/// All that a text says its issue waits for.
pub(super) fn said<'a>(text: &'a str, home: &Home<'_>) -> Vec<Said<'a>> {
    let mut all = Vec::new();
    let mut read_to = 0;
    for found in SAID.captures_iter(text) {
        let Some(words) = found.get(0).filter(|words| words.start() >= read_to) else {
            continue;
        };
        let need = match (found.get(2), found.get(3)) {
            (Some(_), _) => Need::Colon,
            (_, Some(_)) => Need::Clause,
            _ => Need::Reference,
        };
        let behind = &text[words.end()..];
        let gap = GAP.find(behind).map_or(0, |gap| gap.end());
        let list = list(&behind[gap..], home);
        let Some((targets, length)) =
            list.filter(|_| need != Need::Colon || behind[..gap].contains([':', '|']))
        else {
            continue;
        };
        read_to = words.end() + gap + length;
        if counts(before(text, words.start()), need, &text[read_to..], home) {
            let line = line_of(text, words.start()..read_to);
            all.push(Said { targets, line });
        }
    }
    all
}

/// The list of references a text begins with, and how many bytes it has. Other addresses may stand among them.
pub(super) fn list(text: &str, home: &Home<'_>) -> Option<(Vec<Target>, usize)> {
    let (mut targets, mut end) = entry(text, home)?;
    while let Some(between) = text.get(end..).and_then(|rest| BETWEEN.find(rest)) {
        let next = end + between.end();
        let Some((more, length)) = text.get(next..).and_then(|rest| entry(rest, home)) else {
            break;
        };
        targets.extend(more);
        end = next + length;
    }
    (!targets.is_empty()).then_some((targets, end))
}

fn entry(text: &str, home: &Home<'_>) -> Option<(Vec<Target>, usize)> {
    read(text, home)
        .map(|(target, length)| (vec![target], length))
        .or_else(|| Some((Vec::new(), ELSEWHERE.find(text)?.end())))
}

/// The list a text ends with: "the parser (#12)".
pub(super) fn list_at_end(text: &str, home: &Home<'_>) -> Option<Vec<Target>> {
    let mut at = 0;
    let mut fresh = true;
    while let Some(next) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let found = text
            .get(at..)
            .filter(|_| fresh)
            .and_then(|rest| list(rest, home));
        let Some((targets, length)) = found else {
            fresh = !(next.is_alphanumeric() || matches!(next, '/' | '-' | '_' | '.' | '#'));
            at += next.len_utf8();
            continue;
        };
        at += length;
        fresh = false;
        let rest = text.get(at..).unwrap_or_default();
        if rest
            .trim_matches(|c: char| c.is_whitespace() || ")]>.;!\"'".contains(c))
            .is_empty()
        {
            return Some(targets);
        }
    }
    None
}

/// Whether what follows a text is what its issue waits for: "Depends on:", "This is blocked by these issues".
pub(super) fn leads(text: &str) -> bool {
    let line = text.trim_end().rsplit('\n').next().unwrap_or_default();
    let Some(found) = LEAD.captures(line) else {
        return false;
    };
    let start = found.get(0).map_or(0, |all| all.start());
    let before = before(line, start);
    let first = !before.contains(char::is_alphabetic);
    let colon = found.get(2).is_some() && found[3].contains(':');
    (first || colon || found.get(1).is_some()) && !DENIED.is_match(before)
}

/// Whether a text begins with another issue: what it says then, it says of that one.
pub(super) fn is_about_another(text: &str, home: &Home<'_>) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || "([<\"'".contains(c));
    read(text, home)
        .is_some_and(|(target, _)| target.repository.is_some() || target.number != home.issue)
}

/// Whether the sentence before a place turns what follows into its opposite, or into a question.
pub(super) fn is_denied(text: &str, at: usize) -> bool {
    DENIED.is_match(sentence(before(text, at)))
}

fn counts(before: &str, need: Need, behind: &str, home: &Home<'_>) -> bool {
    let sentence = sentence(before);
    let asked = behind
        .trim_start_matches([')', ']', '>', '"', '\''])
        .starts_with('?');
    let clause =
        need != Need::Clause || BEFORE_AFTER.is_match(before) && BEHIND_AFTER.is_match(behind);
    clause && !asked && !DENIED.is_match(sentence) && !is_of_another(sentence, home)
}

fn is_of_another(sentence: &str, home: &Home<'_>) -> bool {
    let subject = SUBJECT.captures(sentence);
    let named = subject.is_some_and(|subject| subject[1] != home.issue.to_string());
    named || is_about_another(sentence, home)
}

/// What stands before a place, as far as it is looked at.
fn before(text: &str, at: usize) -> &str {
    let from = (at.saturating_sub(BEFORE_BYTES)..=at)
        .find(|from| text.is_char_boundary(*from))
        .unwrap_or(at);
    &text[from..at]
}

/// The last sentence of a text.
fn sentence(text: &str) -> &str {
    let mut rest = text.rsplit('\n').next().unwrap_or_default();
    for end in [". ", "! ", "? ", "; "] {
        rest = rest.rsplit(end).next().unwrap_or_default();
    }
    rest
}

/// The words of a range with the line they are in, as far as that is near.
fn line_of(text: &str, range: Range<usize>) -> &str {
    let near = range.start - before(text, range.start).len();
    let start = text[near..range.start]
        .rfind('\n')
        .map_or(near, |at| near + at + 1);
    let end = text[range.end..]
        .find('\n')
        .map_or(text.len(), |at| range.end + at);
    &text[start..end]
}
