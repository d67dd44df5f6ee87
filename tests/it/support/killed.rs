//! The program as other processes: started, watched, killed.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::installation::Installation;

/// No step of these tests comes near it; only a program that hangs does.
const LONGEST: Duration = Duration::from_mins(1);

/// The program with the installation's database and keys; arguments are still to come.
pub fn program(place: &Installation) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yuanmark"));
    set_up(&mut command, place);
    command
}

/// The program under a limit: no file may grow beyond so many blocks of 512 bytes (some shells count 1024), as if
/// the disk were full. Writing more fails with "File too large".
pub fn program_with_file_limit(place: &Installation, blocks: u32) -> Command {
    let mut command = Command::new("sh");
    // Without the trap the system would end the program instead of letting the write fail.
    let script = format!("trap '' XFSZ; ulimit -f {blocks} && exec \"$0\" \"$@\"");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_yuanmark")]);
    set_up(&mut command, place);
    command
}

fn set_up(command: &mut Command, place: &Installation) {
    command
        .env("YUANMARK_DATABASE", &place.database.address)
        .env("YUANMARK_KEYS", place.keys.folder().path())
        .env("YUANMARK_BY", "test")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
}

pub fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

pub fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Kills the process (SIGKILL: it can do nothing about it) as soon as the condition holds, unless it has ended by
/// then. Returns what it had printed. Asks without a pause, so that the moment is hit as closely as can be.
pub fn kill_when(mut process: Child, mut condition: impl FnMut() -> bool) -> Output {
    let begin = Instant::now();
    while process.try_wait().unwrap().is_none() && !condition() {
        assert!(begin.elapsed() < LONGEST, "the program hangs");
        std::thread::yield_now();
    }
    _ = process.kill(); // it may just have ended
    process.wait_with_output().unwrap()
}

/// The files of a folder and its folders, by path, with their bytes; but for the manifest of a pack, which says when it was
/// made.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return found;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let inside = files(&path).into_iter();
            found.extend(inside.map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else if !["manifest.json", "summary.html"].contains(&name.as_str()) {
            found.push((name, std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}
