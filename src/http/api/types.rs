//! The shapes of the admin address's questions and answers: what `app` fills in, `http` sends and the command line reads.
//!
//! One file a subject. A field that is here stays: programs read them.

mod audit;
mod budget;
mod disk;
mod dry_run;
mod error;
mod event;
mod figure;
mod notification;
mod outcome;
mod overview;
mod plan;
mod queue;
mod result;
mod session;
mod shape;
mod status;
mod task;
mod token;
mod waves;

pub use audit::AuditLine;
pub use budget::{BudgetLine, PointsLine, UsedLine, WaitingLine};
pub use disk::{DiskAnswer, LargestLine, TakenAnswer};
pub use dry_run::{DryRunAnswer, DryRunQueue, EstimateLine, GateLine, UsualLine, WorkLine};
pub use error::{ErrorAnswer, ErrorLine};
pub use event::{EventLine, LogAnswer, LogLine, NewestEvent};
pub use figure::{FigureLine, UsageLine};
pub use notification::{
    DeadLine, NotificationsAnswer, NotifyTargetLine, RetriedAnswer, RetryOrder, TestedAnswer,
};
pub use outcome::{OutcomeGroup, OutcomeLine, OutcomesAnswer};
pub use overview::{
    FailedLine, FiguresAnswer, MeterLine, NeedLine, OverviewAnswer, ReviewLine, ThroughputLine,
    WorkingLine,
};
pub use plan::{PlanAnswer, PlanLine, PlanOrder};
pub use queue::{
    GraphAnswer, GraphFormat, MemoryAnswer, OrderAnswer, PauseLine, QueueAnswer, QueueLine,
};
pub use result::{ResultLine, ResultTotals, ResultsAnswer};
pub use session::{SessionAnswer, SessionLine, SessionsAnswer, StopAnswer};
pub use status::{
    AcceptedLine, DeliveriesAnswer, GitHubAnswer, HealthAnswer, HeldLine, PollingAnswer,
    RefusedLine, StatusAnswer,
};
pub use task::{QuestionLine, TaskAnswer};
pub use token::{NewToken, TokenLine, TokenMade, TokensAnswer};
pub use waves::{FileLine, WaveLine, WavesAnswer};
