use super::*;

/// The fonts of the system: the tests of templates need those that the shipped ones name.
fn fonts() -> Fonts {
    let mut database = usvg::fontdb::Database::new();
    database.load_system_fonts();
    Fonts::new(database)
}

fn fields() -> Fields {
    let mut fields = Fields::default();
    for (name, value) in [
        ("licensee", "沅江市某某芦笋食品有限责任公司（示例）"),
        ("uscc", "91430981MA4TEXT1XY"),
        ("product", "水煮芦笋 500 克"),
        ("season", "2026"),
        ("form", "罐头"),
        ("domain", "v.example.cn"),
        ("order", "1"),
        ("batch", "1"),
        ("count", "1000"),
    ] {
        fields.set(name, value);
    }
    fields
}

#[test]
fn the_shipped_templates_are_sound() {
    let fonts = fonts();
    for shipped in SHIPPED {
        let template = Template::read(shipped.text.as_bytes()).unwrap();
        for dpi in Dpi::ALL {
            for has_hidden in [false, true] {
                let mut fields = fields();
                fields.has_hidden = has_hidden;
                let made = template.design(&fields, &fonts, dpi, 41);
                if shipped.name == "20x20" && dpi == Dpi::D203 {
                    let faults = made.unwrap_err();
                    assert_eq!(faults.0[0].element, "qr", "{faults}");
                    continue;
                }
                made.unwrap_or_else(|faults| panic!("{} at {dpi}: {faults}", shipped.name));
            }
        }
    }
}

