//! Random comments, questions and boxes: nothing is guessed, nothing falls, and what we print we can read.

use proptest::prelude::*;

use super::NOW;
use crate::question::*;
use crate::text::question::{Asking, render};

/// Pieces of answers, quotes, code and noise.
fn comment() -> impl Strategy<Value = String> {
    let pieces = vec![
        "1",
        "2",
        "3",
        "9",
        "a",
        "b",
        "z",
        "1b",
        "2a",
        ":",
        ".",
        "#",
        ",",
        " ",
        " ",
        "\n",
        "\n",
        "\r\n",
        "\n\n",
        "> ",
        "```\n",
        "    ",
        "- [x] ",
        "- ",
        "and",
        "use sqlite",
        "Use Postgres",
        "sessions",
        "Which database should it use?",
        "words",
        "@skep ",
        "<!--",
        "-->",
        "<b>",
        "\u{200b}",
        "\u{202e}",
        "é",
        "🦀",
        "option ",
        "### 1 ·",
        "*",
        "`",
        "=",
        "q",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..25).prop_map(|pieces| pieces.concat())
}

fn any_option() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9 ]{1,12}", "\\PC{1,30}", comment()]
}

fn batch() -> impl Strategy<Value = Vec<Question>> {
    let text = prop_oneof![
        comment(),
        "\\PC{1,60}",
        Just("### 2 · x\n\n- [x] a. y\n```\n- [x] a. z".to_owned())
    ];
    let asked = (
        text,
        prop::collection::vec(any_option(), 0..5),
        any_option(),
    );
    let asked = asked.prop_map(|(text, options, default)| {
        Asked {
            text,
            options,
            default: Some(default),
            deadline_ms: Some(9_000_000),
        }
        .tidy()
    });
    (prop::collection::vec(asked, 1..4), 1u32..200)
        .prop_map(|(asked, first)| number(asked, first, NOW))
}

fn sound(open: &[&Question], answers: &Answers) -> Result<(), TestCaseError> {
    for given in &answers.given {
        let question = open.iter().find(|question| question.id == given.question);
        let fits = |question: &&&Question| {
            let count = question.options.len();
            given.option.is_none_or(|index| index < count)
        };
        prop_assert!(question.filter(fits).is_some());
        prop_assert_eq!(
            answers
                .given
                .iter()
                .filter(|other| other.question == given.question)
                .count(),
            1
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_comment_breaks_the_grammar(batch in batch(), body in prop_oneof![comment(), "\\PC{0,80}"]) {
        let open: Vec<&Question> = batch.iter().collect();
        sound(&open, &answers(&open, &body, Saying::Plainly))?;
        sound(&open, &ticked(&open, &body))?;
        for asked in in_message(&body, true) {
            prop_assert_eq!(asked.clone().tidy(), asked);
        }
    }

    #[test]
    fn a_number_and_a_letter_always_answer(batch in batch(), question in any::<prop::sample::Index>(), option in any::<prop::sample::Index>()) {
        let question = &batch[question.index(batch.len())];
        prop_assume!(batch.len() > 1 && !question.options.is_empty());
        let index = option.index(question.options.len());
        let body = format!("{}{}", question.id, Question::label(index, false));
        let open: Vec<&Question> = batch.iter().collect();
        let given = Given { question: question.id, option: Some(index), text: question.options[index].trim().to_owned() };
        prop_assert_eq!(answers(&open, &body, Saying::Plainly), Answers { given: vec![given], ..Answers::default() });
    }

    #[test]
    fn an_untouched_comment_of_ours_ticks_nothing(batch in batch(), more in 0usize..3) {
        let open: Vec<&Question> = batch.iter().collect();
        let page = render(&batch, batch.len() + more, &Asking { requester: Some("ana"), now: NOW, expire_ms: 7 * 86_400_000 });
        prop_assert_eq!(ticked(&open, &page), Answers::default());
        prop_assert!(page.chars().count() <= crate::text::LIMIT);
    }

    #[test]
    fn every_box_of_ours_is_read_back(batch in batch(), more in 0usize..3, which in any::<prop::sample::Index>(), crlf: bool) {
        let open: Vec<&Question> = batch.iter().collect();
        let page = render(&batch, batch.len() + more, &Asking { requester: Some("ana"), now: NOW, expire_ms: 7 * 86_400_000 });
        let boxes: Vec<(u32, usize)> = batch.iter().flat_map(|question| (0..question.options.len()).map(|index| (question.id, index))).collect();
        prop_assume!(!boxes.is_empty());
        let which = which.index(boxes.len());
        let places: Vec<usize> = page.match_indices("\n- [ ] ").map(|(at, _)| at).collect();
        prop_assert_eq!(places.len(), boxes.len());
        let mut page = page;
        page.replace_range(places[which] + 4..places[which] + 5, "x");
        let page = if crlf { page.replace('\n', "\r\n") } else { page };
        let found = ticked(&open, &page);
        let given: Vec<_> = found.given.iter().map(|given| (given.question, given.option)).collect();
        prop_assert_eq!((given, found.unclear), (vec![(boxes[which].0, Some(boxes[which].1))], None));
    }
}
