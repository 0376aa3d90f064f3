//! Who is told outside GitHub: `[notify.<name>]`, with addresses and secrets from the file, from a file of their own, or from variables
//! (`SKEP_NOTIFY_<NAME>_URL`, `SKEP_NOTIFY_<NAME>_SECRET`).
//!
//! An address is treated as a secret: whoever knows one of Slack's may write to it.

use std::time::Duration;

use url::Url;

use super::document::{Item, Mistake, Table};
use super::error::nearest;
use super::github::is_loopback;
use super::reference::keys_under;
use super::resolver::Resolver;
use super::sources::{Sources, VARIABLES, is_key, is_shared};
use super::units::parse_duration;
use crate::core::event_name::DomainEvent;
use crate::core::notify::{
    DEFAULT, Email, Hidden, Login, Privacy, Relay, Target, Wanted, Way, is_mail_address,
};
use crate::core::text::mistakes;
use crate::core::text::notify::mistake;

/// How often a digest may be made.
const INTERVALS: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(60)..=Duration::from_secs(30 * 86_400);
/// How often it is when nobody says.
const DAILY: Duration = Duration::from_secs(86_400);
/// The ports of mail servers (RFC 8314; RFC 6409; RFC 5321).
const TLS_PORT: u16 = 465;
const SUBMISSION_PORT: u16 = 587;

/// The keys that only mean something for one kind, and for which.
const ONLY_OF: [(&str, &str); 4] = [
    ("user", "email"),
    ("from", "email"),
    ("to", "email"),
    ("every", "email"),
];

/// A target's table as it is read.
struct Described<'a> {
    sources: &'a Sources,
    name: &'a str,
    /// Where it stands.
    at: String,
    table: Table,
    mistakes: Vec<Mistake>,
    warnings: Vec<String>,
}

/// Reads them.
pub(super) fn read(resolver: &mut Resolver<'_>) -> Vec<Target> {
    let mut targets = Vec::new();
    let mut mistakes = Vec::new();
    for (name, item) in resolver.root.take_table("notify", &mut mistakes).drain() {
        let at = item.at.clone();
        let table = item.table().map_err(|mistake| mistakes.push(mistake));
        let Ok(table) = table else { continue };
        resolver.note_table(&format!("notify.{name}"), &table);
        if !is_name(&name) {
            mistakes.push(Mistake::new(at, mistake::NAME));
            continue;
        }
        let mut described = Described {
            sources: resolver.sources,
            name: &name,
            at,
            table,
            mistakes: Vec::new(),
            warnings: Vec::new(),
        };
        let target = described.target();
        let (mut wrong, mut odd) = (described.mistakes, described.warnings);
        // Those that were not asked for because of an earlier mistake are known all the same.
        let known = keys_under("notify.<name>.");
        for key in &known {
            described.table.take(key);
        }
        described.table.finish(&known, &mut wrong);
        targets.extend(target.filter(|_| wrong.is_empty()));
        mistakes.append(&mut wrong);
        resolver.warnings.append(&mut odd);
    }
    resolver.mistakes.append(&mut mistakes);
    targets
}

/// Files with secrets, which no agent may see.
pub(super) fn secret_files(sources: &Sources) -> Vec<std::path::PathBuf> {
    let root = sources.root();
    let Some(super::document::Value::Table(all)) = root.get("notify").map(|item| &item.value)
    else {
        return Vec::new();
    };
    let of_one = |(_, item): (&str, &Item)| {
        let table = item.clone().table().unwrap_or_default();
        let files = ["url_file", "secret_file"].map(|key| table.get(key).cloned());
        let paths = files
            .into_iter()
            .flatten()
            .filter_map(|item| item.text().ok());
        let folder = sources.file_folder();
        paths
            .map(move |path| folder.join(path.trim()))
            .collect::<Vec<_>>()
    };
    all.items().flat_map(of_one).collect()
}

