//! A process is killed while it packs.

use std::fs;
use std::path::Path;

use super::run;
use crate::support::databases::TestDatabase;
use crate::support::installation::Installation;
use crate::support::killed::{files, kill_when, program};

/// More than one write of the tables, and many drawings.
const MARKS: u32 = 3000;
const DRAWN: &str = "0-99";

/// Drawings of an earlier pack: enough that removing them takes a moment.
const OLD: usize = 1000;

async fn place_with_batch() -> Installation {
    let place = Installation::new(TestDatabase::sqlite()).await;
    place.batch(MARKS).await;
    place
}

/// The arguments of a pack; `formats` with the marks they are for.
fn arguments<'a>(out: &'a Path, formats: &'a str, range: Option<&'a str>) -> Vec<&'a str> {
    let out = out.to_str().unwrap();
    let mut arguments = vec!["batch", "pack", "1", "--format", formats, "--out", out];
    arguments.extend(["--public-url", "https://v.example.cn", "--replace"]);
    arguments.extend(range.into_iter().flat_map(|range| ["--range", range]));
    arguments
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |file| file.len())
}

/// What stands under final names.
fn finished(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = files(folder);
    files.retain(|(name, _)| !name.contains(".part"));
    files
}

/// Kills a pack when the condition holds; then each file under a final name is as in the undisturbed pack, and
/// another run makes the very same pack. Says whether the pack was killed before it ended by itself.
fn kill_pack(
    place: &Installation,
    (formats, range): (&str, Option<&str>),
    whole: &[(String, Vec<u8>)],
    condition: impl Fn(&Path) -> bool,
) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pack");
    let arguments = arguments(&out, formats, range);
    let process = program(place).args(&arguments).spawn().unwrap();
    let output = kill_when(process, || condition(&out));
    assert_folders_are_whole(&finished(&out), whole);
    run(place, &arguments);
    assert!(
        files(&out) == whole,
        "the second pack differs from an undisturbed one"
    );
    !output.status.success()
}

/// Of the whole pack each top-level name is there with all its files or not at all.
fn assert_folders_are_whole(found: &[(String, Vec<u8>)], whole: &[(String, Vec<u8>)]) {
    let top = |name: &str| name.split('/').next().unwrap().to_owned();
    for name in ["labels.csv", "svg", "png", "sheet.png"] {
        let of = |files: &[(String, Vec<u8>)]| -> Vec<(String, Vec<u8>)> {
            let files = files.iter().filter(|(path, _)| top(path) == name);
            files.cloned().collect()
        };
        let found = of(found);
        assert!(
            found.is_empty() || found == of(whole),
            "{name} stands under its final name and is not complete"
        );
    }
}

fn undisturbed(place: &Installation, formats: &str, range: Option<&str>) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pack");
    run(place, &arguments(&out, formats, range));
    files(&out)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_table_is_not_there_and_does_not_disturb_the_next() {
    let place = place_with_batch().await;
    let whole = undisturbed(&place, "csv", None);
    assert_eq!(whole.len(), 1);
    let part = |out: &Path| out.join("labels.csv.part");
    let pack = ("csv", None);
    let killed = [
        kill_pack(&place, pack, &whole, |out| part(out).exists()),
        kill_pack(&place, pack, &whole, |out| size(&part(out)) > 0),
    ];
    assert!(killed.contains(&true), "none was killed while it wrote");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_drawings_are_not_there_and_do_not_disturb_the_next() {
    let place = place_with_batch().await;
    let pack = ("csv,svg,png", Some(DRAWN));
    let whole = undisturbed(&place, pack.0, pack.1);
    assert_eq!(whole.len(), 201);
    let mut killed = Vec::new();
    for drawings in [0, 1, 30, 99] {
        killed.push(kill_pack(&place, pack, &whole, |out| {
            out.join("svg.part").exists() && entries(&out.join("svg.part")) >= drawings
        }));
    }
    killed.push(kill_pack(&place, pack, &whole, |out| {
        entries(&out.join("png.part")) > 20
    }));
    assert!(killed.contains(&true), "none was killed while it drew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_killed_while_it_replaces_another_leaves_no_half_of_either() {
    let place = place_with_batch().await;
    let range = Some("0-59");
    let whole = undisturbed(&place, "svg", range);
    for _ in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("pack");
        fs::create_dir(&out).unwrap();
        let old = out.join("svg");
        fs::create_dir(&old).unwrap();
        for index in 0..OLD {
            fs::write(old.join(format!("{index:08}.svg")), "old").unwrap();
        }
        let arguments = arguments(&out, "svg", range);
        let process = program(&place).args(&arguments).spawn().unwrap();
        // The old drawings are being taken away, or the new ones have taken their place.
        kill_when(process, || {
            entries(&old) < OLD || size(&old.join("00000000.svg")) > 3
        });
        assert_old_or_new(&finished(&out), &whole);
        run(&place, &arguments);
        assert!(
            files(&out) == whole,
            "the second pack differs from an undisturbed one"
        );
    }
}

fn assert_old_or_new(found: &[(String, Vec<u8>)], whole: &[(String, Vec<u8>)]) {
    let is_old = found.len() == OLD && found.iter().all(|(_, bytes)| bytes == b"old");
    assert!(
        found.is_empty() || is_old || found == whole,
        "{} files stand under the final name",
        found.len()
    );
}
