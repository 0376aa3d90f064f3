//! What a comment answers: to which question, with which option or words, and what in it could not be understood.

/// What a comment answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// At most one per question, each for an open one.
    pub given: Vec<Given>,
    /// What could not be understood; the first such thing.
    pub unclear: Option<Unclear>,
    /// Questions that it speaks to and that were answered before.
    pub settled: Vec<u32>,
    /// Words that decide nothing: they name no option where there are some, or no question where several are open.
    pub words: String,
}

impl Answers {
    /// It says nothing about any question.
    pub fn is_nothing(&self) -> bool {
        self.given.is_empty() && self.unclear.is_none() && self.settled.is_empty()
    }
}

/// How something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saying {
    /// A plain comment: where there are options, words that name none are no decision.
    Plainly,
    /// By `/agent answer`: any words are the answer.
    AsAnswer,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The question's number.
    pub question: u32,
    /// Which option, from 0; without one it was answered in own words.
    pub option: Option<usize>,
    /// The option's text with what was said besides, or the words.
    pub text: String,
}

/// Why an answer could not be taken. `said` is at most 40 characters of what the person wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclear {
    /// The question has no such option.
    NoSuchOption {
        /// The question's number.
        question: u32,
        /// The number or letter.
        said: String,
        /// How many options it has.
        options: usize,
    },
    /// A number that is no open question's.
    NoSuchQuestion {
        /// The number.
        number: u32,
    },
    /// Several questions are open, and nothing says which one is meant.
    WhichQuestion,
    /// Two different answers to one question.
    Twice {
        /// The question's number.
        question: u32,
    },
    /// What was said is the number of one option and the text of another.
    TwoReadings {
        /// The question's number.
        question: u32,
        /// The number or letter.
        said: String,
    },
    /// Two boxes of one question are ticked.
    TwoBoxes {
        /// The question's number.
        question: u32,
    },
    /// A ticked box does not stand where one of ours stood, or its text was changed.
    BoxChanged,
}
