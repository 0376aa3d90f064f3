//! What the fence is to be: read from the command line that skep wrote.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// The word by which skep is started as the inner half of the fence.
pub const WORD: &str = "fence";

/// What it ends with when it could not put the fence up; the program was not started.
pub(super) const NOT_FENCED: u8 = 125;

/// A limit of the kernel's by its name, and its number.
pub(super) type Limit = (String, u64);

/// A port on the sandbox's own loopback, and the socket that its connections are carried to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Carried {
    pub(super) port: u16,
    pub(super) socket: PathBuf,
}

/// All of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    pub(super) limits: Vec<Limit>,
    /// Whether files and calls are given up; without it there are limits only.
    pub(super) confined: bool,
    /// Where may be written.
    pub(super) writable: Vec<PathBuf>,
    pub(super) carried: Vec<Carried>,
    /// How many processes there may be at once, where connections are carried; none: any number.
    pub(super) processes: Option<u64>,
    /// Whether it is the first process of a container, beside the fence.
    pub(super) reap: bool,
    /// The socket whose end is the first process's.
    pub(super) life: Option<PathBuf>,
    /// The file with all variables of the program.
    pub(super) environment: Option<PathBuf>,
    /// The socket of whoever is to hear what the kernel refuses.
    pub(super) told: Option<PathBuf>,
    pub(super) program: OsString,
    pub(super) arguments: Vec<OsString>,
}

impl Wishes {
    /// Reads `--limit NAME=N`, `--confine`, `--write PATH`, `--carry PORT=SOCKET`, `--processes N`, `--reap`, `--life SOCKET`,
    /// `--environment FILE`, `--tell SOCKET` and, after `--`, the program.
    pub(super) fn read(words: Vec<OsString>) -> Result<Self, String> {
        let mut wishes = Self::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--") => {
                    wishes.program = words.next().ok_or("no program is named")?;
                    wishes.arguments = words.collect();
                    return Ok(wishes);
                }
                Some("--confine") => wishes.confined = true,
                Some("--reap") => wishes.reap = true,
                Some(
                    option @ ("--limit" | "--write" | "--carry" | "--processes" | "--life"
                    | "--environment" | "--tell"),
                ) => {
                    let value = words.next();
                    let value = value.ok_or_else(|| format!("{option} has no value"))?;
                    wishes.take(option, value)?;
                }
                _ => return Err(format!("{} is no option", word.to_string_lossy())),
            }
        }
        Err("no program is named".to_owned())
    }

    fn take(&mut self, option: &str, value: OsString) -> Result<(), String> {
        match option {
            "--write" => self.writable.push(value.into()),
            "--life" => self.life = Some(value.into()),
            "--environment" => self.environment = Some(value.into()),
            "--tell" => self.told = Some(value.into()),
            _ => return self.numbered(option, value),
        }
        Ok(())
    }

    fn numbered(&mut self, option: &str, value: OsString) -> Result<(), String> {
        if option == "--processes" {
            let number = value.to_str().and_then(|number| number.parse().ok());
            let wrong = || format!("{option} {} is wrong", value.to_string_lossy());
            self.processes = Some(number.ok_or_else(wrong)?);
            return Ok(());
        }
        let value = value.into_vec();
        let wrong = || format!("{option} {} is wrong", String::from_utf8_lossy(&value));
        let at = value.iter().position(|byte| *byte == b'=');
        let (name, rest) = value.split_at(at.ok_or_else(wrong)?);
        let name = std::str::from_utf8(name).map_err(|_| wrong())?;
        let rest = &rest[1..];
        if option == "--carry" {
            self.carried.push(Carried {
                port: name.parse().map_err(|_| wrong())?,
                socket: OsString::from_vec(rest.to_vec()).into(),
            });
            return Ok(());
        }
        let number = std::str::from_utf8(rest).ok().and_then(|n| n.parse().ok());
        self.limits
            .push((name.to_owned(), number.ok_or_else(wrong)?));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Wishes, String> {
        Wishes::read(line.split(' ').map(OsString::from).collect())
    }

    #[test]
    fn a_line_says_what_the_fence_is() {
        let line = "--limit nofile=64 --confine --write /a --write /b --carry 4000=/run/x=y --processes 9 --reap --life /run/life --environment /run/e --tell /run/t -- /bin/sh -c --confine";
        let wishes = read(line).expect("a line of skep's");
        let expected = Wishes {
            limits: vec![("nofile".to_owned(), 64)],
            confined: true,
            writable: vec!["/a".into(), "/b".into()],
            carried: vec![Carried {
                port: 4000,
                socket: "/run/x=y".into(),
            }],
            processes: Some(9),
            reap: true,
            life: Some("/run/life".into()),
            environment: Some("/run/e".into()),
            told: Some("/run/t".into()),
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), "--confine".into()],
        };
        assert_eq!(wishes, expected);
    }

    #[test]
    fn what_cannot_be_read_starts_nothing() {
        for (line, why) in [
            ("--confine", "no program is named"),
            ("--confine --", "no program is named"),
            ("--limit nofile -- sh", "--limit nofile is wrong"),
            ("--limit nofile=many -- sh", "--limit nofile=many is wrong"),
            ("--carry 70000=/x -- sh", "--carry 70000=/x is wrong"),
            ("--write", "--write has no value"),
            ("--processes many -- sh", "--processes many is wrong"),
            ("--confined -- sh", "--confined is no option"),
        ] {
            assert_eq!(read(line), Err(why.to_owned()), "{line}");
        }
    }
}
