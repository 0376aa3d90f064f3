//! A form that an agent wants filled in (`elicitation/create`,
//! <https://agentclientprotocol.com/protocol/v1/elicitation>) as questions to people, and their answer as the form's
//! content.
//!
//! Pure and total. A form whose required fields the words do not fill is cancelled, and the words go to the agent as words:
//! nothing is ever made up, and nothing is lost.

use std::collections::BTreeMap;

use agent_client_protocol::v1::schema::{
    CreateElicitationRequest, CreateElicitationResponse, ElicitationAcceptAction,
    ElicitationAction, ElicitationContentValue, ElicitationMode, ElicitationPropertySchema,
    ElicitationScope, MultiSelectItems, StringPropertySchema,
};

use super::envelope;
use super::tools::{AskReply, QUESTIONS_MAX};
use crate::core::question::Asked;
use crate::core::text::prompt;

const OPTIONS_MAX: usize = 10;
const TEXT_MAX: usize = 4_000;

/// A form with its questions, one for each field.
#[derive(Debug)]
pub(super) struct Form {
    /// The agent's id of the session it belongs to, if it names one.
    pub(super) session: Option<String>,
    /// What is asked, in the order of the fields.
    pub(super) asked: Vec<Asked>,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    name: String,
    /// What it is called in the questions.
    label: String,
    required: bool,
    kind: Kind,
}

/// What a field takes. Choices are the value and how it is shown.
#[derive(Debug)]
enum Kind {
    Text { choices: Vec<(String, String)> },
    Many { choices: Vec<(String, String)> },
    Boolean,
    Integer,
    Number,
}

struct Described {
    kind: Kind,
    title: Option<String>,
    description: Option<String>,
    default: Option<String>,
}

/// The form of a request; none if it is none that people can fill in by answering questions.
pub(super) fn read(request: CreateElicitationRequest) -> Option<Form> {
    let ElicitationMode::Form(form) = request.mode else {
        return None;
    };
    let session = match form.scope {
        ElicitationScope::Session(scope) => Some(scope.session_id.to_string()),
        _ => None,
    };
    let required = form.requested_schema.required.unwrap_or_default();
    let properties = form.requested_schema.properties;
    if properties.is_empty() || properties.len() > QUESTIONS_MAX {
        return None;
    }
    let single = properties.len() == 1;
    let (mut asked, mut fields) = (vec![], vec![]);
    for (name, property) in properties {
        let described = describe(property)?;
        let label = said(&name, &described, single);
        let mut text = label.clone();
        if asked.is_empty() && !request.message.trim().is_empty() {
            text = format!("{}\n\n{text}", request.message.trim())
                .trim()
                .to_owned();
        }
        asked.push(question(text, &described)?);
        fields.push(Field {
            required: required.contains(&name),
            name,
            label,
            kind: described.kind,
        });
    }
    Some(Form {
        session,
        asked,
        fields,
    })
}

fn describe(property: ElicitationPropertySchema) -> Option<Described> {
    Some(match property {
        ElicitationPropertySchema::String(text) => {
            let choices = choices(&text);
            let default = text.default.map(|value| shown(&choices, value));
            Described {
                kind: Kind::Text { choices },
                title: text.title,
                description: text.description,
                default,
            }
        }
        ElicitationPropertySchema::Boolean(boolean) => Described {
            kind: Kind::Boolean,
            title: boolean.title,
            description: boolean.description,
            default: boolean
                .default
                .map(|default| if default { "yes" } else { "no" }.to_owned()),
        },
        ElicitationPropertySchema::Integer(number) => Described {
            kind: Kind::Integer,
            title: number.title,
            description: number.description,
            default: number.default.map(|default| default.to_string()),
        },
        ElicitationPropertySchema::Number(number) => Described {
            kind: Kind::Number,
            title: number.title,
            description: number.description,
            default: number.default.map(|default| default.to_string()),
        },
        ElicitationPropertySchema::Array(many) => {
            let choices: Vec<(String, String)> = match many.items {
                MultiSelectItems::String(items) => items
                    .values
                    .into_iter()
                    .map(|value| (value.clone(), value))
                    .collect(),
                MultiSelectItems::Titled(items) => items
                    .options
                    .into_iter()
                    .map(|option| (option.value, option.title))
                    .collect(),
                _ => return None,
            };
            let default = many.default.map(|values| {
                values
                    .into_iter()
                    .map(|value| shown(&choices, value))
                    .collect::<Vec<_>>()
                    .join(", ")
            });
            Described {
                kind: Kind::Many { choices },
                title: many.title,
                description: many.description,
                default,
            }
        }
        _ => return None,
    })
}

