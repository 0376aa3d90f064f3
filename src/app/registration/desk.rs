//! The desk of a set-up: shows the button, takes people back from GitHub, and keeps what they bring.
//!
//! The order is what makes it safe: the folder is proved to be writable before the code is used, the use is written down before it is
//! sent, and what GitHub answers is written before anything else is done.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;
use url::Url;

use super::looked::Looked;
use super::manifest::{self, Particulars};
use super::memory::Memory;
use super::particulars::{Keep, RegistrationSetup};
use crate::app::random_name;
use crate::config::{APP_FILE, RegisteredApp};
use crate::core::text::registration as text;
use crate::core::text::registration_page::{self as html, Form};
use crate::github::{NewApp, NotConverted, Registrar};
use crate::http::registration::Page;
use crate::webhook::Secrets;

/// One set-up.
pub(in crate::app) struct Desk {
    pub(super) setup: RegistrationSetup,
    registrar: Registrar,
    memory: Mutex<Memory>,
    app: OnceLock<RegisteredApp>,
    /// The App is known, and its file could not be written.
    unwritten: Mutex<Option<String>>,
    /// What proves webhooks; nothing does before there is an App.
    pub(super) secrets: Secrets,
    base: OnceLock<String>,
    registered: CancellationToken,
    /// One return from GitHub at a time.
    exchanges: tokio::sync::Mutex<()>,
    pub(super) looked: tokio::sync::Mutex<Looked>,
    pub(super) serving: OnceLock<()>,
}

impl Desk {
    /// Takes up what the folder remembers. The folder must be there; nothing is asked of GitHub.
    pub(in crate::app) fn open(setup: RegistrationSetup) -> anyhow::Result<Self> {
        let mut memory = Memory::open(&setup.data_dir)?;
        let known = RegisteredApp::read(&setup.data_dir).map_err(anyhow::Error::msg)?;
        if memory.exchanging.take().is_some() && known.is_none() {
            memory.trouble = Some(text::LOST_ANSWER.to_owned());
        }
        let secrets = known.iter().filter_map(|app| app.webhook_secret.clone());
        let desk = Self {
            registrar: Registrar::new(&setup.api_url, &setup.network)?,
            secrets: Secrets::new(secrets)?,
            setup,
            memory: Mutex::new(memory),
            app: OnceLock::new(),
            unwritten: Mutex::new(None),
            base: OnceLock::new(),
            registered: CancellationToken::new(),
            exchanges: tokio::sync::Mutex::default(),
            looked: tokio::sync::Mutex::default(),
            serving: OnceLock::new(),
        };
        if let Some(app) = known {
            desk.know(app);
        }
        Ok(desk)
    }

    /// Says where its pages are, once that is known: `http://127.0.0.1:3001`.
    pub(in crate::app) fn stands_at(&self, base: &Url) {
        let text = base.as_str().trim_end_matches('/').to_owned();
        self.base.get_or_init(|| text);
    }

    /// The service runs behind the page from now on.
    pub(in crate::app) fn serves(&self) {
        self.serving.get_or_init(|| ());
    }

    fn base(&self) -> &str {
        self.base.get().map_or("", String::as_str)
    }

    /// The page's address with its key.
    pub(in crate::app) fn address(&self) -> String {
        format!("{}/setup?key={}", self.base(), self.memory().key)
    }

