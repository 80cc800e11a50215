//! The Chinese font labels and documents are set in. It is found on the machine (setting `font`, else where Debian puts its fonts) and only
//! the letters that are needed are taken out of it: [`Letters`] is that subset, small enough to be kept with an order so that its labels
//! come out the same when the machine's font has long been another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, GlyphId, MetadataProvider, Tag};
use subsetter::{GlyphRemapper, subset};

use crate::kernel::{Failure, Outcome};

/// Where Debian puts Chinese fonts, the smallest first, with the package of each.
const KNOWN: [(&str, u32, &str); 5] = [
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0, "fonts-wqy-microhei"),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0, "fonts-wqy-zenhei"),
    // The third of the collection is Simplified Chinese.
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2, "fonts-noto-cjk"),
    ("/usr/share/fonts/truetype/arphic/uming.ttc", 0, "fonts-arphic-uming"),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0, "fonts-droid-fallback"),
];
/// What the refusal asks to be installed.
const PACKAGE: &str = "fonts-wqy-microhei";

/// A font of the machine.
#[derive(Debug)]
pub struct Font {
    bytes: Vec<u8>,
    index: u32,
}

impl Font {
    /// Reads the font of the settings, or the first of Debian's there is. It reads some megabytes: call it off the async threads.
    ///
    /// # Errors
    /// `font_missing` with the package to install; `font_unfit` if the file is no font or may not be embedded.
    pub fn find(setting: &Path, index: u32) -> Outcome<Self> {
        let missing = || Failure::conflict("font_missing").with("package", PACKAGE);
        let (path, index) = if setting.as_os_str().is_empty() {
            let known = KNOWN.iter().find(|(path, ..)| Path::new(path).is_file()).ok_or_else(missing)?;
            (PathBuf::from(known.0), known.1)
        } else {
            (setting.to_path_buf(), index)
        };
        let bytes = std::fs::read(&path).map_err(|_| missing().with("path", path.display()))?;
        let font = Self { bytes, index };
        font.face()?;
        Ok(font)
    }
    fn face(&self) -> Outcome<FontRef<'_>> {
        FontRef::from_index(&self.bytes, self.index).map_err(|_| Failure::conflict("font_unfit").with("index", self.index))
    }
    /// The letters of these texts.
    ///
    /// # Errors
    /// `font_lacks` with the characters it has no drawing of; `font_unfit`.
    pub fn letters<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Outcome<Letters> {
        let wanted: BTreeSet<char> = texts.into_iter().flat_map(str::chars).filter(|c| !c.is_control()).collect();
        let face = self.face()?;
        let (charmap, mut chosen) = (face.charmap(), GlyphRemapper::new());
        let (mut glyphs, mut lacking) = (BTreeMap::new(), String::new());
        for c in wanted {
            let found = charmap.map(c).and_then(|glyph| u16::try_from(glyph.to_u32()).ok()).filter(|glyph| *glyph != 0);
            match found {
                Some(glyph) => drop(glyphs.insert(c, chosen.remap(glyph))),
                None => lacking.push(c),
            }
        }
        if !lacking.is_empty() {
            return Err(Failure::conflict("font_lacks").with("characters", lacking));
        }
        let program = subset(&self.bytes, self.index, &chosen).map_err(|_| Failure::conflict("font_unfit").with("index", self.index))?;
        Letters::new(LetterSet { glyphs, program })
    }
}

/// The letters of a set as they are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterSet {
    /// Number of each character's drawing.
    pub glyphs: BTreeMap<char, u16>,
    /// The font program that holds them and nothing else.
    #[serde(skip)]
    pub program: Vec<u8>,
}

/// A set of letters ready to be measured, embedded and drawn. Lengths are in thousandths of the letters' size.
#[derive(Debug, Clone)]
pub struct Letters {
    set: LetterSet,
    widths: Vec<u32>,
    /// Top of the letters above the line.
    pub ascent: i32,
    /// Foot of the letters, below the line and so negative.
    pub descent: i32,
    /// Left, bottom, right, top of the largest drawing.
    pub bounds: [i32; 4],
    /// Its drawings are cubic (CFF), not quadratic (TrueType).
    pub cubic: bool,
}

