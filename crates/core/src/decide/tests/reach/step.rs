//! What happens by a move: the event that `decide` hears, what of it was done by somebody with a right to it, and the world
//! after it.

use crate::actor::{Account, AccountKind, Actor, Permission};
use crate::agent::{ErrorClass, Finished, Stop, TurnEnd};
use crate::decide::{Decision, decide};
use crate::dependency::Dependencies;
use crate::discovery::{DiscoveryNews, NewIssue};
use crate::effect::EffectKind;
use crate::event::*;
use crate::ids::{CommentId, UserId};
use crate::policy::Policy;
use crate::question;
use crate::snapshot::Snapshot;
use crate::usage::Report;

use super::moves::{self, Age, BODIES, Ending, Found, Made, Move, Push, Seen};
use super::rules::{Lie, Ruled};
use super::world::{Asked, Who, World};
use crate::decide::tests::events::{self, place, session, sha};
use crate::decide::tests::pulls;

/// What the world is like: the operator's policy, and the labels of the issue besides `agent:go`.
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) policy: Policy,
    pub(super) labels: &'static [&'static str],
    /// What GitHub is made to say falsely; nothing, but where the walk itself is tried.
    pub(super) lie: Option<Lie>,
}

/// The far end of one move.
pub(super) struct Stepped {
    pub(super) world: World,
    /// The rule that was broken, and why.
    pub(super) broken: Option<String>,
}

/// Makes a move.
pub(super) fn step(world: &World, made: Move, setting: &Setting) -> Stepped {
    let mut next = world.clone();
    next.now += 1_000;
    if let Move::Rings(at) = made {
        let timers = world.task.timers.iter();
        let due = timers
            .filter(|(timer, _)| moves::nth(timer) == at)
            .map(|(_, at)| *at);
        next.now = next.now.max(due.max().unwrap_or(0));
    }
    next.fresh += 1;
    grant(world, &mut next, made);
    let Some(event) = event(world, &mut next, made, setting) else {
        return Stepped {
            world: next,
            broken: None,
        };
    };
    let decision = decide(&next.task, &event, &setting.policy, next.now);
    let broken = Ruled {
        before: world,
        made,
        decision: &decision,
        setting,
    }
    .broken(&mut next);
    took(&mut next, decision);
    Stepped {
        world: next,
        broken,
    }
}

fn took(next: &mut World, decision: Decision) {
    next.ask(&decision);
    next.task = decision.task;
    next.post();
}

/// What somebody with the right to it does is noted before `decide` hears of it.
fn grant(world: &World, next: &mut World, made: Move) {
    let granted = &mut next.granted;
    match made {
        Move::Label(who, "agent:go") if world.writes(who) => {
            (granted.start, granted.go_on) = (true, true);
        }
        Move::Label(who, "autonomy:override") if world.writes(who) => {
            (granted.start, granted.pass, granted.agree) = (true, true, true);
            granted.go_on = true;
        }
        Move::Label(who, _) | Move::Opened(who) if world.writes(who) => granted.start = true,
        Move::Dispatch => {
            (granted.start, granted.go_on, granted.agree, granted.pass) = (true, true, true, true);
        }
        // Whoever was let speak between the label and the answer may at that moment, and that is what counts.
        Move::Checked(who, Found::Fine) if world.speaks(who) && !world.writes(who) => {
            granted.go_on = true;
        }
        Move::Order(words) => match words {
            "approve" => (granted.plan, granted.agree) = (true, true),
            "resume" => granted.go_on = true,
            "retry" => granted.wish = true,
            _ => {}
        },
        Move::Archive(false) => granted.go_on = true,
        Move::Thumbs(who, Age::Now) if world.writes(who) => {
            (granted.agree, granted.start) = (true, true);
        }
        Move::Says(who, body) => said(world, next, (who, BODIES[body])),
        Move::MayPublish(found) => {
            let asked = world.has(EffectKind::CheckPublish);
            let may = asked.is_some_and(|one| world.speaks(one.who));
            granted.may_push = may && found != Found::Closed;
        }
        Move::Pushed(Push::There) => granted.pushed = true,
        _ => {}
    }
}

fn said(world: &World, next: &mut World, (who, body): (Who, &str)) {
    let granted = &mut next.granted;
    if world.speaks(who) {
        granted.wish = true;
        match body {
            "/agent go" => (granted.start, granted.go_on) = (true, true),
            "/agent resume" => granted.go_on = true,
            "/agent approve" => granted.plan = true,
            _ => granted.start |= body.starts_with("/agent "),
        }
    }
    if world.writes(who) {
        match body {
            "/agent go" => (granted.agree, granted.pass) = (true, true),
            "/agent retry" | "/agent approve" => (granted.agree, granted.start) = (true, true),
            _ if body.starts_with("/agent delegate") => granted.delegate = true,
            _ if body.starts_with("/agent budget") => granted.raise = true,
            _ => {}
        }
    }
}

