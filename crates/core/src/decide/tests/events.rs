//! One event of every sort, for the golden table and the random walks.

use super::access::access;
use super::dependencies::dependencies;
use super::discovery::discovery;
use super::paths;
use super::pull_gates::pull_gates;
use super::pulls::{landed, looked, red, review};
use super::recurring::recurring;
use super::sprints::sprints;
use super::stacks::stacks;
use super::suggestions::suggestions;
use super::verification::verifications;
use super::withheld::withheld;
use crate::actor::{Account, AccountKind, Actor, Permission};
use crate::agent::{ErrorClass, Finished, PlanEntry, PlanStatus, Stop, TurnEnd};
use crate::blocked::Proposal;
use crate::budget::Cap;
use crate::command::{Command, Priority};
use crate::containment::{Attempt, Contained, Weight};
use crate::discovery::Discover;
use crate::effect::EffectKind;
use crate::event::{
    ApprovalsRead, Asking, Assigned, AuthorizedComment, BaseFacts, BranchMoved, ChecksState, Event,
    FetchProgress, FetchStep, Fetching, FileChange, FoundPull, HeldUp, IssueLinks, Looked,
    PolicyProposed, ProjectRead, PublishFacts, PullStanding, Removal, RepositoryFacts,
    ReviewVerdict, ReviewersLeftOut, RoleFile, Timer, TriggerFacts, Wait, Work,
};
use crate::gated_pulls::GatedPulls;
use crate::ids::{
    CommentId, InstallationId, IssueNumber, RepositoryId, SessionId, Sha, TaskKey, UserId,
};
use crate::issue_rules::IssueRules;
use crate::location::Place;
use crate::notifications::Notifications;
use crate::onboarding::OnboardingNews;
use crate::outsider::ThumbsUp;
use crate::policy::{AllowProtected, Limits, MakeReady, Me, Policy};
use crate::question::Asked;
use crate::schedule::Reason;
use crate::snapshot::Snapshot;
use crate::usage::Report;

pub(super) fn place() -> Place {
    Place {
        installation: InstallationId(7),
        repository: RepositoryId(1),
        name: "octo/hello".parse().expect("a name"),
        issue: IssueNumber(12),
    }
}

pub(super) fn account(login: &str) -> Account {
    Account {
        id: UserId(5),
        login: login.into(),
        kind: AccountKind::User,
    }
}

pub(super) fn sha(digit: char) -> Sha {
    digit.to_string().repeat(40).parse().expect("forty digits")
}

pub(super) fn policy() -> Policy {
    Policy {
        me: Me {
            app_id: 1,
            slug: "skep".into(),
            login: "skep[bot]".into(),
        },
        default_role: "swe".parse().expect("a role"),
        // Every effect is planned by some event.
        issues: IssueRules {
            notifications: Notifications::All,
            discover: Discover::Start,
            pull_gate: GatedPulls::All,
            stack: true,
            ..IssueRules::default()
        },
        roles: Default::default(),
        agents: vec!["goose".into()],
        default_agent: "goose".into(),
        limits: Limits::default(),
        agent_sessions: Default::default(),
        agent_memory: Default::default(),
        prices: Default::default(),
        allowed_bots: vec![],
        allow_protected: AllowProtected::Nothing,
        uncounted: vec![],
        author_answers: false,
        ready: MakeReady::Green,
        readiness: Default::default(),
        base_rules: Default::default(),
        confinement_warning: None,
        keys: Default::default(),
        credentials: vec![],
    }
}

pub(super) fn snapshot(labels: &[&str], at: i64) -> Snapshot {
    Snapshot {
        title: "Add a page".into(),
        body: "Please.".into(),
        author: account("reporter"),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        issue_type: None,
        milestone: None,
        comments: vec![],
        at,
    }
}

pub(super) fn labeled(at: i64) -> Event {
    Event::Labeled {
        label: "agent:go".into(),
        sender: account("ana"),
        snapshot: snapshot(&["agent:go"], at),
    }
}

fn in_another_case() -> Event {
    Event::Labeled {
        label: "Agent:Go".into(),
        sender: account("ana"),
        snapshot: snapshot(&["Agent:Go"], 20),
    }
}

