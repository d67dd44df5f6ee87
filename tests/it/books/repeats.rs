//! The same request twice, by its name: done once, with the same answer; the same name for something else is refused, and
//! what was made upon an older version overwrites nothing.

use std::fmt::Debug;
use std::future::Future;

use yuanmark::domain::access::Scope;
use yuanmark::domain::area::Area;
use yuanmark::domain::container::ContainerKind;
use yuanmark::domain::document::Purpose;
use yuanmark::domain::entitlement::Coefficients;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::Step;
use yuanmark::domain::lot::TestResult;
use yuanmark::domain::printer::NewPrinter;
use yuanmark::domain::uscc::Uscc;
use yuanmark::service::containers::{self, Fill};
use yuanmark::service::desk::Call;
use yuanmark::service::documents::{self, NewDocument};
use yuanmark::service::marks::{Change, Which};
use yuanmark::service::{
    ServiceError, corrections, entitlements, licensees, lots, orders, printers, transfers,
};

use super::proof::prove;
use super::{
    DESTROYED, SPOILED, account, applicant, assert_conflict, assert_stale, change, entitlement,
    entries, named, new_lot, new_order, new_report, of_lines, season, step,
};
use crate::support::installation::{Installation, call, line, morning};

const OTHER: &str = "which is something else";

/// Asks twice with one name, then for something else with that name, then under another person's name.
async fn twice<T, F, G>(
    place: &Installation,
    name: &str,
    same: impl Fn(Call) -> F,
    other: impl Fn(Call) -> G,
) where
    T: Debug,
    F: Future<Output = Result<T, ServiceError>>,
    G: Future<Output = Result<T, ServiceError>>,
{
    let first = same(named("张三", name)).await.unwrap();
    let after = entries(place).await;
    let second = same(named("张三", name))
        .await
        .unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(
        format!("{first:?}"),
        format!("{second:?}"),
        "{name}: the same answer"
    );
    assert_eq!(entries(place).await, after, "{name}: done once");
    assert_conflict(other(named("张三", name)).await, OTHER);
    assert_conflict(same(named("李四", name)).await, OTHER);
    assert_eq!(entries(place).await, after, "{name}");
}

