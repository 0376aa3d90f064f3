//! Apps that are made from a manifest: what a manifest must say, the App it becomes, and the codes that hand out its secrets once.
//!
//! It exists so that a set-up meets GitHub's rules. It must never show a secret but to whoever brings the code.
//! <https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::behaviour::{Rule, on};
use crate::ids::digits;
use crate::world::account::{Access, App, Permissions, UserKind};
use crate::world::facts::World;
use crate::world::registration::Code;
use crate::world::sign_in::SignIns;
use crate::world::webhook_event::{ALWAYS, WebhookEvent};

/// A code is good for an hour, milliseconds.
const CODE_LIFE: i64 = 3_600_000;
/// The most callback URLs of an App.
const CALLBACKS: usize = 10;
/// The longest name of an App.
const NAME_LIMIT: usize = 34;

/// The permission without which an event cannot be subscribed to: any of these.
const EVENT_NEEDS: [(&str, &[&str]); 14] = [
    ("check_run", &["checks"]),
    ("check_suite", &["checks"]),
    ("issue_comment", &["issues", "pull_requests"]),
    ("issue_dependencies", &["issues"]),
    ("issues", &["issues"]),
    ("pull_request", &["pull_requests"]),
    ("pull_request_review", &["pull_requests"]),
    ("pull_request_review_comment", &["pull_requests"]),
    ("push", &["contents"]),
    ("release", &["contents"]),
    ("repository", &["metadata"]),
    ("status", &["statuses"]),
    ("sub_issues", &["issues"]),
    ("workflow_run", &["actions"]),
];

/// A manifest as it is sent.
#[derive(Debug, Deserialize)]
struct Manifest {
    #[serde(default)]
    name: String,
    #[serde(default)]
    url: String,
    hook_attributes: Option<HookAttributes>,
    redirect_url: Option<String>,
    setup_url: Option<String>,
    #[serde(default)]
    callback_urls: Vec<String>,
    #[serde(default)]
    default_events: Vec<String>,
    #[serde(default)]
    default_permissions: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct HookAttributes {
    #[serde(default)]
    url: String,
    #[serde(default = "yes")]
    active: bool,
}

fn yes() -> bool {
    true
}

impl World {
    /// Registers the App of a manifest, as a person who presses the button does. It takes the place of the App under test, which is
    /// installed nowhere then. The answer is where the browser goes, the `state` with the code, or what GitHub's page complains of.
    pub fn register(&mut self, manifest: &str, state: &str) -> Result<String, Vec<String>> {
        let manifest = read(manifest)?;
        let complaints = self.complaints(&manifest);
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let Some(back) = manifest.redirect_url.clone() else {
            return Err(vec!["Redirect url can't be blank".to_owned()]);
        };
        let code = self.become_app(manifest);
        let mark = if back.contains('?') { '&' } else { '?' };
        let state: String = url::form_urlencoded::byte_serialize(state.as_bytes()).collect();
        Ok(format!("{back}{mark}code={code}&state={state}"))
    }

    fn complaints(&self, manifest: &Manifest) -> Vec<String> {
        let mut found = Vec::new();
        let mut complain = |rule: Rule, wrong: bool, what: String| {
            if wrong && on(rule) {
                found.push(what);
            }
        };
        let slug = slug(&manifest.name);
        let taken = self.registration.taken.contains(&slug) || self.app.slug == slug;
        complain(
            Rule::ManifestName,
            slug.is_empty(),
            "Name can't be blank".to_owned(),
        );
        complain(
            Rule::ManifestName,
            taken,
            "Name is already taken".to_owned(),
        );
        let long = manifest.name.chars().count() > NAME_LIMIT;
        let what = format!("Name is too long (maximum is {NAME_LIMIT} characters)");
        complain(Rule::ManifestName, long, what);
        let hook = manifest
            .hook_attributes
            .as_ref()
            .map(|hook| hook.url.as_str());
        let back = manifest.callback_urls.iter();
        let back = back.map(|address| ("Callback url", Some(address.as_str())));
        complain(
            Rule::ManifestUrl,
            manifest.callback_urls.len() > CALLBACKS,
            format!("Callback urls are too many (maximum is {CALLBACKS})"),
        );
        let addresses = [
            ("Url", Some(manifest.url.as_str())),
            ("Hook url", hook),
            ("Redirect url", manifest.redirect_url.as_deref()),
            ("Setup url", manifest.setup_url.as_deref()),
        ];
        for (what, address) in addresses.into_iter().chain(back) {
            let wrong = address.is_some_and(|address| !is_web(address));
            complain(
                Rule::ManifestUrl,
                wrong,
                format!("{what} must be a valid URL"),
            );
        }
        for (name, level) in &manifest.default_permissions {
            let wrong = Access::parse(level).is_none();
            let what = format!("Default permission {name} has an unknown level {level}");
            complain(Rule::ManifestPermission, wrong, what);
        }
        let granted = |names: &[&str]| {
            names
                .iter()
                .any(|name| manifest.default_permissions.contains_key(*name))
        };
        for event in &manifest.default_events {
            let known = EVENT_NEEDS.iter().find(|(name, _)| name == event);
            let offered = !self.registration.not_offered.contains(event);
            let fine = offered && known.is_some_and(|(_, names)| granted(names));
            complain(
                Rule::ManifestEvents,
                !fine,
                format!("Default events unsupported: {event}"),
            );
        }
        found
    }

