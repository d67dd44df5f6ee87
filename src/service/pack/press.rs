//! All that makes the codes of a batch, and the labels around them.

use std::num::NonZero;

use ed25519_dalek::SigningKey;

use crate::domain::code::Code;
use crate::domain::mark::{MarkId, MarkIndex};
use crate::domain::order::{Batch, Order};
use crate::domain::public_url::PublicUrl;
use crate::domain::serial::Serial;
use crate::domain::text::Line;
use crate::domain::uscc::Uscc;
use crate::keystore::Secrets;
use crate::render::label::Label;
use crate::render::symbol::{Symbol, SymbolError};
use crate::render::{RenderError, readback};
use crate::service::keys::LiveKeys;
use crate::service::{ServiceError, licensees};
use crate::store::{Tx, licensee};

/// All that makes the codes of a batch.
pub(super) struct Press {
    pub(super) signing: SigningKey,
    pub(super) secrets: Secrets,
    pub(super) qr_prefix: String,
    /// Draws the symbols; another one only where a test wants them wrong.
    pub(super) encode: Encode,
    pub(super) url: PublicUrl,
    pub(super) batch: Batch,
    pub(super) facts: Facts,
    pub(super) workers: NonZero<usize>,
}

/// What else a pack says of its order.
pub(super) struct Facts {
    pub(super) licensee: Line,
    pub(super) uscc: Uscc,
    pub(super) product: Line,
}

impl Facts {
    pub(super) async fn of(tx: &mut Tx, batch: &Batch, order: Order) -> Result<Self, ServiceError> {
        let licensee = licensee::get(tx, batch.licensee)
            .await?
            .ok_or_else(|| licensees::unknown(batch.licensee))?;
        Ok(Self {
            licensee: licensee.name().clone(),
            uscc: licensee.uscc.clone(),
            product: order.placed.product,
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
            signing: keys.signing_key(batch.key)?,
            secrets: keys.secrets.clone(),
            qr_prefix: url.qr_prefix(),
            encode: Symbol::encode,
            url: url.clone(),
            batch,
            workers: std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN),
        })
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
        (
            payload.sign(&self.signing),
            self.secrets.serial.serial(mark),
        )
    }

    /// The text inside a symbol.
    pub(super) fn qr_text(&self, code: &Code) -> String {
        let mut text = self.qr_prefix.clone();
        text.extend(code.to_digits().map(char::from));
        text
    }

    pub(super) fn label(&self, index: MarkIndex) -> Result<Label, RenderError> {
        let (code, serial) = self.code(index);
        self.label_with(&code, serial)
    }

    pub(super) fn label_with(&self, code: &Code, serial: Serial) -> Result<Label, RenderError> {
        checked_label(self.encode, &self.qr_prefix, code, serial)
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
