//! Reading a source file: where paths that start at the crate's root lead, which names and strings stand where.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What a path that starts at the crate's root names first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `crate::name…`
    Module(String),
    /// `use crate::*`
    Everything,
    /// `use crate as name`, `use super::super as name`: the root under another name.
    RootRenamed,
}

/// Something a rule may object to, with its line.
#[derive(Clone, Debug)]
pub enum Seen {
    /// A path through the crate's root.
    Path(Target),
    /// `A::b` – two names of any path, in order.
    Pair(String, String),
    /// A bare name.
    Name(String),
    /// A string literal as written.
    Text(String),
}

/// A [`Seen`] and where.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// What.
    pub seen: Seen,
    /// Line, from 1.
    pub line: usize,
    /// Inside `#[cfg(test)]`.
    pub test: bool,
}

/// Reads `tokens` of a file whose module path is `module` (`src/a/b.rs` → `["a", "b"]`).
pub fn read(tokens: TokenStream, module: &[String]) -> Vec<Sighting> {
    let mut reader = Reader { module: module.to_vec(), test: false, out: Vec::new() };
    reader.walk(&tokens.into_iter().collect::<Vec<_>>());
    reader.out
}

struct Reader {
    module: Vec<String>,
    test: bool,
    out: Vec<Sighting>,
}

impl Reader {
    fn note(&mut self, at: &TokenTree, seen: Seen) {
        self.out.push(Sighting { seen, line: at.span().start().line, test: self.test });
    }

    fn walk(&mut self, trees: &[TokenTree]) {
        let mut test_item = false;
        let mut i = 0;
        while i < trees.len() {
            if let Some(attribute) = attribute_at(trees, i) {
                let text: String = attribute.stream().into_iter().map(|t| t.to_string()).collect();
                test_item |= text.starts_with("cfg(test") || text.starts_with("cfg(all(test");
                if !text.starts_with("doc") {
                    self.walk(&attribute.stream().into_iter().collect::<Vec<_>>());
                }
                i = skip_to_after(trees, i, attribute);
                continue;
            }
            if !test_item {
                i = self.step(trees, i);
                continue;
            }
            let end = item_end(trees, i);
            let outer = std::mem::replace(&mut self.test, true);
            self.walk(&trees[i..end]);
            self.test = outer;
            test_item = false;
            i = end;
        }
    }

    /// Reads one tree, or a path of several; returns the index after it.
    fn step(&mut self, trees: &[TokenTree], i: usize) -> usize {
        match &trees[i] {
            TokenTree::Ident(word) if word == "mod" && is_inline_module(trees, i) => {
                self.module.push(trees[i + 1].to_string());
                self.walk_group(&trees[i + 2]);
                self.module.pop();
                i + 3
            }
            TokenTree::Ident(word) => {
                let word = word.to_string();
                self.note(&trees[i], Seen::Name(word.clone()));
                if let Some(TokenTree::Ident(next)) = after_colons(trees, i).map(|n| &trees[n]) {
                    self.note(&trees[i], Seen::Pair(word.clone(), next.to_string()));
                }
                if matches!(word.as_str(), "crate" | "yanzhao" | "super") && !is_after_colons(trees, i, &word) {
                    self.path(trees, i, &word);
                }
                i + 1
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.contains('"') {
                    self.note(&trees[i], Seen::Text(text));
                }
                i + 1
            }
            group @ TokenTree::Group(_) => {
                self.walk_group(group);
                i + 1
            }
            TokenTree::Punct(_) => i + 1,
        }
    }

    fn walk_group(&mut self, tree: &TokenTree) {
        if let TokenTree::Group(group) = tree {
            self.walk(&group.stream().into_iter().collect::<Vec<_>>());
        }
    }

    /// Follows a path that begins at `trees[i]` until it has named something below the root.
    fn path(&mut self, trees: &[TokenTree], i: usize, first: &str) {
        let mut above = if first == "super" { self.module.len().saturating_sub(1) } else { 0 };
        let mut at = i;
        loop {
            let Some(next) = after_colons(trees, at) else {
                if above == 0 && is_word(trees.get(at + 1), "as") {
                    self.note(&trees[i], Seen::Path(Target::RootRenamed));
                }
                return;
            };
            if is_word(trees.get(next), "super") && above > 0 {
                above -= 1;
                at = next;
                continue;
            }
            if above > 0 {
                // Still inside its own room, unless the group climbs on: `super::{super::x}`.
                self.climbing_group(&trees[next], above);
                return;
            }
            return self.below_root(&trees[next]);
        }
    }

