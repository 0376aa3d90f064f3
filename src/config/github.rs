//! Who we are on GitHub and where GitHub is: credentials and addresses.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

use secrecy::SecretString;
use url::{Host, Url};

use super::credentials;
use super::error::Mistake;
use super::registered::{self, RegisteredApp};
use super::resolver::Resolver;
use super::sources::Found;
use crate::core::gated_pulls::GatedPulls;
use crate::core::text::mistakes::{self, place};
use crate::core::text::registration::file::{CLIENT_ID, CLIENT_PAIR, OTHER_SERVER};

/// What the App asks for on GitHub, and no more; `app-manifest.json` says the same. More later would need the consent of every owner, so
/// what only some settings need is asked for from the start: `checks` is written by verification and by the gate for pull requests.
/// <https://docs.github.com/rest/overview/permissions-required-for-github-apps>
pub const PERMISSIONS: [(&str, &str); 7] = [
    ("actions", "read"),
    ("checks", "write"),
    ("contents", "write"),
    ("issues", "write"),
    ("metadata", "read"),
    ("pull_requests", "write"),
    ("statuses", "read"),
];

/// The webhook events the App subscribes to, in the order of the alphabet.
pub const EVENTS: [&str; 12] = [
    "check_suite",
    "issue_comment",
    "issue_dependencies",
    "issues",
    "pull_request",
    "pull_request_review",
    "push",
    "release",
    "repository",
    "status",
    "sub_issues",
    "workflow_run",
];

/// Those of them that some versions of GitHub Enterprise Server do not offer: an App without them lacks nothing.
const WHERE_OFFERED: [&str; 2] = ["issue_dependencies", "sub_issues"];

/// What of [`PERMISSIONS`] (as `issues=write`) and of [`EVENTS`] an App or an installation lacks, without which it cannot do its work. A
/// gate for pull requests reports checks; without it, to read them is enough (an App of before may have no more).
pub fn lacking(
    permissions: &BTreeMap<String, String>,
    events: &[String],
    gated: GatedPulls,
) -> (Vec<String>, Vec<&'static str>) {
    let width = |level: &str| {
        ["read", "write", "admin"]
            .iter()
            .position(|known| *known == level)
    };
    let granted = |name: &str, level: &str| {
        permissions
            .get(name)
            .is_some_and(|given| width(given) >= width(level))
    };
    let needed = |(name, level): &(&'static str, &'static str)| match (*name, gated) {
        ("checks", GatedPulls::Off) => (*name, "read"),
        _ => (*name, *level),
    };
    let permissions = PERMISSIONS
        .iter()
        .map(needed)
        .filter(|(name, level)| !granted(name, level));
    let events = EVENTS
        .iter()
        .copied()
        .filter(|event| !WHERE_OFFERED.contains(event))
        .filter(|event| !events.iter().any(|given| given == event));
    (
        permissions
            .map(|(name, level)| format!("{name}={level}"))
            .collect(),
        events.collect(),
    )
}

/// The App's credentials and addresses.
#[derive(Debug, Clone)]
pub struct GitHubSettings {
    /// The App's number.
    pub app_id: u64,
    /// Its private key: PEM, PKCS#1 or PKCS#8, with real line ends.
    pub private_key: SecretString,
    /// The webhook secret; none is needed where news is only asked for.
    pub webhook_secret: Option<SecretString>,
    /// The one before it, still accepted.
    pub webhook_secret_previous: Option<SecretString>,
    /// What people sign in with on the dashboard; none: only the admin token opens it.
    pub sign_in: Option<SignInSettings>,
    /// The REST API's root, without a slash at its end unless it is the host's root.
    pub api_url: Url,
    /// Where people and git go.
    pub web_url: Url,
}

/// The App's own OAuth credentials.
/// <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app>
#[derive(Debug, Clone)]
pub struct SignInSettings {
    /// Public.
    pub client_id: String,
    /// Secret.
    pub client_secret: SecretString,
}

impl GitHubSettings {
    /// The secrets that prove a webhook: the present one first.
    pub fn webhook_secrets(&self) -> Vec<SecretString> {
        self.webhook_secret
            .iter()
            .chain(&self.webhook_secret_previous)
            .cloned()
            .collect()
    }
}

/// What a command that works on GitHub needs and nobody gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// `SKEP_APP_ID (or app_id in skep.toml)`.
    pub name: String,
    /// What it is.
    pub meaning: &'static str,
}

impl Missing {
    pub(super) fn of(key: &'static str) -> Self {
        let entry = super::reference::entry_of(key);
        let name = entry.env.map_or_else(
            || key.to_owned(),
            |env| format!("{env} (or {key} in skep.toml)"),
        );
        Self {
            name,
            meaning: super::reference::meaning(key),
        }
    }
}

/// Whether webhooks are to come, so that a secret must prove them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Needed,
    Unneeded,
}

