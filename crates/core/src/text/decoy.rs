//! What is said of decoys that were opened, as half sentences that follow what was opened.

/// One was.
pub const OPENED: &str = "it is a decoy, and empty";
/// Many were, in passing: what that was, and what came of it.
pub const SEARCH: (&str, &str) = (
    "a search through all files",
    "it opened decoys, which are empty",
);

/// One of skep's own files.
pub fn in_data_folder(name: &str) -> String {
    format!("{name} in skep's data folder")
}
