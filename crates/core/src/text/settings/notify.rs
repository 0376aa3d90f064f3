//! What each setting of a target outside GitHub means, one sentence each.

/// By key, in the order of the reference.
pub(super) const NOTIFY: &[(&str, &str)] = &[
    (
        "notify.<name>.kind",
        "How this target is told: `webhook` (the event as JSON, signed as GitHub signs), `slack` (a line for Slack's incoming webhooks, \
         and whatever takes the same) or `email` (a digest).",
    ),
    (
        "notify.<name>.url",
        "Where: `https://…`, or for mail `smtps://HOST` (TLS) or `smtp://HOST:PORT` (STARTTLS; on loopback without TLS). It may be a secret, \
         and is never shown; `SKEP_NOTIFY_<NAME>_URL` says it instead.",
    ),
    (
        "notify.<name>.url_file",
        "A file with the address instead, by its path from `skep.toml`.",
    ),
    (
        "notify.<name>.secret",
        "What a webhook is signed with, or the password at the mail server; `SKEP_NOTIFY_<NAME>_SECRET` says it instead.",
    ),
    (
        "notify.<name>.secret_file",
        "A file with the secret instead, by its path from `skep.toml`.",
    ),
    (
        "notify.<name>.events",
        "Names of events that this target wants (docs/events.md lists them), or `[\"*\"]` for all.",
    ),
    (
        "notify.<name>.repositories",
        "Only events of these repositories, `OWNER/NAME`, with `*` for any letters; of all, if none is named.",
    ),
    ("notify.<name>.user", "The name at the mail server."),
    ("notify.<name>.from", "The address that mails come from."),
    ("notify.<name>.to", "Addresses that mails go to."),
    (
        "notify.<name>.every",
        "How often a digest is made, 1m to 30d; none where nothing happened.",
    ),
];
