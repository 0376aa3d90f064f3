//! Names and values of meters, in words.

/// Requests of an hour, of an installation.
pub fn requests(installation: i64) -> String {
    installations("Requests in an hour", installation)
}

/// Something of an installation.
pub fn installations(what: &str, installation: i64) -> String {
    format!("{what} (installation {installation})")
}

/// So much of so much.
pub fn used(used: u64, of: u64) -> String {
    format!("{used} of {of}")
}

/// The same of what is told by what is left of it.
pub fn left(left: u64, of: u64) -> String {
    format!("{}, {left} left", used(of.saturating_sub(left), of))
}
