//! The git module: a mirror per repository, a private working copy per session, what the agent left, and the push.
//!
//! Built on the git program alone (libgit2 has no equal of its clobber protection and lags its fixes). Who may touch what:
//!
//! ```text
//! host --fetch--> mirror (ours) --create_workspace--> working copy (the agent's) --bundle_command, in the sandbox--> bundle
//! host <--publish-- mirror <--admit-- quarantine <--collect: fsck, limits, tree rules-- working tree and bundle
//! ```
//!
//! The service's git never runs in, and never reads configuration, hooks or objects of, a folder an agent can write: it
//! sees the working tree only as files, with `GIT_DIR` pointing at the mirror. It must never write a branch that is not
//! `agent/…`, never put a token where another process can read it, and never delete an object from a mirror.
//! One process owns a data folder at a time.

mod aside;
mod base_tree;
mod branch;
mod bundle;
mod change;
mod checkout;
mod collect;
mod collection;
mod conflict;
mod differing;
mod discard;
mod disk;
mod error;
mod evidence;
mod evidence_branch;
mod fenced;
mod fetch;
mod fetch_locks;
mod flat;
mod footing;
mod handle;
mod history;
mod identity;
mod ignore_list;
mod kept_work;
mod left;
mod leftovers;
mod lfs;
mod live;
mod mirror;
mod outgoing;
mod partial;
mod pasts;
mod patch;
mod per_repository;
mod pipe;
mod process;
mod protect;
mod protected;
mod publish;
mod quarantine;
mod range;
mod rebase;
mod refs;
mod refusal;
mod remote;
mod signs;
mod snapshot;
mod spec;
mod standby;
mod standby_wishes;
mod steering;
mod survey;
mod token;
mod trash;
mod trial_copy;
mod unfinished;
mod untouched;
mod version;
mod way_out;
mod workflows;
mod working_files;
mod workspace;

pub use branch::Branch;
pub use error::GitError;
pub use fetch_locks::FetchWatch;
pub use handle::{Git, GitConfig};
pub use identity::Identity;
pub use kept_work::KeptWork;
pub use mirror::{FetchRequest, Fetched};
pub use outgoing::{AddedLines, Outgoing, OutgoingSpec};
#[cfg(fuzzing)]
pub(crate) use protect::fuzzed::changes as fuzzed;
pub use protected::{ProtectedPaths, ProtectedSpec};
pub use publish::{Published, Push};
pub use rebase::{Rebase, Rebased};
pub use remote::Remote;
pub use spec::{CollectSpec, Collected, DiffLimits};
pub use unfinished::{Unfinished, UnfinishedSpec};
pub use workspace::WorkspaceSpec;

pub use crate::core::policy::OldGit;