pub(super) fn facts(change: impl FnOnce(&mut TriggerFacts)) -> Event {
    let mut facts = TriggerFacts {
        outsiders: vec![],
        place: place(),
        asking: Asking::Label,
        actor: Actor::Person(account("ana")),
        permission: Some(Permission::Write),
        snapshot: snapshot(&["agent:go"], 10),
        labels_now: vec!["agent:go".into()],
        open: true,
        is_pull: false,
        repository: RepositoryFacts {
            default_branch: "main".into(),
            head: Some(sha('a')),
            archived: false,
        },
        role_files: vec![],
        role: None,
        base_wish: None,
        base: None,
        starter: None,
        priority: None,
        project: Default::default(),
        policy: None,
        links: IssueLinks::default(),
    };
    change(&mut facts);
    Event::TriggerChecked {
        facts: Box::new(facts),
    }
}

pub(super) fn session(number: u32) -> SessionId {
    SessionId::new(TaskKey::new(RepositoryId(1), IssueNumber(12)), number)
}

pub(super) fn ready(number: u32) -> Event {
    let (agents_md, pull_template, lfs) = Default::default();
    let base = BaseFacts {
        attachments: vec![],
        partial: false,
        policy: None,
        secrets: Default::default(),
        sha: sha('a'),
        branch: "main".into(),
        agents_md,
        pull_template,
        lfs,
    };
    Event::WorkspaceReady {
        session: session(number),
        base,
        head: None,
        nonce: "n0nce".into(),
    }
}

pub(super) fn turn(message: &str, error: Option<ErrorClass>) -> Event {
    let end = TurnEnd {
        stop: Stop::EndTurn,
        message: message.into(),
        usage: Report::default(),
        error,
        agent_session: "s".into(),
        resumed: false,
    };
    Event::TurnEnded {
        session: session(1),
        end,
        tail: vec!["last".into()],
    }
}

pub(super) fn work(change: impl FnOnce(&mut Work)) -> Event {
    let file = FileChange {
        path: "page.md".into(),
        kind: crate::event::ChangeKind::Added,
        insertions: 3,
        deletions: 0,
        binary: false,
    };
    let (head, base, files) = (sha('b'), sha('a'), vec![file]);
    let (protected, objections, conflicts, left_out) = Default::default();
    let (commits, committed_by_us, whole) = (1, true, None);
    let mut work = Work {
        head,
        base,
        commits,
        committed_by_us,
        files,
        protected,
        objections,
        secrets: vec![],
        whole,
        conflicts,
        left_out,
        put_onto: None,
        protected_diff: None,
        signs: Default::default(),
    };
    change(&mut work);
    Event::Collected {
        session: session(1),
        work,
    }
}

pub(super) fn refused(grave: bool) -> Event {
    let weight = if grave { Weight::Grave } else { Weight::Odd };
    let host = (!grave).then(|| "files.example.com:443".into());
    attempted(weight, host)
}

fn attempted(weight: Weight, host: Option<String>) -> Event {
    let what = "telemetry.example:443".into();
    let attempt = Attempt {
        host,
        ..Attempt::new(what, "the host is not on its list", weight)
    };
    Event::Contained(Box::new(Contained {
        leak: false,
        session: session(1),
        attempt,
        count: 1,
        doing: "npm install".into(),
    }))
}

pub(super) fn may_publish(change: impl FnOnce(&mut PublishFacts)) -> Event {
    let mut facts = PublishFacts {
        permission: Some(Permission::Write),
        open: true,
        labeled: true,
        archived: false,
        base_branch: "main".into(),
        base_gone: false,
        brought_up: None,
    };
    change(&mut facts);
    Event::PublishChecked {
        session: session(1),
        facts,
    }
}

pub(super) fn failed(effect: EffectKind) -> Event {
    Event::EffectFailed {
        effect,
        session: Some(session(1)),
        say: "no".into(),
        exhausted: true,
    }
}

pub(super) fn said(comment: i64, body: &str) -> Event {
    Event::Commented {
        comment: CommentId(comment),
        on: IssueNumber(12),
        author: account("ana"),
        sender: account("ana"),
        body: body.into(),
        at: 40,
        edited: false,
    }
}

pub(super) fn weighed(comment: i64, body: &str, permission: Permission) -> Event {
    let found = AuthorizedComment {
        comment: CommentId(comment),
        on: IssueNumber(12),
        actor: account("ana"),
        permission,
        of_ours: false,
        body: Some(body.into()),
        at: 40,
        issue_author: "reporter".into(),
        issue_open: true,
    };
    Event::CommentAuthorized {
        found: Box::new(found),
    }
}

