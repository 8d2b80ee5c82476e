//! Functions and aggregates of expressions: their arguments, what they give, and how ClickHouse writes them.

use crate::syntax::{Scalar, ScalarKind};

/// What an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Condition,
    Time,
    /// Anything that can only be shown, such as a list.
    Other,
}

/// What an argument must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Argument {
    Number,
    Text,
    Condition,
    Time,
    Any,
    /// A whole number as it is written.
    Count,
    /// A length of time as it is written.
    Duration,
    /// A text as it is written.
    Literal,
    /// A regular expression in a text as it is written.
    Regex,
    /// A network such as `10.0.0.0/8` in a text as it is written.
    Network,
    /// A path such as `user.id` in a text as it is written.
    Path,
}

/// A function of one row. `$0`, `$1`, ... in `sql` are its arguments.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) usage: &'static str,
    pub(crate) about: &'static str,
    pub(crate) arguments: &'static [Argument],
    pub(crate) gives: Kind,
    /// Whether it may give nothing although its arguments are there.
    pub(crate) nullable: bool,
    pub(crate) sql: &'static str,
}

use Argument::{
    Condition as C, Count, Duration, Literal, Network, Number as N, Path, Regex, Text as T, Time as D,
};

const fn function(
    usage: &'static str,
    arguments: &'static [Argument],
    gives: Kind,
    sql: &'static str,
    about: &'static str,
) -> Function {
    Function { name: "", usage, about, arguments, gives, nullable: false, sql }
}

impl Function {
    const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    const fn may_be_null(mut self) -> Self {
        self.nullable = true;
        self
    }
}

