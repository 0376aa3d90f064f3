//! The line a mail program puts before what it quotes or copies: `On <date>, <name> wrote:`, in the languages people use,
//! often wrapped over several lines.

use super::evidence::{has_address, has_date, is_dated};
use crate::markdown::{Kind, Row};

/// Most lines it is wrapped over, and its greatest length in bytes.
const LINES: usize = 4;
const LENGTH: usize = 500;

/// "wrote", as mail programs say it.
const WROTE: &[&str] = &[
    "wrote",
    "schrieb",
    "schreibt",
    "geschrieben",
    "a écrit",
    "a ecrit",
    "écrit :",
    "escribió",
    "escribio",
    "escreveu",
    "ha scritto",
    "schreef",
    "skrev",
    "kirjoitti",
    "skrifaði",
    "kirjutas",
    "rašė",
    "rakstīja",
    "napisał",
    "pisze",
    "napsal",
    "napísal",
    "napisao",
    "написал",
    "написав",
    "пишет",
    "пише",
    "писал",
    "написа",
    "yazdı",
    "yazmış",
    "írta",
    "a scris",
    "έγραψε",
    "כתב",
    "كتب",
    "نوشت",
    "va escriure",
    "escribiu",
    "idatzi",
    "đã viết",
    "menulis",
    "เขียน",
    "लिखा",
    "書きました",
    "書いた",
    "のメール",
    "のメッセージ",
    "写道",
    "寫道",
    "写到",
    "寫到",
    "작성",
    "썼습니다",
    "님의 말",
];

/// How it begins where it begins with the date.
const BEGINS: &[&str] = &[
    "on ",
    "am ",
    "le ",
    "el ",
    "il ",
    "em ",
    "op ",
    "den ",
    "d. ",
    "dne ",
    "dňa ",
    "w dniu ",
    "la ",
    "a ",
    "pe ",
    "în ",
    "στις ",
    "ngày ",
    "pada ",
    "em ",
    "на ",
    "в ",
    "у ",
    "ons",
    "man",
    "tir",
    "tor",
    "fre",
    "lør",
    "søn",
    "пн",
    "вт",
    "ср",
    "чт",
    "пт",
    "сб",
    "вс",
    "нд",
    "ב-",
    "בתאריך",
    "في ",
    "在",
    "於",
    "于",
];

/// Whether such a line ends at this row and quoted lines follow.
pub(super) fn of_a_quote(rows: &[Row<'_>], at: usize) -> bool {
    let follows = rows[at + 1..].iter().find(|row| row.kind != Kind::Blank);
    follows.is_some_and(|row| row.kind == Kind::Quote) && shortest(rows, at, says_who).is_some()
}

/// Whether such a line ends at this row and a bare copy follows: surer signs are needed, because all below it goes.
pub(super) fn of_a_copy(rows: &[Row<'_>], at: usize) -> bool {
    let follows = rows[at + 1..].iter().find(|row| row.kind != Kind::Blank);
    follows.is_none_or(|row| row.kind != Kind::Quote)
        && shortest(rows, at, |text| {
            is_dated(text) && has_address(text) && ends(text)
        })
        .is_some()
}

/// The first row of the line that ends at this row; the row itself where it is no such line.
pub(super) fn starts(rows: &[Row<'_>], at: usize) -> usize {
    let Some(start) = shortest(rows, at, says_who) else {
        return at;
    };
    // The time and the name may be enough for a reader; the date above them belongs to it all the same.
    let above = (at + 1).saturating_sub(LINES)..start;
    let joins = |row: &Row<'_>| {
        let line = row.text.trim();
        begins(line) && has_date(line) && !line.ends_with(['.', '!', '?', ':', '。'])
    };
    let start = above
        .rev()
        .take_while(|n| rows[*n].kind == Kind::Words)
        .find(|n| joins(&rows[*n]));
    start.unwrap_or_else(|| shortest(rows, at, says_who).unwrap_or(at))
}

/// Whether nobody but a mail program writes so: with an address in it.
pub(super) fn is_sure(rows: &[Row<'_>], range: std::ops::Range<usize>) -> bool {
    has_address(&joined(&rows[range]))
}

/// The first row of the fewest lines that end at this row, belong to one paragraph and together are what is looked for.
fn shortest(rows: &[Row<'_>], at: usize, is: impl Fn(&str) -> bool) -> Option<usize> {
    if rows[at].kind != Kind::Words || !ends(rows[at].text) {
        return None;
    }
    let lines = (0..=at)
        .rev()
        .take(LINES)
        .take_while(|n| rows[*n].kind == Kind::Words);
    lines
        .into_iter()
        .find(|start| is(&joined(&rows[*start..=at])))
}

fn joined(rows: &[Row<'_>]) -> String {
    rows.iter()
        .map(|row| row.text.trim())
        .collect::<Vec<_>>()
        .join(" ")
}

fn ends(text: &str) -> bool {
    text.len() <= LENGTH
        && text
            .trim_end_matches(|c: char| c.is_whitespace() || "*_".contains(c))
            .ends_with([':', '：'])
}

/// A date, and an address or (at the beginning of the line) the words of a mail program.
fn says_who(text: &str) -> bool {
    let lower = text.to_lowercase();
    let wrote = WROTE.iter().any(|word| lower.contains(word));
    ends(text) && is_dated(text) && (has_address(text) || (wrote && begins(text)))
}

fn begins(line: &str) -> bool {
    let line = line
        .trim_start_matches(|c: char| c.is_whitespace() || "*_".contains(c))
        .to_lowercase();
    line.starts_with(|c: char| c.is_ascii_digit())
        || BEGINS.iter().any(|word| line.starts_with(word))
}
