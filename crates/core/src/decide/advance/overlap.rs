//! Others that change the same files: they are looked for when work is accepted, when its agent has a plan and each time it has
//! changed files, and whoever is met hears of it, of the end of the work, and of its landing.

use super::state::{Advance, Fired};
use crate::decide::tell::Tell;
use crate::dependency::{Named, RelatedNews};
use crate::event::Event;
use crate::location::Place;
use crate::overlap::{Meeting, OnOverlap, OverlapNews};
use crate::task::{End, Read, Stage, Task};

/// So many paths are told.
const PATHS: usize = 5;

/// They are to be looked for, where the operator wants that.
pub(super) fn look(on: &mut Advance<'_>) {
    if on.cx.policy.issues.overlaps == OnOverlap::Off {
        return;
    }
    let reads = &mut on.task.wanted.reads;
    if !reads.contains(&Read::Overlaps) {
        reads.push(Read::Overlaps);
    }
}

/// Work is accepted; it may have to wait for others, unless a person wants it at once.
pub(super) fn accepted(on: &mut Advance<'_>, may_wait: bool) {
    let before = std::mem::take(&mut on.task.overlaps);
    on.task.overlaps.told = before.told;
    on.task.overlaps.others = before.others;
    let waits = may_wait && on.cx.policy.issues.overlaps == OnOverlap::Wait;
    (on.task.overlaps.waits, on.task.overlaps.looking) = (waits, waits);
    look(on);
}

/// Its agent has a plan, which says more than the issue does.
pub(super) fn planned(on: &mut Advance<'_>) -> Option<Fired> {
    let on_its_way = matches!(on.task.stage, Stage::Working { .. } | Stage::Blocked { .. });
    if !on_its_way || on.task.overlaps.plan_seen || !on.task.is_planned() {
        return None;
    }
    on.task.overlaps.plan_seen = true;
    look(on);
    Some(Fired::Quietly)
}

/// Whoever it meets is told what is new.
pub(super) fn tell(on: &mut Advance<'_>) -> Option<Fired> {
    if on.task.overlaps.others.is_empty() {
        return None;
    }
    let me = Named {
        key: on.task.key(),
        name: on.task.place.name.clone(),
    };
    let news = match &on.task.stage {
        Stage::Ended {
            end: End::Merged, ..
        } => landed(&mut on.task, &me),
        Stage::Ended { .. } if !on.task.can_revise() => over(&mut on.task, &me),
        Stage::Idle
        | Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => stands(&mut on.task, &me),
    };
    if news.is_empty() {
        return None;
    }
    let place = &on.task.place;
    let tells = news.into_iter().map(|(to, news)| said(place, to, news));
    let tells: Vec<Tell> = tells.collect();
    on.tells.extend(tells);
    Some(Fired::Quietly)
}

fn said(from: &Place, to: Named, news: OverlapNews) -> Tell {
    let event = Event::Related {
        news: RelatedNews::Overlap { news },
    };
    Tell::new(from, &to, event)
}

type News = (Named, OverlapNews);

/// Those that do not know of it, and those that think it is at work when it is not.
fn stands(task: &mut Task, me: &Named) -> Vec<News> {
    let first = task.goes_first();
    let overlaps = &mut task.overlaps;
    let rests = overlaps.at_work && !first;
    overlaps.at_work = first;
    let mut news = Vec::new();
    for other in &overlaps.others {
        let (to, issue) = (other.issue.clone(), other.issue.key);
        if !overlaps.told.contains(&issue) {
            overlaps.told.push(issue);
            let with = Meeting {
                issue: me.clone(),
                first,
                ..other.clone()
            };
            news.push((to, OverlapNews::Met { with }));
        } else if rests {
            news.push((to, OverlapNews::Rests { issue: me.key }));
        }
    }
    news
}

fn landed(task: &mut Task, me: &Named) -> Vec<News> {
    let base = task.job().map(|job| job.base_branch.clone());
    let changed = task.changed_paths().take(PATHS).map(str::to_owned);
    let paths: Vec<String> = changed.collect();
    let news = |to: Named| {
        let landed = OverlapNews::Landed {
            issue: me.clone(),
            base: base.clone().unwrap_or_default(),
            paths: paths.clone(),
        };
        (to, landed)
    };
    everybody(task).into_iter().map(news).collect()
}

fn over(task: &mut Task, me: &Named) -> Vec<News> {
    let over = |to| (to, OverlapNews::Over { issue: me.key });
    everybody(task).into_iter().map(over).collect()
}

/// All that it met, for the last time.
fn everybody(task: &mut Task) -> Vec<Named> {
    let overlaps = std::mem::take(&mut task.overlaps);
    overlaps.others.into_iter().map(|one| one.issue).collect()
}
