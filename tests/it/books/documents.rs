//! Files: hashed, in versions, and only of the kinds that are taken.

use yuanmark::domain::access::Scope;
use yuanmark::domain::document::{Document, MediaType, Purpose};
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::lot::LotNumber;
use yuanmark::service::documents::{self, NewDocument, sha256};
use yuanmark::service::lots;

use super::proof::prove;
use super::{assert_conflict, assert_invalid, assert_no_such, entries, new_lot};
use crate::support::databases::{execute, number};
use crate::support::installation::{Installation, call, line, morning};

fn artwork(licensee: LicenseeNumber, content: &[u8]) -> NewDocument<'_> {
    NewDocument {
        licensee,
        lot: None,
        purpose: Purpose::Artwork,
        title: line("图样"),
        content,
    }
}

#[tokio::test]
async fn a_file_is_kept_with_its_hash_and_a_changed_one_is_the_next_version() {
    for place in Installation::both().await {
        let (store, by) = (&place.store, call("科员", morning()));
        let licensee = place.licensee(0).await.number;
        let first = documents::add(store, &by, &artwork(licensee, b"%PDF-1.7 one"))
            .await
            .unwrap()
            .document;
        // Worked out with sha256sum.
        assert_eq!(sha256(b"%PDF-1.7 one").len(), 64);
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            (first.version, first.size, first.media_type),
            (1, 12, MediaType::Pdf)
        );
        assert_eq!(first.sha256.as_str(), sha256(b"%PDF-1.7 one"));
        let second = documents::add(store, &by, &artwork(licensee, b"%PDF-1.7 two"))
            .await
            .unwrap()
            .document;
        assert_eq!((second.version, second.number.0), (2, first.number.0 + 1));
        let (_, content) = documents::content(store, Scope::All, first.number)
            .await
            .unwrap();
        assert_eq!(
            content, b"%PDF-1.7 one",
            "the earlier version is still there"
        );
        let list = documents::list(store, Scope::All, licensee, None, 9)
            .await
            .unwrap();
        assert_eq!(
            list.iter()
                .map(|added| added.document.version)
                .collect::<Vec<_>>(),
            [2, 1]
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn the_same_content_is_no_new_version_and_is_kept_once() {
    for place in Installation::both().await {
        let (store, by) = (&place.store, call("科员", morning()));
        let (one, other) = (
            place.licensee(0).await.number,
            place.licensee(1).await.number,
        );
        let content = b"%PDF-1.7 one";
        documents::add(store, &by, &artwork(one, content))
            .await
            .unwrap();
        assert_conflict(
            documents::add(store, &by, &artwork(one, content)).await,
            "has this very content already: it is document 1",
        );
        // Under another title, for another purpose and for another licensee it is another document.
        let title = line("图样（横版）");
        let others = [
            NewDocument {
                title,
                ..artwork(one, content)
            },
            NewDocument {
                purpose: Purpose::Other,
                ..artwork(one, content)
            },
            artwork(other, content),
        ];
        for new in &others {
            assert_eq!(
                documents::add(store, &by, new)
                    .await
                    .unwrap()
                    .document
                    .version,
                1
            );
        }
        // Back to the first content after a second one: a third version.
        documents::add(store, &by, &artwork(one, b"%PDF-1.7 two"))
            .await
            .unwrap();
        let third = documents::add(store, &by, &artwork(one, content))
            .await
            .unwrap();
        assert_eq!(third.document.version, 3);
        let mut tx = store.read().await.unwrap();
        assert_eq!(number(&mut tx, "SELECT count(*) FROM contents").await, 2);
        drop(tx);
        prove(&place).await;
    }
}

#[tokio::test]
async fn what_a_file_is_shows_in_its_first_bytes() {
    for place in Installation::both().await {
        let (store, by) = (&place.store, call("科员", morning()));
        let licensee = place.licensee(0).await.number;
        let before = entries(&place).await;
        assert_invalid(
            documents::add(store, &by, &artwork(licensee, b"")).await,
            "is empty",
        );
        let wrong: [&[u8]; 12] = [
            b"PDF-1.7",
            b" %PDF-1.7",
            b"\x89PNG\n",
            b"\xff\xd8",
            b"II*",
            b"MZ\x90\0",
            b"PK\x03\x04",
            b"<html><script></script></html>",
            b"svg",
            b"not <svg",
            b"\xff<svg",
            b"%!PS-Adobe",
        ];
        for content in wrong {
            assert_invalid(
                documents::add(store, &by, &artwork(licensee, content)).await,
                "neither PDF, PNG, JPEG, TIFF nor SVG",
            );
        }
        assert_eq!(entries(&place).await, before);
        let right: [(&[u8], MediaType); 6] = [
            (b"%PDF-1.4", MediaType::Pdf),
            (b"\x89PNG\r\n\x1a\n...", MediaType::Png),
            (b"\xff\xd8\xff\xe0", MediaType::Jpeg),
            (b"II*\0", MediaType::Tiff),
            (b"MM\0*", MediaType::Tiff),
            (
                b"\xef\xbb\xbf <?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
                MediaType::Svg,
            ),
        ];
        for (content, media_type) in right {
            assert_eq!(
                documents::add(store, &by, &artwork(licensee, content))
                    .await
                    .unwrap()
                    .document
                    .media_type,
                media_type
            );
        }
        prove(&place).await;
    }
}

#[tokio::test]
async fn ten_mebibytes_are_taken_and_one_byte_more_is_not() {
    for place in Installation::both().await {
        let (store, by) = (&place.store, call("科员", morning()));
        let licensee = place.licensee(0).await.number;
        let mut content = vec![b'x'; Document::MOST_BYTES + 1];
        content[..5].copy_from_slice(b"%PDF-");
        assert_eq!(content.len(), 10 * 1024 * 1024 + 1);
        assert_invalid(
            documents::add(store, &by, &artwork(licensee, &content)).await,
            "the file has 10485761 bytes",
        );
        content.pop();
        let added = documents::add(store, &by, &artwork(licensee, &content))
            .await
            .unwrap();
        let (_, kept) = documents::content(store, Scope::All, added.document.number)
            .await
            .unwrap();
        assert!(kept == content);
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_file_of_a_lot_stands_in_the_file_of_its_licensee() {
    for place in Installation::both().await {
        let (store, by) = (&place.store, call("科员", morning()));
        let (one, other) = (
            place.licensee(0).await.number,
            place.licensee(1).await.number,
        );
        let lot = lots::enter(store, &by, new_lot(one, 2026, 10))
            .await
            .unwrap()
            .number;
        let report = |licensee, lot| NewDocument {
            lot: Some(lot),
            purpose: Purpose::Report,
            ..artwork(licensee, b"%PDF-1")
        };
        assert_invalid(
            documents::add(store, &by, &report(other, lot)).await,
            "is of licensee 1",
        );
        assert_no_such(
            documents::add(store, &by, &report(one, LotNumber(9))).await,
            "there is no lot 9",
        );
        assert_no_such(
            documents::add(store, &by, &report(LicenseeNumber(9), lot)).await,
            "there is no licensee 9",
        );
        assert_eq!(
            documents::add(store, &by, &report(one, lot))
                .await
                .unwrap()
                .document
                .lot,
            Some(lot)
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_content_that_was_changed_behind_the_program_s_back_is_not_handed_out() {
    for place in Installation::both().await {
        let (store, by) = (&place.store, call("科员", morning()));
        let licensee = place.licensee(0).await.number;
        let added = documents::add(store, &by, &artwork(licensee, b"%PDF-1"))
            .await
            .unwrap();
        let mut tx = store.write().await.unwrap();
        let literal = if place.database.is_sqlite() {
            "x'255044462d32'"
        } else {
            "'\\x255044462d32'::bytea"
        };
        execute(&mut tx, &format!("UPDATE contents SET content = {literal}")).await;
        tx.commit().await.unwrap();
        let answer = documents::content(store, Scope::All, added.document.number).await;
        assert!(matches!(
            answer,
            Err(yuanmark::service::ServiceError::Store(
                yuanmark::store::StoreError::BrokenRow { .. }
            ))
        ));
    }
}
