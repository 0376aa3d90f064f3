//! All that can happen next: what people, GitHub, the operator, the agent and the clock do of themselves, and what skep's own
//! questions are answered. Nobody's permission is made up: it is what GitHub says of them at that moment.

use crate::agent::ErrorClass;
use crate::command::Command;
use crate::effect::EffectKind;
use crate::event::Timer;

use super::world::{Who, World};

/// What a comment says, by the one it comes from. `!` stands for a word that tells whose it is.
pub(super) const BODIES: [&str; 17] = [
    "/agent go",
    "/agent stop",
    "/agent pause",
    "/agent resume",
    "/agent retry",
    "/agent approve",
    "/agent plan",
    "/agent ask Why ! so?",
    "/agent answer 1",
    "2",
    "Use ! instead.",
    "@skep use ! instead.",
    "/agent delegate @ben",
    "/agent delegate @eve",
    "/agent priority high",
    "/agent role triage",
    "/agent budget +1 attempts",
];

/// What may happen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Move {
    // Of themselves.
    Label(Who, &'static str),
    StaleLabel(Who),
    Unlabel(Who),
    Opened(Who),
    EditIssue(Who),
    Comment(Who),
    TickOurs(Who),
    Delete(Who),
    Review(Who),
    Close(Who),
    PullStirs,
    PullOver { merged: bool },
    Archive(bool),
    Uninstall,
    LosesRight { told: bool },
    Dispatch,
    Order(&'static str),
    Slot,
    Rings(u8),
    AgentAsks,
    AgentFinishes,
    AgentFinds,
    AgentQueues,
    // Answers.
    Checked(Who, Found),
    Says(Who, usize),
    Ticked(Who),
    Gone(Who),
    Read(Who),
    Ready,
    TurnEnds(Ending),
    Steered(bool),
    Collected(Made),
    MayPublish(Found),
    Pushed(Push),
    Opens,
    Answered,
    Looked(Seen),
    Thumbs(Who, Age),
    Depends,
    Fails(EffectKind),
}

/// How GitHub says that an issue stands; rights aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Fine,
    Unlabeled,
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Done,
    AsksInWords,
    Limited,
    Crashed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    Work,
    Nothing,
    Protected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Push {
    There,
    Theirs,
    Gone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Green,
    Red,
    Conflict,
    SomebodyPushed,
    Merged,
    IssueClosed,
}

/// Whether a reaction is from before it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    Now,
    Before,
}

const FAILING: [EffectKind; 9] = [
    EffectKind::CheckTrigger,
    EffectKind::AuthorizeComment,
    EffectKind::PrepareWorkspace,
    EffectKind::RunTurn,
    EffectKind::Collect,
    EffectKind::CheckPublish,
    EffectKind::Publish,
    EffectKind::OpenPull,
    EffectKind::ReadDependencies,
];

/// Every move there is; a path names them by their place here.
pub(super) fn all() -> Vec<Move> {
    let mut all = of_people();
    all.extend([
        Move::PullStirs,
        Move::PullOver { merged: true },
        Move::PullOver { merged: false },
        Move::Archive(true),
        Move::Archive(false),
        Move::Uninstall,
        Move::LosesRight { told: true },
        Move::LosesRight { told: false },
        Move::Dispatch,
        Move::Slot,
        Move::AgentAsks,
        Move::AgentFinishes,
        Move::AgentFinds,
        Move::AgentQueues,
        Move::Ready,
        Move::Opens,
        Move::Answered,
    ]);
    all.extend(["approve", "pause", "resume", "stop", "answer 1", "retry"].map(Move::Order));
    all.extend((0..8).map(Move::Rings));
    all.extend(answers());
    all
}

