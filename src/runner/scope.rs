//! What a performer may touch: small views of the services, each with what one family of effects needs and nothing more.
//!
//! A performer that has no git cannot push, and one that has no agents cannot start any. The dispatch makes the views.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::answer_waiters::AnswerWaiters;
use super::batch::BatchJudge;
use super::disk_watch::DiskWatch;
use super::folders::Folders;
use super::launcher::Launcher;
use super::lease::Lease;
use super::marker::MarkerKey;
use super::memory_watch::MemoryWatch;
use super::posted::PostedComments;
use super::provenance::Stating;
use super::refusals::Refusals;
use super::repository_policy::Policies;
use super::services::{Services, Timings};
use crate::agent::Agents;
use crate::core::policy::{AllowProtected, Limits, Policy};
use crate::core::sanitise::HeldSecrets;
use crate::core::time::Clock;
use crate::git::Git;
use crate::github::{At, CheckReport, GitHub, GitHubError};
use crate::store::{Store, StoreError};

/// Our own comments, and how they are found again.
pub(super) struct Comments<'a> {
    pub(super) github: &'a GitHub,
    pub(super) marker: &'a MarkerKey,
    pub(super) posted: &'a PostedComments,
    /// The pause before a mark is looked for a second time.
    pub(super) look_again: Duration,
    /// Whether status comments are pinned.
    pub(super) pins_status: bool,
}

/// What is read on GitHub for the core to judge.
pub(super) struct Reading<'a> {
    pub(super) github: &'a GitHub,
    pub(super) policy: &'a Policy,
    pub(super) redactor: &'a HeldSecrets,
    pub(super) clock: &'a Clock,
}

/// Check runs, and whose installation refused them.
pub(super) struct Checks<'a> {
    pub(super) github: &'a GitHub,
    pub(super) refused: &'a Refusals,
}

impl Checks<'_> {
    /// Puts a check run there; false where the installation has not granted it, which the log says once, in the words given.
    pub(super) async fn put(
        &self,
        at: &At,
        report: &CheckReport,
        not_granted: &str,
    ) -> Result<bool, GitHubError> {
        match self.github.put_check(at, report).await {
            Ok(_) => {
                self.refused.granted(at.installation);
                Ok(true)
            }
            Err(GitHubError::NotPermitted { permission, .. }) => {
                if self.refused.is_news(at.installation) {
                    tracing::warn!(installation = %at.installation, permission, "{not_granted}");
                }
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// GitHub's own stacks of pull requests, and whose installation has none.
pub(super) struct Stacks<'a> {
    pub(super) github: &'a GitHub,
    pub(super) declined: &'a Refusals,
}

/// Repositories on GitHub, as git sees them.
#[derive(Clone, Copy)]
pub(super) struct Remotes<'a> {
    pub(super) github: &'a GitHub,
    pub(super) git: &'a Git,
}

/// What is pushed, and what may be.
pub(super) struct Pushing<'a> {
    pub(super) remotes: Remotes<'a>,
    pub(super) stops: Stops<'a>,
    /// The protected paths that the operator lets be published.
    pub(super) allowed: &'a AllowProtected,
    pub(super) launcher: Launcher<'a>,
}

/// Working copies without agents.
pub(super) struct Workspaces<'a> {
    pub(super) remotes: Remotes<'a>,
    pub(super) policies: Policies<'a>,
    pub(super) launcher: Launcher<'a>,
    pub(super) folders: &'a Folders,
    pub(super) ignore: &'a [String],
    pub(super) store: &'a Store,
    pub(super) clock: &'a Clock,
    pub(super) limits: &'a Limits,
    pub(super) disk: DiskWatch<'a>,
    /// Cancelled when the service stops.
    pub(super) stopping: &'a CancellationToken,
}

/// Other work in a repository, and what is known of its files.
pub(super) struct Neighbours<'a> {
    pub(super) store: &'a Store,
    pub(super) git: &'a Git,
    pub(super) folders: &'a Folders,
    pub(super) limits: &'a Limits,
}

/// Sessions that are to go: their agents, and what they leave on the disk.
pub(super) struct Leavings<'a> {
    pub(super) agents: &'a Agents,
    pub(super) git: &'a Git,
    pub(super) folders: &'a Folders,
}

/// Which effects in our hands people have withdrawn: recorded, and perhaps still on its way here.
pub(super) struct Stops<'a> {
    store: &'a Store,
    owner: &'a str,
}

impl Stops<'_> {
    /// Whether an effect is not wanted any more.
    pub(super) async fn is_stopped(&self, lease: &Lease) -> Result<bool, StoreError> {
        let asked = self.store.cancel_requests(self.owner).await?;
        Ok(lease.cancel().is_cancelled() || asked.iter().any(|id| id == lease.id()))
    }
}

/// What the work of a session is judged with, once its agent is gone.
pub(super) struct Collecting<'a> {
    pub(super) agents: &'a Agents,
    pub(super) git: &'a Git,
    pub(super) launcher: Launcher<'a>,
    pub(super) folders: &'a Folders,
    pub(super) ignore: &'a [String],
    pub(super) policy: &'a Policy,
    pub(super) redactor: &'a HeldSecrets,
    pub(super) store: &'a Store,
    pub(super) disk: DiskWatch<'a>,
}

/// What the server's own look at a commit needs.
pub(super) struct Verifying<'a> {
    pub(super) remotes: Remotes<'a>,
    pub(super) agents: &'a Agents,
    pub(super) launcher: Launcher<'a>,
    pub(super) folders: &'a Folders,
    pub(super) redactor: &'a HeldSecrets,
    pub(super) disk: DiskWatch<'a>,
    pub(super) memory: MemoryWatch<'a>,
    /// Cancelled when the service stops.
    pub(super) stopping: &'a CancellationToken,
}

