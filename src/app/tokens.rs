//! Tokens for programs: made, listed, revoked, recognised. A token's word is made here, handed out once and forgotten; what stays is its
//! digest. Each that is made or revoked is in the audit.

use futures::future::BoxFuture;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::lookup::unread;
use crate::core::audit::OPERATOR;
use crate::core::text::requests::{absent, invalid};
use crate::core::time::Clock;
use crate::http::types::{NewToken, TokenLine, TokenMade};
use crate::http::{ApiError, By, Caller, Scope, TokenBook};
use crate::random;
use crate::store::{NewAudit, Store, TokenRow};

/// The longest a token lasts that ends at all, seconds: ten years.
const LONGEST: u64 = 315_360_000;

/// The tokens of a skep.
#[derive(Clone)]
pub(super) struct Tokens {
    pub(super) store: Store,
    pub(super) clock: Clock,
}

impl TokenBook for Tokens {
    fn holder(&self, digest: [u8; 32]) -> BoxFuture<'_, Result<Option<Caller>, ApiError>> {
        Box::pin(async move {
            let found = self.store.token_of(&hex::encode(digest)).await;
            let found = found.map_err(|error| unread(&error))?;
            let now = (self.clock)();
            let lasts = |row: &TokenRow| row.expires_at.is_none_or(|end| now < end);
            Ok(found.filter(lasts).and_then(|row| caller(&row)))
        })
    }
}

/// What a row cannot say (a newer skep wrote it) opens nothing.
fn caller(row: &TokenRow) -> Option<Caller> {
    let scope = Scope::parse(&row.scope)?;
    let only = match &row.repository {
        Some(name) => Some(name.parse().ok()?),
        None => None,
    };
    Some(Caller::token(row.name.clone(), scope, only))
}

impl Tokens {
    pub(super) async fn list(&self) -> Result<Vec<TokenLine>, ApiError> {
        let rows = self.store.tokens().await.map_err(|error| unread(&error))?;
        Ok(rows.iter().filter_map(line).collect())
    }

    pub(super) async fn add(&self, new: NewToken, by: &By) -> Result<TokenMade, ApiError> {
        let expires_in = checked(&new)?;
        let word = random::hexadecimal::<32>().map_err(|error| {
            tracing::error!(%error, "no token can be made");
            ApiError::internal()
        })?;
        let word = format!("skep_{word}");
        let now = (self.clock)();
        let row = TokenRow {
            name: new.name,
            digest: hex::encode(Sha256::digest(&word)),
            scope: new.scope.name().to_owned(),
            repository: new.repository.map(|name| name.to_string()),
            created_at: now,
            expires_at: expires_in.map(|span| now.saturating_add(span)),
        };
        let added = self.store.add_token(&row).await;
        if !added.map_err(|error| unread(&error))? {
            let there = ApiError::conflict(absent::token_is_there(&row.name));
            return Err(there.next(absent::TOKEN_IS_THERE_NEXT));
        }
        self.note("skep.token_added", &row, by).await?;
        let line = line(&row).ok_or_else(ApiError::internal)?;
        Ok(TokenMade { token: word, line })
    }

    pub(super) async fn revoke(&self, name: &str, by: &By) -> Result<TokenLine, ApiError> {
        let removed = self.store.remove_token(name).await;
        let row = removed
            .map_err(|error| unread(&error))?
            .ok_or_else(|| ApiError::not_found(absent::token(name)).next(absent::TOKEN_NEXT))?;
        self.note("skep.token_revoked", &row, by).await?;
        line(&row).ok_or_else(ApiError::internal)
    }

    async fn note(&self, kind: &str, row: &TokenRow, by: &By) -> Result<(), ApiError> {
        let facts = json!({
            "token": row.name,
            "scope": row.scope,
            "expires_at": row.expires_at,
        });
        let who = match by.token_name() {
            Some(name) => format!("token:{name}"),
            None => OPERATOR.to_owned(),
        };
        let new = NewAudit {
            at: (self.clock)(),
            kind: kind.to_owned(),
            task: None,
            repository: row.repository.clone(),
            issue: None,
            session: None,
            who: Some(who),
            cause: None,
            facts: facts.to_string(),
        };
        let noted = self.store.audit(&[new]).await;
        noted.map_err(|error| unread(&error))
    }
}

/// How long it is to last, milliseconds, where all of it makes sense.
fn checked(new: &NewToken) -> Result<Option<i64>, ApiError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(1..=40).contains(&new.name.len()) || !new.name.bytes().all(fits) {
        return Err(ApiError::invalid(invalid::TOKEN_NAME));
    }
    match new.expires_in_seconds {
        None => Ok(None),
        Some(seconds @ 1..=LONGEST) => Ok(i64::try_from(seconds * 1000).ok()),
        Some(_) => Err(ApiError::invalid(invalid::TOKEN_LIFE)),
    }
}

fn line(row: &TokenRow) -> Option<TokenLine> {
    Some(TokenLine {
        name: row.name.clone(),
        scope: Scope::parse(&row.scope)?,
        repository: row.repository.clone(),
        created_at: row.created_at,
        expires_at: row.expires_at,
    })
}
