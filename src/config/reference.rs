//! Every setting there is, in one table: flags, variables, keys and defaults are looked up here, `skep config show
//! --reference` prints it, and the table of `docs/configuration.md` is held equal to it by a test. What a setting means is
//! said by `core::text::settings`.

use super::limits::{Numbers, TABLES, shown};
use crate::core::text::settings;

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its key in `skep.toml`, with dots; `None` where the file cannot say it.
    pub key: Option<String>,
    /// Its environment variable.
    pub env: Option<&'static str>,
    /// Its flag.
    pub flag: Option<&'static str>,
    /// What holds when nobody says anything.
    pub default: String,
    /// What it is, in a sentence or two.
    pub meaning: &'static str,
}

/// A setting that is one text, wherever it is said.
#[derive(Debug)]
pub(super) struct Entry {
    pub key: &'static str,
    pub env: Option<&'static str>,
    pub flag: Option<&'static str>,
    pub default: &'static str,
}

const fn entry(key: &'static str, env: &'static str, default: &'static str) -> Entry {
    Entry {
        key,
        env: Some(env),
        flag: None,
        default,
    }
}

impl Entry {
    const fn flag(self, flag: &'static str) -> Self {
        Self {
            flag: Some(flag),
            ..self
        }
    }
}

/// The settings that are one text each.
pub(super) const ENTRIES: [Entry; 34] = [
    entry("listen", "SKEP_LISTEN", "127.0.0.1:3000").flag("--listen"),
    entry("admin_listen", "SKEP_ADMIN_LISTEN", "127.0.0.1:3001").flag("--admin-listen"),
    entry("public_url", "SKEP_PUBLIC_URL", "none").flag("--url"),
    entry("webhook_proxy", "SKEP_WEBHOOK_PROXY", "none").flag("--webhook-proxy"),
    entry("poll", "SKEP_POLL", "none").flag("--poll"),
    entry(
        "admin_token",
        "SKEP_ADMIN_TOKEN",
        "the file admin-token in the data folder, made at the first start",
    ),
    entry(
        "data_dir",
        "SKEP_DATA_DIR",
        "$XDG_STATE_HOME/skep, or ~/.local/state/skep",
    )
    .flag("--data-dir"),
    entry(
        "database_url",
        "SKEP_DATABASE_URL",
        "SQLite: skep.db in the data folder",
    ),
    entry("app_id", "SKEP_APP_ID", "none").flag("--app-id"),
    entry("private_key", "SKEP_PRIVATE_KEY", "none"),
    entry("private_key_file", "SKEP_PRIVATE_KEY_FILE", "none").flag("--private-key-file"),
    entry("webhook_secret", "SKEP_WEBHOOK_SECRET", "none"),
    entry(
        "webhook_secret_previous",
        "SKEP_WEBHOOK_SECRET_PREVIOUS",
        "none",
    ),
    entry("client_id", "SKEP_CLIENT_ID", "none"),
    entry("client_secret", "SKEP_CLIENT_SECRET", "none"),
    entry(
        "github_api_url",
        "SKEP_GITHUB_API_URL",
        "by `github_url`: https://api.github.com, or https://HOST/api/v3",
    )
    .flag("--github-api-url"),
    entry("github_url", "SKEP_GITHUB_URL", "https://github.com").flag("--github-url"),
    entry("https_proxy", "HTTPS_PROXY", "none"),
    entry("http_proxy", "HTTP_PROXY", "none"),
    entry("no_proxy", "NO_PROXY", "none"),
    entry("ca_file", "SKEP_CA_FILE", "none"),
    entry("agent", "SKEP_AGENT", "the only one under `[agents]`").flag("--agent"),
    entry("sandbox", "SKEP_SANDBOX", "bubblewrap").flag("--no-sandbox"),
    entry("sandbox_image", "SKEP_SANDBOX_IMAGE", "none"),
    entry(
        "sandbox_engine",
        "SKEP_SANDBOX_ENGINE",
        "`podman`, else `docker`",
    ),
    entry("git", "SKEP_GIT", "`git` in /usr/local/bin, /usr/bin, /bin"),
    entry("old_git", "SKEP_OLD_GIT", "refuse"),
    entry("log", "SKEP_LOG", "warn,skep=info").flag("--log"),
    entry("log_format", "SKEP_LOG_FORMAT", "text").flag("--log-format"),
    entry("otlp_endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT", "none"),
    entry("otlp_headers", "OTEL_EXPORTER_OTLP_HEADERS", "none"),
    entry("otlp_service_name", "OTEL_SERVICE_NAME", "skep"),
    Entry {
        key: "default_role",
        env: None,
        flag: None,
        default: "swe",
    },
    Entry {
        key: "look_again",
        env: None,
        flag: None,
        default: "4s",
    },
];

