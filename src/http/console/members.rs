//! What the ledger and the audit trail keep as JSON, told as names and values.

use serde_json::{Map, Value};

use super::page::{minute, thousands};
use super::words::{Two, listed, named, two};
use crate::domain::access::Role;
use crate::domain::area::Area;
use crate::domain::container::ContainerKind;
use crate::domain::document::Purpose;
use crate::domain::event::EventKind;
use crate::domain::form::Form;
use crate::domain::licensee::{LegalBasis, LicenseeState, Step};
use crate::domain::lot::TestResult;
use crate::domain::offer::OfferState;
use crate::domain::order::OrderState;
use crate::domain::place::Prefecture;
use crate::domain::township::Township;
use crate::domain::transfer::TransferState;
use crate::domain::whereabouts::Whereabouts;
use crate::http::language::Language;
use crate::service::trail::words::Subject;

/// How the value of a member is told.
enum Says {
    /// As it stands there.
    Itself,
    /// A number of marks.
    Marks,
    /// An area, in mu.
    Area,
}

use Says::{Area as Mu, Itself, Marks};

/// Members that only hold others together.
const WRAPPERS: [&str; 12] = [
    "new",
    "particulars",
    "public",
    "account",
    "grant",
    "placed",
    "report",
    "destruction",
    "figures",
    "filled",
    "entered",
    "contact",
];

