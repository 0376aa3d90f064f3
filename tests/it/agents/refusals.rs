//! What the kernel refuses in a sandbox is told with the program's name, ordinary programs are left in peace, and a flood costs little.
#![cfg(target_arch = "x86_64")]

use std::os::unix::net::UnixListener;
use std::process::Command;
use std::sync::mpsc;

use skep::core::agent::Update;
use skep::core::containment::{Attempt, Weight};
use skep::fence::{Heard, hear};

use super::{Bench, Setup, fenced, messages};

/// What was told while that ran, and what it said.
async fn told(bench: &Bench, script: &str) -> (Vec<(Attempt, u64)>, String) {
    std::fs::write(bench.launch.workspace.join("script.sh"), script).expect("written");
    let request = bench.request("run sh ./script.sh 2>&1");
    let (end, updates) = bench.turn(request).await;
    end.expect("the turn ends");
    let told = updates.iter().filter_map(|update| match update {
        Update::Refused { attempt, count } => Some((attempt.clone(), *count)),
        _ => None,
    });
    (told.collect(), messages(&updates).join("\n"))
}

fn short(told: &[(Attempt, u64)]) -> Vec<(&str, &str, Weight)> {
    told.iter()
        .map(|(attempt, _)| (&*attempt.what, &*attempt.by, attempt.weight()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call_is_told_with_its_program_and_ends_as_before() {
    let bench = Setup::demo().bench().await;
    if !fenced(&bench.agents) {
        return;
    }
    let script = "unshare -U true; perl -e '$r = syscall(321, 0, 0, 0); print \"bpf: $r $!\\n\"'; \
                  perl -e 'syscall(425, 0, 0)'; echo \"held: $(ls -l /proc/[0-9]*/fd | grep -c seccomp)\"";
    let (told, said) = told(&bench, script).await;
    assert_eq!(
        short(&told),
        [
            ("unshare(CLONE_NEWUSER)", "unshare", Weight::Odd),
            ("bpf", "perl", Weight::Grave),
            ("io_uring_setup", "perl", Weight::Habit),
        ]
    );
    assert!(said.contains("bpf: -1 Operation not permitted"), "{said}");
    // Whoever held the listener could allow what was denied.
    assert!(said.contains("held: 0"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_counted_and_slowed_down() {
    let bench = Setup::demo().bench().await;
    if !fenced(&bench.agents) {
        return;
    }
    let script = "for i in 1 2 3; do perl -e 'syscall(101, 0x4200, 0, 0, 0) for 1 .. 800' & done; wait; echo over";
    let (told, said) = told(&bench, script).await;
    assert!(said.contains("over"), "{said}");
    let counts: Vec<u64> = told.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [1, 10, 100, 1_000], "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opened_decoy_is_told_and_a_search_is_told_as_one() {
    let bench = Setup::demo().bench().await;
    if !fenced(&bench.agents) {
        return;
    }
    let (thief, said) = told(&bench, "cat /etc/shadow; echo empty").await;
    assert_eq!(short(&thief), [("/etc/shadow", "", Weight::Grave)]);
    assert!(said.contains("empty"), "{said}");
    let (search, _) = told(&bench, "grep -rs canary /etc /root /var /run; echo over").await;
    assert_eq!(
        short(&search),
        [("a search through all files", "", Weight::Odd)]
    );
}

/// As far as they are installed.
#[tokio::test(flavor = "multi_thread")]
async fn ordinary_programs_are_not_told_on() {
    let bench = Setup::demo().bench().await;
    if !fenced(&bench.agents) {
        return;
    }
    let script = "(git init -q x && cd x && echo x >x && git add x && git commit -qm x; git log -1 --format=%s; ls -la; cd ..\n\
                  find /; ls -lR /; du -s /; getent passwd root; id; df; ps aux; env -i sh -c true\n\
                  python3 -c 'import socket, subprocess, tempfile; socket.getaddrinfo(\"localhost\", 80); subprocess.run([\"true\"])'\n\
                  node -e 'require(\"os\").networkInterfaces(); require(\"http\").createServer().listen(0, function() { this.close() })'\n\
                  tar cf x.tar x; tar xf x.tar; cp -a x y; rm -rf y; make --version; cc --version; perl -e 'fork or exit; wait') >/dev/null 2>&1\n\
                  echo over";
    let (told, said) = told(&bench, script).await;
    assert!(said.contains("over"), "{said}");
    let odd: Vec<&(Attempt, u64)> = told.iter().filter(|(a, _)| !a.harmless).collect();
    assert!(odd.is_empty(), "{odd:#?}");
}

/// As in a container whose runtime listens itself: what is denied is denied all the same, and that nobody hears of it is said.
#[test]
fn where_somebody_listens_already_the_plain_filter_denies_and_that_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("refusals.sock");
    let (tell, told) = mpsc::channel();
    let outside = UnixListener::bind(&socket).expect("a socket");
    let _heard = hear(outside, move |heard| {
        let line = match heard {
            Heard::Nothing(why) => format!("nothing: {why}"),
            Heard::Denied(call) | Heard::Watched(call) => call.name.to_owned(),
            Heard::TooManyProcesses(most) => most.to_string(),
        };
        drop(tell.send(line));
    });
    // Only this thread, and what it starts, has the filter above.
    let inside = std::thread::spawn(move || {
        let allow = seccomp_listener::Instruction {
            code: 0x06,
            jt: 0,
            jf: 0,
            k: 0x7fff_0000,
        };
        let _above = seccomp_listener::install(&[allow]).expect("the first one");
        Command::new(env!("CARGO_BIN_EXE_skep"))
            .args(["fence", "--confine", "--write", "/dev", "--tell"])
            .arg(&socket)
            .args(["--", "sh", "-c", "unshare -U true 2>&1; echo over"])
            .output()
            .expect("skep runs")
    });
    let output = inside.join().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Operation not permitted"), "{output:?}");
    assert!(said.contains("over"), "{output:?}");
    let heard: Vec<String> = told.iter().collect();
    let [only] = &heard[..] else {
        panic!("{heard:?}")
    };
    assert!(
        only.starts_with("nothing: ") && only.contains("busy"),
        "{only}"
    );
}

/// Whoever hears may go: what is denied stays denied, and nobody waits.
#[test]
fn when_nobody_hears_any_more_no_call_waits_and_none_gets_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let (socket, go) = (
        folder.path().join("refusals.sock"),
        folder.path().join("go"),
    );
    let outside = UnixListener::bind(&socket).expect("a socket");
    let (tell, told) = mpsc::channel();
    let heard = hear(outside, move |heard| {
        if let Heard::Denied(call) = heard {
            let _ = tell.send(call.name);
        }
    })
    .expect("a thread");
    let child = Command::new(env!("CARGO_BIN_EXE_skep"))
        .args(["fence", "--confine", "--write", "/dev", "--tell"])
        .arg(&socket)
        .args(["--", "sh", "-c"])
        .arg("unshare -U true 2>&1; while [ ! -e \"$0\" ]; do sleep 0.05; done; unshare -U true 2>&1; echo over")
        .arg(&go)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("skep runs");
    assert_eq!(told.recv(), Ok("unshare"));
    drop(heard);
    // The thread is gone with what it tells by.
    assert!(told.recv().is_err());
    std::fs::write(&go, "").expect("written");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<&str> = said.lines().collect();
    let [first, second, "over"] = lines[..] else {
        panic!("{said}")
    };
    assert!(first.contains("Operation not permitted"), "{said}");
    assert!(second.contains("Function not implemented"), "{said}");
}