/// In the order of the documentation. A name may stand more than once, with another number of arguments.
pub(crate) const FUNCTIONS: &[Function] = &[
    function("abs(x)", &[N], Kind::Number, "abs($0)", "the number without its sign").named("abs"),
    function("ceil(x)", &[N], Kind::Number, "ceil($0)", "the next whole number above").named("ceil"),
    function("floor(x)", &[N], Kind::Number, "floor($0)", "the next whole number below").named("floor"),
    function("round(x)", &[N], Kind::Number, "round($0)", "the nearest whole number").named("round"),
    function("round(x, digits)", &[N, Count], Kind::Number, "round($0, $1)", "rounded to so many digits")
        .named("round"),
    function("sqrt(x)", &[N], Kind::Number, "sqrt($0)", "the square root").named("sqrt"),
    function("exp(x)", &[N], Kind::Number, "exp($0)", "e to the power of x").named("exp"),
    function("log(x)", &[N], Kind::Number, "log($0)", "the natural logarithm").named("log"),
    function("log2(x)", &[N], Kind::Number, "log2($0)", "the logarithm to base 2").named("log2"),
    function("log10(x)", &[N], Kind::Number, "log10($0)", "the logarithm to base 10").named("log10"),
    function("pow(x, y)", &[N, N], Kind::Number, "pow($0, $1)", "x to the power of y").named("pow"),
    function("least(x, y)", &[N, N], Kind::Number, "least($0, $1)", "the smaller number").named("least"),
    function("greatest(x, y)", &[N, N], Kind::Number, "greatest($0, $1)", "the larger number")
        .named("greatest"),
    function("length(text)", &[T], Kind::Number, "lengthUTF8($0)", "the number of characters")
        .named("length"),
    function("lower(text)", &[T], Kind::Text, "lowerUTF8($0)", "in lower case").named("lower"),
    function("upper(text)", &[T], Kind::Text, "upperUTF8($0)", "in upper case").named("upper"),
    function("trim(text)", &[T], Kind::Text, "trimBoth($0)", "without spaces around it").named("trim"),
    function("left(text, n)", &[T, Count], Kind::Text, "leftUTF8($0, $1)", "the first n characters")
        .named("left"),
    function("right(text, n)", &[T, Count], Kind::Text, "rightUTF8($0, $1)", "the last n characters")
        .named("right"),
    function(
        "substring(text, start, n)",
        &[T, Count, Count],
        Kind::Text,
        "substringUTF8($0, $1, $2)",
        "n characters from a position, counted from 1",
    )
    .named("substring"),
    function(
        "replace(text, \"old\", \"new\")",
        &[T, Literal, Literal],
        Kind::Text,
        "replaceAll($0, $1, $2)",
        "every occurrence replaced",
    )
    .named("replace"),
    function(
        "replace_regex(text, \"regex\", \"new\")",
        &[T, Regex, Literal],
        Kind::Text,
        "replaceRegexpAll($0, $1, $2)",
        "every match replaced; \\1 is the first group",
    )
    .named("replace_regex"),
    function(
        "extract(text, \"regex\")",
        &[T, Regex],
        Kind::Text,
        "extract($0, $1)",
        "the first match, or its first group",
    )
    .named("extract"),
    function(
        "split(text, \"mark\", n)",
        &[T, Literal, Count],
        Kind::Text,
        "splitByString($1, $0)[$2]",
        "the n-th part, counted from 1",
    )
    .named("split"),
    function(
        "contains(text, \"part\")",
        &[T, T],
        Kind::Condition,
        "(positionCaseInsensitiveUTF8($0, $1) > 0)",
        "whether it holds the part, in any case",
    )
    .named("contains"),
    function(
        "starts_with(text, \"part\")",
        &[T, T],
        Kind::Condition,
        "startsWith($0, $1)",
        "whether it starts so",
    )
    .named("starts_with"),
    function("ends_with(text, \"part\")", &[T, T], Kind::Condition, "endsWith($0, $1)", "whether it ends so")
        .named("ends_with"),
    function(
        "matches(text, \"regex\")",
        &[T, Regex],
        Kind::Condition,
        "match($0, $1)",
        "whether the regular expression is found",
    )
    .named("matches"),
    function(
        "in_network(text, \"10.0.0.0/8\")",
        &[T, Network],
        Kind::Condition,
        "ifNull(toIPv6OrNull($0) BETWEEN toIPv6($1) AND toIPv6($2), 0)",
        "whether it is an address of the network",
    )
    .named("in_network"),
    function("domain(url)", &[T], Kind::Text, "domain($0)", "the host of a URL").named("domain"),
    function("path(url)", &[T], Kind::Text, "path($0)", "the path of a URL").named("path"),
    function("json(text, \"user.id\")", &[T, Path], Kind::Text, "", "a value inside a JSON text")
        .named("json"),
    function(
        "logfmt(text, \"key\")",
        &[T, Literal],
        Kind::Text,
        "extractKeyValuePairs($0, '=', ' ', '\"')[$1]",
        "the value of a key in a text of key=value",
    )
    .named("logfmt"),
    function(
        "number(text)",
        &[T],
        Kind::Number,
        "toFloat64OrNull($0)",
        "as a number; nothing where it is none",
    )
    .named("number")
    .may_be_null(),
    function("text(x)", &[T], Kind::Text, "$0", "as a text").named("text"),
    function(
        "bucket(time, 5m)",
        &[D, Duration],
        Kind::Time,
        "",
        "the start of the span that the time lies in",
    )
    .named("bucket"),
    function("bucket(time)", &[D], Kind::Time, "", "the same, with a width that fits the time range")
        .named("bucket"),
    function("hour(time)", &[D], Kind::Number, "toHour($0, 'UTC')", "the hour of the day, UTC").named("hour"),
    function(
        "weekday(time)",
        &[D],
        Kind::Number,
        "toDayOfWeek($0, 0, 'UTC')",
        "1 is Monday, 7 is Sunday, UTC",
    )
    .named("weekday"),
    function(
        "date(time)",
        &[D],
        Kind::Text,
        "formatDateTime($0, '%F', 'UTC')",
        "the day such as 2026-11-20, UTC",
    )
    .named("date"),
    function(
        "unix(time)",
        &[D],
        Kind::Number,
        "(toUnixTimestamp64Nano(toDateTime64($0, 9)) / 1000000000)",
        "seconds since 1970",
    )
    .named("unix"),
    function("now()", &[], Kind::Time, "", "the time of the search").named("now"),
    function("exists(field)", &[Argument::Any], Kind::Condition, "", "whether the row has the field")
        .named("exists"),
    function(
        "if(condition, a, b)",
        &[C, Argument::Any, Argument::Any],
        Kind::Other,
        "",
        "a where the condition holds, else b",
    )
    .named("if"),
    function(
        "coalesce(a, b)",
        &[Argument::Any, Argument::Any],
        Kind::Other,
        "",
        "a where it is there, else b",
    )
    .named("coalesce"),
    function(
        "concat(a, b)",
        &[T, T],
        Kind::Text,
        "concat($0, $1)",
        "one text after the other; of two or more",
    )
    .named("concat"),
];