#[tokio::test]
async fn licensees_and_printers_are_entered_and_changed_once() {
    for place in Installation::both().await {
        let store = &place.store;
        let enter = |number| {
            move |by: Call| async move { licensees::enter(store, &by, applicant(number)).await }
        };
        twice(&place, "建档", enter(0), enter(1)).await;
        let number = licensees::enter(store, &call("张三", morning()), applicant(2))
            .await
            .unwrap()
            .number;
        let mut particulars = applicant(2).particulars;
        particulars.forms.insert(Form::Fresh);
        let older = applicant(2).particulars;
        twice(
            &place,
            "变更",
            |by| {
                let new = particulars.clone();
                async move { licensees::file(store, &by, number, 1, new).await }
            },
            |by| {
                let new = older.clone();
                async move { licensees::file(store, &by, number, 2, new).await }
            },
        )
        .await;
        let take = |which| {
            move |by: Call| async move {
                licensees::take_step(store, &by, number, step(which, "2026-01-20")).await
            }
        };
        twice(&place, "初审", take(Step::Review), take(Step::Approve)).await;
        for next in [Step::Approve, Step::Admit] {
            take(next)(call("张三", morning())).await.unwrap();
        }
        let propose = |which| {
            move |by: Call| async move {
                licensees::propose_step(store, &by, number, step(which, "2026-01-21")).await
            }
        };
        twice(&place, "提请", propose(Step::Exit), propose(Step::Undo)).await;
        twice(
            &place,
            "撤回",
            |by| async move { licensees::drop_step(store, &by, number, None).await },
            take(Step::Suspend),
        )
        .await;

        let printer = |uscc: &str| NewPrinter {
            name: line("虚构彩印"),
            uscc: Uscc::new(uscc).unwrap(),
            licence: line("印证1"),
        };
        twice(
            &place,
            "承印方",
            |by| {
                let new = printer("51430981MJJTEXT52T");
                async move { printers::enter(store, &by, new).await }
            },
            |by| {
                let new = printer("92430981MA4TEXT44H");
                async move { printers::enter(store, &by, new).await }
            },
        )
        .await;
        let only = place.printer().await.number;
        twice(
            &place,
            "停用",
            |by| async move { printers::end(store, &by, only, line("歇业")).await },
            |by| async move { printers::end(store, &by, only, line("吊销")).await },
        )
        .await;
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_confirmation_is_repeated_for_its_own_licensee_alone() {
    for place in Installation::both().await {
        let store = &place.store;
        let (one, other) = (
            place.licensee(0).await.number,
            place.licensee(1).await.number,
        );
        for number in [one, other] {
            licensees::propose_step(
                store,
                &call("李四", morning()),
                number,
                step(Step::Exit, "2026-03-01"),
            )
            .await
            .unwrap();
        }
        let confirm = |number| {
            move |by: Call| async move { licensees::confirm_step(store, &by, number).await }
        };
        twice(&place, "复核", confirm(one), confirm(other)).await;
        assert!(
            licensees::get(store, Scope::All, other)
                .await
                .unwrap()
                .pending
                .is_some()
        );
        confirm(other)(call("张三", morning())).await.unwrap();
        // Now nothing waits there any more; the name still stands for the other licensee.
        assert_conflict(confirm(other)(named("张三", "复核")).await, "");
        prove(&place).await;
    }
}

#[tokio::test]
async fn entitlements_are_granted_adjusted_transferred_and_closed_once() {
    for place in Installation::both().await {
        let store = &place.store;
        let (giver, receiver) = (
            place.licensee(0).await.number,
            place.licensee(1).await.number,
        );
        let own = account(giver, 2026);
        let next = |version| Coefficients {
            version,
            document: Some(line("核定1")),
            ..Coefficients::assumed()
        };
        twice(
            &place,
            "系数",
            |by| {
                let new = next(1);
                async move { entitlements::set_coefficients(store, &by, new).await }
            },
            |by| {
                let new = next(2);
                async move { entitlements::set_coefficients(store, &by, new).await }
            },
        )
        .await;
        let grant = |area: &'static str, document: &'static str| {
            move |by: Call| async move {
                entitlements::grant(
                    store,
                    &by,
                    own,
                    Area::from_text(area).unwrap(),
                    425,
                    line(document),
                )
                .await
            }
        };
        twice(&place, "核定", grant("10", "测产1"), grant("11", "测产1")).await;
        assert_conflict(grant("10", "测产2")(named("张三", "核定")).await, OTHER);
        let adjust = |marks| {
            move |by: Call| async move {
                entitlements::adjust(store, &by, own, marks, line("补"), line("补1")).await
            }
        };
        twice(&place, "调整", adjust(10), adjust(11)).await;
        let propose = |marks| {
            move |by: Call| async move {
                transfers::propose(store, &by, own, receiver, marks, None).await
            }
        };
        twice(&place, "提请划转", propose(5), propose(6)).await;
        let only = transfers::list(store, Scope::All, None, None, 9)
            .await
            .unwrap()[0]
            .number;
        let confirm = |licensee| {
            move |by: Call| async move { transfers::confirm(store, &by, only, licensee).await }
        };
        twice(&place, "确认", confirm(giver), confirm(receiver)).await;
        let drop =
            |number| move |by: Call| async move { transfers::withdraw(store, &by, number).await };
        twice(&place, "撤回", drop(only), confirm(giver)).await;
        let year_end = super::on("2027-01-05");
        let carry = |year| {
            move |by: Call| async move {
                entitlements::carry_over(store, &Call { at: year_end, ..by }, account(giver, year))
                    .await
            }
        };
        twice(&place, "结转", carry(2026), carry(2025)).await;
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_whole_season_is_closed_once() {
    for place in Installation::both().await {
        let store = &place.store;
        let mut all = Vec::new();
        for number in 0..3 {
            let own = account(place.licensee(number).await.number, 2026);
            entitlements::adjust(
                store,
                &call("张三", morning()),
                own,
                101,
                line("补"),
                line("补1"),
            )
            .await
            .unwrap();
            all.push(own);
        }
        let year_end = super::on("2027-01-05");
        entitlements::carry_over(store, &call("张三", year_end), all[0])
            .await
            .unwrap();
        let carry = |year| {
            move |by: Call| async move {
                entitlements::carry_over_all(store, &Call { at: year_end, ..by }, season(year))
                    .await
            }
        };
        let closed = carry(2026)(named("张三", "年末")).await.unwrap();
        assert_eq!(closed.len(), 2, "the first one was closed before");
        twice(&place, "年末", carry(2026), carry(2025)).await;
        for own in all {
            let next = entitlement(&place, account(own.licensee, 2027)).await;
            assert_eq!(
                (entitlement(&place, own).await.balance(), next.carried_in),
                (0, 50)
            );
        }
        assert!(
            carry(2026)(call("张三", year_end))
                .await
                .unwrap()
                .is_empty(),
            "all are closed"
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn orders_take_each_step_once() {
    for place in Installation::both().await {
        let store = &place.store;
        let licensee = place.licensee(0).await.number;
        let (own, by) = (account(licensee, 2026), call("张三", morning()));
        entitlements::adjust(store, &by, own, 100, line("补"), line("补1"))
            .await
            .unwrap();
        let new = |quantity| {
            move |by: Call| async move {
                orders::place(store, &by, new_order(licensee, 2026, quantity)).await
            }
        };
        twice(&place, "下单", new(10), new(11)).await;
        let order = new(10)(by.clone()).await.unwrap();
        let number = order.number;
        let approve = |document: Option<&'static str>| {
            move |by: Call| async move { orders::approve(store, &by, number, document.map(line)).await }
        };
        twice(&place, "核准", approve(None), approve(Some("准印1"))).await;
        assert_eq!(entitlement(&place, own).await.ordered, 10);
        let printer = place.printer().await.number;
        let cancel = |number| {
            move |by: Call| async move { orders::cancel(store, &by, number, line("有误")).await }
        };
        let assign =
            move |by: Call| async move { orders::assign(store, &by, number, printer).await };
        twice(&place, "指定", assign, cancel(number)).await;
        place.issue(&order, "制码").await.unwrap();
        assert!(place.issue(&order, "制码").await.unwrap().is_repeat);
        let release = |receiver: &'static str| {
            move |by: Call| async move {
                orders::release(store, &by, number, line(receiver), None).await
            }
        };
        twice(&place, "发包", release("甲"), release("乙")).await;
        let close = |on_hand| {
            move |by: Call| async move { orders::close(store, &by, number, on_hand).await }
        };
        let batch = orders::get(store, Scope::All, number)
            .await
            .unwrap()
            .batch
            .unwrap();
        for event in [
            EventKind::Printed,
            EventKind::Delivered,
            EventKind::Received,
        ] {
            change(&place, &by, &of_lines(event, Which::All, batch))
                .await
                .unwrap();
        }
        twice(&place, "结案", close(10), close(9)).await;

        let second = new(10)(by.clone()).await.unwrap();
        let reject = |reason: &'static str| {
            let number = second.number;
            move |by: Call| async move { orders::reject(store, &by, number, line(reason)).await }
        };
        twice(&place, "不予核准", reject("有误"), reject("重复")).await;
        let third = new(10)(by.clone()).await.unwrap();
        orders::approve(store, &by, third.number, None)
            .await
            .unwrap();
        place.issue(&third, "又一次制码").await.unwrap();
        twice(&place, "取消", cancel(third.number), cancel(number)).await;
        assert_eq!(entitlement(&place, own).await.ordered, 10);
        prove(&place).await;
    }
}

#[tokio::test]
async fn lots_are_entered_reported_recalled_and_restored_once() {
    for place in Installation::both().await {
        let store = &place.store;
        let batch = place.batch(20).await;
        let licensee = batch.licensee;
        place
            .change(&batch, EventKind::Activated, "0-9", morning())
            .await
            .unwrap();
        let used = place.lot(&batch, morning()).await;
        let enter = |packs| {
            move |by: Call| async move { lots::enter(store, &by, new_lot(licensee, 2026, packs)).await }
        };
        twice(&place, "批次", enter(10), enter(11)).await;
        let recall = |reason: &'static str| {
            move |by: Call| async move { lots::recall(store, &by, used, line(reason), None).await }
        };
        twice(&place, "召回", recall("抽检"), recall("投诉")).await;
        let restore = |document: &'static str| {
            move |by: Call| async move {
                lots::restore(store, &by, used, line("复检合格"), line(document)).await
            }
        };
        twice(&place, "解除", restore("复检1"), restore("复检2")).await;
        let report = |number: &'static str| {
            move |by: Call| async move {
                lots::report(
                    store,
                    &by,
                    used,
                    new_report(number, "2026-04-01", TestResult::Failed),
                )
                .await
            }
        };
        twice(&place, "检验", report("检2"), report("检3")).await;
        prove(&place).await;
    }
}

#[tokio::test]
async fn what_happens_to_marks_happens_once_and_is_told_alike() {
    for place in Installation::both().await {
        let batch = place.batch(40).await;
        let lines = |event, lines: &'static str| {
            let (place, batch) = (&place, batch.number);
            move |by: Call| async move {
                let wanted = Change {
                    skip_bad: true,
                    ..of_lines(event, Which::Lines(lines), batch)
                };
                change(place, &by, &wanted).await
            }
        };
        twice(
            &place,
            "使用",
            lines(EventKind::Used, "0-9\n# good\n5-12\n50"),
            lines(EventKind::Used, "0-9"),
        )
        .await;
        assert_conflict(
            lines(EventKind::Used, "13-20")(named("张三", "使用")).await,
            OTHER,
        );
        assert_conflict(lines(SPOILED, "0-12")(named("张三", "使用")).await, OTHER);
        twice(
            &place,
            "作废",
            lines(SPOILED, "20-29"),
            lines(SPOILED, "20-28"),
        )
        .await;
        twice(
            &place,
            "销毁",
            lines(DESTROYED, "20-29"),
            lines(DESTROYED, "20-30"),
        )
        .await;
        let order = batch.order;
        orders::close(&place.store, &call("张三", morning()), order, 17)
            .await
            .unwrap();
        // A late retry finds its answer although the order is closed by now.
        let late = lines(SPOILED, "20-29")(named("张三", "作废"))
            .await
            .unwrap();
        assert_eq!((late.marks, late.entries.len()), (10, 1));
        prove(&place).await;
    }
}