/// The first shipped template with something in it changed.
fn changed(from: &str, to: &str) -> String {
    let text = SHIPPED[0].text;
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

fn faults_of_file(text: &str) -> String {
    Template::read(text.as_bytes()).unwrap_err().to_string()
}

fn faults_of_design(text: &str) -> String {
    let template = Template::read(text.as_bytes()).unwrap();
    let made = template.design(&fields(), &fonts(), Dpi::D300, 41);
    made.err()
        .map_or("none".to_owned(), |faults| faults.to_string())
}

#[test]
fn what_no_press_should_be_given_is_refused_by_element() {
    let before = "<rect id=\"qr\"";
    for (put, said) in [
        ("<script>alert(1)</script>", "<script> in line"),
        (
            "<path id=\"p\" onload=\"x()\" d=\"M0 0\"/>",
            "p: a label runs no script (onload)",
        ),
        (
            "<image id=\"far\" href=\"https://example.org/x.png\"/>",
            "far: refers to another file",
        ),
        (
            "<image id=\"near\" href=\"../secret.png\"/>",
            "near: refers to another file",
        ),
        (
            "<image id=\"odd\" href=\"data:image/svg+xml;base64,PHN2Zy8+\"/>",
            "odd: refers to another file",
        ),
        (
            "<use id=\"u\" href=\"other.svg#a\"/>",
            "u: refers to another file",
        ),
        (
            "<path id=\"f\" fill=\"url(http://x/y)\" d=\"M0 0\"/>",
            "f: refers to another file",
        ),
        (
            "<style id=\"s\">@import 'x.css'; a { fill: url(b.svg#c) }</style>",
            "s: its rules import",
        ),
        (
            "<foreignObject id=\"o\"/>",
            "o: a label holds no <foreignObject>",
        ),
        ("<animate id=\"a\"/>", "a: a label holds no <animate>"),
        (
            "<rect id=\"qr-2\" width=\"9\" height=\"9\"/>",
            "qr: there are two places for qr",
        ),
        (
            "<circle id=\"hidden\" r=\"2\"/>",
            "hidden: the place of hidden is a rectangle",
        ),
        (
            "<text id=\"t\">{colour}</text>",
            "t: {colour} is no field; there are licensee, uscc",
        ),
        ("<text data-max-width=\"9\">a</text>", "has an id"),
        ("<text id=\"open\">{uscc</text>", "open: a brace is open"),
        ("<g id=\"moon\" data-if=\"moon\"/>", "moon: data-if"),
        (
            "<a id=\"js\" href=\"javascript:x()\"/>",
            "js: refers to another file",
        ),
    ] {
        let said_of = faults_of_file(&changed(before, &format!("{put}{before}")));
        assert!(said_of.contains(said), "{put}: {said_of}");
    }
    for (from, to, said) in [
        ("id=\"qr\"", "id=\"code\"", "qr: no rectangle"),
        (
            "id=\"serial\"",
            "id=\"number\"",
            "serial: no rectangle or text",
        ),
        ("width=\"30mm\"", "width=\"113px\"", "not in millimetres"),
        ("width=\"30mm\"", "width=\"9mm\"", "sides are 10 to 300 mm"),
        (
            "viewBox=\"0 0 30 40\"",
            "viewBox=\"0 0 40 40\"",
            "no viewBox of the same shape",
        ),
        ("data-bleed=\"2\"", "data-bleed=\"11\"", "from 0 to 10"),
        ("</svg>", "", "the file is no XML"),
        (
            "<svg ",
            "<!DOCTYPE svg [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><svg ",
            "defines entities",
        ),
    ] {
        let said_of = faults_of_file(&changed(from, to));
        assert!(said_of.contains(said), "{to}: {said_of}");
    }
    assert!(faults_of_file(&" ".repeat(50_000_000)).contains("50000000 bytes"));
    assert!(faults_of_file("<html/>").contains("html: the file is no SVG"));
    assert!(Template::read(b"\xff\xfe").is_err());
    let many = "<g/>".repeat(200_000);
    assert!(faults_of_file(&changed(before, &format!("{many}{before}"))).contains("no XML"));
}

#[test]
fn what_a_phone_cannot_read_or_a_knife_cuts_is_refused_by_element() {
    let before = "<rect id=\"qr\"";
    for (from, to, said) in [
        (
            "width=\"21\" height=\"20.900\"",
            "width=\"15\" height=\"15\"",
            "qr: is 15.00 × 15.00 mm; at 300 dots an inch the symbol with its quiet zone takes 16.59 mm",
        ),
        (
            "<rect id=\"serial\" x=\"2\" y=\"30.500\" width=\"26\"",
            "<rect id=\"serial\" x=\"2\" y=\"30.500\" width=\"9\"",
            "serial: is 9.00 × 2.20 mm, too small",
        ),
        (
            "<rect id=\"serial\" x=\"2\" y=\"30.500\"",
            "<rect id=\"serial\" x=\"2\" y=\"29\"",
            "qr: lies over serial",
        ),
        (
            "id=\"credit\" data-max-width=\"27\" x=\"15\" y=\"39\"",
            "id=\"credit\" x=\"15\" y=\"39.700\"",
            "credit: goes from",
        ),
        (
            "fill=\"#17594a\">真伪",
            "fill=\"#c8d8d0\">真伪",
            "check: has a contrast of",
        ),
        (
            "y=\"37\" font-size=\"1.750\"",
            "y=\"35.500\" font-size=\"1.750\"",
            "check: lies over licensee",
        ),
        (
            "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, sans-serif",
            "方正兰亭",
            "there is no font \"方正兰亭\"; install it (on Debian",
        ),
        (
            before,
            "<path id=\"stain\" fill=\"#888\" d=\"M5 12h3v3h-3z\"/><rect id=\"qr\"",
            "stain: lies under the symbol or its quiet zone of 4 modules",
        ),
        (
            before,
            "<g display=\"none\"><rect id=\"hidden\" x=\"1\" y=\"1\" width=\"3\" height=\"3\"/></g><rect id=\"qr\"",
            "none",
        ),
        (
            "<rect id=\"qr\" x=\"4.500\"",
            "<rect id=\"qr\" x=\"-5\"",
            "qr: goes from",
        ),
    ] {
        let said_of = faults_of_design(&changed(from, to));
        assert!(said_of.contains(said), "{to}: {said_of}");
    }
    assert_eq!(faults_of_design(SHIPPED[0].text), "none");
}

#[test]
fn letters_that_no_font_has_are_named() {
    let template = Template::read(SHIPPED[0].text.as_bytes()).unwrap();
    let none = Fonts::new(usvg::fontdb::Database::new());
    let said = template
        .design(&fields(), &none, Dpi::D300, 41)
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("fonts-noto-cjk") && said.contains("no fonts at all"),
        "{said}"
    );
    let mut odd = fields();
    odd.set("product", "芦笋\u{10ffff}");
    let said = template
        .design(&odd, &fonts(), Dpi::D300, 41)
        .unwrap_err()
        .to_string();
    assert!(
        said.starts_with("product: no font has the characters"),
        "{said}"
    );
}