/// A function over the rows of a group.
#[derive(Debug)]
pub(crate) struct AggregateFunction {
    pub(crate) name: &'static str,
    pub(crate) usage: &'static str,
    pub(crate) about: &'static str,
    /// Least and most arguments.
    pub(crate) arguments: (usize, usize),
}

const fn aggregate(
    name: &'static str,
    usage: &'static str,
    arguments: (usize, usize),
    about: &'static str,
) -> AggregateFunction {
    AggregateFunction { name, usage, about, arguments }
}

/// In the order in which they are offered. `pNN` stands for every percentile.
pub(crate) const AGGREGATES: &[AggregateFunction] = &[
    aggregate("count", "count()", (0, 1), "rows; with a field, rows that have it"),
    aggregate("countif", "countif(level:error)", (1, 1), "rows for which a condition holds"),
    aggregate("uniq", "uniq(user_id)", (1, 1), "different values, about"),
    aggregate("uniq_exact", "uniq_exact(user_id)", (1, 1), "different values, exactly"),
    aggregate("sum", "sum(bytes)", (1, 1), "sum of the numbers"),
    aggregate("avg", "avg(duration_ms)", (1, 1), "mean of the numbers"),
    aggregate("min", "min(duration_ms)", (1, 1), "smallest number or earliest time"),
    aggregate("max", "max(duration_ms)", (1, 1), "largest number or latest time"),
    aggregate("median", "median(duration_ms)", (1, 1), "the middle number"),
    aggregate("p50", "p50(duration_ms)", (1, 1), "the median"),
    aggregate("p90", "p90(duration_ms)", (1, 1), "the number that 90 % are at most; any pNN"),
    aggregate("p95", "p95(duration_ms)", (1, 1), "the number that 95 % are at most; any pNN"),
    aggregate("p99", "p99(duration_ms)", (1, 1), "the number that 99 % are at most; p99.9 too"),
    aggregate("stddev", "stddev(duration_ms)", (1, 1), "standard deviation of the numbers"),
    aggregate("rate", "rate()", (0, 1), "rows a second; with a field, its sum a second"),
    aggregate("first", "first(message)", (1, 1), "the value of the earliest row"),
    aggregate("last", "last(message)", (1, 1), "the value of the latest row"),
    aggregate("any", "any(message)", (1, 1), "the value of one of the rows"),
    aggregate(
        "values",
        "values(host, 100)",
        (1, 2),
        "the different values, in order; at most 100 unless said",
    ),
    aggregate(
        "histogram",
        "histogram(duration_ms, 10)",
        (1, 2),
        "the numbers in so many ranges: low, high, rows",
    ),
];

/// What a name of an aggregate asks for: the name itself, or the level of a percentile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum AggregateName {
    Plain(&'static AggregateFunction),
    Percentile(f64),
}

impl PartialEq for AggregateFunction {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

pub(crate) fn aggregate_of(name: &str) -> Option<AggregateName> {
    let name = name.to_ascii_lowercase();
    if let Some(digits) = name.strip_prefix('p')
        && digits.starts_with(|first: char| first.is_ascii_digit())
        && let Ok(percent) = digits.parse::<f64>()
        && (0.0..=100.0).contains(&percent)
    {
        return Some(AggregateName::Percentile(percent / 100.0));
    }
    AGGREGATES.iter().find(|known| known.name == name).map(AggregateName::Plain)
}

/// Whether an aggregate stands anywhere in the expression.
pub(crate) fn has_aggregate(scalar: &Scalar) -> bool {
    match &scalar.kind {
        ScalarKind::Call { name, arguments } => {
            aggregate_of(name).is_some() || arguments.iter().any(has_aggregate)
        }
        ScalarKind::Not(inner) | ScalarKind::Negate(inner) => has_aggregate(inner),
        ScalarKind::Binary { left, right, .. } => has_aggregate(left) || has_aggregate(right),
        ScalarKind::In { value, list } => has_aggregate(value) || list.iter().any(has_aggregate),
        ScalarKind::Number(_)
        | ScalarKind::Text(_)
        | ScalarKind::Boolean(_)
        | ScalarKind::Field(_)
        | ScalarKind::Test(_) => false,
    }
}

/// Whether a function gives a condition.
pub(crate) fn is_condition(name: &str) -> bool {
    FUNCTIONS.iter().any(|known| known.name == name && known.gives == Kind::Condition)
}