#[tokio::test]
async fn one_request_about_two_batches_is_told_alike() {
    for place in Installation::both().await {
        let first = place.batch(10).await;
        let licensee = licensees::get(&place.store, Scope::All, first.licensee)
            .await
            .unwrap();
        let order = place.order(&licensee, 10).await;
        let second = place.issue(&order, "second").await.unwrap().batch;
        place.deliver(&second).await;
        let text = |marks: &[u32]| -> String {
            let both = [&first, &second].into_iter();
            both.flat_map(|batch| {
                marks
                    .iter()
                    .map(|mark| format!("{}\n", place.serial(batch, *mark)))
            })
            .collect()
        };
        let (some, others) = (text(&[1, 2, 7]), text(&[1, 2, 8]));
        let used = |text: &str| {
            let (place, text) = (&place, text.to_owned());
            move |by: Call| {
                let text = text.clone();
                async move {
                    change(
                        place,
                        &by,
                        &Change::new(EventKind::Used, Which::Lines(&text), None),
                    )
                    .await
                }
            }
        };
        let done = used(&some)(named("张三", "两批")).await.unwrap();
        assert_eq!(
            (done.marks, done.entries.len(), done.lines.len()),
            (6, 2, 6)
        );
        twice(&place, "两批", used(&some), used(&others)).await;
        prove(&place).await;
    }
}

