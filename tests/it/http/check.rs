//! Checking packs on the spot: no queries of the public, and evidence of where a pack was.

use yuanmark::domain::access::Scope;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::market::Market;
use yuanmark::domain::order::NewOrder;
use yuanmark::service::{licensees, marks, orders, system};

use crate::support::installation::{call, index};
use crate::support::office::Office;
use crate::support::server::this_season;

const PLACE: &str = "430100";

#[tokio::test(flavor = "multi_thread")]
async fn an_inspector_checks_one_pack_after_another() {
    for office in Office::both().await {
        let licensee = licensees::get(&office.store, Scope::All, LicenseeNumber(1)).await;
        let installation = &office.installation;
        let anywhere = installation
            .order_of_season(&licensee.unwrap(), 5, this_season())
            .await;
        let new = NewOrder {
            market: Some(Market::new("广东、福建").unwrap()),
            ..anywhere.placed
        };
        let by = call("office", system::now());
        let order = orders::place(&office.store, &by, new).await.unwrap();
        let approver = office.signed_in("approver").await;
        let form = format!("/console/orders/{}/approve", order.number);
        let form = approver.open(&form).await;
        form.says("销售区域：福建、广东");
        approver.send(&form.form()).await.is_done();
        let batch = installation.issue(&order, "checked").await.unwrap().batch;
        office.site.activate(&batch).await;
        let file = format!("/console/batches/{}", batch.number);
        let file = approver.open(&file).await;
        file.says("销售区域").says("福建、广东");
        let serial = installation.serial(&batch, 2).to_string();
        let inspector = office.signed_in("inspector").await;
        inspector.open("/console").await.says("现场查验");
        let form = inspector.open("/console/check").await.form();
        let form = form.fill("code", &office.site.link(&batch, 2));
        inspector.send(&form).await.is(422).says("请选择");
        let sent = inspector.send(&form.fill("place", PLACE)).await;
        let told = inspector.follow(sent).await;
        told.is(200)
            .says(&serial)
            .says("编号有效")
            .says("公众查询次数")
            .says("福建、广东；本次查验地点不在其中");
        let next = told.form();
        assert_eq!((next.value("place"), next.value("code")), (PLACE, ""));
        let never = next.fill("code", "4BD9-QV4N-Q0NZ-57DB");
        let page = inspector.send(&never).await;
        page.is(200).says("不是本标志的编号").says("拍照取证");
        let next = page.form();
        assert_eq!((next.value("place"), next.value("code")), (PLACE, ""));
        let kept = "trail WHERE action = 'mark-check' AND outcome = 'refused'";
        assert_eq!(office.site.how_many(kept).await, 1, "it stays on record");
        let mark = inspector.open(&format!("/console/marks/{serial}")).await;
        mark.says("检查员查验").says("长沙市");
        let found = marks::report(
            &office.store,
            Scope::All,
            &office.site.keys.secrets.serial,
            MarkId {
                batch: batch.number,
                index: index(2),
            },
            system::now(),
        );
        assert_eq!(found.await.unwrap().queries, None, "no query of the public");
        for login in ["licensee", "auditor", "printer"] {
            let person = office.signed_in(login).await;
            person.open("/console/check").await.is(403);
        }
    }
}