pub(super) fn command(body: &str) -> Event {
    weighed(500, body, Permission::Write)
}

pub(super) fn asks() -> Event {
    let asked = Asked {
        text: "Which colour?".into(),
        options: vec!["red".into(), "blue".into()],
        default: None,
        deadline_ms: None,
    };
    Event::Asked {
        session: session(1),
        asked: vec![asked],
    }
}

/// What people and agents say to each other, and what becomes of the pull request.
pub(super) fn conversation() -> Vec<(&'static str, Event)> {
    let edited = Event::IssueEdited {
        sender: account("ana"),
        title: "Add a page".into(),
        old_title: None,
        body: "Please, in blue.".into(),
        old_body: Some("Please.".into()),
        at: 45,
    };
    let words = ["c1".to_owned(), "comment:500".to_owned()];
    let steered = |taken| Event::Steered {
        session: session(1),
        offered: words.to_vec(),
        taken,
    };
    vec![
        (
            "opened",
            Event::IssueOpened {
                sender: account("ana"),
                snapshot: snapshot(&["tier:auto"], 9),
            },
        ),
        ("commented", said(500, "Use blue, please.")),
        (
            "commented between people",
            said(501, "@ben what do you think?"),
        ),
        ("commented a command", said(502, "/agent status")),
        ("weighed words", command("Use blue, please.")),
        (
            "weighed a stranger's words",
            weighed(503, "Use red.", Permission::Read),
        ),
        (
            "weighed a stranger's command",
            weighed(504, "/agent stop", Permission::Read),
        ),
        ("/agent go", command("/agent go")),
        ("/agent stop", command("/agent stop")),
        ("/agent pause", command("/agent pause")),
        ("/agent resume", command("/agent resume")),
        ("/agent retry", command("/agent retry")),
        ("/agent retry fresh", command("/agent retry fresh")),
        ("/agent status", command("/agent status")),
        ("/agent role", command("/agent role triage")),
        ("/agent role, unknown", command("/agent role wizard")),
        (
            "checked: no such role",
            facts(|facts| facts.asking = Asking::Role),
        ),
        (
            "/agent stop, as a sentence",
            command("/agent stop using tabs"),
        ),
        ("weighed words to us", command("@skep use blue, please.")),
        ("weighed a question back", command("Which is better?")),
        ("/agent agent", command("/agent agent goose")),
        ("/agent agent, unknown", command("/agent agent nobody")),
        ("/agent base", command("/agent base release/2.x")),
        ("/agent priority", command("/agent priority high")),
        ("/agent ask", command("/agent ask Why?")),
        ("/agent answer", command("/agent answer 2")),
        ("/agent plan", command("/agent plan")),
        ("/agent approve", command("/agent approve")),
        ("/agent approve-paths", command(&paths::approve('a'))),
        (
            "/agent approve-paths of others",
            command(&paths::approve('b')),
        ),
        ("/agent drop-paths", command("/agent drop-paths")),
        ("/agent delegate", command("/agent delegate @ben")),
        ("/agent logs", command("/agent logs")),
        ("/agent help", command("/agent help")),
        ("/agent, unknown", command("/agent dance")),
        (
            "comment deleted",
            Event::CommentDeleted {
                comment: CommentId(500),
                sender: account("ana"),
            },
        ),
        ("issue edited", edited),
        ("the agent asks", asks()),
        ("answered 2", command("2")),
        (
            "the agent reports",
            Event::Reported {
                session: session(1),
                text: "half way".into(),
            },
        ),
        (
            "the agent finishes",
            Event::Finished {
                session: session(1),
                finished: Finished::default(),
            },
        ),
        (
            "an answer fills no form",
            Event::Unfitting {
                session: session(1),
                text: "teal".into(),
            },
        ),
        ("steered, taken", steered(true)),
        ("steered, not taken", steered(false)),
        (
            "posted",
            Event::Posted {
                key: "question:1".into(),
                comment: CommentId(600),
            },
        ),
        (
            "assigned",
            Event::Assigned(Assigned {
                login: "ana".into(),
                added: true,
                refused: false,
            }),
        ),
        (
            "a reviewer left out",
            Event::ReviewersLeftOut(ReviewersLeftOut {
                pull: 13,
                names: vec!["octo/core".into()],
            }),
        ),
        ("rang: park", Event::TimerFired { alarm: Timer::Park }),
        (
            "rang: remind",
            Event::TimerFired {
                alarm: Timer::Remind,
            },
        ),
        (
            "rang: expire",
            Event::TimerFired {
                alarm: Timer::Expire,
            },
        ),
        ("rang: look", Event::TimerFired { alarm: Timer::Look }),
        (
            "rang: again",
            Event::TimerFired {
                alarm: Timer::Again,
            },
        ),
        (
            "rang: landed",
            Event::TimerFired {
                alarm: Timer::Landed,
            },
        ),
        (
            "reviewed",
            Event::Reviewed {
                pull: 13,
                review: 70,
                sender: account("ana"),
                at: 50,
            },
        ),
        (
            "review: changes requested",
            review(ReviewVerdict::ChangesRequested, Permission::Write),
        ),
        (
            "review by a stranger",
            review(ReviewVerdict::ChangesRequested, Permission::Read),
        ),
        (
            "pull request stirred",
            Event::PullRequestChanged {
                hint: "check_suite.completed".into(),
                sender: account("ana"),
            },
        ),
        ("looked: green", looked(|_| ())),
        ("looked: red", looked(red)),
        (
            "looked: red on the base too",
            looked(|facts| {
                red(facts);
                facts.checks.failing_on_base = vec!["test".into()];
            }),
        ),
        (
            "looked: pending",
            looked(|facts| facts.checks.state = ChecksState::Pending),
        ),
        (
            "looked: conflicts",
            looked(|facts| facts.conflicts = Some(true)),
        ),
        (
            "looked: merged",
            looked(|facts| facts.standing = PullStanding::Merged),
        ),
        (
            "looked: somebody pushed",
            looked(|facts| facts.head = sha('d')),
        ),
        ("made ready", Event::MadeReady { number: 13 }),
        ("failed: steer", failed(EffectKind::Steer)),
        ("failed: weigh", failed(EffectKind::AuthorizeComment)),
    ]
}

