//! What tools leave beside the work, as a file that git reads.

/// The ignore list as a file; the first line tells an agent who finds it in its working copy what it is.
pub(super) fn exclude_file(patterns: &[String]) -> String {
    let head = "# What tools leave beside the work and skep does not publish. Rules of .gitignore win over this list.\n";
    patterns
        .iter()
        .fold(head.to_owned(), |text, pattern| text + pattern + "\n")
}
