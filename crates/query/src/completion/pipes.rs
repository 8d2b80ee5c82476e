//! What could be written behind `|`.

use super::{CompletionContext, CompletionItem, CompletionKind, ItemKind, Signature, fits};
use crate::functions::{AGGREGATES, FUNCTIONS};
use crate::lexer::{Lexer, WordPlace};
use crate::parser::scalar::is_name_char;
use crate::pipes::NAMES;
use crate::{Span, parse};

/// Words that may stand in each pipe beside its fields.
fn words_of(pipe: &str) -> &'static [&'static str] {
    match pipe {
        "stats" | "top" | "rare" => &["by", "as"],
        "timechart" => &["span", "by", "as", "limit"],
        "where" => &["and", "or", "not", "in"],
        "fields" | "rename" => &["as"],
        "sort" => &["desc", "asc"],
        "limit" => &["offset"],
        "dedup" => &["keep"],
        "extract" => &["json", "logfmt", "from"],
        "patterns" => &["from"],
        "join" => &["left", "inner", "by"],
        "context" => &["before", "after", "by"],
        _ => &[],
    }
}

/// Pipes whose arguments are expressions.
fn takes_expressions(pipe: &str) -> bool {
    matches!(pipe, "stats" | "timechart" | "where" | "eval")
}

/// What the text before the cursor ends in, read from the bar on.
#[derive(Default)]
struct Open {
    pipe: String,
    /// Where the name of the pipe starts, if the cursor is still in it.
    in_name: bool,
    /// Functions whose parentheses are open.
    calls: Vec<String>,
    /// Inside quotation marks or a regular expression.
    in_text: bool,
    /// The word at the cursor and where it starts.
    word: String,
    word_start: usize,
    /// `field:` before the word.
    field: Option<String>,
}

/// `bar` is the position of the last `|` outside of quotation marks, in the text before the cursor.
pub(super) fn complete(text: &str, before: &str, bar: usize) -> CompletionContext {
    let open = read(before, bar);
    let cursor = before.chars().count();
    let is_value = open.field.is_some();
    let mut end = cursor;
    for next in text.chars().skip(cursor) {
        let goes_on = if is_value {
            !WordPlace::Argument.ends_word(next) && !next.is_whitespace()
        } else {
            is_name_char(next)
        };
        if !goes_on {
            break;
        }
        end += 1;
    }
    let kind = match (&open.field, open.in_text) {
        (_, true) => CompletionKind::Text,
        (Some(field), false) => CompletionKind::Value { field: field.clone(), prefix: open.word.clone() },
        (None, false) if open.in_name => CompletionKind::Pipe { prefix: open.word.clone() },
        (None, false) => {
            CompletionKind::Column { prefix: open.word.clone(), columns: columns_before(text, bar) }
        }
    };
    let mut items = Vec::new();
    match &kind {
        CompletionKind::Pipe { prefix } => {
            items.extend(
                NAMES
                    .iter()
                    .filter(|pipe| fits(pipe.name, prefix))
                    .map(|pipe| item(format!("{} ", pipe.name), pipe.name, ItemKind::Pipe, pipe.about)),
            );
        }
        CompletionKind::Column { prefix, columns } => {
            for name in columns.iter().flatten().filter(|name| fits(name, prefix)) {
                items.push(item(column_text(name), name, ItemKind::Field, "column"));
            }
            if takes_expressions(&open.pipe) {
                items.extend(functions(&open, prefix));
            }
            if open.calls.is_empty() {
                let words = words_of(&open.pipe).iter().filter(|word| fits(word, prefix));
                items.extend(words.map(|word| item(format!("{word} "), word, ItemKind::Keyword, "")));
            }
        }
        CompletionKind::Value { field, prefix } => items = super::known_values(field, prefix),
        _ => {}
    }
    let start = if open.in_text { cursor } else { open.word_start };
    CompletionContext { replace: Span::new(start, end.max(start)), kind, items, signature: signature(&open) }
}

