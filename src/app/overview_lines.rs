//! The overview as the admin address gives it: what the dashboard's first page says, as values.
//!
//! It reads nothing by itself: what somebody may not see has been left out before it comes here.

use super::admin_api::AdminApi;
use super::pages::read_overview;
use crate::core::ids::RepositoryName;
use crate::core::text::pages::{
    FailedRow, Figures, Meter, Need, Overview, ReviewRow, Throughput, WorkRow,
};
use crate::http::types::{
    FailedLine, FiguresAnswer, MeterLine, NeedLine, OverviewAnswer, QueueAnswer, ReviewLine,
    ThroughputLine, WorkingLine,
};
use crate::http::{AdminService, Answer, OverviewService, QueueQuestion, Readable, Sight};

/// So many are listed of what waits.
const QUEUE: u32 = 50;

impl OverviewService for AdminApi {
    async fn overview(&self, repository: Option<RepositoryName>) -> Answer<OverviewAnswer> {
        let sight = match &repository {
            None => Sight::All,
            Some(name) => {
                let at = self.where_is(name).await?;
                let only = [(at.repository, at.name, false)];
                Sight::Only(Readable::from_iter(only).into())
            }
        };
        let question = QueueQuestion {
            limit: QUEUE,
            repository,
        };
        let queue = match self.engine() {
            Ok(_) => self.queue(question).await?,
            // GitHub has not said who we are: nothing is given out yet.
            Err(_) => QueueAnswer::default(),
        };
        let read = read_overview(self, &sight).await?;
        Ok(answer(&read, queue, self.health.now()))
    }
}

fn answer(read: &Overview, queue: QueueAnswer, at: i64) -> OverviewAnswer {
    OverviewAnswer {
        at,
        troubles: read.troubles.iter().map(ToString::to_string).collect(),
        needs: read.needs.iter().map(need).collect(),
        more_needs: read.more_needs,
        working: read.working.iter().map(working).collect(),
        queue,
        review: read.review.iter().map(review).collect(),
        in_review: read.in_review,
        failed: read.failed.iter().map(failed).collect(),
        figures: read.figures.as_ref().map(figures),
    }
}

fn need(need: &Need) -> NeedLine {
    NeedLine {
        repository: need.place.repository.to_string(),
        issue: need.place.issue.0,
        title: need.title.to_string(),
        session: need.session.as_ref().map(ToString::to_string),
        kind: need.kind.to_owned(),
        what: need.what.to_string(),
        who: need.who.to_string(),
        since: need.since.map(|since| since.at),
    }
}

fn working(row: &WorkRow) -> WorkingLine {
    WorkingLine {
        repository: row.place.repository.to_string(),
        issue: row.place.issue.0,
        title: row.title.to_string(),
        session: row.session.to_string(),
        role: row.role.to_string(),
        agent: row.agent.to_string(),
        doing: row.doing.to_string(),
        spent: row.spent.to_string(),
        since: row.since.at,
    }
}

fn review(row: &ReviewRow) -> ReviewLine {
    ReviewLine {
        repository: row.place.repository.to_string(),
        issue: row.place.issue.0,
        title: row.title.to_string(),
        pull: row.pull,
        draft: row.draft,
        checks: row.checks.to_string(),
        since: row.since.at,
    }
}

fn failed(row: &FailedRow) -> FailedLine {
    FailedLine {
        repository: row.place.repository.to_string(),
        issue: row.place.issue.0,
        title: row.title.to_string(),
        why: row.why.to_string(),
        at: row.at.at,
    }
}

fn figures(figures: &Figures) -> FiguresAnswer {
    let [day, week] = figures.throughput.each_ref().map(throughput);
    FiguresAnswer {
        day,
        week,
        meters: figures.meters.iter().map(meter).collect(),
        disk: figures.disk.to_string(),
        memory: figures.memory.to_string(),
        deliveries: figures.deliveries.to_string(),
    }
}

fn throughput(done: &Throughput) -> ThroughputLine {
    ThroughputLine {
        completed: done.completed,
        failed: done.failed,
        cancelled: done.cancelled,
        pulls: done.opened,
        merged: done.merged,
        tokens: done.tokens.to_string(),
        cost: done.cost.to_string(),
    }
}

fn meter(meter: &Meter) -> MeterLine {
    MeterLine {
        name: meter.name.to_string(),
        used: meter.used,
        of: meter.of,
        waits: meter.waits.to_string(),
    }
}