/// What each member is called.
const NAMES: &[(&str, Two, Says)] = &[
    ("account", two("账户", "account"), Itself),
    ("actor", two("经办人", "by"), Itself),
    ("added_at", two("登记时间", "entered at"), Itself),
    ("address", two("地址", "address"), Itself),
    ("adjusted", two("调整", "adjusted"), Marks),
    ("area", two("测产面积（亩）", "surveyed mu"), Mu),
    ("areas", two("基地（亩）", "base in mu"), Mu),
    (
        "asked",
        two("再次领取申请", "second download asked for"),
        Itself,
    ),
    ("at", two("时间", "at"), Itself),
    (
        "basis_documents",
        two("依据文号", "documents of the right"),
        Itself,
    ),
    ("batch", two("标志批", "batch"), Itself),
    ("by", two("经办人", "by"), Itself),
    ("bytes", two("字节数", "bytes"), Itself),
    ("carried", two("结转", "carried over"), Marks),
    ("carried_in", two("转入上年结转", "carried in"), Marks),
    ("carried_out", two("结转下年", "carried out"), Marks),
    (
        "carry_over",
        two("结转比例（‰）", "share that goes over (‰)"),
        Itself,
    ),
    (
        "certificate",
        two("承诺达标合格证编号", "certificate of compliance"),
        Itself,
    ),
    ("code", two("企业批号", "the firm's code"), Itself),
    ("coefficients", two("核算系数", "coefficients"), Itself),
    ("container", two("卷箱编号", "roll or box"), Itself),
    ("containers", two("卷和箱", "rolls and boxes"), Itself),
    ("correction_due", two("整改期限", "correction due"), Itself),
    (
        "corrects",
        two("更正的台账序号", "takes back entry"),
        Itself,
    ),
    ("counts", two("标志去向", "labels"), Marks),
    ("date", two("日期", "day"), Itself),
    ("document", two("文号", "document"), Itself),
    ("due", two("期限", "due"), Itself),
    ("ended", two("终止", "ended"), Itself),
    ("entries", two("台账条数", "entries"), Marks),
    ("entry", two("台账序号", "entry"), Itself),
    ("event", two("事项", "event"), Itself),
    ("file", two("文件", "file"), Itself),
    ("form", two("产品形态", "form"), Itself),
    ("forms", two("产品形态", "forms"), Itself),
    ("from", two("转出方", "from"), Itself),
    ("given", two("转出", "given"), Marks),
    (
        "giver",
        two("转出方确认人", "confirmed by the giver"),
        Itself,
    ),
    ("granted", two("核定", "granted"), Marks),
    ("ground", two("事由", "ground"), Itself),
    ("harvested", two("采收日期", "harvested"), Itself),
    ("has_hidden_codes", two("暗码", "hidden codes"), Itself),
    ("hotline", two("服务热线", "hotline"), Itself),
    (
        "idempotency_key",
        two("请求标识", "idempotency key"),
        Itself,
    ),
    (
        "in_force_since",
        two("准予使用自", "in force since"),
        Itself,
    ),
    ("is_closed", two("已结转", "closed"), Itself),
    ("is_disabled", two("停用", "disabled"), Itself),
    ("key", two("签名密钥", "signing key"), Itself),
    ("kg_per_mu", two("亩产（千克）", "kg a mu"), Itself),
    ("kind", two("种类", "kind"), Itself),
    ("label", two("标签", "label"), Itself),
    ("laboratory", two("检验机构", "laboratory"), Itself),
    ("lapsed", two("失效", "lapsed"), Marks),
    ("last_use", two("最近使用", "last use"), Itself),
    ("legal_basis", two("授权依据", "legal basis"), Itself),
    ("licence", two("印刷许可证", "licence"), Itself),
    ("licensee", two("合法使用人", "licensee"), Itself),
    ("login", two("登录名", "signs in as"), Itself),
    ("lot", two("生产批次", "lot"), Itself),
    ("market", two("销售区域", "to be sold in"), Itself),
    ("marks", two("数量（枚）", "marks"), Marks),
    (
        "marks_good_until",
        two("在市标志有效至", "marks stay good until"),
        Itself,
    ),
    ("name", two("名称", "name"), Itself),
    ("number", two("编号", "number"), Itself),
    ("offer", two("数据包", "pack"), Itself),
    ("on_hand", two("盘点结存（枚）", "counted on hand"), Marks),
    ("opening", two("第几个链接", "link number"), Itself),
    ("order", two("订单", "order"), Itself),
    ("ordered", two("已订", "ordered"), Marks),
    (
        "output_tonnes",
        two("产量（吨）", "output in tonnes"),
        Marks,
    ),
    (
        "pack_grams",
        two("每包净含量（克）", "grams a pack"),
        Itself,
    ),
    ("packs", two("包数", "packs"), Marks),
    (
        "pending",
        two("待复核", "waits for a second person"),
        Itself,
    ),
    ("person", two("联系人", "contact"), Itself),
    ("phone", two("联系电话", "telephone"), Itself),
    ("placed_at", two("提交时间", "placed at"), Itself),
    ("printer", two("承印方", "printer"), Itself),
    ("producers", two("经营主体", "producers"), Marks),
    ("product", two("产品", "product"), Itself),
    ("products", two("产品", "products"), Itself),
    ("purpose", two("用途", "purpose"), Itself),
    ("quantity", two("数量（枚）", "marks"), Marks),
    ("ranges", two("批内序号", "indices"), Itself),
    ("reason", two("原因", "reason"), Itself),
    ("recalled", two("召回", "recalled"), Itself),
    ("received", two("转入", "received"), Marks),
    ("receiver", two("接收人", "received by"), Itself),
    ("recipient", two("公钥", "public key"), Itself),
    ("refused", two("被拒原因", "refused because"), Itself),
    ("reports", two("检验报告", "reports"), Itself),
    ("restored", two("退还", "restored"), Marks),
    ("result", two("结论", "result"), Itself),
    ("revision", two("档案版本", "version of the file"), Itself),
    ("role", two("角色", "role"), Itself),
    ("scope", two("范围", "sees"), Itself),
    (
        "scrap_tolerance",
        two("允许损耗（‰）", "scrap tolerance (‰)"),
        Itself,
    ),
    ("season", two("年度", "season"), Itself),
    ("sha256", two("数据包校验值", "SHA-256 of the pack"), Itself),
    ("standard", two("执行标准", "standard"), Itself),
    ("standards", two("执行标准", "standards"), Itself),
    ("state", two("状态", "state"), Itself),
    ("state_before", two("此前状态", "state before"), Itself),
    (
        "state_since",
        two("状态起始日", "in this state since"),
        Itself,
    ),
    ("step", two("步骤", "step"), Itself),
    ("steps", two("加工步骤", "steps of processing"), Itself),
    ("taken", two("已领取次数", "downloads"), Itself),
    ("text", two("说明", "note"), Itself),
    ("title", two("题名", "title"), Itself),
    ("to", two("转入方", "to"), Itself),
    ("township", two("采收地", "harvested in"), Itself),
    ("transfer", two("划转", "transfer"), Itself),
    ("until", two("领取截止", "until"), Itself),
    ("uscc", two("统一社会信用代码", "credit code"), Itself),
    ("version", two("版本", "version"), Itself),
    ("witnesses", two("见证人", "witnesses"), Itself),
    ("yields", two("成品率（‰）", "yield (‰)"), Itself),
];