impl Letters {
    /// Reads a kept set.
    ///
    /// # Errors
    /// Ours if it is no font.
    pub fn new(set: LetterSet) -> Outcome<Self> {
        let face = FontRef::new(&set.program).map_err(Failure::broken)?;
        let head = face.head().map_err(Failure::broken)?;
        let per_em = i32::from(head.units_per_em()).max(1);
        let scaled = |units: i32| units * 1000 / per_em;
        let metrics = face.glyph_metrics(Size::unscaled(), LocationRef::default());
        let width = |glyph: u16| metrics.advance_width(GlyphId::from(glyph)).unwrap_or(0.0);
        let count = set.glyphs.values().copied().max().unwrap_or(0);
        #[expect(clippy::cast_possible_truncation, reason = "advance widths are 16-bit figures")]
        let widths = (0..=count).map(|glyph| u32::try_from(scaled(width(glyph) as i32)).unwrap_or(0)).collect();
        let hhea = face.hhea().map_err(Failure::broken)?;
        Ok(Self {
            widths,
            ascent: scaled(i32::from(hhea.ascender().to_i16())),
            descent: scaled(i32::from(hhea.descender().to_i16())),
            bounds: [head.x_min(), head.y_min(), head.x_max(), head.y_max()].map(|units| scaled(i32::from(units))),
            cubic: face.table_data(Tag::new(b"CFF ")).is_some(),
            set,
        })
    }
    /// As it is kept.
    pub fn set(&self) -> &LetterSet {
        &self.set
    }
    /// The drawing of a character; the empty one if it is not in the set.
    pub fn glyph(&self, c: char) -> u16 {
        self.set.glyphs.get(&c).copied().unwrap_or(0)
    }
    /// Width of a character.
    pub fn width(&self, c: char) -> u32 {
        self.widths.get(usize::from(self.glyph(c))).copied().unwrap_or(0)
    }
    /// Width of a text.
    pub fn width_of(&self, text: &str) -> u32 {
        text.chars().map(|c| self.width(c)).sum()
    }
    /// Widths by number of the drawing, from 0.
    pub fn widths(&self) -> &[u32] {
        &self.widths
    }
    /// What is embedded in a PDF: the whole program, or its CFF table alone.
    pub fn embedded(&self) -> &[u8] {
        let table = FontRef::new(&self.set.program).ok().and_then(|face| face.table_data(Tag::new(b"CFF ")));
        table.map_or(&self.set.program, |table| {
            let start = table.as_bytes().as_ptr().addr().wrapping_sub(self.set.program.as_ptr().addr());
            self.set.program.get(start..start + table.len()).unwrap_or(&self.set.program)
        })
    }
    /// The face, for drawing.
    ///
    /// # Errors
    /// Ours: it was read before.
    pub fn face(&self) -> Outcome<FontRef<'_>> {
        FontRef::new(&self.set.program).map_err(Failure::broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debians_font_is_found_and_only_the_letters_asked_for_are_taken() {
        let font = Font::find(Path::new(""), 0).unwrap();
        let letters = font.letters(["赵县雪花梨", "0123456789"]).unwrap();
        assert!(letters.set().program.len() < 60_000, "{}", letters.set().program.len());
        assert_eq!((letters.width('赵'), letters.glyph('王')), (1000, 0));
        assert!((400..700).contains(&letters.width('8')), "{}", letters.width('8'));
        let kept: LetterSet = serde_json::from_str(&serde_json::to_string(letters.set()).unwrap()).unwrap();
        let again = Letters::new(LetterSet { program: letters.set().program.clone(), ..kept }).unwrap();
        assert_eq!(again.width_of("赵县 8"), letters.width_of("赵县 8"));
        assert_eq!(font.letters(["赵县雪花梨", "0123456789"]).unwrap().set(), letters.set());
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = Font::find(Path::new("/nowhere/font.ttc"), 0).unwrap_err();
        assert!(missing.says("font_missing") && missing.params.iter().any(|(_, value)| value == "fonts-wqy-microhei"));
        let lacks = Font::find(Path::new(""), 0).unwrap().letters(["梨\u{10ffff}"]).unwrap_err();
        assert!(lacks.says("font_lacks"), "{lacks:?}");
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(Font::find(file.path(), 0).unwrap_err().says("font_unfit"));
    }
}
