//! The variables of the program, where they come by a file: each ended by a zero byte. They stand over those of the image, which are the
//! operator's: where its programs are, where Java is.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

/// Gives the program those besides.
pub(super) fn tell(program: &mut Command, file: &Path) -> Result<(), String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    for line in bytes
        .split(|byte| *byte == 0)
        .filter(|line| !line.is_empty())
    {
        let at = line.iter().position(|byte| *byte == b'=');
        let (name, value) = line.split_at(at.ok_or("a variable has no value")?);
        program.env(OsStr::from_bytes(name), OsStr::from_bytes(&value[1..]));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_what_the_file_says_and_keeps_what_the_image_says() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("environment");
        std::fs::write(&file, "HOME=/home/x\0LINES=one\ntwo=2\0").expect("a file");
        let mut program = Command::new("env");
        program.env("FROM_IMAGE", "1").env("HOME", "/");
        tell(&mut program, &file).expect("it can be read");
        let output = program.output().expect("env runs");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(text.contains("HOME=/home/x\n"), "{text}");
        assert!(text.contains("LINES=one\ntwo=2\n"), "{text}");
        assert!(text.contains("FROM_IMAGE=1\n"), "{text}");
        assert!(!text.lines().any(|line| line == "HOME=/"), "{text}");
    }

    #[test]
    fn a_file_that_is_not_there_starts_nothing() {
        let why = tell(&mut Command::new("true"), Path::new("/no/such/file"));
        assert!(why.is_err_and(|why| why.contains("/no/such/file")));
    }
}
