//! A repository's task list: what of it is there, what would be made, and what is made of it when the operator wants it. The
//! issues are made by the same way as those that sessions find; here they are only asked for, in one fact.

use std::time::Duration;

use super::lookup::read_task;
use super::orders::{Orders, refused};
use crate::core::discovery::{
    self, DiscoveryNews, Found, FoundState, NewIssue, Promised, Proposal,
};
use crate::core::event::{Event, Fact};
use crate::core::ids::IssueNumber;
use crate::core::location::Place;
use crate::core::task_list::{self, ListedTask, Waits};
use crate::core::text::task_list as text;
use crate::engine::Engine;
use crate::github::{At, Listed};
use crate::http::ApiError;
use crate::http::types::{PlanAnswer, PlanLine, PlanOrder};
use crate::runner::{BatchOf, NotJudged};

/// The file of the list when nobody names one.
const FILE: &str = "tasks.md";
/// How long an order waits for the issues to be there: what is not is told as on its way.
const MADE: Duration = Duration::from_secs(40);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// An order, and those who can carry it out.
pub(super) struct Plan<'a> {
    pub(super) orders: Orders<'a>,
    pub(super) engine: &'a Engine,
    pub(super) order: PlanOrder,
}

/// How a task of the list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Unmarked,
    There(IssueNumber),
    OnItsWay,
    /// It would be at this place of the batch.
    New(usize),
}

/// A list, read and compared with what is there.
struct Compared {
    tasks: Vec<ListedTask>,
    stands: Vec<Stands>,
    /// The tasks that are new.
    new: Vec<usize>,
}

