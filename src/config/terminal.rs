//! What the environment says of the terminal: whether it can be drawn on, and whether colours are wanted.

use super::sources::Sources;

/// What is known of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalWishes {
    /// Colours may be used: nobody set `NO_COLOR` (<https://no-color.org>).
    pub colour: bool,
    /// Text can be put anywhere on it: `TERM` is neither `dumb` nor missing.
    pub drawable: bool,
}

impl Sources {
    /// What the environment says of the terminal.
    pub fn terminal(&self) -> TerminalWishes {
        let environment = self.environment();
        let term = environment.get("TERM");
        TerminalWishes {
            colour: environment.get("NO_COLOR").is_none(),
            drawable: term.is_some_and(|term| term != "dumb"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Args, Environment};
    use super::*;

    #[test]
    fn a_dumb_terminal_is_not_drawn_on_and_no_color_is_no_colour() {
        let wishes = |variables: &[(&str, &str)]| {
            let environment = Environment::new("/", variables.iter().copied());
            let wishes = Sources::without_file(Args::default(), environment).terminal();
            (wishes.drawable, wishes.colour)
        };
        assert_eq!(wishes(&[("TERM", "xterm")]), (true, true));
        assert_eq!(
            wishes(&[("TERM", "dumb"), ("NO_COLOR", "1")]),
            (false, false)
        );
        assert_eq!(wishes(&[("NO_COLOR", "")]), (false, true));
    }
}
