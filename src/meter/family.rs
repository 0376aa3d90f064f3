//! A counter, a gauge and a histogram, each with a series for every word of its labels, up to a bound.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::write::{Exposition, Sample};

/// So many series a family has; what comes after is counted as `other`.
const MOST: usize = 256;
/// The word for what is too much.
const OTHER: &str = "other";

type Series<T> = Mutex<BTreeMap<Vec<String>, T>>;

/// Changes one series.
fn change<T: Default>(series: &Series<T>, words: &[&str], change: impl FnOnce(&mut T)) {
    let mut series = series.lock().unwrap_or_else(PoisonError::into_inner);
    let mut key: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    if series.len() >= MOST && !series.contains_key(&key) {
        key.fill(OTHER.to_owned());
    }
    change(series.entry(key).or_default());
}

/// Something that only grows.
pub struct Counter {
    name: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
    series: Series<u64>,
}

impl Counter {
    /// Nothing counted yet. Its name ends with `_total`.
    pub const fn new(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            help,
            labels,
            series: Mutex::new(BTreeMap::new()),
        }
    }

    /// So many more, under as many words as there are labels.
    pub fn add(&self, words: &[&str], more: u64) {
        if more > 0 {
            change(&self.series, words, |count| {
                *count = count.saturating_add(more);
            });
        }
    }

    pub(super) fn write(&self, into: &mut Exposition) {
        let series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let sample = |(words, count): (&Vec<String>, &u64)| Sample {
            labels: labelled(self.labels, words),
            value: *count as f64,
        };
        let mut samples: Vec<Sample> = series.iter().map(sample).collect();
        if samples.is_empty() && self.labels.is_empty() {
            samples.push(Sample::plain(0.0));
        }
        into.family(self.name, (self.help, "counter"), samples);
    }
}

/// Something that goes up and down; none until it was said.
pub struct Gauge {
    name: &'static str,
    help: &'static str,
    value: Mutex<Option<i64>>,
}

impl Gauge {
    /// Nothing said yet.
    pub const fn new(name: &'static str, help: &'static str) -> Self {
        Self {
            name,
            help,
            value: Mutex::new(None),
        }
    }

    /// It is so much now.
    pub fn set(&self, value: i64) {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    pub(super) fn write(&self, into: &mut Exposition) {
        let value = *self.value.lock().unwrap_or_else(PoisonError::into_inner);
        let samples = value.map(|value| Sample::plain(value as f64));
        into.family(self.name, (self.help, "gauge"), samples);
    }
}

/// How long things took.
pub struct Histogram {
    name: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
    bounds: &'static [f64],
    series: Series<Took>,
}

/// What one series of a histogram holds.
#[derive(Default)]
struct Took {
    /// How many took no longer than each bound, and longer than the one before.
    within: Vec<u64>,
    count: u64,
    sum: f64,
}

impl Histogram {
    /// Nothing measured yet. Bounds are seconds, growing.
    pub const fn new(
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
        bounds: &'static [f64],
    ) -> Self {
        Self {
            name,
            help,
            labels,
            bounds,
            series: Mutex::new(BTreeMap::new()),
        }
    }

    /// One more, which took so many seconds.
    pub fn observe(&self, words: &[&str], seconds: f64) {
        let place = self.bounds.iter().position(|bound| seconds <= *bound);
        change(&self.series, words, |took| {
            took.within.resize(self.bounds.len(), 0);
            if let Some(place) = place {
                took.within[place] += 1;
            }
            took.count += 1;
            took.sum += seconds;
        });
    }

    pub(super) fn write(&self, into: &mut Exposition) {
        let series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        into.head(self.name, self.help, "histogram");
        for (words, took) in series.iter() {
            let labels = labelled(self.labels, words);
            let mut sum = 0;
            for (bound, within) in self.bounds.iter().zip(&took.within) {
                sum += within;
                let mut labels = labels.clone();
                labels.push(("le", bound.to_string()));
                into.sample(self.name, "_bucket", (&labels, sum as f64));
            }
            let mut all = labels.clone();
            all.push(("le", "+Inf".to_owned()));
            into.sample(self.name, "_bucket", (&all, took.count as f64));
            into.sample(self.name, "_sum", (&labels, took.sum));
            into.sample(self.name, "_count", (&labels, took.count as f64));
        }
    }
}

fn labelled(labels: &[&'static str], words: &[String]) -> Vec<(&'static str, String)> {
    labels.iter().copied().zip(words.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Exposition)) -> String {
        let mut into = Exposition::default();
        write(&mut into);
        into.text()
    }

    #[test]
    fn counters_and_histograms_are_written_as_prometheus_reads_them() {
        static CALLS: Counter = Counter::new("calls_total", "Calls.", &["outcome"]);
        CALLS.add(&["ok"], 2);
        CALLS.add(&["say \"no\"\n"], 1);
        CALLS.add(&["never"], 0);
        static TIME: Histogram = Histogram::new("time_seconds", "Time.", &[], &[0.5, 1.0]);
        for seconds in [0.25, 0.5, 0.75, 7.0] {
            TIME.observe(&[], seconds);
        }
        insta::assert_snapshot!(written(|into| { CALLS.write(into); TIME.write(into); }), @r#"
        # HELP calls_total Calls.
        # TYPE calls_total counter
        calls_total{outcome="ok"} 2
        calls_total{outcome="say \"no\"\n"} 1
        # HELP time_seconds Time.
        # TYPE time_seconds histogram
        time_seconds_bucket{le="0.5"} 2
        time_seconds_bucket{le="1"} 3
        time_seconds_bucket{le="+Inf"} 4
        time_seconds_sum 8.5
        time_seconds_count 4
        "#);
    }

    #[test]
    fn words_without_end_are_counted_as_other() {
        static WORDS: Counter = Counter::new("words_total", "Words.", &["word"]);
        for number in 0..1_000 {
            WORDS.add(&[&number.to_string()], 1);
        }
        let text = written(|into| WORDS.write(into));
        assert!(text.contains("words_total{word=\"other\"} 744\n"), "{text}");
        assert_eq!(text.lines().count(), 2 + MOST + 1);
    }

    #[test]
    fn what_was_never_said_has_no_sample() {
        static LEFT: Gauge = Gauge::new("left", "Left.");
        assert!(!written(|into| LEFT.write(into)).contains("\nleft "));
        LEFT.set(3);
        assert!(written(|into| LEFT.write(into)).contains("\nleft 3\n"));
    }
}