impl Plan<'_> {
    /// Carries it out.
    pub(super) async fn answer(self) -> Result<PlanAnswer, ApiError> {
        let name = &self.order.repository;
        let at = self
            .orders
            .services
            .github
            .locate(name)
            .await
            .map_err(refused)?;
        let path = self.order.path.clone().unwrap_or_else(|| FILE.to_owned());
        let tasks = self.tasks(&at, &path).await?;
        let place = at.place(IssueNumber::REPOSITORY);
        let compared = self.compare(&at, &place, tasks).await?;
        let batch = self.judge(&place, &compared, &path).await?;
        let mut answer = PlanAnswer {
            repository: at.name.to_string(),
            path,
            create: self.order.create,
            tasks: compared.lines(),
            left_out: batch.left_out,
        };
        if self.order.create && !batch.issues.is_empty() {
            self.make(place, batch.issues, &compared, &mut answer)
                .await?;
        }
        Ok(answer)
    }

    async fn tasks(&self, at: &At, path: &str) -> Result<Vec<ListedTask>, ApiError> {
        let list = match &self.order.text {
            Some(text) => text.clone(),
            None => {
                let found = self.orders.services.github.contents(at, path).await;
                let found = found.map_err(refused)?;
                found.ok_or_else(|| {
                    ApiError::not_found(text::no_file(path)).next(text::NO_FILE_NEXT)
                })?
            }
        };
        task_list::parse(&list).map_err(|mistakes| {
            let said: Vec<String> = mistakes.iter().map(text::mistake).collect();
            ApiError::invalid(text::wrong(path, &said))
        })
    }

    async fn compare(
        &self,
        at: &At,
        place: &Place,
        tasks: Vec<ListedTask>,
    ) -> Result<Compared, ApiError> {
        let github = &self.orders.services.github;
        let titles = github.titles(at, Listed::All).await.map_err(refused)?;
        let fit = self.engine.fit(place.task(), &[], discovery::limits(0));
        let promised = fit.await.map_err(|error| {
            tracing::error!(%error, "what was promised could not be read");
            ApiError::internal()
        })?;
        let promised = promised.promised;
        let last = titles.iter().map(|(number, _)| *number).max();
        let (mut stands, mut new) = (Vec::new(), Vec::new());
        for (at, task) in tasks.iter().enumerate() {
            let there = titles.iter().find(|(_, title)| same(title, &task.title));
            let ours = |one: &&Promised| !one.failed && same(&one.title, &task.title);
            let ours = promised.iter().rev().find(ours).map(|one| one.number);
            stands.push(match (there, ours) {
                _ if !task.marked => Stands::Unmarked,
                (Some((number, _)), _) => Stands::There(*number),
                (None, Some(None)) => Stands::OnItsWay,
                // The list does not show yet what was made a moment ago.
                (None, Some(Some(number))) if last.is_none_or(|last| number > last) => {
                    Stands::There(number)
                }
                // It was deleted, or has another title now.
                (None, Some(Some(_)) | None) => {
                    new.push(at);
                    Stands::New(new.len())
                }
            });
        }
        Ok(Compared { tasks, stands, new })
    }

    async fn judge(
        &self,
        place: &Place,
        compared: &Compared,
        path: &str,
    ) -> Result<discovery::Batch, ApiError> {
        let proposals = compared
            .proposals()
            .map_err(|said| ApiError::conflict(text::wrong(path, &[said])))?;
        let of = BatchOf {
            place,
            session: None,
            most: task_list::MOST,
            titles: Vec::new(),
            stated: &[],
        };
        let judged = self.orders.services.batches().judge(of, &proposals).await;
        judged.map_err(|error| match error {
            NotJudged::Wrong(wrong) => {
                let said = wrong.said(&|at| compared.name(at));
                ApiError::invalid(text::wrong(path, &said))
            }
            NotJudged::GitHub(error) => refused(error),
            NotJudged::Graph(why) => ApiError::busy(text::not_judged(&why)),
        })
    }

    /// States what is wanted, and waits a while for it to be there.
    async fn make(
        &self,
        place: Place,
        issues: Vec<NewIssue>,
        compared: &Compared,
        answer: &mut PlanAnswer,
    ) -> Result<(), ApiError> {
        let key = place.task();
        let event = Event::Discovery(DiscoveryNews::Listed { issues });
        let fact = Fact { place, event };
        self.orders.list(&fact).await.map_err(ApiError::busy)?;
        let deadline = tokio::time::Instant::now() + MADE;
        loop {
            let task = read_task(&self.orders.services.store, key).await?;
            let found = task.map(|task| task.discovered.issues).unwrap_or_default();
            let over = compared.now(&found, answer);
            if over || tokio::time::Instant::now() >= deadline {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn same(one: &str, other: &str) -> bool {
    // A title was made plain before it was written.
    let plain = |title: &str| crate::core::sanitise::title(title, usize::MAX);
    discovery::same_title(&plain(one), &plain(other))
}

impl Compared {
    fn lines(&self) -> Vec<PlanLine> {
        let lines = self.tasks.iter().zip(&self.stands).enumerate();
        let line = |(at, (task, stands)): (usize, (&ListedTask, &Stands))| PlanLine {
            line: task.line,
            title: task.title.clone(),
            state: match stands {
                Stands::Unmarked => text::UNMARKED,
                Stands::There(_) => text::EXISTS,
                Stands::OnItsWay => text::ON_ITS_WAY,
                Stands::New(_) => text::NEW,
            }
            .to_owned(),
            issue: match stands {
                Stands::There(number) => Some(number.0),
                Stands::Unmarked | Stands::OnItsWay | Stands::New(_) => None,
            },
            role: task.role.clone(),
            priority: task.priority.clone(),
            waits_for: self.shown(at),
            reason: None,
        };
        lines.map(line).collect()
    }

    /// What a task waits for, for people.
    fn shown(&self, at: usize) -> Vec<String> {
        let waits = task_list::awaited(&self.tasks, at).into_iter();
        let name = |waits: Waits| match waits {
            Waits::Issue(name) => name,
            Waits::Task(other) => match self.stands.get(other) {
                Some(Stands::There(number)) => format!("#{number}"),
                _ => self
                    .tasks
                    .get(other)
                    .map(|task| task.title.clone())
                    .unwrap_or_default(),
            },
        };
        waits.map(name).collect()
    }

    /// The new ones as they are judged; else what stands against that.
    fn proposals(&self) -> Result<Vec<Proposal>, String> {
        let proposal = |at: &usize| {
            let task = &self.tasks[*at];
            let waits = task_list::awaited(&self.tasks, *at).into_iter();
            let waits = waits.map(|waits| match waits {
                Waits::Issue(name) => Ok(name),
                Waits::Task(other) => match self.stands[other] {
                    Stands::There(number) => Ok(format!("#{number}")),
                    Stands::New(place) => Ok(place.to_string()),
                    Stands::OnItsWay | Stands::Unmarked => {
                        let other = &self.tasks[other];
                        let name = |task: &ListedTask| text::named(&task.title, task.line);
                        Err(text::on_its_way(&name(task), &name(other)))
                    }
                },
            });
            Ok(task.proposal(waits.collect::<Result<_, String>>()?))
        };
        self.new.iter().map(proposal).collect()
    }

    /// How the issue at a place of the batch is called.
    fn name(&self, place: usize) -> String {
        let task = self.new.get(place).and_then(|at| self.tasks.get(*at));
        task.map_or_else(
            || discovery_name(place),
            |task| text::named(&task.title, task.line),
        )
    }

    /// Takes over how far the new ones are; whether all is over.
    fn now(&self, found: &[Found], answer: &mut PlanAnswer) -> bool {
        let mut over = true;
        for at in &self.new {
            let Some(line) = answer.tasks.get_mut(*at) else {
                continue;
            };
            let ours = found.iter().rev().find(|one| same(&one.title, &line.title));
            let (state, issue, reason) = match ours.map(|one| &one.state) {
                Some(FoundState::Made { number, .. }) => (text::CREATED, Some(number.0), None),
                Some(FoundState::Failed { say, .. }) => (text::FAILED, None, Some(say.clone())),
                Some(FoundState::Waiting { .. } | FoundState::Making) | None => {
                    over = false;
                    (text::ON_ITS_WAY, None, None)
                }
            };
            (line.state, line.issue, line.reason) = (state.to_owned(), issue, reason);
        }
        over
    }
}

fn discovery_name(place: usize) -> String {
    crate::core::text::discovery::task(place)
}
