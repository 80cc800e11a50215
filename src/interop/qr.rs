//! The QR symbol of a code: upper case of the base URL, `/Q/`, the code, in alphanumeric mode at level M (ISO/IEC 18004).
//!
//! Upper case keeps the symbol small: 61 characters fit version 3 (29 × 29 modules), so a host of up to 30 characters
//! with https prints at 18.5 mm. Version 4 (33 × 33, 20.5 mm) takes hosts of up to 59; longer ones are refused, because
//! a label grows with its URL. Version 3 is used even where a smaller one would do, so that all labels have one size.

use fast_qr::{ECL, Mode, QRBuilder, Version};

use crate::kernel::{Failure, Outcome};
use crate::trace::{Code, code};

/// Modules of white that must surround a symbol.
pub const QUIET_ZONE: u32 = 4;
/// Width of one module on paper, in micrometres: 0.5 mm is four dots of a 203 dpi printer.
pub const MODULE_UM: u32 = 500;
/// What stands between base URL and code.
const PATH: &str = "/Q/";

/// The symbol sizes that are printed, all at level M.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QrVersion {
    /// Version 3: 29 × 29 modules.
    V3,
    /// Version 4: 33 × 33 modules.
    V4,
}

impl QrVersion {
    /// Its number in the standard.
    pub const fn number(self) -> u32 {
        match self {
            Self::V3 => 3,
            Self::V4 => 4,
        }
    }
    /// Modules per side without the quiet zone.
    pub const fn modules(self) -> u32 {
        17 + 4 * self.number()
    }
    /// Alphanumeric characters it holds at level M (ISO/IEC 18004, table 7).
    pub const fn capacity(self) -> usize {
        match self {
            Self::V3 => 61,
            Self::V4 => 90,
        }
    }
    /// Smallest side to print, quiet zone included, in micrometres.
    pub const fn smallest_um(self) -> u32 {
        (self.modules() + 2 * QUIET_ZONE) * MODULE_UM
    }
    const fn of_library(self) -> Version {
        match self {
            Self::V3 => Version::V03,
            Self::V4 => Version::V04,
        }
    }
}

/// Why a base URL can't be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlTrouble {
    /// It does not begin with `https://` or `http://`.
    #[error("a base URL begins with https:// or http://")]
    Scheme,
    /// Something else than a host name and perhaps a port follows. A path would lose its letter case in the symbol.
    #[error("a base URL is a scheme, a host name of letters, digits, dots and hyphens, and perhaps a port")]
    Host,
    /// The printed URL would have this many characters; version 4 holds 90.
    #[error("the printed URL would have {0} characters, 90 fit")]
    TooLong(usize),
}

/// Which version a base URL needs; longer than version 4 is refused. Ask before the base URL is set: paper stays.
pub fn version_needed(base_url: &str) -> Result<QrVersion, BaseUrlTrouble> {
    PrintedBase::new(base_url).map(|base| base.version)
}

/// A base URL as it is printed.
#[derive(Debug, Clone)]
pub struct PrintedBase {
    /// Upper case, up to and including `/Q/`.
    prefix: String,
    domain: String,
    version: QrVersion,
}

impl PrintedBase {
    /// Checks a base URL such as `https://gi.example.cn`; one slash at its end is ignored.
    pub fn new(base_url: &str) -> Result<Self, BaseUrlTrouble> {
        let (scheme, authority) = base_url.split_once("://").ok_or(BaseUrlTrouble::Scheme)?;
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        if !["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(BaseUrlTrouble::Scheme);
        }
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        let label_fits =
            |label: &str| !label.is_empty() && !label.starts_with('-') && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let port_fits = port.is_none_or(|p| p.bytes().all(|b| b.is_ascii_digit()) && p.parse::<u16>().is_ok());
        if !host.split('.').all(label_fits) || !port_fits {
            return Err(BaseUrlTrouble::Host);
        }
        let prefix = format!("{scheme}://{authority}{PATH}").to_ascii_uppercase();
        let length = prefix.len() + code::LENGTH;
        let version = [QrVersion::V3, QrVersion::V4].into_iter().find(|v| length <= v.capacity());
        let version = version.ok_or(BaseUrlTrouble::TooLong(length))?;
        Ok(Self { prefix, domain: authority.to_ascii_lowercase(), version })
    }
    /// The text of a code's symbol: what a camera opens.
    pub fn url(&self, code: &Code) -> String {
        format!("{}{code}", self.prefix)
    }
    /// What stands before the code in every symbol.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
    /// Host and port in lower case, as people read and type them.
    pub fn domain(&self) -> &str {
        &self.domain
    }
    /// The version of every symbol under this base URL.
    pub const fn version(&self) -> QrVersion {
        self.version
    }
    /// The symbol of a code.
    #[expect(clippy::expect_used, reason = "alphabet and length of the prefix were checked, and a code adds 20 of its own alphabet")]
    pub fn symbol(&self, code: &Code) -> Symbol {
        let mut builder = QRBuilder::new(self.url(code));
        builder.mode(Mode::Alphanumeric).ecl(ECL::M).version(self.version.of_library());
        let made = builder.build().expect("the text fits the version");
        let mut rows = [0; Symbol::MOST];
        for (y, row) in rows.iter_mut().enumerate().take(made.size) {
            *row = made[y].iter().rev().fold(0, |bits, module| (bits << 1) | u64::from(module.value()));
        }
        Symbol { modules: self.version.modules(), rows }
    }
}

