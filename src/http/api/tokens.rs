//! Tokens for programs: made, listed, revoked. A token's word leaves here once, in the answer to the order that made it.

use axum::Extension;
use axum::extract::{Request, State};

use super::asked::{Answered, Named, json, order_body};
use super::service::AdminService;
use super::state::Shared;
use super::types::{ErrorAnswer, NewToken, TokenLine, TokenMade, TokensAnswer};
use crate::http::caller::Caller;

/// The tokens there are. Their words are not kept.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", responses(
    (status = 200, description = "The tokens", body = TokensAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn tokens<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
) -> Answered {
    caller.sees_all()?;
    json(async {
        let tokens = state.service.tokens().await?;
        Ok(TokensAnswer { tokens })
    })
    .await
}

/// Makes a token. Its word is shown this once.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", request_body = NewToken, responses(
    (status = 200, description = "The token", body = TokenMade),
    (status = "default", description = "Why it was not made", body = ErrorAnswer),
))]
pub(super) async fn add_token<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    caller.sees_all()?;
    let token: NewToken = order_body(&state.reader, request).await?;
    json(state.service.add_token(token, caller.by().clone())).await
}

/// Revokes a token: it opens nothing from now on.
#[utoipa::path(post, path = "/api/v1/tokens/{name}/revoke", tag = "tokens", params(("name" = String, Path, description = "Its name")), responses(
    (status = 200, description = "What it was for", body = TokenLine),
    (status = "default", description = "Why it was not revoked", body = ErrorAnswer),
))]
pub(super) async fn revoke_token<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    Named(name): Named<String>,
) -> Answered {
    caller.sees_all()?;
    json(state.service.revoke_token(name, caller.by().clone())).await
}
