//! What the operator is told about the fence around agents.

/// It is switched off.
pub const OFF: &str = "The sandbox is switched off: agents can read what skep can read.";

/// The machine has none that works.
pub fn none(why: &str) -> String {
    format!("No sandbox: agents can read what skep can read ({why}).")
}
