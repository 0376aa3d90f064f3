//! What is said of the server's memory.

use super::disk::size;

/// How much is free, how much of that the sessions at work are expected to take still, and how much is kept free. Bytes.
pub fn told(free: u64, reserved: u64, kept: u64) -> String {
    let at_work = match reserved {
        0 => String::new(),
        reserved => format!("{} of it for what is at work, ", size(reserved)),
    };
    format!("{} free, {at_work}{} kept free", size(free), size(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spoken_for_is_named() {
        assert_eq!(
            told(3 << 30, 700 << 20, 1 << 30),
            "3.0 GiB free, 700.0 MiB of it for what is at work, 1.0 GiB kept free"
        );
        assert_eq!(told(3 << 30, 0, 0), "3.0 GiB free, 0 KiB kept free");
    }
}
