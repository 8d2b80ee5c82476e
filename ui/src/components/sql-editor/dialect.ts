import { SQLDialect } from '@codemirror/lang-sql';

/** Words that stand for themselves in a query; functions and columns come from the schema. */
const KEYWORDS =
  'select from where prewhere having group by order limit offset with as distinct on and or not in is null like ilike ' +
  'between exists case when then else end union all except intersect join inner left right full cross any asof semi anti ' +
  'global using array asc desc nulls first last collate fill step to interpolate settings format final sample ' +
  'totals rollup cube grouping sets qualify window over partition rows range unbounded preceding following current row ' +
  'interval year quarter month week day hour minute second millisecond microsecond nanosecond cast extract ' +
  'values true false ties recursive materialized explain indexes pipeline plan syntax ast query tree estimate describe show';

export const TYPES =
  'Bool Int8 Int16 Int32 Int64 Int128 Int256 UInt8 UInt16 UInt32 UInt64 UInt128 UInt256 Float32 Float64 Decimal String ' +
  'FixedString UUID Date Date32 DateTime DateTime64 IPv4 IPv6 Array Map Tuple Nested Nullable LowCardinality Enum8 Enum16 ' +
  'JSON Variant Dynamic Nothing Point';

export const clickHouse = SQLDialect.define({
  keywords: KEYWORDS,
  types: TYPES.toLowerCase(),
  backslashEscapes: true,
  doubleQuotedStrings: false,
  hashComments: false,
  operatorChars: '*+-%<>!=&|^/?:',
  // Parameters are `{name:Type}`; a question mark is the ternary operator.
  specialVar: '@',
  identifierQuotes: '`"',
  caseInsensitiveIdentifiers: true,
});
