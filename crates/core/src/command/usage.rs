//! The list of commands: the parser knows no other, and the help text shows all of it.

/// One command as people write it.
#[derive(Debug)]
pub struct Usage {
    /// Its word.
    pub word: &'static str,
    /// The whole line: `/agent retry [fresh]`.
    pub usage: &'static str,
    /// What it does, one line.
    pub meaning: &'static str,
}

/// Every command, in the order of the help text.
pub const ALL: [Usage; 16] = [
    usage(
        "go",
        "/agent go",
        "start work on this issue, as the label `agent:go` does",
    ),
    usage(
        "stop",
        "/agent stop",
        "stop for good; the branch stays if there is work on it",
    ),
    usage("pause", "/agent pause", "rest now and keep everything"),
    usage("resume", "/agent resume", "go on after a pause"),
    usage(
        "retry",
        "/agent retry [fresh]",
        "run again; `fresh` begins without what the last session left",
    ),
    usage("status", "/agent status", "say how it stands"),
    usage("role", "/agent role <name>", "work in this role"),
    usage("agent", "/agent agent <name>", "work with this agent"),
    usage(
        "priority",
        "/agent priority high|medium|low",
        "say how soon",
    ),
    usage(
        "ask",
        "/agent ask <question>",
        "ask the agent something; it answers and changes nothing",
    ),
    usage(
        "answer",
        "/agent answer <text>",
        "answer the agent's open question in your own words",
    ),
    usage(
        "plan",
        "/agent plan",
        "let the agent plan first and wait for your approval",
    ),
    usage(
        "approve",
        "/agent approve",
        "approve the plan; the agent begins",
    ),
    usage(
        "delegate",
        "/agent delegate @user",
        "let one more person command here, on this issue only",
    ),
    usage("logs", "/agent logs", "show the end of the session's log"),
    usage("help", "/agent help", "show this list"),
];

const fn usage(word: &'static str, usage: &'static str, meaning: &'static str) -> Usage {
    Usage {
        word,
        usage,
        meaning,
    }
}

/// The command with this word, in lower case.
pub fn find(word: &str) -> Option<&'static Usage> {
    ALL.iter().find(|usage| usage.word == word)
}
