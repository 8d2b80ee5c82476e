//! What of a user's SQL may run: one statement that reads, and only what is the user's to read.
//!
//! This is the first of three fences. The second is ClickHouse's: the statement runs as a user that may only read, with
//! `readonly` set. The third are the limits on rows, bytes, memory and time.

use super::functions::{CHANGING_FUNCTIONS, REFUSED_FUNCTIONS, SETTINGS, SYSTEM_TABLES, TABLE_FUNCTIONS};
use super::lexer::{Token, TokenKind, tokens};
use super::tree::{Node, Tree};
use super::{SqlError, span_of};

/// What a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementKind {
    /// Rows of tables: can be estimated, explained and kept.
    Select,
    /// `EXPLAIN`, `SHOW`, `DESCRIBE`, `EXISTS`: quick, about the tables.
    About,
}

/// A statement that may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    pub kind: StatementKind,
    /// It has parts that the tree does not show: see [`names_in_canonical_text`].
    pub needs_canonical_text: bool,
    /// The same statement over the same rows gives the same answer.
    pub is_repeatable: bool,
    /// Tables that it names, also those of common table expressions.
    pub tables: Vec<String>,
}

const ABOUT: &[&str] = &[
    "Explain",
    "ShowTables",
    "ShowColumns",
    "ShowIndexes",
    "ShowFunctions",
    "ShowCreateTableQuery",
    "ShowCreateViewQuery",
    "ShowCreateDatabaseQuery",
    "DescribeQuery",
    "ExistsTableQuery",
    "ExistsViewQuery",
    "ExistsDatabaseQuery",
];
const SELECTS: &[&str] = &["SelectWithUnionQuery", "SelectIntersectExceptQuery", "SelectQuery"];

/// Decides whether a statement may run, from the tree that ClickHouse made of it.
///
/// # Errors
/// `sql.not_allowed` with what it may not, and where.
pub fn check(sql: &str, tree: &Tree) -> Result<Allowed, SqlError> {
    let cut = tokens(sql);
    let root = tree.root().ok_or_else(|| refused("there is no statement"))?;
    let kind = kind_of(tree, root)?;
    refuse_clauses(sql, &cut, tree, kind)?;
    let mut is_repeatable = kind == StatementKind::Select;
    let mut needs_canonical_text = false;
    for (index, node) in tree.nodes().iter().enumerate() {
        match node.kind.as_str() {
            "TableExpression" => {
                for function in tree.children(index).filter(|child| child.kind == "Function") {
                    check_table_function(sql, &cut, &function.text)?;
                }
            }
            "Function" => {
                check_function(sql, &cut, &node.text)?;
                is_repeatable &= !is_changing(&node.text) && !tests_a_table(tree, index);
            }
            // The name of a function can stand where a function takes one, as in `arrayMap(file, ...)`.
            "Identifier" => {
                check_function(sql, &cut, &node.text)?;
                check_table(sql, &cut, &node.text)?;
                is_repeatable &= !is_changing(&node.text);
            }
            "TableIdentifier" => check_table(sql, &cut, &node.text)?,
            "ColumnsApplyTransformer" | "Set" => {
                needs_canonical_text = true;
                is_repeatable = false;
            }
            _ => {}
        }
    }
    let tables = tree.tables().map(ToOwned::to_owned).collect();
    Ok(Allowed { kind, needs_canonical_text, is_repeatable, tables })
}

fn kind_of(tree: &Tree, root: &Node) -> Result<StatementKind, SqlError> {
    if SELECTS.contains(&root.kind.as_str()) {
        return Ok(StatementKind::Select);
    }
    if !ABOUT.contains(&root.kind.as_str()) {
        return Err(refused(format!(
            "only statements that read can run here, and this is a {}",
            plain(root)
        ))
        .hint("use SELECT, WITH, EXPLAIN, SHOW, DESCRIBE or EXISTS"));
    }
    if root.kind == "Explain" {
        let inner_may_run = tree
            .children(0)
            .filter(|child| !matches!(child.kind.as_str(), "Identifier" | "Literal" | "Set"))
            .all(|child| SELECTS.contains(&child.kind.as_str()) || child.kind == "Explain");
        if !inner_may_run || root.text.contains("TABLE OVERRIDE") {
            return Err(refused("EXPLAIN works here for SELECT alone"));
        }
    }
    Ok(StatementKind::About)
}

/// `InsertQuery` to `INSERT statement`.
fn plain(root: &Node) -> String {
    let name = root.kind.trim_end_matches("Query").to_uppercase();
    let name = if name.is_empty() { "OTHER".to_owned() } else { name };
    format!("{name} statement")
}

