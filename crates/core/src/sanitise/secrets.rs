//! Secrets in text that is about to leave: known formats anywhere, and the live ones in every disguise `live` knows.
//! A hit is a reason to stop; `redact` is for logs and quotes, where the rest of the text is still wanted.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::kind::SecretKind;
use super::live::Forms;
use super::pushed::is_doubtful;

/// Where a secret stands. Never carries the secret itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it looks like.
    pub kind: SecretKind,
    /// Its bytes in the text.
    pub at: Range<usize>,
}

static FORMATS: LazyLock<Vec<(SecretKind, Regex)>> = LazyLock::new(|| {
    use SecretKind as K;
    // Behind an escape such as `\n` in a line of code or of a log, too.
    let left =
        r"(?:^|[^A-Za-z0-9]|\\[abefnrtv0]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2})";
    let formats = [
        (K::GithubToken, format!(r"{left}(gh[pousr]_[A-Za-z0-9._-]{{30,}}|github_pat_[A-Za-z0-9_]{{30,}})")),
        (K::AwsKey, format!(r"{left}((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{{16}})(?:$|[^A-Za-z0-9])")),
        (
            K::AwsKey,
            r#"(?i)aws.{0,20}?secret.{0,20}?["']?\s{0,4}[:=]>?\s{0,4}["']?([a-z0-9/+=]{40})(?:$|[^a-z0-9/+=])"#.to_owned(),
        ),
        (K::SlackToken, format!(r"{left}(xox[abceoprs]-[A-Za-z0-9-]{{10,}}|xapp-[0-9]-[A-Za-z0-9-]{{10,}})")),
        (K::SlackToken, r"(hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,})".to_owned()),
        (K::GoogleKey, format!(r"{left}(AIza[A-Za-z0-9_-]{{35}}|ya29\.[A-Za-z0-9_-]{{20,}}|GOCSPX-[A-Za-z0-9_-]{{20,}})")),
        (K::AnthropicKey, format!(r"{left}(sk-ant-[A-Za-z0-9_-]{{16,}})")),
        (K::OpenaiKey, format!(r"{left}(sk-[A-Za-z0-9_-]{{20,}})")),
        (K::NpmToken, format!(r"{left}(npm_[A-Za-z0-9]{{36,}})")),
        (K::Jwt, format!(r"{left}(eyJ[A-Za-z0-9_-]{{8,}}\.eyJ[A-Za-z0-9_-]{{8,}}\.[A-Za-z0-9_-]{{8,}})")),
        (
            K::Authorization,
            r#"(?i)authorization["']?\s{0,4}[:=]\s{0,4}["']?((?:(?:bearer|basic|token|digest)\s{1,4})?[a-z0-9._~+/=-]{8,})"#
                .to_owned(),
        ),
        (K::Authorization, format!(r"(?i){left}bearer\s{{1,4}}([a-z0-9._~+/=-]{{20,}})")),
        (K::UrlPassword, r#"[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@"'<>]{0,100}:([^\s/@"'<>]{3,200})@"#.to_owned()),
        (
            K::OtherToken,
            format!(
                r"{left}(glpat-[A-Za-z0-9_-]{{20,}}|[sr]k_live_[A-Za-z0-9]{{16,}}|hf_[A-Za-z0-9]{{30,}}|pypi-[A-Za-z0-9_-]{{50,}}|SG\.[A-Za-z0-9_-]{{16,}}\.[A-Za-z0-9_-]{{16,}})"
            ),
        ),
    ];
    formats
        .into_iter()
        .map(|(kind, format)| (kind, pattern(&format)))
        .collect()
});

static PEM_BEGIN: LazyLock<Regex> =
    LazyLock::new(|| pattern("-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"));

static HOME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(^|file://|[^A-Za-z0-9._~/\\-])(?:/home/[A-Za-z0-9._-]+|/Users/[A-Za-z0-9._-]+|/root\b|[A-Za-z]:[\\/]{1,2}Users[\\/]{1,2}[^\\/\s:"'<>|]+)"#,
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("every pattern is a constant and compiled by the tests")
}

/// Every secret in the text, in order and without overlap. `live_secrets` are the values this process holds now; those
/// under eight letters and digits are not looked for. Linear in the text.
pub fn find_secrets(text: &str, live_secrets: &[&str]) -> Vec<Finding> {
    find(text, &Forms::of(live_secrets.iter().copied()))
}

/// The secrets of these forms, wherever they stand.
pub(super) fn find_live(text: &str, live: &Forms) -> Vec<Finding> {
    let kind = SecretKind::Live;
    let found = live.find(text).into_iter();
    merged(found.map(|at| Finding { kind, at }).collect())
}

pub(super) fn find(text: &str, live: &Forms) -> Vec<Finding> {
    let mut found = find_live(text, live);
    found.extend(private_keys(text));
    for (kind, format) in FORMATS.iter() {
        let hits = format.captures_iter(text).filter_map(|hit| hit.get(1));
        let hits = hits
            .map(|hit| trimmed(text, hit.range()))
            .filter(|at| looks_random(*kind, &text[at.clone()]));
        found.extend(hits.map(|at| Finding { kind: *kind, at }));
    }
    merged(found)
}

/// The text with every secret replaced by what it was (`[redacted: GitHub token]`) and home directories by `~`.
pub fn redact(text: &str, live_secrets: &[&str]) -> String {
    without_homes(&without(text, find_secrets(text, live_secrets)))
}

/// People's words that we publish as a name: without what is a secret beyond doubt, and else as they are.
pub fn without_secrets(text: &str) -> String {
    let mut found = find_secrets(text, &[]);
    found.retain(|finding| !is_doubtful(finding.kind, &text[finding.at.clone()]));
    without(text, found)
}

/// The text with each finding named in place of what was found.
pub(super) fn without(text: &str, found: Vec<Finding>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for finding in found {
        out.push_str(&text[end..finding.at.start]);
        out.push_str(&format!("[redacted: {}]", finding.kind));
        end = finding.at.end;
    }
    out.push_str(&text[end..]);
    out
}

pub(super) fn without_homes(text: &str) -> String {
    HOME.replace_all(text, "${1}~").into_owned()
}

fn trimmed(text: &str, at: Range<usize>) -> Range<usize> {
    at.start..at.start + text[at].trim_end_matches(['.', '-']).len()
}

/// `sk-` also begins ordinary hyphenated words.
fn looks_random(kind: SecretKind, secret: &str) -> bool {
    match kind {
        SecretKind::OpenaiKey => {
            !secret.starts_with("sk-ant-") && secret.bytes().any(|b| b.is_ascii_digit())
        }
        _ => true,
    }
}

/// A key from its first to its last line; without a last line, as far as its characters go.
fn private_keys(text: &str) -> Vec<Finding> {
    let mut begins = PEM_BEGIN.find_iter(text).map(|hit| hit.range()).peekable();
    let mut found = Vec::new();
    while let Some(begin) = begins.next() {
        let limit = begins.peek().map_or(text.len(), |next| next.start);
        let body = &text[begin.end..limit];
        let end = body
            .find("-----END ")
            .and_then(|end| Some(end + 9 + body[end + 9..].find("-----")? + 5));
        let length = end.unwrap_or_else(|| {
            body.find(|c: char| {
                !(c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "+/=\\".contains(c))
            })
            .unwrap_or(body.len())
        });
        found.push(Finding {
            kind: SecretKind::PrivateKey,
            at: begin.start..begin.end + length,
        });
    }
    found
}

fn merged(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by_key(|finding| (finding.at.start, std::cmp::Reverse(finding.at.end)));
    let mut out: Vec<Finding> = Vec::with_capacity(found.len());
    for finding in found {
        match out.last_mut() {
            Some(last) if finding.at.start < last.at.end => {
                last.at.end = last.at.end.max(finding.at.end);
                last.kind = last.kind.min(finding.kind);
            }
            _ => out.push(finding),
        }
    }
    out
}
