//! Brings what a session proposes to GitHub as suggestions, and looks what became of them. It looks before it sends anything,
//! so that nothing is proposed twice; it takes nothing off, whatever it finds.

use crate::core::effect::Suggest;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::suggestion::{
    Change, Fate, Held, HeldState, Seen, Sent, Suggestion, SuggestionNews, Why, after, before,
};
use crate::github::{At, GitHub, GitHubError, Intent, IssueSuggestion, IssueType, RepositoryLabel};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Comments;

/// Sends one after the other; if one of them is done at once instead of being kept for a person, no further one is sent.
pub(super) async fn perform(
    action: &Suggest,
    lease: &Lease,
    comments: &Comments<'_>,
) -> Result<Performed, Failure> {
    let look = Look {
        at: At::of(lease.place()),
        lease,
        github: comments.github,
        labels: comments.github.labels(&At::of(lease.place())).await?,
        types: comments.github.issue_types(&At::of(lease.place())).await?,
    };
    if !lease.is_first_try() {
        // What an earlier try sent may not be listed yet.
        tokio::time::sleep(comments.look_again).await;
    }
    let seen = look.seen().await?;
    let mut fates: Vec<(Change, Fate)> = Vec::new();
    let mut sent: Vec<(&Suggestion, Sent)> = Vec::new();
    for suggestion in &action.suggestions {
        let unsafe_now = sent.iter().any(|(_, sent)| *sent == Sent::Done)
            || fates.iter().any(|(_, fate)| *fate == Fate::Done);
        let fate = before(suggestion, &seen);
        let fate = fate.or_else(|| unsafe_now.then_some(Fate::Words(Why::NotSafe)));
        match fate {
            Some(fate) => fates.push((suggestion.change.clone(), fate)),
            None => sent.push((suggestion, look.send(suggestion).await?)),
        }
    }
    if !sent.is_empty() {
        let found = look.found(&sent, comments).await?;
        for ((suggestion, _), fate) in sent.iter().zip(found) {
            if fate == Fate::Done {
                tracing::warn!(task = %lease.place().task(), change = ?suggestion.change,
                    "a suggestion is done already: by GitHub at once, or by a person");
            }
            fates.push((suggestion.change.clone(), fate));
        }
    }
    Ok(Performed::known(Event::Suggestion(SuggestionNews::Made {
        fates,
    })))
}

struct Look<'a> {
    at: At,
    lease: &'a Lease,
    github: &'a GitHub,
    labels: Vec<RepositoryLabel>,
    types: Vec<IssueType>,
}

impl Look<'_> {
    async fn seen(&self) -> Result<Seen, GitHubError> {
        let number = self.lease.place().issue;
        let issue = self.github.issue(&self.at, number).await?;
        let held = self.github.suggestions(&self.at, number).await?;
        let held = held.map(|all| all.iter().filter_map(|one| self.held(one)).collect());
        Ok(Seen {
            open: issue.open,
            labels: issue.labels,
            kind: issue.issue_type,
            known_labels: self
                .labels
                .iter()
                .map(|one| one.label.name.clone())
                .collect(),
            known_types: self.types.iter().map(|one| one.name.clone()).collect(),
            held,
        })
    }

    /// GitHub names a label by its number alone.
    fn held(&self, suggestion: &IssueSuggestion) -> Option<Held> {
        let (id, value) = (suggestion.target_id, suggestion.value());
        let change = match suggestion.action.as_str() {
            "add_label" => {
                let is_it = |one: &&RepositoryLabel| {
                    Some(one.id) == id || Some(one.label.shown.as_str()) == value
                };
                let name = self.labels.iter().find(is_it)?.label.name.clone();
                Change::Label { name }
            }
            "set_type" => {
                let is_it = |one: &&IssueType| Some(one.id) == id || Some(&*one.name) == value;
                let name = self.types.iter().find(is_it)?.name.clone();
                Change::Type { name }
            }
            _ => return None,
        };
        let state = HeldState::of(&suggestion.state);
        Some(Held { change, state })
    }

    async fn send(&self, suggestion: &Suggestion) -> Result<Sent, GitHubError> {
        let intent = |name| Intent {
            name,
            rationale: &suggestion.rationale,
            confidence: suggestion.confidence,
        };
        let number = self.lease.place().issue;
        let answer = match &suggestion.change {
            Change::Label { name } => {
                let sent = self.github.suggest_label(&self.at, number, intent(name));
                sent.await
                    .map(|now| (crate::core::label::has(&now, name), false))
            }
            Change::Type { name } => {
                let sent = self.github.suggest_type(&self.at, number, intent(name));
                sent.await
                    .map(|sent| (sent.now.as_ref() == Some(name), sent.ignored))
            }
            // It is said in words, and never sent.
            Change::Duplicate { .. } => Ok((false, true)),
        };
        match answer {
            Ok((_, true)) => Ok(Sent::Ignored),
            Ok((true, false)) => Ok(Sent::Done),
            Ok((false, false)) => Ok(Sent::Taken),
            Err(GitHubError::Invalid { message, .. }) => Ok(Sent::Refused(message)),
            Err(error) => Err(error),
        }
    }

    /// What became of those that were sent. What is not to be seen is looked for twice, because listings lag.
    async fn found(
        &self,
        sent: &[(&Suggestion, Sent)],
        comments: &Comments<'_>,
    ) -> Result<Vec<Fate>, GitHubError> {
        let fates = |seen: &Seen| -> Vec<Option<Fate>> {
            let all = sent.iter();
            all.map(|(suggestion, sent)| after(suggestion, sent, seen))
                .collect()
        };
        let mut found = fates(&self.seen().await?);
        if found.contains(&None) {
            tokio::time::sleep(comments.look_again).await;
            found = fates(&self.seen().await?);
        }
        let not_taken = || Fate::Words(Why::NotTaken);
        Ok(found
            .into_iter()
            .map(|fate| fate.unwrap_or_else(not_taken))
            .collect())
    }
}
