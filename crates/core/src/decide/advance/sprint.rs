//! The sprint of an issue: whether it may be, and what of it is to start now. What starts is asked for on its own issue, as if
//! the person had asked there who put the label on this one.

use serde_json::json;

use super::state::{Advance, Fired, because};
use crate::decide::gates;
use crate::decide::tell::Tell;
use crate::dependency::Named;
use crate::effect;
use crate::event_name::DomainEvent;
use crate::ids::TaskKey;
use crate::label;
use crate::policy::{CHECKPOINT_LABEL, GO_LABEL, SPRINT_LABEL};
use crate::sprint::{
    Agreement, Member, Off, Outline, Sprint, SprintFacts, SprintNews, SprintStanding,
};
use crate::text;

/// What it consists of is read, and what whoever put the label there may do, while that is not known.
pub(super) fn read(on: &mut Advance<'_>) {
    if let Some(sprint) = &on.task.sprint {
        let asked = sprint.standing == SprintStanding::Asked;
        let check = asked.then(|| sprint.actor.clone());
        on.plan(effect::ReadSprint { check });
    }
}

/// GitHub said what is so.
pub(super) fn judge(on: &mut Advance<'_>) -> Option<Fired> {
    let facts = on.task.wanted.sprint.take()?;
    let mut sprint = on.task.sprint.take()?;
    let was = sprint.standing.clone();
    let standing = stands(on, &sprint, &facts);
    if was == SprintStanding::Asked && standing == SprintStanding::On {
        sprint.anew();
        let issues = facts.tree.members.len();
        let details = json!({ "sprint": true, "issues": issues, "by": sprint.actor.login });
        on.note(DomainEvent::TaskReceived, details);
    }
    if let SprintStanding::Refused { say } = &standing
        && was != standing
    {
        let say = text::sprint::refused(say);
        on.say(on.task.place.issue, "sprint:refused", say);
    }
    sprint.standing = standing;
    sprint.checkpoint = label::has(&facts.labels, CHECKPOINT_LABEL);
    sprint.go = label::has(&facts.labels, GO_LABEL);
    let gone = sprint.take_in(facts.tree);
    let changed = sprint.hold_against(on.task.key(), &facts.words);
    on.task.sprint = Some(sprint);
    let (waits, now) = (on.task.sprint_waits_for_approval(), on.cx.now);
    if let Some(sprint) = &mut on.task.sprint {
        let wait = sprint.waits.take().unwrap_or_else(|| Agreement::from(now));
        sprint.waits = waits.then_some(wait);
    }
    others(on, changed);
    let me = me(on);
    let why = text::sprint::not_part(&me);
    for member in gone.into_iter().filter(Member::waits_to_begin) {
        let (of, why) = (me.clone(), why.clone());
        let news = SprintNews::Withdraw { of, why };
        let tell = Tell::of_sprint(&on.task.place, &member.is.issue, news);
        on.tells.push(tell);
    }
    Some(Fired::Quietly)
}

/// These issues are not what people were asked to agree to any more, or agreed to. What waits by an approval that is void is
/// taken back.
fn others(on: &mut Advance<'_>, changed: Vec<(TaskKey, bool)>) {
    let (root, now, me) = (on.task.key(), on.cx.now, me(on));
    for (issue, is_void) in changed {
        let Some(sprint) = &mut on.task.sprint else {
            return;
        };
        if let Some(wait) = sprint.waits.as_mut().filter(|_| issue == root) {
            wait.counts_from = now;
        }
        let void = sprint.terms(issue).and_then(|terms| terms.void.clone());
        let Some(void) = void.filter(|_| is_void) else {
            continue;
        };
        for member in sprint.withdraw_below(issue, root) {
            let news = SprintNews::Withdraw {
                of: me.clone(),
                why: text::sprint_approval::approval_is_void(&me),
            };
            on.tells
                .push(Tell::of_sprint(&on.task.place, &member.is.issue, news));
        }
        on.tell(text::sprint_approval::void(&void));
    }
}