fn snapshot(setting: &Setting, at: i64) -> Snapshot {
    let labels: Vec<&str> = ["agent:go"].iter().chain(setting.labels).copied().collect();
    Snapshot {
        author: Who::Rob.account(),
        ..events::snapshot(&labels, at)
    }
}

/// Takes an answer's question off the list.
fn answers(next: &mut World, is: impl Fn(&Asked) -> bool) -> Option<Asked> {
    let at = next.asked.iter().position(is)?;
    Some(next.asked.remove(at))
}

fn event(world: &World, next: &mut World, made: Move, setting: &Setting) -> Option<Event> {
    of_people(world, next, made, setting)
        .or_else(|| of_others(world, next, made, setting))
        .or_else(|| answer(world, next, made, setting))
}

fn of_people(world: &World, next: &mut World, made: Move, setting: &Setting) -> Option<Event> {
    let (at, fresh) = (next.now, next.fresh);
    Some(match made {
        Move::Label(who, label) => Event::Labeled {
            label: label.into(),
            sender: who.account(),
            snapshot: snapshot(setting, at),
        },
        Move::StaleLabel(who) => Event::Labeled {
            label: "agent:go".into(),
            sender: who.account(),
            snapshot: snapshot(setting, 5),
        },
        Move::Unlabel(who) => Event::Unlabeled {
            label: "agent:go".into(),
            sender: who.account(),
            at,
        },
        Move::Opened(who) => Event::IssueOpened {
            sender: who.account(),
            snapshot: snapshot(setting, at),
        },
        Move::EditIssue(who) => Event::IssueEdited {
            sender: who.account(),
            title: "Add a page".into(),
            old_title: None,
            body: format!("Please, {}.", mark(who)),
            old_body: Some("Please.".into()),
            at,
        },
        Move::Comment(who) => Event::Commented {
            comment: CommentId(fresh),
            on: place().issue,
            author: who.account(),
            sender: who.account(),
            body: "@skep /agent\n/agent status".into(),
            at,
            edited: false,
        },
        Move::TickOurs(who) => Event::Commented {
            comment: world.task.conversation.batches.last()?.comment?,
            on: place().issue,
            author: me(setting),
            sender: who.account(),
            body: "- [x] red".into(),
            at,
            edited: true,
        },
        Move::Delete(who) => {
            let mut waiting = world.task.conversation.messages.iter();
            Event::CommentDeleted {
                comment: waiting.find_map(|message| message.comment)?,
                sender: who.account(),
            }
        }
        Move::Review(who) => Event::Reviewed {
            pull: 13,
            review: who.review(fresh),
            sender: who.account(),
            at,
        },
        Move::Close(who) => Event::IssueRemoved {
            how: Removal::Closed,
            sender: who.account(),
            at,
            reason: None,
        },
        _ => return None,
    })
}

fn me(setting: &Setting) -> Account {
    Account {
        id: UserId(9),
        login: setting.policy.me.login.clone(),
        kind: AccountKind::Bot,
    }
}

/// A word that tells whose words it is in.
pub(super) fn mark(who: Who) -> String {
    format!("WORD-OF-{}", who.login().to_uppercase())
}

fn of_others(world: &World, next: &mut World, made: Move, setting: &Setting) -> Option<Event> {
    let session = session(world.session());
    Some(match made {
        Move::PullStirs => Event::PullRequestChanged {
            hint: "check_suite.completed".into(),
            sender: Who::Eve.account(),
        },
        Move::PullOver { merged } => Event::PullClosed { number: 13, merged },
        Move::Archive(on) => Event::Archived { on },
        Move::Uninstall => Event::TakenAway {
            how: Loss::Uninstalled,
        },
        Move::LosesRight { told } => {
            next.lost = true;
            let job = world.task.job().filter(|_| told)?;
            let login = job.actor.login().filter(|login| *login == "ana")?;
            Event::RightLost {
                login: login.into(),
            }
        }
        Move::Dispatch => Event::Dispatched {
            facts: Box::new(trigger(
                world,
                next,
                (Who::Operator, Asking::Command),
                (Found::Fine, setting),
            )),
        },
        Move::Order(words) => Event::Ordered {
            command: moves::order(words),
            by: None,
        },
        Move::Slot => Event::SlotGranted { agent: None },
        Move::Rings(at) => {
            let mut timers = world.task.timers.iter();
            let (alarm, _) = timers.find(|(timer, _)| moves::nth(timer) == at)?;
            Event::TimerFired {
                alarm: alarm.clone(),
            }
        }
        Move::AgentAsks => Event::Asked {
            session,
            asked: vec![question::Asked {
                text: "Which colour?".into(),
                options: vec!["red".into(), "blue".into()],
                default: None,
                deadline_ms: None,
            }],
        },
        Move::AgentFinishes => Event::Finished {
            session,
            finished: Finished::default(),
        },
        Move::AgentFinds => Event::Discovery(DiscoveryNews::Found {
            session,
            issues: vec![NewIssue {
                title: "Another page".into(),
                body: "Please.".into(),
                labels: vec![],
                waits_for: vec![],
            }],
        }),
        Move::AgentQueues => Event::AgentStarted {
            session,
            agent_session: "x1".into(),
            agent: "goose 1.50".into(),
            queues: true,
        },
        _ => return None,
    })
}

