//! One reference to an issue, as GitHub links it: `#12`, `GH-12`, `owner/repo#12`, or the address of its page.

use super::home::Home;
use crate::ids::{IssueNumber, RepositoryName};

/// The largest number an issue is taken to have: GitHub's own are 32-bit.
const LARGEST: i64 = i32::MAX as i64;

/// What a reference names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The repository; `None` is the issue's own, however it was written.
    pub(super) repository: Option<RepositoryName>,
    /// The number.
    pub(super) number: IssueNumber,
}

/// Reads the reference a text begins with, and how many bytes it has.
pub(super) fn read(text: &str, home: &Home<'_>) -> Option<(Target, usize)> {
    let (target, length) = short(text, home).or_else(|| address(text, home))?;
    ends_at(text, length).then_some((target, length))
}

/// Whether a reference may end there: `#12a`, `#12-x` and `#1.2` are none.
fn ends_at(text: &str, end: usize) -> bool {
    let mut rest = text.get(end..).unwrap_or_default().chars();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    match rest.next() {
        None => true,
        Some('.' | '-' | '#' | '/') => !rest.next().is_some_and(is_word),
        Some(next) => !is_word(next),
    }
}

/// `#12`, `GH-12`, `owner/repo#12`.
fn short(text: &str, home: &Home<'_>) -> Option<(Target, usize)> {
    if let Some(digits) = text.strip_prefix('#') {
        return numbered(None, digits, 1);
    }
    let marked = text
        .get(..3)
        .filter(|mark| mark.eq_ignore_ascii_case("gh-"));
    if marked.is_some() {
        return numbered(None, &text[3..], 3);
    }
    let (name, length) = repository(text)?;
    let digits = text.get(length..)?.strip_prefix('#')?;
    numbered(elsewhere(name, home), digits, length + 1)
}

/// `https://github.com/owner/repo/issues/12` or `…/pull/12`, with what may follow of the page.
fn address(text: &str, home: &Home<'_>) -> Option<(Target, usize)> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })?;
    let length = text
        .find(|c: char| c.is_whitespace() || "<>()[]\"'`|,;".contains(c))
        .unwrap_or(text.len());
    let whole = text.get(..length)?.trim_end_matches(['.', ':', '!', '?']);
    let mut parts = whole.get(scheme.len()..)?.split('/');
    let host = parts.next()?;
    let host = host
        .get(..4)
        .filter(|www| www.eq_ignore_ascii_case("www."))
        .map_or(host, |www| &host[www.len()..]);
    if !host.eq_ignore_ascii_case(home.host) {
        return None;
    }
    let name = format!("{}/{}", parts.next()?, parts.next()?)
        .parse()
        .ok()?;
    if !matches!(parts.next()?, "issues" | "pull" | "pulls") {
        return None;
    }
    let digits = parts.next()?.split(['#', '?']).next()?;
    let (target, read) = numbered(elsewhere(name, home), digits, 0)?;
    (read == digits.len()).then_some((target, whole.len()))
}

fn numbered(
    repository: Option<RepositoryName>,
    digits: &str,
    before: usize,
) -> Option<(Target, usize)> {
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let digits = digits.get(..length).filter(|text| !text.starts_with('0'))?;
    let number = digits.parse().ok().filter(|n| (1..=LARGEST).contains(n))?;
    let target = Target {
        repository,
        number: IssueNumber(number),
    };
    Some((target, before + length))
}

/// `owner/repo` at the start of a text.
fn repository(text: &str) -> Option<(RepositoryName, usize)> {
    let length = text
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'))
        .count();
    let name = text.get(..length)?.parse().ok()?;
    Some((name, length))
}

fn elsewhere(name: RepositoryName, home: &Home<'_>) -> Option<RepositoryName> {
    let same = name.owner().eq_ignore_ascii_case(home.repository.owner())
        && name.name().eq_ignore_ascii_case(home.repository.name());
    (!same).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{Home, read};
    use crate::ids::IssueNumber;

    fn shown(text: &str) -> Option<String> {
        let repository = "octo/hello".parse().expect("a name");
        let home = Home {
            repository: &repository,
            issue: IssueNumber(1),
            host: "ghes.example:8443",
        };
        let (target, length) = read(text, &home)?;
        let name = target
            .repository
            .map(|name| name.to_string())
            .unwrap_or_default();
        Some(format!("{name}#{} {}", target.number, &text[length..]))
    }

    #[test]
    fn references_are_read_as_github_links_them() {
        let cases = [
            ("#12", "#12 "),
            ("#12.", "#12 ."),
            ("gh-12, x", "#12 , x"),
            ("octo/other#7)", "octo/other#7 )"),
            ("Octo/Hello#7", "#7 "),
            ("my_org/a.b-c#7", "my_org/a.b-c#7 "),
            ("https://ghes.example:8443/octo/hello/issues/9", "#9 "),
            ("HTTPS://GHES.example:8443/a/b/pull/9/files", "a/b#9 "),
            (
                "https://ghes.example:8443/a/b/issues/9#issuecomment-1.",
                "a/b#9 .",
            ),
            ("https://ghes.example:8443/a/b/issues/9?x=1)", "a/b#9 )"),
            ("http://www.ghes.example:8443/a/b/issues/9>", "a/b#9 >"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_reference_is_none() {
        let nothing = [
            "",
            "#",
            "#0",
            "#012",
            "#12a",
            "#12_x",
            "#12-style",
            "#1.2",
            "#12é",
            "#99999999999999999999",
            "#2147483648",
            "12",
            "GH12",
            "hello#12",
            "a/b/c#12",
            "../..#12",
            "https://github.com/a/b/issues/12",
            "https://ghes.example:8443.evil.example/a/b/issues/12",
            "https://ghes.example:8443/a/b/issues/12a",
            "https://ghes.example:8443/a/b/issues",
            "https://ghes.example:8443/a/b/discussions/12",
            "https://ghes.example:8443/a/b/commit/12",
        ];
        for text in nothing {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
