//! `skep token`: tokens for programs, made, listed and revoked. A token's word is printed once, when it is made.

use std::time::Duration;

use clap::Subcommand;
use serde_json::json;

use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::output::{moment, print, print_json, table};
use super::span_argument::span_of;
use crate::config::{Args, Sources};
use crate::core::text;
use crate::http::types::{TokenLine, TokenMade, TokensAnswer};

/// Make, list and revoke tokens with which programs use the admin address.
#[derive(Debug, clap::Args)]
pub(super) struct Token {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Add(Add),
    List(List),
    Revoke(Revoke),
}

/// Make a token, and print it this once.
#[derive(Debug, clap::Args)]
struct Add {
    /// What it is called in lists and in the audit: 1 to 40 of a-z, 0-9, -.
    #[arg(value_name = "NAME")]
    name: String,
    /// What it may be used for: looking; orders about work as well; everything, tokens included.
    #[arg(long, value_name = "SCOPE", value_parser = ["read", "orders", "admin"])]
    scope: String,
    /// Only for this repository.
    #[arg(long, value_name = "OWNER/REPO")]
    repository: Option<String>,
    /// How long it lasts, such as 30d or 12h; for ever, if not said.
    #[arg(long, value_name = "TIME", value_parser = span_of)]
    expires: Option<Duration>,
    #[command(flatten)]
    admin: AdminOptions,
}

/// List the tokens there are.
#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    admin: AdminOptions,
}

/// Revoke a token: it opens nothing from now on.
#[derive(Debug, clap::Args)]
struct Revoke {
    /// Its name.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    admin: AdminOptions,
}

impl Token {
    pub(super) fn args(&self) -> Args {
        match &self.what {
            What::Add(add) => add.admin.args(),
            What::List(list) => list.admin.args(),
            What::Revoke(revoke) => revoke.admin.args(),
        }
    }

    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        match self.what {
            What::Add(add) => add.run(sources).await,
            What::List(list) => list.run(sources).await,
            What::Revoke(revoke) => revoke.run(sources).await,
        }
    }
}

impl Add {
    async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let order = json!({
            "name": self.name,
            "scope": self.scope,
            "repository": self.repository,
            "expires_in_seconds": self.expires.map(|span| span.as_secs()),
        });
        let answer = admin.post("/api/v1/tokens", &order).await?;
        if self.admin.json {
            return Ok(print_json(&answer)?);
        }
        let TokenMade { token, line } = admin.read(&answer)?;
        let until = line.expires_at.map(moment);
        let said = text::token::made(&token, &line.name, until.as_deref());
        Ok(print(&said)?)
    }
}

impl List {
    async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let answer = admin.get("/api/v1/tokens", &[]).await?;
        if self.admin.json {
            return Ok(print_json(&answer)?);
        }
        let TokensAnswer { tokens } = admin.read(&answer)?;
        if tokens.is_empty() {
            return Ok(print(text::token::NONE)?);
        }
        Ok(print(&render(&tokens))?)
    }
}

fn render(tokens: &[TokenLine]) -> String {
    let row = |token: &TokenLine| {
        [
            token.name.clone(),
            token.scope.name().to_owned(),
            token
                .repository
                .clone()
                .unwrap_or_else(|| text::token::EVERYWHERE.to_owned()),
            moment(token.created_at),
            token
                .expires_at
                .map_or_else(|| text::token::NEVER.to_owned(), moment),
        ]
    };
    let rows: Vec<[String; 5]> = tokens.iter().map(row).collect();
    table(["NAME", "SCOPE", "WHERE", "MADE", "EXPIRES"], &rows)
}

impl Revoke {
    async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        // A name is part of a path: what none can be is not asked for.
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if self.name.is_empty() || !self.name.bytes().all(safe) {
            let wrong = text::requests::invalid::TOKEN_NAME.to_owned();
            return Err(super::CommandError::Misused(wrong));
        }
        let path = format!("/api/v1/tokens/{}/revoke", self.name);
        let answer = admin.post(&path, &json!({})).await?;
        if self.admin.json {
            return Ok(print_json(&answer)?);
        }
        let line: TokenLine = admin.read(&answer)?;
        Ok(print(&text::token::revoked(&line.name))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Scope;

    #[test]
    fn tokens_are_listed_with_what_they_are_for() {
        let token = |name: &str, scope, repository: Option<&str>, expires_at| TokenLine {
            name: name.to_owned(),
            scope,
            repository: repository.map(str::to_owned),
            created_at: 1_700_000_000_000,
            expires_at,
        };
        let tokens = [
            token(
                "ci",
                Scope::Orders,
                Some("octo/hello"),
                Some(1_700_086_400_000),
            ),
            token("grafana", Scope::Read, None, None),
        ];
        insta::assert_snapshot!(render(&tokens), @"
        NAME     SCOPE   WHERE       MADE                  EXPIRES
        ci       orders  octo/hello  2023-11-14 22:13:20Z  2023-11-15 22:13:20Z
        grafana  read    everywhere  2023-11-14 22:13:20Z  never
        ");
    }
}