fn trigger(
    world: &World,
    next: &World,
    (who, asking): (Who, Asking),
    (found, setting): (Found, &Setting),
) -> TriggerFacts {
    let actor = match who {
        Who::Operator => Actor::Operator,
        _ => Actor::Person(who.account()),
    };
    let mut labels: Vec<String> = setting
        .labels
        .iter()
        .map(|label| (*label).to_owned())
        .collect();
    if found != Found::Unlabeled {
        labels.push("agent:go".into());
    }
    let mut words = snapshot(setting, next.now);
    if asking == Asking::Edit {
        words.body = format!("Please, {}.", mark(who));
    }
    let event = events::facts(|facts| {
        (facts.asking, facts.actor) = (asking, actor);
        facts.permission = setting.says(world, who, Lie::Trigger);
        (facts.snapshot, facts.labels_now) = (words, labels);
        facts.open = found != Found::Closed;
    });
    match event {
        Event::TriggerChecked { facts } => *facts,
        other => panic!("{other:?}"),
    }
}

fn answer(world: &World, next: &mut World, made: Move, setting: &Setting) -> Option<Event> {
    let of = |kind: EffectKind| move |one: &Asked| one.kind == kind;
    let by = |kind: EffectKind, who: Who| move |one: &Asked| one.kind == kind && one.who == who;
    Some(match made {
        Move::Checked(who, found) => {
            let one = answers(next, by(EffectKind::CheckTrigger, who))?;
            let mut facts = trigger(world, next, (who, one.asking), (found, setting));
            facts.snapshot.at = one.at;
            Event::TriggerChecked {
                facts: Box::new(facts),
            }
        }
        Move::Says(who, body) => {
            let one = answers(next, by(EffectKind::AuthorizeComment, who))?;
            let body = BODIES[body].replace('!', &mark(who));
            authorized(next, &one, (setting, Some(body)), world)
        }
        Move::Ticked(who) => {
            let one = answers(next, by(EffectKind::AuthorizeComment, who))?;
            let body = "- [x] 1. red\n- [ ] 2. blue\n".to_owned();
            authorized(next, &one, (setting, Some(body)), world)
        }
        Move::Gone(who) => {
            let one = answers(next, by(EffectKind::AuthorizeComment, who))?;
            authorized(next, &one, (setting, None), world)
        }
        Move::Read(who) => {
            let one = answers(next, by(EffectKind::ReadReview, who))?;
            review(world, next, &one, setting)
        }
        Move::Ready => {
            let one = answers(next, of(EffectKind::PrepareWorkspace))?;
            ready(one.session)
        }
        Move::TurnEnds(ending) => {
            let one = answers(next, of(EffectKind::RunTurn))?;
            turn(one.session, ending)
        }
        Move::Steered(taken) => {
            let one = answers(next, of(EffectKind::Steer))?;
            Event::Steered {
                session: session(one.session),
                offered: one.offered,
                taken,
            }
        }
        Move::Depends => {
            answers(next, of(EffectKind::ReadDependencies))?;
            Event::DependenciesRead {
                found: Box::new(Dependencies::default()),
            }
        }
        Move::Thumbs(who, age) => {
            let one = answers(next, of(EffectKind::ReadApprovals))?;
            let at = match age {
                Age::Now => next.now,
                Age::Before => one.number - 1,
            };
            Event::Looked(Looked::Approvals(ApprovalsRead {
                found: vec![thumbs_up(who, setting.says(world, who, Lie::Reaction)?, at)],
            }))
        }
        Move::Fails(kind) => {
            let one = answers(next, of(kind))?;
            Event::EffectFailed {
                effect: kind,
                session: (one.session > 0).then(|| session(one.session)),
                say: "no".into(),
                exhausted: true,
            }
        }
        _ => return of_work(world, next, made, setting),
    })
}