fn choices(text: &StringPropertySchema) -> Vec<(String, String)> {
    match (&text.one_of, &text.enum_values) {
        (Some(titled), _) => titled
            .iter()
            .map(|option| (option.value.clone(), option.title.clone()))
            .collect(),
        (None, Some(values)) => values
            .iter()
            .map(|value| (value.clone(), value.clone()))
            .collect(),
        (None, None) => vec![],
    }
}

fn shown(choices: &[(String, String)], value: String) -> String {
    choices
        .iter()
        .find(|(of, _)| *of == value)
        .map_or(value, |(_, shown)| shown.clone())
}

/// The field in words. The only field of a form needs none beside the form's message.
fn said(name: &str, described: &Described, single: bool) -> String {
    match (described.title.as_deref(), described.description.as_deref()) {
        (Some(title), Some(description)) => format!("{title}: {description}"),
        (Some(text), None) | (None, Some(text)) => text.to_owned(),
        (None, None) if single => String::new(),
        (None, None) => name.to_owned(),
    }
}

fn question(mut text: String, described: &Described) -> Option<Asked> {
    let mut options: Vec<String> = match &described.kind {
        Kind::Boolean => vec!["yes".to_owned(), "no".to_owned()],
        Kind::Text { choices } => choices.iter().map(|(_, shown)| shown.clone()).collect(),
        Kind::Many { choices } if choices.is_empty() => return None,
        Kind::Many { choices } => {
            let list: Vec<&str> = choices.iter().map(|(_, shown)| shown.as_str()).collect();
            text = format!("{text} (any of: {})", list.join(", "));
            vec![]
        }
        Kind::Integer | Kind::Number => vec![],
    };
    if options.len() > OPTIONS_MAX {
        text = format!("{text} (one of: {})", options.join(", "));
        options.clear();
    }
    let fits = !text.trim().is_empty() && text.len() <= TEXT_MAX;
    fits.then(|| Asked {
        text,
        options,
        default: described.default.clone(),
        deadline_ms: None,
    })
}

impl Form {
    /// The answer to the agent.
    pub(super) fn answer(&self, reply: &AskReply) -> CreateElicitationResponse {
        let content = match reply {
            AskReply::Answered(words) => self.content(words),
            AskReply::Later(_) | AskReply::Refused(_) => None,
        };
        match content {
            Some(content) => {
                let accepted = ElicitationAcceptAction::new().content(content);
                CreateElicitationResponse::new(ElicitationAction::Accept(accepted))
            }
            None => cancelled(),
        }
    }

    /// The words that answer but do not fill the form: the agent must hear them in another way.
    pub(super) fn unfitting(&self, reply: &AskReply) -> Option<String> {
        let AskReply::Answered(words) = reply else {
            return None;
        };
        let told = envelope::all(words);
        self.content(words).is_none().then(|| {
            if told.is_empty() {
                words.clone()
            } else {
                told.join("\n\n")
            }
        })
    }

    fn content(&self, words: &str) -> Option<BTreeMap<String, ElicitationContentValue>> {
        let mut content = BTreeMap::new();
        for (field, answer) in self.fields.iter().zip(self.answers(words)) {
            match answer.and_then(|answer| value(&field.kind, &answer)) {
                Some(value) => {
                    content.insert(field.name.clone(), value);
                }
                None if field.required => return None,
                None => {}
            }
        }
        Some(content).filter(|content| !content.is_empty())
    }

    /// The answer to each question: by what was asked where that stands with the answer, else [`Form::in_lines`].
    fn answers(&self, words: &str) -> Vec<Option<String>> {
        let told = envelope::all(words);
        let parts: Vec<(&str, &str)> = told
            .iter()
            .filter_map(|told| prompt::answered(told))
            .collect();
        if parts.is_empty() || parts.len() < told.len() {
            return self.in_lines(told.last().copied().unwrap_or(words));
        }
        let same = |left: &str, right: &str| left.split_whitespace().eq(right.split_whitespace());
        let of = |(index, asked): (usize, &Asked)| {
            let named = parts
                .iter()
                .find(|(_, question)| same(question, &asked.text));
            // Words that were cleaned on the way are told by their place.
            let placed = || parts.get(index).filter(|_| parts.len() == self.asked.len());
            named
                .or_else(placed)
                .map(|(answer, _)| (*answer).to_owned())
        };
        self.asked.iter().enumerate().map(of).collect()
    }

