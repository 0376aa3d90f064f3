//! How agents are fenced in: by what, and with containers by which engine and image.

use std::collections::BTreeMap;

use super::resolver::Resolver;
use super::shell_split;
use crate::core::agent::{ContainerChoice, SandboxChoice};
use crate::core::text::mistakes::{sandbox as text, value};

/// What an engine's client reads to find its files and its service.
/// <https://docs.docker.com/reference/cli/docker/#environment-variables>, podman(1)
const CLIENT: [&str; 11] = [
    "HOME",
    "PATH",
    "USER",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "DBUS_SESSION_BUS_ADDRESS",
    "DOCKER_HOST",
    "DOCKER_CONFIG",
    "DOCKER_CONTEXT",
    "CONTAINERS_CONF",
];

/// Reads all of it; containers without an image are a mistake.
pub(super) fn read(resolver: &mut Resolver<'_>) -> SandboxChoice {
    let image = resolver.meant("sandbox_image", |found| image(&found.text));
    let engine = resolver.meant("sandbox_engine", |found| shell_split::split(&found.text));
    let choice = resolver.meant("sandbox", |found| choice(&found.text));
    let SandboxChoice::Container(_) = choice.clone().unwrap_or_default() else {
        if image.is_some() || engine.is_some() {
            resolver.warnings.push(text::UNUSED.to_owned());
        }
        return choice.unwrap_or_default();
    };
    if image.is_none() {
        let at = resolver.at("sandbox");
        let mistake = super::error::Mistake::new(&at, text::NO_IMAGE);
        resolver.mistakes.push(mistake);
    }
    let environment = resolver.sources.environment();
    let told = CLIENT.iter().filter_map(|name| {
        let value = environment.get(name)?;
        Some(((*name).to_owned(), value.to_owned()))
    });
    SandboxChoice::Container(ContainerChoice {
        engine: engine.unwrap_or_default(),
        image: image.unwrap_or_default(),
        environment: told.collect::<BTreeMap<_, _>>(),
    })
}

fn choice(text: &str) -> Result<SandboxChoice, String> {
    match text.trim() {
        "bubblewrap" => Ok(SandboxChoice::Bubblewrap),
        "container" => Ok(SandboxChoice::Container(ContainerChoice::default())),
        "none" => Ok(SandboxChoice::None),
        other => Err(value::one_of(&["bubblewrap", "container", "none"], other)),
    }
}

/// One word that no engine takes for an option.
fn image(text: &str) -> Result<String, String> {
    let name = text.trim();
    let is_word = !name.is_empty() && !name.contains(char::is_whitespace) && !name.starts_with('-');
    is_word
        .then(|| name.to_owned())
        .ok_or_else(|| text::IMAGE.to_owned())
}