fn name_of(language: Language, key: &str) -> String {
    let known = NAMES.iter().find(|(name, ..)| *name == key);
    if let Some((_, name, _)) = known {
        return name.say(language).to_owned();
    }
    if let Some(form) = Form::from_slug(key) {
        return language.choose(form.chinese(), form.english()).to_owned();
    }
    if let Some(township) = township(key) {
        return township.to_owned();
    }
    match Subject::read(key) {
        Some(thing) => match language {
            Language::Chinese => thing.chinese(),
            Language::English => thing.english(),
        },
        None => key.replace('_', " "),
    }
}

fn township(code: &str) -> Option<&'static str> {
    let is_whole = code.len() == 9;
    Township::from_text(code)
        .filter(|_| is_whole)
        .map(Township::name)
}

/// The name of a word, by the member it stands in and the thing that member belongs to.
fn word(thing: &str, key: &str, text: &str) -> Option<(&'static str, &'static str)> {
    macro_rules! of {
        ($kind:ident) => {
            $kind::from_slug(text).map(|one| (one.chinese(), one.english()))
        };
    }
    match key {
        "form" | "forms" => of!(Form),
        "step" => of!(Step),
        "event" => of!(EventKind),
        "legal_basis" => of!(LegalBasis),
        "result" => of!(TestResult),
        "purpose" => of!(Purpose),
        "role" => of!(Role),
        "kind" => of!(ContainerKind),
        "market" => text
            .parse()
            .ok()
            .and_then(Prefecture::new)
            .map(Prefecture::province),
        "state" | "state_before" if thing.starts_with("order") => {
            // An order's pack has a state of its own.
            of!(OrderState).or_else(|| of!(OfferState))
        }
        "state" | "state_before" if thing.starts_with("transfer") => of!(TransferState),
        "state" | "state_before" => of!(LicenseeState),
        _ => None,
    }
}

/// Names and values of everything that a text of JSON says; `thing` is what it is about, in a word.
pub fn of_text(language: Language, thing: &str, text: &str) -> Vec<(String, String)> {
    let said: Value = serde_json::from_str(text).unwrap_or_default();
    let mut all = Vec::new();
    gather(language, thing, "", "", &said, &mut all);
    all
}

fn gather(
    language: Language,
    thing: &str,
    before: &str,
    key: &str,
    value: &Value,
    all: &mut Vec<(String, String)>,
) {
    if let Value::Object(members) = value {
        return inside(language, thing, before, key, members, all);
    }
    if let ("counts", Value::Array(counts)) = (key, value) {
        for (place, count) in Whereabouts::ALL.iter().zip(counts) {
            if count.as_u64() != Some(0) {
                let name = language.choose(place.chinese(), place.english());
                all.push((joined(before, name), told(language, thing, key, count)));
            }
        }
        return;
    }
    let said = told(language, thing, key, value);
    if !said.is_empty() {
        all.push((joined(before, &name_of(language, key)), said));
    }
}

fn inside(
    language: Language,
    thing: &str,
    before: &str,
    key: &str,
    members: &Map<String, Value>,
    all: &mut Vec<(String, String)>,
) {
    let is_wrapper = key.is_empty() || WRAPPERS.contains(&key) || key == "step";
    let within = if is_wrapper {
        before.to_owned()
    } else {
        joined(before, &name_of(language, key))
    };
    for (name, value) in members {
        // Things that were touched stand under the names of their tables.
        let is_thing = key.is_empty() && value.is_object() && name.contains(' ');
        let thing = if is_thing { name.as_str() } else { thing };
        let is_area = key == "areas" && township(name).is_some();
        if is_area {
            let name = name_of(language, name);
            all.push((
                joined(&within, &name),
                told(language, thing, "areas", value),
            ));
        } else {
            gather(language, thing, &within, name, value, all);
        }
    }
}

fn joined(before: &str, name: &str) -> String {
    if before.is_empty() {
        name.to_owned()
    } else {
        format!("{before} · {name}")
    }
}

