//! The files of a pack: which there are, and how each is made.

use std::path::Path;

use super::format::{Format, HIDDEN, Name, part_name};
use super::pages;
use super::part::Written;
use super::press::Press;
use super::proof::Proof;
use super::rolls::{self, PartRolls};
use super::streams::{self, Stream};
use super::{ListedFile, Pack, Part, There, labels, part_of, parts};
use crate::render::design::Design;
use crate::render::imposition::Imposition;
use crate::render::pdf::PdfPages;
use crate::render::png::PngRenderer;
use crate::service::ServiceError;

/// All kinds of files of a pack, ready to be made.
pub(super) struct Files<'a> {
    press: &'a Press,
    pack: &'a Pack,
    design: Design,
    /// Those that are written side by side, so that a label is signed once.
    streams: Vec<(Name, Stream<'a>)>,
    /// Those that are drawn one after the other.
    drawn: Vec<(Name, Drawn)>,
}

/// A kind of file that is drawn.
enum Drawn {
    Pages(PdfPages),
    SvgSheets(Imposition),
    Svg,
    Png,
    Sheet,
    Proof(Box<Proof>),
}

impl<'a> Files<'a> {
    /// What the pack asks for; refused where its labels do not go on its paper.
    pub(super) fn new(
        press: &'a Press,
        pack: &'a Pack,
        design: Design,
    ) -> Result<Self, ServiceError> {
        let mut files = Self {
            design,
            press,
            pack,
            streams: Vec::new(),
            drawn: Vec::new(),
        };
        let mut formats = pack.formats.clone();
        formats.sort_unstable();
        formats.dedup();
        for format in formats {
            let name = format.name();
            match (format, &pack.profile) {
                (Format::Csv, _) => files.streams.push((name, Stream::Csv)),
                (Format::Txt, Some(profile)) => files.streams.push((name, Stream::Txt(profile))),
                (Format::Txt, None) => {}
                (Format::Zpl, _) => {
                    let renderer = PngRenderer::new(&files.design);
                    files.streams.push((name, Stream::Zpl(renderer)));
                }
                (Format::Pdf, _) => {
                    let pages = files.pages()?;
                    files.drawn.push((name, Drawn::Pages(pages)));
                }
                (Format::SvgSheets, _) => {
                    let grid = pages::imposition(&files.design, &pack.layout)?;
                    files.drawn.push((name, Drawn::SvgSheets(grid)));
                }
                (Format::Svg, _) => files.drawn.push((name, Drawn::Svg)),
                (Format::Png, _) => files.drawn.push((name, Drawn::Png)),
                (Format::Proof, _) => {
                    let proof = Proof::new(press, &pack.look, &files.design)?;
                    files.drawn.push((name, Drawn::Proof(Box::new(proof))));
                }
                (Format::Sheet, _) => files.drawn.push((name, Drawn::Sheet)),
            }
        }
        if pack.hidden_codes {
            files.streams.push((HIDDEN, Stream::Hidden));
        }
        Ok(files)
    }

    fn pages(&self) -> Result<PdfPages, ServiceError> {
        let (press, pack, design) = (self.press, self.pack, &self.design);
        let batch = &press.batch;
        let range = part_of(batch.number, batch.count.all(), pack.range)?;
        let parts = parts(range, pack.part_size);
        let grid = pages::imposition(design, &pack.layout)?;
        let pages = PdfPages::new(design.clone(), grid);
        Ok(match &pack.layout.web {
            None => pages,
            Some(web) => pages.with_rolls(rolls::design(web, press, pack, &parts, design)?),
        })
    }

    /// The rolls of a kind of file.
    fn rolls(&self, drawn: &Drawn, part: Part) -> Option<PartRolls> {
        let web = self.pack.layout.web.as_ref()?;
        matches!(drawn, Drawn::Pages(_)).then(|| PartRolls::new(web, self.pack, part))
    }

    /// How often every label is made.
    pub(super) fn passes(&self) -> usize {
        self.drawn.len() + usize::from(!self.streams.is_empty())
    }

    /// What the files of a part are called.
    pub(super) fn names(&self, part: Part) -> impl Iterator<Item = String> {
        let streams = self.streams.iter().map(|(name, _)| *name);
        let drawn = self.drawn.iter().map(|(name, _)| *name);
        streams
            .chain(drawn)
            .map(move |name| part_name(name, part.number))
    }

    /// Makes the files of a part, in the order of their names.
    pub(super) fn make(
        &self,
        part: Part,
        tick: &(dyn Fn(u64) + Sync),
    ) -> Result<Vec<ListedFile>, ServiceError> {
        let mut made = self.make_streams(part, tick)?;
        for (name, drawn) in &self.drawn {
            let name = part_name(*name, part.number);
            let path = self.pack.out.join(&name);
            let written = if self.is_kept(&path) {
                tick(part.range.marks().into());
                Written::read(&path)?
            } else {
                self.draw(drawn, part, &path, tick)?
            };
            let rolls = self.rolls(drawn, part);
            made.push(ListedFile {
                rolls: rolls.map_or(Vec::new(), |rolls| rolls.list(self.press)),
                ..ListedFile::new(self.press, name, part.range, written)
            });
        }
        Ok(made)
    }

    fn is_kept(&self, path: &Path) -> bool {
        self.pack.there == There::Kept && path.exists()
    }

    fn draw(
        &self,
        drawn: &Drawn,
        part: Part,
        path: &Path,
        tick: &(dyn Fn(u64) + Sync),
    ) -> Result<Written, ServiceError> {
        let (press, range, design) = (self.press, part.range, &self.design);
        match drawn {
            Drawn::Pages(pages) => {
                let pages = (pages, self.rolls(drawn, part));
                pages::write(press, range, pages, path, tick)
            }
            Drawn::SvgSheets(grid) => pages::write_svg(press, range, (design, grid), path, tick),
            Drawn::Svg => labels::write_svg(press, range, design, path, tick),
            Drawn::Png => labels::write_png(press, range, design, path, tick),
            Drawn::Proof(proof) => {
                tick(range.marks().into());
                proof.write(range, path)
            }
            Drawn::Sheet => labels::write_sheet(press, range, design, path, tick),
        }
    }

    fn make_streams(
        &self,
        part: Part,
        tick: &(dyn Fn(u64) + Sync),
    ) -> Result<Vec<ListedFile>, ServiceError> {
        let (mut made, mut missing) = (Vec::new(), Vec::new());
        for (name, stream) in &self.streams {
            let name = part_name(*name, part.number);
            let path = self.pack.out.join(&name);
            if self.is_kept(&path) {
                let written = Written::read(&path)?;
                made.push(ListedFile::new(self.press, name, part.range, written));
            } else {
                missing.push((stream, name, path));
            }
        }
        if missing.is_empty() {
            if !self.streams.is_empty() {
                tick(part.range.marks().into());
            }
            return Ok(made);
        }
        let to: Vec<_> = missing
            .iter()
            .map(|(stream, _, path)| (*stream, path.as_path()))
            .collect();
        let written = streams::write(self.press, part.range, &to, tick)?;
        for ((_, name, _), written) in missing.into_iter().zip(written) {
            made.push(ListedFile::new(self.press, name, part.range, written));
        }
        Ok(made)
    }
}