impl Described<'_> {
    fn target(&mut self) -> Option<Target> {
        let kind = self.kind();
        let wanted = self.wanted();
        for (key, only) in ONLY_OF {
            if kind.is_some_and(|kind| kind != only)
                && let Some(item) = self.table.take(key)
            {
                self.mistakes
                    .push(item.wrong(mistake::not_of(kind.unwrap_or_default())));
            }
        }
        let way = match kind? {
            "email" => self.email().map(|email| Way::Email(Box::new(email))),
            "slack" => self.slack(),
            _ => self.webhook(),
        };
        Some(Target {
            name: self.name.to_owned(),
            way: way?,
            wanted,
        })
    }

    fn kind(&mut self) -> Option<&'static str> {
        let Some(item) = self.table.take("kind") else {
            self.mistakes.push(Mistake::new(&self.at, mistake::NO_KIND));
            return None;
        };
        let read = item.clone().text().and_then(|text| {
            let known = Way::KINDS.into_iter().find(|kind| *kind == text.trim());
            known.ok_or_else(|| item.wrong(mistake::kind(text.trim())))
        });
        self.noted(read)
    }

    fn wanted(&mut self) -> Wanted {
        let events = self.table.take("events").map(events);
        let events = events.and_then(|read| self.noted(read));
        let repositories = self.table.take("repositories").map(repositories);
        let repositories = repositories.and_then(|read| self.noted(read));
        Wanted {
            events: events.unwrap_or_else(|| DEFAULT.to_vec()),
            repositories: repositories.unwrap_or_default(),
        }
    }

    fn webhook(&mut self) -> Option<Way> {
        let url = self.address();
        let (secret, _) = self.secret("secret")?;
        if secret.is_none() {
            let what = mistake::no_secret(&self.variable("secret"));
            self.mistakes.push(Mistake::new(&self.at, what));
        }
        Some(Way::Webhook {
            url: url?,
            secret: secret?,
        })
    }

    fn slack(&mut self) -> Option<Way> {
        for key in ["secret", "secret_file"] {
            if let Some(item) = self.table.take(key) {
                self.mistakes.push(item.wrong(mistake::not_of("slack")));
            }
        }
        Some(Way::Slack {
            url: self.address()?,
        })
    }

    fn email(&mut self) -> Option<Email> {
        let relay = self.needed_address().and_then(|(text, at)| {
            let read = relay(text.expose()).ok_or_else(|| Mistake::new(at, mistake::RELAY));
            self.noted(read)
        });
        let login = self.login();
        let from = match self.table.take("from") {
            Some(item) => self.noted(mail_address(item)),
            None => self.lacks(mistake::NO_FROM),
        };
        let to = match self.table.take("to") {
            Some(item) => self.noted(mail_addresses(item)),
            None => self.lacks(mistake::NO_TO),
        };
        let every = self.table.take("every").map(every);
        let every = every.and_then(|read| self.noted(read)).unwrap_or(DAILY);
        Some(Email {
            relay: relay?,
            from: from?,
            to: to?,
            login: login?,
            every_ms: i64::try_from(every.as_millis()).unwrap_or(i64::MAX),
        })
    }

    /// Name and password, or neither; `None` with a mistake noted.
    fn login(&mut self) -> Option<Option<Login>> {
        let user = match self.table.take("user") {
            Some(item) => Some(self.noted(item.text())?),
            None => None,
        };
        let (password, at) = self.secret("secret")?;
        match (user, password) {
            (Some(user), Some(password)) => Some(Some(Login { user, password })),
            (None, None) => Some(None),
            (Some(_), None) => self.lacks(&mistake::no_password(&self.variable("secret"))),
            (None, Some(_)) => {
                self.mistakes.push(Mistake::new(at, mistake::NO_USER));
                None
            }
        }
    }

    /// An address of the web.
    fn address(&mut self) -> Option<Hidden> {
        let (text, at) = self.needed_address()?;
        let url = Url::parse(text.expose()).ok().filter(|url| {
            let web = matches!(url.scheme(), "http" | "https") && url.has_host();
            web && url.username().is_empty() && url.password().is_none()
        });
        let Some(mut url) = url else {
            self.mistakes.push(Mistake::new(at, mistake::URL));
            return None;
        };
        url.set_fragment(None);
        if url.scheme() == "http" && !is_loopback(&url) {
            self.warnings.push(mistake::open(&at));
        }
        Some(Hidden::new(url.as_str()))
    }

    fn needed_address(&mut self) -> Option<(Hidden, String)> {
        match self.secret("url")? {
            (Some(text), at) => Some((text, at)),
            (None, _) => self.lacks(&mistake::no_url(&self.variable("url"))),
        }
    }

    /// A text from its variable, or from the file, or from a file of its own, and where it is said; `None` with a mistake noted.
    fn secret(&mut self, key: &str) -> Option<(Option<Hidden>, String)> {
        let inline = self.table.take(key);
        let file = self.table.take(&format!("{key}_file"));
        let variable = self.variable(key);
        let given = self.sources.environment().get(&variable);
        let (text, at) = match (given, inline, file) {
            (Some(text), ..) => (text.to_owned(), variable),
            (None, Some(inline), Some(file)) => {
                self.mistakes.push(inline.wrong(mistakes::twice(&file.at)));
                return None;
            }
            (None, Some(inline), None) => {
                let at = inline.at.clone();
                (self.noted(inline.text())?, at)
            }
            (None, None, Some(file)) => {
                let at = file.at.clone();
                (self.in_file(file)?, at)
            }
            (None, None, None) => return Some((None, self.at.clone())),
        };
        let text = text.trim();
        if text.is_empty() || is_key(text) {
            let what = match text.is_empty() {
                true => mistakes::EMPTY,
                false => mistakes::credential::KEY_ELSEWHERE,
            };
            self.mistakes.push(Mistake::new(at, what));
            return None;
        }
        Some((Some(Hidden::new(text)), at))
    }

    fn in_file(&mut self, item: Item) -> Option<String> {
        let at = item.at.clone();
        let path = self.noted(item.text())?;
        let path = self.sources.file_folder().join(path.trim());
        let shown = path.display().to_string();
        if is_shared(&path) {
            self.warnings
                .push(mistakes::source::shared_key(&at, &shown));
        }
        let read = std::fs::read_to_string(&path);
        self.noted(
            read.map_err(|error| {
                Mistake::new(at, mistakes::unreadable(&shown, &error.to_string()))
            }),
        )
    }

    /// `SKEP_NOTIFY_TEAM_SECRET`.
    fn variable(&self, key: &str) -> String {
        let name = format!("{VARIABLES}{}_{key}", self.name);
        name.to_ascii_uppercase().replace('-', "_")
    }

    fn lacks<T>(&mut self, what: &str) -> Option<T> {
        self.mistakes.push(Mistake::new(&self.at, what));
        None
    }

    fn noted<T>(&mut self, read: Result<T, Mistake>) -> Option<T> {
        read.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }
}

