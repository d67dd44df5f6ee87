//! The page of an error that no handler made a page of: what axum refuses itself, addresses that lead nowhere, foreign
//! forms, a database that does not answer. Never a bare word: always a page with a way out.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use super::guard::Visit;
use super::page::message;
use super::words::{Two, two};
use crate::http::App;

/// Whether an address is one of the console, there or not.
pub fn is_of_the_console(uri: &Uri) -> bool {
    let path = uri.path();
    path == "/console" || path.starts_with("/console/")
}

/// The page of an error.
pub async fn page(
    app: App,
    status: StatusCode,
    uri: Uri,
    headers: &HeaderMap,
    network: &str,
) -> Response {
    // If it cannot be found out who asks, it is told to nobody in particular.
    let visit = match Visit::of(app.clone(), uri.clone(), headers, network).await {
        Ok(visit) => visit,
        Err(_) => Visit::of_nobody(app, uri, headers, network),
    };
    let (title, text) = words(status);
    message(&visit, status, title, visit.say(text))
}

/// What is said of a status.
const fn words(status: StatusCode) -> (Two, Two) {
    match status {
        StatusCode::NOT_FOUND => (
            two("没有这个页面", "There is nothing at this address"),
            two(
                "请核对地址，或从工作台重新进入。",
                "Check the address, or begin at the start page.",
            ),
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            two("不能这样打开", "This cannot be opened like that"),
            two(
                "该地址只接收表单。请从工作台重新进入。",
                "This address takes a form only. Begin at the start page.",
            ),
        ),
        StatusCode::FORBIDDEN => (
            two("未予受理", "Not taken"),
            two(
                "这份表单不是从本系统的页面提交的，没有办理。如系您本人操作，请从工作台重新进入；过旧的浏览器请先更新。",
                "This form was not sent from a page of ours, and nothing was done. If it was you, begin at the start page; update the browser if it is very old.",
            ),
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            two("内容过大", "This is too large"),
            two(
                "提交的内容超出限度，没有办理。请用浏览器的“后退”回到表单，分次提交或选择较小的文件。",
                "What was sent is larger than is taken, and nothing was done. Go back in the browser and send less at once, or a smaller file.",
            ),
        ),
        StatusCode::REQUEST_TIMEOUT => (
            two("提交超时", "It took too long"),
            two(
                "未能在限定时间内收到全部内容，请用浏览器的“后退”回到表单再次提交；同一份表单只会办理一次。",
                "Not all of it came in time. Go back in the browser and send it again; one form is done once.",
            ),
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            two("暂时不能办理", "Not possible at the moment"),
            two(
                "数据库没有响应。请稍候用浏览器的“后退”回到表单再次提交；同一份表单只会办理一次。",
                "The database does not answer. Wait a little, go back in the browser and send it again; one form is done once.",
            ),
        ),
        status if status.as_u16() < 500 => (
            two("无法读取", "This cannot be read"),
            two(
                "浏览器提交的内容不完整或有无法识别的字符，没有办理。请用浏览器的“后退”回到表单再次提交。",
                "What the browser sent is not whole or has characters that cannot be read, and nothing was done. Go back in the browser and send it again.",
            ),
        ),
        _ => (
            two("系统出错", "Something went wrong"),
            two(
                "问题已记入日志。请稍候再试；同一份表单只会办理一次。",
                "It is in the log. Try again later; one form is done once.",
            ),
        ),
    }
}
