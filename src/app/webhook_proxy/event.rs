//! Server-sent events as they come, in pieces: <https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>.
//!
//! Its own few lines, because a stream from outside needs a bound on what one event may take. It decides nothing.

/// The longest event, bytes: GitHub's largest webhook, with what JSON in JSON costs.
const LONGEST: usize = 64 * 1024 * 1024;

/// One event that has data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    /// Its kind; `message` where it names none.
    pub(super) kind: String,
    /// Its data, lines joined.
    pub(super) data: String,
}

/// An event is longer than may be.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is too long")]
pub(super) struct TooLong;

/// Takes bytes, gives events.
#[derive(Debug, Default)]
pub(super) struct Parser {
    rest: Vec<u8>,
    kind: String,
    data: Vec<u8>,
    has_data: bool,
    /// The last id, which a new connection names.
    pub(super) last_id: Option<String>,
    /// A carriage return ended the last piece: a line feed that follows ends no other line.
    after_return: bool,
    begun: bool,
}

impl Parser {
    /// Another connection begins: what was half read is gone, the id stays.
    pub(super) fn restart(&mut self) {
        *self = Self {
            last_id: self.last_id.take(),
            ..Self::default()
        };
    }

    /// Reads a piece of the stream.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        for &byte in bytes {
            let joined = std::mem::take(&mut self.after_return) && byte == b'\n';
            match byte {
                b'\n' if joined => {}
                b'\n' | b'\r' => {
                    self.after_return = byte == b'\r';
                    let line = std::mem::take(&mut self.rest);
                    events.extend(self.line(&line));
                }
                byte => self.rest.push(byte),
            }
            if self.rest.len() + self.data.len() > LONGEST {
                return Err(TooLong);
            }
        }
        Ok(events)
    }

    fn line(&mut self, line: &[u8]) -> Option<Event> {
        let first = !std::mem::replace(&mut self.begun, true);
        let line = line
            .strip_prefix(b"\xef\xbb\xbf".as_slice())
            .filter(|_| first)
            .unwrap_or(line);
        if line.is_empty() {
            return self.dispatch();
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
            }
            b"event" => self.kind = String::from_utf8_lossy(value).into_owned(),
            b"id" if !value.contains(&0) => {
                self.last_id = Some(String::from_utf8_lossy(value).into_owned());
            }
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<Event> {
        let kind = std::mem::take(&mut self.kind);
        let data = std::mem::take(&mut self.data);
        if !std::mem::take(&mut self.has_data) {
            return None;
        }
        Some(Event {
            kind: if kind.is_empty() {
                "message".to_owned()
            } else {
                kind
            },
            data: String::from_utf8_lossy(&data).into_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STREAM: &str = ": hello\n\nid: 0\nevent: ready\ndata: {}\n\nid: 1\r\ndata: a\r\ndata:  b\r\n\r\ndata\rid: 2\r\r";

    fn event(kind: &str, data: &str) -> Event {
        Event {
            kind: kind.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn events_are_read_whatever_ends_their_lines() {
        let mut parser = Parser::default();
        let events = parser.push(STREAM.as_bytes()).expect("short");
        assert_eq!(
            events,
            [
                event("ready", "{}"),
                event("message", "a\n b"),
                event("message", "")
            ]
        );
        assert_eq!(parser.last_id.as_deref(), Some("2"));
        parser.push(b"data: half").expect("short");
        parser.restart();
        assert_eq!(parser.push(b"\n\n").expect("short"), []);
        assert_eq!(parser.last_id.as_deref(), Some("2"));
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(cut in 0..STREAM.len(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut whole = Parser::default();
            let mut parts = Parser::default();
            let stream = [STREAM.as_bytes(), &bytes].concat();
            let expected = whole.push(&stream).expect("short");
            let mut found = parts.push(&stream[..cut]).expect("short");
            found.extend(parts.push(&stream[cut..]).expect("short"));
            prop_assert_eq!(found, expected);
        }
    }
}