/// `FORMAT` and `INTO OUTFILE` stand below the root of the tree.
fn refuse_clauses(sql: &str, cut: &[Token<'_>], tree: &Tree, kind: StatementKind) -> Result<(), SqlError> {
    let root_kind = tree.root().map_or("", |root| root.kind.as_str());
    let names_objects = ["ShowCreate", "Exists"].iter().any(|start| root_kind.starts_with(start));
    let has = |wanted: &str| tree.children(0).any(|child| child.kind == wanted);
    if has("Literal") || cut.windows(2).any(|pair| pair[0].is_word("into") && pair[1].is_word("outfile")) {
        let at = cut.windows(2).find(|pair| pair[0].is_word("into") && pair[1].is_word("outfile"));
        let span = at.map(|pair| span_of(sql, pair[0].bytes.start..pair[1].bytes.end));
        return Err(refused("INTO OUTFILE does not work here: the rows are the answer").at(span));
    }
    let last_format = cut.iter().rposition(|token| token.is_word("format")).filter(|at| {
        let next = cut.get(at + 1);
        next.is_some_and(|next| next.kind == TokenKind::Word)
            && cut.get(at + 2).is_none_or(|token| token.is_symbol(";") || token.is_word("settings"))
    });
    let has_format =
        if names_objects || kind == StatementKind::About { last_format.is_some() } else { has("Identifier") };
    if has_format {
        let span = last_format.map(|at| span_of(sql, cut[at].bytes.start..cut[at + 1].bytes.end));
        return Err(refused("FORMAT does not work here: an answer has one form, JSON")
            .at(span)
            .hint("leave FORMAT out; exports and the command line have formats of their own"));
    }
    Ok(())
}

fn check_table_function(sql: &str, cut: &[Token<'_>], name: &str) -> Result<(), SqlError> {
    if TABLE_FUNCTIONS.contains(&name) {
        return Ok(());
    }
    Err(refused(format!("the table function {name}() can't be used here"))
        .at(place_of(sql, cut, name))
        .hint(format!("read the tables themselves, or one of {}", TABLE_FUNCTIONS.join(", "))))
}

fn check_function(sql: &str, cut: &[Token<'_>], name: &str) -> Result<(), SqlError> {
    if !REFUSED_FUNCTIONS.iter().any(|refused| refused.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    Err(refused(format!("`{name}` can't be used here: it reaches beyond the tables"))
        .at(place_of(sql, cut, name))
        .hint("a column of that name has to be named with its table, such as t.file"))
}

fn check_table(sql: &str, cut: &[Token<'_>], name: &str) -> Result<(), SqlError> {
    let Some(table) = name.strip_prefix("system.") else { return Ok(()) };
    if SYSTEM_TABLES.contains(&table) {
        return Ok(());
    }
    Err(refused(format!("{name} can't be read here"))
        .at(place_of(sql, cut, table))
        .hint(format!("of `system` there are {}", SYSTEM_TABLES.join(", "))))
}

/// The names that only the text holds: of functions after `APPLY`, and of settings. `canonical` is the statement as
/// ClickHouse's `formatQuery` writes it, without comments and with names in plain quotes.
///
/// # Errors
/// `sql.not_allowed`, as [`check`].
pub fn names_in_canonical_text(sql: &str, canonical: &str) -> Result<(), SqlError> {
    let own = tokens(sql);
    let cut = tokens(canonical);
    let applies = cut.iter().any(|token| token.is_word("apply"));
    for (index, token) in cut.iter().enumerate() {
        if applies && let Some(name) = token.name() {
            check_function(sql, &own, &name)?;
        }
        if token.is_word("settings") {
            check_settings(sql, &own, &cut[index + 1..])?;
        }
    }
    Ok(())
}

/// `name = value, name = value`.
fn check_settings(sql: &str, own: &[Token<'_>], after: &[Token<'_>]) -> Result<(), SqlError> {
    let mut at = 0;
    while let (Some(name), Some(equals)) = (after.get(at), after.get(at + 1)) {
        let Some(setting) = name.name().filter(|_| equals.is_symbol("=")) else { return Ok(()) };
        if !SETTINGS.contains(&setting.as_str()) {
            return Err(refused(format!("the setting {setting} can't be chosen in a statement"))
                .at(place_of(sql, own, &setting))
                .hint(format!(
                    "the limits are those of the configuration; what can be set: {}",
                    SETTINGS.join(", ")
                )));
        }
        match after[at..].iter().position(|token| token.is_symbol(",")) {
            Some(comma) => at += comma + 1,
            None => return Ok(()),
        }
    }
    Ok(())
}

/// `x IN name`, where the name can be that of a table.
fn tests_a_table(tree: &Tree, index: usize) -> bool {
    let nodes = tree.nodes();
    let is_in = nodes.get(index).is_some_and(|node| node.text.to_ascii_lowercase().ends_with("in"));
    is_in && tree.children(index + 1).nth(1).is_some_and(|right| right.kind == "Identifier")
}

fn is_changing(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    CHANGING_FUNCTIONS.contains(&lower.as_str())
}

fn place_of(sql: &str, cut: &[Token<'_>], name: &str) -> Option<crate::Span> {
    let named =
        cut.iter().find(|token| token.name().is_some_and(|found| found.eq_ignore_ascii_case(name)))?;
    Some(span_of(sql, named.bytes.clone()))
}

fn refused(message: impl Into<String>) -> SqlError {
    SqlError::new("sql.not_allowed", message)
}
