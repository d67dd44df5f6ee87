//! Everything a hurried or hostile person could enter: each is refused with its reason, and nothing is written.

use yuanmark::domain::area::Area;
use yuanmark::domain::container::{ContainerKind, ContainerNumber};
use yuanmark::domain::entitlement::{Account, Coefficients, Entitlement};
use yuanmark::domain::event::{EventKind, Slip};
use yuanmark::domain::form::Form;
use yuanmark::domain::ledger::entry::Destruction;
use yuanmark::domain::licensee::{LicenseeNumber, LicenseeState, NewLicensee, Particulars};
use yuanmark::domain::lot::{Lot, LotLabel, LotNumber, NewLot, TestReport, TestResult};
use yuanmark::domain::mark::MarkIndex;
use yuanmark::domain::order::{NewOrder, OrderNumber};
use yuanmark::domain::printer::{NewPrinter, PrinterNumber};
use yuanmark::domain::season::Season;
use yuanmark::domain::text::Line;
use yuanmark::domain::township::Township;
use yuanmark::domain::transfer::TransferNumber;
use yuanmark::domain::uscc::{Uscc, UsccError};
use yuanmark::service::containers::{self, Fill};
use yuanmark::service::marks::{Change, Which};
use yuanmark::service::{
    ServiceError, corrections, entitlements, licensees, lots, orders, printers, transfers,
};

use super::proof::prove;
use super::{
    DESTROYED, LOST, RECALLED, RETURNED, SPOILED, account, applicant, assert_conflict,
    assert_invalid, assert_no_such, change, destruction, entries, left, new_lot, new_order,
    new_report, of_lines, on, season,
};
use crate::support::databases::execute;
use crate::support::installation::{Installation, USCCS, call, line, morning};

fn clerk() -> yuanmark::service::desk::Call {
    call("科员", morning())
}

async fn adjust(
    place: &Installation,
    account: Account,
    marks: i64,
) -> Result<Entitlement, ServiceError> {
    entitlements::adjust(
        &place.store,
        &clerk(),
        account,
        marks,
        line("核定"),
        line("核定1"),
    )
    .await
}

#[test]
fn a_code_with_any_wrong_character_is_no_code_of_a_firm() {
    let right = USCCS[0];
    for wrong in [
        "",
        " ",
        "9143098",
        "91430981MA4TEXT1XYY",
        "91430981-MA4TEXT1XY",
    ] {
        assert!(
            matches!(Uscc::new(wrong), Err(UsccError::Length(_))),
            "{wrong}"
        );
    }
    for letter in ["I", "O", "S", "V", "Z", "-", "沅", "\u{200b}"] {
        let wrong = format!("{}{letter}{}", &right[..7], &right[8..]);
        let Err(UsccError::Character { place, .. }) = Uscc::new(&wrong) else {
            panic!("{wrong}")
        };
        assert_eq!(place, 8);
    }
    // Each single character changed and each two neighbours swapped is noticed.
    let letters: Vec<char> = right.chars().collect();
    for place in 0..18 {
        for other in "0123456789ABCDEFGHJKLMNPQRTUWXY"
            .chars()
            .filter(|other| *other != letters[place])
        {
            let mut wrong = letters.clone();
            wrong[place] = other;
            let wrong: String = wrong.into_iter().collect();
            assert!(
                matches!(Uscc::new(&wrong), Err(UsccError::Check { .. })),
                "{wrong}"
            );
        }
        if place < 17 && letters[place] != letters[place + 1] {
            let mut wrong = letters.clone();
            wrong.swap(place, place + 1);
            assert!(Uscc::new(&wrong.into_iter().collect::<String>()).is_err());
        }
    }
    let json = serde_json::to_string(&applicant(0))
        .unwrap()
        .replace(right, "91430981MA4TEXT1XX");
    assert!(
        serde_json::from_str::<NewLicensee>(&json).is_err(),
        "nor is it read back"
    );
}

