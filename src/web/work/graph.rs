//! The line of a batch drawn on the server: boxes in columns from left to right, joined by curves. Whole pixels, colours as attributes (no
//! inline style), every box says what it is in words and leads to its page. The same stands in tables below it.

/// Width and height of a box; high enough for a finger.
pub(super) const BOX: (i64, i64) = (156, 56);
const GAP: (i64, i64) = (52, 14);
const MARGIN: i64 = 8;
const HEAD: i64 = 28;
/// Boxes drawn in one column; the rest is said by number and stands in the tables.
const MOST: usize = 12;
/// Between curves that pass below the boxes, and how many find room of their own.
const LANE: i64 = 8;
const MOST_LANES: i64 = 12;
/// Half-width characters that fit into a box.
const FITS: usize = 19;

/// A box to be drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Node {
    /// Its id; edges name it.
    pub id: String,
    /// From the left.
    pub column: usize,
    /// First line.
    pub title: String,
    /// Second line.
    pub small: String,
    /// Where it leads; empty for nowhere.
    pub href: String,
    /// The batch the page is about.
    pub own: bool,
    /// A hold or recall of that batch reaches it.
    pub reached: bool,
}

/// A box as drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drawn {
    pub node: Node,
    pub x: i64,
    pub y: i64,
    pub stroke: &'static str,
    pub fill: &'static str,
    pub width: i64,
}

/// A curve as drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Curve {
    pub path: String,
    /// What moved along it.
    pub said: String,
}

/// The heading of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub x: i64,
    pub text: String,
}

/// Everything drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Graph {
    pub width: i64,
    pub height: i64,
    pub heads: Vec<Head>,
    pub boxes: Vec<Drawn>,
    pub curves: Vec<Curve>,
}

/// Draws `nodes` and what moved between them as `(from, to, words)`. `more` says how many boxes a column has beside those drawn.
pub(super) fn draw(heads: &[String], nodes: Vec<Node>, edges: &[(String, String, String)], more: impl Fn(usize) -> String) -> Graph {
    let mut boxes: Vec<Drawn> = Vec::new();
    let mut tallest = 0;
    for column in 0..heads.len() {
        let of: Vec<&Node> = nodes.iter().filter(|n| n.column == column).collect();
        let mut shown: Vec<Node> = of.iter().take(MOST).map(|n| (*n).clone()).collect();
        if of.len() > MOST {
            shown.push(Node { id: format!("more-{column}"), column, title: more(of.len() - MOST), ..Node::default() });
        }
        tallest = tallest.max(shown.len());
        for (row, node) in shown.into_iter().enumerate() {
            let (stroke, fill, width) = match (node.own, node.reached) {
                (true, _) => ("#1e5b4a", "#e6f0eb", 3),
                (false, true) => ("#9a5b00", "#fff4dc", 2),
                (false, false) => ("#7d877f", "#ffffff", 1),
            };
            let node = Node { title: clip(&node.title), small: clip(&node.small), ..node };
            boxes.push(Drawn {
                x: place(column, BOX.0 + GAP.0) + MARGIN,
                y: place(row, BOX.1 + GAP.1) + MARGIN + HEAD,
                node,
                stroke,
                fill,
                width,
            });
        }
    }
    let bottom = place(tallest.max(1), BOX.1 + GAP.1) - GAP.1 + MARGIN + HEAD;
    let mut lanes = 0;
    let mut curves = Vec::with_capacity(edges.len());
    for (from, to, said) in edges {
        let at = |id: &str| boxes.iter().find(|b| b.node.id == id);
        let (Some(from), Some(to)) = (at(from), at(to)) else { continue };
        let (x1, y1, x2, y2) = (from.x + BOX.0, from.y + BOX.1 / 2, to.x, to.y + BOX.1 / 2);
        let path = if to.node.column == from.node.column + 1 {
            let bend = GAP.0 / 2;
            format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend)
        } else {
            // Past columns between them it goes below all boxes, so that it seems to touch none.
            let lane = bottom + LANE * (1 + lanes % MOST_LANES);
            lanes += 1;
            let (a, b, c, d) = (x1 + GAP.0 / 2, x1 + GAP.0, x2 - GAP.0, x2 - GAP.0 / 2);
            format!("M{x1} {y1}C{a} {y1} {a} {lane} {b} {lane}L{c} {lane}C{d} {lane} {d} {y2} {x2} {y2}")
        };
        curves.push(Curve { path, said: said.clone() });
    }
    Graph {
        width: place(heads.len(), BOX.0 + GAP.0) - GAP.0 + 2 * MARGIN,
        height: bottom + MARGIN + LANE * lanes.min(MOST_LANES),
        heads: heads.iter().enumerate().map(|(no, text)| Head { x: place(no, BOX.0 + GAP.0) + MARGIN, text: clip(text) }).collect(),
        curves,
        boxes,
    }
}

