//! What is said of a sprint: how far it is, how each of its issues stands, what holds it, and who has to act.

use super::issue_link::reference;
use super::sprint_approval as approval;
use super::{answer_replies, clock, count};
use crate::dependency::{Named, Standing};
use crate::graph::draw;
use crate::ids::TaskKey;
use crate::location::Place;
use crate::sanitise;
use crate::sprint::{Member, Off, Outline, PhaseState, Sprint, SprintStanding, Work};
use crate::task::Task;

/// So many lines of the tree are shown.
const LINES: usize = 120;
/// So many issues are named in one sentence.
const NAMED: usize = 5;
/// So much of a title is shown, in characters.
const TITLE: usize = 80;
/// The parts of the progress bar.
const BAR: usize = 10;

/// A line of the timeline: the tree could not be read.
pub const UNREAD: &str = "its sub-issues could not be read";

/// Why nothing starts, as a comment.
pub fn refused(say: &str) -> String {
    // What is said of one issue's start ends with the way for one issue.
    let say = say.replace(
        "comment `/agent go`",
        "put the label `agent:sprint` on again",
    );
    format!("The label `agent:sprint` starts nothing here: {say}")
}

/// GitHub could not be asked, or refused to answer.
pub fn unchecked(say: &str, exhausted: bool) -> String {
    let way = "Take the label `agent:sprint` off and put it on again to try once more.";
    match exhausted {
        true => format!(
            "GitHub did not answer when it was asked for the sub-issues and for who may start work here. {way}"
        ),
        false => format!("{say} {way}"),
    }
}

/// Why an issue that waited does not start any more, half a sentence.
pub fn withdrawn(why: Off, of: &Named) -> String {
    let of = format!("{}#{}", of.name, of.key.issue);
    match why {
        Off::Label => {
            format!("it waited as part of `{of}`, and the label `agent:sprint` was taken off there")
        }
        Off::Closed => format!("it waited as part of `{of}`, which was closed"),
    }
}

/// The same: it belongs to the sprint no more.
pub fn not_part(of: &Named) -> String {
    format!(
        "it waited as part of `{}#{}`, and was taken out of it",
        of.name, of.key.issue
    )
}

/// The status comment.
pub fn render(task: &Task, now: i64) -> String {
    let Some(sprint) = &task.sprint else {
        return String::new();
    };
    let mut parts = vec![header(task), section(task)];
    if let Some(picture) = sprint.picture(task.key()) {
        let drawing = draw::mermaid(&picture);
        parts.push(format!(
            "<details><summary>Graph</summary>\n\n```mermaid\n{drawing}```\n\n</details>"
        ));
    }
    parts.push(format!("<sub>updated {}</sub>", clock(now)));
    parts.retain(|part| !part.is_empty());
    sanitise::fit(&parts.join("\n\n"), super::LIMIT)
}

/// What is said of it where the issue has a session of its own; `None` before it began.
pub fn beside(task: &Task) -> Option<String> {
    let sprint = task.sprint.as_ref()?;
    match &sprint.standing {
        SprintStanding::Asked | SprintStanding::Refused { .. } => None,
        SprintStanding::On | SprintStanding::Off { .. } => {
            Some(format!("{}\n\n{}", header(task), section(task)))
        }
    }
}

/// The first line: the mood in bold, and how far it is.
pub fn header(task: &Task) -> String {
    let Some(sprint) = &task.sprint else {
        return String::new();
    };
    let outline = Outline::of(sprint, task.key());
    let whom = || answer_replies::name(&sprint.actor.login);
    let (all, open) = outline.count_all();
    let mood = match &sprint.standing {
        SprintStanding::Asked => "**Sprint** · checking".to_owned(),
        SprintStanding::Refused { .. } => return "**Sprint not started**".into(),
        SprintStanding::Off { why: Off::Label } => "**Sprint stopped**".into(),
        SprintStanding::Off { why: Off::Closed } if outline.is_done() => "**Sprint done**".into(),
        SprintStanding::Off { why: Off::Closed } => "**Sprint stopped** · closed".into(),
        SprintStanding::On if sprint.missing => {
            return format!("**Needs {}** · this GitHub has no sub-issues", whom());
        }
        SprintStanding::On if sprint.members.is_empty() => {
            return format!("**Needs {}** · a sprint without sub-issues", whom());
        }
        SprintStanding::On if sprint.go => {
            format!("**Needs {}** · `agent:go` goes first", whom())
        }
        SprintStanding::On if open == 0 => "**Sprint done**".into(),
        SprintStanding::On if outline.waits_for_approval() => {
            format!(
                "**Needs {}** · the sprint's start has to be approved",
                whom()
            )
        }
        SprintStanding::On => "**Sprint**".into(),
    };
    format!("{mood} · {}", bar(all - open, all))
}

