//! What is refused before anything is written.

use std::path::Path;

use super::files::Files;
use super::format::Format;
use super::plan::{Difference, Plan};
use super::press::Press;
use super::rolls;
use super::{MANIFEST, Manifest, Pack, Part, There, manifest};
use crate::domain::order::Batch;
use crate::domain::said::said;
use crate::render::sheet::MOST_LABELS;
use crate::service::ServiceError;
use crate::service::keys::LiveKeys;
use crate::store::{Tx, licensee};

/// Refuses a batch whose labels nobody should print.
pub(super) async fn may_be_printed(
    tx: &mut Tx,
    keys: &LiveKeys,
    batch: &Batch,
) -> Result<(), ServiceError> {
    let licensee = licensee::get(tx, batch.licensee).await?;
    if licensee.is_none_or(|licensee| licensee.ended.is_some()) {
        return Err(ServiceError::refused(
            said!(
                "the right of licensee {} to use the mark has ended",
                "合法使用人 {} 的标志使用权已终止",
                batch.licensee
            ),
            said!("its marks are not printed any more", "其标志不再印制"),
        ));
    }
    let ring = keys.ring();
    if !ring
        .get(batch.key)
        .is_some_and(|key| key.vouches_for_issue_at(batch.issued_at))
    {
        return Err(ServiceError::refused(
            said!(
                "key {} is compromised and does not vouch for batch {}",
                "密钥 {} 已失密，不再为第 {} 批作保",
                batch.key,
                batch.number
            ),
            said!(
                "its marks would not be recognised; order them anew and issue with another key",
                "这一批标志会查不到，请重新申请印制，并换用其他密钥制码"
            ),
        ));
    }
    Ok(())
}

/// Refuses what cannot be made of this batch.
pub(super) fn request(pack: &Pack, press: &Press, parts: &[Part]) -> Result<(), ServiceError> {
    if pack.hidden_codes && !press.batch.has_hidden_codes {
        return Err(ServiceError::refused(
            said!(
                "batch {} was issued without hidden codes",
                "第 {} 批制码时没有暗码",
                press.batch.number
            ),
            said!(
                "leave out --hidden-codes; hidden codes are chosen when a batch is issued",
                "请去掉暗码这一项；暗码只在制码时选择"
            ),
        ));
    }
    if pack.formats.contains(&Format::Txt) && pack.profile.is_none() {
        return Err(ServiceError::refused(
            said!(
                "labels.txt has the form that the press's software wants, and none was named",
                "没有指明文本数据的格式"
            ),
            said!(
                "name its profile with --profile FILE; `yuanmark batch pack --help` shows one",
                "请选择印刷软件的数据格式文件"
            ),
        ));
    }
    if let Some(web) = &pack.layout.web {
        rolls::check(web, pack, parts)?;
    }
    let largest = parts.iter().map(|part| part.range.marks()).max();
    if pack.formats.contains(&Format::Sheet) && largest > u32::try_from(MOST_LABELS).ok() {
        return Err(ServiceError::refused(
            said!(
                "a contact sheet holds up to {MOST_LABELS} labels, not {}",
                "样张最多 {MOST_LABELS} 枚，本次有 {} 枚",
                largest.unwrap_or_default()
            ),
            said!(
                "choose some with --range, such as --range 0-23",
                "请只选择一部分号段"
            ),
        ));
    }
    Ok(())
}

/// Refuses a folder in which these files cannot be made as things stand.
pub(super) fn folder(
    pack: &Pack,
    press: &Press,
    files: &Files,
    parts: &[Part],
    plan: &Plan,
) -> Result<(), ServiceError> {
    let earlier = manifest::read(&pack.out)?;
    if let Some(earlier) = &earlier
        && earlier.batch != press.batch.number.get()
    {
        return Err(ServiceError::refused(
            said!(
                "{} holds the pack of batch {}",
                "{} 中已有第 {} 批的数据",
                pack.out.display(),
                earlier.batch
            ),
            said!("name another folder with --out", "请另选文件夹"),
        ));
    }
    let names = parts.iter().flat_map(|part| files.names(*part));
    let there = names
        .map(|name| pack.out.join(name))
        .find(|path| path.exists());
    match (there, pack.there) {
        (Some(path), There::Refused) => Err(ServiceError::refused(
            said!("{} is there already", "{} 已经存在", path.display()),
            said!(
                "name another folder with --out, make the files anew with --replace, or only those that are missing with \
                 --resume",
                "请另选文件夹，或允许覆盖"
            ),
        )),
        (Some(path), There::Kept) => made_alike(&path, earlier.as_ref(), plan),
        _ => Ok(()),
    }
}

/// Files that are kept must be what this run would make.
fn made_alike(path: &Path, earlier: Option<&Manifest>, plan: &Plan) -> Result<(), ServiceError> {
    let hint = said!(
        "call --resume with the options of the interrupted run, or make the files anew with --replace",
        "请按中断时的选项继续，或允许覆盖"
    );
    let Some(earlier) = earlier else {
        return Err(ServiceError::refused(
            said!(
                "{} is there, and no {MANIFEST} says how it was made",
                "{} 已经存在，但没有 {MANIFEST} 说明其制作选项",
                path.display()
            ),
            hint,
        ));
    };
    match plan.difference(&earlier.plan) {
        None => Ok(()),
        Some(Difference {
            option,
            ours,
            theirs,
        }) => Err(ServiceError::refused(
            said!(
                "the pack in this folder was begun with {option} {theirs}, not {ours}",
                "此文件夹中的数据包制作时 {option} 为 {theirs}，不是 {ours}"
            ),
            hint,
        )),
    }
}
