//! News of what an issue waits for, and what is read of it.

use super::events::{account, failed, place};
use crate::dependency::{Blocker, BlockerNews, Dependencies, Named, RelatedNews, Source, Standing};
use crate::effect::EffectKind;
use crate::event::Event;
use crate::ids::{IssueNumber, RepositoryId, TaskKey};
use crate::overlap::{Meeting, OverlapNews};
use crate::snapshot::Snapshot;

/// One of each.
pub(super) fn dependencies() -> Vec<(&'static str, Event)> {
    let changed = Event::DependenciesChanged {
        hint: "issue_dependencies.blocked_by_added".into(),
        sender: account("ana"),
    };
    let edited = Event::IssueEdited {
        sender: account("ana"),
        title: "Add a page".into(),
        old_title: None,
        body: "Please. Depends on #3.".into(),
        old_body: Some("Please.".into()),
        at: 45,
    };
    vec![
        ("dependencies changed", changed),
        ("labeled with a dependency", labeled("depends:issue-3")),
        ("edited: a dependency", edited),
        (
            "dependencies read",
            Event::DependenciesRead {
                found: Box::new(one_open()),
            },
        ),
        (
            "blocker changed",
            Event::Related {
                news: RelatedNews::Blocker {
                    issue: TaskKey::new(RepositoryId(1), IssueNumber(3)),
                    news: BlockerNews::Is(Standing::Completed),
                },
            },
        ),
        (
            "cycle changed",
            Event::Related {
                news: RelatedNews::Cycle {
                    path: vec![Named::new(RepositoryId(1), place().name, IssueNumber(3))],
                },
            },
        ),
        (
            "others were looked for",
            overlap(OverlapNews::Found {
                with: vec![meeting()],
            }),
        ),
        (
            "another meets it",
            overlap(OverlapNews::Met { with: meeting() }),
        ),
        (
            "another rests",
            overlap(OverlapNews::Rests {
                issue: meeting().issue.key,
            }),
        ),
        (
            "another landed",
            overlap(OverlapNews::Landed {
                issue: meeting().issue,
                base: "main".into(),
                paths: meeting().paths,
            }),
        ),
        (
            "another is over",
            overlap(OverlapNews::Over {
                issue: meeting().issue.key,
            }),
        ),
        ("failed: read overlaps", failed(EffectKind::ReadOverlaps)),
        (
            "failed: read dependencies",
            failed(EffectKind::ReadDependencies),
        ),
    ]
}

fn overlap(news: OverlapNews) -> Event {
    Event::Related {
        news: RelatedNews::Overlap { news },
    }
}

fn meeting() -> Meeting {
    Meeting {
        issue: Named::new(RepositoryId(1), place().name, IssueNumber(3)),
        percent: 40,
        paths: vec!["src/walk.rs".into()],
        first: true,
    }
}

fn labeled(label: &str) -> Event {
    Event::Labeled {
        label: label.into(),
        sender: account("ana"),
        snapshot: Snapshot {
            title: "Add a page".into(),
            body: "Please.".into(),
            author: account("reporter"),
            labels: vec!["agent:go".into(), label.into()],
            comments: vec![],
            at: 30,
            issue_type: None,
            milestone: None,
        },
    }
}

pub(super) fn one_open() -> Dependencies {
    let issue = Named::new(RepositoryId(1), place().name, IssueNumber(3));
    Dependencies {
        blockers: vec![Blocker {
            issue,
            standing: Standing::Open,
            is_pull: false,
            title: "First".into(),
            source: Source::Body,
            evidence: "Depends on #3.".into(),
            failed: false,
        }],
        ..Dependencies::default()
    }
}
