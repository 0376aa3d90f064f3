//! What the log of a session says of its agent, beside what the agent says itself.

/// The agent takes no tools.
pub const NO_TOOLS_OVER_HTTP: &str = "The agent takes no tools over HTTP, so it has none of skep's: it can ask by ending its turn with a question.";

/// The tools had no listener.
pub const TOOLS_NOT_SERVED: &str =
    "The session's tools could not be served; the agent works without them.";

/// A loaded session turned out to be empty.
pub const SESSION_LOST: &str = "The agent had lost the earlier session it said it had loaded (it refused the first prompt without a word); \
     a new one was opened and told what was said so far.";

/// The agent took the offer of another version of its protocol.
pub const SECOND_VERSION: &str =
    "Version 2 of the Agent Client Protocol, a draft, is spoken with this agent.";

/// An earlier session could not be loaded; `why` is the agent's word for it.
pub fn not_loaded(why: &str) -> String {
    format!("The agent could not load its earlier session ({why}); a new one was opened.")
}

/// The agent refused the model that the role asks for.
pub fn model_refused(model: &str, why: &str) -> String {
    format!("The agent refused the model {model} ({why}); it works with its own.")
}

/// The agent ended its turn for a reason that is none of the protocol's.
pub fn unknown_stop(reason: &str) -> String {
    format!("The agent ended its turn for a reason that the protocol does not know: {reason}.")
}

/// The agent lets nobody choose its model.
pub fn no_choice_of_model(wanted: &str) -> String {
    format!("This agent offers no choice of model: the role's wish for {wanted} has no effect.")
}

/// The agent has other models; `offered` are some of them.
pub fn no_such_model(wanted: &str, kept: &str, offered: &[&str]) -> String {
    format!(
        "This agent offers no model {wanted}, so it keeps {kept}. It offers: {}.",
        offered.join(", ")
    )
}
