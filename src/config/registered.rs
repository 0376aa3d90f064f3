//! The App that `skep setup` registered: its credentials in one file of the data folder, read where nothing else is configured.
//!
//! It is written as a whole or not at all, for its owner alone, and never shown. <https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest>

use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::credentials::usable_key;
use super::error::Mistake;
use super::resolver::{Resolver, hidden};
use crate::core::text::registration::file as mistake;

/// The file in the data folder.
pub const APP_FILE: &str = "app.json";

/// The settings of which one is enough for the file not to count.
const OF_APP: [&str; 4] = [
    "app_id",
    "private_key",
    "private_key_file",
    "webhook_secret",
];

/// An App with its secrets, as GitHub hands them out once.
#[derive(Debug, Clone)]
pub struct RegisteredApp {
    /// Its number.
    pub app_id: u64,
    /// Its name in addresses.
    pub slug: String,
    /// Its page on GitHub.
    pub page: String,
    /// PEM.
    pub private_key: SecretString,
    /// What webhooks are signed with; an App that was made without a webhook has none.
    pub webhook_secret: Option<SecretString>,
    /// For signing people in.
    pub client_id: String,
    /// For signing people in.
    pub client_secret: SecretString,
    /// Where people and git go.
    pub web_url: Url,
    /// The REST API's root.
    pub api_url: Url,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    app_id: u64,
    slug: String,
    page: String,
    private_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    webhook_secret: Option<String>,
    client_id: String,
    client_secret: String,
    github_url: Url,
    github_api_url: Url,
}

impl RegisteredApp {
    /// Reads the file of a data folder; `None` where there is none.
    ///
    /// # Errors
    /// What is wrong with it, without its content.
    pub fn read(folder: &Path) -> Result<Option<Self>, String> {
        let text = match std::fs::read_to_string(folder.join(APP_FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(mistake::unreadable(&error.to_string())),
        };
        let stored: Stored =
            serde_json::from_str(&text).map_err(|_| mistake::DAMAGED.to_owned())?;
        usable_key(&stored.private_key)?;
        let blank = |secret: &String| secret.trim().is_empty();
        if stored.webhook_secret.as_ref().is_some_and(blank) {
            return Err(mistake::DAMAGED.to_owned());
        }
        Ok(Some(Self {
            app_id: stored.app_id,
            slug: stored.slug,
            page: stored.page,
            private_key: stored.private_key.into(),
            webhook_secret: stored.webhook_secret.map(SecretString::from),
            client_id: stored.client_id,
            client_secret: stored.client_secret.into(),
            web_url: stored.github_url,
            api_url: stored.github_api_url,
        }))
    }

    /// Writes the file, whole or not at all, and gives its path.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn keep(&self, folder: &Path) -> io::Result<PathBuf> {
        let stored = Stored {
            app_id: self.app_id,
            slug: self.slug.clone(),
            page: self.page.clone(),
            private_key: self.private_key.expose_secret().to_owned(),
            webhook_secret: exposed(self.webhook_secret.as_ref()),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.expose_secret().to_owned(),
            github_url: self.web_url.clone(),
            github_api_url: self.api_url.clone(),
        };
        let path = folder.join(APP_FILE);
        let text = serde_json::to_string_pretty(&stored).map_err(io::Error::from)?;
        write_private(&path, &text)?;
        Ok(path)
    }

    /// The same as lines for an environment file.
    pub fn variables(&self) -> String {
        let key = self.private_key.expose_secret().trim().replace('\n', "\\n");
        let mut text = format!("SKEP_APP_ID={}\nSKEP_PRIVATE_KEY=\"{key}\"\n", self.app_id);
        if let Some(secret) = exposed(self.webhook_secret.as_ref()) {
            text.push_str(&format!("SKEP_WEBHOOK_SECRET={secret}\n"));
        }
        text.push_str(&format!(
            "SKEP_CLIENT_ID={}\nSKEP_CLIENT_SECRET={}\n",
            self.client_id,
            self.client_secret.expose_secret()
        ));
        if self.web_url.host_str() != Some("github.com") {
            text.push_str(&format!(
                "SKEP_GITHUB_URL={}\nSKEP_GITHUB_API_URL={}\n",
                self.web_url, self.api_url
            ));
        }
        text
    }

    /// Whether what was handed out is a key at all.
    ///
    /// # Errors
    /// What it is instead.
    pub fn check(&self) -> Result<(), String> {
        usable_key(self.private_key.expose_secret()).map(drop)
    }
}

fn exposed(secret: Option<&SecretString>) -> Option<String> {
    secret.map(|secret| secret.expose_secret().to_owned())
}

/// Writes a file for its owner alone: beside its place first, then into it, each step on the disk before the next.
///
/// # Errors
/// Those of the file system; the old file, if there was one, is as it was then.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.new"));
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside);
    let done = written.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    });
    if done.is_err() {
        // What could not be written whole is of no use.
        let _ = std::fs::remove_file(&beside);
    }
    done.and_then(|()| std::fs::File::open(folder)?.sync_all())
}

/// The App of the data folder, where no setting names one. A mistake in it is noted.
pub(super) fn found(resolver: &mut Resolver<'_>, folder: Option<&Path>) -> Option<RegisteredApp> {
    let named = |key: &'static str| !matches!(resolver.sources.find(key), Ok(None));
    if OF_APP.into_iter().any(named) {
        return None;
    }
    let folder = folder?;
    let at = folder.join(APP_FILE).display().to_string();
    let app = RegisteredApp::read(folder).map_err(|what| Mistake::new(at, what));
    resolver.noted(app)?
}

/// Remembers where the values come from.
pub(super) fn note(resolver: &mut Resolver<'_>, app: &RegisteredApp) {
    let said = [
        ("app_id", format!("\"{}\"", app.app_id)),
        ("private_key", hidden(app.private_key.expose_secret())),
        ("client_id", format!("\"{}\"", app.client_id)),
        ("client_secret", hidden(app.client_secret.expose_secret())),
    ];
    let secret = exposed(app.webhook_secret.as_ref());
    let secret = secret.map(|secret| ("webhook_secret", hidden(&secret)));
    for (key, said) in said.into_iter().chain(secret) {
        resolver.note(key, mistake::FROM, &said);
    }
}