/// What a turn of an agent needs.
pub(super) struct Turns<'a> {
    pub(super) github: &'a GitHub,
    pub(super) agents: &'a Agents,
    pub(super) launcher: Launcher<'a>,
    pub(super) store: &'a Store,
    pub(super) clock: &'a Clock,
    pub(super) limits: &'a Limits,
    pub(super) timings: Timings,
    pub(super) redactor: &'a HeldSecrets,
    pub(super) waiters: &'a Arc<AnswerWaiters>,
    pub(super) batches: BatchJudge,
    pub(super) disk: DiskWatch<'a>,
    pub(super) memory: MemoryWatch<'a>,
    /// Cancelled when the service stops.
    pub(super) stopping: &'a CancellationToken,
}

impl Services {
    pub(super) fn comments(&self) -> Comments<'_> {
        Comments {
            github: &self.github,
            marker: &self.marker,
            posted: &self.posted,
            look_again: self.timings.look_again,
            pins_status: self.policy.issues.pin_status,
        }
    }

    pub(super) fn reading(&self) -> Reading<'_> {
        self.reading_with(&self.github)
    }

    /// The same with another client.
    pub(super) fn reading_with<'a>(&'a self, github: &'a GitHub) -> Reading<'a> {
        Reading {
            github,
            policy: &self.policy,
            redactor: &self.redactor,
            clock: &self.clock,
        }
    }

    pub(super) fn policies(&self) -> Policies<'_> {
        self.policies_with(&self.github)
    }

    /// The same with another client.
    pub(super) fn policies_with<'a>(&'a self, github: &'a GitHub) -> Policies<'a> {
        Policies {
            github,
            store: &self.store,
        }
    }

    pub(super) fn checks(&self) -> Checks<'_> {
        Checks {
            github: &self.github,
            refused: &self.refused_checks,
        }
    }

    pub(super) fn stating(&self) -> Stating<'_> {
        Stating {
            github: &self.github,
            git: &self.git,
            store: &self.store,
            agents: &self.agents,
            redactor: &self.redactor,
            key: &self.key,
        }
    }

    pub(super) fn stacks(&self) -> Stacks<'_> {
        Stacks {
            github: &self.github,
            declined: &self.declined_stacks,
        }
    }

    pub(super) fn remotes(&self) -> Remotes<'_> {
        Remotes {
            github: &self.github,
            git: &self.git,
        }
    }

    pub(super) fn workspaces<'a>(&'a self, stopping: &'a CancellationToken) -> Workspaces<'a> {
        Workspaces {
            remotes: self.remotes(),
            policies: self.policies(),
            launcher: self.launcher(),
            folders: &self.folders,
            ignore: &self.ignore,
            store: &self.store,
            clock: &self.clock,
            limits: &self.policy.limits,
            disk: self.disk(),
            stopping,
        }
    }

    pub(super) fn leavings(&self) -> Leavings<'_> {
        Leavings {
            agents: &self.agents,
            git: &self.git,
            folders: &self.folders,
        }
    }

    pub(super) fn neighbours(&self) -> Neighbours<'_> {
        Neighbours {
            store: &self.store,
            git: &self.git,
            folders: &self.folders,
            limits: &self.policy.limits,
        }
    }

    pub(super) fn pushing(&self) -> Pushing<'_> {
        Pushing {
            remotes: self.remotes(),
            stops: self.stops(),
            allowed: &self.policy.allow_protected,
            launcher: self.launcher(),
        }
    }

    fn stops(&self) -> Stops<'_> {
        Stops {
            store: &self.store,
            owner: &self.owner,
        }
    }

    pub(super) fn collecting(&self) -> Collecting<'_> {
        Collecting {
            agents: &self.agents,
            git: &self.git,
            launcher: self.launcher(),
            folders: &self.folders,
            ignore: &self.ignore,
            policy: &self.policy,
            redactor: &self.redactor,
            store: &self.store,
            disk: self.disk(),
        }
    }

    pub(super) fn verifying<'a>(&'a self, stopping: &'a CancellationToken) -> Verifying<'a> {
        Verifying {
            remotes: self.remotes(),
            agents: &self.agents,
            launcher: self.launcher(),
            folders: &self.folders,
            redactor: &self.redactor,
            disk: self.disk(),
            memory: self.memory(),
            stopping,
        }
    }

    pub(super) fn turns<'a>(&'a self, stopping: &'a CancellationToken) -> Turns<'a> {
        Turns {
            github: &self.github,
            agents: &self.agents,
            launcher: self.launcher(),
            store: &self.store,
            clock: &self.clock,
            limits: &self.policy.limits,
            timings: self.timings,
            redactor: &self.redactor,
            waiters: &self.waiters,
            batches: self.batches(),
            disk: self.disk(),
            memory: self.memory(),
            stopping,
        }
    }

    fn launcher(&self) -> Launcher<'_> {
        Launcher {
            github: &self.github,
            git: &self.git,
            specs: &self.specs,
            folders: &self.folders,
            login: &self.policy.me.login,
        }
    }

    fn memory(&self) -> MemoryWatch<'_> {
        MemoryWatch {
            limits: &self.policy.limits,
            usage: &self.memory,
        }
    }

    fn disk(&self) -> DiskWatch<'_> {
        DiskWatch {
            folders: &self.folders,
            limits: &self.policy.limits,
            ballast: &self.ballast,
            usage: &self.usage,
            pause: self.timings.disk_look,
        }
    }
}
