//! PDF, written page by page as the pages come: what is kept meanwhile is where each object begins, and nothing of the pages. The same
//! input gives the same bytes: no date, no identifier, no compression (a compressor's next version would change labels in print).
//!
//! Text is set in one embedded subset of letters, with a map back to characters, so that programs find the Chinese on the page.

mod canvas;

use std::io::{self, Write};

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Chunk, Finish, Name, Rect, Ref, Str, TextStr};

pub use self::canvas::{Canvas, points};
use super::font::Letters;

/// Pages under one node of the tree.
const FAN: usize = 200;
/// Name of the font in every page's resources.
const FONT: Name<'static> = Name(b"F");
/// Name of the font itself: six letters and a plus say that it is a subset.
const BASE_FONT: Name<'static> = Name(b"YANZHA+Chinese");
const SYSTEM: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A document that is being written.
#[derive(Debug)]
pub struct Document<W: Write> {
    out: W,
    written: u64,
    /// Where each object begins, by its number less one; 0 until it was written.
    offsets: Vec<u64>,
    catalog: Ref,
    tree: Ref,
    resources: Ref,
    font: Ref,
    title: Ref,
    drawings: Vec<Ref>,
    /// Nodes that are full, with their number of pages.
    nodes: Vec<(Ref, usize)>,
    node: Ref,
    pages: Vec<Ref>,
}

