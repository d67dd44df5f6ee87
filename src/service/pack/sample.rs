//! Labels to look at: they look like those of an order, and their codes are void.

use jiff::Timestamp;

use super::look::{KeptArtwork, Look};
use super::press::{Facts, Press};
use super::taken::not_now;
use crate::domain::access::Scope;
use crate::domain::form::Form;
use crate::domain::key_id::KeyId;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, MarkCount};
use crate::domain::order::{Batch, OrderNumber};
use crate::domain::public_url::PublicUrl;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::uscc::Uscc;
use crate::render::dpi::Dpi;
use crate::render::imposition::Imposition;
use crate::render::pdf::{PdfFile, PdfPages};
use crate::render::png::PngRenderer;
use crate::render::svg;
use crate::service::{ServiceError, no_batch, orders, seen};
use crate::store::{Store, batch};

/// What a sample is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A drawing.
    Svg,
    /// Dots of the press.
    Png,
    /// A page.
    Pdf,
}

/// A label with made-up facts.
///
/// # Errors
/// If the look makes no label that can be printed, cut and read.
pub async fn sample(look: &Look, dpi: Dpi, picture: Picture) -> Result<Vec<u8>, ServiceError> {
    let url = PublicUrl::new("https://v.example.cn").expect("an address");
    let line = |text: &str| Line::new("sample", text).expect("a short text");
    let batch = Batch {
        number: BatchNumber::new(1).expect("a small number"),
        order: OrderNumber(1),
        key: KeyId(1),
        licensee: LicenseeNumber(1),
        season: Season::new(2026).expect("a season"),
        form: Form::Canned,
        count: MarkCount::new(1000).expect("a count"),
        has_hidden_codes: look.takes_hidden(),
        issued_at: Timestamp::UNIX_EPOCH,
        actor: line("sample"),
        idempotency_key: line("sample"),
    };
    let facts = Facts {
        licensee: line("沅江市示例芦笋食品有限公司"),
        uscc: Uscc::new("91430981MA4TEXT1XY").expect("a sample that passes the check"),
        product: line("水煮芦笋 500 克"),
        artwork: look.takes_artwork().then(KeptArtwork::stand_in),
    };
    draw(Press::void(&url, batch, facts), look, dpi, picture).await
}

/// A label as those of an order will look.
///
/// # Errors
/// If the order is not in the scope or its codes are not issued yet, or the look makes no label that can be printed, cut and
/// read.
pub async fn sample_of(
    store: &Store,
    url: &PublicUrl,
    (scope, number): (Scope, OrderNumber),
    look: &Look,
    dpi: Dpi,
    picture: Picture,
) -> Result<Vec<u8>, ServiceError> {
    let mut tx = store.read().await?;
    let order = seen::order(&mut tx, scope, number).await?;
    let order = order.ok_or_else(|| orders::unknown(number))?;
    let of = order.batch.ok_or_else(|| not_now(&order))?;
    let batch = batch::get(&mut tx, of).await?.ok_or_else(|| no_batch(of))?;
    let facts = Facts::of(&mut tx, &batch, order, look).await?;
    drop(tx);
    draw(Press::void(url, batch, facts), look, dpi, picture).await
}

/// A label of a press whose codes are void.
async fn draw(
    press: Press,
    look: &Look,
    dpi: Dpi,
    picture: Picture,
) -> Result<Vec<u8>, ServiceError> {
    let (press, design) = press.designed(look, dpi).await?;
    let label = press.label(press.batch.count.all().first())?;
    Ok(match picture {
        Picture::Svg => svg::render(&design, &label).into_bytes(),
        Picture::Png => PngRenderer::new(&design).render(&label)?,
        Picture::Pdf => {
            let page = Imposition::single(design.size(), design.bleed());
            let pages = PdfPages::new(design, page);
            let (mut file, mut out) = PdfFile::begin(&pages);
            out.extend(file.page(&pages.page(&[(0, label)])));
            out.extend(file.end());
            out
        }
    })
}