fn pull_opened(standing: PullStanding) -> Event {
    let url = "https://github.com/octo/hello/pull/13".into();
    Event::PullOpened {
        session: session(1),
        number: 13,
        url,
        draft: true,
        standing,
    }
}

pub(super) fn branch_moved(session: SessionId, theirs: Option<Sha>) -> Event {
    Event::BranchMoved(BranchMoved {
        session,
        theirs,
        pull: None,
    })
}

/// One event of every sort, with its name in the table.
pub(super) fn events() -> Vec<(&'static str, Event)> {
    [
        corridor(),
        access(),
        withheld(),
        dependencies(),
        stacks(),
        sprints(),
        discovery(),
        recurring(),
        suggestions(),
        pull_gates(),
        verifications(),
        conversation(),
    ]
    .concat()
}

/// The way from a label to a pull request.
pub(super) fn corridor() -> Vec<(&'static str, Event)> {
    let bot = Account {
        id: UserId(9),
        login: "robot[bot]".into(),
        kind: AccountKind::Bot,
    };
    let me = Account {
        id: UserId(8),
        login: "skep[bot]".into(),
        kind: AccountKind::Bot,
    };
    let by = |sender: Account| Event::Labeled {
        label: "agent:go".into(),
        sender,
        snapshot: snapshot(&["agent:go"], 20),
    };
    let role = |label: &str| {
        let labels = vec!["agent:go".to_owned(), label.to_owned()];
        facts(|facts| facts.snapshot.labels = labels)
    };
    let file = |text: &str| RoleFile {
        role: "docs".into(),
        path: ".github/agents/docs.agent.md".into(),
        text: text.into(),
    };
    let with_file = |text: &str| {
        let file = file(text);
        facts(|facts| {
            facts.snapshot.labels.push("role:docs".into());
            facts.role_files.push(file);
        })
    };
    let plan = vec![PlanEntry {
        content: "read".into(),
        status: PlanStatus::InProgress,
        priority: "high".into(),
    }];
    vec![
        ("labeled", labeled(20)),
        ("labeled, replayed", labeled(10)),
        ("labeled in another case", in_another_case()),
        ("labeled by a bot", by(bot)),
        ("labeled by us", by(me)),
        (
            "labeled otherwise",
            Event::Labeled {
                label: "bug".into(),
                sender: account("ana"),
                snapshot: snapshot(&["bug"], 20),
            },
        ),
        (
            "unlabeled",
            Event::Unlabeled {
                label: "agent:go".into(),
                sender: account("ana"),
                at: 30,
            },
        ),
        (
            "unlabeled in another case",
            Event::Unlabeled {
                label: "Agent:Go".into(),
                sender: account("ana"),
                at: 30,
            },
        ),
        (
            "unlabeled, older",
            Event::Unlabeled {
                label: "agent:go".into(),
                sender: account("ana"),
                at: 5,
            },
        ),
        (
            "unlabeled otherwise",
            Event::Unlabeled {
                label: "bug".into(),
                sender: account("ana"),
                at: 30,
            },
        ),
        (
            "closed",
            Event::IssueRemoved {
                how: Removal::Closed,
                sender: account("ana"),
                at: 30,
                reason: None,
            },
        ),
        (
            "stop asked",
            Event::StopAsked {
                why: "the operator stopped it".into(),
            },
        ),
        (
            "dispatched",
            match facts(|facts| facts.actor = Actor::Operator) {
                Event::TriggerChecked { facts } => Event::Dispatched { facts },
                other => other,
            },
        ),
        ("checked: fine", facts(|_| ())),
        (
            "checked: triage only",
            facts(|facts| facts.permission = Some(Permission::Triage)),
        ),
        (
            "checked: label gone",
            facts(|facts| facts.labels_now.clear()),
        ),
        (
            "checked: fine in another case",
            facts(|facts| facts.labels_now = vec!["AGENT:GO".into()]),
        ),
        ("checked: closed", facts(|facts| facts.open = false)),
        (
            "checked: a pull request",
            facts(|facts| facts.is_pull = true),
        ),
        (
            "checked: archived",
            facts(|facts| facts.repository.archived = true),
        ),
        (
            "checked: empty repository",
            facts(|facts| facts.repository.head = None),
        ),
        ("checked: unknown role", role("role:tester")),
        (
            "checked: repository's role",
            with_file("---\nname: docs\n---\nWrite documents."),
        ),
        (
            "checked: broken role file",
            with_file("---\nname: [\n---\nx"),
        ),
        ("slot granted", Event::SlotGranted { agent: None }),
        ("operator: pause", ordered(Command::Pause)),
        ("operator: resume", ordered(Command::Resume)),
        ("operator: retry", ordered(Command::Retry { fresh: false })),
        (
            "operator: retry fresh",
            ordered(Command::Retry { fresh: true }),
        ),
        ("operator: answer", ordered(Command::Answer("1".into()))),
        ("operator: approve", ordered(Command::Approve)),
        (
            "operator: priority",
            ordered(Command::Priority(Priority::High)),
        ),
        ("operator: stop", ordered(Command::Stop)),
        (
            "waiting 2 of 3",
            Event::Waiting(Wait {
                position: 2,
                total: 3,
                reason: Reason::Turn,
                within: Some(600_000),
            }),
        ),
        (
            "waiting for room",
            Event::Waiting(Wait {
                position: 2,
                total: 3,
                reason: Reason::Disk,
                within: None,
            }),
        ),
        (
            "repository being fetched",
            Event::FetchProgressed(Fetching {
                session: session(1),
                progress: FetchProgress {
                    step: FetchStep::Receiving,
                    percent: 45,
                },
            }),
        ),
        ("workspace ready", ready(1)),
        ("workspace ready, other session", ready(9)),
        (
            "agent started",
            Event::AgentStarted {
                session: session(1),
                agent_session: "x1".into(),
                agent: "goose 1.50".into(),
                queues: false,
            },
        ),
        ("progressed", {
            let tail = vec!["last".into()];
            Event::Progressed {
                session: session(1),
                plan,
                doing: "reading".into(),
                silent_ms: 0,
                tail,
            }
        }),
        ("turn ended", turn("Done.", None)),
        (
            "turn ended with an error text",
            turn("429", Some(ErrorClass::RateLimit)),
        ),
        (
            "turn ended with a report",
            turn("Error: 429", Some(ErrorClass::RateLimit)),
        ),
        (
            "turn failed",
            Event::TurnFailed {
                session: session(1),
                class: ErrorClass::Crash,
                say: "the agent crashed.".into(),
                tail: vec![],
                usage: Report::default(),
            },
        ),
        (
            "a working copy that is gone",
            Event::TurnFailed {
                session: session(1),
                class: ErrorClass::Workspace,
                say: String::new(),
                tail: vec![],
                usage: Report::nothing(),
            },
        ),
        (
            "usage of a withdrawn turn",
            Event::UsageReported {
                session: session(1),
                usage: Report::nothing(),
            },
        ),
        (
            "budget neared",
            Event::BudgetNeared {
                session: session(1),
                cap: Cap::Tokens,
            },
        ),
        ("its sandbox refused something", refused(false)),
        ("its sandbox refused what is grave", refused(true)),
        (
            "its sandbox refused a habit",
            attempted(Weight::Habit, None),
        ),
        ("collected work", work(|_| ())),
        ("collected nothing", work(|work| work.files.clear())),
        (
            "collected too much",
            work(|work| {
                work.objections
                    .push("120 files changed; the limit is 100".into())
            }),
        ),
        ("collected protected changes", paths::made('a')),
        ("collected other protected changes", paths::made('b')),
        (
            "collected a protected path",
            work(|work| work.protected.push(".github/workflows/ci.yml".into())),
        ),
        ("may publish", may_publish(|_| ())),
        (
            "may not publish: right lost",
            may_publish(|facts| facts.permission = Some(Permission::Read)),
        ),
        (
            "may not publish: closed",
            may_publish(|facts| facts.open = false),
        ),
        (
            "may not publish: archived",
            may_publish(|facts| facts.archived = true),
        ),
        (
            "published",
            Event::Published {
                session: session(1),
                head: sha('b'),
            },
        ),
        ("the push was held", paths::held()),
        ("branch moved", branch_moved(session(1), Some(sha('c')))),
        (
            "branch moved, with a pull request nobody remembers",
            Event::BranchMoved(BranchMoved {
                session: session(1),
                theirs: Some(sha('c')),
                pull: Some(FoundPull {
                    number: 13,
                    url: "https://github.com/octo/hello/pull/13".into(),
                    draft: true,
                }),
            }),
        ),
        ("pull request opened", pull_opened(PullStanding::Open)),
        (
            "pull request opened, merged already",
            pull_opened(PullStanding::Merged),
        ),
        (
            "pull request merged",
            Event::PullClosed {
                number: 13,
                merged: true,
            },
        ),
        (
            "pull request closed",
            Event::PullClosed {
                number: 13,
                merged: false,
            },
        ),
        (
            "another pull request merged",
            Event::PullClosed {
                number: 99,
                merged: true,
            },
        ),
        ("change landed", landed(|_| ())),
        (
            "change missing",
            landed(|facts| {
                (facts.on_base, facts.into) = (Some(false), "feature".into());
            }),
        ),
        (
            "answered",
            Event::Answered {
                session: session(1),
            },
        ),
        (
            "status posted",
            Event::StatusPosted {
                comment: CommentId(77),
            },
        ),
        (
            "right lost",
            Event::RightLost {
                login: "ana".into(),
            },
        ),
        (
            "agreed to by a reaction",
            Event::Looked(Looked::Approvals(ApprovalsRead {
                found: vec![ThumbsUp {
                    actor: account("ana"),
                    permission: Permission::Write,
                    at: 0,
                }],
            })),
        ),
        (
            "the repository was read",
            Event::Looked(Looked::Project(ProjectRead {
                is: Default::default(),
            })),
        ),
        (
            "hosts proposed",
            Event::Looked(Looked::Policy(PolicyProposed {
                hosts: vec!["files.example.com:443".into()],
                came: Proposal::Pull {
                    number: IssueNumber(30),
                },
            })),
        ),
        (
            "held up",
            Event::HeldUp(HeldUp {
                effect: EffectKind::UpsertComment,
                until: 3_600_000,
            }),
        ),
        ("failed: check trigger", failed(EffectKind::CheckTrigger)),
        ("failed: show status", failed(EffectKind::ShowStatus)),
        ("failed: publish", failed(EffectKind::Publish)),
        ("failed: end agent", failed(EffectKind::EndAgent)),
        ("failed: open hosts", failed(EffectKind::OpenHosts)),
        ("failed: propose policy", failed(EffectKind::ProposePolicy)),
        (
            "failed: propose onboarding",
            failed(EffectKind::ProposeOnboarding),
        ),
        (
            "onboarding: is wanted",
            Event::Onboarding(OnboardingNews::Wanted),
        ),
    ]
}

fn ordered(command: Command) -> Event {
    Event::Ordered { command, by: None }
}
