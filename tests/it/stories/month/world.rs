//! The world of the month: issues with dependencies, providers with their weather, and what comes of each effect. Nothing of
//! it is on GitHub; it answers as GitHub and agents would.

use std::collections::BTreeMap;

use serde_json::json;
use skep::core::actor::{Account, AccountKind, Permission};
use skep::core::agent::{ErrorClass, Stop, TurnEnd};
use skep::core::dependency::{Blocker, Dependencies, Named, Source, Standing};
use skep::core::effect::{Action, Effect};
use skep::core::event::{
    Assigned, BaseFacts, ChangeKind, Event, FileChange, IssueLinks, PublishFacts, PullStanding,
    RepositoryFacts, TriggerFacts, Work,
};
use skep::core::ids::{
    CommentId, InstallationId, IssueNumber, RepositoryId, RepositoryName, Sha, TaskKey, UserId,
};
use skep::core::location::Place;
use skep::core::snapshot::Snapshot;
use skep::core::usage::{Report, Scope, Tokens};

pub(super) const AGENTS: [&str; 3] = ["claude", "codex", "goose"];
pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
/// So much time lies between two issues: a little more than all slots need for one, so that there is always a queue.
const BETWEEN: i64 = 216_000;

/// Numbers by lot, the same in each run (xorshift64*).
pub(super) struct Lot(pub u64);

impl Lot {
    pub(super) fn below(&mut self, limit: i64) -> i64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        (drawn % limit.max(1).unsigned_abs()) as i64
    }

    pub(super) fn one_in(&mut self, many: i64) -> bool {
        self.below(many) == 0
    }
}

/// One issue of the world.
pub(super) struct Subject {
    pub(super) place: Place,
    pub(super) labels: Vec<String>,
    /// How many levels of priority below the highest.
    pub(super) level: i64,
    pub(super) agent: &'static str,
    pub(super) waits_for: Vec<TaskKey>,
    pub(super) standing: Standing,
    pub(super) asked_at: i64,
}

/// Everything that is not skep.
pub(super) struct World {
    pub(super) lot: Lot,
    pub(super) issues: BTreeMap<TaskKey, Subject>,
    /// Until when a provider takes nothing, by the agent's name.
    pub(super) shut: BTreeMap<String, i64>,
    /// Tokens that were spent in turns.
    pub(super) tokens: u64,
    next: i64,
}

impl World {
    /// `count` issues over as many repositories as that is fifty each, each of which waits for up to three earlier ones. Of
    /// repositories there are five at least: with fewer, not all slots could be taken.
    pub(super) fn new(seed: u64, count: i64, dawn: i64) -> Self {
        let repositories = (count / 50).max(5);
        let mut world = Self {
            lot: Lot(seed),
            issues: BTreeMap::new(),
            shut: BTreeMap::new(),
            tokens: 0,
            next: 1,
        };
        let mut keys: Vec<TaskKey> = Vec::new();
        for at in 0..count {
            let home = 1 + at % repositories;
            let place = Place {
                installation: InstallationId(1 + home % 5),
                repository: RepositoryId(home),
                name: format!("octo/r{home}")
                    .parse::<RepositoryName>()
                    .expect("a name"),
                issue: IssueNumber(1 + at / repositories),
            };
            let many = (world.lot.below(6) - 2).max(0);
            let waits_for = (0..many).filter_map(|_| {
                let earlier = keys.len().saturating_sub(40) as i64 + world.lot.below(40);
                keys.get(earlier as usize).copied()
            });
            let waits_for: Vec<TaskKey> = waits_for.collect();
            let mut labels = vec!["agent:go".to_owned()];
            let (level, label) = match world.lot.below(4) {
                0 => (0, Some("priority:high")),
                1 => (2, Some("priority:low")),
                _ => (1, None),
            };
            labels.extend(label.map(str::to_owned));
            let agent = AGENTS[world.lot.below(3) as usize];
            labels.push(format!("role:{agent}"));
            let asked_at = dawn + world.lot.below(count * BETWEEN);
            keys.push(place.task());
            let issue = Subject {
                place,
                labels,
                level,
                agent,
                waits_for,
                standing: Standing::Open,
                asked_at,
            };
            world.issues.insert(issue.place.task(), issue);
        }
        world
    }

