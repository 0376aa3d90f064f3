//! Files that people attached, at the addresses that stand in what they wrote.
//!
//! It exists because these are no part of the API: GitHub's pages answer there, and lead to a storage elsewhere. It must never take a
//! credential: whoever sends one has given it to an address that a stranger wrote.

use hyper::Method;

use crate::behaviour::{Rule, on};
use crate::state::State;
use crate::wire::{Incoming, Outbound};
use crate::world::attachment::Attachment;

/// The file that was asked for; `None` for whatever is none.
pub(crate) fn answer(state: &State, request: &Incoming) -> Option<Outbound> {
    let found = state.read(|world| world.attachments.get(&request.path).cloned());
    let is_theirs = request.path.starts_with("/user-attachments/");
    if request.method != Method::GET || !(is_theirs || found.is_some()) {
        return None;
    }
    if request.header("authorization").is_some() && on(Rule::AttachmentCredential) {
        return Some(Outbound::new(400, "text/plain", "a credential was sent"));
    }
    Some(match found {
        Some(Attachment::File(bytes)) => Outbound::new(200, "application/octet-stream", bytes),
        Some(Attachment::Elsewhere(to)) => {
            let mut away = Outbound::new(302, "text/html", "");
            away.set("location", &to);
            away
        }
        None => Outbound::new(404, "text/html", "Not Found"),
    })
}