#[tokio::test]
async fn containers_are_filled_corrections_made_and_remarks_written_once() {
    for place in Installation::both().await {
        let batch = place.batch(40).await;
        let store = &place.store;
        let fill = |lines: &'static str| {
            let (key, batch) = (&place.keys, batch.number);
            move |by: Call| async move {
                let fill = Fill {
                    kind: ContainerKind::Roll,
                    batch: Some(batch),
                    lines,
                    label: None,
                };
                containers::fill(store, key, &by, &fill).await
            }
        };
        twice(&place, "装箱", fill("0-9"), fill("10-19")).await;
        let used = place
            .change(&batch, EventKind::Used, "0-3", morning())
            .await
            .unwrap()
            .entries[0];
        let again = place
            .change(&batch, EventKind::Used, "4-5", morning())
            .await
            .unwrap()
            .entries[0];
        let undo = |entry, document: &'static str| {
            move |by: Call| async move {
                corrections::take_back(store, &by, entry, line("录错"), line(document)).await
            }
        };
        twice(&place, "更正", undo(used, "更正1"), undo(again, "更正1")).await;
        assert_conflict(undo(used, "更正2")(named("张三", "更正")).await, OTHER);
        let note = |text: &'static str| {
            move |by: Call| async move { corrections::note(store, &by, used, line(text)).await }
        };
        twice(&place, "说明", note("文号应为2"), note("文号应为3")).await;
        prove(&place).await;
    }
}

