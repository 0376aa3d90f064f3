//! What the operator is told about the fence around agents.

/// It is switched off.
pub const OFF: &str = "The sandbox is switched off: agents can read what skep can read.";

/// By the operator's wish there is none; `warning`: what that means.
pub fn none(warning: &str) -> String {
    format!("none: {warning}")
}

/// There is none that works; `why`: what to do.
pub fn broken(why: &str) -> String {
    format!("no agent is started: {why}")
}

/// Containers of an image, by an engine; `limits`: whether it can hold processes back.
pub fn container(engine: &str, image: &str, limits: bool) -> String {
    let limits = if limits {
        ""
    } else {
        ", without limits of its own"
    };
    format!("container ({engine}, {image}{limits})")
}

/// No engine was named, and neither is there.
pub const NO_ENGINE: &str = "neither podman nor docker is installed: install one of them";

/// The engine that was named is not there.
pub fn no_such_engine(name: &str) -> String {
    format!("{name} is not installed: correct `sandbox_engine`, or install it")
}

/// The engine does not answer.
pub fn engine_fails(why: &str) -> String {
    format!(
        "the container engine does not work ({why}): try `podman info` or `docker info` as skep's user"
    )
}

/// No container of the image can be run.
pub fn container_does_not_work(image: &str, why: &str) -> String {
    let unknown = ["image not known", "No such image", "Unable to find image"];
    let fix = if unknown.iter().any(|said| why.contains(said)) {
        format!("pull it as skep's user, such as by `podman pull {image}`; skep pulls none")
    } else {
        "the image needs the C library that skep was built for or a newer one; `docs/operations.md` has an example".to_owned()
    };
    format!("no container of {image} can be started ({why}): {fix}")
}

/// The program for it is missing.
pub const NOT_INSTALLED: &str = "bubblewrap is not installed: install the package `bubblewrap`";

/// The kernel or a container forbids it; what to do about what is known.
pub fn does_not_work(why: &str) -> String {
    let fix = if why.contains("setting up uid map") || why.contains("No permissions to create") {
        UNPRIVILEGED
    } else if why.contains("/proc") && why.contains("mount") {
        MASKED
    } else {
        OTHERWISE
    };
    format!("bubblewrap does not work here ({why}): {fix}")
}

/// Ubuntu 23.10 and later.
const UNPRIVILEGED: &str = "user namespaces are not allowed to it. On Ubuntu put `abi <abi/4.0>, include <tunables/global> profile bwrap \
                            /usr/bin/bwrap flags=(unconfined) { userns, }` into `/etc/apparmor.d/bwrap` and run `apparmor_parser -r \
                            /etc/apparmor.d/bwrap`; elsewhere set `sysctl kernel.unprivileged_userns_clone=1` or \
                            `user.max_user_namespaces` above 0";

/// A container whose engine covers parts of `/proc`.
const MASKED: &str = "the container's `/proc` is covered in part, so that no fresh one may be mounted. Start the container with \
                      `--security-opt systempaths=unconfined` and a seccomp profile that allows `clone`, `unshare`, `mount` and `pivot_root`";

/// Whatever else.
const OTHERWISE: &str =
    "`docs/operations.md` tells what it needs; `skep config check` tries it again";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_names_its_remedy() {
        for (said, remedy) in [
            (
                "bwrap: setting up uid map: Permission denied",
                "apparmor_parser",
            ),
            (
                "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces",
                "unprivileged_userns_clone",
            ),
            (
                "bwrap: Can't mount proc on /newroot/proc: Operation not permitted",
                "systempaths=unconfined",
            ),
            ("bwrap: something new", "skep config check"),
        ] {
            let told = does_not_work(said);
            assert!(told.contains(remedy) && told.contains(said), "{told}");
        }
    }
}
