//! Label templates, for programs and at the console.

use std::path::Path;

use yuanmark::domain::access::{Role, Scope};
use yuanmark::render::template::SHIPPED;

use crate::support::reader::zbarimg;
use crate::support::server::Site;
use crate::support::signed_in::signed_in;

#[tokio::test(flavor = "multi_thread")]
async fn a_program_stores_looks_at_and_removes_a_template() {
    for site in Site::both().await {
        let batch = site.printed(3).await;
        let program = site.administrator();
        let own = SHIPPED[0].text.replace("沅江芦笋", "南荻嫩茎");
        let put = |name: &str, text: String| {
            let (program, address) = (program.clone(), format!("/api/v1/templates/{name}?by=wang"));
            async move {
                let kind = [("content-type", "application/octet-stream")];
                program
                    .send_as("PUT", &address, &kind, text.into_bytes())
                    .await
            }
        };
        let reply = put("jar", own.replace("id=\"serial\"", "id=\"number\"")).await;
        assert_eq!(reply.status, 409, "{}", reply.text());
        assert!(
            reply.text().contains("serial: no rectangle or text"),
            "{}",
            reply.text()
        );
        assert_eq!(
            put("40x60", own.clone()).await.status,
            409,
            "comes with the program"
        );
        assert_eq!(put("a%2Fb", own.clone()).await.status, 422);
        let reply = put("jar", own.clone()).await;
        assert_eq!(
            (reply.status, reply.json()["name"].as_str()),
            (200, Some("jar"))
        );

        let list = program.open("/api/v1/templates").await.json();
        let names: Vec<_> = list["templates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].clone())
            .collect();
        assert_eq!(names, ["30x40", "40x60", "20x20", "jar"]);
        assert_eq!(program.open("/api/v1/templates/jar").await.text(), own);

        let order = batch.order;
        let reply = program
            .open(&format!("/api/v1/templates/jar/label?as=png&order={order}"))
            .await;
        assert_eq!((reply.status, reply.kind()), (200, "image/png"));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &reply.body).unwrap();
        let [code]: [String; 1] = zbarimg([file.path() as &Path]).try_into().unwrap();
        assert_eq!(
            site.phone().check(&code).await.verdict(),
            "not_ours",
            "a sample is void"
        );
        let pdf = program.open("/api/v1/templates/jar/label?as=pdf").await;
        assert!(pdf.body.starts_with(b"%PDF"));
        for (address, status) in [
            ("jar/label?dpi=72", 422),
            ("jar/label?as=gif", 400),
            ("nix/label", 404),
            ("20x20/label?dpi=203", 409),
            ("jar/label?order=99", 404),
        ] {
            let reply = program.open(&format!("/api/v1/templates/{address}")).await;
            assert_eq!(reply.status, status, "{address}: {}", reply.text());
        }
        assert_eq!(
            program
                .ask("DELETE", "/api/v1/templates/jar?by=wang", Vec::new())
                .await
                .status,
            200
        );
        assert_eq!(
            program
                .ask("DELETE", "/api/v1/templates/jar?by=wang", Vec::new())
                .await
                .status,
            404
        );
        assert_eq!(
            program
                .ask("DELETE", "/api/v1/templates/30x40?by=wang", Vec::new())
                .await
                .status,
            409
        );
        assert_eq!(site.program().open("/api/v1/templates").await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_adds_a_template_by_its_file_and_sees_the_label() {
    let site = Site::any().await;
    let batch = site.printed(3).await;
    let desk = signed_in(&site, site.phone(), "officer", Role::Registrar, Scope::All).await;
    let list = desk.open("/console/templates").await;
    assert_eq!(list.status, 200, "{}", list.text());
    assert!(
        list.text().contains("/console/templates/40x60"),
        "{}",
        list.text()
    );

    let send = |text: String| {
        let desk = desk.clone();
        async move {
            let body = format!(
                "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n罐头-2026\r\n--b\r\nContent-Disposition: form-data; \
                 name=\"request\"\r\n\r\none\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.svg\"\r\n\r\n\
                 {text}\r\n--b--\r\n"
            );
            let kind = [("content-type", "multipart/form-data; boundary=b")];
            desk.send_as("POST", "/console/templates/new", &kind, body.into_bytes())
                .await
        }
    };
    let wrong = send(SHIPPED[0].text.replace("width=\"21\"", "width=\"10\"")).await;
    assert!(wrong.text().contains("qr：为 10.00"), "{}", wrong.text());
    let right = send(SHIPPED[0].text.to_owned()).await;
    assert_eq!(right.status, 303, "{}", right.text());

    let page = "/console/templates/%E7%BD%90%E5%A4%B4-2026";
    let file = desk.open(page).await;
    assert!(
        file.text().contains("label.svg") && file.text().contains("可印制"),
        "{}",
        file.text()
    );
    let picture = desk.open(&format!("{page}/label.svg")).await;
    assert_eq!((picture.status, picture.kind()), (200, "image/svg+xml"));
    let policy = picture.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let of_order = format!(
        "/console/orders/{}/label.svg?template=30x40&dpi=600",
        batch.order
    );
    let picture = desk.open(&of_order).await;
    assert_eq!(picture.status, 200, "{}", picture.text());
    assert!(picture.text().contains("<svg"));

    let small = format!(
        "/console/orders/{}/label.svg?template=20x20&dpi=203",
        batch.order
    );
    let picture = desk.open(&small).await;
    assert_eq!(
        picture.status, 200,
        "what is in the way, in the picture's place"
    );
    assert!(picture.text().contains("16.70"), "{}", picture.text());

    let form = [("content-type", "application/x-www-form-urlencoded")];
    let gone = desk
        .send_as(
            "POST",
            &format!("{page}/remove"),
            &form,
            b"request=two".to_vec(),
        )
        .await;
    assert_eq!(gone.status, 303, "{}", gone.text());
    assert_eq!(desk.open(page).await.status, 404);
}
