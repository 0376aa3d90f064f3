//! The words people put around a choice: `postgres, please. Thanks!` chooses postgres, and so does `let's take postgres`.
//! What could turn the choice round (a "not", a question mark) is never taken away.

/// Before a choice.
const BEFORE: &[&str] = &[
    "please",
    "ok",
    "okay",
    "hi",
    "hello",
    "hey",
    "well",
    "then",
    "so",
    "i'd say",
    "i would say",
    "i say",
    "i think",
    "i'd take",
    "i would take",
    "i take",
    "i'll take",
    "i'd go with",
    "i would go with",
    "i go with",
    "let's go with",
    "let's go for",
    "let's use",
    "let's take",
    "let us use",
    "let us take",
    "go with",
    "go for",
    "i choose",
    "i pick",
    "i prefer",
    "i'd prefer",
    "prefer",
    "choose",
    "pick",
    "take",
    "use",
    "make it",
    "my choice:",
    "answer:",
    "decision:",
    "bitte",
    "ich nehme",
    "nimm",
    "wir nehmen",
    "s'il te plaît",
    "s'il vous plaît",
    "je prends",
    "prends",
    "por favor",
    "usa",
    "usemos",
    "per favore",
    "graag",
    "пожалуйста",
    "请",
    "請",
];

/// Behind a choice.
const AFTER: &[&str] = &[
    "please",
    "pls",
    "plz",
    "thanks",
    "thank you",
    "thanks a lot",
    "many thanks",
    "thank you very much",
    "thx",
    "ty",
    "cheers",
    "then",
    "for now",
    "bitte",
    "danke",
    "vielen dank",
    "merci",
    "merci beaucoup",
    "s'il te plaît",
    "s'il vous plaît",
    "svp",
    "stp",
    "gracias",
    "muchas gracias",
    "por favor",
    "obrigado",
    "obrigada",
    "grazie",
    "per favore",
    "graag",
    "dank je",
    "bedankt",
    "tack",
    "tak",
    "takk",
    "kiitos",
    "dzięki",
    "proszę",
    "díky",
    "prosím",
    "спасибо",
    "пожалуйста",
    "お願いします",
    "ありがとう",
    "ありがとうございます",
    "谢谢",
    "謝謝",
    "감사합니다",
    "부탁합니다",
    "👍",
    "🙏",
    "🙂",
    "😀",
    "😊",
    ":)",
    ":-)",
    "!",
];

/// A line with ever fewer courtesies around it, the line itself first: what stands behind a choice goes before what stands
/// before it, which may be part of it (`use postgres`).
pub(super) fn fewer(line: &str) -> Vec<&str> {
    let mut found = vec![line.trim()];
    for shorter in [behind as fn(&str) -> &str, before] {
        for _ in 0..6 {
            let last = found.last().copied().unwrap_or_default();
            let left = shorter(last);
            if left.len() == last.len() {
                break;
            }
            found.push(left);
        }
    }
    found
}

/// A line without the courtesies around it.
pub(super) fn without(line: &str) -> &str {
    fewer(line).last().copied().unwrap_or(line)
}

fn between(c: char) -> bool {
    c.is_whitespace() || ".,;:!–—-".contains(c)
}

/// Takes one courtesy off the beginning.
fn before(line: &str) -> &str {
    let taken = BEFORE.iter().filter_map(|word| {
        let rest = strip(line, word)?;
        let apart = rest.starts_with(between) || !word.is_ascii();
        apart
            .then(|| rest.trim_start_matches(between))
            .filter(|rest| !rest.is_empty())
    });
    taken.min_by_key(|rest| rest.len()).unwrap_or(line)
}

/// Takes one courtesy off the end.
fn behind(line: &str) -> &str {
    let end = line.trim_end_matches(|c: char| c.is_whitespace() || ".,;!".contains(c));
    let taken = AFTER.iter().filter_map(|word| {
        let start = end
            .len()
            .checked_sub(word.len())
            .filter(|start| end.is_char_boundary(*start))?;
        let (rest, tail) = end.split_at(start);
        let apart = rest.ends_with(between) || !word.starts_with(|c: char| c.is_ascii_alphabetic());
        (apart && tail.to_lowercase() == *word)
            .then(|| rest.trim_end_matches(between))
            .filter(|rest| !rest.is_empty())
    });
    taken.min_by_key(|rest| rest.len()).unwrap_or(line)
}

/// What follows the word at the beginning, whatever its case and whichever apostrophe it has.
fn strip<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    let mut rest = line.chars();
    for wanted in word.chars() {
        let c = rest.next()?;
        let same = c == wanted
            || c.to_lowercase().eq(wanted.to_lowercase())
            || (wanted == '\'' && c == '’');
        if !same {
            return None;
        }
    }
    Some(rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn courtesies_go_and_meaning_stays() {
        for (line, left) in [
            ("postgres, please. Thanks!", "postgres"),
            ("Let’s use Postgres!", "Postgres!"),
            ("OK, I'd go with 2, thanks a lot :)", "2"),
            ("No, thanks", "No"),
            ("Yes 👍", "Yes"),
            ("bitte Postgres, danke", "Postgres"),
            ("postgres お願いします", "postgres"),
            ("please", "please"),
            ("Thanks!", "Thanks!"),
            ("not postgres, please", "not postgres"),
            ("postgres?", "postgres?"),
            ("usage", "usage"),
            ("mytake", "mytake"),
            ("", ""),
        ] {
            assert_eq!(without(line), left, "{line}");
        }
    }
}
