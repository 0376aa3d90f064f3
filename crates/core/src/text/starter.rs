//! What stands between the settings of the `skep.toml` that `skep config init` writes.

/// At the top.
pub const HEAD: &str = "\
# skep.toml: what `skep serve` reads, written by `skep config init`.
#
# Flags and environment variables win over this file (`skep config show --reference` lists them). To change a setting, remove
# the `#` before its key. If the file holds secrets, keep it readable by skep alone (`chmod 600`).
#
# `skep config check` tries these settings out; `skep config show` prints what they come to.

";

/// Before the settings without which nothing starts.
pub const NEEDED: &str = "# ---- What must be filled in\n\n";
/// Before the others.
pub const OPTIONAL: &str =
    "# ---- What may be changed; the values are the defaults, or examples where there is none\n\n";
/// Before the numbers.
pub const LIMITS: &str = "# ---- Numbers\n[limits]\n\n";
/// Before how long things are kept.
pub const RETENTION: &str =
    "# ---- How long is kept what the work does not need any more\n[retention]\n\n";
/// Before who may start.
pub const START: &str = "# ---- Who may start work\n[start]\n\n";
/// Before what starts by itself.
pub const AUTO_START: &str = "# ---- Which issues start by themselves\n[auto_start]\n\n";
/// Before the keys of an agent.
pub const AGENTS: &str =
    "# ---- Agents, each under its name; a preset is changed under its own\n#[agents.mine]\n\n";
/// Before the prices.
pub const PRICES: &str =
    "# ---- Prices, each under the name of an agent or of a model\n#[prices.mine]\n\n";
/// Before the keys of a role.
pub const ROLES: &str = "# ---- Roles: new ones, or built-in ones with changes\n#[roles.docs]\n\n";
/// Before the keys of a target.
pub const NOTIFY: &str =
    "# ---- Who is told outside GitHub, each under a name of yours\n#[notify.team]\n\n";
