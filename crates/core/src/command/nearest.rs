//! The command somebody meant who mistyped one.

use strsim::osa_distance;

use super::table;

/// The nearest command: at most two edits away, one for words of three or four letters, none for `go`, which is one edit
/// from too many words.
pub(super) fn nearest(word: &str) -> Option<&'static str> {
    let word: String = word.chars().take(20).collect::<String>().to_lowercase();
    let near = table::ALL
        .iter()
        .map(|usage| (osa_distance(&word, usage.word), usage.word));
    let near = near.filter(|(edits, command)| *edits <= allowed(command));
    near.min_by_key(|(edits, _)| *edits)
        .map(|(_, command)| command)
}

fn allowed(command: &str) -> usize {
    match command.len() {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let near = [
            "stpo", "halp", "statsu", "aprove", "retyr", "priorty", "Delegat", "anwser", "goo",
            "tost", "please", "fix",
        ];
        let found: Vec<_> = near.into_iter().map(nearest).collect();
        let some = Some;
        assert_eq!(
            found,
            [
                some("stop"),
                some("help"),
                some("status"),
                some("approve"),
                some("retry"),
                some("priority"),
                some("delegate"),
                some("answer"),
                None,
                None,
                None,
                None
            ]
        );
    }
}