/// A symbol of any text at level M, as the path of an SVG: how many modules per side, quiet zone included, and the dark ones.
///
/// # Errors
/// Ours if the text is too long for any symbol.
pub fn picture(text: &str) -> Outcome<(u32, String)> {
    use std::fmt::Write;
    let made = QRBuilder::new(text).ecl(ECL::M).build().map_err(|error| Failure::broken(format!("{error:?}")))?;
    let mut path = String::new();
    for y in 0..made.size {
        for x in (0..made.size).filter(|x| made[y][*x].value()) {
            // Writing to a String can't fail.
            let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET_ZONE as usize, y + QUIET_ZONE as usize);
        }
    }
    let modules = u32::try_from(made.size).map_err(Failure::broken)?;
    Ok((modules + 2 * QUIET_ZONE, path))
}

/// The modules of a symbol, without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    modules: u32,
    /// One word per row from the top; bit 0 is the leftmost module.
    rows: [u64; Self::MOST],
}

impl Symbol {
    /// Rows of the largest symbol printed.
    const MOST: usize = QrVersion::V4.modules() as usize;

    /// Modules per side.
    pub const fn modules(&self) -> u32 {
        self.modules
    }
    /// Rows from the top; bit 0 is the leftmost module, 1 is dark.
    pub fn rows(&self) -> &[u64] {
        &self.rows[..self.modules as usize]
    }
}

/// A short text as a drawing: modules per side with the quiet zone, and the dark ones as an SVG path. For addresses on forms and slips, which
/// are not codes on labels. `None` if it is too long.
pub fn drawn(text: &str) -> Option<(usize, String)> {
    use std::fmt::Write;
    let made = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let zone = QUIET_ZONE as usize;
    let mut path = String::new();
    for y in 0..made.size {
        let mut x = 0;
        while x < made.size {
            let length = (x..made.size).take_while(|at| made[y][*at].value()).count();
            if length > 0 {
                // Writing to a String can't fail.
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + zone, y + zone);
            }
            x += length.max(1);
        }
    }
    Some((made.size + 2 * zone, path))
}

#[cfg(test)]
mod tests {
    use qrcode::bits::Bits;
    use qrcode::canvas::{Canvas, MaskPattern};
    use qrcode::types::Color;
    use qrcode::{EcLevel, Version as OtherVersion};

    use super::*;
    use crate::trace::{CodeCipher, Locator, Suite};

    fn cipher() -> CodeCipher {
        CodeCipher::new(&[9; 32], Suite::Ff1Aes256, Locator::new(77).unwrap())
    }

    /// The same text by another encoder, one alphanumeric segment, with each of the eight masks.
    fn by_the_other_encoder(text: &str, version: QrVersion) -> Vec<Vec<u64>> {
        let version = OtherVersion::Normal(i16::try_from(version.number()).unwrap());
        let mut bits = Bits::new(version);
        bits.push_alphanumeric_data(text.as_bytes()).unwrap();
        bits.push_terminator(EcLevel::M).unwrap();
        let (data, correction) = qrcode::ec::construct_codewords(&bits.into_bytes(), version, EcLevel::M).unwrap();
        let masks = [
            MaskPattern::Checkerboard,
            MaskPattern::HorizontalLines,
            MaskPattern::VerticalLines,
            MaskPattern::DiagonalLines,
            MaskPattern::LargeCheckerboard,
            MaskPattern::Fields,
            MaskPattern::Diamonds,
            MaskPattern::Meadow,
        ];
        let width = usize::try_from(version.width()).unwrap();
        masks
            .into_iter()
            .map(|mask| {
                let mut canvas = Canvas::new(version, EcLevel::M);
                canvas.draw_all_functional_patterns();
                canvas.draw_data(&data, &correction);
                canvas.apply_mask(mask);
                let colors = canvas.into_colors();
                colors.chunks(width).map(|row| row.iter().rev().fold(0, |bits, c| (bits << 1) | u64::from(*c == Color::Dark))).collect()
            })
            .collect()
    }

