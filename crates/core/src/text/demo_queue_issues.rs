//! The issues of `skep demo --queue`: ten that agents work on, and the plan with its two phases that six of them belong to.
//!
//! They are filed in this order in a new repository, so that each has the number that the others name. The scripts in them are
//! for the demo agent, which has no model.

/// An issue of the demo.
pub struct QueueIssue {
    /// Its number.
    pub number: i64,
    /// Its title.
    pub title: &'static str,
    /// What it is for.
    pub kind: QueueKind,
    /// The issue that it is a part of.
    pub parent: Option<i64>,
    /// What it says.
    pub says: &'static str,
    /// What the agent does.
    pub script: &'static str,
    /// What blocks it, by GitHub's own dependencies.
    pub blocked_by: &'static [i64],
    /// Its labels, besides those that start something.
    pub labels: &'static [&'static str],
    /// Everything that it waits for, however it is said.
    pub after: &'static [i64],
}

/// What an issue is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueKind {
    /// An agent works on it, and a person merges what it made.
    Merged,
    /// The same; on the way its provider's limit is used up.
    Limited,
    /// A person agrees to its start; what the agent made stays in review.
    Approved,
    /// It is a plan: its parts are worked on.
    Plan,
    /// It is a phase of a plan.
    Phase,
}

impl QueueKind {
    /// Whether an agent works on it.
    pub fn is_work(self) -> bool {
        matches!(self, Self::Merged | Self::Limited | Self::Approved)
    }
}

impl QueueIssue {
    /// The one with that number.
    pub fn of(number: i64) -> Option<&'static Self> {
        ISSUES.iter().find(|issue| issue.number == number)
    }

    /// Its text, with the script.
    pub fn body(&self) -> String {
        match self.script {
            "" => self.says.to_owned(),
            script => format!("{}\n\n```skep-demo\n{script}\n```\n", self.says),
        }
    }

    /// The label that starts it; `None` where the plan does.
    pub fn switch(&self) -> Option<&'static str> {
        match self.kind {
            QueueKind::Plan => Some("agent:sprint"),
            QueueKind::Phase => None,
            _ => self.parent.is_none().then_some("agent:go"),
        }
    }
}

const NONE: QueueIssue = QueueIssue {
    number: 0,
    title: "",
    kind: QueueKind::Merged,
    parent: None,
    says: "",
    script: "",
    blocked_by: &[],
    labels: &[],
    after: &[],
};

/// The file that the issue in review makes, and the issue.
pub const IN_REVIEW: (i64, &str) = (4, "week.md");

/// All of them.
pub const ISSUES: [QueueIssue; 13] = [
    QueueIssue {
        number: 1,
        title: "Count the beds",
        says: "Nobody knows how many there are.",
        script: "write beds.md: There are four beds.\nwait 0.3\nsay Counted them.",
        ..NONE
    },
    QueueIssue {
        number: 2,
        title: "Measure the beds",
        says: "Depends on #1.",
        script: "write sizes.md: Each bed has two square metres.\nwait 0.3\nsay Measured them.",
        after: &[1],
        ..NONE
    },
    QueueIssue {
        number: 3,
        title: "List the tools",
        kind: QueueKind::Limited,
        says: "All that is in the shed.",
        script: "write tools.md: - a spade\nwait 0.8\nfail limit 2\nappend tools.md: - a rake\nsay Listed them.",
        ..NONE
    },
    QueueIssue {
        number: 4,
        title: "Plan the week",
        kind: QueueKind::Approved,
        says: "Who does what, with which tool.",
        script: "write week.md: Monday: dig.\nwait 0.3\nsay Planned it.",
        blocked_by: &[2],
        labels: &["checkpoint", "depends:issue-3"],
        after: &[2, 3],
        ..NONE
    },
    QueueIssue {
        number: 5,
        title: "Plant the garden",
        kind: QueueKind::Plan,
        says: "First sow, then plant out.",
        ..NONE
    },
    QueueIssue {
        number: 6,
        title: "Sow",
        kind: QueueKind::Phase,
        parent: Some(5),
        ..NONE
    },
    QueueIssue {
        number: 7,
        title: "Plant out",
        kind: QueueKind::Phase,
        parent: Some(5),
        blocked_by: &[6],
        after: &[6],
        ..NONE
    },
    QueueIssue {
        number: 8,
        title: "Sow tomatoes",
        parent: Some(6),
        script: "write sow/tomatoes.md: In March, indoors.\nwait 0.4\nsay Sown.",
        ..NONE
    },
    QueueIssue {
        number: 9,
        title: "Sow beans",
        parent: Some(6),
        script: "write sow/beans.md: In May.\nwait 0.3\nsay Sown.",
        ..NONE
    },
    QueueIssue {
        number: 10,
        title: "Sow lettuce",
        parent: Some(6),
        script: "write sow/lettuce.md: Every two weeks.\nwait 0.2\nsay Sown.",
        ..NONE
    },
    QueueIssue {
        number: 11,
        title: "Plant tomatoes",
        parent: Some(7),
        script: "write out/tomatoes.md: Half a metre apart.\nwait 0.2\nsay Planted.",
        ..NONE
    },
    QueueIssue {
        number: 12,
        title: "Plant beans",
        parent: Some(7),
        script: "write out/beans.md: Six around a pole.\nwait 0.3\nsay Planted.",
        ..NONE
    },
    QueueIssue {
        number: 13,
        title: "Plant lettuce",
        parent: Some(7),
        script: "write out/lettuce.md: Between the tomatoes.\nwait 0.2\nsay Planted.",
        ..NONE
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_stand_in_order_and_ten_are_worked_on() {
        for (place, issue) in ISSUES.iter().enumerate() {
            assert_eq!(issue.number, place as i64 + 1, "{}", issue.title);
            let named = issue.after.iter().chain(issue.blocked_by);
            assert!(
                named
                    .chain(&issue.parent)
                    .all(|other| (1..=13).contains(other))
            );
            assert_eq!(issue.script.is_empty(), !issue.kind.is_work());
        }
        let worked = ISSUES.iter().filter(|issue| issue.kind.is_work());
        assert_eq!(worked.count(), 10);
        let review = &ISSUES[IN_REVIEW.0 as usize - 1];
        assert!(review.kind == QueueKind::Approved && review.script.contains(IN_REVIEW.1));
    }
}