/// How many are closed, drawn and in numbers.
fn bar(done: usize, all: usize) -> String {
    let parts = all.min(BAR);
    let full = (done * parts).checked_div(all).unwrap_or(0);
    format!(
        "{}{} {done} of {all}",
        "█".repeat(full),
        "░".repeat(parts - full)
    )
}

/// What is between the first line and the drawing.
pub fn section(task: &Task) -> String {
    let Some(sprint) = &task.sprint else {
        return String::new();
    };
    let shown = Shown {
        sprint,
        outline: Outline::of(sprint, task.key()),
        root: task.key(),
        home: &task.place,
    };
    let parts = [
        shown.next(),
        shown.tree(),
        shown.by_themselves(),
        shown.stuck(),
        shown.left_out(),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join("\n\n")
}

struct Shown<'a> {
    sprint: &'a Sprint,
    outline: Outline<'a>,
    root: TaskKey,
    home: &'a Place,
}

impl Shown<'_> {
    /// What holds all of it, and the way out.
    fn next(&self) -> Option<String> {
        let sprint = self.sprint;
        let say = match &sprint.standing {
            SprintStanding::Asked => return None,
            SprintStanding::Refused { say } => return Some(refused(say)),
            SprintStanding::Off { why: Off::Label } => {
                "The label `agent:sprint` was taken off, so nothing more of it starts; what is at work goes on. Put the label \
                 on again to go on."
            }
            SprintStanding::Off { why: Off::Closed } if self.outline.is_done() => return None,
            SprintStanding::Off { why: Off::Closed } => {
                "The issue is closed, so nothing more of it starts; what is at work goes on. Reopen the issue to go on."
            }
            SprintStanding::On if sprint.unread => {
                "GitHub did not tell how its sub-issues stand, so nothing more of it starts. It is read again with the next \
                 change; to have that at once, take the label `agent:sprint` off and put it on again."
            }
            SprintStanding::On if sprint.missing => {
                "The label `agent:sprint` has an issue's sub-issues worked on, and this GitHub server is too old to have any. Put \
                 the label `agent:go` on each issue that is to be worked on; what they wait for may be written there, as in \
                 `Depends on #12`."
            }
            SprintStanding::On if sprint.members.is_empty() => {
                "The label `agent:sprint` has an issue's sub-issues worked on, and there are none here. Add sub-issues, and they \
                 start by themselves; to have this issue itself worked on, use the label `agent:go` instead."
            }
            SprintStanding::On if sprint.go => {
                "The label `agent:go` is on this issue as well and goes first: one agent works on the issue as a whole, and no \
                 further sub-issue starts. Take `agent:go` off to have the sub-issues worked on."
            }
            SprintStanding::On if self.outline.waits_for_approval() && sprint.gave_up_waiting() => {
                "Nobody approved it in time. It still starts when somebody with write access writes `/agent approve`."
            }
            SprintStanding::On if self.outline.waits_for_approval() => {
                return Some(approval::whole(sprint.terms(self.root)));
            }
            SprintStanding::On => return None,
        };
        Some(say.to_owned())
    }

    fn tree(&self) -> Option<String> {
        if self.sprint.members.is_empty() {
            return None;
        }
        let mut lines = Vec::new();
        self.below(None, 0, &mut lines);
        let surplus = lines.len().saturating_sub(LINES);
        lines.truncate(LINES);
        if surplus > 0 {
            lines.push(format!("- … and {surplus} more lines"));
        }
        Some(lines.join("\n"))
    }

    fn below(&self, parent: Option<usize>, depth: usize, lines: &mut Vec<String>) {
        let members = self.sprint.members.iter().enumerate();
        for (place, member) in members.filter(|(_, one)| one.is.parent == parent) {
            let indent = "  ".repeat(depth);
            if !self.outline.is_phase(place) {
                lines.push(format!("{indent}- {}", self.leaf(member)));
                continue;
            }
            lines.push(format!("{indent}- {}", self.phase(place, member)));
            if self.outline.state(place) != PhaseState::Complete {
                self.below(Some(place), depth + 1, lines);
            }
        }
    }

    fn name(&self, member: &Member) -> String {
        let title = sanitise::inline(&member.is.title, TITLE);
        let link = reference(&member.is.issue, self.home);
        format!("{link} {title}").trim_end().to_owned()
    }

    fn leaf(&self, member: &Member) -> String {
        let (tick, how) = match member.is.standing {
            Standing::Completed => ("x", None),
            Standing::NotPlanned => ("x", Some("closed as not planned")),
            Standing::Duplicate => ("x", Some("closed as a duplicate")),
            Standing::Other => ("x", Some("closed, but not as completed")),
            Standing::Open if member.is.out_of_reach => (" ", Some("out of reach")),
            Standing::Open => (" ", work(member.work)),
        };
        let how = how.map_or_else(String::new, |how| format!(" · {how}"));
        format!("[{tick}] {}{how}", self.name(member))
    }

    fn phase(&self, place: usize, member: &Member) -> String {
        let (all, open) = self.outline.count(place);
        let how = match self.outline.state(place) {
            PhaseState::Complete => "complete".to_owned(),
            PhaseState::Closed => "closed, so nothing of it starts".into(),
            PhaseState::Above => "not started".into(),
            PhaseState::Waits => self.waits(place, member),
            PhaseState::Approval => "waits for `/agent approve` there".into(),
            PhaseState::Started => "started".into(),
        };
        let done = all - open;
        format!("**{}** · {done} of {all} · {how}", self.name(member))
    }

    fn waits(&self, place: usize, member: &Member) -> String {
        let unmet = self.outline.unmet(place);
        let mut named: Vec<String> = unmet.map(|one| reference(&one.issue, self.home)).collect();
        let surplus = named.len().saturating_sub(NAMED);
        named.truncate(NAMED);
        if surplus > 0 {
            named.push(format!("{surplus} more"));
        }
        if member.is.unknown > 0 {
            let unknown = count(u64::from(member.is.unknown), "issue");
            named.push(format!("{unknown} that cannot be read"));
        }
        let circle = match self.sprint.is_in_circle(self.root, member.key()) {
            true => ", which waits for it in turn: take one of these dependencies away",
            false => "",
        };
        format!("waits for {}{circle}", named.join(", "))
    }

    /// Who let the phases start that nobody is asked for.
    fn by_themselves(&self) -> Option<String> {
        if !self.outline.started() {
            return None;
        }
        let mut members = self.sprint.members.iter().enumerate();
        let unasked = members.any(|(place, one)| {
            let waits = self.outline.state(place) == PhaseState::Waits;
            self.outline.is_phase(place) && waits && !one.is.checkpoint
        });
        let by = answer_replies::name(&self.sprint.actor.login);
        unasked.then(|| {
            format!("{by} approved phases without the label `checkpoint` by `agent:sprint`: they start by themselves.")
        })
    }

    /// What a person has to decide.
    fn stuck(&self) -> Option<String> {
        if !self.sprint.is_on() {
            return None;
        }
        let stuck = self.outline.stuck();
        let (far, stuck): (Vec<&Member>, Vec<&Member>) = stuck.partition(|one| one.is.out_of_reach);
        let stuck = self.listed(&stuck).map(|named| {
            format!("Needs a person: {named}. Comment `/agent retry` there, or close the issue, and the sprint goes on.")
        });
        let far = self.listed(&far).map(|named| {
            format!("Out of reach: {named}. Install the App there, or have it done by hand and close the issue.")
        });
        let parts: Vec<String> = stuck.into_iter().chain(far).collect();
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }

    /// The first of these, and how many more.
    fn listed(&self, members: &[&Member]) -> Option<String> {
        let named = members.iter().take(NAMED);
        let named = named.map(|one| reference(&one.is.issue, self.home));
        let more = members.len().saturating_sub(NAMED);
        let more = (more > 0).then(|| format!("{more} more"));
        let named: Vec<String> = named.chain(more).collect();
        (!named.is_empty()).then(|| named.join(", "))
    }

    fn left_out(&self) -> Option<String> {
        let (cut, hidden) = (self.sprint.cut, self.sprint.hidden);
        let cut = (cut > 0).then(|| {
            format!(
                "At least {} left out: skep takes 1,100 in eight levels for one sprint.",
                are(cut)
            )
        });
        let hidden = (hidden > 0).then(|| {
            format!(
                "{} in repositories that skep does not reach. Install the App there, or start the work there by hand.",
                are(hidden)
            )
        });
        let parts: Vec<String> = cut.into_iter().chain(hidden).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

fn are(many: u32) -> String {
    let verb = if many == 1 { "is" } else { "are" };
    format!("{} {verb}", count(u64::from(many), "sub-issue"))
}

/// How far the work on an issue is; `None` where nothing is on.
fn work(work: Work) -> Option<&'static str> {
    Some(match work {
        Work::None => return None,
        Work::Asked | Work::Checking | Work::Queued => "queued",
        Work::Held => "waits for other issues",
        Work::Working => "working",
        Work::Gated | Work::NeedsYou => "needs a person",
        Work::Waiting => "waits for its model",
        Work::Paused => "paused",
        Work::Review => "in review",
        Work::Done => "done, and still open",
        Work::Refused => "not started",
        Work::Failed => "failed",
        Work::Stopped => "stopped",
    })
}