impl<W: Write> Document<W> {
    /// Begins a document with its font.
    ///
    /// # Errors
    /// The receiver's.
    pub fn begin(out: W, letters: &Letters, title: &str) -> io::Result<Self> {
        let mut numbers = (1..).map(Ref::new);
        let mut next = || numbers.next().unwrap_or(Ref::new(1));
        let (catalog, tree, resources, font, title_at, node) = (next(), next(), next(), next(), next(), next());
        let mut document = Self {
            out,
            written: 0,
            offsets: vec![0; 6],
            catalog,
            tree,
            resources,
            font,
            title: title_at,
            drawings: Vec::new(),
            nodes: Vec::new(),
            node,
            pages: Vec::new(),
        };
        document.raw(b"%PDF-1.7\n%\x80\x80\x80\x80\n")?;
        document.put(title_at, |chunk| {
            chunk.indirect(title_at).dict().pair(Name(b"Title"), TextStr(title)).pair(Name(b"Producer"), TextStr("yanzhao"));
        })?;
        document.font(letters)?;
        Ok(document)
    }
    fn next(&mut self) -> Ref {
        self.offsets.push(0);
        Ref::new(i32::try_from(self.offsets.len()).unwrap_or(i32::MAX))
    }
    fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.out.write_all(bytes)
    }
    /// Writes one object.
    fn put(&mut self, id: Ref, make: impl FnOnce(&mut Chunk)) -> io::Result<()> {
        let mut chunk = Chunk::new();
        make(&mut chunk);
        let at = usize::try_from(id.get()).unwrap_or(1) - 1;
        self.offsets[at] = self.written;
        self.raw(chunk.as_bytes())
    }
    fn font(&mut self, letters: &Letters) -> io::Result<()> {
        let (font, inner, descriptor, program, map) = (self.font, self.next(), self.next(), self.next(), self.next());
        self.put(font, |chunk| {
            chunk.type0_font(font).base_font(BASE_FONT).encoding_predefined(Name(b"Identity-H")).descendant_font(inner).to_unicode(map);
        })?;
        self.put(inner, |chunk| {
            let mut cid = chunk.cid_font(inner);
            cid.subtype(if letters.cubic { CidFontType::Type0 } else { CidFontType::Type2 });
            cid.base_font(BASE_FONT).system_info(SYSTEM).font_descriptor(descriptor).default_width(1000.0);
            if !letters.cubic {
                cid.cid_to_gid_map_predefined(Name(b"Identity"));
            }
            cid.widths().consecutive(0, letters.widths().iter().map(|width| whole(i64::from(*width))));
        })?;
        self.put(descriptor, |chunk| {
            let [left, bottom, right, top] = letters.bounds.map(|b| whole(i64::from(b)));
            let mut said = chunk.font_descriptor(descriptor);
            said.name(BASE_FONT).flags(FontFlags::SYMBOLIC).bbox(Rect::new(left, bottom, right, top)).italic_angle(0.0);
            said.ascent(whole(i64::from(letters.ascent))).descent(whole(i64::from(letters.descent)));
            said.cap_height(whole(i64::from(letters.ascent))).stem_v(80.0);
            if letters.cubic {
                said.font_file3(program);
            } else {
                said.font_file2(program);
            }
        })?;
        self.put(program, |chunk| {
            let bytes = letters.embedded();
            let mut stream = chunk.stream(program, bytes);
            if letters.cubic {
                stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
            } else {
                stream.pair(Name(b"Length1"), i32::try_from(bytes.len()).unwrap_or(i32::MAX));
            }
        })?;
        let mut back = UnicodeCmap::new(Name(b"Letters"), SYSTEM);
        let mut said: Vec<(u16, char)> = letters.set().glyphs.iter().map(|(c, glyph)| (*glyph, *c)).collect();
        said.sort_unstable();
        for (glyph, c) in said {
            back.pair(glyph, c);
        }
        let back = back.finish();
        self.put(map, |chunk| drop(chunk.stream(map, &back)))
    }
    /// Adds a drawing that pages use often; the answer is its name for [`Canvas::drawing`]. `drawn` has its own corner at the bottom left.
    ///
    /// # Errors
    /// The receiver's.
    pub fn drawing(&mut self, drawn: &Canvas<'_>) -> io::Result<usize> {
        let (id, resources) = (self.next(), self.resources);
        let (width, height) = drawn.size();
        self.put(id, |chunk| {
            let mut form = chunk.form_xobject(id, drawn.content());
            form.bbox(Rect::new(0.0, 0.0, points(width), points(height)));
            form.pair(Name(b"Resources"), resources);
        })?;
        self.drawings.push(id);
        Ok(self.drawings.len() - 1)
    }
    /// Writes a page.
    ///
    /// # Errors
    /// The receiver's.
    pub fn page(&mut self, drawn: &Canvas<'_>) -> io::Result<()> {
        if self.pages.len() == FAN {
            self.close_node()?;
            self.node = self.next();
        }
        let (id, content, node, resources) = (self.next(), self.next(), self.node, self.resources);
        let (width, height) = drawn.size();
        self.put(id, |chunk| {
            let mut page = chunk.page(id);
            page.parent(node).contents(content).media_box(Rect::new(0.0, 0.0, points(width), points(height)));
            page.pair(Name(b"Resources"), resources);
        })?;
        self.put(content, |chunk| drop(chunk.stream(content, drawn.content())))?;
        self.pages.push(id);
        Ok(())
    }
    fn close_node(&mut self) -> io::Result<()> {
        let (node, tree, pages) = (self.node, self.tree, std::mem::take(&mut self.pages));
        self.nodes.push((node, pages.len()));
        let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
        self.put(node, |chunk| chunk.pages(node).parent(tree).count(count).kids(pages).finish())
    }
    /// Ends the document: what it draws with, its tree of pages, and where everything is.
    ///
    /// # Errors
    /// The receiver's.
    pub fn finish(mut self) -> io::Result<W> {
        self.close_node()?;
        let (catalog, tree, resources, font, drawings) = (self.catalog, self.tree, self.resources, self.font, self.drawings.clone());
        self.put(resources, |chunk| {
            let mut said = chunk.indirect(resources).dict();
            said.insert(Name(b"Font")).dict().pair(FONT, font);
            let mut forms = said.insert(Name(b"XObject")).dict();
            for (n, id) in drawings.iter().enumerate() {
                forms.pair(Name(format!("D{n}").as_bytes()), *id);
            }
        })?;
        let nodes = std::mem::take(&mut self.nodes);
        let count = i32::try_from(nodes.iter().map(|(_, pages)| pages).sum::<usize>()).unwrap_or(i32::MAX);
        self.put(tree, |chunk| chunk.pages(tree).count(count).kids(nodes.into_iter().map(|(id, _)| id)).finish())?;
        self.put(catalog, |chunk| {
            chunk.indirect(catalog).dict().pair(Name(b"Type"), Name(b"Catalog")).pair(Name(b"Pages"), tree);
        })?;
        let start = self.written;
        write!(self.out, "xref\n0 {}\n0000000000 65535 f\r\n", self.offsets.len() + 1)?;
        for offset in &self.offsets {
            write!(self.out, "{offset:010} 00000 n\r\n")?;
        }
        let size = self.offsets.len() + 1;
        let (root, info) = (self.catalog.get(), self.title.get());
        write!(self.out, "trailer\n<</Size {size}/Root {root} 0 R/Info {info} 0 R>>\nstartxref\n{start}\n%%EOF\n")?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// A figure of a font for PDF.
#[expect(clippy::cast_precision_loss, reason = "figures of a font stay below 2^24")]
const fn whole(figure: i64) -> f32 {
    figure as f32
}