#[tokio::test]
async fn a_firm_is_entered_once_however_its_code_is_written() {
    for place in Installation::both().await {
        licensees::enter(&place.store, &clerk(), applicant(0))
            .await
            .unwrap();
        for again in [
            "91430981ma4text1xy",
            " 91430981MA4TEXT1XY ",
            "９１４３０９８１ＭＡ４ＴＥＸＴ１ＸＹ",
        ] {
            let new = NewLicensee {
                uscc: Uscc::new(again).unwrap(),
                ..applicant(1)
            };
            assert_conflict(
                licensees::enter(&place.store, &clerk(), new).await,
                "has a licensee with the code 91430981MA4TEXT1XY already",
            );
        }
        let printer = |uscc: &str| NewPrinter {
            name: line("虚构彩印"),
            uscc: Uscc::new(uscc).unwrap(),
            licence: line("印证1"),
        };
        // A licensee may print for others: the two registers are apart.
        printers::enter(&place.store, &clerk(), printer(USCCS[0]))
            .await
            .unwrap();
        assert_conflict(
            printers::enter(&place.store, &clerk(), printer(USCCS[0])).await,
            "there is a printer with the code",
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn licensees_are_not_entered_in_the_middle_of_their_path_or_from_the_future() {
    for place in Installation::both().await {
        let enter = |new| async { licensees::enter(&place.store, &clerk(), new).await };
        let of = |state| NewLicensee {
            state,
            document: Some(line("公告1")),
            ..applicant(0)
        };
        for &state in LicenseeState::ALL {
            if !["applied", "active"].contains(&state.slug()) {
                assert_invalid(enter(of(state)).await, "nobody is entered as");
            }
        }
        assert_invalid(
            enter(NewLicensee {
                document: None,
                ..of(LicenseeState::Active)
            })
            .await,
            "needs the number of the announcement",
        );
        for future in ["2026-04-03", "2027-04-02", "9999-12-31"] {
            assert_invalid(
                enter(NewLicensee {
                    date: future.parse().unwrap(),
                    ..applicant(0)
                })
                .await,
                "still to come",
            );
        }
        let township = |code: &str| Township::from_text(code).unwrap();
        let mut large = applicant(0);
        large.particulars.areas = [
            (township("006"), Area::MAX),
            (township("008"), Area::from_hundredths(1).unwrap()),
        ]
        .into();
        assert_invalid(
            enter(large).await,
            "1000000.01 mu is larger than the whole area",
        );
        let mut long = applicant(0);
        long.particulars.products = vec![line("罐头"); Particulars::MOST_ENTRIES + 1];
        assert_invalid(enter(long).await, "more than 50 entries");
        assert_eq!(entries(&place).await, 0);
        // The far past is strange, but breaks nothing.
        let old = NewLicensee {
            date: "-009999-01-01".parse().unwrap(),
            ..of(LicenseeState::Active)
        };
        let old = enter(old).await.unwrap();
        let today = "2026-04-02".parse().unwrap();
        assert_eq!(old.attention(today).len(), 1);
        assert_eq!(
            licensees::needing_attention(&place.store, today, 9)
                .await
                .unwrap()
                .len(),
            1
        );
        prove(&place).await;
    }
}

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

#[tokio::test]
async fn numbers_that_are_nothing_negative_or_huge_move_nothing() {
    for place in Installation::both().await {
        let (one, other) = (
            place.licensee(0).await.number,
            place.licensee(1).await.number,
        );
        let own = account(one, 2026);
        let most = i64::try_from(Entitlement::MOST).unwrap();
        assert_invalid(adjust(&place, own, 0).await, "no mark is meant");
        for huge in [i64::MIN, i64::MIN + 1, i64::MAX, most + 1, -most - 1] {
            assert_invalid(adjust(&place, own, huge).await, "more than can be meant");
        }
        assert_conflict(
            adjust(&place, own, -1).await,
            "has 0 marks left, 1 are asked for",
        );
        assert_no_such(
            adjust(&place, account(LicenseeNumber(0), 2026), 5).await,
            "there is no licensee 0",
        );
        assert_no_such(
            adjust(&place, account(LicenseeNumber(u16::MAX), 2026), 5).await,
            "there is no licensee 65535",
        );
        adjust(&place, own, most).await.unwrap();
        assert_invalid(
            adjust(&place, own, 1).await,
            "an entitlement of more than 1000000000 marks",
        );
        assert_conflict(
            adjust(&place, account(other, 2026), -5).await,
            "has 0 marks left",
        );

        let before = entries(&place).await;
        let place = &place;
        let propose = |from, to, marks| async move {
            transfers::propose(&place.store, &clerk(), from, to, marks, None).await
        };
        assert_invalid(propose(own, other, 0).await, "no mark is meant");
        for huge in [u64::MAX, u64::MAX / 2 + 1, Entitlement::MOST + 1] {
            assert_invalid(propose(own, other, huge).await, "more than can be meant");
        }
        assert_invalid(propose(own, one, 5).await, "the same licensee");
        assert_conflict(
            propose(account(other, 2026), one, 5).await,
            "has 0 marks left",
        );
        assert_no_such(
            propose(own, LicenseeNumber(9), 5).await,
            "there is no licensee 9",
        );
        let store = &place.store;
        assert_no_such(
            transfers::confirm(store, &clerk(), TransferNumber(1), one).await,
            "there is no transfer 1",
        );
        assert_no_such(
            transfers::withdraw(store, &clerk(), TransferNumber(u32::MAX)).await,
            "there is no transfer",
        );
        assert_eq!(entries(place).await, before);

        // A transfer that would overfill the receiver is refused when it is confirmed, and waits.
        let transfer = transfers::propose(store, &clerk(), own, other, 5, None)
            .await
            .unwrap()
            .number;
        adjust(place, account(other, 2026), most - 4).await.unwrap();
        transfers::confirm(store, &call("甲", morning()), transfer, one)
            .await
            .unwrap();
        assert_invalid(
            transfers::confirm(store, &call("乙", morning()), transfer, other).await,
            "an entitlement of more than",
        );
        assert_eq!(
            (
                left(place, own).await,
                left(place, account(other, 2026)).await
            ),
            (Entitlement::MOST, Entitlement::MOST - 4)
        );
        transfers::withdraw(store, &clerk(), transfer)
            .await
            .unwrap();
        assert_conflict(
            transfers::confirm(store, &call("乙", morning()), transfer, other).await,
            "is dropped already",
        );
        prove(place).await;
    }
}

#[tokio::test]
async fn surveys_of_no_land_of_too_much_or_of_odd_packs_grant_nothing() {
    for place in Installation::both().await {
        let number = place.licensee(0).await.number;
        let grant = |form, area: &'static str, grams| {
            let account = Account {
                form,
                ..account(number, 2026)
            };
            let store = &place.store;
            async move {
                entitlements::grant(
                    store,
                    &clerk(),
                    account,
                    Area::from_text(area).unwrap(),
                    grams,
                    line("测产1"),
                )
                .await
            }
        };
        assert_invalid(
            grant(Form::Canned, "10", 0).await,
            "a pack of 0 grams cannot be",
        );
        assert_invalid(
            grant(Form::Canned, "10", 100_001).await,
            "a pack of 100001 grams cannot be",
        );
        assert_invalid(grant(Form::Canned, "10", u32::MAX).await, "cannot be");
        assert_invalid(grant(Form::Canned, "0", 425).await, "no mark is meant");
        assert_invalid(
            grant(Form::Canned, "0.01", 100_000).await,
            "no mark is meant",
        );
        assert_invalid(
            grant(Form::Canned, "700000", 1).await,
            "more than can be meant",
        );
        assert_conflict(
            grant(Form::Canned, "700000.01", 425).await,
            "but the base of licensee 1 has 700000",
        );
        // A mu counts once, for one form.
        grant(Form::Canned, "699999", 425).await.unwrap();
        assert_conflict(
            grant(Form::Fresh, "1.01", 425).await,
            "700000.01 mu are counted",
        );
        grant(Form::Fresh, "1", 425).await.unwrap();
        assert_conflict(grant(Form::Canned, "10", 425).await, "was granted already");
        for wrong in [
            "-1", "1e9", "1,000", "1.001", "99999999", "１０", "NaN", "∞",
        ] {
            assert_eq!(Area::from_text(wrong), None, "{wrong}");
        }
        prove(&place).await;
    }
}

#[tokio::test]
async fn coefficients_that_cannot_be_are_not_set() {
    for place in Installation::both().await {
        let set = |change: fn(&mut Coefficients)| {
            let mut new = Coefficients {
                version: 1,
                ..Coefficients::assumed()
            };
            change(&mut new);
            let store = &place.store;
            async move { entitlements::set_coefficients(store, &clerk(), new).await }
        };
        assert_invalid(set(|new| new.kg_per_mu = 0).await, "0 kg a mu cannot be");
        assert_invalid(
            set(|new| new.kg_per_mu = 10_001).await,
            "10001 kg a mu cannot be",
        );
        assert_invalid(set(|new| new.kg_per_mu = u32::MAX).await, "cannot be");
        assert_invalid(
            set(|new| _ = new.yields.remove(&Form::Powder)).await,
            "every form needs its yield",
        );
        assert!(
            serde_json::from_str::<yuanmark::domain::entitlement::coefficients::PerMille>("1001")
                .is_err()
        );
        assert_eq!(entries(&place).await, 0);
    }
}

#[tokio::test]
async fn orders_for_the_wrong_year_form_or_firm_are_not_placed() {
    for place in Installation::both().await {
        let number = place.licensee(0).await.number;
        let store = &place.store;
        let at = |new: NewOrder, day: &'static str| async move {
            orders::place(store, &call("企业", on(day)), new).await
        };
        let order = |year| new_order(number, year, 10);
        assert_eq!((Season::new(1999), Season::new(2256)), (None, None));
        assert_invalid(
            at(order(2028), "2026-12-31").await,
            "season 2028 is too far ahead",
        );
        assert_invalid(at(order(2255), "2026-12-31").await, "too far ahead");
        at(order(2027), "2026-01-01").await.unwrap();
        assert_invalid(
            at(order(2000), "2026-04-02").await,
            "goods of season 2000 (canned) are past it",
        );
        assert_invalid(at(order(2026), "2029-12-31").await, "are past it");
        at(order(2026), "2029-12-30").await.unwrap();
        let fresh = |year| NewOrder {
            form: Form::Fresh,
            ..order(year)
        };
        assert_invalid(
            at(fresh(2026), "2026-05-31").await,
            "goods of season 2026 (fresh) are past it",
        );
        at(fresh(2026), "2026-05-30").await.unwrap();

        let cans_only = NewLicensee {
            state: LicenseeState::Active,
            document: Some(line("公告1")),
            ..applicant(1)
        };
        let cans_only = licensees::enter(store, &clerk(), cans_only)
            .await
            .unwrap()
            .number;
        let dried = NewOrder {
            form: Form::Dried,
            ..new_order(cans_only, 2026, 10)
        };
        let words = "does not say that it makes dried";
        assert_conflict(at(dried, "2026-04-02").await, words);
        let account = Account {
            form: Form::Dried,
            ..account(number, 2026)
        };
        adjust(&place, account, 100).await.unwrap();
        assert_conflict(
            transfers::propose(store, &clerk(), account, cans_only, 5, None).await,
            words,
        );
        let area = Area::from_text("1").unwrap();
        let granted = entitlements::grant(
            store,
            &clerk(),
            Account {
                licensee: cans_only,
                ..account
            },
            area,
            425,
            line("测产1"),
        )
        .await;
        assert_conflict(granted, words);
        let lot = NewLot {
            public: LotLabel {
                form: Form::Dried,
                ..new_lot(cans_only, 2026, 5).public
            },
            ..new_lot(cans_only, 2026, 5)
        };
        assert_conflict(lots::enter(store, &clerk(), lot).await, words);

        assert_no_such(
            at(new_order(LicenseeNumber(77), 2026, 1), "2026-04-02").await,
            "there is no licensee 77",
        );
        assert_no_such(
            orders::approve(store, &clerk(), OrderNumber(77), None).await,
            "there is no order 77",
        );
        assert_no_such(
            orders::assign(store, &clerk(), OrderNumber(1), PrinterNumber(77)).await,
            "there is no printer 77",
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn each_step_of_an_order_waits_for_the_one_before() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let (store, by) = (&place.store, clerk());
        adjust(&place, account(licensee.number, 2026), 100)
            .await
            .unwrap();
        let order = orders::place(store, &by, new_order(licensee.number, 2026, 10))
            .await
            .unwrap();
        let number = order.number;
        let printer = place.printer().await.number;
        let release =
            || async { orders::release(store, &by, number, line("收件人"), None).await };
        assert_conflict(
            orders::assign(store, &by, number, printer).await,
            "is placed (待核准)",
        );
        assert_conflict(place.issue(&order, "早").await, "is placed (待核准)");
        assert_conflict(release().await, "is placed");
        assert_conflict(orders::close(store, &by, number, 0).await, "is placed");
        orders::approve(store, &by, number, None).await.unwrap();
        assert_conflict(release().await, "is approved");
        assert_conflict(
            orders::reject(store, &by, number, line("晚")).await,
            "is approved",
        );
        let batch = place.issue(&order, "制码").await.unwrap().batch;
        assert_conflict(
            place.issue(&order, "又").await,
            "was issued already: it is batch 1",
        );
        assert_conflict(release().await, "has no printer yet");
        assert_conflict(
            change(
                &place,
                &by,
                &of_lines(EventKind::Printed, Which::All, batch.number),
            )
            .await,
            "is issued (已制码)",
        );
        orders::assign(store, &by, number, printer).await.unwrap();
        printers::end(store, &by, printer, line("歇业"))
            .await
            .unwrap();
        assert_conflict(release().await, "printer 1 prints no more");
        assert_conflict(
            orders::assign(store, &by, number, printer).await,
            "printer 1 prints no more",
        );
        assert_conflict(
            printers::end(store, &by, printer, line("歇业")).await,
            "prints no more",
        );
        let new = NewPrinter {
            name: line("虚构印务"),
            uscc: Uscc::new(USCCS[3]).unwrap(),
            licence: line("印证2"),
        };
        let printer = printers::enter(store, &by, new).await.unwrap().number;
        orders::assign(store, &by, number, printer).await.unwrap();
        release().await.unwrap();
        assert_conflict(
            orders::cancel(store, &by, number, line("晚")).await,
            "is released",
        );
        assert_conflict(
            orders::assign(store, &by, number, printer).await,
            "is released",
        );
        for (event, waits) in [
            (
                EventKind::Printed,
                "10 labels are not reported by the printer",
            ),
            (EventKind::Delivered, "10 labels are still at the printer's"),
            (EventKind::Received, "10 labels are sent and not received"),
            (SPOILED, "10 labels were counted on hand"),
        ] {
            let closed = orders::close(store, &by, number, 0).await;
            let words = if event == SPOILED {
                "0 labels were counted on hand, the ledger knows of 10"
            } else {
                waits
            };
            assert_conflict(closed, words);
            change(&place, &by, &of_lines(event, Which::All, batch.number))
                .await
                .unwrap();
        }
        assert_conflict(
            orders::close(store, &by, number, 0).await,
            "10 labels wait to be destroyed",
        );
        change(&place, &by, &of_lines(DESTROYED, Which::All, batch.number))
            .await
            .unwrap();
        assert_conflict(
            orders::close(store, &by, number, u32::MAX).await,
            "4294967295 labels were counted",
        );
        orders::close(store, &by, number, 0).await.unwrap();
        assert_conflict(
            change(&place, &by, &of_lines(LOST, Which::All, batch.number)).await,
            "is closed (已结案)",
        );
        assert_eq!(
            left(&place, account(licensee.number, 2026)).await,
            100,
            "all were destroyed before witnesses"
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_destruction_without_two_people_or_on_no_day_that_can_be_destroys_nothing() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        change(
            &place,
            &clerk(),
            &of_lines(RETURNED, Which::All, batch.number),
        )
        .await
        .unwrap();
        let destroy = |destruction: Option<Destruction>| {
            let wanted = Change {
                destruction,
                ..of_lines(DESTROYED, Which::All, batch.number)
            };
            let place = &place;
            async move { change(place, &clerk(), &wanted).await }
        };
        let by = |one: &str, other: &str| {
            Some(Destruction {
                witnesses: (line(one), line(other)),
                ..destruction("2026-04-02")
            })
        };
        assert_invalid(destroy(None).await, "needs its day and two witnesses");
        for (one, other) in [
            ("张三", "张三"),
            ("张三", " 张 三 "),
            ("Zhang San", "ZHANGSAN"),
            ("张三", "张\u{200b}三"),
        ] {
            assert_invalid(destroy(by(one, other)).await, "cannot witness twice");
        }
        assert_invalid(
            destroy(Some(destruction("2026-04-03"))).await,
            "still to come",
        );
        assert_invalid(
            destroy(Some(destruction("9999-12-31"))).await,
            "still to come",
        );
        for early in ["2026-04-01", "1026-04-02", "-009999-01-01"] {
            assert_invalid(
                destroy(Some(destruction(early))).await,
                "before the codes were made",
            );
        }
        let silent = Change {
            reason: None,
            ..of_lines(DESTROYED, Which::All, batch.number)
        };
        assert_invalid(change(&place, &clerk(), &silent).await, "needs a reason");
        let witnessed = Change {
            destruction: Some(destruction("2026-04-02")),
            ..of_lines(LOST, Which::All, batch.number)
        };
        assert_invalid(
            change(&place, &clerk(), &witnessed).await,
            "has no witnesses",
        );
        let of_lot = Change {
            lot: Some(LotNumber(1)),
            ..of_lines(LOST, Which::All, batch.number)
        };
        assert_invalid(
            change(&place, &clerk(), &of_lot).await,
            "has nothing to do with a lot",
        );
        destroy(by("张三", "李四")).await.unwrap();
        prove(&place).await;
    }
}

#[tokio::test]
async fn lots_that_cannot_be_are_not_entered() {
    for place in Installation::both().await {
        let number = place.licensee(0).await.number;
        let enter = |new| async { lots::enter(&place.store, &clerk(), new).await };
        let good = || new_lot(number, 2026, 10);
        let picked = |date: &str, year| NewLot {
            public: LotLabel {
                harvested: date.parse().unwrap(),
                season: season(year),
                ..good().public
            },
            ..good()
        };
        assert_invalid(
            enter(NewLot { packs: 0, ..good() }).await,
            "a lot of 0 packs",
        );
        assert_invalid(
            enter(NewLot {
                packs: Lot::MOST_PACKS + 1,
                ..good()
            })
            .await,
            "16777217 packs",
        );
        assert_invalid(
            enter(NewLot {
                packs: u32::MAX,
                ..good()
            })
            .await,
            "packs cannot be",
        );
        assert_invalid(enter(picked("2026-04-03", 2026)).await, "still to come");
        assert_invalid(enter(picked("9999-12-31", 2026)).await, "still to come");
        assert_invalid(
            enter(picked("2025-04-01", 2026)).await,
            "but of season 2026",
        );
        assert_invalid(
            enter(picked("-009999-01-01", 2026)).await,
            "but of season 2026",
        );
        assert_invalid(
            enter(NewLot {
                steps: vec![line("去皮"); Lot::MOST_ENTRIES + 1],
                ..good()
            })
            .await,
            "more than 50 steps",
        );
        assert_no_such(
            enter(new_lot(LicenseeNumber(9), 2026, 10)).await,
            "there is no licensee 9",
        );

        let lot = enter(good()).await.unwrap().number;
        let before = entries(&place).await;
        let report = |number: &str, date: &str| {
            let (store, report) = (&place.store, new_report(number, date, TestResult::Passed));
            async move { lots::report(store, &clerk(), lot, report).await }
        };
        assert_invalid(
            report("检1", "2026-03-19").await,
            "a report of 2026-03-19 cannot be on this lot",
        );
        assert_invalid(report("检1", "2026-04-03").await, "cannot be on this lot");
        assert_no_such(
            lots::report(
                &place.store,
                &clerk(),
                LotNumber(9),
                new_report("检1", "2026-04-01", TestResult::Passed),
            )
            .await,
            "there is no lot 9",
        );
        assert_eq!(entries(&place).await, before);
        report("检1", "2026-03-20").await.unwrap();
        assert_conflict(report("检1", "2026-04-01").await, "is filed already");
        let elsewhere = TestReport {
            laboratory: line("另一检验所"),
            ..new_report("检1", "2026-04-01", TestResult::Passed)
        };
        lots::report(&place.store, &clerk(), lot, elsewhere)
            .await
            .unwrap();
        for more in 2..Lot::MOST_ENTRIES {
            report(&format!("检{more}"), "2026-04-01").await.unwrap();
        }
        assert_conflict(report("检50", "2026-04-01").await, "has 50 reports");
        prove(&place).await;
    }
}

#[tokio::test]
async fn marks_are_activated_for_goods_of_their_own_alone() {
    for place in Installation::both().await {
        let batch = place.batch(20).await;
        let other = place.licensee(1).await.number;
        let store = &place.store;
        let new = async |lot: NewLot| {
            let number = lots::enter(store, &clerk(), lot).await.unwrap().number;
            let date = "2026-04-01";
            lots::report(
                store,
                &clerk(),
                number,
                new_report("检1", date, TestResult::Passed),
            )
            .await
            .unwrap();
            number
        };
        let activate = |lot: Option<LotNumber>, lines: &'static str| {
            let wanted = Change {
                lot,
                ..of_lines(EventKind::Activated, Which::Lines(lines), batch.number)
            };
            let place = &place;
            async move { change(place, &clerk(), &wanted).await }
        };
        let own = || new_lot(batch.licensee, 2026, 20);
        let of_other = new(new_lot(other, 2026, 20)).await;
        let dried = new(NewLot {
            public: LotLabel {
                form: Form::Dried,
                ..own().public
            },
            ..own()
        })
        .await;
        let last_year = new(new_lot(batch.licensee, 2025, 20)).await;
        for (lot, words) in [
            (of_other, "lot 1 is of licensee 2"),
            (dried, "lot 2 is of licensee 1, dried"),
            (last_year, "season 2025; batch 1"),
        ] {
            assert_conflict(activate(Some(lot), "0-4").await, words);
        }
        assert_invalid(activate(None, "0-4").await, "marks are activated for a lot");
        assert_no_such(
            activate(Some(LotNumber(99)), "0-4").await,
            "there is no lot 99",
        );
        let first = new(own()).await;
        let second = new(own()).await;
        activate(Some(first), "0-4").await.unwrap();
        let answer = activate(Some(second), "3-6").await;
        assert!(
            matches!(answer, Err(ServiceError::BadLines { bad: 1, .. })),
            "{answer:?}"
        );
        let again = activate(Some(first), "3-6").await.unwrap();
        assert_eq!((again.marks, again.unchanged), (2, 2));
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_lot_is_recalled_once_with_all_its_marks_and_restored_once() {
    for place in Installation::both().await {
        let batch = place.batch(20).await;
        place
            .change(&batch, EventKind::Activated, "0-9", morning())
            .await
            .unwrap();
        let lot = place.lot(&batch, morning()).await;
        let store = &place.store;
        let withdrawn = async || {
            let report = yuanmark::service::issue::report(store, batch.number, morning())
                .await
                .unwrap();
            report.marks_by_state.get("recalled").copied().unwrap_or(0)
        };
        let recall = || async { lots::recall(store, &clerk(), lot, line("抽检"), None).await };
        let restore =
            || async { lots::restore(store, &clerk(), lot, line("复检"), line("复检1")).await };
        assert_conflict(restore().await, "is not recalled");
        assert_no_such(
            lots::recall(store, &clerk(), LotNumber(99), line("抽检"), None).await,
            "there is no lot 99",
        );
        recall().await.unwrap();
        assert_eq!(withdrawn().await, 10);
        assert_conflict(recall().await, "is recalled already");
        let wanted = Change {
            lot: Some(lot),
            ..of_lines(EventKind::Activated, Which::Lines("10"), batch.number)
        };
        assert_conflict(change(&place, &clerk(), &wanted).await, "is recalled");
        restore().await.unwrap();
        assert_eq!(withdrawn().await, 0);
        assert_conflict(restore().await, "is not recalled");
        // A failed test recalls the lot at once, and a later one that it passes does not bring it back by itself.
        let failed = lots::report(
            store,
            &clerk(),
            lot,
            new_report("检2", "2026-04-02", TestResult::Failed),
        )
        .await
        .unwrap();
        assert!(failed.recalled.is_some());
        assert_eq!(withdrawn().await, 10);
        let passed = lots::report(
            store,
            &clerk(),
            lot,
            new_report("检3", "2026-04-02", TestResult::Passed),
        )
        .await
        .unwrap();
        assert!(passed.recalled.is_some());
        assert_conflict(change(&place, &clerk(), &wanted).await, "is recalled");
        // Marks that were recalled one by one count once.
        let all = change(
            &place,
            &clerk(),
            &of_lines(RECALLED, Which::All, batch.number),
        )
        .await
        .unwrap();
        assert_eq!((all.marks, all.unchanged), (10, 10));
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_label_is_in_one_roll_and_one_box() {
    for place in Installation::both().await {
        let batch = place.batch(100).await;
        let key = &place.keys.secrets.serial;
        let fill = async |kind, lines: &str| {
            let fill = Fill {
                kind,
                batch: Some(batch.number),
                lines,
                label: None,
            };
            containers::fill(&place.store, key, &clerk(), &fill).await
        };
        use ContainerKind::{Box, Roll};
        assert_eq!(
            fill(Roll, "10-19\n15-29\n50")
                .await
                .unwrap()
                .filled
                .ranges
                .len(),
            2
        );
        for overlapping in ["0-10", "29-30", "15", "0-99", "50", "49-51", "0-5\n40-60"] {
            assert_conflict(fill(Roll, overlapping).await, "are in roll 1 already");
        }
        fill(Roll, "30-49\n0-9").await.unwrap();
        assert_conflict(fill(Roll, "9-10").await, "already");
        fill(Box, "0-99").await.unwrap();
        assert_conflict(fill(Box, "99").await, "are in box 3 already");
        assert!(matches!(
            fill(Roll, "98-100").await,
            Err(ServiceError::BadLines { bad: 1, .. })
        ));
        assert_invalid(fill(Roll, "# leer").await, "these marks are of 0 batches");

        let none: [ContainerNumber; 0] = [];
        let used = |numbers| of_lines(EventKind::Used, Which::Containers(numbers), batch.number);
        assert_invalid(
            change(&place, &clerk(), &used(&none)).await,
            "no container is named",
        );
        assert_no_such(
            change(&place, &clerk(), &used(&[ContainerNumber(9)])).await,
            "there is no container 9",
        );
        let twice = [ContainerNumber(1), ContainerNumber(1), ContainerNumber(2)];
        assert_eq!(
            change(&place, &clerk(), &used(&twice)).await.unwrap().marks,
            51,
            "each label once"
        );
        // The box holds used labels among others: it is not returned as a whole.
        let returned = of_lines(
            RETURNED,
            Which::Containers(&[ContainerNumber(3)]),
            batch.number,
        );
        assert_conflict(
            change(&place, &clerk(), &returned).await,
            "labels 0-50 are used",
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn the_oldest_of_forty_thousand_boxes_still_holds_its_label() {
    for place in Installation::both().await {
        let batch = place.batch(40_001).await;
        let mut tx = place.store.write().await.unwrap();
        let sql = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) \
             INSERT INTO containers (number, batch, kind, body) SELECT i, {0}, 'box', \
             '{{\"number\":' || i || ',\"filled\":{{\"kind\":\"box\",\"batch\":{0},\"ranges\":[[' || i || ',' || i || ']]}},\
             \"at\":\"2026-04-02T00:00:00Z\",\"by\":\"test\"}}' FROM n",
            batch.number
        );
        execute(&mut tx, &sql).await;
        execute(
            &mut tx,
            "UPDATE counters SET next = 40001 WHERE name = 'container'",
        )
        .await;
        tx.commit().await.unwrap();
        let fill = Fill {
            kind: ContainerKind::Box,
            batch: Some(batch.number),
            lines: "0-1",
            label: None,
        };
        let answer =
            containers::fill(&place.store, &place.keys.secrets.serial, &clerk(), &fill).await;
        assert_conflict(answer, "are in box 1 already");
    }
}

#[tokio::test]
async fn a_box_is_held_against_what_was_found_in_it() {
    for place in Installation::both().await {
        let batch = place.batch(50).await;
        let licensee = licensees::get(&place.store, batch.licensee).await.unwrap();
        let order = place.order(&licensee, 10).await;
        let other = place.issue(&order, "second").await.unwrap().batch;
        let key = &place.keys.secrets.serial;
        let lines = "10-19\n30-34";
        let fill = Fill {
            kind: ContainerKind::Box,
            batch: Some(batch.number),
            lines,
            label: None,
        };
        let number = containers::fill(&place.store, key, &clerk(), &fill)
            .await
            .unwrap()
            .number;
        let found = async |lines: &str| {
            let (_, comparison, reports) = containers::compare(&place.store, key, number, lines)
                .await
                .unwrap();
            let shown = |ranges: &[_]| {
                ranges
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<String>>()
                    .join(" ")
            };
            let others: Vec<String> = comparison
                .other_batches
                .iter()
                .map(ToString::to_string)
                .collect();
            let bad = reports.iter().filter(|line| {
                matches!(
                    line.outcome,
                    yuanmark::domain::selection::LineOutcome::Bad(_)
                )
            });
            (
                comparison.agree,
                shown(&comparison.missing),
                shown(&comparison.foreign),
                others.join(" "),
                bad.count(),
            )
        };
        let empty = String::new;
        assert_eq!(
            found("10-19\n30-34").await,
            (15, empty(), empty(), empty(), 0)
        );
        assert_eq!(
            found("").await,
            (0, "10-19 30-34".into(), empty(), empty(), 0)
        );
        assert_eq!(
            found("0-49").await,
            (15, empty(), "0-9 20-29 35-49".into(), empty(), 0)
        );
        let foreign = format!(
            "{}\n{}\n12\n12\n33-36\nfalsch\n77",
            place.serial(&other, 3),
            place.serial(&batch, 10)
        );
        assert_eq!(
            found(&foreign).await,
            (4, "11 13-19 30-32".into(), "35-36".into(), "2-3".into(), 2)
        );
        assert_no_such(
            containers::compare(&place.store, key, ContainerNumber(9), "").await,
            "there is no container 9",
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn what_was_entered_in_error_is_taken_back_once_and_before_anything_follows() {
    for place in Installation::both().await {
        let batch = place.batch(20).await;
        let store = &place.store;
        let back = |entry| async move {
            corrections::take_back(store, &clerk(), entry, line("录错"), line("更正1")).await
        };
        let used = place
            .change(&batch, EventKind::Used, "0-9", morning())
            .await
            .unwrap()
            .entries[0];
        let correction = back(used).await.unwrap();
        assert_conflict(back(used).await, "was corrected already");
        assert_conflict(
            back(correction).await,
            "is undo_used and cannot be taken back",
        );
        // Used again, and then something came after.
        let again = place
            .change(&batch, EventKind::Used, "0-9", morning())
            .await
            .unwrap()
            .entries[0];
        assert_conflict(back(used).await, "was corrected already");
        back(again).await.unwrap();
        let third = place
            .change(&batch, EventKind::Used, "0-9", morning())
            .await
            .unwrap()
            .entries[0];
        let delivered = third - 1;
        assert_conflict(back(delivered).await, "cannot be taken back");
        for kind in ["delivered", "printed"] {
            let filter = yuanmark::store::ledger::Filter {
                kind: Some(kind.into()),
                ..Default::default()
            };
            let entry = yuanmark::service::ledger::list(store, &filter, None, 1)
                .await
                .unwrap()[0]
                .number;
            assert_conflict(
                back(entry).await,
                "labels 0-9 are used (已使用) and cannot be undo_",
            );
        }
        for kind in [
            "received",
            "lot_entered",
            "licensee_entered",
            "order_placed",
            "pack_released",
            "batch_issued",
        ] {
            let filter = yuanmark::store::ledger::Filter {
                kind: Some(kind.into()),
                ..Default::default()
            };
            let known = yuanmark::service::ledger::list(store, &filter, None, 1)
                .await
                .unwrap();
            if let Some(entry) = known.first() {
                assert_conflict(back(entry.number).await, "cannot be taken back");
            }
        }
        for nothing in [0, 9999, u64::MAX, u64::MAX / 2 + 1] {
            assert_no_such(back(nothing).await, "there is no entry");
            assert_no_such(
                corrections::note(store, &clerk(), nothing, line("说明")).await,
                "there is no entry",
            );
        }
        // Nor by a change of marks that names no entry.
        let sly = of_lines(
            EventKind::Undone(Slip::Used),
            Which::Lines("0"),
            batch.number,
        );
        assert_invalid(
            change(&place, &clerk(), &sly).await,
            "does not say which entry it takes back",
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn an_adjustment_is_taken_back_as_long_as_its_marks_are_there() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let own = account(licensee.number, 2026);
        adjust(&place, own, 100).await.unwrap();
        let entry = entries(&place).await;
        let store = &place.store;
        let order = orders::place(store, &clerk(), new_order(licensee.number, 2026, 10))
            .await
            .unwrap()
            .number;
        orders::approve(store, &clerk(), order, None).await.unwrap();
        let back = |entry| async move {
            corrections::take_back(store, &clerk(), entry, line("录错"), line("更正1")).await
        };
        assert_conflict(back(entry).await, "has 90 marks left, 100 are asked for");
        orders::cancel(store, &clerk(), order, line("停产"))
            .await
            .unwrap();
        back(entry).await.unwrap();
        assert_eq!(left(&place, own).await, 0);
        assert_conflict(back(entry).await, "was corrected already");
        prove(&place).await;
    }
}

#[tokio::test]
async fn the_last_index_of_the_format_is_an_index_and_the_next_is_none() {
    assert!(MarkIndex::new(MarkIndex::LIMIT).is_none());
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let own = account(licensee.number, 2026);
        adjust(&place, own, 1 << 25).await.unwrap();
        let order = orders::place(
            &place.store,
            &clerk(),
            new_order(licensee.number, 2026, 1 << 24),
        )
        .await
        .unwrap();
        let order = orders::approve(&place.store, &clerk(), order.number, None)
            .await
            .unwrap();
        let batch = place.issue(&order, "größte").await.unwrap().batch;
        place.deliver(&batch).await;
        let last = format!("{}", (1 << 24) - 1);
        let used = change(
            &place,
            &clerk(),
            &of_lines(EventKind::Used, Which::Lines(&last), batch.number),
        )
        .await
        .unwrap();
        assert_eq!(used.marks, 1);
        let next = format!("{}", 1 << 24);
        assert!(
            change(
                &place,
                &clerk(),
                &of_lines(EventKind::Used, Which::Lines(&next), batch.number)
            )
            .await
            .is_err()
        );
        prove(&place).await;
    }
}
