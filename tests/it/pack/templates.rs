//! Labels by templates: what readers, text extractors and the public make of them.

use std::process::Command;

use serde_json::Value;

use super::{qr_texts, rows};
use crate::support::program::Program;
use crate::support::reader::{pages, rasterise, text_of, zbarimg};

const PACK: &str = "batch pack 1 --out pack --public-url https://v.example.cn";
const FIRM: &str = "虚构芦笋合作社";

#[test]
fn the_shipped_templates_are_read_in_every_format() {
    // The bleed of 2 mm needs a gap of 4, which nobody has to name.
    let program = Program::with_batch(12);
    for name in ["30x40", "40x60", "20x20"] {
        program.done(&format!(
            "{PACK} --format csv,pdf,svg,png,zpl --template {name} --replace"
        ));
        let table = qr_texts(&program, "pack");
        let mut on_sheets = Vec::new();
        for sheet in pages(&program.path("pack/labels.pdf"), 300) {
            on_sheets.extend(zbarimg([sheet.as_path()]));
        }
        on_sheets.sort();
        let mut expected = table.clone();
        expected.sort();
        assert_eq!(on_sheets, expected, "{name}");
        for (number, text) in table.iter().enumerate().take(3) {
            let png = program.path(&format!("pack/png/{number:08}.png"));
            assert_eq!(zbarimg([png.as_path()]), [text.as_str()], "{name}");
            let drawn = program.path("drawn.png");
            rasterise(
                &program.path(&format!("pack/svg/{number:08}.svg")),
                &drawn,
                300,
            );
            assert_eq!(zbarimg([drawn.as_path()]), [text.as_str()], "{name}");
        }
        let zpl = program.read("pack/labels.zpl");
        assert_eq!(
            zpl.matches("~DGR:ART.GRF").count(),
            1,
            "the art is sent once"
        );
        assert_eq!(zpl.matches("^XGR:ART.GRF,1,1").count(), 12);
    }
}

#[test]
fn fonts_are_embedded_and_the_order_stands_on_the_label() {
    let program = Program::with_batch(2);
    program.done(&format!(
        "{PACK} --format csv,pdf --template 30x40 --paper label"
    ));
    let path = program.path("pack/labels.pdf");
    for (text, row) in text_of(&path).iter().zip(rows(&program, "pack")) {
        for part in [
            FIRM,
            "93430981MA4TEXT36K",
            "真伪查询 v.example.cn",
            &row.serial,
            "清水芦笋罐头 425 g",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    let fonts = Command::new("pdffonts").arg(&path).output().unwrap();
    let fonts = String::from_utf8(fonts.stdout).unwrap();
    let rows: Vec<&str> = fonts
        .lines()
        .skip(2)
        .filter(|row| row.contains("CID"))
        .collect();
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row.contains("yes yes yes")),
        "{fonts}"
    );
    let info = Command::new("pdfinfo")
        .args(["-box"])
        .arg(&path)
        .output()
        .unwrap();
    let info = String::from_utf8(info.stdout).unwrap();
    // 30 × 40 mm within 2 mm of bleed.
    let line = |name: &str| {
        info.lines()
            .find(|line| line.starts_with(name))
            .unwrap()
            .to_owned()
    };
    assert!(line("TrimBox").contains("5.67     5.67"), "{info}");
    assert!(
        path.metadata().unwrap().len() < 60_000,
        "the art stands in the file once"
    );
}

#[test]
fn hidden_codes_stand_on_the_label_of_their_mark() {
    let program = Program::installed();
    program.add_batch(3, "--hidden-codes");
    program.done(&format!(
        "{PACK} --format csv,pdf --template 40x60 --paper label --hidden-codes"
    ));
    let hidden = program.read("pack/hidden-codes.csv");
    let texts = text_of(&program.path("pack/labels.pdf"));
    for (text, line) in texts.iter().zip(hidden.lines().skip(1)) {
        let code = line.rsplit(',').next().unwrap().trim();
        assert!(
            text.contains(code) && text.contains("刮开核验"),
            "{code}: {text}"
        );
    }
    let other = Program::with_batch(1);
    other.done(&format!(
        "{PACK} --format pdf --template 40x60 --paper label"
    ));
    let text = text_of(&other.path("pack/labels.pdf")).concat();
    assert!(!text.contains("刮开核验"), "{text}");
    // A template that always shows one.
    other.done("template get 40x60 --out mine.svg");
    let own = other
        .read("mine.svg")
        .replace("<g data-if=\"hidden\">", "<g>");
    other.write("mine.svg", &own);
    let refusal = other.refused(&format!(
        "{PACK} --format pdf --template mine.svg --replace"
    ));
    assert!(refusal.what.contains("issued without"), "{refusal:?}");
}

