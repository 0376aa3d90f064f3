//! Every setting there is, in one table: flags, variables, keys and help are looked up here, `skep config show
//! --reference` prints it, and the README's table is held equal to it by a test.

use super::limits::{KNOBS, Numbers, shown};

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
    /// What it is, in one sentence.
    pub meaning: &'static str,
}

/// A setting that is one text, wherever it is said.
#[derive(Debug)]
pub(super) struct Entry {
    pub key: &'static str,
    pub env: Option<&'static str>,
    pub flag: Option<&'static str>,
    pub default: &'static str,
    pub meaning: &'static str,
}

const fn entry(
    key: &'static str,
    env: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Entry {
    Entry {
        key,
        env: Some(env),
        flag: None,
        default,
        meaning,
    }
}

impl Entry {
    /// The same with a flag.
    const fn flag(self, flag: &'static str) -> Self {
        Self {
            flag: Some(flag),
            ..self
        }
    }
}

/// The settings that are one text each.
pub(super) const ENTRIES: [Entry; 24] = [
    entry(
        "listen",
        "SKEP_LISTEN",
        "127.0.0.1:3000",
        "Where GitHub's webhooks arrive (`/webhook`).",
    )
    .flag("--listen"),
    entry(
        "admin_listen",
        "SKEP_ADMIN_LISTEN",
        "127.0.0.1:3001",
        "Where the command line asks (`/api/v1`). Orders need the admin token; looking needs it, too, where this is not loopback.",
    )
    .flag("--admin-listen"),
    entry(
        "admin_token",
        "SKEP_ADMIN_TOKEN",
        "the file admin-token in the data folder, made at the first start",
        "What `dispatch` and `stop` show at the admin address. The command line reads the same setting or file.",
    ),
    entry(
        "data_dir",
        "SKEP_DATA_DIR",
        "$XDG_STATE_HOME/skep, or ~/.local/state/skep",
        "Folder for database, mirrors, working copies and logs; made with mode 700.",
    )
    .flag("--data-dir"),
    entry(
        "database_url",
        "SKEP_DATABASE_URL",
        "SQLite: skep.db in the data folder",
        "`sqlite:///absolute/path` or `postgres://…`.",
    ),
    entry(
        "app_id",
        "SKEP_APP_ID",
        "none",
        "The GitHub App's number (\"App ID\" on its page).",
    )
    .flag("--app-id"),
    entry(
        "private_key",
        "SKEP_PRIVATE_KEY",
        "none",
        "The App's private key itself, PEM (PKCS#1 or PKCS#8); line ends may be written as `\\n`.",
    ),
    entry(
        "private_key_file",
        "SKEP_PRIVATE_KEY_FILE",
        "none",
        "A file with the App's private key; give this or `private_key`.",
    )
    .flag("--private-key-file"),
    entry(
        "webhook_secret",
        "SKEP_WEBHOOK_SECRET",
        "none",
        "The App's webhook secret.",
    ),
    entry(
        "webhook_secret_previous",
        "SKEP_WEBHOOK_SECRET_PREVIOUS",
        "none",
        "The secret before it, accepted too while you rotate.",
    ),
    entry(
        "github_api_url",
        "SKEP_GITHUB_API_URL",
        "by `github_url`: https://api.github.com, or https://HOST/api/v3",
        "The REST API of your GitHub.",
    )
    .flag("--github-api-url"),
    entry(
        "github_url",
        "SKEP_GITHUB_URL",
        "https://github.com",
        "Your GitHub's pages and git; name your server for GitHub Enterprise Server.",
    )
    .flag("--github-url"),
    entry(
        "https_proxy",
        "HTTPS_PROXY",
        "none",
        "The proxy to everything outside, `http://[user:password@]host:port`: for GitHub's API, git, logs and agents. Agents are given \
         it whole; the password is taken out of whatever they say. This and the next two variables are read in small letters, too.",
    ),
    entry(
        "http_proxy",
        "HTTP_PROXY",
        "none",
        "The proxy of agents to plain `http` addresses; skep itself speaks only `https` outside.",
    ),
    entry(
        "no_proxy",
        "NO_PROXY",
        "none",
        "What is reached without the proxy, between commas: hosts, `.domains`, addresses, networks such as `10.0.0.0/8`.",
    ),
    entry(
        "ca_file",
        "SKEP_CA_FILE",
        "none",
        "A file of further certificate authorities, PEM, trusted besides the system's (or those of `SSL_CERT_FILE`): for GitHub's \
         API, git, logs and agents.",
    ),
    entry(
        "agent",
        "SKEP_AGENT",
        "the only one under `[agents]`",
        "The agent of roles that name none: a preset (`copilot claude gemini codex opencode goose`), a name under \
         `[agents]`, or a command line that speaks ACP.",
    )
    .flag("--agent"),
    entry(
        "sandbox",
        "SKEP_SANDBOX",
        "auto",
        "`auto`: agents run under bubblewrap where it works, otherwise with a visible warning; `off`: never.",
    )
    .flag("--no-sandbox"),
    entry(
        "git",
        "SKEP_GIT",
        "`git` in /usr/local/bin, /usr/bin, /bin",
        "The git program, by its absolute path.",
    ),
    entry(
        "old_git",
        "SKEP_OLD_GIT",
        "refuse",
        "`refuse`: do not start with a git whose version lacks the security fixes of July 2025; `allow`: your distribution \
         has patched it without changing the version.",
    ),
    entry(
        "log",
        "SKEP_LOG",
        "warn,skep=info",
        "What is logged (to standard error), as a `tracing` filter; commands other than `serve` begin at `error`.",
    )
    .flag("--log"),
    entry(
        "log_format",
        "SKEP_LOG_FORMAT",
        "text",
        "`text` or `json`.",
    )
    .flag("--log-format"),
    Entry {
        key: "default_role",
        env: None,
        flag: None,
        default: "swe",
        meaning: "The role of an issue without a `role:` label.",
    },
    Entry {
        key: "look_again",
        env: None,
        flag: None,
        default: "4s",
        meaning: "Pause before skep looks whether a call with an unknown outcome took effect.",
    },
];

/// Name, default and meaning of the keys that only `skep.toml` has.
const FILE_ONLY: [(&str, &str, &str); 25] = [
    (
        "allowed_bots",
        "[]",
        "User numbers of bots that may start work all the same.",
    ),
    (
        "allow_protected",
        "false",
        "Whether pull requests may touch protected paths (`.github/**`, agents' configuration …): `true`, or a list of globs \
         over whole paths (`?`, `*`, and `**` across folders).",
    ),
    (
        "ignore",
        "[]",
        "What tools leave beside the work and is not published: patterns as in `.gitignore`, added to the built-in list \
         (`.venv`, `node_modules`, `__pycache__`, `.DS_Store` …); `!name` takes one out. The repository's own rules win.",
    ),
    (
        "author_answers",
        "false",
        "Whether whoever opened an issue may answer the agent's questions on it without write access.",
    ),
    (
        "ready",
        "green",
        "When a draft pull request becomes ready for review: `green` (its checks passed: the required ones, or all where none is \
         required; without any it stays a draft) or `never`.",
    ),
    (
        "agents.<name>.preset",
        "the preset called `<name>`, if there is one",
        "The preset this agent starts from.",
    ),
    (
        "agents.<name>.command",
        "the preset's",
        "Program and arguments: a list, or one text split as a shell would.",
    ),
    (
        "agents.<name>.environment",
        "the preset's",
        "Table of variables, added to the preset's.",
    ),
    (
        "agents.<name>.inherit",
        "the preset's",
        "Variables passed through from skep's own environment, added to the preset's; `NAME_*` stands for all that begin so.",
    ),
    (
        "agents.<name>.mode",
        "the agent's own",
        "The session mode to switch to before the first prompt.",
    ),
    (
        "agents.<name>.auto",
        "the preset's, or false",
        "The agent is started so that it asks no permission.",
    ),
    (
        "agents.<name>.resume",
        "the preset's, or true",
        "Whether an earlier session of the agent may be loaded again.",
    ),
    (
        "agents.<name>.expose",
        "[]",
        "Absolute folders the agent may read besides its working copy.",
    ),
    (
        "agents.<name>.home",
        "one per session",
        "Absolute folder used as its home: for agents that keep a login there.",
    ),
    (
        "agents.<name>.ignore",
        "the preset's",
        "What this agent writes into the working copy for itself, added to the preset's and to `ignore`.",
    ),
    (
        "roles.<name>.description",
        "the built-in role's",
        "One sentence for people.",
    ),
    (
        "roles.<name>.prompt",
        "the built-in role's",
        "What the agent is told about its job, Markdown; replaces the prompt.",
    ),
    (
        "roles.<name>.prompt_file",
        "none",
        "A file with the prompt instead, by its path from `skep.toml`.",
    ),
    ("roles.<name>.agent", "`agent`", "The agent of this role."),
    (
        "roles.<name>.model",
        "the agent's own",
        "A model, in the agent's own words; an agent that does not offer it keeps its own, and the session's log says so.",
    ),
    (
        "roles.<name>.tools",
        "the built-in role's, or all",
        "Any of `read search edit execute fetch think other`.",
    ),
    (
        "roles.<name>.writes",
        "the built-in role's, or whether `tools` has `edit`",
        "Whether it may change files; otherwise its answer becomes a comment.",
    ),
    (
        "roles.<name>.plan",
        "false",
        "Whether it makes a plan first and waits for `/agent approve` before it changes files.",
    ),
    (
        "roles.<name>.session_timeout",
        "`limits.session_timeout`",
        "Longest time of one session of this role.",
    ),
    (
        "roles.<name>.silence",
        "`limits.silence`",
        "Longest time its agent may say nothing.",
    ),
];

const CONFIG_MEANING: &str = "The configuration file.";

/// Every setting, in the order it is documented.
pub fn reference() -> Vec<Setting> {
    let file = Setting {
        key: None,
        env: Some("SKEP_CONFIG"),
        flag: Some("--config"),
        default: "./skep.toml, then skep.toml in the data folder".to_owned(),
        meaning: CONFIG_MEANING,
    };
    let entries = ENTRIES.iter().map(|entry| Setting {
        key: Some(entry.key.to_owned()),
        env: entry.env,
        flag: entry.flag,
        default: entry.default.to_owned(),
        meaning: entry.meaning,
    });
    let of_file = |key: String, default: String, meaning| Setting {
        key: Some(key),
        env: None,
        flag: None,
        default,
        meaning,
    };
    let numbers = Numbers::default();
    let timings = KNOBS.iter().map(|knob| {
        let value = (knob.get)(&numbers);
        of_file(
            format!("limits.{}", knob.key),
            shown(knob.kind, value),
            knob.meaning,
        )
    });
    let rest = FILE_ONLY
        .iter()
        .map(|(key, default, meaning)| of_file((*key).to_owned(), (*default).to_owned(), meaning));
    std::iter::once(file)
        .chain(entries)
        .chain(timings)
        .chain(rest)
        .collect()
}

/// The table as the README shows it, a row a line.
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

/// The entry of a key.
pub(super) fn entry_of(key: &str) -> &'static Entry {
    ENTRIES
        .iter()
        .find(|entry| entry.key == key)
        .expect("the code names only keys of the table; a test reads them all")
}

/// The one sentence of a key, for help texts.
pub(super) fn meaning(key: &str) -> &'static str {
    if key == "config" {
        CONFIG_MEANING
    } else {
        entry_of(key).meaning
    }
}

/// The keys at the top of `skep.toml`, or under `agents.<name>` and `roles.<name>`.
pub(super) fn keys_under(prefix: &str) -> Vec<&'static str> {
    let below = FILE_ONLY
        .iter()
        .filter_map(|(key, _, _)| key.strip_prefix(prefix))
        .filter(|key| !key.contains('.'));
    let entries = ENTRIES
        .iter()
        .map(|entry| entry.key)
        .filter(|_| prefix.is_empty());
    let tables = ["agents", "roles", "limits"]
        .into_iter()
        .filter(|_| prefix.is_empty());
    below.chain(entries).chain(tables).collect()
}
