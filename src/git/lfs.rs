//! Git LFS: content that `.gitattributes` gives to `filter=lfs` becomes a pointer here, and goes up before the push.
//!
//! Pointers (<https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>) are made by us, of files as they lie; the content waits
//! in the mirror's `lfs/objects`, and git-lfs sends it to the repository's own host, with the token of the push. Bytes must
//! never be published where a pointer belongs: without git-lfs, such a change is refused by its name. The agent's
//! configuration and `.lfsconfig` name no address here.

mod content;
mod found;
mod pointer;
mod replace;
mod send;

pub(crate) use content::{WAITING, move_content};
pub(crate) use found::LfsFound;
pub(crate) use pointer::{contents, pointed_at};
