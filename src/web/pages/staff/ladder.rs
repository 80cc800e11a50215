//! Figures under each other as bars of one scale, so that each can be seen against the one before. Drawn on the server; every bar has its
//! figure in words beside it, and what is not known has no bar at all.

use super::chart::WIDTH;

/// One figure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rung {
    /// What it is.
    pub label: String,
    /// The figure in words, or why it is not known.
    pub text: String,
    /// Where the solid part ends; `None` draws nothing.
    pub least: Option<i64>,
    /// Where the pale part ends.
    pub most: i64,
    /// `ok`, `amber` or `red`, for the words beside it; empty for an ordinary figure, `soft` for one not known.
    pub class: &'static str,
}

/// Figures of one scale.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ladder {
    /// What it shows, for whoever can't see it.
    pub said: String,
    /// Its figures.
    pub rungs: Vec<Rung>,
}

/// A figure to draw: label, words, least and most, class.
pub type Drawn = (String, String, Option<(i64, i64)>, &'static str);

impl Ladder {
    /// Draws `(label, words, least and most, class)`, the greatest as wide as the box.
    pub fn new(said: String, figures: Vec<Drawn>) -> Self {
        let greatest = figures.iter().filter_map(|(_, _, ends, _)| ends.map(|(_, most)| most)).max().unwrap_or(0).max(1);
        let wide = |amount: i64| {
            let part = i128::from(amount.max(0)) * i128::from(WIDTH) / i128::from(greatest);
            // What is not nothing is seen.
            i64::try_from(part).unwrap_or(WIDTH).max(if amount > 0 { 2 } else { 0 })
        };
        let rung = |(label, text, ends, class): Drawn| Rung {
            label,
            text,
            least: ends.map(|(least, _)| wide(least)),
            most: ends.map_or(0, |(_, most)| wide(most)),
            class,
        };
        Self { said, rungs: figures.into_iter().map(rung).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_fills_the_box_and_the_unknown_has_no_bar() {
        let figure = |ends| (String::new(), String::new(), ends, "");
        let drawn =
            Ladder::new(String::new(), vec![figure(Some((50, 100))), figure(Some((25, 25))), figure(Some((1, 100_000))), figure(None)]);
        assert_eq!(
            drawn.rungs.iter().map(|r| (r.least, r.most)).collect::<Vec<_>>(),
            [(Some(2), 2), (Some(2), 2), (Some(2), 600), (None, 0)]
        );
        let nothing = Ladder::new(String::new(), vec![figure(Some((0, 0)))]);
        assert_eq!(nothing.rungs[0].least, Some(0));
    }
}
