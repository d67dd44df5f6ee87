//! Rolls: what is slit from the pages of a web, read lane by lane.

use std::path::{Path, PathBuf};
use std::process::Command;

use image::GrayImage;
use serde_json::{Value, json};

use super::{Row, qr_texts, rows};
use crate::support::program::Program;
use crate::support::reader::{pages, rasterise, text_of, zbarimg};

const PACK: &str = "batch pack 1 --out pack --public-url https://v.example.cn";

/// The cells of a lane that are not white, along the web, as pictures beside the pages.
fn lane(pages: &[PathBuf], (lane, lanes): (u32, u32), rows: u32) -> Vec<PathBuf> {
    let mut cells = Vec::new();
    for page in pages {
        let picture = image::open(page).unwrap().into_luma8();
        let (width, height) = (picture.width() / lanes, picture.height() / rows);
        for row in 0..rows {
            // White around a symbol at the edge helps a reader.
            let cell =
                image::imageops::crop_imm(&picture, lane * width, row * height, width, height);
            let mut around = GrayImage::from_pixel(width + 40, height + 40, image::Luma([255]));
            image::imageops::overlay(&mut around, &cell.to_image(), 20, 20);
            if around.pixels().any(|pixel| pixel.0[0] < 128) {
                let path = page.with_extension(format!("lane-{lane}-row-{row:03}.png"));
                around.save(&path).unwrap();
                cells.push(path);
            }
        }
    }
    cells
}

fn read(cells: &[PathBuf]) -> Vec<String> {
    zbarimg(cells.iter().map(PathBuf::as_path))
}

/// In which corner of a picture the symbol begins.
fn corner(cell: &Path) -> (&'static str, &'static str) {
    let picture = image::open(cell).unwrap().into_luma8();
    let mut prepared = rqrr::PreparedImage::prepare(picture);
    let grids = prepared.detect_grids();
    let [first, _, across, _] = grids[0].bounds;
    (
        if first.y < across.y { "top" } else { "bottom" },
        if first.x < across.x { "left" } else { "right" },
    )
}

/// What a scanner reads at both ends of a roll.
fn end_of(marks: &[Row]) -> String {
    let (first, last) = (&marks[0].serial, &marks[marks.len() - 1].serial);
    format!("{first}..{last}")
}

/// What a scanner reads along a roll of these marks.
fn roll_of(marks: &[Row]) -> Vec<String> {
    let mut texts = vec![end_of(marks)];
    texts.extend(marks.iter().map(|row| row.qr_text.clone()));
    texts.push(end_of(marks));
    texts
}

#[test]
fn a_lane_holds_one_range_in_order_between_its_ends() {
    let program = Program::with_batch(41);
    for (options, rows_a_page, begins_at) in [
        // A row is 23.03 mm and the gap of 2.
        ("--direction top", 11, ("top", "left")),
        // Turned to the left, so that the right edge leads: a row is 16.6 mm and the gap.
        ("--direction right --repeat 200", 10, ("bottom", "left")),
        ("--direction bottom --gap 0", 13, ("bottom", "right")),
        (
            "--direction left --dpi 600 --repeat 100",
            5,
            ("top", "right"),
        ),
    ] {
        program.done(&format!(
            "{PACK} --format csv,pdf --rolls 12 --lanes 3 {options} --replace"
        ));
        let pages = pages(&program.path("pack/labels.pdf"), 600);
        let table = rows(&program, "pack");
        let of_web = 14_u32.div_ceil(rows_a_page) as usize;
        // The fourth roll is on a web of its own, and has five labels.
        let last_web = 7_u32.div_ceil(rows_a_page) as usize;
        assert_eq!(pages.len(), of_web + last_web, "{options}");
        let (first_web, second_web) = pages.split_at(of_web);
        for (roll, marks) in (0..).zip(table.chunks(12)) {
            let web = if roll < 3 { first_web } else { second_web };
            let cells = lane(web, (roll % 3, 3), rows_a_page);
            assert_eq!(read(&cells), roll_of(marks), "{options}, roll {roll}");
            for cell in [&cells[0], &cells[1]] {
                assert_eq!(corner(cell), begins_at, "{options}");
            }
        }
        for empty in [1, 2] {
            assert_eq!(
                lane(second_web, (empty, 3), rows_a_page),
                [] as [PathBuf; 0]
            );
        }
    }
}

