//! The text that Prometheus reads, version 0.0.4:
//! <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>.

use std::fmt::Write;

/// One number of a family.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Names and values, in order.
    pub labels: Vec<(&'static str, String)>,
    /// The number.
    pub value: f64,
}

impl Sample {
    /// A number without labels.
    pub fn plain(value: f64) -> Self {
        Self {
            labels: Vec::new(),
            value,
        }
    }

    /// A number with one label.
    pub fn labelled(label: &'static str, word: impl Into<String>, value: f64) -> Self {
        Self {
            labels: vec![(label, word.into())],
            value,
        }
    }
}

/// The text as it grows.
#[derive(Debug, Default)]
pub struct Exposition(String);

impl Exposition {
    /// A family with what it means, its type (`counter`, `gauge`) and its numbers; one without numbers is left out.
    pub fn family(
        &mut self,
        name: &str,
        (help, kind): (&str, &str),
        samples: impl IntoIterator<Item = Sample>,
    ) {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_none() {
            return;
        }
        self.head(name, help, kind);
        for sample in samples {
            self.sample(name, "", (&sample.labels, sample.value));
        }
    }

    pub(super) fn head(&mut self, name: &str, help: &str, kind: &str) {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
    }

    pub(super) fn sample(
        &mut self,
        name: &str,
        suffix: &str,
        (labels, value): (&[(&'static str, String)], f64),
    ) {
        let pair = |(label, word): &(&'static str, String)| {
            let word = word
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            format!("{label}=\"{word}\"")
        };
        let pairs: Vec<String> = labels.iter().map(pair).collect();
        let labels = match pairs.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", pairs.join(",")),
        };
        self.line(format_args!("{name}{suffix}{labels} {value}"));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a String takes everything");
    }

    /// All of it.
    pub fn text(self) -> String {
        self.0
    }
}
