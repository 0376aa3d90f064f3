//! What `skep dispatch` is asked to start, from the words of its command line. Pure.

use serde_json::{Value, json};

use crate::core::ids::{IssueNumber, RepositoryName};
use crate::core::text;

/// Why the words name nothing to start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No words.
    #[error("{}", text::cli::NO_TARGET)]
    Nothing,
    /// A word that is no issue and no repository.
    #[error("{}", text::cli::malformed_target(.0))]
    Malformed(String),
    /// `#13` without a repository before it.
    #[error("{}", text::cli::no_repository(.0))]
    NoRepository(String),
    /// A repository without issues and without `--label`.
    #[error("{}", text::cli::no_issue(.0))]
    NoIssue(String),
    /// An issue beside `--label`.
    #[error("{}", text::cli::issue_and_label(.0))]
    IssueAndLabel(String),
    /// `--label ''`.
    #[error("{}", text::cli::EMPTY_LABEL)]
    EmptyLabel,
}

/// One repository and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// These issues, at least one, none twice.
    Issues(RepositoryName, Vec<IssueNumber>),
    /// All open ones with this label.
    Labeled(RepositoryName, String),
}

impl Target {
    /// As the admin address takes it.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Issues(repository, issues) => {
                json!({ "repository": repository, "issues": issues })
            }
            Self::Labeled(repository, label) => {
                json!({ "repository": repository, "label": label })
            }
        }
    }
}

/// Reads targets. A bare `#13` or `13` belongs to the repository before it; issues of one repository that stand together
/// are one target.
pub fn parse_targets(words: &[String], label: Option<&str>) -> Result<Vec<Target>, TargetError> {
    if words.is_empty() {
        return Err(TargetError::Nothing);
    }
    let words: Vec<String> = words.iter().map(|word| plain(word)).collect();
    match label.map(str::trim) {
        Some("") => Err(TargetError::EmptyLabel),
        Some(label) => words.iter().map(|word| labeled(word, label)).collect(),
        None => issues(&words),
    }
}

