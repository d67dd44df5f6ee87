//! Reports of suspect packs, in Chinese.

use crate::domain::tip::{TipKind, TipState, TipStep};
use crate::http::pages::text::TipTexts;

/// The words.
pub const WORDS: TipTexts = TipTexts {
    heading: &["反映可疑包装"],
    received: &["已收到，", "请记下编号。"],
    progress: &["这条反映", "办到哪一步"],
    not_found: &["没有这个编号。"],
    added: &["补充已收到。"],
    is_serial: &["这是标签上的防伪编号，", "不是反映的编号。"],
    too_many: &["太频繁了，", "请过一会儿再试。"],
    link: "反映可疑包装",
    optional: "（选填）",
    choose: "请选择",
    lead: "标志或包装看着不对，请告诉我们。不用登录，提交后凭编号查看进展。",
    wrong_lead: "有 {n} 处需要改正，已在下面标出。",
    choose_again: "照片请重新选择。",
    kind_label: "哪里可疑",
    told_label: "请说说情况",
    told_hint: "例如：标志和别的有什么不同，包装上写着什么。最多 {n} 字。",
    place_label: "在哪里买的",
    seller_label: "店铺、市场或网上平台",
    seller_hint: "网上买的，请写平台和店铺名称。",
    bought_label: "什么时候买的",
    serial_hint: "二维码下方的 16 位编号，照原样输入；看不清就不填。",
    photos_label: "照片",
    photos_hint: "标志、包装正反面、购物小票。最多 {n} 张，每张不超过 {mb} MB。只有办理人员能看；照片里的拍摄地点、时间等附带信息会被删去。",
    contact_label: "怎样联系您",
    contact_hint: "电话或邮箱。加密保存，只有办理人员能看，每次查看都有记录；办结 {n} 天后删除。不留也可以，凭编号能看到答复。",
    send: "提交",
    send_note: "网络地址和手机信息不会存进这条反映。急的事，例如吃后不适，请直接拨打 12315。",
    find_heading: "查看已提交的",
    find_label: "反映编号",
    find_hint: "16 位，提交后显示的那个。",
    find_button: "查看",
    ticket: "反映编号 {ticket}",
    keep_ticket: "请抄下或截屏保存。凭它可以看进展、补充、撤回；我们没有留底，丢了找不回来。",
    state_label: "状态",
    sent_label: "提交时间",
    due_label: "答复期限",
    due_accept: "{date}前告知是否受理",
    due_decide: "{date}前告知结果",
    photos_value: "{n} 张（不在这里显示）",
    contact_kept: "已加密保存",
    contact_none: "没有",
    told_heading: "您反映的内容",
    happened_heading: "办理经过",
    photos_came: "附照片 {n} 张",
    add_heading: "补充",
    add_label: "补充说明",
    add_hint: "最多 {n} 字。",
    add: "提交补充",
    take_back_heading: "撤回",
    take_back: "确认撤回",
    take_back_note: "撤回后不再办理，留下的联系方式随即删除，不能恢复。",
    not_found_lead: "请核对编号，再输一次。要填的是提交反映后显示的编号，不是标签上的防伪编号。",
    number_label: "线索号",
    number_note: "打电话询问时报这个号。上面的编号凭它就能打开本页，请不要告诉别人",
    due_note: "从收到之日起按工作日计算，依《市场监督管理投诉举报处理暂行办法》第十四条、《市场监督管理行政处罚程序规定》第十八条",
    no_serial: "{why}标签上真是这样印的，不用改，再按一次提交。",
    no_serial_at_all: "这不是防伪编号。",
    is_serial_lead: "要查这枚标志，请{link}。反映的编号，是提交之后显示的那个。",
    is_serial_link: "查询这个防伪编号",
    too_many_lead: "同一网络或同一部手机短时间内次数太多，就会这样。急的事请拨打 {tel}。",
    need_choice: "请选择一项。",
    need_anything: "请写点什么，或者选照片。",
    wrong_day: "请填今天或以前的日期，例如 2026-04-02。",
    stale: "这一页已失效。内容还在，请再按一次提交。",
    photo_too_large: "第 {n} 张照片超过 {mb} MB。",
    photo_other: "第 {n} 个文件不是照片，可以是 JPEG、PNG、WebP 或 GIF。",
    photo_pixels: "第 {n} 张照片的尺寸太大，最多 5200 万像素。",
    photo_broken: "第 {n} 张照片打不开，请换一张。",
    photos_too_many: "一次最多 {n} 张照片。",
    kind,
    state,
    step,
};

const fn kind(one: TipKind) -> &'static str {
    match one {
        TipKind::Looks => "标志的样子不对",
        TipKind::NotTaken => "扫码或输入编号，查不到",
        TipKind::Differs => "查到的信息与包装对不上",
        TipKind::Claimed => "涂层下的暗码已被用过",
        TipKind::Quality => "产品质量",
        TipKind::Sale => "价格或卖法可疑",
        TipKind::Other => "其他",
    }
}

const fn state(one: TipState) -> &'static str {
    match one {
        TipState::Received => "已收到，等待受理",
        TipState::Accepted => "已受理，正在核查",
        TipState::HandedOn => "已移交办案人员",
        TipState::Decided => "已办结，结果见下",
        TipState::Rejected => "不予受理，原因见下",
        TipState::Withdrawn => "您已撤回",
    }
}

const fn step(one: TipStep) -> &'static str {
    match one {
        TipStep::Sent => "您提交",
        TipStep::Added => "您补充",
        TipStep::TakenBack => "您撤回",
        TipStep::Accepted => "受理",
        TipStep::Message => "办理人员留言",
        TipStep::HandedOn => "移交办案人员",
        TipStep::Decided => "处理结果",
        TipStep::Rejected => "不予受理",
        TipStep::Erased => "删除了您的联系方式",
    }
}
