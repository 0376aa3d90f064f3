//! Files that no session may read or write.

use super::Attack;
use super::told::Teller;
use super::untold::{ABSENT, LISTS, OWN, PROCFS, WRITES};

pub(super) fn attacks() -> Vec<Attack> {
    let mut all = vec![
        Attack::new("read skep's database", "got \"$(cat $DATA/skep.db)\"")
            .told(Teller::Decoy, "skep.db in"),
        Attack::new(
            "read the token of skep's commands",
            "got \"$(cat $DATA/admin-token)\"",
        )
        .told(Teller::Decoy, "admin-token in"),
        Attack::new(
            "read the key of skep's marks",
            "got \"$(cat $DATA/marker.key)\"",
        )
        .told(Teller::Decoy, "marker.key in"),
        Attack::new(
            "read another session's working copy",
            "got \"$(cat $DATA/sessions/two/work/x)\"",
        )
        .untold(ABSENT),
        Attack::new(
            "read another session's home",
            "got \"$(cat $DATA/sessions/two/home/x)\"",
        )
        .untold(ABSENT),
        Attack::new(
            "climb up from the working copy",
            "got \"$(cat ../../two/work/x)\"",
        )
        .untold(ABSENT),
        Attack::new(
            "follow a link of its own to the database",
            "ln -sf $DATA/skep.db link; got \"$(cat link)\"",
        )
        .told(Teller::Decoy, "skep.db in"),
        Attack::new(
            "make a hard link to the database",
            "ln $DATA/skep.db hard && got \"$(cat hard)\"",
        )
        .untold(WRITES),
        Attack::new(
            "write into another session's working copy",
            "echo x >$DATA/sessions/two/work/y && echo BROKEN",
        )
        .untold(WRITES),
        Attack::new(
            "rename skep's database",
            "mv $DATA/skep.db $DATA/old && echo BROKEN",
        )
        .untold(WRITES),
        Attack::new(
            "list skep's data folder",
            "ls $DATA/sessions | grep -q two && echo BROKEN",
        )
        .untold(LISTS),
        Attack::new(
            "write into the mirror",
            "echo x >$DATA/mirror.git/hooks-new && echo BROKEN",
        )
        .untold(WRITES),
        Attack::new(
            "go by the root of its own process",
            "got \"$(cat /proc/self/root$DATA/skep.db)\"",
        )
        .told(Teller::Decoy, "skep.db in"),
        Attack::only_inside(
            "go by the root of the first process",
            "got \"$(cat /proc/1/root$DATA/skep.db)\"",
        )
        .untold(PROCFS),
        Attack::new(
            "go by the folders of other processes",
            "for p in /proc/[0-9]*; do got \"$(cat $p/root$DATA/skep.db)\"; done",
        )
        .told(Teller::Decoy, "skep.db in"),
        Attack::new(
            "read the machine's scratch folder",
            "got \"$(cat $SCRATCH/x)\"",
        )
        .untold(ABSENT),
        Attack::new(
            "write into the machine's scratch folder",
            "echo y >$SCRATCH/y && [ -e $SCRATCH/x ] && echo BROKEN",
        )
        .untold(OWN),
        Attack::new(
            "read the machine's shared memory",
            "got \"$(cat $SHARED/x)\"",
        )
        .untold(ABSENT),
        Attack::only_inside("write into /etc", "echo x >/etc/skep-canary && echo BROKEN")
            .untold(WRITES),
        Attack::only_inside(
            "write into /usr",
            "echo x >/usr/bin/skep-canary && echo BROKEN",
        )
        .untold(WRITES),
        Attack::only_inside(
            "make a folder in the root",
            "mkdir /skep-canary && echo BROKEN",
        )
        .untold(WRITES),
        Attack::only_inside(
            "put another shell in place",
            "cp /bin/sh sh2 && cp sh2 /bin/sh && echo BROKEN",
        )
        .untold(WRITES),
        Attack::only_inside(
            "remount the system for writing",
            "perl -e '($a, $b, $c) = (\"none\", \"/usr\", \"\"); print \"BROKEN\\n\" if syscall(165, $a, $b, $c, 0x20, 0) == 0'",
        )
        .told(Teller::Filter, "mount"),
        Attack::only_inside(
            "lay a folder over another",
            "perl -e '($a, $b, $c) = (\".\", \"/usr\", \"\"); print \"BROKEN\\n\" if syscall(165, $a, $b, $c, 0x1000, 0) == 0'",
        )
        .told(Teller::Filter, "mount"),
        Attack::only_inside(
            "make a device of the first disk",
            "mknod disk b 8 0 && head -c 1 disk | grep -q . && echo BROKEN",
        )
        .told(Teller::Look, "mknod"),
        Attack::only_inside(
            "make a device of the machine's memory",
            "mknod memory c 1 1 && head -c 1 memory && echo BROKEN",
        )
        .told(Teller::Look, "mknod"),
        Attack::only_inside(
            "change how cores are dumped",
            "echo '|/bin/true' >/proc/sys/kernel/core_pattern && echo BROKEN",
        )
        .untold(WRITES),
        Attack::only_inside(
            "press the system's keys",
            "echo h >/proc/sysrq-trigger && echo BROKEN",
        )
        .untold(WRITES),
        Attack::only_inside(
            "write a setting of the kernel",
            "echo 1 >/proc/sys/vm/drop_caches && echo BROKEN",
        )
        .untold(WRITES),
        Attack::only_inside(
            "write below /sys",
            "echo x >/sys/kernel/uevent_helper && echo BROKEN",
        )
        .untold(WRITES),
        Attack::only_inside(
            "become another user by a program that may",
            "cp /usr/bin/id me; chmod u+s me; ./me -u | grep -qv \"^$(id -u)$\" && echo BROKEN",
        )
        .told(Teller::Look, "chmod(S_ISUID)"),
        Attack::only_inside(
            "change the owner of a file",
            "touch o; chown 12345 o && echo BROKEN",
        )
        .told(Teller::Look, "chown"),
    ];
    let read = [
        ("the passwords of the machine", "/etc/shadow", "/etc/shadow"),
        (
            "the keys of the machine's certificates",
            "/etc/ssl/private/*",
            "/etc/ssl/private/server.key",
        ),
        (
            "the keys of the machine's ssh",
            "/etc/ssh/ssh_host_*_key",
            "/etc/ssh/ssh_host_ed25519_key",
        ),
        (
            "the tasks of the machine's clock",
            "/etc/crontab",
            "/etc/crontab",
        ),
        ("who may become root", "/etc/sudoers", "/etc/sudoers"),
        (
            "the logs of the machine",
            "/var/log/*.log /var/log/syslog",
            "/var/log/auth.log",
        ),
        ("the mails of the machine", "/var/mail/*", "/var/mail/root"),
        ("the keys of root", "/root/.ssh/id_*", "/root/.ssh/id_rsa"),
        (
            "credentials of clouds",
            "/root/.aws/credentials",
            "/root/.aws/credentials",
        ),
        ("settings of git", "/root/.gitconfig", "/root/.gitconfig"),
        (
            "passwords of package registries",
            "/root/.npmrc",
            "/root/.npmrc",
        ),
        (
            "what root typed",
            "/root/.bash_history",
            "/root/.bash_history",
        ),
        ("disks", "/dev/vda", "/dev/vda"),
    ];
    all.push(
        Attack::only_inside(
            "see the memory of the kernel",
            "head -c 1 /proc/kcore | grep -q . && echo BROKEN",
        )
        .untold(PROCFS),
    );
    all.extend(read.map(|(what, paths, decoy)| {
        let script = format!("[ -n \"$(head -qc 9 {paths} | tr -d '\\0')\" ] && echo BROKEN");
        Attack::only_inside(&format!("see {what}"), &script).told(Teller::Decoy, decoy)
    }));
    let speak = [
        ("Docker's socket", "/run/docker.sock"),
        ("the system's bus", "/run/dbus/system_bus_socket"),
        ("systemd's sockets", "/run/systemd/private"),
        ("users' runtime folders", "/run/user/0/bus"),
    ];
    all.extend(speak.iter().map(|(what, path)| {
        let script = format!(
            "perl -MSocket -e 'socket($s, AF_UNIX, SOCK_STREAM, 0); print \"BROKEN\\n\" if connect($s, pack_sockaddr_un(\"{path}\"))'"
        );
        Attack::only_inside(&format!("see {what}"), &script).told(Teller::Look, path)
    }));
    let away = [
        ("the state of services", "/var/lib"),
        ("programs of others", "/opt"),
        ("data of services", "/srv"),
        ("what is mounted by hand", "/mnt"),
        ("the kernel's own files", "/sys/kernel"),
        ("the machine's start", "/boot"),
        ("the messages of the kernel", "/dev/kmsg"),
        ("virtual machines", "/dev/kvm"),
        ("files in user space", "/dev/fuse"),
        ("tunnels", "/dev/net/tun"),
    ];
    all.extend(away.iter().map(|(what, path)| {
        let script = format!("[ -e {path} ] && [ -n \"$(ls -A {path})\" ] && echo BROKEN");
        Attack::only_inside(&format!("see {what}"), &script).untold(LISTS)
    }));
    all
}
