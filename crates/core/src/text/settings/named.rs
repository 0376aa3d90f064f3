//! What each setting of an agent and of a role means, one sentence each.

/// By key, in the order of the reference.
pub(super) const NAMED: &[(&str, &str)] = &[
    (
        "auto_start.users",
        "People whose issues start as soon as they open them, if they may start work.",
    ),
    (
        "agents.<name>.preset",
        "The preset this agent starts from, or any other agent that `skep agents` lists.",
    ),
    (
        "agents.<name>.command",
        "Program and arguments: a list, or one text split as a shell would.",
    ),
    (
        "agents.<name>.environment",
        "Table of variables, added to the preset's.",
    ),
    (
        "agents.<name>.inherit",
        "Variables passed through from skep's own environment, added to the preset's; `NAME_*` stands for all that begin \
         with `NAME_`.",
    ),
    (
        "agents.<name>.mode",
        "The session mode to switch to before the first prompt.",
    ),
    (
        "agents.<name>.auto",
        "Whether the agent is started so that it asks for no permission.",
    ),
    (
        "agents.<name>.resume",
        "Whether an earlier session of the agent may be loaded again.",
    ),
    (
        "agents.<name>.expose",
        "Absolute folders the agent may read besides its working copy.",
    ),
    (
        "agents.<name>.egress_allow",
        "What sessions with this agent may reach besides, written as the `egress_allow` of all.",
    ),
    (
        "agents.<name>.home",
        "Absolute folder used as its home: for agents that keep a login there.",
    ),
    (
        "agents.<name>.ignore",
        "What this agent writes into the working copy for itself, added to the preset's and to `ignore`.",
    ),
    (
        "agents.<name>.sessions",
        "Sessions at once with this agent: what its provider or its key allows.",
    ),
    (
        "agents.<name>.memory",
        "Memory a session with this agent is expected to need, builds and tests included, until one was seen in the repository.",
    ),
    (
        "agents.<name>.usage",
        "What its token counts are counts of: `turn`, `session`, `last-answer` (a lower bound), or `none`.",
    ),
    (
        "agents.<name>.key",
        "Where its model's key is in a sandbox: `gateway` keeps it outside where its provider is one that skep serves, `inside` puts it into the agent's environment.",
    ),
    (
        "agents.<name>.protocol",
        "The version of the Agent Client Protocol that the agent is asked for: `1`, or `2`, a draft, which is spoken where the agent takes it, else `1`.",
    ),
    (
        "prices.<name>.input",
        "Dollars for a million tokens sent, where `<name>` is an agent or a role's model, which counts first.",
    ),
    (
        "prices.<name>.cached",
        "Dollars for a million tokens that the model knows from a cache.",
    ),
    (
        "prices.<name>.cache_write",
        "Dollars for a million tokens that are written to a cache.",
    ),
    (
        "prices.<name>.output",
        "Dollars for a million tokens received.",
    ),
    (
        "roles.<name>.description",
        "What the role is for, in one sentence for people.",
    ),
    (
        "roles.<name>.prompt",
        "What the agent is told about its job, in Markdown; replaces the built-in prompt.",
    ),
    (
        "roles.<name>.prompt_file",
        "A file with the prompt instead, by its path from `skep.toml`.",
    ),
    ("roles.<name>.agent", "The agent of this role."),
    (
        "roles.<name>.agents",
        "Several instead, the best first: while one's provider lets nobody in, or as many sessions are at work with it as may be, \
         new sessions of this role go to the next.",
    ),
    (
        "roles.<name>.model",
        "A model, in the agent's own words; an agent that does not offer it keeps its own, and the session's log says so.",
    ),
    (
        "roles.<name>.tools",
        "Any of `read search edit execute fetch think other`.",
    ),
    (
        "roles.<name>.writes",
        "Whether it may change files; otherwise its answer becomes a comment.",
    ),
    (
        "roles.<name>.plan",
        "Whether it makes a plan first and waits for `/agent approve` before it changes files.",
    ),
    (
        "roles.<name>.approve",
        "Whether it starts only when somebody with write access agrees, with `/agent approve` or `/agent go`.",
    ),
    (
        "roles.<name>.suggest",
        "Whether it may propose labels, a type and a duplicate, with reason and confidence, for a person to approve.",
    ),
    (
        "roles.<name>.assignees",
        "Logins that are assigned to the issue when a session of this role begins. They stay when it ends.",
    ),
    (
        "roles.<name>.reviewers",
        "Logins and teams (`org/team`) that are asked for a review once the pull request of this role is no draft. A team is asked \
         in its own organization's repositories.",
    ),
    (
        "roles.<name>.session_timeout",
        "Longest time of one session of this role.",
    ),
    (
        "roles.<name>.silence",
        "Longest time its agent may be silent.",
    ),
    ("roles.<name>.sessions", "Sessions at once of this role."),
    (
        "roles.<name>.issue_attempts",
        "Sessions that an issue of this role may have.",
    ),
    (
        "roles.<name>.issue_time",
        "How long agents may work on an issue of this role in all.",
    ),
    (
        "roles.<name>.issue_tokens",
        "Tokens that an issue of this role may cost.",
    ),
    (
        "roles.<name>.issue_cost",
        "Dollars that an issue of this role may cost.",
    ),
];
