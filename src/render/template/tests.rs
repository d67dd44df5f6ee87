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
                let design =
                    made.unwrap_or_else(|faults| panic!("{} at {dpi}: {faults}", shipped.name));
                if let Ok(folder) = std::env::var("YUANMARK_LOOK") {
                    let label = crate::render::tests::sample()
                        .with_hidden("7K3M-P9QX")
                        .unwrap();
                    let png = crate::render::png::PngRenderer::new(&design)
                        .render(&label)
                        .unwrap();
                    let name = format!("{folder}/{}-{dpi}-{has_hidden}", shipped.name);
                    std::fs::write(format!("{name}.png"), png).unwrap();
                    std::fs::write(
                        format!("{name}.svg"),
                        crate::render::svg::render(&design, &label),
                    )
                    .unwrap();
                }
            }
        }
    }
}
