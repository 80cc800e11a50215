//! The label as PNG: 1 bit per pixel, four pixels per module, 203.2 dpi stated in the file, so that a thermal printer
//! prints it dot by dot. Letters are the monospaced ASCII fonts of `embedded-graphics`; lines that are not plain
//! ASCII are left out. Up filter and fast compression: at this size speed counts for more than a few bytes.

use std::convert::Infallible;
use std::io::Cursor;

use embedded_graphics::mono_font::ascii::{FONT_9X18, FONT_10X20};
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{DrawTarget, Drawable, OriginDimensions, Pixel, Point, Size};
use embedded_graphics::text::{Baseline, Text};
use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, Unit};

use super::{COLUMN, Line, halves, lines, square, wrap};
use crate::interop::qr::{PrintedBase, QUIET_ZONE, Symbol};
use crate::trace::{Code, LabelText};

/// Pixels per module.
const DOTS: u32 = 4;
/// Pixels per metre: four to half a millimetre.
const PER_METRE: u32 = 8_000;
/// 2.25 mm high, 6.4 pt.
const WORD_FONT: &MonoFont<'static> = &FONT_9X18;
/// 2.5 mm high, 7.1 pt.
const CODE_FONT: &MonoFont<'static> = &FONT_10X20;

/// Makes the PNG labels of one order.
#[derive(Debug, Clone)]
pub struct PngLabels {
    base: PrintedBase,
    /// All that is the same on every label.
    blank: Bitmap,
    /// Tops of the two lines of the code, in pixels.
    tops: [u32; 2],
    /// Top of the symbol, quiet zone not included, in pixels.
    top: u32,
}

impl PngLabels {
    /// Prepares what is the same on every label.
    pub fn new(base: PrintedBase, words: &LabelText) -> Self {
        let most = COLUMN * DOTS / WORD_FONT.character_size.width;
        let broken = |line: &str| if is_plain(line) { wrap(line, most, |_| 1) } else { Vec::new() };
        let mut column: Vec<Line> = words.mark.iter().flat_map(|mark| broken(mark)).map(Line::Words).collect();
        column.extend(lines(&base, words, broken));
        let line_height = |line: &Line| match line {
            Line::Words(_) => WORD_FONT.character_size.height,
            Line::Code(_) => CODE_FONT.character_size.height,
        };
        let side = square(&base) * DOTS;
        let text_height: u32 = column.iter().map(line_height).sum();
        let height = side.max(text_height + DOTS);
        let mut blank = Bitmap::white(side + COLUMN * DOTS, height);
        let mut tops = [0; 2];
        let mut top = (height - text_height) / 2;
        for line in &column {
            match line {
                Line::Words(words) => blank.write(words, WORD_FONT, side, top),
                Line::Code(half) => tops[*half] = top,
            }
            top += line_height(line);
        }
        Self { base, blank, tops, top: (height - side) / 2 + QUIET_ZONE * DOTS }
    }
    /// The label of a code.
    #[expect(clippy::expect_used, reason = "an image of fixed, small size written to memory")]
    pub fn label(&self, code: &Code) -> Vec<u8> {
        let mut image = self.blank.clone();
        for (half, top) in halves(code).iter().zip(self.tops) {
            image.write(half, CODE_FONT, square(&self.base) * DOTS, top);
        }
        image.stamp(&self.base.symbol(code), self.top);
        image.encode().expect("a small image is encoded in memory")
    }
}

/// Can the built-in letters show it?
fn is_plain(line: &str) -> bool {
    line.bytes().all(|b| matches!(b, b' '..=b'~'))
}

/// An image of 1 bit per pixel, 1 is white, rows padded to whole bytes: what a PNG of grey level 1 bit holds.
#[derive(Debug, Clone)]
struct Bitmap {
    width: u32,
    height: u32,
    stride: usize,
    bits: Vec<u8>,
}

impl Bitmap {
    fn white(width: u32, height: u32) -> Self {
        let stride = width.div_ceil(8) as usize;
        Self { width, height, stride, bits: vec![0xff; stride * height as usize] }
    }
    fn write(&mut self, text: &str, font: &MonoFont<'_>, left: u32, top: u32) {
        let at = Point::new(i32::try_from(left).unwrap_or(i32::MAX), i32::try_from(top).unwrap_or(i32::MAX));
        let style = MonoTextStyle::new(font, BinaryColor::On);
        let Ok(_) = Text::with_baseline(text, at, style, Baseline::Top).draw(self);
    }
    /// Puts the symbol at the left edge, after its quiet zone: each module is half a byte, its row is copied [`DOTS`] times.
    fn stamp(&mut self, symbol: &Symbol, top: u32) {
        const { assert!(DOTS == 4 && (QUIET_ZONE * DOTS).is_multiple_of(8), "modules start on bytes and halves of bytes") };
        let left = (QUIET_ZONE * DOTS / 8) as usize;
        let mut start = top as usize * self.stride + left;
        for &row in symbol.rows() {
            let first = start;
            for module in 0..symbol.modules() as usize {
                if (row >> module) & 1 == 1 {
                    self.bits[first + module / 2] &= if module % 2 == 0 { 0x0f } else { 0xf0 };
                }
            }
            let length = (symbol.modules() as usize).div_ceil(2);
            for _ in 1..DOTS {
                start += self.stride;
                self.bits.copy_within(first..first + length, start);
            }
            start += self.stride;
        }
    }
    fn encode(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut out = Vec::with_capacity(4_096);
        let mut encoder = Encoder::new(Cursor::new(&mut out), self.width, self.height);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::One);
        encoder.set_compression(Compression::Fast);
        encoder.set_filter(Filter::Up);
        encoder.set_pixel_dims(Some(PixelDimensions { xppu: PER_METRE, yppu: PER_METRE, unit: Unit::Meter }));
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.bits)?;
        writer.finish()?;
        Ok(out)
    }
}

