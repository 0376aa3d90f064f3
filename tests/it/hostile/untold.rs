//! Why a few attacks are blocked and nobody hears of it. What is not on this list has to be told.

/// A path that is not there.
pub(super) const ABSENT: &str =
    "nothing is there, and the kernel tells nobody of a path that was looked for in vain";
/// A folder, or whether something is there.
pub(super) const LISTS: &str = "nothing is there, and every program looks at folders";
/// Opening for writing, making, renaming, removing.
pub(super) const WRITES: &str = "it may not be written, and the kernel tells nobody; each file that a build writes would have to wait to be looked at";
/// What the kernel keeps in `/proc` from others.
pub(super) const PROCFS: &str = "the kernel shows it to nobody else, and tells nobody";
/// Nothing is refused: it is the session's own.
pub(super) const OWN: &str = "nothing is refused: it is its own";
/// Its own loopback.
pub(super) const LOOPBACK: &str =
    "nobody listens on its own loopback, where programs look for their own servers";
/// What is ended in the end.
pub(super) const ENDED: &str = "nothing is refused: it is ended with its session";

/// All of them, in the order of the page.
pub(super) const REASONS: [&str; 7] = [WRITES, ABSENT, LISTS, PROCFS, LOOPBACK, OWN, ENDED];