#[test]
fn the_ends_of_a_roll_say_which_it_is() {
    let program = Program::with_batch(20);
    for template in [
        "",
        "--template 20x20",
        "--template 30x40",
        "--template 40x60",
    ] {
        let pack = format!("{PACK} --format csv,pdf --rolls 16 --gap 4 --replace {template}");
        program.done(&pack);
        let text = text_of(&program.path("pack/labels.pdf")).concat();
        let words: Vec<&str> = text.split_whitespace().collect();
        let has = |word: &str| words.iter().filter(|each| **each == word).count();
        assert_eq!(
            (has("领头标"), has("尾标"), has("非标志")),
            (2, 2, 4),
            "{text}"
        );
        assert_eq!(has("共2卷"), 4, "{text}");
        // How many are on the second roll; on the first there are sixteen.
        assert!(has("4") >= 2 && has("16") >= 2, "{text}");
        let table = rows(&program, "pack");
        for serial in [&table[0].serial, &table[15].serial, &table[19].serial] {
            let halves = [&serial[..9], &serial[10..]];
            let both = halves.iter().map(|half| text.matches(half).count());
            // Beside those of its own label on both ends of its roll.
            assert!(both.min() >= Some(3), "{serial} {text}");
        }
    }
}

#[test]
fn a_die_cuts_pages_of_whole_rows_as_the_designer_said() {
    let program = Program::with_batch(3);
    program.done(&format!(
        "{PACK} --format pdf --template 30x40 --rolls 3 --lanes 2 --gap 4"
    ));
    let info = Command::new("pdfinfo")
        .arg(program.path("pack/labels.pdf"))
        .output()
        .unwrap();
    let info = String::from_utf8(info.stdout).unwrap();
    // 2 × 34 mm by 6 × 44 mm, though 30 mm are no whole dots.
    assert!(info.contains("192.756 x 748.346 pts"), "{info}");
}

#[test]
fn the_ledger_takes_what_a_scanner_reads_at_the_end_of_a_roll() {
    let program = Program::with_batch(20);
    program.receive(1);
    program.done(&format!("{PACK} --format pdf --rolls 12 --lanes 2"));
    let pages = pages(&program.path("pack/labels.pdf"), 600);
    let second = lane(&pages, (1, 2), 11);
    let scanned = read(&second[..1]);
    program.write("scanned.txt", &scanned[0]);
    let filled = program.json("container fill --kind roll --batch 1 --file scanned.txt --label 2");
    assert_eq!(filled["ranges"], json!([{"first": 12, "last": 19}]));
}

#[test]
fn the_manifest_lists_the_rolls_and_parts_number_on() {
    let program = Program::with_batch(50);
    program.done(&format!(
        "{PACK} --format csv,pdf --rolls 8 --lanes 2 --part-size 24 --range 1-49"
    ));
    let manifest: Value = serde_json::from_str(&program.read("pack/manifest.json")).unwrap();
    let mut rolls = Vec::new();
    for file in manifest["files"].as_array().unwrap() {
        let is_pdf = file["name"].as_str().unwrap().contains(".pdf");
        assert_eq!(file.get("rolls").is_some(), is_pdf, "{file}");
        rolls.extend(file["rolls"].as_array().into_iter().flatten().cloned());
    }
    program.done("batch pack 1 --out all --public-url https://v.example.cn");
    let table = rows(&program, "all");
    let expected: Vec<Value> = (1..)
        .zip(table[1..].chunks(8))
        .map(|(number, marks)| {
            let (first, last) = (&marks[0], &marks[marks.len() - 1]);
            json!({
                "number": number, "first": first.sequence, "last": last.sequence, "labels": marks.len(),
                "first_serial": first.serial, "last_serial": last.serial,
            })
        })
        .collect();
    assert_eq!(rolls, expected);
    let third = text_of(&program.path("pack/labels-0003.pdf")).concat();
    assert!(third.contains("领头标 卷号 7"), "{third}");
    assert!(third.contains("共7卷"), "{third}");
}

#[test]
fn an_interrupted_web_is_resumed_with_the_same_options_only() {
    let program = Program::with_batch(20);
    let pack = format!("{PACK} --format csv,pdf --rolls 5 --lanes 2");
    program.done(&pack);
    let before = std::fs::read(program.path("pack/labels.pdf")).unwrap();
    let manifest =
        || -> Value { serde_json::from_str(&program.read("pack/manifest.json")).unwrap() };
    let files = manifest()["files"].clone();
    std::fs::remove_file(program.path("pack/labels.pdf")).unwrap();
    for (from, to, said) in [
        ("--rolls 5", "--rolls 10", "rolls 5, not 10"),
        ("--lanes 2", "--lanes 3", "lanes 2, not 3"),
        (
            "--lanes 2",
            "--lanes 2 --direction left",
            "direction top, not left",
        ),
        ("--lanes 2", "--lanes 2 --repeat 200", "repeat 300, not 200"),
        ("--rolls 5 --lanes 2", "", "margin none, not 8"),
    ] {
        let refusal = program.refused(&format!("{} --resume", pack.replace(from, to)));
        assert!(refusal.what.contains(said), "{refusal:?}");
    }
    program.done(&format!("{pack} --resume"));
    assert!(std::fs::read(program.path("pack/labels.pdf")).unwrap() == before);
    assert_eq!(manifest()["files"], files);
}

