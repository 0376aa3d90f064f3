//! Who calls the admin address: the operator, a token that the operator made, or somebody on this machine who only looks.
//!
//! The guard finds out; every route takes the answer from the request. What a caller may not see is narrowed here, before the service is
//! asked, and nowhere else.

use futures::future::BoxFuture;

use super::api_error::ApiError;
use super::scope::Scope;
use crate::core::actor::Account;
use crate::core::ids::RepositoryName;
use crate::core::text::requests::access;

/// A caller, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// On whose word it acts.
    by: By,
    /// What it may do.
    scope: Scope,
    /// Where; nothing: everywhere.
    only: Option<RepositoryName>,
}

/// On whose word an order is given, for the audit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum By {
    /// Somebody with the admin token.
    #[default]
    Operator,
    /// The holder of another token, by the token's name.
    Token(String),
    /// Somebody who signed in with GitHub, and who was found to be allowed to.
    Person(Account),
}

impl By {
    /// Somebody with the admin token.
    pub fn operator() -> Self {
        Self::default()
    }

    /// The holder of another token, by the token's name.
    pub fn token(name: impl Into<String>) -> Self {
        Self::Token(name.into())
    }

    /// The token's name, where it is one's.
    pub fn token_name(&self) -> Option<&str> {
        match self {
            Self::Token(name) => Some(name),
            Self::Operator | Self::Person(_) => None,
        }
    }

    /// Who it is, of those who signed in with GitHub.
    pub fn person(&self) -> Option<&Account> {
        match self {
            Self::Person(account) => Some(account),
            Self::Operator | Self::Token(_) => None,
        }
    }
}

impl Caller {
    /// Whoever holds the admin token: may do everything, everywhere.
    pub fn operator() -> Self {
        Self {
            by: By::operator(),
            scope: Scope::Admin,
            only: None,
        }
    }

    /// Somebody on this machine without a token.
    pub fn onlooker() -> Self {
        Self {
            scope: Scope::Read,
            ..Self::operator()
        }
    }

    /// The holder of a token of this name, scope and, if it is for one alone, repository.
    pub fn token(name: impl Into<String>, scope: Scope, only: Option<RepositoryName>) -> Self {
        Self {
            by: By::token(name),
            scope,
            only,
        }
    }

    /// On whose word it acts.
    pub fn by(&self) -> &By {
        &self.by
    }

    /// Its scope.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Passes where its scope is wide enough.
    ///
    /// # Errors
    /// 403, which names both scopes.
    pub fn may(&self, needed: Scope) -> Result<(), ApiError> {
        if self.scope >= needed {
            return Ok(());
        }
        let sentence = access::scope(self.by.token_name(), self.scope.name(), needed.name());
        Err(ApiError::new(403, "scope", sentence).next(access::scope_next(needed.name())))
    }

    /// The repository that is asked for, or the only one there is for this caller; nothing: all.
    ///
    /// # Errors
    /// 403 where another one is asked for.
    pub fn within(
        &self,
        asked: Option<RepositoryName>,
    ) -> Result<Option<RepositoryName>, ApiError> {
        match (&self.only, asked) {
            (None, asked) => Ok(asked),
            (Some(only), None) => Ok(Some(only.clone())),
            (Some(only), Some(asked)) if same(only, &asked) => Ok(Some(asked)),
            (Some(only), Some(asked)) => Err(elsewhere(only, &asked.to_string())),
        }
    }

    /// Passes where something may be seen that is in a repository, or in none that is known.
    ///
    /// # Errors
    /// 403 where it is elsewhere.
    pub fn sees(&self, repository: Option<&str>) -> Result<(), ApiError> {
        let Some(only) = &self.only else {
            return Ok(());
        };
        let there = repository.unwrap_or_default();
        match there.eq_ignore_ascii_case(&only.to_string()) {
            true => Ok(()),
            false => Err(elsewhere(only, there)),
        }
    }

    /// Passes where everything may be seen.
    ///
    /// # Errors
    /// 403 for a caller with one repository.
    pub fn sees_all(&self) -> Result<(), ApiError> {
        match &self.only {
            None => Ok(()),
            Some(only) => {
                let sentence = access::whole(&only.to_string());
                Err(ApiError::new(403, "repository", sentence).next(access::WHOLE_NEXT))
            }
        }
    }
}

fn elsewhere(only: &RepositoryName, asked: &str) -> ApiError {
    let sentence = access::elsewhere(&only.to_string(), asked);
    ApiError::new(403, "repository", sentence).next(access::ELSEWHERE_NEXT)
}

/// GitHub tells names apart whatever their case.
fn same(one: &RepositoryName, other: &RepositoryName) -> bool {
    one.to_string().eq_ignore_ascii_case(&other.to_string())
}

/// Where tokens are looked up. It never holds one: only the SHA-256 of each.
pub trait TokenBook: Send + Sync + 'static {
    /// Who holds the token of this digest; nobody where there is none, or it has expired.
    fn holder(&self, digest: [u8; 32]) -> BoxFuture<'_, Result<Option<Caller>, ApiError>>;
}
