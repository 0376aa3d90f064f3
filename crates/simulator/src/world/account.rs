//! Who there is: users, the App, its installations and their tokens.
//!
//! It exists to hold the facts every "may they?" is answered from. It must never answer in HTTP: that is `rest`.

use std::collections::{BTreeMap, BTreeSet};

use crate::behaviour::{Rule, on};

/// How much of something a permission allows; wider ones include narrower ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Look.
    Read,
    /// Change.
    Write,
    /// Administer.
    Admin,
}

impl Access {
    /// Reads `read`, `write` or `admin`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// What an App or a token may do, by permission name (`issues`, `contents`, …).
pub type Permissions = BTreeMap<String, Access>;

/// The permissions and their width, from pairs of words; unknown words are left out.
pub fn permissions(pairs: &[(&str, &str)]) -> Permissions {
    let known = |&(name, width): &(&str, &str)| Some((name.to_owned(), Access::parse(width)?));
    pairs.iter().filter_map(known).collect()
}

/// What an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserKind {
    /// A person.
    Person,
    /// An App's bot.
    Bot,
    /// An organisation.
    Organization,
}

impl UserKind {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "User",
            Self::Bot => "Bot",
            Self::Organization => "Organization",
        }
    }
}

/// An account.
#[derive(Debug, Clone)]
pub struct User {
    /// Its name, as `octocat` or `skep-demo[bot]`.
    pub login: String,
    /// Its number.
    pub id: i64,
    /// What it is.
    pub kind: UserKind,
}

/// The GitHub App under test.
#[derive(Debug, Clone)]
pub struct App {
    /// Its number: the `iss` of its JWT.
    pub id: i64,
    /// Its name in addresses; its bot is `<slug>[bot]`.
    pub slug: String,
    /// The public half of its key, PEM.
    pub public_key_pem: String,
    /// What webhooks are signed with.
    pub webhook_secret: String,
    /// Where webhooks go; `None`: the hook is inactive and nothing is delivered or listed.
    pub webhook_url: Option<String>,
    /// What it asks for.
    pub permissions: Permissions,
    /// What it listens to.
    pub events: Vec<String>,
}

impl App {
    /// The login of its bot.
    pub fn bot(&self) -> String {
        format!("{}[bot]", self.slug)
    }
}

/// Which repositories of an account the App was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All, also future ones.
    All,
    /// These.
    Selected(BTreeSet<i64>),
}

/// The App on one account.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Its number.
    pub id: i64,
    /// The account's login.
    pub account: String,
    /// What the account granted.
    pub permissions: Permissions,
    /// Which repositories.
    pub selection: Selection,
    /// Since when it is suspended.
    pub suspended_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
}

/// The teams of all organizations, `org/team` in lower case: members by login in lower case, whether they have accepted.
pub type Teams = BTreeMap<String, BTreeMap<String, bool>>;

/// An installation token.
#[derive(Debug, Clone)]
pub struct Token {
    /// Whose.
    pub installation: i64,
    /// Narrowed to these repositories; `None`: all of the installation.
    pub repositories: Option<BTreeSet<i64>>,
    /// What it may do.
    pub permissions: Permissions,
    /// When it ends (epoch milliseconds).
    pub expires_at: i64,
}

/// How far a person may go in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Nothing.
    None,
    /// Look.
    Read,
    /// Sort issues.
    Triage,
    /// Push.
    Write,
    /// Run it.
    Maintain,
    /// Own it.
    Admin,
}

impl Role {
    /// Reads GitHub's word for it.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self::None),
            "read" | "pull" => Some(Self::Read),
            "triage" => Some(Self::Triage),
            "write" | "push" => Some(Self::Write),
            "maintain" => Some(Self::Maintain),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }

    /// The word of `role_name`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Triage => "triage",
            Self::Write => "write",
            Self::Maintain => "maintain",
            Self::Admin => "admin",
        }
    }

    /// The word of the older `permission` field, which knows neither triage nor maintain.
    pub fn legacy(self) -> &'static str {
        match self {
            Self::Triage | Self::Maintain if !on(Rule::LegacyPermission) => self.as_str(),
            Self::None => "none",
            Self::Read | Self::Triage => "read",
            Self::Write | Self::Maintain => "write",
            Self::Admin => "admin",
        }
    }
}

/// A person's place in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collaborator {
    /// What it allows.
    pub role: Role,
    /// The name of a custom role; `None`: one of GitHub's own.
    pub custom: Option<String>,
}
