//! Other processes, and what their environments hold.

use super::Attack;
use super::told::Teller;
use super::untold::{ABSENT, ENDED, PROCFS, WRITES};

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack::new(
            "see a process of the machine",
            "ls -l /proc/$HOST/exe | grep -q sleep && echo BROKEN",
        ).untold(ABSENT),
        Attack::new(
            "read the environment of a process of the machine",
            "got \"$(tr '\\0' '\\n' </proc/$HOST/environ | grep SKEP_TEST_CANARY)\"",
        ).untold(ABSENT),
        Attack::new(
            "read all environments",
            "for e in /proc/[0-9]*/environ; do got \"$(tr '\\0' '\\n' <$e | grep SKEP_TEST_CANARY)\"; done",
        ).untold(PROCFS),
        Attack::new(
            "send a process of the machine a signal",
            "ls -l /proc/$HOST/exe | grep -q sleep && kill -0 $HOST && echo BROKEN",
        ).untold(ABSENT),
        Attack::only_inside(
            "send every process a signal",
            "kill -0 -1 && [ $(ls -d /proc/[0-9]* | wc -l) -gt 20 ] && echo BROKEN",
        ).told(Teller::Look, "kill(-1)"),
        Attack::only_inside(
            "read the memory of the first process",
            "head -c 1 /proc/1/mem | grep -q . && echo BROKEN",
        ).untold(PROCFS),
        Attack::only_inside("make a user namespace", "unshare -U true && echo BROKEN").told(Teller::Filter, "unshare(CLONE_NEWUSER)"),
        Attack::only_inside(
            "make a user namespace and become root in it",
            "unshare -Ur id -u | grep -q '^0$' && echo BROKEN",
        ).told(Teller::Filter, "unshare(CLONE_NEWUSER)"),
        Attack::only_inside("make a mount namespace", "unshare -m true && echo BROKEN").told(Teller::Filter, "unshare(CLONE_NEWNS)"),
        Attack::only_inside("make a network namespace", "unshare -n true && echo BROKEN").told(Teller::Filter, "unshare(CLONE_NEWNET)"),
        Attack::only_inside(
            "make a process namespace",
            "unshare -fp true && echo BROKEN",
        ).told(Teller::Filter, "unshare(CLONE_NEWPID)"),
        Attack::only_inside(
            "enter the first process's namespaces",
            "nsenter -t 1 -m true && echo BROKEN",
        ).untold(PROCFS),
        Attack::only_inside(
            "put another sandbox around itself",
            "bwrap --ro-bind / / true && echo BROKEN",
        ).told(Teller::Filter, "clone(CLONE_NEW"),
        Attack::only_inside(
            "look at its own child by a debugger",
            "strace -o t true && echo BROKEN",
        ).told(Teller::Filter, "ptrace"),
        Attack::only_inside(
            "raise its limit of open files",
            "ulimit -Hn 1000000 && [ $(ulimit -n) -ge 1000000 ] && echo BROKEN",
        ).told(Teller::Look, "setrlimit(RLIMIT_NOFILE)"),
        Attack::only_inside("leave a core dump", "ulimit -c unlimited && echo BROKEN").told(Teller::Look, "setrlimit(RLIMIT_CORE)"),
        Attack::only_inside(
            "write more than a file may hold",
            "truncate -s 3G big && echo BROKEN",
        ).told(Teller::Look, "ftruncate"),
        Attack::only_inside(
            "be ended last where memory runs out",
            "echo -1000 >/proc/self/oom_score_adj && echo BROKEN",
        ).untold(WRITES),
        Attack::only_inside(
            "run before others",
            "[ $(nice -n -15 nice) -lt $(nice) ] && echo BROKEN",
        ).told(Teller::Look, "setpriority"),
        Attack::ended(
            "start more processes than it may",
            "i=0; while [ $i -lt 700 ]; do sleep 300 & i=$((i+1)); done; wait; echo BROKEN",
            "more than 512 processes at once",
        ).told(Teller::End, "more than 512 processes"),
        Attack::only_inside(
            "outlive its session in a session of its own",
            "setsid sleep 300 >/dev/null 2>&1 &",
        ).untold(ENDED),
        Attack::only_inside(
            "outlive its session without a parent",
            "(setsid sh -c 'trap \"\" TERM HUP INT; sleep 300' >/dev/null 2>&1 &)",
        ).untold(ENDED),
        Attack::only_inside(
            "outlive its session without its marks",
            "env -i setsid sleep 300 >/dev/null 2>&1 &",
        ).untold(ENDED),
    ]
}