fn told(language: Language, thing: &str, key: &str, value: &Value) -> String {
    let says = NAMES.iter().find(|(name, ..)| *name == key);
    let says = says.map_or(&Itself, |(.., says)| says);
    match (says, value) {
        (_, Value::Null) => String::new(),
        (_, Value::Bool(yes)) => {
            let word = if *yes {
                two("是", "yes")
            } else {
                two("否", "no")
            };
            word.say(language).to_owned()
        }
        (Marks, Value::Number(number)) => match number.as_i64() {
            Some(number) => thousands(number),
            None => number.to_string(),
        },
        (Mu, _) => match serde_json::from_value::<Area>(value.clone()) {
            Ok(area) => area.to_string(),
            Err(_) => value.to_string(),
        },
        (_, Value::Number(number)) => match township(&number.to_string()) {
            Some(name) if key == "township" => name.to_owned(),
            _ => number.to_string(),
        },
        (_, Value::String(text)) => {
            if let Some((chinese, english)) = word(thing, key, text) {
                return language.choose(chinese, english).to_owned();
            }
            let moment = text.parse::<jiff::Timestamp>().ok();
            moment
                .filter(|_| text.ends_with('Z'))
                .map_or_else(|| text.clone(), minute)
        }
        (_, Value::Array(each)) if key == "ranges" => {
            let range = |one: &Value| match one.as_array().map(Vec::as_slice) {
                Some([first, last]) if first == last => first.to_string(),
                Some([first, last]) => format!("{first}–{last}"),
                _ => one.to_string(),
            };
            listed(language, &each.iter().map(range).collect::<Vec<_>>())
        }
        (_, Value::Array(each)) => {
            let each = each.iter().map(|one| told(language, thing, key, one));
            listed(language, &each.collect::<Vec<_>>())
        }
        (_, Value::Object(members)) => {
            let each = members.iter().map(|(name, value)| {
                let value = told(language, thing, name, value);
                named(language, &name_of(language, name), &value)
            });
            listed(language, &each.collect::<Vec<_>>())
        }
    }
}

/// What differs between two texts of JSON: the member's name, what it was and what it is.
pub fn differences(
    language: Language,
    thing: &str,
    old: &str,
    new: &str,
) -> Vec<(String, String, String)> {
    let (old, new) = (of_text(language, thing, old), of_text(language, thing, new));
    let find = |all: &[(String, String)], wanted: &str| {
        let found = all.iter().find(|(name, _)| name == wanted);
        found.map_or_else(String::new, |(_, value)| value.clone())
    };
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in old.iter().chain(&new) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let rows = names
        .into_iter()
        .map(|name| (name.clone(), find(&old, name), find(&new, name)));
    rows.filter(|(_, before, after)| before != after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told_in_words() {
        let old = r#"{"orders 1":{"state":"placed","printer":null,"placed":{"form":"canned","quantity":1000},"counts":[0,0]}}"#;
        let new = r#"{"orders 1":{"state":"approved","printer":2,"placed":{"form":"canned","quantity":1000},"counts":[1000,0]}}"#;
        let told = |language| differences(language, "order_approved", old, new);
        let row = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        let mut chinese = told(Language::Chinese);
        chinese.sort();
        let mut wanted = vec![
            row("订单 1 · 待印制", "", "1\u{202f}000"),
            row("订单 1 · 承印方", "", "2"),
            row("订单 1 · 状态", "待核准", "已核准"),
        ];
        wanted.sort();
        assert_eq!(chinese, wanted);
        assert!(told(Language::English).contains(&row("order 1 · state", "placed", "approved")));
    }

    #[test]
    fn a_market_is_told_by_the_names_of_its_provinces() {
        let body = r#"{"order":7,"new":{"market":["430000","440000"]}}"#;
        let told = of_text(Language::Chinese, "order_placed", body);
        let market = ("销售区域".to_owned(), "湖南、广东".to_owned());
        assert!(told.contains(&market), "{told:?}");
    }

    #[test]
    fn an_entry_is_told_member_by_member() {
        let body = r#"{"licensee":2,"step":{"step":"order-correction","date":"2026-01-20","ground":"台账登记不全"}}"#;
        let told = of_text(Language::Chinese, "licensee_step", body);
        let told: Vec<(&str, &str)> = told
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert!(told.contains(&("步骤", "责令整改")), "{told:?}");
        assert!(told.contains(&("合法使用人", "2")) && told.contains(&("事由", "台账登记不全")));
        let body = r#"{"batch":1,"event":"undo_printed","ranges":[[0,9],[12,12]]}"#;
        let told = of_text(Language::English, "undo_printed", body);
        assert!(told.contains(&("event".to_owned(), "printing corrected".to_owned())));
        assert!(told.contains(&("indices".to_owned(), "0–9, 12".to_owned())));
    }
}