#[test]
fn a_long_text_is_made_smaller_and_a_far_too_long_one_refused() {
    let template = Template::read(SHIPPED[0].text.as_bytes()).unwrap();
    let mut long = fields();
    long.set(
        "licensee",
        "沅江市南洞庭湖芦笋食品加工农民专业合作社联合社示例",
    );
    template.design(&long, &fonts(), Dpi::D300, 41).unwrap();
    long.set("licensee", "很".repeat(60));
    let said = template
        .design(&long, &fonts(), Dpi::D300, 41)
        .unwrap_err()
        .to_string();
    assert!(said.contains("licensee: its text is too long"), "{said}");
}

#[test]
fn what_is_put_in_cannot_break_out() {
    let template = Template::read(SHIPPED[0].text.as_bytes()).unwrap();
    let mut odd = fields();
    odd.set("product", "</text><script>&\"{licensee}");
    let design = template.design(&odd, &fonts(), Dpi::D300, 41).unwrap();
    let svg = crate::render::svg::render(&design, &crate::render::tests::sample());
    assert!(!svg.contains("<script"), "filled in as text");
}

#[test]
fn the_artwork_is_placed_as_a_whole() {
    let svg = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path fill="#c00" d="M0 0h10v10h-10z"/></svg>"##;
    let mut with = fields();
    with.artwork = Some(Artwork::read(svg.to_vec()).unwrap());
    let template = Template::read(SHIPPED[1].text.as_bytes()).unwrap();
    assert!(template.takes_artwork() && !template.needs_artwork());
    let dots = |fields: &Fields| {
        let design = template.design(fields, &fonts(), Dpi::D300, 41).unwrap();
        let raster = crate::render::png::PngRenderer::new(&design)
            .raster(&crate::render::tests::sample())
            .unwrap();
        // Within its place of 10 mm at 2.5, 12.8 mm.
        let inside = (40..140).flat_map(|x| (160..260).map(move |y| (x, y)));
        inside.filter(|(x, y)| raster.is_black(*x, *y)).count()
    };
    let design = template.design(&with, &fonts(), Dpi::D300, 41).unwrap();
    let svg = crate::render::svg::render(&design, &crate::render::tests::sample());
    let read = usvg::roxmltree::Document::parse(&svg);
    assert!(svg.contains("<image") && read.is_ok(), "{:?}", read.err());
    assert_eq!(dots(&with), 10_000, "its red is dark and fills its place");
    assert!(dots(&fields()) < 10_000);
    for wrong in [
        &b"GIF89a"[..],
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"/etc/passwd\"/></svg>",
        b"\x89PNG\r\n\x1a\nbroken",
    ] {
        assert!(Artwork::read(wrong.to_vec()).is_err());
    }
}

#[test]
fn a_drawing_that_swells_is_refused_soon() {
    // Each level draws the one below ten times: a thousand million shapes.
    let mut levels = "<g id=\"l0\"><path d=\"M0 0h1v1z\"/></g>".to_owned();
    for level in 1..10 {
        let uses = format!("<use href=\"#l{}\"/>", level - 1).repeat(10);
        levels.push_str(&format!("<g id=\"l{level}\">{uses}</g>"));
    }
    let before = "<rect id=\"qr\"";
    let text = changed(
        before,
        &format!("<defs>{levels}</defs><use href=\"#l9\"/>{before}"),
    );
    let said = match Template::read(text.as_bytes()) {
        Err(faults) => faults.to_string(),
        Ok(_) => faults_of_design(&text),
    };
    assert_ne!(said, "none");
}
