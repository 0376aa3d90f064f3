//! Who owns code: a CODEOWNERS file as GitHub reads it, down to who owns anything at all.
//!
//! <https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners>:
//! for each file the last pattern that fits counts, and a line that GitHub cannot read is passed over. So somebody owns code
//! here when they stand on a line that can still be the last: one that no later line with the same pattern, and no later line
//! for everything, takes back. Which files there are is not looked at.

/// Where GitHub looks for the file, in this order; the first that is there counts.
pub const PATHS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
/// So many owners are looked at.
const OWNERS: usize = 500;

/// An owner: e-mail addresses are owners to GitHub too, but say no login, and are left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// `@login`, without the `@`, in lower case.
    Person(String),
    /// `@org/team`, without the `@`, in lower case.
    Team(String),
}

/// Everybody who owns something, each once.
pub fn owners(text: &str) -> Vec<Owner> {
    let mut seen: Vec<String> = Vec::new();
    let mut found: Vec<Owner> = Vec::new();
    for (pattern, owners) in text.lines().rev().filter_map(line) {
        if seen.contains(&pattern) {
            continue;
        }
        for owner in owners {
            if !found.contains(&owner) && found.len() < OWNERS {
                found.push(owner);
            }
        }
        let everything = matches!(pattern.as_str(), "*" | "**" | "/**" | "**/*" | "/");
        if everything {
            break;
        }
        seen.push(pattern);
    }
    found
}

/// The pattern of a line and its owners; a line without owners takes files out of everybody's hands.
fn line(line: &str) -> Option<(String, Vec<Owner>)> {
    let text = uncommented(line);
    let mut words = words(text).into_iter();
    let pattern = words.next()?;
    // GitHub knows no negation, no ranges and no escaped `#` here, and passes such a line over.
    if pattern.starts_with('!') || pattern.starts_with("\\#") || pattern.contains('[') {
        return None;
    }
    let mut owners = Vec::new();
    for word in words {
        match owner(&word) {
            Parsed::Owner(owner) => owners.push(owner),
            Parsed::Mail => {}
            Parsed::Nobody => return None,
        }
    }
    Some((pattern, owners))
}

/// A line without what stands behind `#`: at its start, or behind a space.
fn uncommented(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    let end = line
        .match_indices('#')
        .map(|(at, _)| at)
        .find(|at| line[..*at].ends_with([' ', '\t']));
    &line[..end.unwrap_or(line.len())]
}

/// The words of a line; a space behind `\` belongs to its word.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut escaped = false;
    for c in line.trim().chars() {
        if c.is_whitespace() && !escaped {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else {
            word.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

enum Parsed {
    Owner(Owner),
    Mail,
    Nobody,
}

fn owner(word: &str) -> Parsed {
    let plain = |text: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !text.is_empty() && text.chars().all(fits)
    };
    let Some(name) = word.strip_prefix('@') else {
        let (before, host) = word.split_once('@').unwrap_or_default();
        return match !before.is_empty() && plain(host) {
            true => Parsed::Mail,
            false => Parsed::Nobody,
        };
    };
    let lower = name.to_ascii_lowercase();
    match lower.split_once('/') {
        None if plain(&lower) => Parsed::Owner(Owner::Person(lower)),
        Some((org, team)) if plain(org) && plain(team) => Parsed::Owner(Owner::Team(lower)),
        None | Some(_) => Parsed::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Owner, owners};

    fn names(text: &str) -> Vec<String> {
        let mut names: Vec<String> = owners(text)
            .into_iter()
            .map(|owner| match owner {
                Owner::Person(name) | Owner::Team(name) => name,
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn whoever_owns_something_is_found() {
        let file = "# Everybody's\n*       @Global-Owner1 @octo/Core\n\n*.js    @js-owner #This is an inline comment.\n\
                    *.go docs@example.com\n/build/logs/ @doctocat\nmy\\ file.txt @spaces\n";
        let expected = [
            "doctocat",
            "global-owner1",
            "js-owner",
            "octo/core",
            "spaces",
        ];
        assert_eq!(names(file), expected);
    }

    #[test]
    fn the_last_match_takes_earlier_ones_back() {
        assert_eq!(names("*.js @ana\n* @ben\n"), ["ben"], "everything is Ben's");
        assert_eq!(names("*.js @ana\n*.go @cid\n*.js @ben\n"), ["ben", "cid"]);
        assert_eq!(names("* @ana\n/apps/ @ben\n/apps/github\n"), ["ana", "ben"]);
        assert_eq!(
            names("* @ana\n*\n"),
            Vec::<String>::new(),
            "nobody's in the end"
        );
    }

    #[test]
    fn lines_that_github_passes_over_take_nothing_back() {
        for bad in [
            "!x @eve",
            "[ab] @eve",
            "\\#x @eve",
            "* eve",
            "* @",
            "* @octo/",
            "* @a/b/c",
            "* @e?e",
        ] {
            assert_eq!(names(&format!("* @ana\n{bad}\n")), ["ana"], "{bad}");
        }
        assert_eq!(names(""), Vec::<String>::new());
        assert_eq!(names("# * @ana"), Vec::<String>::new());
        assert_eq!(names("file#1 @ana"), ["ana"]);
    }

    proptest! {
        #[test]
        fn any_file_is_read(text in "(.|\n|@|\\*| |#|/){0,200}") {
            prop_assert!(owners(&text).len() <= super::OWNERS);
        }
    }
}
