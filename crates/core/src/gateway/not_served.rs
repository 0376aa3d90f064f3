//! Why a request of an agent to its model does not go through.

/// Why a request does not go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotServed {
    /// A path, a method or a provider that is not on the list.
    Path,
    /// A path that could be read in two ways.
    Odd,
    /// A whole address, a tunnel, or another host in `Host`.
    OtherHost,
    /// No key at all.
    NoWord,
    /// Another key than the word of this session.
    OtherKey,
}
