//! What each setting means, one sentence each: for help texts, `skep config show --reference`, the starter `skep.toml` and
//! `docs/configuration.md`, which are all made of this table.

mod issues;
mod named;
mod notify;

/// By key, in the order of the reference; what an issue may say of its work stands in [`issues`], what has a name of the operator's in its key in [`named`].
const GENERAL: &[(&str, &str)] = &[
    ("config", "The configuration file."),
    ("listen", "Where GitHub's webhooks arrive (`/webhook`)."),
    (
        "admin_listen",
        "Where the command line reaches skep (`/api/v1`). Orders need the admin token; where this is not loopback, reading needs it too.",
    ),
    (
        "public_url",
        "Where GitHub reaches skep from outside, `https://HOST`: your proxy passes `/webhook` below it on to `listen`.",
    ),
    (
        "webhook_proxy",
        "A channel of smee (<https://smee.io/new>) that webhooks are read from where there is no public address: for development only, since whoever knows the channel reads them.",
    ),
    (
        "poll",
        "How often GitHub is asked for news, such as `30s` (5s to 10m), where it cannot reach skep: no public address is needed then, and without a `webhook_secret` none is opened and none is missed. With webhooks besides, it finds what they do not tell.",
    ),
    (
        "admin_token",
        "The token that orders (`dispatch`, `stop`) must carry at the admin address. The command line reads the same setting or file.",
    ),
    (
        "data_dir",
        "Folder for the database, mirrors, working copies and logs; made with mode 700.",
    ),
    (
        "database_url",
        "`sqlite:///absolute/path` or `postgres://…`.",
    ),
    (
        "app_id",
        "The GitHub App's number (\"App ID\" on its page).",
    ),
    (
        "private_key",
        "The App's private key itself, PEM (PKCS#1 or PKCS#8); line ends may be written as `\\n`.",
    ),
    (
        "private_key_file",
        "A file with the App's private key; give this or `private_key`.",
    ),
    ("webhook_secret", "The App's webhook secret."),
    (
        "webhook_secret_previous",
        "The previous webhook secret, still accepted while you rotate.",
    ),
    ("client_id", "The App's client id, to sign people in."),
    ("client_secret", "A client secret of the App."),
    ("github_api_url", "The REST API of your GitHub."),
    (
        "github_url",
        "Your GitHub's pages and git; name your server for GitHub Enterprise Server.",
    ),
    (
        "https_proxy",
        "The proxy to everything outside, `http://[user:password@]host:port`: for GitHub's API, git, logs and agents. \
         Agents in a sandbox never hear of it; those without one are given it whole, and the password is taken out of whatever they say. This and the next two variables are \
         also read in lower case.",
    ),
    (
        "http_proxy",
        "The proxy of agents to plain `http` addresses; skep itself speaks only `https` outside.",
    ),
    (
        "no_proxy",
        "What is reached without the proxy, separated by commas: hosts, `.domains`, addresses, networks such as \
         `10.0.0.0/8`.",
    ),
    (
        "ca_file",
        "A file of further certificate authorities, PEM, trusted besides the system's (or those of `SSL_CERT_FILE`): for \
         GitHub's API, git, logs and agents.",
    ),
    (
        "agent",
        "The agent of roles that name none: a preset (`copilot claude gemini codex opencode goose`), any other name that \
         `skep agents` lists, a name under `[agents]`, or a command line that speaks ACP.",
    ),
    (
        "sandbox",
        "How agents are fenced in. `bubblewrap` or `container`: where it does not work no agent is started, and what waits says so; \
         `none`: not at all, which every pull request says.",
    ),
    (
        "sandbox_image",
        "With `sandbox = \"container\"`: the image that agents run in, with agents, git and tools; it must be on the machine, skep pulls \
         none.",
    ),
    (
        "sandbox_engine",
        "The container engine, as a command line up to its subcommand, such as `docker --context agents`.",
    ),
    ("git", "The git program, by its absolute path."),
    (
        "old_git",
        "`refuse`: do not start with a git whose version lacks the security fixes of July 2025; `allow`: your \
         distribution has patched it without changing the version.",
    ),
    (
        "log",
        "What is logged (to standard error), as a `tracing` filter; commands other than `serve` begin at `error`.",
    ),
    ("log_format", "`text` or `json`."),
    (
        "otlp_endpoint",
        "Where traces are sent: the address of a collector that takes OTLP over HTTP with JSON; `/v1/traces` comes below it.",
    ),
    (
        "otlp_headers",
        "What goes along with each request to it: `name=value`, several separated by commas, percent-encoded where needed.",
    ),
    (
        "otlp_service_name",
        "The name under which skep tells it (`service.name`).",
    ),
    (
        "default_role",
        "The role of an issue that nothing gives another one.",
    ),
    (
        "look_again",
        "Pause before skep checks whether a call with an unknown outcome took effect.",
    ),
    (
        "limits.sessions",
        "Sessions at once; more wait in the queue.",
    ),
    (
        "limits.sessions_per_account",
        "Sessions at once for one account that installed the App; 0: as many as there are slots.",
    ),
    (
        "limits.sessions_per_repository",
        "Sessions at once in one repository; 0: as many as there are slots.",
    ),
    (
        "limits.sessions_per_person",
        "Sessions that one person may begin in any 24 hours; 0: as many as they like.",
    ),
    ("limits.session_timeout", "Longest time of one session."),
    ("limits.silence", "Longest time an agent may be silent."),
    (
        "limits.issue_attempts",
        "Sessions that one issue may have; 0: any number. Here and in the next three, `/agent budget +…` raises it for one \
         issue.",
    ),
    (
        "limits.issue_time",
        "How long agents may work on one issue in all; 0s: any time. Waiting does not count.",
    ),
    (
        "limits.issue_tokens",
        "Tokens that one issue may cost, as far as its agents tell; 0: any number.",
    ),
    (
        "limits.issue_cost",
        "Dollars that one issue may cost, by `[prices]` or as its agents tell; 0: any amount.",
    ),
    (
        "limits.start_attempts",
        "How often a failed start is tried in all.",
    ),
    (
        "limits.model_attempts",
        "How often an agent's model that fails temporarily (429, 500, a broken connection) is tried in all.",
    ),
    (
        "limits.model_retry",
        "The first pause before such a model is tried again; doubles up to 5 minutes.",
    ),
    (
        "limits.effect_attempts",
        "How often any other step is tried in all before a person hears of it.",
    ),
    (
        "limits.retry_base",
        "The first pause between tries; doubles up to 5 minutes.",
    ),
    (
        "limits.status_interval",
        "Shortest time between two edits of a status comment that show mere progress.",
    ),
    ("limits.drain", "How long a graceful stop waits for agents."),
    ("limits.max_files", "Files a session may change."),
    ("limits.max_patch", "Largest patch of a session."),
    (
        "limits.pull_lines",
        "Lines, added and removed, from which on people are asked before a pull request opens whether it shall be split; those \
         of tests, of what programs write and of `uncounted` do not count. 0: nobody is asked.",
    ),
    (
        "limits.overlap_percent",
        "How probable it has to be, percent, that the work on two issues changes the same files before `overlaps` counts them as \
         meeting; more warns of less, and waits less.",
    ),
    ("limits.max_commits", "Most commits of a session."),
    (
        "limits.workspace",
        "Disk space the files of one session may take before it is stopped.",
    ),
    (
        "limits.first_fetch",
        "How long the first fetch of a repository may take; one in which nothing arrives for two minutes is tried again.",
    ),
    (
        "limits.full_history",
        "A repository that is larger on GitHub is fetched without the contents its files had in older commits: quicker and \
         smaller, but `git log -p` and `git blame` do not work for agents.",
    ),
    (
        "limits.disk",
        "Disk space all of skep's data may take: with more, or with less than a tenth of the disk free, what can be had again \
         is removed; no session starts while it is more. `0B`: no limit but the tenth.",
    ),
    (
        "limits.disk_reserve",
        "Disk space that is kept free, at least 8 MiB and at most a tenth of the disk: with less, no session starts.",
    ),
    (
        "limits.session_memory",
        "Memory one session may take, with all that its agent starts, and at most three quarters of the server's: with more it is \
         ended, alone.",
    ),
    (
        "limits.session_cpu",
        "Time of processors that one turn may take, with all that its agent starts: four processors that are busy for an hour take \
         4h. With more it is ended. `0s`: any time.",
    ),
    (
        "limits.memory_reserve",
        "Memory that is kept free, at most a tenth of the server's (or of its cgroup's): a session starts only when what it is \
         expected to need is free besides.",
    ),
    (
        "limits.standbys",
        "Working copies that stand ready for the next session, at most one a repository; each takes the space of a checkout.",
    ),
    (
        "limits.quick_answer",
        "How long an agent's question waits for a quick answer before the agent is told to end its turn.",
    ),
    (
        "limits.park",
        "How long a session that waits for an answer keeps its process and its slot.",
    ),
    (
        "limits.remind",
        "After how long people are reminded of an open question.",
    ),
    (
        "limits.expire",
        "After how long an open question expires: its default applies, or the session stops.",
    ),
    (
        "limits.check_rounds",
        "Attempts in a row to fix failed checks before a person has to say something.",
    ),
    ("limits.rounds", "Revisions of one pull request in all."),
    (
        "limits.comments",
        "Comments of one session, besides its status comment.",
    ),
    (
        "limits.bot_rounds",
        "Comments of allowed bots in a row that are acted on.",
    ),
    (
        "limits.discovered",
        "Issues that one session may make of what it finds (`discover`).",
    ),
    (
        "limits.mutation_burst",
        "Changes on GitHub that may follow each other at once after a pause, per installation. Reactions keep a pace of their \
         own, of three times as many.",
    ),
    (
        "limits.mutations_per_second",
        "Changes a second after that.",
    ),
    (
        "limits.creations_per_minute",
        "Comments and pull requests created in any minute (GitHub stops at 80).",
    ),
    (
        "limits.creations_per_hour",
        "Comments and pull requests created in any hour (GitHub stops at 500).",
    ),
    (
        "retention.deliveries",
        "How long the content of handled webhooks is kept, and all there is of those that concerned nobody. That the others \
         came is remembered for ever, so that none counts twice.",
    ),
    (
        "retention.logs",
        "How long the lines of session logs are kept.",
    ),
    (
        "retention.sessions",
        "How long after the last change of a task on which work is over its sessions are kept: their folders, work that \
         could not be published, their logs, timeline and steps.",
    ),
    (
        "retention.audit",
        "How long the entries of the audit are kept.",
    ),
    (
        "allowed_bots",
        "User numbers of the bots that may start work; all others may not.",
    ),
    (
        "allow_protected",
        "Whether pull requests may touch protected paths (`.github/**`, agents' configuration …): `true`, or a list of \
         globs over whole paths (`?`, `*`, and `**` across folders).",
    ),
    (
        "uncounted",
        "Globs over whole paths whose lines `limits.pull_lines` does not count, besides tests and what programs write.",
    ),
    (
        "ignore",
        "What tools leave in the working copy and is not published: patterns as in `.gitignore`, added to the built-in \
         list (`.venv`, `node_modules`, `__pycache__`, `.DS_Store` …); `!name` takes one out. The repository's own rules \
         win.",
    ),
    (
        "egress_allow",
        "What every session may reach besides its agent's model: hosts, `*.host`, addresses and networks, each with or without `:port`, and \
         the presets `npm`, `crates`, `pypi`, `debian`, `go`.",
    ),
    (
        "author_answers",
        "Whether whoever opened an issue may answer the agent's questions on it without write access.",
    ),
    (
        "ready",
        "When a draft pull request becomes ready for review: `green` (its checks passed: the required ones, or all where \
         none is required; without any it stays a draft) or `never`.",
    ),
    (
        "readiness",
        "What to do when an agent does not start, or the App lacks a permission, before a session starts: `block` holds what needs it \
         and says so, `warn` starts all the same and tells the log, `off` does not look.",
    ),
    (
        "base_rules",
        "What to do when GitHub would let the App put something on a repository's default branch without a person: `refuse` does no work \
         there where the App may bypass the branch's rulesets, and warns where there are none, `require` does none without rules that \
         keep the App out either, `warn` warns, `off` does not look. It is looked at with `readiness`.",
    ),
];

/// The sentence of a key, as the reference names it: `listen`, `limits.sessions`, `agents.<name>.command`.
pub fn meaning(key: &str) -> Option<&'static str> {
    meanings()
        .find(|(name, _)| *name == key)
        .map(|(_, meaning)| *meaning)
}

fn meanings() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let named = named::NAMED.iter().chain(notify::NOTIFY);
    GENERAL.iter().chain(issues::ISSUES).chain(named)
}

/// The keys that have a sentence.
pub fn explained() -> impl Iterator<Item = &'static str> {
    meanings().map(|(key, _)| *key)
}

/// Of a word that stands nowhere: a proposal after a full stop, or nothing.
pub fn did_you_mean(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!(" Did you mean `{near}`?"))
}
