//! What a file is, told by its own first bytes and never by its name.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::MOST_BYTES;
use crate::kernel::{Failure, text};

/// The longer side of a copy for pages, in pixels.
const VIEW_SIDE: u32 = 1600;
/// JPEG quality of a copy for pages.
const VIEW_QUALITY: u8 = 80;
/// The most pixels along one side of a picture.
const MOST_SIDE: u32 = 16_384;
/// The most bytes a picture may take while it is decoded.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// What may be uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// A photograph.
    Jpeg,
    /// A screenshot or drawing.
    Png,
    /// A photograph from some phones.
    Webp,
    /// A report.
    Pdf,
}

impl Media {
    /// Reads the first bytes.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => None,
        }
    }
    /// The media type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
        }
    }
    fn format(self) -> Option<ImageFormat> {
        match self {
            Self::Jpeg => Some(ImageFormat::Jpeg),
            Self::Png => Some(ImageFormat::Png),
            Self::Webp => Some(ImageFormat::WebP),
            Self::Pdf => None,
        }
    }
}

/// A file as it came in with a form.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The form's field.
    pub field: String,
    /// Its name where it came from: for people, never a path.
    pub name: String,
    /// Its bytes, unchanged.
    pub bytes: Vec<u8>,
}

impl Incoming {
    /// A file of a form; of its name only the last part stays, cleaned and bounded.
    pub fn new(field: &str, name: &str, bytes: Vec<u8>) -> Self {
        let last = name.rsplit(['/', '\\']).next().unwrap_or("");
        let name: String = text::clean(last).chars().take(120).collect();
        Self { field: field.to_owned(), name: if name.is_empty() { "file".to_owned() } else { name }, bytes }
    }

    /// What it is, and the copy for pages if it is a picture. Decoding takes a while: call it off the async threads.
    ///
    /// # Errors
    /// At `/{field}`: `file_too_large`, `file_kind_unfit`, `picture_unreadable`.
    pub fn understood(&self) -> Result<(Media, Option<Vec<u8>>), Failure> {
        let pointer = format!("/{}", self.field);
        if self.bytes.len() > MOST_BYTES {
            return Err(Failure::field(pointer, "file_too_large").with("name", &self.name).with("most_mb", MOST_BYTES / 1024 / 1024));
        }
        let Some(media) = Media::of(&self.bytes) else { return Err(Failure::field(pointer, "file_kind_unfit").with("name", &self.name)) };
        let Some(format) = media.format() else { return Ok((media, None)) };
        let copy = view(&self.bytes, format).ok_or_else(|| Failure::field(pointer, "picture_unreadable").with("name", &self.name))?;
        Ok((media, Some(copy)))
    }
}

/// Decodes a picture within the limits, turned upright.
///
/// # Errors
/// Nothing is returned for one that can't be read or is too large to be.
pub fn decode(bytes: &[u8], format: ImageFormat) -> Option<DynamicImage> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let turned = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(turned);
    Some(picture)
}

/// A picture somebody sent, decoded within the limits and turned upright. Decoding takes a while: call it off the async threads.
///
/// # Errors
/// At `/{field}`: `file_too_large`, `file_kind_unfit` (also for what is no picture), `picture_unreadable`.
pub fn decoded(file: &Incoming) -> Result<DynamicImage, Failure> {
    let pointer = format!("/{}", file.field);
    if file.bytes.len() > MOST_BYTES {
        return Err(Failure::field(pointer, "file_too_large").with("name", &file.name).with("most_mb", MOST_BYTES / 1024 / 1024));
    }
    let format = Media::of(&file.bytes).and_then(Media::format);
    let format = format.ok_or_else(|| Failure::field(&pointer, "file_kind_unfit").with("name", &file.name))?;
    decode(&file.bytes, format).ok_or_else(|| Failure::field(pointer, "picture_unreadable").with("name", &file.name))
}

/// A picture made no larger than `side` pixels and encoded anew, under its own name: nothing but the picture is left to be kept. Decoding
/// takes a while: call it off the async threads.
///
/// # Errors
/// As [`decoded`].
pub fn reduced(file: &Incoming, side: u32) -> Result<Incoming, Failure> {
    let picture = decoded(file)?;
    let small = if picture.width().max(picture.height()) > side { picture.thumbnail(side, side) } else { picture };
    let mut bytes = Vec::new();
    let written = small.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, VIEW_QUALITY));
    written.map_err(|_| Failure::field(format!("/{}", file.field), "picture_unreadable").with("name", &file.name))?;
    Ok(Incoming { field: file.field.clone(), name: file.name.clone(), bytes })
}

fn view(bytes: &[u8], format: ImageFormat) -> Option<Vec<u8>> {
    let picture = decode(bytes, format)?;
    let small = if picture.width().max(picture.height()) > VIEW_SIDE { picture.thumbnail(VIEW_SIDE, VIEW_SIDE) } else { picture };
    let mut copy = Vec::new();
    small.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut copy, VIEW_QUALITY)).ok()?;
    Some(copy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbImage;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::new(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_gets_a_small_copy_without_what_was_hidden_in_it() {
        let mut bytes = png(2000, 500);
        bytes.extend_from_slice(b"38.04 N 114.51 E");
        let (media, copy) = Incoming::new("photo", "C:\\照片\\园.png", bytes).understood().unwrap();
        let copy = copy.unwrap();
        assert_eq!(media, Media::Png);
        let shown = decode(&copy, ImageFormat::Jpeg).unwrap();
        assert_eq!((shown.width(), shown.height()), (1600, 400));
        assert!(!copy.windows(5).any(|w| w == b"38.04"));
    }

    #[test]
    fn a_reduced_picture_is_all_that_is_left() {
        let mut bytes = png(2000, 500);
        bytes.extend_from_slice(b"38.04 N 114.51 E");
        let small = reduced(&Incoming::new("photo", "园.png", bytes), 800).unwrap();
        let shown = decode(&small.bytes, ImageFormat::Jpeg).unwrap();
        assert_eq!((shown.width(), shown.height(), small.name.as_str()), (800, 200, "园.png"));
        assert!(!small.bytes.windows(5).any(|w| w == b"38.04"));
        assert!(reduced(&Incoming::new("photo", "a.pdf", b"%PDF-1.7".to_vec()), 800).unwrap_err().says("file_kind_unfit"));
    }

    #[test]
    fn what_is_no_picture_is_refused_whatever_its_name() {
        let said = |name: &str, bytes: &[u8]| Incoming::new("photo", name, bytes.to_vec()).understood().unwrap_err();
        assert!(said("a.png", b"<svg onload=alert(1)>").says("file_kind_unfit"));
        assert!(said("a.png", &png(4, 4)[..40]).says("picture_unreadable"));
        assert!(said("a.jpg", &vec![0; MOST_BYTES + 1]).says("file_too_large"));
        assert_eq!(Incoming::new("photo", "../../etc/passwd", Vec::new()).name, "passwd");
    }
}
