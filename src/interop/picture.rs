//! Symbols read from photographs people take of their labels: decoded on the server, so that a phone needs nothing but its camera.

use image::imageops::FilterType;
use image::{DynamicImage, GrayImage};

use crate::files::{Incoming, Media, decoded};
use crate::kernel::{Failure, Outcome};

/// Longer sides that are tried, one after the other: noise of a large photograph goes away in a smaller one, small symbols need the larger.
const SIDES: [u32; 4] = [1_200, 2_000, 800, 3_200];

/// The texts of every symbol in a photograph, each once, in no order. Decoding takes a while: call it off the async threads.
///
/// # Errors
/// At the file's field: `file_too_large`, `file_kind_unfit`, `picture_unreadable`.
pub fn symbols(file: &Incoming) -> Outcome<Vec<String>> {
    let picture = decoded(file)?;
    let longer = picture.width().max(picture.height());
    let tried = |side: &u32| Some(read(&sized(&picture, longer, *side))).filter(|found| !found.is_empty());
    Ok(SIDES.iter().find_map(tried).unwrap_or_default())
}

/// The one symbol of a photograph.
///
/// # Errors
/// [`symbols`]' own; `photo_no_code`; `photo_many_codes` with how many.
pub fn symbol(file: &Incoming) -> Outcome<String> {
    let mut found = symbols(file)?;
    let pointer = format!("/{}", file.field);
    match found.len() {
        0 => Err(Failure::field(pointer, "photo_no_code").with("name", &file.name)),
        1 => Ok(found.remove(0)),
        n => Err(Failure::field(pointer, "photo_many_codes").with("name", &file.name).with("count", n)),
    }
}

/// Is it a picture at all, by its first bytes?
pub fn is_picture(file: &Incoming) -> bool {
    matches!(Media::of(&file.bytes), Some(Media::Jpeg | Media::Png | Media::Webp))
}

fn sized(picture: &DynamicImage, longer: u32, side: u32) -> GrayImage {
    if longer > side { picture.resize(side, side, FilterType::Triangle).to_luma8() } else { picture.to_luma8() }
}

fn read(grey: &GrayImage) -> Vec<String> {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let pixel = |x: usize, y: usize| grey.as_raw()[y * width + x];
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
    let mut found: Vec<String> = prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect();
    found.sort_unstable();
    found.dedup();
    found
}
