//! The calendar, and what a repository's recurring work comes to.

use super::*;
use crate::ids::IssueNumber;
use crate::time::{parse_rfc3339, render_rfc3339};
use std::collections::BTreeMap;

fn at(text: &str) -> i64 {
    parse_rfc3339(text).expect("a moment")
}

fn calendar(every: &str, time: &str) -> Calendar {
    let every = Every::WORDS.iter().find(|(word, _)| *word == every);
    Calendar {
        every: every.expect("a word").1,
        minute: Calendar::minute_of(time).expect("a time"),
    }
}

#[test]
fn the_next_day_is_the_first_one_after_now() {
    // 2026-11-30 is a Monday.
    for (every, time, now, next) in [
        (
            "day",
            "06:00",
            "2026-11-30T05:59:59Z",
            "2026-11-30T06:00:00Z",
        ),
        (
            "day",
            "06:00",
            "2026-11-30T06:00:00Z",
            "2026-12-01T06:00:00Z",
        ),
        (
            "weekday",
            "23:59",
            "2026-11-27T23:59:00Z",
            "2026-11-30T23:59:00Z",
        ),
        (
            "monday",
            "00:00",
            "2026-11-30T00:00:01Z",
            "2026-12-07T00:00:00Z",
        ),
        (
            "sunday",
            "12:30",
            "2026-11-30T00:00:00Z",
            "2026-12-06T12:30:00Z",
        ),
        (
            "month",
            "06:00",
            "2026-12-01T06:00:00Z",
            "2027-01-01T06:00:00Z",
        ),
        (
            "month",
            "06:00",
            "2028-01-31T07:00:00Z",
            "2028-02-01T06:00:00Z",
        ),
    ] {
        let found = calendar(every, time).after(at(now)).map(render_rfc3339);
        assert_eq!(found.as_deref(), Some(next), "{every} {time} after {now}");
    }
    for wrong in ["6:00", "24:00", "06:60", "0600", "06:00:00", "+6:00", ""] {
        assert_eq!(Calendar::minute_of(wrong), None, "{wrong:?}");
    }
}

fn wish(every: &str) -> Recurring {
    Recurring {
        title: "Update".into(),
        prompt: "Update all.".into(),
        role: None,
        calendar: Some(calendar(every, "06:00")),
        on: [Occasion::Release].into(),
    }
}

#[test]
fn days_that_went_by_make_it_due_once() {
    let mut all = Recurrences::default();
    let wishes: BTreeMap<_, _> = [("deps".to_owned(), wish("day"))].into();
    all.want(&wishes, at("2026-11-30T07:00:00Z"));
    assert_eq!(all.next(), Some(at("2026-12-01T06:00:00Z")));
    assert!(all.take_due().is_none());
    // skep was down for four days.
    all.come(at("2026-12-05T08:00:00Z"));
    let (name, _, cause) = all.take_due().expect("it is due");
    assert_eq!(name, "deps");
    assert_eq!(cause, Cause::Calendar(at("2026-12-01T06:00:00Z")));
    assert!(all.take_due().is_none());
    assert_eq!(all.next(), Some(at("2026-12-06T06:00:00Z")));
}

#[test]
fn another_text_keeps_the_day_and_another_day_does_not() {
    let mut all = Recurrences::default();
    let mut wishes: BTreeMap<_, _> = [("deps".to_owned(), wish("monday"))].into();
    all.want(&wishes, at("2026-11-30T07:00:00Z"));
    all.opened("deps", IssueNumber(4));
    let next = all.next();
    if let Some(one) = wishes.get_mut("deps") {
        one.prompt = "Update some.".into();
    }
    // A week later than planned: what was due then still is.
    all.want(&wishes, at("2026-12-09T07:00:00Z"));
    assert_eq!((all.next(), all.last("deps")), (next, Some(IssueNumber(4))));
    assert_eq!(all.wishes(), wishes);
    wishes.insert("deps".into(), wish("tuesday"));
    all.want(&wishes, at("2026-12-09T07:00:00Z"));
    assert_eq!(all.next(), Some(at("2026-12-15T06:00:00Z")));
    assert_eq!(all.last("deps"), Some(IssueNumber(4)));
    all.want(&BTreeMap::new(), at("2026-12-09T07:00:00Z"));
    assert!(all.is_empty());
}

#[test]
fn what_happens_makes_due_what_waits_for_it() {
    let mut all = Recurrences::default();
    all.want(&[("notes".to_owned(), wish("month"))].into(), 0);
    let seen = |occasion| Seen {
        occasion,
        name: "v1.2".into(),
        url: "https://github.com/octo/garden/releases/tag/v1.2".into(),
    };
    assert_eq!(all.saw(&seen(Occasion::WorkflowFailed)), 0);
    assert!(all.take_due().is_none());
    assert_eq!(all.saw(&seen(Occasion::Release)), 1);
    let (_, _, cause) = all.take_due().expect("it is due");
    assert_eq!(cause, Cause::Seen(seen(Occasion::Release)));
}