    /// The page's address without it.
    pub(super) fn public_address(&self) -> String {
        format!("{}/setup", self.base())
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        // Every change is complete when the lock is released.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The App, once it is registered and its secrets are kept.
    pub(super) fn app(&self) -> Option<&RegisteredApp> {
        self.app.get().filter(|_| self.registered.is_cancelled())
    }

    /// Where the App is installed: a page of the GitHub that it was registered at; people are sent nowhere else by themselves.
    pub(super) fn install_page(&self) -> Option<String> {
        let page = Url::parse(&self.app()?.page).ok()?;
        let at_home = page.origin() == self.setup.web_url.origin();
        at_home.then(|| format!("{}/installations/new", page.as_str().trim_end_matches('/')))
    }

    /// Waits until there is one.
    pub(super) async fn registered(&self) {
        self.registered.cancelled().await;
    }

    fn folder(&self) -> &Path {
        &self.setup.data_dir
    }

    /// Changes what is remembered and writes it down.
    pub(super) fn remember(&self, change: impl FnOnce(&mut Memory)) -> std::io::Result<()> {
        let mut memory = self.memory();
        change(&mut memory);
        memory.save(self.folder())
    }

    fn know(&self, app: RegisteredApp) {
        self.app.get_or_init(|| app);
        self.registered.cancel();
    }

    /// Keeps an App whose secrets are known nowhere else.
    fn keep(&self, app: &RegisteredApp) -> Result<(), String> {
        let kept = match self.setup.keep {
            Keep::Printed => Ok(()),
            Keep::InFolder => app.keep(self.folder()).map(drop),
        };
        kept.map_err(|error| {
            let file = self.folder().join(APP_FILE);
            text::cannot_keep(&file.display().to_string(), &error.to_string())
        })
    }

    /// Tries once more to keep what could not be kept; the answer is what is still wrong.
    pub(super) fn keep_again(&self) -> Option<String> {
        let mut unwritten = self
            .unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        unwritten.as_ref()?;
        let kept = self.app.get().map(|app| self.keep(app));
        *unwritten = kept.and_then(Result::err);
        if unwritten.is_none() {
            self.registered.cancel();
        }
        unwritten.clone()
    }

    pub(super) fn form(&self) -> Page {
        if self.setup.hook.is_none() && !self.setup.only_polls {
            return ok(html::no_hook());
        }
        let now = (self.setup.clock)();
        let mut memory = self.memory();
        let state = memory.issue(now);
        let saved = memory.save(self.folder());
        let (state, trouble) = match (state, saved) {
            (Ok(state), Ok(())) => (state, memory.trouble.clone()),
            (Err(error), _) => return failed(500, &error.to_string(), None),
            (_, Err(error)) => return self.unwritable(&error, None),
        };
        drop(memory);
        let name = self.setup.name.clone().unwrap_or_else(fresh_name);
        let manifest = manifest::render(&Particulars {
            name: &name,
            web: &self.setup.web_url,
            hook: self.setup.hook.as_ref(),
            base: self.base(),
            dashboard: self.setup.dashboard.as_ref(),
            teams: self.setup.teams,
        });
        ok(html::form(&Form {
            action: &format!("{}?state={state}", self.settings("new")),
            manifest: &manifest,
            trouble: trouble.as_deref(),
            apps: trouble.as_ref().map(|_| self.settings("")).as_deref(),
        }))
    }

    /// A page of GitHub's settings for Apps.
    fn settings(&self, page: &str) -> String {
        let mut url = self.setup.web_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty();
            if let Some(organization) = &self.setup.organization {
                path.extend(["organizations", organization]);
            }
            path.extend(["settings", "apps"]);
            path.extend(Some(page).filter(|page| !page.is_empty()));
        }
        url.to_string()
    }

    fn unwritable(&self, error: &std::io::Error, again: Option<&str>) -> Page {
        let folder = self.folder().display().to_string();
        failed(500, &text::unwritable(&folder, &error.to_string()), again)
    }

    /// Takes somebody back from GitHub. `None`: all went well.
    pub(super) async fn redeem(&self, code: &str, state: &str) -> Option<Page> {
        let _one_at_a_time = self.exchanges.lock().await;
        if self.app().is_some() {
            return None;
        }
        let now = (self.setup.clock)();
        let before = self.memory().clone();
        if code.is_empty() || !self.memory().take(state, now) {
            return Some(failed(400, text::WRONG_STATE, None));
        }
        // Before the code is used: what cannot be written down must not be used up.
        if let Err(error) = self.remember(|memory| memory.exchanging = Some(now)) {
            *self.memory() = before;
            return Some(self.unwritable(&error, Some(&self.callback(code, state))));
        }
        self.exchange(code).await
    }

