//! All that makes the codes of a batch, and the labels around them.

use std::num::NonZero;

use ed25519_dalek::SigningKey;

use super::look::{KeptArtwork, Look};
use crate::domain::code::Code;
use crate::domain::hidden::HiddenKey;
use crate::domain::mark::{MarkId, MarkIndex};
use crate::domain::order::{Batch, Order};
use crate::domain::public_url::PublicUrl;
use crate::domain::serial::{Serial, SerialKey};
use crate::domain::text::Line;
use crate::domain::uscc::Uscc;
use crate::render::design::Design;
use crate::render::dpi::Dpi;
use crate::render::label::Label;
use crate::render::symbol::{Symbol, SymbolError};
use crate::render::{RenderError, readback};
use crate::service::aside::aside;
use crate::service::keys::LiveKeys;
use crate::service::{ServiceError, licensees, system};
use crate::store::{Tx, licensee};

/// All that makes the codes of a batch.
pub(super) struct Press {
    pub(super) signing: SigningKey,
    pub(super) serial_key: SerialKey,
    pub(super) hidden_key: HiddenKey,
    pub(super) qr_prefix: String,
    /// Draws the symbols; another one only where a test wants them wrong.
    pub(super) encode: Encode,
    pub(super) url: PublicUrl,
    pub(super) batch: Batch,
    pub(super) facts: Facts,
    pub(super) workers: NonZero<usize>,
    /// Whether labels show their hidden codes.
    shows_hidden: bool,
}

/// What else a pack says of its order.
#[derive(Clone)]
pub(super) struct Facts {
    pub(super) licensee: Line,
    pub(super) uscc: Uscc,
    pub(super) product: Line,
    pub(super) artwork: Option<KeptArtwork>,
}

impl Facts {
    /// Of an order; with the artwork in the licensee's file if labels look like this.
    pub(super) async fn of(
        tx: &mut Tx,
        batch: &Batch,
        order: Order,
        look: &Look,
    ) -> Result<Self, ServiceError> {
        let licensee = licensee::get(tx, batch.licensee)
            .await?
            .ok_or_else(|| licensees::unknown(batch.licensee))?;
        let artwork = match look.takes_artwork() {
            true => KeptArtwork::newest(tx, batch.licensee).await?,
            false => None,
        };
        Ok(Self {
            licensee: licensee.name().clone(),
            uscc: licensee.uscc.clone(),
            product: order.placed.product,
            artwork,
        })
    }
}

impl Press {
    pub(super) fn new(
        keys: &LiveKeys,
        url: &PublicUrl,
        batch: Batch,
        facts: Facts,
    ) -> Result<Self, ServiceError> {
        Ok(Self {
            facts,
            shows_hidden: false,
            signing: keys.signing_key(batch.key)?,
            serial_key: keys.secrets.serial.clone(),
            hidden_key: keys.secrets.hidden.clone(),
            qr_prefix: url.qr_prefix(),
            encode: Symbol::encode,
            url: url.clone(),
            batch,
            workers: std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN),
        })
    }

    /// One that makes labels alike, with keys that are thrown away.
    pub(super) fn void_twin(&self) -> Self {
        let void = Self::void(&self.url, self.batch.clone(), self.facts.clone());
        Self {
            shows_hidden: self.shows_hidden,
            ..void
        }
    }

    /// The same batch with keys that are thrown away: its labels look alike, and whoever scans one is told that it is none
    /// of ours.
    pub(super) fn void(url: &PublicUrl, batch: Batch, facts: Facts) -> Self {
        Self {
            facts,
            shows_hidden: false,
            signing: SigningKey::from_bytes(&system::random()),
            serial_key: SerialKey::new(&system::random()),
            hidden_key: HiddenKey::new(&system::random()),
            qr_prefix: url.qr_prefix(),
            encode: Symbol::encode,
            url: url.clone(),
            batch,
            workers: NonZero::<usize>::MIN,
        }
    }

    pub(super) fn mark(&self, index: MarkIndex) -> MarkId {
        MarkId {
            batch: self.batch.number,
            index,
        }
    }

    pub(super) fn code(&self, index: MarkIndex) -> (Code, Serial) {
        let mark = self.mark(index);
        let payload = self
            .batch
            .payload(mark)
            .expect("the range lies within the batch");
        (payload.sign(&self.signing), self.serial_key.serial(mark))
    }

    /// The text inside a symbol.
    pub(super) fn qr_text(&self, code: &Code) -> String {
        let mut text = self.qr_prefix.clone();
        text.extend(code.to_digits().map(char::from));
        text
    }

    /// The same with the design of its labels, which takes a while to draw.
    pub(super) async fn designed(
        mut self,
        look: &Look,
        dpi: Dpi,
    ) -> Result<(Self, Design), ServiceError> {
        let look = look.clone();
        aside(move || {
            let design = self.design(&look, dpi)?;
            Ok((self, design))
        })
        .await
    }

    /// How the labels of the batch look, from now on.
    fn design(&mut self, look: &Look, dpi: Dpi) -> Result<Design, ServiceError> {
        // All labels of a batch are alike in size: their codes have the same length.
        let first = self.batch.count.all().first();
        let modules = self.label(first)?.symbol().size();
        let design = look.design(self, dpi, modules)?;
        self.shows_hidden = design.shows_hidden();
        Ok(design)
    }

    pub(super) fn label(&self, index: MarkIndex) -> Result<Label, RenderError> {
        let (code, serial) = self.code(index);
        self.label_with(index, &code, serial)
    }

    /// The label of a code that is made already.
    pub(super) fn label_with(
        &self,
        index: MarkIndex,
        code: &Code,
        serial: Serial,
    ) -> Result<Label, RenderError> {
        let label = checked_label(self.encode, &self.qr_prefix, code, serial)?;
        if !self.shows_hidden {
            return Ok(label);
        }
        let hidden = self.hidden_key.hidden_code(self.mark(index));
        Ok(label.with_hidden(&hidden)?)
    }
}

/// What makes a symbol of a prefix and digits.
pub(super) type Encode = fn(&str, &str) -> Result<Symbol, SymbolError>;

/// The label of one code, whose symbol has been read back.
///
/// # Errors
/// If the prefix has characters that a symbol's alphanumeric segment cannot hold; a [`PublicUrl`]'s has not. If the symbol
/// does not read as it must.
pub fn label_of(qr_prefix: &str, code: &Code, serial: Serial) -> Result<Label, RenderError> {
    checked_label(Symbol::encode, qr_prefix, code, serial)
}

fn checked_label(
    encode: Encode,
    qr_prefix: &str,
    code: &Code,
    serial: Serial,
) -> Result<Label, RenderError> {
    let digits = code.to_digits();
    let digits = std::str::from_utf8(&digits).expect("digits are ASCII");
    let symbol = encode(qr_prefix, digits)?;
    let serial = serial.to_string();
    match readback::check(&symbol, qr_prefix, digits) {
        Ok(()) => Ok(Label::new(symbol, &serial)?),
        Err(fault) => Err(RenderError::Readback { serial, fault }),
    }
}
