//! Text that is forbidden, and text that only looks dangerous.

use yuanmark::domain::licensee::Particulars;
use yuanmark::domain::text::Line;
use yuanmark::service::licensees;

use super::super::applicant;
use super::super::proof::prove;
use super::clerk;
use crate::support::installation::{Installation, call, line, morning};

#[test]
fn forbidden_text_is_no_line() {
    for wrong in [
        "",
        " ",
        "\t",
        "\u{3000}",
        "a\nb",
        "a\rb",
        "a\0b",
        "a\tb",
        "a\u{7f}b",
        "a\u{85}b",
        "a\u{202e}b",
        "a\u{2066}b",
        "a\u{2028}b",
        "a\u{200f}b",
    ] {
        assert!(Line::new("text", wrong).is_err(), "{wrong:?}");
        let json = serde_json::to_string(wrong).unwrap();
        assert!(serde_json::from_str::<Line>(&json).is_err(), "{wrong:?}");
    }
    assert!(Line::new("text", &"笋".repeat(201)).is_err());
    assert_eq!(
        Line::new("text", "  '; DROP TABLE entries; -- ")
            .unwrap()
            .as_str(),
        "'; DROP TABLE entries; --"
    );
}

#[tokio::test]
async fn text_that_means_something_to_databases_is_text() {
    for place in Installation::both().await {
        let words = [
            "'; DROP TABLE entries; --",
            "%",
            "_",
            "\\",
            "\"",
            "{\"a\":1}",
            "$1",
            "笋🌱",
            "\u{1F468}\u{200D}\u{1F33E}",
        ];
        let mut revision = 1;
        let number = licensees::enter(&place.store, &clerk(), applicant(0))
            .await
            .unwrap()
            .number;
        for word in words {
            let particulars = Particulars {
                name: line(word),
                ..applicant(0).particulars
            };
            let filed = licensees::file(
                &place.store,
                &call(word, morning()),
                number,
                revision,
                particulars,
            )
            .await
            .unwrap();
            assert_eq!(filed.name().as_str(), word);
            revision += 1;
        }
        prove(&place).await;
    }
}