/// Name and default of the keys that only `skep.toml` has.
const FILE_ONLY: [(&str, &str); 84] = [
    ("allowed_bots", "[]"),
    ("allow_protected", "false"),
    ("uncounted", "[]"),
    ("ignore", "[]"),
    ("egress_allow", "[]"),
    ("author_answers", "false"),
    ("ready", "green"),
    ("readiness", "block"),
    ("base_rules", "refuse"),
    ("role_hints", "true"),
    (
        "issue_types",
        "Bug is `debugging`, Feature and Task are `swe`",
    ),
    ("bug_router", "true"),
    ("auto_filed", "[\"auto-filed\"]"),
    ("label_prefix", "agent"),
    ("command", "/agent"),
    ("pull_gate", "off"),
    ("notifications", "normal"),
    ("outsiders", "withhold"),
    ("overlaps", "warn"),
    ("stack", "false"),
    ("pin_status", "true"),
    ("session_check", "true"),
    ("approvals", "[]"),
    ("off", "[]"),
    ("status_file", "none"),
    ("dashboard_url", "none"),
    ("priority_field", "none"),
    ("discover", "off"),
    ("onboarding", "false"),
    ("recurring", "start"),
    ("start.who", "write"),
    ("auto_start.labels", "[]"),
    ("auto_start.users", "[]"),
    (
        "agents.<name>.preset",
        "the preset called `<name>`, if there is one",
    ),
    ("agents.<name>.command", "the preset's"),
    ("agents.<name>.environment", "the preset's"),
    ("agents.<name>.inherit", "the preset's"),
    ("agents.<name>.mode", "the agent's own"),
    ("agents.<name>.auto", "the preset's, or false"),
    ("agents.<name>.resume", "the preset's, or true"),
    ("agents.<name>.expose", "[]"),
    ("agents.<name>.egress_allow", "[]"),
    ("agents.<name>.home", "one per session"),
    ("agents.<name>.ignore", "the preset's"),
    ("agents.<name>.sessions", "`limits.sessions`"),
    ("agents.<name>.memory", "the preset's, or 1GiB"),
    ("agents.<name>.usage", "the preset's, or not known"),
    ("agents.<name>.key", "`gateway` for a preset, else `inside`"),
    ("agents.<name>.protocol", "1"),
    ("prices.<name>.input", "none"),
    ("prices.<name>.cached", "`input`"),
    ("prices.<name>.cache_write", "`input`"),
    ("prices.<name>.output", "none"),
    ("roles.<name>.description", "the built-in role's"),
    ("roles.<name>.prompt", "the built-in role's"),
    ("roles.<name>.prompt_file", "none"),
    ("roles.<name>.agent", "`agent`"),
    ("roles.<name>.agents", "`roles.<name>.agent` alone"),
    ("roles.<name>.model", "the agent's own"),
    ("roles.<name>.tools", "the built-in role's, or all"),
    (
        "roles.<name>.writes",
        "the built-in role's, or whether `tools` has `edit`",
    ),
    ("roles.<name>.plan", "false"),
    ("roles.<name>.approve", "false"),
    ("roles.<name>.suggest", "the built-in role's, or false"),
    ("roles.<name>.assignees", "none"),
    ("roles.<name>.reviewers", "none"),
    ("roles.<name>.session_timeout", "`limits.session_timeout`"),
    ("roles.<name>.silence", "`limits.silence`"),
    ("roles.<name>.sessions", "`limits.sessions`"),
    ("roles.<name>.issue_attempts", "`limits.issue_attempts`"),
    ("roles.<name>.issue_time", "`limits.issue_time`"),
    ("roles.<name>.issue_tokens", "`limits.issue_tokens`"),
    ("roles.<name>.issue_cost", "`limits.issue_cost`"),
    ("notify.<name>.kind", "none"),
    ("notify.<name>.url", "none"),
    ("notify.<name>.url_file", "none"),
    ("notify.<name>.secret", "none"),
    ("notify.<name>.secret_file", "none"),
    (
        "notify.<name>.events",
        "those by which somebody has to act or learns what came of the work (docs/notifications.md)",
    ),
    ("notify.<name>.repositories", "[]"),
    ("notify.<name>.user", "none"),
    ("notify.<name>.from", "none"),
    ("notify.<name>.to", "none"),
    ("notify.<name>.every", "1d"),
];

