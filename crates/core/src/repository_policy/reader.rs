//! Reads the file key by key, so that all of its mistakes come at once.

use std::collections::BTreeMap;

use super::policy::{LONGEST, PATH, RepositoryPolicy, Verify};
use super::recurring_reader;
use super::side_process::{self, Service};
use super::variable::{self, Unfit};
use crate::document::{Item, Mistake, Table, nearest};
use crate::egress::{AllowList, Whose, preset_names};
use crate::recurring::Recurring;
use crate::text;
use crate::text::egress;
use crate::text::repository_policy as say;

/// Items of one list.
const ITEMS: usize = 100;
/// Characters of a glob or a host.
const ITEM: usize = 300;
/// Commands of the verification.
const COMMANDS: usize = 20;
/// Characters of a command.
const COMMAND: usize = 1_000;
/// The longest time of a command.
const MINUTES: i64 = 120;
/// Services of a session.
const SERVICES: usize = 5;
/// Words of a service's command.
const WORDS: usize = 50;
/// The ports that an ordinary user may listen on and that the kernel does not give out by itself for one end of a connection.
const PORTS: std::ops::RangeInclusive<i64> = 1024..=60_999;
/// Variables of a session.
const VARIABLES: usize = 50;
/// Bytes of a variable's value.
const VALUE: usize = 4_096;

/// The keys, as the file has them.
const KEYS: [&str; 6] = [
    "egress_allow",
    "protected",
    "verify",
    "services",
    "env",
    "recurring",
];
const VERIFY: [&str; 2] = ["commands", "minutes"];
const SERVICE: [&str; 3] = ["command", "port", "ready"];

impl RepositoryPolicy {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the lines; never empty.
    pub fn read(text: &str) -> Result<Self, Vec<Mistake>> {
        read(text)
    }
}

fn read(text: &str) -> Result<RepositoryPolicy, Vec<Mistake>> {
    if text.len() > LONGEST {
        return Err(vec![Mistake::new(PATH, say::long(text.len(), LONGEST))]);
    }
    let (root, wrong) = Table::parse(PATH, text);
    let mut reader = Reader { wrong };
    let policy = reader.policy(root);
    reader.wrong.sort_by_key(|mistake| line(&mistake.at));
    match reader.wrong.is_empty() {
        true => Ok(policy),
        false => Err(reader.wrong),
    }
}

/// The line that a place names.
fn line(at: &str) -> usize {
    let number = at.split(':').nth(1);
    number
        .and_then(|number| number.trim().parse().ok())
        .unwrap_or_default()
}

struct Reader {
    wrong: Vec<Mistake>,
}

impl Reader {
    fn policy(&mut self, mut root: Table) -> RepositoryPolicy {
        let mut table = |key: &str| root.take_table(key, &mut self.wrong);
        let (verify, services, env) = (table("verify"), table("services"), table("env"));
        let recurring = table("recurring");
        let policy = RepositoryPolicy {
            egress_allow: self.list(root.take("egress_allow"), host),
            protected: self.list(root.take("protected"), glob),
            verify: self.verify(verify),
            services: self.services(services),
            env: self.variables(env),
            recurring: self.recurring(recurring),
        };
        root.finish(&KEYS, &mut self.wrong);
        policy
    }

    /// What was read, or a mistake more.
    fn keep<T>(&mut self, read: Result<T, Mistake>) -> Option<T> {
        read.map_err(|mistake| self.wrong.push(mistake)).ok()
    }

    /// A list of texts, each of which is looked at by itself.
    fn list(
        &mut self,
        item: Option<Item>,
        read: fn(&Item, String) -> Result<String, Mistake>,
    ) -> Vec<String> {
        let Some(items) = item.and_then(|item| self.items(item, ITEMS)) else {
            return vec![];
        };
        let texts = items.into_iter().filter_map(|item| {
            let text = item.clone().text().and_then(|text| read(&item, text));
            self.keep(text)
        });
        texts.collect()
    }

    fn items(&mut self, item: Item, most: usize) -> Option<Vec<Item>> {
        let whole = item.clone();
        let items = self.keep(item.list())?;
        if items.len() > most {
            self.wrong.push(whole.wrong(say::many(items.len(), most)));
            return None;
        }
        Some(items)
    }

    fn verify(&mut self, mut table: Table) -> Verify {
        let commands = match table.take("commands") {
            Some(item) => self.items(item, COMMANDS).unwrap_or_default(),
            None => vec![],
        };
        let commands = commands.into_iter().filter_map(|item| {
            let line = command(&item);
            self.keep(line)
        });
        let commands = commands.collect();
        let minutes = table.take("minutes").map(|item| {
            let number = item.clone().integer()?;
            let number = u32::try_from(number)
                .ok()
                .filter(|_| (1..=MINUTES).contains(&number));
            number.ok_or_else(|| item.wrong(say::range(1, MINUTES)))
        });
        let minutes = minutes.and_then(|read| self.keep(read));
        table.finish(&VERIFY, &mut self.wrong);
        Verify {
            commands,
            minutes: minutes.unwrap_or(Verify::MINUTES),
        }
    }

