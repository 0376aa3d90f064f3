//! Calls about the App itself: who it is, where it is installed, and which deliveries GitHub tried.
//!
//! It exists apart because these calls are signed with the App's key and not with an installation's token.

use std::collections::BTreeMap;

use hyper::Method;
use serde::Deserialize;

use super::answer::Answer;
use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::identity::AppIdentity;
use super::page::Pages;
use super::purpose::{Purpose, Scope};
use super::rate_gate::Priority;
use super::repository::Repository;
use super::request::{ApiRequest, Effect, escape};
use super::values::millis;
use crate::core::ids::{InstallationId, RepositoryId, RepositoryName, UserId};

/// The App on one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// Its id.
    pub id: InstallationId,
    /// The account's login; empty where GitHub does not say.
    pub account: String,
    /// What the account's owner has accepted.
    pub permissions: BTreeMap<String, String>,
    /// Whether the account's owner suspended it.
    pub suspended: bool,
}

#[derive(Deserialize)]
struct InstallationShape {
    id: InstallationId,
    suspended_at: Option<String>,
    account: Option<AccountShape>,
    #[serde(default)]
    permissions: BTreeMap<String, String>,
}

/// A person's or an organisation's `login`, an enterprise's `slug`.
#[derive(Deserialize)]
struct AccountShape {
    #[serde(alias = "slug")]
    login: String,
}

impl From<InstallationShape> for Installation {
    fn from(shape: InstallationShape) -> Self {
        let account = shape
            .account
            .map(|account| account.login)
            .unwrap_or_default();
        Self {
            id: shape.id,
            account,
            permissions: shape.permissions,
            suspended: shape.suspended_at.is_some(),
        }
    }
}

#[derive(Deserialize)]
struct RepositoryPage {
    repositories: Vec<Repository>,
}

#[derive(Deserialize)]
struct UserShape {
    id: UserId,
}

/// One attempt of GitHub to deliver a webhook.
/// <https://docs.github.com/rest/apps/webhooks#list-deliveries-for-an-app-webhook>
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Delivery {
    /// The attempt; what [`GitHub::redeliver`] takes.
    pub id: i64,
    /// The delivery: the same for every attempt, and the `X-GitHub-Delivery` header.
    pub guid: String,
    /// Epoch milliseconds.
    #[serde(deserialize_with = "millis")]
    pub delivered_at: i64,
    /// Whether it is not the first attempt.
    pub redelivery: bool,
    /// `OK`, or why it failed.
    pub status: String,
    /// The status we answered, 0 if none.
    pub status_code: u16,
    /// The event's name.
    pub event: String,
    /// The event's action, if it has any.
    pub action: Option<String>,
    /// The installation it is about, if any.
    pub installation_id: Option<InstallationId>,
    /// The repository it is about, if any.
    pub repository_id: Option<RepositoryId>,
}

/// One page of attempts, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryPage {
    /// The attempts.
    pub deliveries: Vec<Delivery>,
    /// What to ask with for older ones; `None` at the end.
    pub next: Option<String>,
}

impl GitHub {
    /// Who we are; asked once. A wrong App id or key shows here.
    pub async fn app(&self) -> Result<AppIdentity, GitHubError> {
        let ask = ApiRequest::get("read the App", "/app");
        self.0
            .identity
            .get_or_try_init(|| async { self.as_app(&ask).await?.json(&ask) })
            .await
            .cloned()
    }

    /// The numeric id of the App's own account, the author of what we write; asked once. It takes an installation's
    /// token because GitHub does not take the App's signature there.
    /// <https://docs.github.com/rest/users/users#get-a-user>
    pub async fn bot(&self, at: &At) -> Result<UserId, GitHubError> {
        let bot = self.0.bot.get_or_try_init(|| async {
            let login = self.app().await?.bot_login();
            let ask = ApiRequest::get(
                "read the App's own account",
                format!("/users/{}", escape(&login)),
            );
            self.read_for::<UserShape>(at, Purpose::Comment, &ask)
                .await
                .map(|user| user.id)
        });
        bot.await.copied()
    }

