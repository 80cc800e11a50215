//! A bar of parts drawn on the server: whole pixels of a box 600 wide, colours as attributes (no inline style), and the words that
//! stand beside it. Colour is never the only signal: every part is named in the legend, and the figures stand in a table too.

/// Width of the box a bar is drawn in.
pub const WIDTH: i64 = 600;
/// A part that is not nothing is never drawn narrower.
const NARROWEST: i64 = 2;

/// One part as drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it begins.
    pub x: i64,
    /// How wide it is.
    pub width: i64,
    /// Its colour.
    pub fill: &'static str,
}

/// One line of the legend.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Legend {
    /// Colour of its swatch; none for a figure that is not a part.
    pub fill: &'static str,
    /// Name and figure.
    pub text: String,
}

/// A bar with its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bar {
    /// What it says, for whoever can't see it.
    pub said: String,
    /// Its parts from the left.
    pub parts: Vec<Part>,
    /// What the parts are.
    pub legend: Vec<Legend>,
}

impl Bar {
    /// Draws `(amount, colour)` from the left in proportion; amounts below zero count as nothing.
    pub fn new(said: String, amounts: &[(i64, &'static str)], legend: Vec<Legend>) -> Self {
        let total: i128 = amounts.iter().map(|(amount, _)| i128::from((*amount).max(0))).sum();
        let place = |sum: i128| i64::try_from(sum * i128::from(WIDTH) / total.max(1)).unwrap_or(WIDTH);
        let (mut sum, mut parts) = (0_i128, Vec::with_capacity(amounts.len()));
        for (amount, fill) in amounts.iter().filter(|(amount, _)| *amount > 0) {
            let x = place(sum);
            sum += i128::from(*amount);
            let width = (place(sum) - x).max(NARROWEST);
            parts.push(Part { x: x.min(WIDTH - NARROWEST), width, fill });
        }
        Self { said, parts, legend }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fill_the_box_and_none_is_lost() {
        let bar = |amounts: &[(i64, &'static str)]| {
            Bar::new(String::new(), amounts, Vec::new()).parts.into_iter().map(|p| (p.x, p.width)).collect::<Vec<_>>()
        };
        assert_eq!(bar(&[(1, "a"), (2, "b"), (3, "c")]), [(0, 100), (100, 200), (300, 300)]);
        assert_eq!(bar(&[(1, "a"), (1_000_000_000_000, "b")]), [(0, 2), (0, 600)]);
        assert_eq!(bar(&[(1_000_000_000_000, "a"), (1, "b")]), [(0, 599), (598, 2)]);
        assert_eq!(bar(&[(0, "a"), (-5, "b")]), []);
        assert_eq!(bar(&[(i64::MAX, "a"), (i64::MAX, "b")]), [(0, 300), (300, 300)]);
    }
}
