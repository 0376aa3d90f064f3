//! The lines of the list: what an overview says, what needs a person first. Pure.

use crate::core::text::top;
use crate::http::types::OverviewAnswer;

/// An issue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// `owner/name`.
    pub(super) repository: String,
    /// Its number.
    pub(super) issue: i64,
}

impl Place {
    fn new(repository: &str, issue: i64) -> Self {
        Self {
            repository: repository.to_owned(),
            issue,
        }
    }

    /// `owner/name#12`.
    pub(super) fn name(&self) -> String {
        format!("{}#{}", self.repository, self.issue)
    }

    /// Where the admin address has its task.
    pub(super) fn path(&self) -> String {
        format!("/api/v1/tasks/{}/{}", self.repository, self.issue)
    }
}

/// A part of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Needs,
    Working,
    Queued,
    Review,
    Failed,
}

impl Section {
    /// In the order in which they are shown.
    pub(super) const ALL: [Self; 5] = [
        Self::Needs,
        Self::Working,
        Self::Queued,
        Self::Review,
        Self::Failed,
    ];

    /// What stands above it.
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Needs => top::NEEDS,
            Self::Working => top::WORKING,
            Self::Queued => top::QUEUED,
            Self::Review => top::REVIEW,
            Self::Failed => top::FAILED,
        }
    }
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) section: Section,
    pub(super) place: Place,
    /// The issue's title.
    pub(super) title: String,
    /// A word or two: what kind of need, which role, how the checks stand.
    pub(super) word: String,
    /// What there is to say.
    pub(super) text: String,
    /// Since when, epoch milliseconds.
    pub(super) since: Option<i64>,
    /// What is paused goes on by the same key.
    pub(super) paused: bool,
}

impl Row {
    /// Whether it holds all of these words, whatever their case.
    fn fits(&self, filter: &str) -> bool {
        let place = self.place.name();
        let all = [&place, &self.title, &self.word, &self.text];
        let all = all.map(|part| part.to_lowercase()).join(" ");
        let mut words = filter.split_whitespace();
        words.all(|word| all.contains(&word.to_lowercase()))
    }
}

/// How many of what.
pub(super) fn counts(overview: &OverviewAnswer) -> top::Head {
    let queue = &overview.queue;
    top::Head {
        needs: overview.needs.len() + overview.more_needs,
        working: queue.at_work,
        slots: queue.slots,
        waiting: queue.waiting + queue.held,
        review: overview.in_review,
    }
}

/// The lines that fit, in the order of the sections.
pub(super) fn rows(overview: &OverviewAnswer, filter: &str) -> Vec<Row> {
    let needs = overview.needs.iter().map(|need| Row {
        section: Section::Needs,
        place: Place::new(&need.repository, need.issue),
        title: need.title.clone(),
        word: need.kind.clone(),
        text: need.what.clone(),
        since: need.since,
        paused: need.kind == "paused",
    });
    let working = overview.working.iter().map(|line| Row {
        section: Section::Working,
        place: Place::new(&line.repository, line.issue),
        title: line.title.clone(),
        word: line.role.clone(),
        text: line.doing.clone(),
        since: Some(line.since),
        paused: false,
    });
    let queued = overview.queue.queue.iter().map(|line| Row {
        section: Section::Queued,
        place: Place::new(
            line.repository.as_deref().unwrap_or_default(),
            line.issue.unwrap_or_default(),
        ),
        title: line.title.clone(),
        word: line.role.clone().unwrap_or_default(),
        text: match line.place {
            Some(place) => format!("{place}. {}", line.reason),
            None => line.reason.clone(),
        },
        since: Some(line.queued_at),
        paused: false,
    });
    let review = overview.review.iter().map(|line| Row {
        section: Section::Review,
        place: Place::new(&line.repository, line.issue),
        title: line.title.clone(),
        word: format!("#{}", line.pull),
        text: in_review(&line.checks, line.draft, &line.title),
        since: Some(line.since),
        paused: false,
    });
    let failed = overview.failed.iter().map(|line| Row {
        section: Section::Failed,
        place: Place::new(&line.repository, line.issue),
        title: line.title.clone(),
        word: String::new(),
        text: line.why.clone(),
        since: Some(line.at),
        paused: false,
    });
    let all = needs
        .chain(working)
        .chain(queued)
        .chain(review)
        .chain(failed);
    all.filter(|row| row.fits(filter)).collect()
}

/// `draft, checks green: Title`.
fn in_review(checks: &str, draft: bool, title: &str) -> String {
    let draft = draft.then(|| "draft".to_owned());
    let checks = (!checks.is_empty()).then(|| format!("checks {checks}"));
    let known: Vec<String> = draft.into_iter().chain(checks).collect();
    match known.is_empty() {
        true => title.to_owned(),
        false => format!("{}: {title}", known.join(", ")),
    }
}
