//! Tokens for programs, as the admin address shows them. A token's word is said once, when it is made.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::core::ids::RepositoryName;
use crate::http::scope::Scope;

/// `POST /api/v1/tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is called in lists and in the audit: 1 to 40 of `a-z`, `0-9`, `-`.
    #[schema(pattern = "^[a-z0-9-]{1,40}$")]
    pub name: String,
    /// What it may be used for.
    pub scope: Scope,
    /// Only there; everywhere, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$")]
    pub repository: Option<RepositoryName>,
    /// After so many seconds it opens nothing any more; never, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 315_360_000)]
    pub expires_in_seconds: Option<u64>,
}

/// A token that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenMade {
    /// What requests carry as `Authorization: Bearer …`. It is nowhere else and cannot be shown again.
    pub token: String,
    /// What it is for.
    #[serde(flatten)]
    pub line: TokenLine,
}

/// `GET /api/v1/tokens`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokensAnswer {
    /// By name.
    pub tokens: Vec<TokenLine>,
}

/// A token in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenLine {
    /// Its name.
    pub name: String,
    /// What it may be used for.
    pub scope: Scope,
    /// Only there.
    pub repository: Option<String>,
    /// When it was made.
    #[schema(format = "epoch-ms")]
    pub created_at: i64,
    /// From when on it opens nothing.
    #[schema(format = "epoch-ms")]
    pub expires_at: Option<i64>,
}