    /// Uses a code whose state was right; the use is written down already.
    async fn exchange(&self, code: &str) -> Option<Page> {
        let converted = self.registrar.convert(code).await;
        let (trouble, status, what) = match converted {
            Ok(new) => return self.take(new),
            Err(NotConverted::NotSent(why)) => {
                // Nothing was sent, so the code is as good as it was, and so is a new state for it.
                let fresh = self.memory().issue((self.setup.clock)());
                let again = fresh.ok().map(|fresh| self.callback(code, &fresh));
                self.settle(None);
                return Some(failed(502, &text::not_sent(&why), again.as_deref()));
            }
            Err(NotConverted::Spent) => (None, 400, text::SPENT_CODE.to_owned()),
            Err(NotConverted::Refused(why)) => (None, 502, text::refused(&why)),
            Err(NotConverted::Lost(why)) => {
                tracing::error!(why, "GitHub's answer with the new App's key did not arrive");
                let said = text::LOST_ANSWER.to_owned();
                (Some(said.clone()), 502, said)
            }
        };
        self.settle(trouble);
        Some(failed(status, &what, None))
    }

    fn callback(&self, code: &str, state: &str) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        pairs.append_pair("code", code).append_pair("state", state);
        format!("/setup/callback?{}", pairs.finish())
    }

    /// The exchange is over, however it ended.
    fn settle(&self, trouble: Option<String>) {
        let saved = self.remember(|memory| {
            memory.exchanging = None;
            if trouble.is_some() {
                memory.trouble = trouble;
            }
        });
        if let Err(error) = saved {
            tracing::warn!(%error, "how far the set-up is cannot be written down");
        }
    }

    /// Takes a new App over.
    fn take(&self, new: NewApp) -> Option<Page> {
        // A secret of a webhook that is switched off would open an address for nothing.
        let webhook_secret = new.webhook_secret.filter(|_| self.setup.hook.is_some());
        if webhook_secret.is_none() && self.setup.hook.is_some() {
            return Some(self.unusable("it holds no webhook secret"));
        }
        let app = RegisteredApp {
            app_id: new.id,
            slug: new.slug,
            page: new.page,
            private_key: new.private_key,
            webhook_secret,
            client_id: new.client_id,
            client_secret: new.client_secret,
            web_url: self.setup.web_url.clone(),
            api_url: self.setup.api_url.clone(),
        };
        if let Err(what) = app.check() {
            return Some(self.unusable(&what));
        }
        let kept = self.keep(&app);
        if let Err(error) = self.secrets.replace(app.webhook_secret.clone()) {
            return Some(self.unusable(&error.to_string()));
        }
        self.app.get_or_init(|| app);
        if let Err(what) = kept {
            *self
                .unwritten
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(what.clone());
            return Some(failed(500, &what, Some("/setup")));
        }
        let saved = self.remember(|memory| {
            memory.exchanging = None;
            memory.trouble = None;
        });
        if let Err(error) = saved {
            tracing::warn!(%error, "how far the set-up is cannot be written down");
        }
        self.registered.cancel();
        None
    }

    fn unusable(&self, what: &str) -> Page {
        let said = text::unusable(what);
        self.settle(Some(said.clone()));
        failed(502, &said, None)
    }
}

/// A name that is hardly taken; people may change it on GitHub's page.
fn fresh_name() -> String {
    let random = random_name("skep").unwrap_or_default();
    random.chars().take(11).collect()
}

pub(super) fn ok(html: String) -> Page {
    Page { status: 200, html }
}

pub(super) fn failed(status: u16, what: &str, again: Option<&str>) -> Page {
    Page {
        status,
        html: html::notice(what, again),
    }
}