    fn services(&mut self, mut table: Table) -> BTreeMap<String, Service> {
        let mut services = BTreeMap::new();
        let mut taken: BTreeMap<u16, String> = BTreeMap::new();
        for (number, (name, item)) in table.drain().enumerate() {
            if number == SERVICES {
                self.wrong.push(item.wrong(say::many_services(SERVICES)));
                break;
            }
            if !side_process::is_name(&name) {
                self.wrong.push(item.wrong(say::SERVICE_NAME));
            }
            let at = item.clone();
            let Some(service) = self.service(item) else {
                continue;
            };
            if let Some(other) = taken.insert(service.port, name.clone()) {
                self.wrong.push(at.wrong(say::same_port(&other)));
            }
            services.insert(name, service);
        }
        services
    }

    fn service(&mut self, item: Item) -> Option<Service> {
        let whole = item.clone();
        let mut table = self.keep(item.table())?;
        let words = table.take("command").map(|item| words(&item));
        let port = table.take("port").map(|item| port(&item));
        let ready = table.take("ready").map(|item| command(&item));
        table.finish(&SERVICE, &mut self.wrong);
        for (key, found) in [("command", words.is_some()), ("port", port.is_some())] {
            if !found {
                self.wrong.push(whole.wrong(say::missing(key)));
            }
        }
        let words = words.and_then(|read| self.keep(read));
        let port = port.and_then(|read| self.keep(read));
        let ready = ready.and_then(|read| self.keep(read));
        Some(Service {
            command: words?,
            port: port?,
            ready,
        })
    }

    fn recurring(&mut self, mut table: Table) -> BTreeMap<String, Recurring> {
        let mut wishes = BTreeMap::new();
        for (number, (name, item)) in table.drain().enumerate() {
            if number == recurring_reader::MOST {
                let many = text::recurring::many(recurring_reader::MOST);
                self.wrong.push(item.wrong(many));
                break;
            }
            if let Some(wish) = recurring_reader::read(&name, item, &mut self.wrong) {
                wishes.insert(name, wish);
            }
        }
        wishes
    }

    fn variables(&mut self, mut table: Table) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        for (number, (name, item)) in table.drain().enumerate() {
            if number == VARIABLES {
                self.wrong.push(item.wrong(say::many_variables(VARIABLES)));
                break;
            }
            let value = value(&name, &item);
            if let Some(value) = self.keep(value) {
                variables.insert(name, value);
            }
        }
        variables
    }
}

/// A host, an address or a preset that a repository may open.
fn host(item: &Item, text: String) -> Result<String, Mistake> {
    fits(item, &text, ITEM)?;
    let Err(wrong) = AllowList::parse([text.as_str()], Whose::Repository) else {
        return Ok(text);
    };
    let what = wrong.first().map(|(_, mistake)| egress::mistake(mistake));
    // A word without a dot is a host of the operator's network, or a preset with a slip.
    let near = nearest(&text, preset_names()).filter(|_| !text.contains('.'));
    Err(item.wrong(say::host(&text, &what.unwrap_or_default(), near)))
}

fn glob(item: &Item, text: String) -> Result<String, Mistake> {
    fits(item, &text, ITEM)?;
    // Paths in git are relative and have no `.` and `..`: such a glob would protect nothing.
    let dead = text.starts_with('/')
        || text.ends_with('/')
        || text.contains('\\')
        || text.split('/').any(|part| matches!(part, "" | "." | ".."));
    match dead {
        true => Err(item.wrong(say::item(&text, say::GLOB))),
        false => Ok(text),
    }
}

/// A line for `sh -c`.
fn command(item: &Item) -> Result<String, Mistake> {
    let text = item.clone().text()?;
    fits(item, &text, COMMAND)?;
    Ok(text.trim().to_owned())
}

/// One line that is not empty and not too long.
fn fits(item: &Item, text: &str, most: usize) -> Result<(), Mistake> {
    if text.trim().is_empty() {
        return Err(item.wrong(say::EMPTY));
    }
    if text.chars().any(char::is_control) {
        return Err(item.wrong(say::ONE_LINE));
    }
    if text.chars().count() > most {
        return Err(item.wrong(say::longer(most)));
    }
    Ok(())
}

/// A program and its arguments.
fn words(item: &Item) -> Result<Vec<String>, Mistake> {
    let words = item.clone().texts()?;
    let first = words.first().map(String::as_str).unwrap_or_default();
    if first.trim().is_empty() {
        return Err(item.wrong(say::NO_PROGRAM));
    }
    let long = words.iter().any(|word| word.chars().count() > COMMAND);
    if words.len() > WORDS || long || words.iter().any(|word| word.contains('\0')) {
        return Err(item.wrong(say::words(WORDS, COMMAND)));
    }
    Ok(words)
}

fn port(item: &Item) -> Result<u16, Mistake> {
    let number = item.clone().integer()?;
    let port = u16::try_from(number)
        .ok()
        .filter(|_| PORTS.contains(&number));
    port.ok_or_else(|| item.wrong(say::range(*PORTS.start(), *PORTS.end())))
}

/// The value of a variable. It may be a secret of tests, so it is never repeated.
fn value(name: &str, item: &Item) -> Result<String, Mistake> {
    match variable::check(name) {
        Err(Unfit::Name) => return Err(item.wrong(say::VARIABLE_NAME)),
        Err(Unfit::Kept) => return Err(item.wrong(say::VARIABLE_KEPT)),
        Ok(()) => {}
    }
    let value = item.clone().text()?;
    if value.contains('\0') || value.len() > VALUE {
        return Err(item.wrong(say::value(VALUE)));
    }
    Ok(value)
}