#[tokio::test]
async fn documents_are_added_once_even_if_a_newer_version_came_meanwhile() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await.number;
        let store = &place.store;
        let add = |content: &'static [u8]| {
            move |by: Call| async move {
                let title = line("图样");
                let new = NewDocument {
                    licensee,
                    lot: None,
                    purpose: Purpose::Artwork,
                    title,
                    content,
                };
                documents::add(store, &by, &new).await
            }
        };
        twice(&place, "归档", add(b"%PDF-1"), add(b"%PDF-2")).await;
        add(b"%PDF-2")(call("张三", morning())).await.unwrap();
        twice(&place, "归档", add(b"%PDF-1"), add(b"%PDF-3")).await;
        // The name of another request altogether.
        let mut particulars = place.licensee(1).await.particulars;
        particulars.forms.clear();
        let by = named("张三", "归档");
        assert_conflict(
            licensees::file(store, &by, licensee, 1, particulars).await,
            OTHER,
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn what_was_made_upon_an_older_version_overwrites_nothing() {
    for place in Installation::both().await {
        let store = &place.store;
        let licensee = place.licensee(0).await;
        let mut one = licensee.particulars.clone();
        one.forms.remove(&Form::Powder);
        let mut other = licensee.particulars.clone();
        other.forms.remove(&Form::Dried);
        let by = call("张三", morning());
        licensees::file(store, &by, licensee.number, 1, one.clone())
            .await
            .unwrap();
        let late = licensees::file(
            store,
            &call("李四", morning()),
            licensee.number,
            1,
            other.clone(),
        )
        .await;
        assert_stale(late, "is at version 2, this change was made upon version 1");
        for wrong in [0, 3, u32::MAX] {
            assert_stale(
                licensees::file(store, &by, licensee.number, wrong, other.clone()).await,
                "is at version 2",
            );
        }
        let is = licensees::get(store, Scope::All, licensee.number)
            .await
            .unwrap();
        assert_eq!((is.particulars, is.revision), (one.clone(), 2));
        assert_conflict(
            licensees::file(store, &by, licensee.number, 2, one).await,
            "says just this already",
        );

        let next = |version| Coefficients {
            version,
            ..Coefficients::assumed()
        };
        entitlements::set_coefficients(store, &by, next(1))
            .await
            .unwrap();
        for wrong in [0, 1, 3, u32::MAX] {
            assert_stale(
                entitlements::set_coefficients(store, &by, next(wrong)).await,
                "version 1 is in force by now",
            );
        }
        prove(&place).await;
    }
}