fn place(no: usize, step: i64) -> i64 {
    i64::try_from(no).unwrap_or(0) * step
}

/// A text as far as it fits; Chinese characters take two places.
fn clip(text: &str) -> String {
    let wide = |c: char| if c.is_ascii() { 1 } else { 2 };
    if text.chars().map(wide).sum::<usize>() <= FITS {
        return text.to_owned();
    }
    let mut room = FITS - 2;
    let fits = |c: &char| {
        let width = wide(*c);
        let fits = width <= room;
        room = room.saturating_sub(width);
        fits
    };
    format!("{}…", text.chars().take_while(fits).collect::<String>())
}

/// The end of a text as far as it fits: of a place the village tells more than the province.
pub(super) fn ending(text: &str) -> String {
    if clip(text) == text {
        return text.to_owned();
    }
    let tail: Vec<char> = text.chars().rev().take((FITS - 2) / 2).collect();
    format!("…{}", tail.into_iter().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str, column: usize) -> Node {
        Node { id: id.to_owned(), column, title: id.to_owned(), ..Node::default() }
    }

    #[test]
    fn boxes_stand_in_their_columns_and_never_overlap() {
        let nodes = vec![node("a", 0), node("b", 0), node("c", 1)];
        let edges = [("a".to_owned(), "c".to_owned(), "5 kg".to_owned()), ("b".to_owned(), "gone".to_owned(), String::new())];
        let graph = draw(&["来源".to_owned(), "批次".to_owned()], nodes, &edges, |n| format!("+{n}"));
        let at: Vec<_> = graph.boxes.iter().map(|b| (b.node.id.as_str(), b.x, b.y)).collect();
        assert_eq!(at, [("a", 8, 36), ("b", 8, 106), ("c", 216, 36)]);
        assert_eq!((graph.width, graph.height), (380, 170));
        assert_eq!(graph.curves.len(), 1, "what is not drawn is not joined");
        assert_eq!(graph.curves[0].path, "M164 64C190 64 190 64 216 64");
    }

    #[test]
    fn what_passes_a_column_goes_below_its_boxes() {
        let edges = [("a".to_owned(), "c".to_owned(), String::new())];
        let heads = ["", "", ""].map(str::to_owned);
        let graph = draw(&heads, vec![node("a", 0), node("b", 1), node("c", 2)], &edges, |n| format!("+{n}"));
        assert_eq!(graph.curves[0].path, "M164 64C190 64 190 100 216 100L372 100C398 100 398 64 424 64");
        let lowest = graph.boxes.iter().map(|b| b.y + BOX.1).max().unwrap();
        assert!(lowest < 100 && 100 < graph.height, "{lowest} {}", graph.height);
    }

    #[test]
    fn a_long_column_says_how_many_more_there_are() {
        let nodes = (0..40).map(|no| node(&format!("n{no}"), 0)).collect();
        let graph = draw(&[String::new()], nodes, &[], |n| format!("+{n}"));
        assert_eq!((graph.boxes.len(), graph.boxes[12].node.title.as_str()), (13, "+28"));
    }

    #[test]
    fn long_names_end_in_dots() {
        assert_eq!(clip("2026-YL-01"), "2026-YL-01");
        assert_eq!(clip("演示果品专业合作社联合社"), "演示果品专业合作…");
        assert_eq!(clip("abcdefghijklmnopqrst"), "abcdefghijklmnopq…");
        assert_eq!(ending("河北省石家庄市晋州市桃园镇演示一村"), "…市桃园镇演示一村");
        assert_eq!(ending("桃园镇演示一村"), "桃园镇演示一村");
    }
}
