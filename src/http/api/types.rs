//! The shapes of the admin address's questions and answers: what `app` fills in, `http` sends and the command line reads.
//!
//! One file a subject. A field that is here stays: programs read them.

mod audit;
mod budget;
mod disk;
mod error;
mod event;
mod figure;
mod outcome;
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
pub use error::{ErrorAnswer, ErrorLine};
pub use event::{EventLine, LogAnswer, LogLine, NewestEvent};
pub use figure::{FigureLine, UsageLine};
pub use outcome::{OutcomeGroup, OutcomeLine, OutcomesAnswer};
pub use plan::{PlanAnswer, PlanLine, PlanOrder};
pub use queue::{
    GraphAnswer, GraphFormat, MemoryAnswer, OrderAnswer, PauseLine, QueueAnswer, QueueLine,
};
pub use result::{ResultLine, ResultTotals, ResultsAnswer};
pub use session::{SessionAnswer, SessionLine, SessionsAnswer, StopAnswer};
pub use status::{
    AcceptedLine, DeliveriesAnswer, GitHubAnswer, HealthAnswer, HeldLine, RefusedLine, StatusAnswer,
};
pub use task::TaskAnswer;
pub use token::{NewToken, TokenLine, TokenMade, TokensAnswer};
pub use waves::{FileLine, WaveLine, WavesAnswer};
