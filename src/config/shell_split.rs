//! Splits a command line into words the way a POSIX shell quotes them, without a shell: no variables, no globs, no pipes.
//!
//! It refuses what only a shell could do instead of passing it on as if it were a word.

use crate::core::text::mistakes::command_line as mistake;

/// Characters that a shell would act on outside quotes.
const SHELL_ONLY: &str = "|&;<>()$`*?#~[]{}!";

/// The words of a command line; at least one. The error says what is wrong with it.
pub(super) fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => quoted(&mut letters, word.get_or_insert_default())?,
            '"' => double_quoted(&mut letters, word.get_or_insert_default())?,
            '\\' => word
                .get_or_insert_default()
                .push(letters.next().ok_or(mistake::LONE_BACKSLASH)?),
            letter if letter.is_whitespace() => words.extend(word.take()),
            // In the middle of a word most of these are plain; a shell acts on the first five wherever they stand.
            letter
                if SHELL_ONLY.contains(letter)
                    && (word.is_none() || "|&;<>$`".contains(letter)) =>
            {
                return Err(mistake::needs_shell(letter));
            }
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    if words.first().is_none_or(String::is_empty) {
        Err(mistake::NO_PROGRAM.to_owned())
    } else {
        Ok(words)
    }
}

fn quoted(letters: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    for letter in letters {
        if letter == '\'' {
            return Ok(());
        }
        word.push(letter);
    }
    Err(mistake::OPEN_QUOTE.to_owned())
}

fn double_quoted(letters: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Ok(()),
            '\\' => match letters.next() {
                Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                Some(other) => word.extend(['\\', other]),
                None => break,
            },
            '$' | '`' => {
                return Err(mistake::needs_shell_in_quotes(letter));
            }
            letter => word.push(letter),
        }
    }
    Err(mistake::OPEN_DOUBLE_QUOTE.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(line: &str) -> Vec<String> {
        split(line).expect("a command line")
    }

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(words("goose acp"), ["goose", "acp"]);
        assert_eq!(
            words(r#"a 'b  c' "d \"e\"" f\ g '' h'i'"j""#),
            ["a", "b  c", "d \"e\"", "f g", "", "hij"]
        );
        assert_eq!(
            words("a --x=1 b#c d~ e{f}"),
            ["a", "--x=1", "b#c", "d~", "e{f}"]
        );
    }

    #[test]
    fn what_needs_a_shell_is_refused() {
        for line in [
            "a | b",
            "a && b",
            "a > b",
            "a $HOME",
            "a \"$HOME\"",
            "a `b`",
            "a *",
            "~/a",
            "a; b",
            "a;b",
        ] {
            assert!(split(line).is_err(), "{line}");
        }
        for line in ["", "  ", "''", "a 'b", "a \"b", "a \\"] {
            assert!(split(line).is_err(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn quoted_words_come_back(given in prop::collection::vec("[^'\\x00]{1,12}", 1..5)) {
            let line: Vec<String> = given.iter().map(|word| format!("'{word}'")).collect();
            prop_assert_eq!(split(&line.join(" ")), Ok(given));
        }
    }
}
