//! Lists of people and teams in `skep.toml`: logins, and teams as `org/team`, with or without `@`.

use super::document::Item;
use super::error::Mistake;
use crate::core::text::mistakes::start as mistake;

/// A list of names without `@`; the check says what is wrong with one.
pub(super) fn names(
    item: Option<Item>,
    most: usize,
    check: fn(&str) -> Result<(), String>,
) -> Result<Vec<String>, Mistake> {
    let Some(item) = item else {
        return Ok(Vec::new());
    };
    let at = item.at.clone();
    let list = item.list()?;
    if list.len() > most {
        return Err(Mistake::new(at, mistake::too_many(most)));
    }
    let name = |item: Item| {
        let at = item.at.clone();
        let text = item.text()?;
        let name = text.trim().trim_start_matches('@').to_owned();
        check(&name).map_err(|what| Mistake::new(at, what))?;
        Ok(name)
    };
    list.into_iter().map(name).collect()
}

fn plain(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(fits)
}

pub(super) fn is_team(name: &str) -> Result<(), String> {
    match name.split_once('/') {
        Some((org, team)) if plain(org) && plain(team) => Ok(()),
        Some(_) | None => Err(mistake::TEAM.to_owned()),
    }
}

pub(super) fn is_login(name: &str) -> Result<(), String> {
    match plain(name) {
        true => Ok(()),
        false => Err(mistake::LOGIN.to_owned()),
    }
}

pub(super) fn is_login_or_team(name: &str) -> Result<(), String> {
    match plain(name) || is_team(name).is_ok() {
        true => Ok(()),
        false => Err(mistake::LOGIN_OR_TEAM.to_owned()),
    }
}