/// Reads credentials and addresses; what is missing is added to the list.
pub(super) fn read(
    resolver: &mut Resolver<'_>,
    missing: &mut Vec<Missing>,
    (data_dir, proof): (Option<&Path>, Proof),
) -> Option<GitHubSettings> {
    let before = resolver.mistakes.len();
    if let Some(app) = registered::found(resolver, data_dir) {
        return of_registered(resolver, (app, proof), missing);
    }
    let app_id = resolver.meant("app_id", app_id);
    let private_key = credentials::private_key(resolver);
    let webhook_secret = credentials::webhook_secret(resolver, "webhook_secret");
    let webhook_secret_previous = credentials::webhook_secret(resolver, "webhook_secret_previous");
    let sign_in = sign_in(resolver);
    let (api_url, web_url) = addresses(resolver, None);
    if resolver.mistakes.len() > before {
        return None;
    }
    let mut need = |key, there: bool| {
        if !there {
            missing.push(Missing::of(key));
        }
    };
    need("app_id", app_id.is_some());
    need("private_key_file", private_key.is_some());
    let proved = webhook_secret.is_some() || proof == Proof::Unneeded;
    need("webhook_secret", proved);
    Some(GitHubSettings {
        app_id: app_id?,
        private_key: private_key?,
        webhook_secret: Some(webhook_secret).filter(|_| proved)?,
        webhook_secret_previous,
        sign_in,
        api_url: api_url?,
        web_url: web_url?,
    })
}

/// The App of the data folder, at the GitHub where it was registered.
fn of_registered(
    resolver: &mut Resolver<'_>,
    (app, proof): (RegisteredApp, Proof),
    missing: &mut Vec<Missing>,
) -> Option<GitHubSettings> {
    registered::note(resolver, &app);
    let (api_url, web_url) = addresses(resolver, Some(&app));
    let (api_url, web_url) = (api_url?, web_url?);
    let kept = (!app.client_id.is_empty()).then(|| SignInSettings {
        client_id: app.client_id.clone(),
        client_secret: app.client_secret.clone(),
    });
    if web_url.origin() != app.web_url.origin() {
        let at = resolver.at("github_url");
        resolver.mistakes.push(Mistake::new(at, OTHER_SERVER));
        return None;
    }
    if app.webhook_secret.is_none() && proof == Proof::Needed {
        missing.push(Missing::of("webhook_secret"));
        return None;
    }
    Some(GitHubSettings {
        app_id: app.app_id,
        private_key: app.private_key,
        webhook_secret: app.webhook_secret,
        webhook_secret_previous: credentials::webhook_secret(resolver, "webhook_secret_previous"),
        sign_in: sign_in(resolver).or(kept),
        api_url,
        web_url,
    })
}

/// Both or neither.
fn sign_in(resolver: &mut Resolver<'_>) -> Option<SignInSettings> {
    let id = resolver.meant("client_id", client_id);
    let secret = credentials::webhook_secret(resolver, "client_secret");
    let alone = match (id, secret) {
        (None, None) => return None,
        (Some(client_id), Some(client_secret)) => {
            return Some(SignInSettings {
                client_id,
                client_secret,
            });
        }
        (Some(_), None) => "client_id",
        (None, Some(_)) => "client_secret",
    };
    let at = resolver.at(alone);
    resolver.mistakes.push(Mistake::new(at, CLIENT_PAIR));
    None
}

fn client_id(found: &Found) -> Result<String, String> {
    let id = found.text.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    match (1..=100).contains(&id.len()) && id.bytes().all(plain) {
        true => Ok(id.to_owned()),
        false => Err(CLIENT_ID.to_owned()),
    }
}

fn app_id(found: &Found) -> Result<u64, String> {
    let wrong = || mistakes::credential::APP_ID.to_owned();
    found
        .text
        .trim()
        .parse()
        .ok()
        .filter(|id| *id > 0)
        .ok_or_else(wrong)
}

/// The REST API and the pages; where no setting says, those of a registered App, else github.com's.
pub(super) fn addresses(
    resolver: &mut Resolver<'_>,
    app: Option<&RegisteredApp>,
) -> (Option<Url>, Option<Url>) {
    let before = resolver.mistakes.len();
    let web = resolver.meant("github_url", web_address);
    let api = resolver.meant("github_api_url", |found| address(&found.text));
    if resolver.mistakes.len() > before {
        return (None, None);
    }
    match (web, api) {
        (Some(web), Some(api)) => (Some(api), Some(web)),
        (Some(web), None) => (Some(api_of(&web)), Some(web)),
        (None, None) if app.is_some() => (
            app.map(|app| app.api_url.clone()),
            app.map(|app| app.web_url.clone()),
        ),
        (None, None) => (
            Some(fixed("https://api.github.com")),
            Some(fixed("https://github.com")),
        ),
        (None, Some(api)) if api == fixed("https://api.github.com") => {
            (Some(api), Some(fixed("https://github.com")))
        }
        (None, Some(_)) => {
            let at = resolver.at("github_api_url");
            resolver
                .mistakes
                .push(Mistake::new(at, place::OTHER_SERVER));
            (None, None)
        }
    }
}