    fn climbing_group(&mut self, tree: &TokenTree, above: usize) {
        let TokenTree::Group(group) = tree else { return };
        for branch in branches(group.stream()) {
            if !is_word(branch.first(), "super") {
                continue;
            }
            let outer = self.module.clone();
            self.module.truncate(above);
            self.path(&branch, 0, "super");
            self.module = outer;
        }
    }

    fn below_root(&mut self, tree: &TokenTree) {
        match tree {
            TokenTree::Ident(name) => self.note(tree, Seen::Path(Target::Module(name.to_string()))),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                for branch in branches(group.stream()) {
                    if is_word(branch.first(), "self") {
                        self.note(&branch[0], Seen::Path(Target::RootRenamed));
                    } else if let Some(first) = branch.first() {
                        self.below_root(first);
                    }
                }
            }
            TokenTree::Punct(star) if star.as_char() == '*' => self.note(tree, Seen::Path(Target::Everything)),
            _ => {}
        }
    }
}

fn attribute_at(trees: &[TokenTree], i: usize) -> Option<&proc_macro2::Group> {
    let hash = matches!(&trees[i], TokenTree::Punct(p) if p.as_char() == '#');
    let bang = matches!(trees.get(i + 1), Some(TokenTree::Punct(p)) if p.as_char() == '!');
    match trees.get(i + 1 + usize::from(bang)) {
        Some(TokenTree::Group(group)) if hash && group.delimiter() == Delimiter::Bracket => Some(group),
        _ => None,
    }
}

fn skip_to_after(trees: &[TokenTree], i: usize, group: &proc_macro2::Group) -> usize {
    let is_group = |t: &TokenTree| matches!(t, TokenTree::Group(g) if g.span().start() == group.span().start());
    trees[i..].iter().position(is_group).map_or(trees.len(), |n| i + n + 1)
}

/// The index after the item that starts at `i`: its first brace group or semicolon.
fn item_end(trees: &[TokenTree], i: usize) -> usize {
    let ends = |t: &TokenTree| match t {
        TokenTree::Group(g) => g.delimiter() == Delimiter::Brace,
        TokenTree::Punct(p) => p.as_char() == ';',
        _ => false,
    };
    trees[i..].iter().position(ends).map_or(trees.len(), |n| i + n + 1)
}

fn is_inline_module(trees: &[TokenTree], i: usize) -> bool {
    matches!(trees.get(i + 1), Some(TokenTree::Ident(_)))
        && matches!(trees.get(i + 2), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Brace)
}

fn is_word(tree: Option<&TokenTree>, word: &str) -> bool {
    matches!(tree, Some(TokenTree::Ident(ident)) if ident == word)
}

fn is_colon(tree: Option<&TokenTree>) -> bool {
    matches!(tree, Some(TokenTree::Punct(p)) if p.as_char() == ':')
}

/// The index of what follows `trees[i] ::`.
fn after_colons(trees: &[TokenTree], i: usize) -> Option<usize> {
    (is_colon(trees.get(i + 1)) && is_colon(trees.get(i + 2)) && i + 3 < trees.len()).then_some(i + 3)
}

/// Whether `word` continues a path that another name began (`a::super`). The crate's own name always begins one, `::yanzhao` too.
fn is_after_colons(trees: &[TokenTree], i: usize, word: &str) -> bool {
    word != "yanzhao" && i >= 2 && is_colon(trees.get(i - 1)) && is_colon(trees.get(i - 2))
}

/// The comma-separated parts of a use group.
fn branches(stream: TokenStream) -> Vec<Vec<TokenTree>> {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let comma = |t: &TokenTree| matches!(t, TokenTree::Punct(p) if p.as_char() == ',');
    trees.split(comma).filter(|part| !part.is_empty()).map(<[TokenTree]>::to_vec).collect()
}
