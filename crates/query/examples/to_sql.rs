//! Prints the SQL of each query on standard input, one a line, as a count over `otel_logs`; mistakes go to standard
//! error. `echo 'timeout level:error' | cargo run -p click-lite-query --example to_sql`

use std::io::{BufRead, Write, stdin, stdout};

use click_lite_model::{Clock, SystemClock};
use click_lite_query::{Compiler, Dialect, TimeRange, parse};

fn main() -> std::io::Result<()> {
    let now_ns = SystemClock.now_ns();
    let dialect = Dialect::default();
    for line in stdin().lock().lines() {
        let text = line?;
        match parse(&text).and_then(|parsed| parsed.query.check(now_ns)) {
            Ok(condition) => {
                let statement = Compiler::new(&dialect, &condition, TimeRange::ALL).count();
                writeln!(stdout(), "{};", statement.display_sql.replace('\n', " "))?;
            }
            Err(error) => writeln!(std::io::stderr(), "{}\n", error.render(&text))?,
        }
    }
    Ok(())
}
