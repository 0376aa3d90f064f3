//! Collects what a comment answers: one answer per question, and none where two differ.

use super::{Answers, Given, Question, Unclear};

#[derive(Default)]
pub(super) struct Found {
    given: Vec<Given>,
    unclear: Option<Unclear>,
    /// Questions with two different answers: they get none.
    spoiled: Vec<u32>,
    settled: Vec<u32>,
    words: String,
}

impl Found {
    /// Takes an answer. A second one to the same question must be the same, or both go and `otherwise` is the reason.
    pub(super) fn take(&mut self, given: Given, otherwise: Unclear) {
        if self.spoiled.contains(&given.question) {
            return;
        }
        let Some(at) = self
            .given
            .iter()
            .position(|known| known.question == given.question)
        else {
            return self.given.push(given);
        };
        let known = &self.given[at];
        let same =
            known.option == given.option && (known.option.is_some() || known.text == given.text);
        if !same {
            self.given.remove(at);
            self.spoiled.push(given.question);
            self.unclear(otherwise);
        }
    }

    /// Takes an option as the answer.
    pub(super) fn option_of(
        &mut self,
        question: Option<&Question>,
        index: usize,
        otherwise: Unclear,
    ) {
        let Some(question) = question else { return };
        let Some(text) = question.options.get(index) else {
            return;
        };
        self.take(
            Given {
                question: question.id,
                option: Some(index),
                text: text.clone(),
            },
            otherwise,
        );
    }

    /// Adds a remark to the answer of a question.
    pub(super) fn remark(&mut self, question: u32, words: &str) {
        if let Some(given) = self
            .given
            .iter_mut()
            .find(|given| given.question == question)
        {
            given.text.push('\n');
            given.text.push_str(words);
        }
    }

    /// Notes what could not be understood; the first counts.
    pub(super) fn unclear(&mut self, why: Unclear) {
        self.unclear.get_or_insert(why);
    }

    /// Notes that a question it speaks to was answered before.
    pub(super) fn settled(&mut self, question: u32) {
        if !self.settled.contains(&question) {
            self.settled.push(question);
        }
    }

    /// Keeps words that decide nothing.
    pub(super) fn words(&mut self, words: &str) {
        let words = words.trim();
        if !self.words.is_empty() && !words.is_empty() {
            self.words.push_str("\n\n");
        }
        self.words.push_str(words);
    }

    /// The first answered question.
    pub(super) fn first(&self) -> Option<u32> {
        self.given.first().map(|given| given.question)
    }

    /// Whether nothing was taken, nothing was unclear, and nothing was answered before.
    pub(super) fn is_empty(&self) -> bool {
        self.given.is_empty() && self.unclear.is_none() && self.settled.is_empty()
    }

    pub(super) fn answers(self) -> Answers {
        let tidy = |given: Given| Given {
            text: given.text.trim().to_owned(),
            ..given
        };
        let given = self.given.into_iter().map(tidy).collect();
        Answers {
            given,
            unclear: self.unclear,
            settled: self.settled,
            words: self.words,
        }
    }
}
