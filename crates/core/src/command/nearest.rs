//! The command somebody meant who mistyped one.

use super::table;

/// The nearest command: at most two edits away, one for words of three or four letters, none for `go`, which is one edit
/// from too many words.
pub(super) fn nearest(word: &str) -> Option<&'static str> {
    let word: String = word.chars().take(20).collect::<String>().to_lowercase();
    let near = table::ALL
        .iter()
        .map(|usage| (edits(&word, usage.word), usage.word));
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

/// How many letters must be changed, added, dropped or swapped with their neighbour.
fn edits(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for i in 1..=left.len() {
        let mut row = vec![i];
        for j in 1..=right.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
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
