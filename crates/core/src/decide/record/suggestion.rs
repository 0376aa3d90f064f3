//! What a session proposes about its issue, and what became of it. A proposal that comes here was judged.

use serde_json::json;

use super::recording::Recording;
use crate::event_name::DomainEvent;
use crate::ids::SessionId;
use crate::suggestion::{Fate, Suggested, Suggestion, SuggestionNews, Why};
use crate::text;

/// There is news of suggestions.
pub(super) fn told(
    on: &mut Recording<'_>,
    suggested: &mut Suggested,
    news: &SuggestionNews,
) -> String {
    match news {
        SuggestionNews::Proposed {
            session,
            suggestions,
        } => proposed(on, suggested, session, suggestions),
        SuggestionNews::Made { fates } => {
            let of = |change: &crate::suggestion::Change| {
                let found = fates.iter().find(|(known, _)| known.same(change));
                found.map_or(Fate::Words(Why::NotTaken), |(_, fate)| fate.clone())
            };
            match suggested.end(of) {
                true => "what became of the suggestions is known".into(),
                false => "stale: nobody waits for suggestions".into(),
            }
        }
    }
}

fn proposed(
    on: &mut Recording<'_>,
    suggested: &mut Suggested,
    session: &SessionId,
    suggestions: &[Suggestion],
) -> String {
    if on.known.review.taken_away {
        return "the repository was taken away".into();
    }
    let left_out = suggested.add(session, suggestions);
    let taken = suggestions.len().saturating_sub(left_out);
    on.notes.tell(text::suggestion::proposed(taken));
    if left_out > 0 {
        on.notes.tell(text::suggestion::left_out(left_out));
    }
    let changes: Vec<_> = suggestions.iter().map(|one| &one.change).collect();
    on.notes
        .note(DomainEvent::ChangesProposed, json!({ "changes": changes }));
    format!("{taken} changes are proposed")
}

/// They could not be brought to GitHub, and nobody tries again: they are told in words.
pub(super) fn not_made(suggested: &mut Suggested, say: &str) -> String {
    let why = Why::Refused {
        say: say.to_owned(),
    };
    suggested.end(|_| Fate::Words(why.clone()));
    format!("suggestions could not be made: {say}")
}
