//! Labels of a proof sheet (样张): they look like those of the batch, and nobody takes them for one.
//!
//! The word lies under the symbol, so pale that readers do not see it; the frame lies outside the cut.

use std::sync::Arc;

use super::fill::Wanted;
use super::tree::{self, Fonts};
use super::{Faults, Fields, Template};
use crate::render::art::Art;
use crate::render::design::Design;
use crate::render::imposition::{Mm, Size};
use crate::render::pdf::FIRST_OF_ART;

/// The frame around a specimen, beyond the cut.
const FRAME: Mm = 1.5;

/// The design of the labels of a proof sheet, from that of a batch: by the same template, or plain.
///
/// # Errors
/// If no font has the characters.
pub fn specimen(
    design: &Design,
    template: Option<(&Template, &Fields)>,
    fonts: &Fonts,
) -> Result<Design, Faults> {
    let size = match template {
        Some((template, _)) => template.source.size,
        None => design.size(),
    };
    let bleed = design.bleed.max(FRAME);
    let below = template.map_or(String::new(), |(template, fields)| {
        template
            .source
            .nested(fields, Wanted::Art, &template.fits(fields, fonts))
    });
    let text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}mm\" height=\"{1}mm\" viewBox=\"-{bleed} -{bleed} {0} {1}\">\
         <path fill=\"#fff\" d=\"M-{bleed}-{bleed}h{0}v{1}h-{0}z\"/>{below}{2}</svg>",
        size.width + 2.0 * bleed,
        size.height + 2.0 * bleed,
        marks(size),
    );
    let tree = tree::read(&text, fonts)?;
    #[expect(clippy::cast_possible_truncation, reason = "some hundred dots")]
    let dots = (bleed / design.dot()) as f32;
    let art = Art::new(&tree, (design.width, design.height), dots, FIRST_OF_ART)?;
    Ok(Design {
        bleed,
        art: Some(Arc::new(art)),
        ..design.clone()
    })
}

/// The word, again and again, and the frame.
fn marks(size: Size) -> String {
    let mut out = format!(
        "<path fill=\"none\" stroke=\"#d0021b\" stroke-width=\"{FRAME}\" d=\"M{0} {0}H{1}V{2}H{0}z\"/>\
         <g fill=\"#f5c4c8\" font-family=\"Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, sans-serif\" font-weight=\"700\" \
         font-size=\"4\" text-anchor=\"middle\">",
        -FRAME / 2.0,
        size.width + FRAME / 2.0,
        size.height + FRAME / 2.0,
    );
    let (mut y, mut row) = (4.0, 0);
    while y < size.height {
        let x = size.width * if row % 2 == 0 { 0.3 } else { 0.7 };
        out.push_str(&format!(
            "<text x=\"{x}\" y=\"{y}\" transform=\"rotate(-20 {x} {y})\">样张 VOID</text>"
        ));
        y += 7.0;
        row += 1;
    }
    out.push_str("</g>");
    out
}