    /// All the words for a single question, else the line that begins with its number or its text, else the lines in order
    /// if there are as many.
    fn in_lines(&self, words: &str) -> Vec<Option<String>> {
        if self.asked.len() == 1 {
            return vec![Some(words.trim().to_owned())];
        }
        let lines: Vec<&str> = words
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let named = |(index, field): (usize, &Field)| {
            lines.iter().find_map(|line| {
                begun(line, &(index + 1).to_string()).or_else(|| begun(line, &field.label))
            })
        };
        let found: Vec<Option<String>> = self.fields.iter().enumerate().map(named).collect();
        if found.iter().all(Option::is_none) && lines.len() == self.asked.len() {
            return lines.iter().map(|line| Some((*line).to_owned())).collect();
        }
        found
    }
}

/// The request is answered without an answer.
pub(super) fn cancelled() -> CreateElicitationResponse {
    CreateElicitationResponse::new(ElicitationAction::Cancel)
}

/// What follows a line's beginning and its mark.
fn begun(line: &str, with: &str) -> Option<String> {
    let rest = line
        .trim_start_matches(['-', '*', ' '])
        .strip_prefix(with)?;
    let rest = rest
        .trim_start_matches(['*', ' '])
        .strip_prefix(['.', ')', ':', '→', '='])?;
    Some(rest.trim_start_matches(['*', ' ']).to_owned()).filter(|rest| !rest.is_empty())
}

fn value(kind: &Kind, answer: &str) -> Option<ElicitationContentValue> {
    match kind {
        Kind::Text { choices } if choices.is_empty() => {
            Some(ElicitationContentValue::String(answer.to_owned()))
        }
        Kind::Text { choices } => chosen(choices, answer).map(ElicitationContentValue::String),
        Kind::Many { choices } => {
            let parts = answer
                .split([',', ';', '\n'])
                .filter_map(|part| chosen(choices, part));
            Some(ElicitationContentValue::StringArray(parts.collect()))
                .filter(|value| !matches!(value, ElicitationContentValue::StringArray(list) if list.is_empty()))
        }
        Kind::Boolean => {
            let answers = [
                ("yes", true),
                ("no", false),
                ("true", true),
                ("false", false),
            ];
            let words: Vec<(String, String)> = answers.iter().map(|(word, _)| pair(word)).collect();
            let word = chosen(&words, answer)?;
            answers
                .iter()
                .find(|(of, _)| *of == word)
                .map(|(_, value)| ElicitationContentValue::Boolean(*value))
        }
        Kind::Integer => numbers(answer)
            .find_map(|word| word.parse().ok())
            .map(ElicitationContentValue::Integer),
        Kind::Number => {
            let number = numbers(answer)
                .find_map(|word| word.parse::<f64>().ok())
                .filter(|number| number.is_finite());
            number.map(ElicitationContentValue::Number)
        }
    }
}

fn pair(word: &str) -> (String, String) {
    (word.to_owned(), word.to_owned())
}

fn numbers(answer: &str) -> impl Iterator<Item = &str> {
    answer
        .split_whitespace()
        .map(|word| word.trim_end_matches(['.', ',', ';', '!']))
}

/// The choice an answer names: exactly, or as the one (or the longest that holds the others) among its words.
fn chosen(choices: &[(String, String)], answer: &str) -> Option<String> {
    let answer = answer.trim().trim_matches(['`', '"', '*']).to_lowercase();
    let exact = choices.iter().find(|(value, shown)| {
        [value, shown]
            .iter()
            .any(|word| word.to_lowercase() == answer)
    });
    if let Some((value, _)) = exact {
        return Some(value.clone());
    }
    let mut named: Vec<&(String, String)> = choices
        .iter()
        .filter(|(_, shown)| holds(&answer, &shown.to_lowercase()))
        .collect();
    named.sort_by_key(|(_, shown)| std::cmp::Reverse(shown.len()));
    let (longest, others) = named.split_first()?;
    let inside =
        |other: &&&(String, String)| longest.1.to_lowercase().contains(&other.1.to_lowercase());
    (others.iter().filter(inside).count() == others.len()).then(|| longest.0.clone())
}

/// Whether the word stands in the text by itself.
fn holds(text: &str, word: &str) -> bool {
    let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            free(text[..at].chars().next_back()) && free(text[at + word.len()..].chars().next())
        })
}

#[cfg(test)]
mod tests;
