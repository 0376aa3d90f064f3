//! The list as one plain table, for where there is no terminal to draw on. Pure.

use super::super::output::{cut, table_within};
use super::canvas::cleaned;
use super::row::{Section, counts, rows};
use crate::core::text::pages::Moment;
use crate::core::text::top;
use crate::http::types::OverviewAnswer;

/// Where nobody says how wide it may be.
const COLUMNS: usize = 80;
/// The widest an issue's name is shown.
const PLACE: usize = 30;

/// What goes on, with what is wrong above it.
pub(super) fn text(overview: &OverviewAnswer, columns: Option<usize>) -> String {
    let [head, _] = top::head(counts(overview));
    let mut text = format!("{head}\n");
    for trouble in &overview.troubles {
        text.push_str(&format!("{}\n", cleaned(trouble)));
    }
    let rows = rows(overview, "");
    if rows.is_empty() {
        return text + top::NOTHING + "\n";
    }
    let cells = rows.iter().map(|row| {
        let age = row.since.map(|at| {
            let now = overview.at;
            Moment { at, now }.lasts()
        });
        let words = match row.word.as_str() {
            "" => row.text.clone(),
            word => format!("{word}: {}", row.text),
        };
        [
            cut(&cleaned(&row.place.name()), PLACE),
            state(row.section).to_owned(),
            age.unwrap_or_default(),
            cleaned(&words),
        ]
    });
    let cells: Vec<[String; 4]> = cells.collect();
    let columns = columns.unwrap_or(COLUMNS);
    text.push('\n');
    text + &table_within(Some(columns), ["ISSUE", "STATE", "FOR", "WHAT"], &cells)
}

fn state(section: Section) -> &'static str {
    match section {
        Section::Needs => "needs you",
        Section::Working => "working",
        Section::Queued => "queued",
        Section::Review => "in review",
        Section::Failed => "failed",
    }
}
