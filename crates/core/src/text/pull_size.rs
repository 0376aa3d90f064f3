//! What is said of a change that is much to read: the question before its pull request opens, and the line in its description.

use super::count;
use crate::pull_size::PullSize;
use crate::question::Asked;

/// It opens as it is. The agent hears it as the answer, without the question.
const OPEN: &str = "Open the pull request as it is; change nothing more";
/// It is split. The same.
const SPLIT: &str = "Split it: leave in the working copy only the first part that makes sense alone, and say what is left for later";
/// How long the question waits before the pull request opens as it is, milliseconds.
const DEADLINE: i64 = 24 * 3_600_000;

/// What can be answered.
pub fn options() -> Vec<String> {
    vec![OPEN.to_owned(), SPLIT.to_owned()]
}

/// The question before the pull request opens.
pub fn question(size: PullSize, limit: u32) -> Asked {
    Asked {
        text: format!(
            "The work is done, and it is much to read: {}. Shall it be split?",
            lines(size, limit)
        ),
        options: options(),
        default: Some(OPEN.to_owned()),
        deadline_ms: Some(DEADLINE),
    }
}

/// The line in the description of a pull request that is much to read.
pub fn large(size: PullSize, limit: u32) -> String {
    let lines = lines(size, limit);
    format!(
        "\nMuch to read: {lines}. A review that says what can come later sends the agent back to take it out.\n"
    )
}

fn lines(size: PullSize, limit: u32) -> String {
    let lines = count(size.lines, "changed line");
    let apart = match size.apart {
        0 => String::new(),
        apart => format!(", {apart} of tests and generated files not counted"),
    };
    format!("{lines} (more than {limit}{apart})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_is_much_to_read_is_said_to_be() {
        let size = PullSize {
            lines: 1_200,
            apart: 340,
        };
        let asked = question(size, 800);
        insta::assert_snapshot!(asked.text, @"The work is done, and it is much to read: 1200 changed lines (more than 800, 340 of tests and generated files not counted). Shall it be split?");
        assert!(
            asked
                .default
                .is_some_and(|default| asked.options.contains(&default))
        );
        insta::assert_snapshot!(large(PullSize { apart: 0, ..size }, 800), @"Much to read: 1200 changed lines (more than 800). A review that says what can come later sends the agent back to take it out.");
    }
}
