//! One word of a command line, as people write it.

/// A word without quotation marks, code marks and final punctuation.
pub(super) fn plain(word: &str) -> &str {
    word.trim_matches(|c: char| c.is_whitespace() || "`\"'*<>".contains(c))
        .trim_end_matches(['.', ',', '!', ';'])
}
