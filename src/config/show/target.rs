//! A target outside GitHub, line by line. Its address and its secret are never shown: whoever knows one of Slack's may write to it.

use std::time::Duration;

use super::{Lines, list, quoted};
use crate::config::Config;
use crate::config::resolver::hidden;
use crate::config::units::render_duration;
use crate::core::event_name::DomainEvent;
use crate::core::notify::{Email, Target, Way};

impl Config {
    pub(super) fn show_target(&self, target: &Target) -> String {
        let path = format!("notify.{}", target.name);
        let mut lines = Lines::new(self, path, "default".to_owned());
        lines.set("kind", &quoted(target.way.kind()));
        match &target.way {
            Way::Webhook { url, secret } => {
                lines.mute("url", &hidden(url.expose()));
                lines.mute("secret", &hidden(secret.expose()));
            }
            Way::Slack { url } => lines.mute("url", &hidden(url.expose())),
            Way::Email(email) => show_email(&mut lines, email),
        }
        let wanted = &target.wanted;
        let events = match wanted.events.len() == DomainEvent::ALL.len() {
            true => vec!["*".to_owned()],
            false => {
                let names = wanted.events.iter().map(|event| event.name().to_owned());
                names.collect()
            }
        };
        lines.set("events", &list(&events));
        lines.set("repositories", &list(&wanted.repositories));
        lines.text
    }
}

fn show_email(lines: &mut Lines<'_>, email: &Email) {
    let relay = &email.relay;
    lines.mute("url", &format!("{}, port {}", relay.host, relay.port));
    lines.set_or_mute(
        "user",
        email.login.as_ref().map(|login| quoted(&login.user)),
    );
    if let Some(login) = &email.login {
        lines.mute("secret", &hidden(login.password.expose()));
    }
    lines.set("from", &quoted(&email.from));
    lines.set("to", &list(&email.to));
    let every = Duration::from_millis(email.every_ms.unsigned_abs());
    lines.set("every", &quoted(&render_duration(every)));
}