/// `https://HOST/owner/repo` as `owner/repo`, and an issue's or a pull request's address as `owner/repo#12`; any other word
/// as it is. Which host it is does not matter here: the App knows only one.
fn plain(word: &str) -> String {
    let Some(path) = word
        .strip_prefix("https://")
        .or_else(|| word.strip_prefix("http://"))
    else {
        return word.to_owned();
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    match path
        .split('/')
        .skip(1)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .as_slice()
    {
        [owner, name] => format!("{owner}/{name}"),
        [owner, name, "issues" | "pull", number, ..] => format!("{owner}/{name}#{number}"),
        _ => word.to_owned(),
    }
}

fn labeled(word: &str, label: &str) -> Result<Target, TargetError> {
    if word.contains('#') {
        return Err(TargetError::IssueAndLabel(word.to_owned()));
    }
    let repository = word
        .parse()
        .map_err(|_| TargetError::Malformed(word.to_owned()))?;
    Ok(Target::Labeled(repository, label.to_owned()))
}

fn issues(words: &[String]) -> Result<Vec<Target>, TargetError> {
    let mut targets: Vec<(RepositoryName, Vec<IssueNumber>)> = Vec::new();
    for word in words {
        let malformed = || TargetError::Malformed(word.clone());
        let (repository, number) = match word.split_once('#') {
            Some(("", number)) => (None, number),
            Some((repository, number)) => (Some(repository), number),
            None if word.contains('/') => return Err(TargetError::NoIssue(word.clone())),
            None => (None, word.as_str()),
        };
        let repository: Option<RepositoryName> = repository
            .map(str::parse)
            .transpose()
            .map_err(|_| malformed())?;
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number
            .parse()
            .ok()
            .filter(|number| digits && *number > 0)
            .map(IssueNumber);
        let number = number.ok_or_else(malformed)?;
        let at_hand = targets.last_mut();
        match (repository, at_hand) {
            (None, None) => return Err(TargetError::NoRepository(word.clone())),
            (Some(repository), Some((last, numbers))) if *last == repository => {
                add(numbers, number)
            }
            (Some(repository), _) => targets.push((repository, vec![number])),
            (None, Some((_, numbers))) => add(numbers, number),
        }
    }
    Ok(targets
        .into_iter()
        .map(|(repository, numbers)| Target::Issues(repository, numbers))
        .collect())
}

fn add(numbers: &mut Vec<IssueNumber>, number: IssueNumber) {
    if !numbers.contains(&number) {
        numbers.push(number);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(line: &str, label: Option<&str>) -> String {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        match parse_targets(&words, label) {
            Ok(targets) => targets.iter().map(told).collect::<Vec<_>>().join(" "),
            Err(error) => format!("! {error}"),
        }
    }

    fn told(target: &Target) -> String {
        match target {
            Target::Issues(repository, issues) => {
                let numbers: Vec<String> = issues.iter().map(ToString::to_string).collect();
                format!("{repository}: {}", numbers.join(","))
            }
            Target::Labeled(repository, label) => format!("{repository}: all {label}"),
        }
    }

    #[test]
    fn issues_and_labels() {
        assert_eq!(read("o/r#12", None), "o/r: 12");
        assert_eq!(read("o/r#12 #13 14 o/r#15 #12", None), "o/r: 12,13,14,15");
        assert_eq!(read("o/r#1 p/q#2 #3", None), "o/r: 1 p/q: 2,3");
        assert_eq!(read("o/r", Some("agent:go")), "o/r: all agent:go");
    }

    #[test]
    fn targets_go_over_the_wire_as_the_admin_address_takes_them() {
        let json = |word: &str, label| {
            parse_targets(&[word.to_owned()], label).expect("a target")[0].to_json()
        };
        assert_eq!(
            json("o/r#12", None),
            json!({ "repository": "o/r", "issues": [12] })
        );
        assert_eq!(
            json("o/r", Some("x")),
            json!({ "repository": "o/r", "label": "x" })
        );
    }

    #[test]
    fn each_mistake_says_what_would_be_right() {
        let said = [
            read("", None),
            read("#12", None),
            read("o/r", None),
            read("o/r#0", None),
            read("o/r#x", None),
            read("o/r#+1", None),
            read("r#1", None),
            read("o/r#12", Some("agent:go")),
            read("o/r", Some(" ")),
            read("o/r#99999999999999999999", None),
        ];
        insta::assert_snapshot!(said.join("\n"), @r#"
        ! name what to start: `owner/repo#12`, several as `owner/repo#12 13`, or `owner/repo --label agent:go`
        ! `#12` follows no repository: write the first as owner/repo#12
        ! `o/r` names no issue: write o/r#12, or add --label to take all its open issues with that label
        ! `o/r#0` is not an issue such as owner/repo#12
        ! `o/r#x` is not an issue such as owner/repo#12
        ! `o/r#+1` is not an issue such as owner/repo#12
        ! `r#1` is not an issue such as owner/repo#12
        ! `o/r#12` names an issue, and --label asks for all with that label: use one of the two
        ! the label is empty
        ! `o/r#99999999999999999999` is not an issue such as owner/repo#12
        "#);
    }

    proptest! {
        #[test]
        fn any_words_are_read_or_refused(words in prop::collection::vec("\\PC{0,12}", 0..4), label in prop::option::of("\\PC{0,4}")) {
            let _ = parse_targets(&words, label.as_deref());
        }

        #[test]
        fn every_issue_named_is_asked_for_once(numbers in prop::collection::vec(1..50i64, 1..20)) {
            let words: Vec<String> = numbers.iter().map(|number| format!("o/r#{number}")).collect();
            let targets = parse_targets(&words, None).expect("issues");
            let [Target::Issues(_, asked)] = targets.as_slice() else { panic!("one target: {targets:?}") };
            let mut expected: Vec<i64> = numbers;
            expected.sort_unstable();
            expected.dedup();
            let mut asked: Vec<i64> = asked.iter().map(|issue| issue.0).collect();
            asked.sort_unstable();
            prop_assert_eq!(asked, expected);
        }
    }

    #[test]
    fn addresses_are_taken_as_they_are_copied() {
        let read = |line: &str, label| parse_targets(&[line.to_owned()], label);
        let issue = read("octo/garden#12", None);
        for address in [
            "https://github.com/octo/garden/issues/12",
            "https://github.com/octo/garden/pull/12/files",
            "https://git.corp/octo/garden/issues/12#issuecomment-7",
            "https://github.com/octo/garden/issues/12/?x=1",
        ] {
            assert_eq!(read(address, None), issue, "{address}");
        }
        assert_eq!(
            read("https://github.com/octo/garden", Some("go")),
            read("octo/garden", Some("go"))
        );
        assert!(read("https://github.com/octo", None).is_err());
        assert!(read("https://github.com/octo/garden", None).is_err());
    }
}
