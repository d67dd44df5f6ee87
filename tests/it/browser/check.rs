//! Checking on the check page: camera, photo, typing, with and without JavaScript.

use std::fs;

use image::ImageFormat;
use serde_json::json;
use yuanmark::render::symbol::Symbol;

use super::{pictures, run, screens};
use crate::support::databases::TestDatabase;
use crate::support::installation::Installation;
use crate::support::photos::{bomb, film, label, moving, saying, side_by_side, written};
use crate::support::server::Site;

#[tokio::test(flavor = "multi_thread")]
async fn with_scripts() {
    Box::pin(check(true)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts() {
    Box::pin(check(false)).await;
}

async fn check(scripts: bool) {
    let site = Site::serve_plainly(Installation::new(TestDatabase::sqlite()).await).await;
    let batch = site.in_market(3).await;
    let host = site.address.to_string();
    let folder = tempfile::tempdir().unwrap();
    let of_mark = |place| {
        let digits = site.code(&batch, place).to_digits();
        let prefix = format!("HTTP://{host}/T/");
        let digits = std::str::from_utf8(&digits).unwrap();
        label(Symbol::encode(&prefix, digits).unwrap(), 720)
    };
    let blank = image::GrayImage::from_pixel(300, 300, image::Luma([120]));
    let foreign = saying("https://weixin.qq.com/r/abc");
    let alike = saying(&format!("http://{host}.evil.com/t/abc"));
    let files = [
        ("label.jpg", written(&of_mark(0), ImageFormat::Jpeg)),
        (
            "sheet.png",
            written(
                &side_by_side(&[of_mark(0), of_mark(1), of_mark(2)]),
                ImageFormat::Png,
            ),
        ),
        ("moving.gif", moving(&of_mark(1))),
        ("blank.png", written(&blank, ImageFormat::Png)),
        ("foreign.png", written(&foreign, ImageFormat::Png)),
        ("alike.png", written(&alike, ImageFormat::Png)),
        ("bomb.png", bomb()),
        ("text.jpg", b"not a picture".to_vec()),
        ("huge.jpg", vec![0xff; 100 * 1024 * 1024]),
        ("label.y4m", film(&of_mark(2))),
        ("foreign.y4m", film(&foreign)),
    ];
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let serials: Vec<String> = (0..3)
        .map(|place| site.serial(&batch, place).to_string())
        .collect();
    let given = json!({
        "address": format!("http://{host}"),
        "scripts": scripts,
        "folder": folder.path(),
        "serials": serials,
        "pictures": pictures().join(if scripts { "scripts" } else { "no-scripts" }),
        "keep": screens(),
    });
    run("check.js", given).await;
}