#[test]
fn what_makes_no_rolls_is_refused_by_name() {
    let program = Program::with_batch(20);
    for (wrong, named) in [
        ("--rolls 0", "--rolls"),
        ("--rolls 5 --lanes 0", "--lanes"),
        ("--rolls 5 --direction up", "--direction"),
        ("--rolls 5 --repeat 6000", "--repeat"),
        ("--rolls 5 --paper a4", "--paper"),
        ("--rolls 5 --margin 8", "--margin"),
        ("--rolls 5 --order rows", "--order"),
        ("--lanes 2", "--rolls"),
        ("--direction top", "--rolls"),
        ("--repeat 200", "--rolls"),
        ("--font a.ttf", "--rolls"),
    ] {
        let ran = program.run(&format!("{PACK} --format pdf {wrong}"));
        assert_eq!(ran.code, 2, "{wrong} {ran:?}");
        assert!(ran.stderr.contains(named), "{wrong} {ran:?}");
    }
    for (wrong, said) in [
        ("pdf --rolls 5 --lanes 400", "400 lanes make a web of"),
        ("pdf --rolls 5 --repeat 20", "takes 25.0 mm along the web"),
        (
            "pdf --rolls 5 --template 30x40 --gap 2",
            "at least 4 mm apart",
        ),
        ("csv --rolls 5", "--rolls lays out labels.pdf"),
        ("pdf,svg-sheets --rolls 5", "svg-sheets are sheets"),
        (
            "pdf --rolls 5 --part-size 12",
            "no whole number of rolls of 5",
        ),
    ] {
        let ran = program.run(&format!("{PACK} --format {wrong}"));
        assert_ne!(ran.code, 0, "{wrong}");
        assert!(ran.stderr.contains(said), "{wrong} {ran:?}");
    }
    assert!(!program.path("pack").exists());
    let trail = program.json("trail list");
    assert!(!trail.to_string().contains("pack-make"), "{trail}");
}

#[test]
fn svg_sheets_lie_like_the_pages() {
    let program = Program::with_batch(30);
    for options in [
        "--paper 90x80 --order stacks",
        "--paper 120x100 --template 30x40 --gap 4 --margin 5",
        "--paper label",
    ] {
        program.done(&format!(
            "{PACK} --format csv,pdf,svg-sheets {options} --replace"
        ));
        let pages = pages(&program.path("pack/labels.pdf"), 300);
        let count = program.files("pack/svg-sheets").len();
        assert_eq!(count, pages.len(), "{options}");
        let mut all = Vec::new();
        for (number, page) in (1..).zip(&pages) {
            let sheet = program.path(&format!("pack/svg-sheets/{number:08}.svg"));
            let text = std::fs::read_to_string(&sheet).unwrap();
            let picture = page.with_extension("sheet.png");
            rasterise(&sheet, &picture, 300);
            let [mut ours, mut theirs] = [&picture, page].map(|path| zbarimg([path.as_path()]));
            for texts in [&mut ours, &mut theirs] {
                texts.sort();
            }
            assert_eq!(ours, theirs, "{options}, sheet {number}");
            if options.contains("template") {
                assert_eq!(text.matches("id=\"label-art\"").count(), 1);
                assert_eq!(text.matches("href=\"#label-art\"").count(), ours.len());
            }
            all.extend(ours);
            assert_alike(&picture, page);
        }
        let mut table = qr_texts(&program, "pack");
        table.sort();
        all.sort();
        assert_eq!(all, table, "{options}");
    }
}

/// Both pictures are dark in the same places, but for edges that readers round otherwise.
fn assert_alike(one: &Path, other: &Path) {
    let [one, other] = [one, other].map(|path| image::open(path).unwrap().into_luma8());
    let (width, height) = (
        one.width().min(other.width()),
        one.height().min(other.height()),
    );
    assert!(one.width().abs_diff(other.width()) <= 1 && one.height().abs_diff(other.height()) <= 1);
    let mut differing = 0;
    for (x, y) in (0..width).flat_map(|x| (0..height).map(move |y| (x, y))) {
        let is_dark = |picture: &GrayImage| picture.get_pixel(x, y).0[0] < 128;
        differing += u64::from(is_dark(&one) != is_dark(&other));
    }
    let all = u64::from(width) * u64::from(height);
    assert!(differing * 20 < all, "{differing} of {all} dots differ");
}
