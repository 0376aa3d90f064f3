//! Boxes ticked in a question comment of ours. People with write access can edit it in any way, so a box counts only
//! where it stands under its question and still has its text.

use super::found::Found;
use super::{Answers, Question, Unclear, shown};
use crate::markdown::{Kind, rows};

/// Reads the ticked boxes of our comment as a person left it. `open` are the open questions that stand in it; boxes of
/// other questions are no answers any more and say nothing.
pub fn ticked(open: &[&Question], body: &str) -> Answers {
    let mut found = Found::default();
    let mut section = None;
    for row in rows(body).iter().filter(|row| row.kind == Kind::Words) {
        if let Some(number) = heading(row.text) {
            section = Some(number);
        } else if let Some(line) = checked(row.text) {
            tick(open, section, line, &mut found);
        }
    }
    found.answers()
}

fn checked(line: &str) -> Option<&str> {
    line.strip_prefix("- [x] ")
        .or_else(|| line.strip_prefix("- [X] "))
}

fn tick(open: &[&Question], section: Option<u32>, line: &str, found: &mut Found) {
    let here: Vec<&Question> = open
        .iter()
        .copied()
        .filter(|question| section.is_none_or(|number| number == question.id))
        .collect();
    let matching = |question: &&Question| {
        index(question, line, section.is_none()).map(|index| (question.id, index))
    };
    let options: Vec<(u32, usize)> = here.iter().filter_map(matching).collect();
    match (here.as_slice(), options.as_slice()) {
        ([], _) => {}
        (_, [(id, index)]) => {
            let question = here.iter().find(|question| question.id == *id);
            found.option_of(
                question.copied(),
                *index,
                Unclear::TwoBoxes { question: *id },
            );
        }
        _ => found.unclear(Unclear::BoxChanged),
    }
}

/// The number of a question's heading: `### 2 · Which one?`.
fn heading(line: &str) -> Option<u32> {
    let rest = line.strip_prefix("### ")?;
    rest.split_once(" ·")
        .map_or(rest, |(number, _)| number)
        .trim_end()
        .parse()
        .ok()
}

fn index(question: &Question, line: &str, alone: bool) -> Option<usize> {
    let (label, text) = line.split_once(". ")?;
    let index =
        (0..question.options.len()).find(|index| Question::label(*index, alone) == label)?;
    (shown(&question.options[index]) == text.trim_end()).then_some(index)
}