fn read(before: &str, bar: usize) -> Open {
    let mut lexer = Lexer::new(before);
    lexer.advance(bar + 1);
    lexer.skip_space();
    let mut open = Open { word_start: lexer.position(), ..Open::default() };
    open.pipe = lexer.take_while(|next| next.is_alphanumeric() || next == '_').to_ascii_lowercase();
    if lexer.peek().is_none() {
        open.in_name = true;
        open.word.clone_from(&open.pipe);
        return open;
    }
    loop {
        let position = lexer.position();
        lexer.skip_space();
        open.word.clear();
        open.word_start = lexer.position();
        open.field = None;
        let Some(next) = lexer.peek() else {
            // A comment at the end swallows what is written.
            open.in_text = position < lexer.position()
                && before.chars().last().is_some_and(|last| !last.is_whitespace());
            return open;
        };
        match next {
            '"' | '\'' | '`' => {
                if lexer.take_quoted(next).is_err() {
                    open.in_text = true;
                    return open;
                }
            }
            '/' => {
                if lexer.take_regex().is_none() {
                    lexer.advance(1);
                }
            }
            '(' => {
                open.calls.push(String::new());
                lexer.advance(1);
            }
            ')' => {
                open.calls.pop();
                lexer.advance(1);
            }
            _ if is_name_char(next) => {
                let word = lexer.take_while(is_name_char);
                match lexer.peek() {
                    None => {
                        open.word = word;
                        return open;
                    }
                    Some('(') => {
                        open.calls.push(word.to_ascii_lowercase());
                        lexer.advance(1);
                    }
                    Some(':') => {
                        lexer.take_operator();
                        open.word_start = lexer.position();
                        let value = lexer.take_value(WordPlace::Argument);
                        if lexer.peek().is_none() {
                            open.word = value
                                .ok()
                                .flatten()
                                .and_then(|value| value.literal().map(str::to_owned))
                                .unwrap_or_default();
                            open.field = Some(word);
                            return open;
                        }
                    }
                    Some(_) => {}
                }
            }
            _ => lexer.advance(1),
        }
    }
}

/// The columns that the pipes before the bar leave; `None` where the rows are records with all their fields.
fn columns_before(text: &str, bar: usize) -> Option<Vec<String>> {
    let before: String = text.chars().take(bar).collect();
    parse(&before).ok()?.query.column_names()
}

fn functions(open: &Open, prefix: &str) -> Vec<CompletionItem> {
    let mut items = Vec::new();
    let in_aggregate = open.calls.iter().any(|call| crate::functions::aggregate_of(call).is_some());
    if matches!(open.pipe.as_str(), "stats" | "timechart") && !in_aggregate {
        for known in AGGREGATES.iter().filter(|known| fits(known.name, prefix)) {
            items.push(item(format!("{}(", known.name), known.name, ItemKind::Function, known.about));
        }
    }
    let mut last = "";
    for known in FUNCTIONS.iter().filter(|known| fits(known.name, prefix)) {
        if known.name != last {
            items.push(item(format!("{}(", known.name), known.name, ItemKind::Function, known.about));
        }
        last = known.name;
    }
    items
}

/// How the function or the pipe at the cursor is written.
fn signature(open: &Open) -> Option<Signature> {
    let call = open.calls.iter().rev().find(|call| !call.is_empty());
    if let Some(call) = call {
        let aggregate =
            AGGREGATES.iter().find(|known| known.name == call).map(|known| (known.usage, known.about));
        let found = aggregate.or_else(|| {
            FUNCTIONS.iter().find(|known| known.name == call).map(|known| (known.usage, known.about))
        });
        if let Some((usage, about)) = found {
            return Some(Signature { usage: usage.to_owned(), about: about.to_owned() });
        }
    }
    let pipe = NAMES.iter().find(|pipe| pipe.name == open.pipe)?;
    Some(Signature { usage: pipe.usage.to_owned(), about: pipe.about.to_owned() })
}

/// A column as it is written in an expression: in backticks where its name needs them.
pub fn column_text(name: &str) -> String {
    let is_call = name.ends_with(')') && parse(&format!("* | sort {name}")).is_ok();
    if is_call || !name.is_empty() && name.chars().all(is_name_char) {
        return name.to_owned();
    }
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}

fn item(text: String, label: &str, kind: ItemKind, detail: &str) -> CompletionItem {
    let detail = (!detail.is_empty()).then(|| detail.to_owned());
    CompletionItem { text, label: label.to_owned(), kind, detail }
}