    #[test]
    fn symbols_are_those_of_another_encoder() {
        let hosts = ["https://gi.hebei-demo.cn", "http://192.168.1.7:8080", "https://a.cn", "https://a-rather-long-name.gi.example.gov.cn"];
        for (n, host) in hosts.into_iter().enumerate() {
            let base = PrintedBase::new(host).unwrap();
            assert_eq!(base.version(), if n == 3 { QrVersion::V4 } else { QrVersion::V3 }, "{host}");
            for index in 0..25 {
                let code = cipher().code(index);
                let symbol = base.symbol(&code);
                assert_eq!(symbol.modules(), base.version().modules());
                let all = by_the_other_encoder(&base.url(&code), base.version());
                assert_eq!(all.iter().filter(|other| other.as_slice() == symbol.rows()).count(), 1, "{host} {code}");
            }
        }
    }

    #[test]
    fn the_printed_url_is_upper_case_and_the_domain_as_people_read_it() {
        let base = PrintedBase::new("https://Gi.Example.cn:8443/").unwrap();
        let code = cipher().code(0);
        assert_eq!(base.url(&code), format!("HTTPS://GI.EXAMPLE.CN:8443/Q/{code}"));
        assert_eq!(base.domain(), "gi.example.cn:8443");
        assert_eq!(base.version().smallest_um(), 18_500);
        assert_eq!(QrVersion::V4.smallest_um(), 20_500);
    }

    #[test]
    fn a_host_of_30_characters_fits_version_3_and_one_of_59_version_4() {
        let host = |length: usize| format!("https://{}.gov.cn", "a".repeat(length - 7));
        assert_eq!(version_needed(&host(30)), Ok(QrVersion::V3));
        assert_eq!(version_needed(&host(31)), Ok(QrVersion::V4));
        assert_eq!(version_needed(&host(59)), Ok(QrVersion::V4));
        assert_eq!(version_needed(&host(60)), Err(BaseUrlTrouble::TooLong(91)));
        for length in [30, 31, 59] {
            PrintedBase::new(&host(length)).unwrap().symbol(&cipher().code(1));
        }
    }

    #[test]
    fn a_drawing_has_its_modules_and_a_quiet_zone() {
        let (side, path) = drawn("https://gi.example.cn/g/0123456789ABCDEF").unwrap();
        assert!((33..=45).contains(&side), "{side}");
        assert!(path.starts_with("M4 4h7v1h-7z"), "the finder pattern stands in the corner: {}", &path[..20]);
        assert_eq!(drawn(&"x".repeat(5000)), None);
    }

    #[test]
    fn what_can_not_be_printed_is_refused() {
        for (url, why) in [
            ("gi.example.cn", BaseUrlTrouble::Scheme),
            ("ftp://gi.example.cn", BaseUrlTrouble::Scheme),
            ("https://", BaseUrlTrouble::Host),
            ("https://gi.example.cn/trace", BaseUrlTrouble::Host),
            ("https://gi.example.cn//", BaseUrlTrouble::Host),
            ("https://gi_1.example.cn", BaseUrlTrouble::Host),
            ("https://user@gi.example.cn", BaseUrlTrouble::Host),
            ("https://[::1]", BaseUrlTrouble::Host),
            ("https://燕赵.cn", BaseUrlTrouble::Host),
            ("https://gi..cn", BaseUrlTrouble::Host),
            ("https://gi.cn:99999", BaseUrlTrouble::Host),
            ("https://gi.cn:", BaseUrlTrouble::Host),
            ("https://gi.cn:+80", BaseUrlTrouble::Host),
            ("https://gi.cn?x", BaseUrlTrouble::Host),
        ] {
            assert_eq!(version_needed(url), Err(why), "{url}");
        }
    }
}
