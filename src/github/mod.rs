//! GitHub behind typed calls: identity, tokens, pace, reads and changes.
//!
//! It exists so that the rest of skep speaks of issues and comments and never of HTTP. Every call has a timeout; a
//! call that changes something is sent at most once (a second time only after a 401, which proves that nothing was
//! done), one at a time per installation and at a pace GitHub accepts; while GitHub wants a pause, nothing is sent.
//! It must never print a credential, send one to another host, or retry a change whose outcome is unknown.

mod access;
mod answer;
mod app;
mod assignee;
mod at;
mod attachment;
mod budget;
mod call;
mod check;
mod ci;
mod ci_rollup;
mod client;
mod comment;
mod commit;
mod compare;
mod counted;
mod error;
mod etag;
mod file;
mod graphql;
mod hook;
mod identity;
mod issue;
mod jwt;
mod label;
mod lanes;
mod last_look;
mod limiter;
mod located;
mod new_issue;
mod occasion;
mod page;
mod person;
mod points;
mod poll;
mod pull;
mod purpose;
mod rate;
mod rate_gate;
mod rate_seen;
mod reach;
mod reaction;
mod registration;
mod relation;
mod repository;
mod request;
mod review;
mod rule;
mod seen_labels;
mod stack;
mod suggestion;
mod team;
mod thread;
mod ticks;
mod token;
mod tokens;
mod traced;
mod values;
mod visitor;
mod wire;

pub use app::{Delivery, DeliveryPage, Installation};
pub use assignee::Assignment;
pub use at::At;
pub use attachment::NotFetched;
pub use budget::{Budget, Used};
pub use check::{CheckConclusion, CheckReport, CheckRun, CheckStatus};
pub use ci_rollup::{CheckKind, CheckSeen, ChecksRead, Failing};
pub use client::{GitHub, GitHubConfig, HeldUp};
pub use comment::Comment;
pub use compare::Since;
pub use error::GitHubError;
pub use file::{BranchFile, FileChange};
pub use hook::HookConfig;
pub use identity::AppIdentity;
pub use issue::{Account, Issue, IssueEvent};
pub use new_issue::{IssueToCreate, Listed};
pub use occasion::Happened;
pub use person::{
    NotSignedIn, PersonError, ReadableRepository, SignIn, SignInConfig, UserToken, Way,
};
pub use poll::{ChangedPage, Row};
pub use pull::{NewPull, OpenedPull, Opening, Pull, PullEdit};
pub use purpose::Purpose;
pub use rate_gate::{Brake, Priority};
pub use rate_seen::RateLeft;
pub use reaction::Reacted;
pub use registration::{NewApp, NotConverted, Registrar};
pub use relation::{IssueStanding, Neighbour, Referred, Tree, TreeIssue};
pub use repository::{BranchHead, Permission, PermissionLevel, Repository, StandingFile};
pub use review::{LineComment, Review, ReviewHead, ReviewState};
pub use stack::{PullStack, Stacking};
pub use suggestion::{Intent, IssueSuggestion, IssueType, RepositoryLabel, TypeSuggested};
pub use team::Membership;
pub use thread::{ReviewThread, ThreadComment};
pub use ticks::steady_clock;
pub use tokens::Token;
pub use visitor::{SeenPull, Visitor};
pub use wire::Timeouts;

pub use crate::core::policy::Pace;
