//! Reads what a sprint consists of: the issues below its own, how they stand, and what those wait for that have sub-issues
//! themselves.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};

use super::read_dependencies;
use crate::core::actor::Actor;
use crate::core::dependency::{Dependencies, Named, Standing};
use crate::core::effect::ReadSprint;
use crate::core::event::{Asking, Event, TriggerFacts};
use crate::core::failure::Failure;
use crate::core::ids::RepositoryId;
use crate::core::label;
use crate::core::policy::CHECKPOINT_LABEL;
use crate::core::sanitise;
use crate::core::sprint::{Awaited, MemberFacts, SprintFacts, SprintNews, TreeFacts};
use crate::github::{At, GitHub, GitHubError, Issue, Tree, TreeIssue};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::reading::TriggerToRead;
use crate::runner::scope::Reading;

/// Of so many issues with sub-issues it is read what they wait for; others do not start.
const PHASES: usize = 100;
/// So many other repositories are looked into.
const REPOSITORIES: usize = 20;
/// So many issues are read side by side.
const SIDE_BY_SIDE: usize = 4;
/// So much of a title is kept, in characters.
const TITLE: usize = 100;

/// What cannot be read is tried again and then given up, never assumed. An issue that is gone has nothing below it.
pub(super) async fn perform(
    action: &ReadSprint,
    lease: &Lease,
    reading: &Reading<'_>,
) -> Result<Performed, Failure> {
    let (at, place) = (At::of(lease.place()), lease.place());
    let found = match reading.github.issue(&at, place.issue).await {
        Ok(issue) => {
            let tree = tree(reading.github, &at, &issue).await?;
            SprintFacts {
                trigger: trigger(action, lease, reading).await?,
                words: words(&issue),
                labels: issue.labels,
                open: issue.open,
                tree,
            }
        }
        Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => SprintFacts {
            trigger: None,
            labels: Vec::new(),
            open: false,
            words: String::new(),
            tree: TreeFacts::default(),
        },
        Err(error) => return Err(error.into()),
    };
    let found = Box::new(found);
    Ok(Performed::known(Event::Sprint(SprintNews::Read { found })))
}

/// What must be known of whoever put the label there.
async fn trigger(
    action: &ReadSprint,
    lease: &Lease,
    reading: &Reading<'_>,
) -> Result<Option<Box<TriggerFacts>>, GitHubError> {
    let Some(account) = &action.check else {
        return Ok(None);
    };
    let actor = Actor::Person(account.clone());
    let trigger = TriggerToRead {
        actor: &actor,
        asking: Asking::Sprint,
        snapshot: None,
        role: None,
        base: None,
    };
    let facts = reading.trigger(lease.place(), &trigger).await?;
    Ok(Some(Box::new(facts)))
}

async fn tree(github: &GitHub, at: &At, root: &Issue) -> Result<TreeFacts, GitHubError> {
    let tree = github.sub_issue_tree(at, root.number).await?;
    let reach = reach(github, at, &tree).await?;
    let mut members: Vec<MemberFacts> = tree.issues.iter().map(member).collect();
    for one in &mut members {
        let home = one.issue.key.repository;
        one.out_of_reach = home != at.repository && reach.get(&home) != Some(&true);
    }
    let phases = phases(&members);
    let some = phases.iter().take(PHASES);
    let some = some.filter_map(|place| Some((*place, members.get(*place)?.issue.clone())));
    let some: Vec<(usize, Named)> = some.collect();
    let read = some
        .into_iter()
        .map(async |(place, issue)| Ok::<_, GitHubError>((place, phase(github, at, issue).await?)));
    let read = futures::stream::iter(read).buffered(SIDE_BY_SIDE);
    let read: Vec<(usize, Phase)> = read.try_collect().await?;
    for place in phases.iter().skip(PHASES) {
        members[*place].unknown = 1;
    }
    for (place, facts) in read {
        let member = &mut members[place];
        (member.checkpoint, member.blockers) = (facts.checkpoint, facts.blockers);
        (member.unknown, member.words) = (facts.unknown, facts.words);
    }
    let upper = members.iter().filter(|one| one.parent.is_none()).count();
    let counted = root.sub_issues.unwrap_or(0);
    let unseen = match tree.cut {
        true => 0,
        false => counted.saturating_sub(u64::try_from(upper).unwrap_or(u64::MAX)),
    };
    Ok(TreeFacts {
        members,
        missing: tree.missing,
        cut: count(tree.more),
        hidden: count(tree.hidden.saturating_add(unseen)),
    })
}

