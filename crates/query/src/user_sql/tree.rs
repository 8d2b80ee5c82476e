//! The syntax tree that ClickHouse prints for `EXPLAIN AST`: a node a line, a space deeper than its parent.

/// A statement as ClickHouse understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    nodes: Vec<Node>,
}

/// One line of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub depth: usize,
    /// What it is, such as `Function`, `Identifier`, `TableIdentifier`, `Literal`.
    pub kind: String,
    /// The rest of the line without what the tree says about children and alias: a name, or a value.
    pub text: String,
    /// The name that it is given; empty where it has none.
    pub alias: String,
}

impl Tree {
    /// Reads the lines of `EXPLAIN AST`. A name that holds a line feed makes lines of its own: such lines only add to what
    /// is found, they hide nothing.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let nodes = lines.into_iter().map(|line| {
            let inner = line.trim_start_matches(' ');
            let (kind, rest) = inner.split_once(' ').unwrap_or((inner, ""));
            Node {
                depth: line.len() - inner.len(),
                kind: kind.to_owned(),
                text: bare(rest).to_owned(),
                alias: alias(rest).to_owned(),
            }
        });
        Self { nodes: nodes.collect() }
    }

    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub fn root(&self) -> Option<&Node> {
        self.nodes.first()
    }

    /// Nodes right below the one at `index`.
    pub fn children(&self, index: usize) -> impl Iterator<Item = &Node> {
        self.child_positions(index).filter_map(|child| self.nodes.get(child))
    }

    /// Where they stand in [`Self::nodes`].
    pub fn child_positions(&self, index: usize) -> impl Iterator<Item = usize> {
        let depth = self.nodes.get(index).map_or(0, |node| node.depth);
        let below = self.nodes.iter().enumerate().skip(index + 1);
        below
            .take_while(move |(_, node)| node.depth > depth)
            .filter(move |(_, node)| node.depth == depth + 1)
            .map(|(position, _)| position)
    }

    /// Names of all functions that are called.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.of_kind("Function")
    }

    /// Names of the tables that are read, as they are written; also those of common table expressions.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.of_kind("TableIdentifier")
    }

    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        self.nodes.iter().filter(move |node| node.kind == kind).map(|node| node.text.as_str())
    }
}

/// `name (alias x) (children 1)` to `x`.
fn alias(text: &str) -> &str {
    let text = text
        .strip_suffix(')')
        .map_or(text, |text| text.rsplit_once(" (children ").map_or(text, |(before, _)| before));
    text.split_once("(alias ").map_or("", |(_, alias)| alias.trim_end_matches(')'))
}

/// `name (alias x) (children 1)` to `name`.
fn bare(text: &str) -> &str {
    let text = text.find(" (children ").map_or(text, |end| &text[..end]);
    let text = text.strip_prefix("(children ").map_or(text, |_| "");
    match text.find(" (alias ") {
        Some(end) => &text[..end],
        None if text.starts_with("(alias ") => "",
        None => text,
    }
}