    /// The installation that covers a repository.
    /// <https://docs.github.com/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app>
    pub async fn installation_for(
        &self,
        name: &RepositoryName,
    ) -> Result<Installation, GitHubError> {
        let ask = ApiRequest::get(
            "find the installation",
            format!("/repos/{name}/installation"),
        );
        match self.as_app(&ask).await {
            Ok(answer) => answer
                .json::<InstallationShape>(&ask)
                .map(Installation::from),
            Err(GitHubError::NotFound { .. }) => Err(GitHubError::NotInstalled {
                repository: name.to_string(),
            }),
            Err(error) => Err(error),
        }
    }

    /// Every installation of the App.
    /// <https://docs.github.com/rest/apps/apps#list-installations-for-the-authenticated-app>
    pub async fn installations(&self) -> Result<Vec<Installation>, GitHubError> {
        let mut ask = ApiRequest::get("list the installations", "/app/installations?per_page=100");
        let (mut all, mut pages) = (Vec::new(), Pages::of(&self.0.api));
        loop {
            let answer = self.as_app(&ask).await?;
            let page: Vec<InstallationShape> = answer.json(&ask)?;
            all.extend(page.into_iter().map(Installation::from));
            match pages.after(&ask, &answer) {
                Some(next) => ask = next,
                None => return Ok(all),
            }
        }
    }

    /// Every repository an installation covers.
    /// <https://docs.github.com/rest/apps/installations#list-repositories-accessible-to-the-app-installation>
    pub async fn repositories(
        &self,
        installation: InstallationId,
    ) -> Result<Vec<Repository>, GitHubError> {
        let ask = ApiRequest::get(
            "list the repositories",
            "/installation/repositories?per_page=100",
        );
        let items = |answer: &Answer, ask: &ApiRequest| {
            answer
                .json::<RepositoryPage>(ask)
                .map(|page| page.repositories)
        };
        self.pages(Scope::survey(installation), "the account", &ask, items)
            .await
    }

    /// Finds the installation and the id of a repository known by name only (`skep dispatch owner/repo#12`). A renamed
    /// repository is found under its old name and returned with its new one.
    /// <https://docs.github.com/rest/repos/repos#get-a-repository>
    pub async fn locate(&self, name: &RepositoryName) -> Result<At, GitHubError> {
        if let Some(at) = self.0.located.at(name, self.now()) {
            return Ok(at);
        }
        let installation = self.installation_for(name).await?;
        if installation.suspended {
            return Err(GitHubError::Suspended);
        }
        let ask = ApiRequest::get("find the repository", format!("/repos/{name}"));
        let scope = Scope {
            installation: installation.id,
            repository: None,
            purpose: Purpose::Survey,
        };
        let found: Repository = self
            .fetch(scope, &name.to_string(), &ask)
            .await?
            .json(&ask)?;
        let at = At {
            installation: installation.id,
            repository: found.id,
            name: found.name,
        };
        self.0.located.found(name, &at, self.now());
        Ok(at)
    }

    /// One page of delivery attempts of the last days, from `cursor` on (`None`: the newest).
    /// <https://docs.github.com/rest/apps/webhooks#list-deliveries-for-an-app-webhook>
    pub async fn hook_deliveries(&self, cursor: Option<&str>) -> Result<DeliveryPage, GitHubError> {
        let from = cursor
            .map(|cursor| format!("&cursor={}", escape(cursor)))
            .unwrap_or_default();
        let ask = ApiRequest::get(
            "list the deliveries",
            format!("/app/hook/deliveries?per_page=100{from}"),
        );
        let answer = self.as_app(&ask).await?;
        let next = answer.next_page().and_then(cursor_in);
        Ok(DeliveryPage {
            deliveries: answer.json(&ask)?,
            next,
        })
    }

    /// Asks GitHub to deliver once more. Repeating it costs another delivery with the same guid, which the inbox knows.
    /// <https://docs.github.com/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook>
    pub async fn redeliver(&self, attempt: i64) -> Result<(), GitHubError> {
        let path = format!("/app/hook/deliveries/{attempt}/attempts");
        let ask = ApiRequest::new(Method::POST, "deliver a webhook again", path)
            .with_effect(Effect::Change);
        let mut turn = self.lane(None).turn(Priority::Normal, None).await?;
        turn.sending();
        self.as_app(&ask).await.map(drop)
    }
}

fn cursor_in(address: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs
        .find(|(key, _)| key == "cursor")
        .map(|(_, value)| value.into_owned())
}