/// Every setting, in the order it is documented.
pub fn reference() -> Vec<Setting> {
    let file = Setting {
        key: None,
        env: Some("SKEP_CONFIG"),
        flag: Some("--config"),
        default: "./skep.toml, then skep.toml in the data folder".to_owned(),
        meaning: meaning("config"),
    };
    let entries = ENTRIES.iter().map(|entry| Setting {
        key: Some(entry.key.to_owned()),
        env: entry.env,
        flag: entry.flag,
        default: entry.default.to_owned(),
        meaning: meaning(entry.key),
    });
    let of_file = |key: String, default: String| Setting {
        meaning: meaning(&key),
        key: Some(key),
        env: None,
        flag: None,
        default,
    };
    let numbers = Numbers::default();
    let numbered = TABLES
        .iter()
        .flat_map(|(table, settings)| settings.iter().map(move |setting| (table, setting)));
    let numbered = numbered.map(|(table, setting)| {
        let value = (setting.get)(&numbers);
        of_file(
            format!("{table}.{}", setting.key),
            shown(setting.kind, value),
        )
    });
    let other = FILE_ONLY
        .iter()
        .map(|(key, default)| of_file((*key).to_owned(), (*default).to_owned()));
    std::iter::once(file)
        .chain(entries)
        .chain(numbered)
        .chain(other)
        .collect()
}

/// The table as `docs/configuration.md` shows it, a row a line.
pub fn reference_markdown() -> String {
    let code = |text: Option<&str>| text.map_or_else(String::new, |text| format!("`{text}`"));
    let row = |setting: Setting| {
        let names = [
            code(setting.key.as_deref()),
            code(setting.env),
            code(setting.flag),
        ];
        format!(
            "| {} | {} | {} |\n",
            names.join(" | "),
            setting.default,
            setting.meaning
        )
    };
    let head =
        "| skep.toml | environment | flag | default | meaning |\n| --- | --- | --- | --- | --- |\n";
    std::iter::once(head.to_owned())
        .chain(reference().into_iter().map(row))
        .collect()
}

pub(super) fn entry_of(key: &str) -> &'static Entry {
    ENTRIES
        .iter()
        .find(|entry| entry.key == key)
        .expect("the code names only keys of the table; a test reads them all")
}

pub(super) fn meaning(key: &str) -> &'static str {
    settings::meaning(key).expect("every key of the table has its sentence; a test reads them all")
}

/// The keys at the top of `skep.toml`, or under `agents.<name>` and the other tables with names in them.
pub(super) fn keys_under(prefix: &str) -> Vec<&'static str> {
    let below = FILE_ONLY
        .iter()
        .filter_map(|(key, _)| key.strip_prefix(prefix))
        .filter(|key| !key.contains('.'));
    let entries = ENTRIES
        .iter()
        .map(|entry| entry.key)
        .filter(|_| prefix.is_empty());
    let tables = [
        "agents",
        "prices",
        "roles",
        "limits",
        "retention",
        "start",
        "auto_start",
        "notify",
    ]
    .into_iter()
    .filter(|_| prefix.is_empty());
    below.chain(entries).chain(tables).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_explained_and_nothing_else_is() {
        let named = |setting: Setting| setting.key.unwrap_or_else(|| "config".to_owned());
        let settings: Vec<String> = reference().into_iter().map(named).collect();
        assert_eq!(settings, settings::explained().collect::<Vec<_>>());
    }
}
