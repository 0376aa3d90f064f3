//! `[start]`: who may start work.

use super::document::{Item, Table, Value};
use super::error::Mistake;
use super::people::{is_login, is_team, names};
use super::reference::keys_under;
use super::resolver::Resolver;
use crate::core::actor::Permission;
use crate::core::starter::{Starters, WhoStarts};
use crate::core::text::mistakes::start as mistake;

/// So many teams and so many logins may be named: each team is asked for at every start.
const NAMES: usize = 20;
const USERS: usize = 500;

/// Reads `[start]`.
pub(super) fn read(resolver: &mut Resolver<'_>) -> WhoStarts {
    let mut mistakes = Vec::new();
    let mut table = resolver.root.take_table("start", &mut mistakes);
    resolver.note_table("start", &table);
    let who = table.take("who").map(who);
    table.finish(&keys_under("start."), &mut mistakes);
    resolver.mistakes.append(&mut mistakes);
    resolver
        .noted(who.unwrap_or_else(|| Ok(WhoStarts::default())))
        .unwrap_or_default()
}

fn who(item: Item) -> Result<WhoStarts, Mistake> {
    match item.value {
        Value::Text(ref right) => match right.trim() {
            "write" => Ok(WhoStarts::Right(Permission::Write)),
            "maintain" => Ok(WhoStarts::Right(Permission::Maintain)),
            "admin" => Ok(WhoStarts::Right(Permission::Admin)),
            _ => Err(item.wrong(mistake::WHO)),
        },
        Value::Table(_) => named(item),
        _ => Err(item.wrong(mistake::WHO)),
    }
}

fn named(item: Item) -> Result<WhoStarts, Mistake> {
    let at = item.at.clone();
    let mut table: Table = item.table()?;
    let teams = names(table.take("teams"), NAMES, is_team)?;
    let users = names(table.take("users"), USERS, is_login)?;
    let codeowners = table.take("codeowners").map(Item::switch).transpose()?;
    let mut unknown = Vec::new();
    table.finish(&["teams", "users", "codeowners"], &mut unknown);
    if let Some(mistake) = unknown.pop() {
        return Err(mistake);
    }
    let starters = Starters {
        teams,
        users,
        codeowners: codeowners.unwrap_or_default(),
    };
    match starters == Starters::default() {
        true => Err(Mistake::new(at, mistake::NOBODY)),
        false => Ok(WhoStarts::Named(starters)),
    }
}
