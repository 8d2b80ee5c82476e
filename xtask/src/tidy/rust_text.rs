//! Rust sources taken apart just enough for the rules: code, strings, comments, and where the tests begin.

/// A line of Rust.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// What is neither string nor comment.
    pub(super) code: String,
    /// What is inside string literals.
    pub(super) strings: String,
    pub(super) comments: String,
}

#[derive(Clone, Copy)]
enum State {
    Code,
    /// In a string literal; raw ones end with a quote and this many `#`.
    Text {
        raw: bool,
        hashes: usize,
    },
    LineComment,
    BlockComment {
        depth: usize,
    },
}

/// Takes a source apart, line by line. Lexical rules: <https://doc.rust-lang.org/reference/tokens.html>.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let characters: Vec<char> = text.chars().collect();
    let mut lines = vec![Line::default()];
    let mut state = State::Code;
    let mut position = 0;
    while position < characters.len() {
        let rest = &characters[position..];
        let character = rest[0];
        if character == '\n' {
            lines.push(Line::default());
            if matches!(state, State::LineComment) {
                state = State::Code;
            }
            position += 1;
            continue;
        }
        let last = lines.len() - 1;
        let line = &mut lines[last];
        let taken = match state {
            State::Code => {
                let (next, taken) = code(rest, line);
                state = next;
                taken
            }
            State::Text { raw: false, .. } if character == '\\' => {
                line.strings.extend(rest.iter().take(2).filter(|character| **character != '\n'));
                // A line's end after a backslash is seen by the loop.
                if rest.get(1) == Some(&'\n') { 1 } else { 2 }
            }
            State::Text { hashes, .. }
                if character == '"'
                    && rest[1..].iter().take_while(|hash| **hash == '#').count() >= hashes =>
            {
                state = State::Code;
                line.code.push('"');
                1 + hashes
            }
            State::Text { .. } => {
                line.strings.push(character);
                1
            }
            State::LineComment => {
                line.comments.push(character);
                1
            }
            State::BlockComment { depth } => match rest {
                ['*', '/', ..] => {
                    state = if depth == 1 { State::Code } else { State::BlockComment { depth: depth - 1 } };
                    2
                }
                ['/', '*', ..] => {
                    state = State::BlockComment { depth: depth + 1 };
                    2
                }
                _ => {
                    line.comments.push(character);
                    1
                }
            },
        };
        position += taken;
    }
    lines
}

/// One step in code: the next state, and how many characters were taken.
fn code(rest: &[char], line: &mut Line) -> (State, usize) {
    let after_word = line.code.ends_with(|character: char| character.is_alphanumeric() || character == '_');
    match rest {
        ['/', '/', ..] => (State::LineComment, 2),
        ['/', '*', ..] => (State::BlockComment { depth: 1 }, 2),
        ['"', ..] => {
            line.code.push('"');
            (State::Text { raw: false, hashes: 0 }, 1)
        }
        ['r', ..] if !after_word || line.code.ends_with('b') => {
            let hashes = rest[1..].iter().take_while(|hash| **hash == '#').count();
            if rest.get(1 + hashes) == Some(&'"') {
                line.code.push('"');
                (State::Text { raw: true, hashes }, 2 + hashes)
            } else {
                line.code.push('r');
                (State::Code, 1)
            }
        }
        // A character literal, which may hold a quote; a lifetime has no quote after it.
        ['\'', '\\', _, '\'', ..] => (State::Code, 4),
        ['\'', inside, '\'', ..] if *inside != '\\' => (State::Code, 3),
        [character, ..] => {
            line.code.push(*character);
            (State::Code, 1)
        }
        [] => (State::Code, 1),
    }
}

/// Index of the first line of the unit tests at the end of a file; the number of lines when there are none.
pub(super) fn tests_begin(lines: &[Line]) -> usize {
    let starts = |pair: &[Line]| pair[0].code.starts_with("#[cfg(test)]") && pair[1].code.starts_with("mod ");
    lines.windows(2).position(starts).unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_code_from_strings_and_comments() {
        let text =
            "let a = \"x // y\\\" z\"; // why\nlet q = '\"'; /* one\ntwo */ let b = r#\"raw \" text\"#;";
        let found = lines(text);
        assert_eq!(found[0].code, "let a = \"\"; ");
        assert_eq!(found[0].strings, "x // y\\\" z");
        assert_eq!(found[0].comments, " why");
        assert_eq!((found[1].code.as_str(), found[1].comments.as_str()), ("let q = ; ", " one"));
        assert_eq!(found[2].code, " let b = \"\";");
        assert_eq!(found[2].strings, "raw \" text");
    }

    #[test]
    fn a_lifetime_opens_nothing() {
        let found = lines("fn f<'a>(x: &'a str) -> for_r { \"s\" }");
        assert_eq!(found[0].strings, "s");
        assert!(found[0].code.contains("for_r"));
    }

    #[test]
    fn finds_the_tests() {
        assert_eq!(tests_begin(&lines("fn a() {}\n#[cfg(test)]\nmod tests {\n}\n")), 1);
        assert_eq!(tests_begin(&lines("#[cfg(test)]\nfn helper() {}\n")), 3);
    }
}