    /// The old App is gone with all that hung on it; gives the new one's code.
    fn become_app(&mut self, manifest: Manifest) -> String {
        let number = self.next_id();
        let hook = manifest
            .hook_attributes
            .filter(|hook| hook.active && !hook.url.is_empty());
        let level = |(name, level): (&String, &String)| Some((name.clone(), Access::parse(level)?));
        let mut permissions: Permissions = manifest
            .default_permissions
            .iter()
            .filter_map(level)
            .collect();
        permissions.insert("metadata".to_owned(), Access::Read);
        let mut events = manifest.default_events;
        events.retain(|event| !ALWAYS.contains(&event.as_str()));
        self.app = App {
            id: number,
            slug: slug(&manifest.name),
            public_key_pem: self.app.public_key_pem.clone(),
            webhook_secret: digits(&format!("webhook-secret/{number}"), 40),
            webhook_url: hook.map(|hook| hook.url),
            permissions,
            events,
        };
        self.installations.clear();
        self.tokens.clear();
        self.sign_ins = SignIns::default();
        let bot = self.app.bot();
        self.create_user(&bot, UserKind::Bot);
        let code = digits(&format!("manifest-code/{number}"), 40);
        let made_at = self.now();
        let registration = &mut self.registration;
        registration.by_hand = true;
        registration.setup_url = manifest.setup_url;
        registration.callback_urls = manifest.callback_urls;
        registration.client_secret = digits(&format!("client-secret/{number}"), 40);
        registration.codes = BTreeMap::from([(
            code.clone(),
            Code {
                made_at,
                used: false,
            },
        )]);
        self.tell_ping();
        code
    }

    /// What a code is exchanged for: the App with its secrets. `None`: unknown, used, or older than an hour.
    pub fn convert(&mut self, code: &str) -> Option<Value> {
        let now = self.now();
        let private = self.registration.private_key_pem.clone()?;
        let found = self.registration.codes.get_mut(code)?;
        if found.used && on(Rule::ManifestCodeOnce) {
            return None;
        }
        if now - found.made_at > CODE_LIFE && on(Rule::ManifestCodeHour) {
            return None;
        }
        found.used = true;
        let mut app = self.app_json(&self.app.slug);
        app["client_secret"] = json!(self.registration.client_secret);
        app["webhook_secret"] = json!(self.app.webhook_secret);
        app["pem"] = json!(private);
        Some(app)
    }

    /// Tells the hook that it is there.
    pub fn tell_ping(&mut self) {
        let (sender, hook) = (self.app.bot(), self.hook_json());
        let body =
            json!({ "zen": "Keep it logically awesome.", "hook_id": hook["id"], "hook": hook });
        self.emit(WebhookEvent {
            name: "ping",
            action: None,
            repository: None,
            installation: None,
            sender: &sender,
            body,
        });
    }
}

fn read(text: &str) -> Result<Manifest, Vec<String>> {
    match serde_json::from_str(text) {
        Ok(manifest) => Ok(manifest),
        Err(_) if !on(Rule::ManifestJson) => serde_json::from_str("{}").map_err(|_| Vec::new()),
        Err(_) => {
            let what = "The configuration does not appear to be a valid GitHub App manifest.";
            Err(vec![what.to_owned()])
        }
    }
}

/// A name as it stands in addresses.
fn slug(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let text: String = name.trim().chars().map(plain).collect();
    text.split('-')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

fn is_web(address: &str) -> bool {
    let parsed = url::Url::parse(address);
    parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
}
