//! A program in a real terminal: what stands on its screen, what is typed at it, and whether it gives it back.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::setup::PATIENCE;

/// A program in a terminal of 24 rows and 80 columns, which the test reads and types at.
pub(super) struct Terminal {
    pub child: Child,
    master: File,
    /// The other end stays open, so that the terminal outlives the program.
    end: File,
    seen: Arc<Mutex<Seen>>,
}

fn nonzero(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("more than none")
}

/// What came out of it.
struct Seen {
    screen: vt100::Parser,
    bytes: Vec<u8>,
}

impl Terminal {
    pub(super) fn start(line: &str, variables: &[(String, String)]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("ours");
        unlockpt(&master).expect("open");
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&master, size).expect("a size");
        let name = ptsname(&master, Vec::new()).expect("a name");
        let path = std::ffi::OsStr::from_bytes(name.as_bytes());
        let open = || {
            let mut options = File::options();
            options.read(true).write(true).open(path).expect("its end")
        };
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let child = Command::new(env!("CARGO_BIN_EXE_skep"))
            .args(line.split(' '))
            .env_clear()
            .env("TERM", "xterm-256color")
            .envs(variables.iter().cloned())
            .current_dir(folder.path())
            .stdin(Stdio::from(open()))
            .stdout(Stdio::from(open()))
            .stderr(Stdio::from(open()))
            .spawn()
            .expect("it starts");
        let master = File::from(master);
        let seen = Arc::new(Mutex::new(Seen {
            screen: vt100::Parser::new(nonzero(24), nonzero(80), 0),
            bytes: Vec::new(),
        }));
        let (mut reader, kept) = (master.try_clone().expect("a copy"), Arc::clone(&seen));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                let mut seen = kept.lock().expect("no panic");
                seen.screen.process(&buffer[..length]);
                seen.bytes.extend_from_slice(&buffer[..length]);
            }
        });
        Self {
            child,
            master,
            end: open(),
            seen,
        }
    }

    pub(super) fn screen(&self) -> String {
        self.seen
            .lock()
            .expect("no panic")
            .screen
            .screen()
            .contents()
    }

    /// All that came out of it so far, with what only a terminal reads.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.seen.lock().expect("no panic").bytes.clone()
    }

    /// Waits until the screen is as wanted.
    pub(super) async fn until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let screen = self.screen();
            if wanted(&screen) {
                return screen;
            }
            assert!(began.elapsed() < PATIENCE, "never {what}:\n{screen}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    pub(super) async fn shows(&self, words: &str) -> String {
        self.until(words, |screen| screen.contains(words)).await
    }

    pub(super) fn press(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).expect("it reads");
    }

    /// Waits for its end.
    pub(super) async fn ended(&mut self) -> Option<i32> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            assert!(
                began.elapsed() < PATIENCE,
                "it does not end:\n{}",
                self.screen()
            );
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// The terminal is as it was: lines and echo, the usual screen, the cursor.
    pub(super) async fn is_given_back(&self) {
        let modes = tcgetattr(self.end.as_fd()).expect("a terminal").local_modes;
        assert!(modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG));
        let given_back = |seen: &Seen| {
            let (screen, bytes) = (seen.screen.screen(), &seen.bytes);
            let left = bytes.windows(8).any(|part| part == b"\x1b[?1049l");
            left && !screen.alternate_screen() && !screen.hide_cursor()
        };
        let began = Instant::now();
        while !given_back(&self.seen.lock().expect("no panic")) {
            assert!(
                began.elapsed() < PATIENCE,
                "not given back:\n{}",
                self.screen()
            );
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