fn member(found: &TreeIssue) -> MemberFacts {
    let issue = &found.issue;
    MemberFacts {
        issue: issue.issue.clone(),
        title: sanitise::title(&issue.title, TITLE),
        standing: issue.standing,
        parent: found.parent,
        checkpoint: false,
        words: String::new(),
        out_of_reach: false,
        blockers: Vec::new(),
        unknown: 0,
    }
}

/// The open ones that have sub-issues, in order.
fn phases(members: &[MemberFacts]) -> Vec<usize> {
    let mut all: Vec<usize> = members.iter().filter_map(|one| one.parent).collect();
    all.sort_unstable();
    all.dedup();
    let open = |place: &usize| {
        let member = members.get(*place);
        member.is_some_and(|one| one.standing == Standing::Open && !one.out_of_reach)
    };
    all.retain(open);
    all
}

/// What is read of an issue that has sub-issues.
struct Phase {
    checkpoint: bool,
    blockers: Vec<Awaited>,
    unknown: u32,
    words: String,
}

async fn phase(github: &GitHub, at: &At, issue: Named) -> Result<Phase, GitHubError> {
    let home = At {
        installation: at.installation,
        repository: issue.key.repository,
        name: issue.name,
    };
    let issue = github.issue(&home, issue.key.issue).await?;
    let found = read_dependencies::of_issue(github, &home, &issue).await?;
    Ok(Phase {
        checkpoint: label::has(&issue.labels, CHECKPOINT_LABEL),
        unknown: unknown(&found),
        words: words(&issue),
        blockers: found
            .blockers
            .into_iter()
            .map(|one| Awaited {
                issue: one.issue,
                standing: one.standing,
            })
            .collect(),
    })
}

/// What the title and the text of an issue come to, for whoever agreed to them. Spaces, line ends and ticks in boxes are no words.
fn words(issue: &Issue) -> String {
    let mut hash = Sha256::new();
    for text in [&issue.title, &issue.body] {
        for word in text.split_whitespace() {
            let parts: &[&str] = match word {
                "[x]" | "[X]" => &["[", "]"],
                other => &[other],
            };
            for part in parts {
                hash.update(part);
                hash.update(" ");
            }
        }
        hash.update("\n");
    }
    hex::encode(hash.finalize().get(..16).unwrap_or_default())
}

fn unknown(found: &Dependencies) -> u32 {
    let unresolved = u32::try_from(found.unresolved.len()).unwrap_or(u32::MAX);
    let more = found.hidden.saturating_add(found.cut);
    unresolved.saturating_add(more)
}

/// Which other repositories the same installation covers.
async fn reach(
    github: &GitHub,
    at: &At,
    tree: &Tree,
) -> Result<BTreeMap<RepositoryId, bool>, GitHubError> {
    let mut reach = BTreeMap::new();
    for one in &tree.issues {
        let named = &one.issue.issue;
        let home = named.key.repository;
        if home == at.repository || reach.contains_key(&home) || reach.len() >= REPOSITORIES {
            continue;
        }
        let found = github.neighbour(at, &named.name).await?;
        reach.insert(home, found.is_some_and(|one| one.at.repository == home));
    }
    Ok(reach)
}

fn count(many: u64) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}
