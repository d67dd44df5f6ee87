//! Label templates: those that come with the program, and those that an installation stores.

use super::ServiceError;
use super::desk::Call;
use super::documents::sha256;
use super::pack::{self, Look, Picture, refusal};
use super::trail::{self, Note};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::render::dpi::Dpi;
use crate::render::template::{SHIPPED, Template};
use crate::store::Store;
use crate::store::template::{self as stored, StoredTemplate};
use crate::store::trail::Outcome;

/// The longest name of a template, in characters.
const LONGEST_NAME: usize = 40;

/// Those that were stored, by name.
///
/// # Errors
/// If the database does not answer.
pub async fn list(store: &Store) -> Result<Vec<StoredTemplate>, ServiceError> {
    Ok(stored::all(&mut store.read().await?).await?)
}

/// The text of a template that comes with the program.
pub fn shipped(name: &str) -> Option<&'static str> {
    let found = SHIPPED.iter().find(|shipped| shipped.name == name);
    found.map(|shipped| shipped.text)
}

/// The text of the template of that name: one that comes with the program, or one that was stored.
///
/// # Errors
/// If there is none.
pub async fn text(store: &Store, name: &str) -> Result<String, ServiceError> {
    if let Some(text) = shipped(name) {
        return Ok(text.to_owned());
    }
    let found = stored::get(&mut store.read().await?, name).await?;
    found
        .map(|template| template.svg)
        .ok_or_else(|| unknown(name))
}

/// The template of that name.
///
/// # Errors
/// If there is none, or it is not sound.
pub async fn get(store: &Store, name: &str) -> Result<Template, ServiceError> {
    read(text(store, name).await?.as_bytes())
}

/// Reads a template.
///
/// # Errors
/// If it is not sound, with all its faults.
pub fn read(bytes: &[u8]) -> Result<Template, ServiceError> {
    Template::read(bytes).map_err(|faults| refusal(&faults))
}

/// Holds a look against what a phone reads and a knife cuts, at every resolution, with a sample filled in; says what is in
/// the way.
pub async fn check(look: &Look) -> Vec<(Dpi, Result<(), ServiceError>)> {
    let mut found = Vec::new();
    for dpi in Dpi::ALL {
        found.push((dpi, pack::sample(look, dpi, Picture::Svg).await.map(drop)));
    }
    found
}

/// Stores a template under a name, in the place of an earlier one.
///
/// # Errors
/// If it is not sound, fits no resolution, or bears the name of one that comes with the program.
pub async fn add(
    store: &Store,
    call: &Call,
    name: &Line,
    bytes: &[u8],
) -> Result<StoredTemplate, ServiceError> {
    check_name(name.as_str())?;
    let template = read(bytes)?;
    let look = Look {
        template: Some(template.clone()),
        fonts: Vec::new(),
    };
    // The finest resolution leaves the most room: what is in the way there is in the way everywhere.
    pack::sample(&look, Dpi::D600, Picture::Svg).await?;
    let now = call.at;
    let kept = StoredTemplate {
        name: name.to_string(),
        svg: template.text().to_owned(),
        sha256: sha256(template.text().as_bytes()),
        added_at: now,
        actor: call.by.clone(),
    };
    let mut tx = store.write().await?;
    stored::put(&mut tx, &kept).await?;
    let note = Note::new("template-add").about(format!("template {name}"));
    trail::write(&mut tx, &call.origin, now, Outcome::Done, note).await?;
    tx.commit().await?;
    Ok(kept)
}

/// Removes a stored template. Packs that it made stay as they are.
///
/// # Errors
/// If there is none of that name.
pub async fn remove(store: &Store, call: &Call, name: &str) -> Result<(), ServiceError> {
    check_name(name)?;
    let mut tx = store.write().await?;
    if !stored::remove(&mut tx, name).await? {
        return Err(unknown(name));
    }
    let note = Note::new("template-remove").about(format!("template {name}"));
    trail::write(&mut tx, &call.origin, call.at, Outcome::Done, note).await?;
    tx.commit().await?;
    Ok(())
}

/// Checks the name of a template.
///
/// # Errors
/// If it is long, has a path's characters, or is one of ours.
pub fn check_name(name: &str) -> Result<(), ServiceError> {
    if shipped(name).is_some() {
        return Err(ServiceError::refused(
            said!("{name} comes with the program", "{name} 是系统自带的模板"),
            said!("choose another name", "请换一个名称"),
        ));
    }
    let is_plain = |c: char| c.is_alphanumeric() || ['-', '_'].contains(&c);
    if name.chars().count() > LONGEST_NAME || !name.chars().all(is_plain) {
        return Err(Refusal::invalid(
            said!(
                "{name} is no name for a template",
                "“{name}”不能作为模板名称"
            ),
            said!(
                "use up to {LONGEST_NAME} letters, digits, hyphens and underscores",
                "请使用不超过 {LONGEST_NAME} 个文字、数字、连字符或下划线"
            ),
        )
        .into());
    }
    Ok(())
}

fn unknown(name: &str) -> ServiceError {
    Refusal::no_such(
        said!("there is no template {name}", "没有模板“{name}”"),
        said!(
            "`yuanmark template list` shows the templates there are",
            "请在模板列表中查找"
        ),
    )
    .into()
}
