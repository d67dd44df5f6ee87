//! Photos sent to the server: what leads to a mark, and every wrong picture.

use image::ImageFormat;
use yuanmark::domain::code::Code;
use yuanmark::domain::order::Batch;
use yuanmark::render::symbol::Symbol;

use crate::support::photos::{bomb, label, moving, saying, side_by_side, written};
use crate::support::server::{PUBLIC_URL, Phone, Reply, Site};

const FORM: &str = "multipart/form-data; boundary=film";

async fn send(phone: &Phone, path: &str, photo: &[u8]) -> Reply {
    let mut body =
        b"--film\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\
        content-type: image/jpeg\r\n\r\n"
            .to_vec();
    body.extend_from_slice(photo);
    body.extend_from_slice(b"\r\n--film--\r\n");
    let headers = [("content-type", FORM)];
    phone.send_as("POST", path, &headers, body).await
}

fn of_mark(site: &Site, batch: &Batch) -> image::GrayImage {
    let digits = site.code(batch, 0).to_digits();
    let prefix = format!("{}/T/", PUBLIC_URL.to_ascii_uppercase());
    let digits = std::str::from_utf8(&digits).unwrap();
    label(Symbol::encode(&prefix, digits).unwrap(), 720)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_leads_to_its_mark_in_every_format() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    let picture = of_mark(&site, &batch);
    let to = site.page(&batch, 0);
    let mut photos: Vec<_> = [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ]
    .map(|format| written(&picture, format))
    .into();
    photos.push(moving(&picture));
    for photo in photos {
        let reply = send(&site.phone(), "/check/photo", &photo).await;
        let led = (reply.status, reply.header("location"));
        assert_eq!(led, (303, Some(to.as_str())));
    }
    let english = send(
        &site.phone(),
        "/check/photo?lang=en",
        &written(&picture, ImageFormat::Png),
    )
    .await;
    assert_eq!(
        english.header("location"),
        Some(format!("{to}?lang=en").as_str())
    );
    assert_eq!(site.phone().open(&to).await.status, 200);
    // A serial alone, and a code of ours that is none, are asked like what is typed.
    let host = PUBLIC_URL.split_once("://").unwrap().1;
    for (said, to) in [
        (
            "4BD9-QV4N-Q0NZ-57DB".to_owned(),
            "/check?q=4BD9-QV4N-Q0NZ-57DB",
        ),
        (format!("https://{host}/t/a%b"), "/t/a%25b"),
    ] {
        let photo = written(&saying(&said), ImageFormat::Png);
        let reply = send(&site.phone(), "/check/photo", &photo).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some(to)));
    }
    let back = site.phone().open("/check/photo").await;
    assert_eq!((back.status, back.header("location")), (303, Some("/")));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_marks_the_person_says_which_one() {
    let site = Site::any().await;
    let batch = site.in_market(2).await;
    let foreign = saying("https://weixin.qq.com/r/abc");
    let serials = [0, 1].map(|place| site.serial(&batch, place).to_string());
    let [first, second] = [0, 1].map(|place| saying(&site.code(&batch, place).to_base64url()));
    // A code that nobody signed: whose mark it names is not told.
    let mut forged = *site.code(&batch, 1).bytes();
    forged[79] ^= 1;
    let forged = Code::from_bytes(forged).unwrap().to_base64url();
    let sheet = side_by_side(&[foreign.clone(), first.clone(), second, saying(&forged)]);
    for (path, says) in [
        ("/check/photo", "照片里有 3 枚专用标志"),
        ("/check/photo?lang=en", "There are 3 marks"),
    ] {
        let photo = written(&sheet, ImageFormat::Png);
        let page = send(&site.phone(), path, &photo).await;
        assert_eq!((page.status, page.header("location")), (200, None));
        assert!(page.words().contains(says), "{}", page.words());
        for (place, serial) in (0..).zip(&serials) {
            let link = site.page(&batch, place);
            assert!(page.text().contains(&format!("href=\"{link}")), "{link}");
            assert_eq!(page.words().matches(serial.as_str()).count(), 1, "{serial}");
        }
        assert!(page.text().contains(&format!("href=\"/t/{forged}")));
    }
    // The same one twice, with another's beside it, is one.
    let photo = written(
        &side_by_side(&[first.clone(), foreign, first]),
        ImageFormat::Png,
    );
    let reply = send(&site.phone(), "/check/photo", &photo).await;
    let to = site.page(&batch, 0);
    assert_eq!((reply.status, reply.header("location")), (303, Some(&*to)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_elsewhere_is_text() {
    let site = Site::any().await;
    let host = PUBLIC_URL.split_once("://").unwrap().1;
    for (said, tells) in [
        ("https://weixin.qq.com/r/abc", "不通向"),
        ("<script>alert('沅江')</script>", "不通向"),
        ("javascript:alert(1)", "不通向"),
        (&format!("https://{host}.evil.com/t/abc"), "相像"),
        (&format!("https://{host}@evil.com/t/abc"), "相像"),
        (&format!("https://{host}/directory"), "另一个页面"),
    ] {
        let photo = written(&saying(said), ImageFormat::Png);
        let page = send(&site.phone(), "/check/photo", &photo).await;
        assert_eq!((page.status, page.kind()), (200, "text/html"), "{said}");
        assert_eq!(page.header("location"), None);
        let words = page.words();
        assert!(words.contains(tells) && words.contains(host), "{words}");
        let escaped = said.replace('<', "&#60;").replace('>', "&#62;");
        let escaped = escaped.replace('\'', "&#39;");
        assert!(words.contains(&escaped), "{words}");
        for never in [
            "evil.com\"",
            "<script>alert",
            "href=\"javascript",
            "qq.com/r/abc\"",
        ] {
            assert!(!page.text().contains(never), "{said}: {never}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_of_a_symbol_is_told() {
    let site = Site::any().await;
    let blank = image::GrayImage::from_pixel(300, 300, image::Luma([120]));
    for (photo, status, tells) in [
        (written(&blank, ImageFormat::Png), 200, "没有找到二维码"),
        (b"not a picture".to_vec(), 415, "不是能识读的照片"),
        (Vec::new(), 415, "不是能识读的照片"),
        (bomb(), 413, "照片太大"),
        (vec![0xff; 11 * 1024 * 1024], 413, "照片太大"),
        (vec![0xff; 100 * 1024 * 1024], 413, "照片太大"),
    ] {
        let page = send(&site.phone(), "/check/photo", &photo).await;
        assert_eq!((page.status, page.kind()), (status, "text/html"), "{tells}");
        assert!(page.words().contains(tells), "{}", page.words());
    }
    let page = site.phone().ask("POST", "/check/photo", Vec::new()).await;
    assert_eq!(page.status, 415, "no form");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_sends_photo_upon_photo_waits() {
    let site = Site::any().await;
    let [many, other] =
        ["203.0.113.1", "203.0.113.2"].map(|address| site.phone().with("x-forwarded-for", address));
    for _ in 0..60 {
        assert_eq!(send(&many, "/check/photo", b"x").await.status, 415);
    }
    let page = send(&many, "/check/photo", b"x").await;
    assert_eq!(page.status, 429);
    assert!(page.words().contains("照片太多"));
    assert!(page.header("retry-after").is_some());
    assert_eq!(send(&other, "/check/photo", b"x").await.status, 415);
}