    pub(super) fn number(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    pub(super) fn is_shut(&self, agent: &str, now: i64) -> bool {
        self.shut.get(agent).is_some_and(|until| *until > now)
    }

    /// What a webhook of an issue says.
    pub(super) fn delivery(&self, key: TaskKey, now: i64, action: &str) -> serde_json::Value {
        let issue = &self.issues[&key];
        let moment = chrono::DateTime::from_timestamp_millis(now).expect("a time");
        let labels = issue.labels.iter().map(|name| json!({ "name": name }));
        json!({
            "action": action,
            "label": { "name": "agent:go" },
            "issue": {
                "number": key.issue, "title": "Change something", "body": "Please.", "updated_at": moment.to_rfc3339(),
                "user": { "id": 7, "login": "ana", "type": "User" }, "labels": labels.collect::<Vec<_>>(),
                "state": if issue.standing == Standing::Open { "open" } else { "closed" },
                "state_reason": match issue.standing { Standing::NotPlanned => "not_planned", _ => "completed" },
            },
            "repository": { "id": key.repository, "full_name": issue.place.name },
            "installation": { "id": issue.place.installation },
            "sender": { "id": 7, "login": "ana", "type": "User" },
        })
    }

    /// What comes of an effect that is over at once; `None` where nobody is told.
    pub(super) fn outcome(&mut self, effect: &Effect, now: i64) -> Option<Event> {
        let key = effect.place.task();
        let session = effect.session.clone();
        Some(match &effect.action {
            Action::CheckTrigger(check) => {
                let issue = &self.issues[&key];
                let words = check.snapshot.clone().unwrap_or_else(|| words(issue, now));
                Event::TriggerChecked {
                    facts: Box::new(TriggerFacts {
                        outsiders: vec![],
                        place: effect.place.clone(),
                        asking: check.asking,
                        actor: check.actor.clone(),
                        permission: Some(Permission::Write),
                        snapshot: words,
                        labels_now: issue.labels.clone(),
                        open: issue.standing == Standing::Open,
                        is_pull: false,
                        repository: RepositoryFacts {
                            default_branch: "main".into(),
                            head: Some(sha('a')),
                            archived: false,
                        },
                        role_files: vec![],
                        role: check.role.clone(),
                        base_wish: check.base.clone(),
                        base: None,
                        starter: None,
                        priority: None,
                        project: Default::default(),
                        policy: None,
                        links: IssueLinks {
                            blockers: issue.waits_for.len() as u32,
                            ..IssueLinks::default()
                        },
                    }),
                }
            }
            Action::ReadDependencies(_) => Event::DependenciesRead {
                found: Box::new(self.dependencies(key)),
            },
            Action::ShowStatus(show) => Event::StatusPosted {
                comment: show.comment.unwrap_or_else(|| CommentId(self.number())),
            },
            Action::UpsertComment(upsert) => Event::Posted {
                key: upsert.key.clone(),
                comment: upsert.comment.unwrap_or_else(|| CommentId(self.number())),
            },
            Action::SetTimer(timer) => Event::TimerFired {
                alarm: timer.alarm.clone(),
            },
            Action::PrepareWorkspace(_) => Event::WorkspaceReady {
                session: session?,
                base: BaseFacts {
                    attachments: vec![],
                    secrets: Default::default(),
                    sha: sha('a'),
                    branch: "main".into(),
                    agents_md: None,
                    pull_template: None,
                    lfs: Default::default(),
                    partial: false,
                    policy: None,
                },
                head: None,
                nonce: "n0nce".into(),
            },
            Action::Collect(collect) => Event::Collected {
                session: session?,
                work: work(&collect.base),
            },
            Action::CheckPublish(_) => Event::PublishChecked {
                session: session?,
                facts: PublishFacts {
                    permission: Some(Permission::Write),
                    open: self.issues[&key].standing == Standing::Open,
                    labeled: true,
                    archived: false,
                    base_branch: "main".into(),
                    base_gone: false,
                    brought_up: None,
                },
            },
            Action::Publish(publish) => Event::Published {
                session: session?,
                head: publish.head.clone(),
            },
            Action::OpenPull(_) => {
                let number = self.number();
                Event::PullOpened {
                    session: session?,
                    number,
                    url: format!("https://github.com/{}/pull/{number}", effect.place.name),
                    draft: true,
                    standing: PullStanding::Open,
                }
            }
            Action::Assign(assign) => Event::Assigned(Assigned {
                login: assign.login.clone(),
                added: true,
                refused: false,
            }),
            _ => return None,
        })
    }

    /// How a turn ends, and how long it takes, milliseconds. A provider may shut in the middle of it.
    pub(super) fn turn(&mut self, effect: &Effect, agent: &str, now: i64) -> (i64, Option<Event>) {
        let Some(session) = effect.session.clone() else {
            return (0, None);
        };
        if !self.is_shut(agent, now) && self.lot.one_in(40) {
            let until = now + HOUR + self.lot.below(5 * HOUR);
            self.shut.insert(agent.to_owned(), until);
        }
        let failed = |class, say: String, tokens| Event::TurnFailed {
            session: session.clone(),
            class,
            say,
            tail: vec![],
            usage: spent(tokens),
        };
        if let Some(until) = self.shut.get(agent).filter(|until| **until > now) {
            let wait = (until - now) / 1_000;
            let say = format!("429 Too Many Requests, retry after {wait} seconds");
            return (2_000, Some(failed(ErrorClass::RateLimit, say, 0)));
        }
        let took = 5 * MINUTE + self.lot.below(55 * MINUTE);
        let tokens = 1_000 + self.lot.below(9_000) as u64;
        self.tokens += tokens;
        let event = match self.lot.below(20) {
            0 => failed(ErrorClass::Crash, "it crashed".into(), tokens),
            1 => failed(
                ErrorClass::ModelUnavailable,
                "the model did not answer".into(),
                tokens,
            ),
            _ => Event::TurnEnded {
                session: session.clone(),
                end: TurnEnd {
                    stop: Stop::EndTurn,
                    message: "Done.".into(),
                    usage: spent(tokens),
                    error: None,
                    agent_session: "s".into(),
                    resumed: false,
                },
                tail: vec![],
            },
        };
        (took, Some(event))
    }

    fn dependencies(&self, key: TaskKey) -> Dependencies {
        let of = |blocker: &TaskKey| {
            let issue = &self.issues[blocker];
            Blocker {
                issue: Named {
                    key: *blocker,
                    name: issue.place.name.clone(),
                },
                standing: issue.standing,
                is_pull: false,
                title: String::new(),
                source: Source::GitHub,
                evidence: String::new(),
                failed: false,
            }
        };
        let mut blockers: Vec<Blocker> = self.issues[&key].waits_for.iter().map(of).collect();
        blockers.sort_by_key(|one| one.issue.key);
        blockers.dedup_by_key(|one| one.issue.key);
        Dependencies {
            blockers,
            ..Dependencies::default()
        }
    }
}

fn spent(tokens: u64) -> Report {
    let output = Tokens {
        output: tokens,
        ..Tokens::default()
    };
    Report {
        scope: Scope::Turn,
        tokens: Some(output),
        cached_told: true,
        ..Report::default()
    }
}

fn words(issue: &Subject, at: i64) -> Snapshot {
    Snapshot {
        title: "Change something".into(),
        body: "Please.".into(),
        author: ana(),
        labels: issue.labels.clone(),
        issue_type: None,
        milestone: None,
        comments: vec![],
        at,
    }
}

pub(super) fn ana() -> Account {
    Account {
        id: UserId(7),
        login: "ana".into(),
        kind: AccountKind::User,
    }
}

fn sha(letter: char) -> Sha {
    letter.to_string().repeat(40).parse().expect("a commit")
}

fn work(base: &Sha) -> Work {
    Work {
        head: sha('b'),
        base: base.clone(),
        commits: 1,
        committed_by_us: true,
        files: vec![FileChange {
            path: "page.md".into(),
            kind: ChangeKind::Added,
            insertions: 3,
            deletions: 0,
            binary: false,
        }],
        protected: vec![],
        objections: vec![],
        secrets: vec![],
        whole: None,
        conflicts: vec![],
        left_out: vec![],
        put_onto: None,
        protected_diff: None,
        signs: Default::default(),
    }
}
