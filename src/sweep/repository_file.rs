//! A repository's own file: what work it asks for again and again, told where that is otherwise than we know it; and where there is no such
//! file, that one may be proposed. It is looked at with every look through the repositories, so what somebody merges counts some minutes
//! later.

use std::collections::BTreeMap;

use super::found::{Found, OF_FILE, Stated};
use super::sweeper::{Sweep, SweepError};
use crate::core::event::Event;
use crate::core::ids::{IssueNumber, TaskKey};
use crate::core::onboarding::OnboardingNews;
use crate::core::recurring::{Recur, Recurring, RecurringNews};
use crate::core::repository_policy::{PATH, RepositoryPolicy};
use crate::github::{At, StandingFile};

/// Each is read again as often as this whoever pushed, milliseconds: what is known of a repository is forgotten when it is taken away.
const READ_AGAIN: i64 = 6 * 3_600_000;

impl Sweep {
    /// The files of every repository that polling covers.
    pub(super) async fn repository_files(&self) -> Stated {
        let mut stated = Stated::default();
        let Some(polling) = &self.polling else {
            return stated;
        };
        for (at, pushed) in polling.covered() {
            stated.add(self.repository_file(&at, pushed.as_deref()).await);
        }
        stated
    }

    /// The file of one repository, and what happened there that it names.
    pub(super) async fn repository_file(&self, at: &At, pushed: Option<&str>) -> Stated {
        let rules = &self.services.policy.issues;
        let recurs = rules.recurring != Recur::Off;
        if rules.is_off(&at.name) || !(recurs || rules.onboarding) {
            return Stated::default();
        }
        let mut stated = self.file_since(at, pushed).await;
        if recurs {
            let found = self.occasions(at).await;
            stated.add(self.settle(&at.name, found).await);
        }
        stated
    }

    /// The file, where somebody has pushed since it was read: that there is none costs a request each time.
    async fn file_since(&self, at: &At, pushed: Option<&str>) -> Stated {
        let rules = &self.services.policy.issues;
        let read_for = pushed.map(|pushed| {
            let (recurring, onboarding) = (rules.recurring.name(), rules.onboarding);
            let turn = self.now() / READ_AGAIN;
            format!("{pushed} {recurring} {onboarding} {turn}")
        });
        if read_for.is_some() && self.seen().files.get(&at.repository) == read_for.as_ref() {
            return Stated::default();
        }
        let found = self.read_file(at).await;
        let stated = self.settle(&at.name, found).await;
        if let Some(read_for) = read_for.filter(|_| !stated.incomplete) {
            self.seen().files.insert(at.repository, read_for);
        }
        stated
    }

    async fn read_file(&self, at: &At) -> Result<Vec<Found>, SweepError> {
        let rules = &self.services.policy.issues;
        let file = self.services.github.standing_file(at, PATH).await?;
        let key = TaskKey::new(at.repository, IssueNumber::REPOSITORY);
        let known = self.known(key).await?;
        let proposed = known.as_ref().is_some_and(|task| task.onboarding.is_some());
        let mut events = Vec::new();
        if file.is_none() && rules.onboarding && !proposed {
            events.push(Event::Onboarding(OnboardingNews::Wanted));
        }
        let known = known
            .map(|task| task.recurring.wishes())
            .unwrap_or_default();
        let recurs = rules.recurring != Recur::Off;
        if let Some(wishes) = wanted(file).filter(|wishes| recurs && *wishes != known) {
            events.push(Event::Recurring(RecurringNews::Wanted { wishes }));
        }
        // By the time: what is taken back and wanted again is wanted anew.
        let now = self.now();
        let found = events.into_iter().enumerate().map(|(nth, event)| Found {
            kind: OF_FILE,
            id: format!("file:{key}:{now}:{nth}"),
            place: at.place(IssueNumber::REPOSITORY),
            event,
        });
        Ok(found.collect())
    }
}

/// The recurring work that a file asks for; `None` where it cannot be read: then what it said before holds, and the next session that
/// starts tells people what is wrong.
fn wanted(file: Option<StandingFile>) -> Option<BTreeMap<String, Recurring>> {
    let Some(file) = file else {
        return Some(BTreeMap::new());
    };
    let policy = RepositoryPolicy::read(&file.text?).ok()?;
    Some(policy.recurring)
}
