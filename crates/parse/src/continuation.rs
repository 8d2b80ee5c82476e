//! Lines that belong to the record before them: stack traces and indented text.

/// Whether a line looks like part of what stands above it, whatever the format.
pub(crate) fn looks_like_continuation(line: &str) -> bool {
    let bytes = line.as_bytes();
    let Some(&first) = bytes.first() else { return true };
    match first {
        b' ' | b'\t' | b'}' | b')' => true,
        b'C' => line.starts_with("Caused by: "),
        b'S' => line.starts_with("Suppressed: "),
        b'.' => line.starts_with("... "),
        b'T' => {
            line.starts_with("Traceback (most recent call last)")
                || line.starts_with("The above exception was the direct cause")
        }
        b'D' => line.starts_with("During handling of the above exception"),
        b'a' => line.starts_with("at ") && line.contains('('),
        b'g' => line.starts_with("goroutine ") && line.ends_with(':'),
        b'c' => line.starts_with("created by ") || is_go_frame(line),
        b'[' => line.starts_with("[signal "),
        b'e' => line.starts_with("exit status ") || is_go_frame(line) || is_exception(line),
        b'n' => line.starts_with("note: run with `RUST_BACKTRACE") || is_go_frame(line) || is_exception(line),
        b's' => line.starts_with("stack backtrace:") || is_go_frame(line) || is_exception(line),
        _ => is_go_frame(line) || is_exception(line),
    }
}

/// `main.(*Server).Handle(0xc000010000, 0x1)` and `runtime.main()`: a package path, a dot, a name, parentheses.
fn is_go_frame(line: &str) -> bool {
    let Some(inner) = line.strip_suffix(')') else { return false };
    let Some(open) = inner.rfind('(') else { return false };
    let name = &inner[..open];
    name.contains('.')
        && !name.contains(' ')
        && inner[open + 1..].bytes().all(|byte| {
            byte.is_ascii_hexdigit() || matches!(byte, b'x' | b',' | b' ' | b'.' | b'{' | b'}' | b'?' | b'_')
        })
}

/// `java.lang.IllegalStateException: closed` and `ValueError: no`: a class name that says what it is.
fn is_exception(line: &str) -> bool {
    let name = line.split_once(": ").map_or(line, |(name, _)| name);
    let name = name.strip_suffix(':').unwrap_or(name);
    if name.len() > 200
        || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$'))
    {
        return false;
    }
    let class = name.rsplit(['.', '$']).next().unwrap_or(name);
    class.starts_with(|first: char| first.is_ascii_uppercase())
        && class.len() > 5
        && (class.ends_with("Exception")
            || (class.ends_with("Error") && (class != name || line.len() > name.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_continuations_and_messages_are_not() {
        for line in [
            "\tat com.example.Main.run(Main.java:12)",
            "    return f(x)",
            "Caused by: java.io.IOException: broken pipe",
            "... 12 more",
            "Traceback (most recent call last):",
            "ValueError: invalid literal",
            "java.lang.NullPointerException",
            "goroutine 17 [running]:",
            "main.(*Server).Handle(0xc000010000, 0x1)",
            "created by main.main",
            "",
        ] {
            assert!(looks_like_continuation(line), "{line}");
        }
        for line in [
            "connection closed",
            "Error",
            "at home",
            "See (https://a.b/c)",
            "error: no such file",
            "GET /a.b(1)",
        ] {
            assert!(!looks_like_continuation(line), "{line}");
        }
    }
}