impl OriginDimensions for Bitmap {
    fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }
}

impl DrawTarget for Bitmap {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(at, color) in pixels {
            let (Ok(x), Ok(y)) = (u32::try_from(at.x), u32::try_from(at.y)) else { continue };
            if x < self.width && y < self.height && color.is_on() {
                self.bits[y as usize * self.stride + x as usize / 8] &= !(0x80 >> (x % 8));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{CodeCipher, CodeKind, Locator, Suite};

    fn code(index: u32) -> Code {
        CodeCipher::new(&[5; 32], Suite::Ff1Aes256, Locator::new(1).unwrap()).code(index)
    }
    fn base() -> PrintedBase {
        PrintedBase::new("https://gi.hebei.gov.cn").unwrap()
    }
    /// Is the pixel black?
    fn black(image: &Bitmap, x: u32, y: u32) -> bool {
        image.bits[y as usize * image.stride + x as usize / 8] & (0x80 >> (x % 8)) == 0
    }
    fn read(png: &[u8]) -> Bitmap {
        let mut decoder = png::Decoder::new(Cursor::new(png));
        decoder.set_transformations(png::Transformations::IDENTITY);
        let mut reader = decoder.read_info().unwrap();
        let info = reader.info();
        assert_eq!((info.color_type, info.bit_depth), (ColorType::Grayscale, BitDepth::One));
        assert_eq!(info.pixel_dims.map(|d| (d.xppu, d.yppu)), Some((PER_METRE, PER_METRE)));
        let mut image = Bitmap::white(info.width, info.height);
        reader.next_frame(&mut image.bits).unwrap();
        image
    }

    #[test]
    fn the_symbol_stands_in_its_quiet_zone() {
        for words in [LabelText::default(), LabelText::new(CodeKind::Sample, Some("x"), "en")] {
            let image = read(&PngLabels::new(base(), &words).label(&code(9)));
            let symbol = base().symbol(&code(9));
            let top = (image.height - 148) / 2;
            for y in 0..148 {
                for x in 0..148 {
                    let module = |p: u32| (p / DOTS).checked_sub(QUIET_ZONE).filter(|m| *m < symbol.modules());
                    let dark = module(x).zip(module(y)).is_some_and(|(mx, my)| (symbol.rows()[my as usize] >> mx) & 1 == 1);
                    assert_eq!(black(&image, x, y + top), dark, "{x} {y}");
                }
            }
        }
    }

    #[test]
    fn words_are_drawn_inside_the_column_and_chinese_is_left_out() {
        let plain = PngLabels::new(base(), &LabelText::default());
        assert_eq!((plain.blank.width, plain.blank.height), (300, 148));
        let chinese = PngLabels::new(base(), &LabelText { above: vec!["晋州鸭梨".into()], ..LabelText::default() });
        assert_eq!(chinese.label(&code(1)), plain.label(&code(1)));
        let sample = PngLabels::new(base(), &LabelText::new(CodeKind::Sample, Some("晋州鸭梨"), "zh-CN"));
        assert_ne!(sample.label(&code(1)), plain.label(&code(1)));
        for image in [read(&plain.label(&code(1))), read(&sample.label(&code(1)))] {
            let ink = (0..image.height).flat_map(|y| (149..image.width).map(move |x| (x, y))).filter(|&(x, y)| black(&image, x, y));
            let (mut right, mut count) = (0, 0);
            for (x, _) in ink {
                right = right.max(x);
                count += 1;
            }
            assert!(right < image.width - 2 && count > 500, "{right} {count}");
        }
    }

    #[test]
    fn two_codes_differ_in_letters_as_well() {
        let labels = PngLabels::new(base(), &LabelText::default());
        let (a, b) = (read(&labels.label(&code(1))), read(&labels.label(&code(2))));
        assert!((150..300).any(|x| (0..148).any(|y| black(&a, x, y) != black(&b, x, y))));
    }
}