fn stands(on: &Advance<'_>, sprint: &Sprint, facts: &SprintFacts) -> SprintStanding {
    let off = |why| SprintStanding::Off { why };
    let labeled = label::has(&facts.labels, SPRINT_LABEL);
    match &sprint.standing {
        SprintStanding::Refused { say } => SprintStanding::Refused { say: say.clone() },
        _ if !labeled => off(Off::Label),
        SprintStanding::Asked => {
            let login = Some(sprint.actor.login.as_str());
            let asked = facts.trigger.as_ref();
            let Some(trigger) = asked.filter(|one| one.actor.login() == login) else {
                // Another reading is on its way, which asks that.
                return SprintStanding::Asked;
            };
            match gates::obstacle(&on.task, trigger, on.cx.policy) {
                Some(say) => SprintStanding::Refused { say },
                None => SprintStanding::On,
            }
        }
        SprintStanding::On | SprintStanding::Off { .. } if !facts.open => off(Off::Closed),
        SprintStanding::On | SprintStanding::Off { .. } => SprintStanding::On,
    }
}

/// What may start is asked to, and what is not to start any more is taken back.
pub(super) fn go_on(on: &mut Advance<'_>) -> Option<Fired> {
    let me = me(on);
    let mut sprint = on.task.sprint.take()?;
    let news = match sprint.standing {
        SprintStanding::On if sprint.reading => Vec::new(),
        SprintStanding::On => starts(&mut sprint, &me),
        SprintStanding::Off { why } => taken_back(&mut sprint, &me, why),
        SprintStanding::Asked | SprintStanding::Refused { .. } => Vec::new(),
    };
    on.task.sprint = Some(sprint);
    if news.is_empty() {
        return None;
    }
    let place = &on.task.place;
    let tells = news.into_iter();
    let tells: Vec<Tell> = tells
        .map(|(to, one)| Tell::of_sprint(place, &to, one))
        .collect();
    let count = tells.len();
    on.tells.extend(tells);
    because(format!("{count} issues of the sprint are told"))
}

fn me(on: &Advance<'_>) -> Named {
    Named {
        key: on.task.key(),
        name: on.task.place.name.clone(),
    }
}

type News = (Named, SprintNews);

fn starts(sprint: &mut Sprint, me: &Named) -> Vec<News> {
    let outline = Outline::of(sprint, me.key);
    let due: Vec<usize> = outline.to_ask().take(sprint.room()).collect();
    let to_approve: Vec<Named> = outline
        .to_approve()
        .filter_map(|place| Some(sprint.members.get(place)?.is.issue.clone()))
        .collect();
    let (by, of) = (sprint.actor.clone(), || me.clone());
    let mut news = Vec::new();
    for place in due {
        sprint.ask(place);
        if let Some(member) = sprint.members.get(place) {
            let start = SprintNews::Start {
                of: of(),
                by: by.clone(),
            };
            news.push((member.is.issue.clone(), start));
        }
    }
    for phase in &to_approve {
        let is_offered = sprint.offered.contains(phase);
        let (mut revision, mut void) = (0, None);
        if let Some(terms) = sprint.terms_mut(phase.key) {
            if is_offered && terms.told == terms.revision {
                continue;
            }
            terms.told = terms.revision;
            (revision, void) = (terms.revision, terms.void.clone());
        }
        if !is_offered {
            sprint.offered.push(phase.clone());
        }
        let agree = SprintNews::Agree {
            of: of(),
            by: by.login.clone(),
            revision,
            void,
        };
        news.push((phase.clone(), agree));
    }
    news.extend(settled(sprint, me, |phase| to_approve.contains(phase)));
    news
}

fn taken_back(sprint: &mut Sprint, me: &Named, why: Off) -> Vec<News> {
    let why = text::sprint::withdrawn(why, me);
    let withdrawn = sprint.withdraw().into_iter().map(|member| {
        let (of, why) = (me.clone(), why.clone());
        (member.is.issue, SprintNews::Withdraw { of, why })
    });
    let withdrawn: Vec<News> = withdrawn.collect();
    let settled = settled(sprint, me, |_| false);
    withdrawn.into_iter().chain(settled).collect()
}

/// The phases that were told to wait for somebody, and need not any more.
fn settled(sprint: &mut Sprint, me: &Named, waits: impl Fn(&Named) -> bool) -> Vec<News> {
    let over = sprint.offered.extract_if(.., |phase| !waits(phase));
    over.map(|phase| (phase, SprintNews::Settled { of: me.clone() }))
        .collect()
}

/// The sprint is told that somebody agreed to the start of this phase.
pub(super) fn agreed(on: &mut Advance<'_>) -> Option<Fired> {
    let wait = on.task.phase.take_if(|wait| wait.agreed.is_some())?;
    let by = wait.agreed?;
    let phase = on.task.key();
    let news = SprintNews::Approved { phase, by };
    let tell = Tell::of_sprint(&on.task.place, &wait.of, news);
    on.tells.push(tell);
    Some(Fired::Quietly)
}