/// An address that is fixed in here.
pub(super) fn fixed(url: &str) -> Url {
    Url::parse(url).expect("the fixed addresses are URLs; the tests use them all")
}

/// Whether it is a GitHub that GitHub runs, and no Enterprise Server of somebody's, whose versions differ.
fn is_in_the_cloud(web: &Url) -> bool {
    let host = web.host_str().unwrap_or_default();
    host == "github.com" || host.ends_with(".ghe.com")
}

/// Whether a new App may ask that GitHub for an event: it refuses the whole App for one that it does not offer.
pub fn is_offered(event: &str, web: &Url) -> bool {
    is_in_the_cloud(web) || !WHERE_OFFERED.contains(&event)
}

/// Where the REST API of a GitHub is:
/// <https://docs.github.com/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api> and, with data
/// residency, <https://docs.github.com/enterprise-cloud@latest/admin/data-residency/about-github-enterprise-cloud-with-data-residency>.
pub fn api_of(web: &Url) -> Url {
    let host = web.host_str().unwrap_or_default();
    let mut api = web.clone();
    let with_api_host = format!("api.{host}");
    if is_in_the_cloud(web) && api.set_host(Some(&with_api_host)).is_ok() {
        return api;
    }
    api.set_path("/api/v3");
    api
}

pub(super) fn web_address(found: &Found) -> Result<Url, String> {
    let url = address(&found.text)?;
    if url.path() == "/" {
        Ok(url)
    } else {
        Err(place::HOST_ONLY.to_owned())
    }
}

/// An address to which credentials may go: https, or http on this machine.
pub(super) fn address(text: &str) -> Result<Url, String> {
    let wrong = || place::url(shown(text));
    let mut url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    match url.scheme() {
        _ if !plain => return Err(place::PLAIN_URL.to_owned()),
        "https" if url.host().is_some() => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(place::HTTPS.to_owned());
        }
        _ => return Err(wrong()),
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// The text, unless it may hold a password.
fn shown(text: &str) -> &str {
    if text.contains('@') {
        "…"
    } else {
        text.trim()
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_follows_from_the_server() {
        let of = |web: &str| api_of(&fixed(web)).to_string();
        assert_eq!(of("https://github.com"), "https://api.github.com/");
        assert_eq!(
            of("https://git.corp.example"),
            "https://git.corp.example/api/v3"
        );
        assert_eq!(of("https://octo.ghe.com"), "https://api.octo.ghe.com/");
        assert_eq!(of("http://127.0.0.1:8080"), "http://127.0.0.1:8080/api/v3");
    }

    #[test]
    fn what_an_app_lacks_is_named() {
        let granted = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(k, v)| ((*k).into(), (*v).into()))
                .collect()
        };
        let events: Vec<String> = EVENTS.iter().map(|event| (*event).to_owned()).collect();
        let off = GatedPulls::Off;
        assert_eq!(
            lacking(&granted(&PERMISSIONS), &events, off),
            (vec![], vec![])
        );
        let few = granted(&[
            ("issues", "read"),
            ("contents", "admin"),
            ("metadata", "read"),
            ("actions", "write"),
        ]);
        let fewer: Vec<String> = events[1..]
            .iter()
            .filter(|event| !WHERE_OFFERED.contains(&event.as_str()))
            .cloned()
            .collect();
        // An App of before the check runs.
        let mut before = granted(&PERMISSIONS);
        before.insert("checks".to_owned(), "read".to_owned());
        assert_eq!(lacking(&before, &events, off), (vec![], vec![]));
        let (permissions, _) = lacking(&before, &events, GatedPulls::Agents);
        assert_eq!(permissions, ["checks=write"]);
        let (permissions, events) = lacking(&few, &fewer, off);
        assert_eq!(
            permissions,
            [
                "checks=read",
                "issues=write",
                "pull_requests=write",
                "statuses=read"
            ]
        );
        assert_eq!(events, ["check_suite"]);
    }

    #[test]
    fn credentials_go_only_to_https_or_to_this_machine() {
        for good in [
            "https://github.com",
            "http://localhost:1",
            "http://127.0.0.1",
            "http://[::1]:9/api/v3/",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        let bad = [
            "http://github.com",
            "ftp://x",
            "github.com",
            "https://",
            "https://u:p@x",
            "https://x?a=1",
            "http://10.0.0.1",
        ];
        for bad in bad {
            assert!(address(bad).is_err(), "{bad}");
        }
        assert!(
            !address("ftp://u:hunter2@x")
                .expect_err("wrong")
                .contains("hunter2")
        );
    }
}