#[test]
fn the_artwork_in_the_file_of_the_licensee_is_placed() {
    let program = Program::with_batch(1);
    program.done("template get 40x60 --out mine.svg");
    let own = program
        .read("mine.svg")
        .replace("<g data-if=\"artwork\">", "<g>");
    program.write("mine.svg", &own);
    let pack = format!("{PACK} --format png --template mine.svg");
    let refusal = program.refused(&pack);
    assert!(refusal.what.contains("artwork"), "{refusal:?}");
    program.write(
        "artwork.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\"><path fill=\"#a00\" d=\"M0 0h10v10h-10z\"/></svg>",
    );
    program.done(
        "document add --licensee 1 --purpose artwork --title 专用标志图样 --file artwork.svg",
    );
    program.done(&pack);
    let manifest: Value = serde_json::from_str(&program.read("pack/manifest.json")).unwrap();
    let artwork = manifest["plan"]["artwork"].as_str().unwrap();
    assert!(artwork.starts_with("document 1, SHA-256 "), "{artwork}");
    let refusal = {
        program.write(
            "artwork.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>",
        );
        program.done(
            "document add --licensee 1 --purpose artwork --title 专用标志图样 --file artwork.svg",
        );
        program.refused(&format!("{pack} --replace"))
    };
    assert!(
        refusal.what.contains("document 2") && refusal.what.contains("<script>"),
        "{refusal:?}"
    );
}

#[test]
fn templates_are_stored_listed_looked_at_and_removed() {
    let program = Program::installed();
    program.done("template get 30x40 --out mine.svg");
    assert_ne!(
        program.run("template get 30x40 --out mine.svg").code,
        0,
        "never over another file"
    );
    program.done("template add 罐头-2026 mine.svg --by 李四");
    let list = program.json("template list");
    assert_eq!(list["stored"][0]["name"], "罐头-2026");
    assert_eq!(list["stored"][0]["by"], "李四");
    assert_eq!(list["shipped"].as_array().unwrap().len(), 3);
    for name in ["svg", "png", "pdf"] {
        program.done(&format!("template preview 罐头-2026 --out label.{name}"));
    }
    assert_eq!(zbarimg([program.path("label.png").as_path()]).len(), 1);
    program.refused("template preview 罐头-2026 --out label.gif");
    assert!(
        program
            .done("template check 20x20")
            .contains("203 dpi: the template cannot be printed")
    );
    program.write(
        "mine.svg",
        &program.read("mine.svg").replace("id=\"qr\"", "id=\"code\""),
    );
    for (command, said) in [
        ("template add other mine.svg", "qr: no rectangle"),
        ("template check mine.svg", "qr: no rectangle"),
        ("template add 30x40 mine.svg", "comes with the program"),
        ("template add a/b mine.svg", "no name for a template"),
        ("template preview nix --out x.png", "no template nix"),
        ("template remove nix", "no template nix"),
        ("template check nix.svg", "nix.svg"),
    ] {
        let refusal = program.refused(command);
        assert!(refusal.what.contains(said), "{command}: {refusal:?}");
    }
    program.done("template remove 罐头-2026");
    assert_eq!(
        program.json("template list")["stored"],
        Value::Array(Vec::new())
    );
    let trail = program.json("trail list").to_string();
    assert!(
        trail.contains("template-add") && trail.contains("template-remove"),
        "{trail}"
    );
}

#[test]
fn a_proof_sheet_shows_labels_that_are_none_of_ours() {
    let program = Program::with_batch(100);
    for look in ["", "--template 30x40"] {
        program.done(&format!("{PACK} --format csv,proof {look} --replace"));
        let path = program.path("pack/proof.pdf");
        let codes: Vec<String> = pages(&path, 300)
            .iter()
            .flat_map(|page| zbarimg([page.as_path()]))
            .collect();
        let different: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!(different.len(), 20, "{look}");
        let table = qr_texts(&program, "pack");
        for code in &codes {
            assert!(!table.contains(code));
            let said = program.run(&format!("verify {code}"));
            assert_eq!(said.code, 1, "not ours: {said:?}");
        }
        let text = text_of(&path).concat();
        assert!(text.contains('样') && text.contains('张'), "{text}");
    }
}

#[test]
fn a_summary_page_lists_what_the_folder_holds() {
    let program = Program::with_batch(20);
    program.done(&format!("{PACK} --format csv,png --part-size 10"));
    let page = program.read("pack/summary.html");
    let manifest: Value = serde_json::from_str(&program.read("pack/manifest.json")).unwrap();
    for file in manifest["files"].as_array().unwrap() {
        for what in ["name", "sha256", "first_serial", "last_serial"] {
            assert!(page.contains(file[what].as_str().unwrap()), "{what}");
        }
    }
    assert!(page.contains(FIRM) && page.contains("0–19"), "{page}");
    assert!(!page.contains("Roll"));
    program.done(&format!("{PACK} --format pdf --rolls 10 --replace"));
    let page = program.read("pack/summary.html");
    let rolls = page.split("Roll").nth(1).unwrap();
    assert!(rolls.matches("<tr>").count() == 2, "{rolls}");
}
