//! Globs over paths with `/`: what an operator writes to name files.
//!
//! `?` is one character and `*` any number of them, neither past a `/`; `**` is anything, `/` included, and `**/` any number
//! of whole folders, none included. Everything else stands for itself, letter by letter. The whole path has to match. Total:
//! there is no wrong glob, and no glob takes longer than its length times the path's.

/// Whether `path` is one of those that `glob` names.
pub fn matches(glob: &str, path: &str) -> bool {
    let path: Vec<char> = path.chars().collect();
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for token in tokens(glob) {
        reached = advance(token, &path, &reached);
    }
    reached[path.len()]
}

#[derive(Debug, Clone, Copy)]
enum Token {
    Plain(char),
    One,
    Many,
    Deep,
    Folders,
}

fn tokens(glob: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut rest, mut at_start) = (glob, true);
    while let Some(next) = rest.chars().next() {
        let (token, length) = match next {
            '*' if at_start && rest.starts_with("**/") => (Token::Folders, 3),
            '*' if rest.starts_with("**") => (Token::Deep, 2),
            '*' => (Token::Many, 1),
            '?' => (Token::One, 1),
            other => (Token::Plain(other), other.len_utf8()),
        };
        tokens.push(token);
        (at_start, rest) = (rest[..length].ends_with('/'), &rest[length..]);
    }
    tokens
}

/// From the places in the path that the glob so far may end at to those it may end at with one token more.
fn advance(token: Token, path: &[char], reached: &[bool]) -> Vec<bool> {
    let mut next = vec![false; reached.len()];
    let mut begun = false;
    for end in 0..reached.len() {
        let last = end.checked_sub(1).map(|index| path[index]);
        let before = end > 0 && reached[end - 1];
        next[end] = match token {
            Token::Plain(wanted) => before && last == Some(wanted),
            Token::One => before && last != Some('/'),
            Token::Many => reached[end] || end > 0 && next[end - 1] && last != Some('/'),
            Token::Deep => reached[end] || end > 0 && next[end - 1],
            Token::Folders => reached[end] || begun && last == Some('/'),
        };
        begun |= reached[end];
    }
    next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::matches;

    #[test]
    fn globs_name_what_their_words_say() {
        let cases = [
            (".github/workflows/*", ".github/workflows/ci.yml", true),
            (".github/workflows/*", ".github/workflows/old/ci.yml", false),
            (".github/workflows/*", ".github/workflows", false),
            (".github/**", ".github/workflows/ci.yml", true),
            (".github/**", ".github", false),
            (".github/**", "a/.github/x", false),
            ("**/AGENTS.md", "AGENTS.md", true),
            ("**/AGENTS.md", "docs/deep/AGENTS.md", true),
            ("**/AGENTS.md", "docs/MY-AGENTS.md", false),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("a/**/b", "axb", false),
            ("*.lock", "Cargo.lock", true),
            ("*.lock", "sub/Cargo.lock", false),
            ("**", "any/thing", true),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("a?c", "aéc", true),
            ("a**c", "a/b/c", true),
            ("[ab]", "a", false),
            ("[ab]", "[ab]", true),
            ("Makefile", "makefile", false),
            ("", "", true),
            ("", "a", false),
        ];
        for (glob, path, expected) in cases {
            assert_eq!(matches(glob, path), expected, "{glob} on {path}");
        }
    }

    #[test]
    fn many_stars_take_no_longer() {
        assert!(!matches(&"*a".repeat(200), &"a".repeat(199)));
        assert!(matches(&"**/*".repeat(100), &"a/".repeat(400)));
    }

    proptest! {
        #[test]
        fn a_path_without_signs_names_itself_alone(path in "[a-z./é]{0,12}", other in "[a-z./é]{0,12}") {
            prop_assert!(matches(&path, &path));
            prop_assert_eq!(matches(&path, &other), path == other);
        }

        #[test]
        fn any_glob_has_an_answer(glob in "[a*?/é\\[]{0,20}", path in "[a/é]{0,20}") {
            let below = matches(&format!("**/{glob}"), &path);
            prop_assert!(below || !matches(&glob, &path), "`**/` is no folder as well");
        }
    }
}