fn events(item: Item) -> Result<Vec<DomainEvent>, Mistake> {
    let at = item.at.clone();
    let mut events = Vec::new();
    for item in item.list()? {
        let at = item.at.clone();
        let name = item.text()?;
        match (name.trim(), DomainEvent::parse(name.trim())) {
            ("*", _) => return Ok(DomainEvent::ALL.to_vec()),
            (_, Some(event)) => events.push(event),
            (name, None) => {
                let known = DomainEvent::ALL.iter().map(|event| event.name());
                return Err(Mistake::new(at, mistake::event(name, nearest(name, known))));
            }
        }
    }
    match events.is_empty() {
        true => Err(Mistake::new(at, mistake::NO_EVENTS)),
        false => Ok(events),
    }
}

fn repositories(item: Item) -> Result<Vec<String>, Mistake> {
    let names = item.clone().texts()?;
    let is_one = |name: &String| {
        let parts: Vec<&str> = name.split('/').collect();
        parts.len() == 2
            && parts.iter().all(|part| !part.is_empty())
            && !name.contains(char::is_whitespace)
    };
    match names.iter().all(is_one) {
        true => Ok(names),
        false => Err(item.wrong(mistake::REPOSITORY)),
    }
}

fn every(item: Item) -> Result<Duration, Mistake> {
    let text = item.clone().text()?;
    let read = parse_duration(&text).filter(|every| INTERVALS.contains(every));
    read.ok_or_else(|| item.wrong(mistake::EVERY))
}

fn mail_address(item: Item) -> Result<String, Mistake> {
    let text = item.clone().text()?;
    match is_mail_address(text.trim()) {
        true => Ok(text.trim().to_owned()),
        false => Err(item.wrong(mistake::ADDRESS)),
    }
}

fn mail_addresses(item: Item) -> Result<Vec<String>, Mistake> {
    let at = item.at.clone();
    let all: Vec<String> = item
        .list()?
        .into_iter()
        .map(mail_address)
        .collect::<Result<_, _>>()?;
    match all.is_empty() {
        true => Err(Mistake::new(at, mistake::NO_TO)),
        false => Ok(all),
    }
}

/// A mail server's address. Without TLS only on this machine.
fn relay(text: &str) -> Option<Relay> {
    let url = Url::parse(text).ok()?;
    let bare = url.username().is_empty()
        && url.password().is_none()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none();
    let host = url.host_str().filter(|host| bare && !host.is_empty())?;
    // The address of another scheme is read without looking at its host: as one of the web it is.
    let here = Url::parse(&format!("http://{host}/")).ok()?;
    let (privacy, port) = match url.scheme() {
        "smtps" => (Privacy::Tls, TLS_PORT),
        "smtp" if is_loopback(&here) => (Privacy::Open, 25),
        "smtp" => (Privacy::StartTls, SUBMISSION_PORT),
        _ => return None,
    };
    Some(Relay {
        host: host.to_owned(),
        port: url.port().unwrap_or(port),
        privacy,
    })
}

/// `team`, `on-call`, `ops_2`.
fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= 40
        && text.starts_with(plain)
        && text.chars().all(|c| plain(c) || matches!(c, '-' | '_'))
}