fn of_people() -> Vec<Move> {
    use Who::{Ana, Ben, Bot, Eve, Rob, Tri};
    let mut all = Vec::new();
    for who in [Ana, Tri, Eve, Bot] {
        all.push(Move::Label(who, "agent:go"));
        all.push(Move::Label(who, "autonomy:override"));
    }
    all.extend([Ana, Rob].map(|who| Move::Label(who, "tier:auto")));
    all.extend([Ana, Eve].map(Move::StaleLabel));
    all.extend([Ana, Tri].map(Move::Unlabel));
    all.extend([Ana, Eve].map(Move::Opened));
    all.extend([Ana, Rob, Eve].map(Move::EditIssue));
    all.extend([Ana, Rob, Ben, Eve, Bot].map(Move::Comment));
    all.extend([Ana, Eve].map(Move::TickOurs));
    all.extend([Ana, Eve].map(Move::Delete));
    all.extend([Ana, Eve].map(Move::Review));
    all.extend([Ana, Rob].map(Move::Close));
    for who in [Ana, Rob, Ben, Eve] {
        all.extend((0..BODIES.len()).map(|body| Move::Says(who, body)));
        all.extend([Move::Gone(who), Move::Ticked(who), Move::Read(who)]);
    }
    for who in [Ana, Rob, Tri, Ben, Eve, Bot] {
        let found = [Found::Fine, Found::Unlabeled, Found::Closed];
        all.extend(found.map(|found| Move::Checked(who, found)));
    }
    all
}

fn answers() -> Vec<Move> {
    use Who::{Ana, Ben, Eve, Tri};
    let mut all = Vec::new();
    let ends = [
        Ending::Done,
        Ending::AsksInWords,
        Ending::Limited,
        Ending::Crashed,
    ];
    all.extend(ends.map(Move::TurnEnds));
    all.extend([true, false].map(Move::Steered));
    all.extend([Made::Work, Made::Nothing, Made::Protected].map(Move::Collected));
    all.extend([Found::Fine, Found::Unlabeled, Found::Closed].map(Move::MayPublish));
    all.extend([Push::There, Push::Theirs, Push::Gone].map(Move::Pushed));
    let seen = [
        Seen::Green,
        Seen::Red,
        Seen::Conflict,
        Seen::SomebodyPushed,
        Seen::Merged,
        Seen::IssueClosed,
    ];
    all.extend(seen.map(Move::Looked));
    for who in [Ana, Tri, Ben, Eve] {
        all.extend([Age::Now, Age::Before].map(|age| Move::Thumbs(who, age)));
    }
    all.push(Move::Depends);
    all.extend(FAILING.map(Move::Fails));
    all
}

impl Move {
    /// Whether it can happen now.
    pub(super) fn can(self, world: &World) -> bool {
        use EffectKind as Of;
        let asked = |kind| world.has(kind).is_some();
        let comments = || {
            world
                .asked
                .iter()
                .filter(|one| one.kind == Of::AuthorizeComment)
                .count()
        };
        let turn = || asked(Of::RunTurn);
        match self {
            Self::Label(..) | Self::Opened(_) | Self::EditIssue(_) | Self::Unlabel(_) => true,
            Self::StaleLabel(_) => world.task.last_trigger > 0,
            Self::Comment(who) => {
                comments() < 2 && world.has_of(Of::AuthorizeComment, who).is_none()
            }
            Self::TickOurs(who) => {
                let shown = !world.task.conversation.batches.is_empty();
                shown && comments() < 2 && world.has_of(Of::AuthorizeComment, who).is_none()
            }
            Self::Delete(_) => world
                .task
                .conversation
                .messages
                .iter()
                .any(|one| one.comment.is_some()),
            Self::Review(who) => {
                world.task.pull.is_some() && world.has_of(Of::ReadReview, who).is_none()
            }
            Self::Close(_) | Self::Archive(_) | Self::Uninstall => world.session() > 0,
            Self::PullStirs | Self::PullOver { .. } => world.task.pull.is_some(),
            Self::LosesRight { .. } => !world.lost && world.session() > 0,
            Self::Dispatch | Self::Order(_) => true,
            Self::Slot => world.is_queued() && world.task.gate().is_none(),
            Self::Rings(at) => world.task.timers.iter().any(|(timer, _)| nth(timer) == at),
            Self::AgentAsks => turn() && world.task.conversation.asked < 2,
            Self::AgentFinishes | Self::AgentFinds | Self::AgentQueues => turn(),
            Self::Checked(who, found) => {
                let one = world.has_of(Of::CheckTrigger, who);
                one.is_some_and(|one| found == Found::Fine || one.asking.starts())
            }
            Self::Says(who, _) => world
                .has_of(Of::AuthorizeComment, who)
                .is_some_and(|one| !one.of_ours),
            Self::Ticked(who) => world
                .has_of(Of::AuthorizeComment, who)
                .is_some_and(|one| one.of_ours),
            Self::Gone(who) => world.has_of(Of::AuthorizeComment, who).is_some(),
            Self::Read(who) => world.has_of(Of::ReadReview, who).is_some(),
            Self::Ready => asked(Of::PrepareWorkspace),
            Self::TurnEnds(_) => turn(),
            Self::Steered(_) => asked(Of::Steer),
            Self::Collected(_) => asked(Of::Collect),
            Self::MayPublish(_) => asked(Of::CheckPublish),
            Self::Pushed(_) => asked(Of::Publish),
            Self::Opens => asked(Of::OpenPull),
            Self::Answered => asked(Of::PostAnswer),
            Self::Looked(_) => asked(Of::RefreshPullRequest),
            Self::Thumbs(..) => asked(Of::ReadApprovals),
            Self::Depends => asked(Of::ReadDependencies),
            Self::Fails(kind) => asked(kind),
        }
    }
}

