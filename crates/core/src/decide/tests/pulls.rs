//! What happens to the pull request, for the golden table and the random walks.

use super::events::{account, sha};
use crate::actor::Permission;
use crate::event::{
    Checks, ChecksState, Event, Failing, LandedFacts, PullFacts, PullStanding, ReviewFacts,
    ReviewVerdict,
};
use crate::message::Thread;

pub(super) fn review(verdict: ReviewVerdict, permission: Permission) -> Event {
    let thread = Thread {
        id: "T1".into(),
        first: 900,
        path: "page.md".into(),
        line: Some(2),
        hunk: "@@".into(),
        ours: false,
        said: vec![("ana".into(), "shorter".into())],
    };
    let review = ReviewFacts {
        outsiders: vec![],
        pull: 13,
        id: 70,
        author: account("ana"),
        permission,
        verdict,
        body: "Please.".into(),
        threads: vec![thread],
        at: 50,
        issue_open: true,
    };
    Event::ReviewRead {
        review: Box::new(review),
    }
}

pub(super) fn looked(change: impl FnOnce(&mut PullFacts)) -> Event {
    let mut facts = PullFacts {
        number: 13,
        standing: PullStanding::Open,
        draft: true,
        head: sha('b'),
        base_branch: Some("main".into()),
        base_head: Some(sha('a')),
        conflicts: Some(false),
        checks: Checks {
            state: ChecksState::Green,
            failing: vec![],
            failing_on_base: vec![],
        },
        issue_open: true,
    };
    change(&mut facts);
    Event::PullRequestRefreshed {
        facts: Box::new(facts),
    }
}

pub(super) fn landed(change: impl FnOnce(&mut LandedFacts)) -> Event {
    let mut facts = LandedFacts {
        pull: 13,
        merged: true,
        title: "Add a page".into(),
        into: "main".into(),
        head: sha('b'),
        commit: Some(sha('d')),
        base: "main".into(),
        on_base: Some(true),
        reverts: vec![],
        issue_open: false,
        not_planned: false,
    };
    change(&mut facts);
    Event::LandedChecked(Box::new(facts))
}

pub(super) fn red(facts: &mut PullFacts) {
    let failing = Failing {
        name: "test".into(),
        url: "u".into(),
        step: Some("run".into()),
        tail: "boom".into(),
    };
    facts.checks = Checks {
        state: ChecksState::Red,
        failing: vec![failing],
        failing_on_base: vec![],
    };
}