/// A reaction, as it is stored.
fn thumbs_up<T: serde::de::DeserializeOwned>(who: Who, may: Permission, at: i64) -> T {
    let stored = serde_json::json!({ "actor": who.account(), "permission": may, "at": at });
    serde_json::from_value(stored).expect("a reaction reads back")
}

fn authorized(
    next: &World,
    one: &Asked,
    (setting, body): (&Setting, Option<String>),
    world: &World,
) -> Event {
    Event::CommentAuthorized {
        found: Box::new(AuthorizedComment {
            comment: CommentId(one.number),
            on: place().issue,
            actor: one.who.account(),
            permission: setting
                .says(world, one.who, Lie::Comment)
                .unwrap_or(Permission::None),
            of_ours: one.of_ours,
            body,
            at: next.now,
            issue_author: Who::Rob.login().into(),
            issue_open: true,
        }),
    }
}

fn review(world: &World, next: &World, one: &Asked, setting: &Setting) -> Event {
    let permission = setting.says(world, one.who, Lie::Review);
    let mut event = pulls::review(
        ReviewVerdict::ChangesRequested,
        permission.unwrap_or(Permission::None),
    );
    if let Event::ReviewRead { review } = &mut event {
        (review.id, review.author, review.at) = (one.number, one.who.account(), next.now);
        review.body = mark(one.who);
        for thread in &mut review.threads {
            thread.said = vec![(one.who.login().into(), mark(one.who))];
        }
    }
    event
}

fn ready(number: u32) -> Event {
    events::ready(number)
}

fn turn(number: u32, ending: Ending) -> Event {
    if ending == Ending::Crashed {
        return Event::TurnFailed {
            session: session(number),
            class: ErrorClass::Crash,
            say: "the agent crashed.".into(),
            tail: vec![],
            usage: Report::default(),
        };
    }
    let message = match ending {
        Ending::AsksInWords => "Which colour shall it be?\n\n1. red\n2. blue",
        Ending::Limited => "Error: 429, retry after 120 seconds.",
        Ending::Done | Ending::Crashed => "Done.",
    };
    Event::TurnEnded {
        session: session(number),
        end: TurnEnd {
            stop: Stop::EndTurn,
            message: message.into(),
            usage: Report::default(),
            error: moves::class(ending),
            agent_session: "s".into(),
            resumed: false,
        },
        tail: vec![],
    }
}

fn of_work(world: &World, next: &mut World, made: Move, setting: &Setting) -> Option<Event> {
    let of = |kind: EffectKind| move |one: &Asked| one.kind == kind;
    Some(match made {
        Move::Collected(made) => {
            let one = answers(next, of(EffectKind::Collect))?;
            Event::Collected {
                session: session(one.session),
                work: work(made),
            }
        }
        Move::MayPublish(found) => {
            let one = answers(next, of(EffectKind::CheckPublish))?;
            let mut event = events::may_publish(|facts| {
                facts.permission = setting.says(world, one.who, Lie::Publish);
                facts.open = found != Found::Closed;
                facts.labeled = found != Found::Unlabeled;
            });
            if let Event::PublishChecked { session: of, .. } = &mut event {
                *of = session(one.session);
            }
            event
        }
        Move::Pushed(push) => {
            let one = answers(next, of(EffectKind::Publish))?;
            let session = session(one.session);
            match push {
                Push::There => Event::Published {
                    session,
                    head: sha('b'),
                },
                Push::Theirs => events::branch_moved(session, Some(sha('c'))),
                Push::Gone => events::branch_moved(session, None),
            }
        }
        Move::Opens => {
            let one = answers(next, of(EffectKind::OpenPull))?;
            Event::PullOpened {
                session: session(one.session),
                number: 13,
                url: "u".into(),
                draft: true,
                standing: PullStanding::Open,
            }
        }
        Move::Answered => {
            let one = answers(next, of(EffectKind::PostAnswer))?;
            Event::Answered {
                session: session(one.session),
            }
        }
        Move::Looked(seen) => {
            answers(next, of(EffectKind::RefreshPullRequest))?;
            looked(seen)
        }
        _ => return None,
    })
}

fn work(made: Made) -> Work {
    let found = events::work(|work| match made {
        Made::Work => {}
        Made::Nothing => work.files.clear(),
        Made::Protected => work.protected.push(".github/workflows/ci.yml".into()),
    });
    match found {
        Event::Collected { work, .. } => work,
        other => panic!("{other:?}"),
    }
}

fn looked(seen: Seen) -> Event {
    pulls::looked(|facts| match seen {
        Seen::Green => {}
        Seen::Red => pulls::red(facts),
        Seen::Conflict => facts.conflicts = Some(true),
        Seen::SomebodyPushed => facts.head = sha('d'),
        Seen::Merged => facts.standing = PullStanding::Merged,
        Seen::IssueClosed => facts.issue_open = false,
    })
}