/// The place of a timer among all.
pub(super) fn nth(timer: &Timer) -> u8 {
    match timer {
        Timer::Park => 0,
        Timer::Remind => 1,
        Timer::Expire => 2,
        Timer::Look => 3,
        Timer::Again => 4,
        Timer::Landed => 5,
        Timer::Approvals => 6,
        _ => 7,
    }
}

/// The operator's orders by their words.
pub(super) fn order(words: &str) -> Command {
    match words {
        "approve" => Command::Approve,
        "pause" => Command::Pause,
        "resume" => Command::Resume,
        "stop" => Command::Stop,
        "retry" => Command::Retry { fresh: false },
        _ => Command::Answer("1".into()),
    }
}

/// The class of a turn's end.
pub(super) fn class(ending: Ending) -> Option<ErrorClass> {
    (ending == Ending::Limited).then_some(ErrorClass::RateLimit)
}

/// Ways on which work goes as it should: from each state on them the walk begins, so that few steps lead everywhere. What cannot
/// happen is passed over.
pub(super) fn ways() -> Vec<Vec<Move>> {
    use Who::Ana;
    let says = |body| [Move::Comment(Ana), Move::Says(Ana, body)];
    let begins = [
        Move::Label(Ana, "agent:go"),
        Move::Checked(Ana, Found::Fine),
    ];
    let agreed = [&begins[..], &says(5), &[Move::Slot, Move::Ready]].concat();
    let planned = [Move::TurnEnds(Ending::Done), Move::Collected(Made::Nothing)];
    let approved = [&planned[..], &says(5), &[Move::Slot]].concat();
    let done = [
        Move::TurnEnds(Ending::Done),
        Move::Collected(Made::Work),
        Move::MayPublish(Found::Fine),
        Move::Pushed(Push::There),
        Move::Opens,
        Move::PullStirs,
    ];
    let asked = [
        Move::AgentAsks,
        Move::TurnEnds(Ending::Done),
        Move::Rings(0),
    ];
    let lost = [
        Move::TurnEnds(Ending::Done),
        Move::Collected(Made::Work),
        Move::LosesRight { told: false },
    ];
    vec![
        [&agreed[..], &done].concat(),
        [&agreed[..], &approved, &done].concat(),
        [&agreed[..], &asked].concat(),
        [&agreed[..], &[Move::Unlabel(Ana)]].concat(),
        [&says(12)[..], &agreed].concat(),
        [&agreed[..], &lost].concat(),
        [&agreed[..], &[Move::TurnEnds(Ending::Crashed)]].concat(),
    ]
}
