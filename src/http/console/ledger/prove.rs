//! Proving the ledger: the chain of entries, the rules, and every balance beside it.

use axum::response::Response;

use crate::domain::said::said;
use crate::http::console::file::File;
use crate::http::console::form::Form;
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::submit::or_refuse;
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::audit::{self, Audit};
use crate::service::trail::{self, Note};
use crate::service::{ServiceError, system};
use crate::store::trail::Outcome;

/// `GET /console/ledger/prove`
pub async fn prove_page(visit: Visit) -> Response {
    Form::new(&visit,
        two("校验台账", "Prove the ledger"),
        two("开始校验", "Prove it"),
    )
    .text(visit.say(two(
        "逐条核对台账：没有一条被改动、删除或调换，每一条都合乎规则，各项余额与台账一致。台账长时需要一些时间。",
        "Every entry is held against the chain and the rules, and every balance against the entries. A long ledger \
         takes a while.",
    )))
    .render(&visit, None)
}

/// `POST /console/ledger/prove`
pub async fn prove(visit: Visit, _: Typed) -> Response {
    let proved = async {
        let audit = audit::verify(&visit.app.store, None).await?;
        let (head, wrong) = (audit.head.number, audit.findings.len());
        let new = serde_json::json!({ "head": head, "findings": wrong }).to_string();
        let note = Note::new("ledger-prove").changed(None, Some(new));
        let (store, now) = (&visit.app.store, system::now());
        trail::write_alone(store, &visit.origin, now, Outcome::Done, note).await?;
        Ok::<_, ServiceError>(audit)
    };
    let audit = or_refuse!(visit, proved.await);
    told(&visit, &audit)
}

fn told(visit: &Visit, audit: &Audit) -> Response {
    let (verdict, state) = match audit.findings.len() {
        0 => (
            visit
                .say(two(
                    "没有发现问题：台账与写入时一致，各项余额与台账相符。",
                    "Nothing is wrong: the ledger is as it was written, and every balance is what it adds up to.",
                ))
                .to_owned(),
            two("相符", "right"),
        ),
        wrong => (
            visit.in_words(said!(
                "{wrong} things are wrong. Change nothing, and tell whoever keeps the system.",
                "发现 {wrong} 处问题。请暂停办理，并告知系统管理员。"
            )),
            two("有问题", "wrong"),
        ),
    };
    let findings = audit.findings.iter().map(|finding| {
        let entry = finding.entry;
        (
            entry.map(|entry| format!("/console/ledger/{entry}")),
            vec![
                entry.map(|entry| entry.to_string()).unwrap_or_default(),
                finding.what.clone(),
            ],
        )
    });
    let noted = visit.say(two(
        "把末条序号和校验值抄录在别处，以后据此可以证明此前没有改动。",
        "Note the number and hash of the last entry down elsewhere: held against them later, it proves that nothing \
         before was changed.",
    ));
    File::new(visit, two("校验台账", "Proof of the ledger"))
        .state(visit.say(state))
        .link(true, two("台账", "Ledger"), "/console/ledger".to_owned())
        .text(None, vec![verdict, noted.to_owned()])
        .facts(
            None,
            vec![
                (two("台账条数", "Entries"), Some(thousands(audit.entries))),
                (
                    two("核对的余额和档案", "Balances and files"),
                    Some(thousands(audit.things)),
                ),
                (
                    two("核对的号段", "Ranges of marks"),
                    Some(thousands(audit.ranges)),
                ),
                (
                    two("末条序号", "Last entry"),
                    Some(audit.head.number.to_string()),
                ),
                (
                    two("末条校验值", "Its hash"),
                    Some(audit.head.hash.to_string()),
                ),
            ],
        )
        .table(
            two("问题", "Findings"),
            &[two("序号", "Entry"), two("问题", "What is wrong")],
            findings.collect(),
        )
        .render(visit)
}
