//! The kinds of secrets, with their names for people.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of secret it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// One that this process holds.
    Live,
    /// A GitHub token of any kind, the dotted installation tokens included.
    GithubToken,
    /// A PEM private key: PKCS#1, PKCS#8, EC, OpenSSH, PGP.
    PrivateKey,
    /// An AWS access key.
    AwsKey,
    /// A Slack token or webhook.
    SlackToken,
    /// A Google API key or access token.
    GoogleKey,
    /// An OpenAI key.
    OpenaiKey,
    /// An Anthropic key.
    AnthropicKey,
    /// An npm token.
    NpmToken,
    /// A signed JSON web token.
    Jwt,
    /// The value of an `Authorization` header.
    Authorization,
    /// A password inside an address.
    UrlPassword,
    /// A token of another known service.
    OtherToken,
}

impl fmt::Display for SecretKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Live => "live secret",
            Self::GithubToken => "GitHub token",
            Self::PrivateKey => "private key",
            Self::AwsKey => "AWS key",
            Self::SlackToken => "Slack token",
            Self::GoogleKey => "Google key",
            Self::OpenaiKey => "OpenAI key",
            Self::AnthropicKey => "Anthropic key",
            Self::NpmToken => "npm token",
            Self::Jwt => "JWT",
            Self::Authorization => "authorization",
            Self::UrlPassword => "password in an address",
            Self::OtherToken => "token",
        })
    }
}
