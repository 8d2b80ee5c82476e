import { keywordCompletionSource } from '@codemirror/lang-sql';
import { syntaxTree } from '@codemirror/language';
import type {
  Completion,
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete';
import { clickHouse, TYPES } from './dialect';
import { tablesInUse, type SqlColumn, type SqlSchema, type SqlTable } from './schema';
import { identifier, statementAt } from './sql-text';

const keywords = keywordCompletionSource(clickHouse, true);

/** Tables, columns, keys of maps, functions, keywords and types, by what may stand at the cursor. */
export function sqlCompletion(schema: () => SqlSchema | null): CompletionSource {
  return async (context) => {
    const known = schema();
    const special = known === null ? null : (keysOfMap(context, known) ?? afterDot(context, known));
    if (special !== null) return special;
    const parameter = parameterType(context);
    if (parameter !== null) return parameter;
    if (isLiteral(context)) return null;
    const word = context.matchBefore(/[`\w]+/);
    if (word === null && !context.explicit) return null;
    if (word !== null && /^\d/.test(word.text)) return null;
    const words = await keywords(context);
    const fromSchema = known === null ? [] : bareNames(context, known);
    const options = [...fromSchema, ...(words?.options ?? [])];
    return { from: word?.from ?? context.pos, options, validFor: /^[`\w]*$/ };
  };
}

function isLiteral(context: CompletionContext): boolean {
  const node = syntaxTree(context.state).resolveInner(context.pos, -1);
  return /String|Comment|Number/.test(node.name);
}

/** `LogAttributes['` offers the keys of that map. */
function keysOfMap(context: CompletionContext, schema: SqlSchema): CompletionResult | null {
  const opened = context.matchBefore(/\b\w+\['[^'\]\n]*/);
  if (opened === null) return null;
  const [column = '', typed = ''] = opened.text.split("['");
  const keys = schema.mapKeys?.[column];
  if (keys === undefined) return null;
  const after = context.state.sliceDoc(context.pos, context.pos + 2);
  const rest = after === "']" ? '' : after.startsWith("'") ? ']' : "']";
  return {
    from: context.pos - typed.length,
    options: keys.map((key) => ({
      label: key,
      type: 'key',
      apply: key.replaceAll('\\', '\\\\').replaceAll("'", "\\'") + rest,
    })),
    validFor: /^[^'\]\n]*$/,
  };
}

/** `alias.` and `table.` offer columns, `database.` tables. */
function afterDot(context: CompletionContext, schema: SqlSchema): CompletionResult | null {
  const typed = context.matchBefore(/(?:\w+|`[^`]+`)\.\w*/);
  if (typed === null) return null;
  const dot = typed.text.lastIndexOf('.');
  const owner = typed.text.slice(0, dot).replaceAll('`', '');
  const table = tablesInUse(schema, statementText(context)).get(owner);
  const options =
    table !== undefined
      ? table.columns.map((column) => columnOption(column, 2))
      : schema.tables.filter(({ database }) => database === owner).map((one) => tableOption(one, ''));
  return options.length === 0 ? null : { from: typed.from + dot + 1, options, validFor: /^\w*$/ };
}

/** After the colon of `{name:` a type is wanted. */
function parameterType(context: CompletionContext): CompletionResult | null {
  const typed = context.matchBefore(/\{\s*\w+\s*:\s*\w*/);
  if (typed === null) return null;
  const word = /\w*$/.exec(typed.text)?.[0] ?? '';
  return {
    from: context.pos - word.length,
    options: TYPES.split(' ').map((label) => ({ label, type: 'type' })),
    validFor: /^\w*$/,
  };
}

function statementText(context: CompletionContext): string {
  const text = context.state.doc.toString();
  return statementAt(text, context.pos)?.text ?? text;
}

function bareNames(context: CompletionContext, schema: SqlSchema): Completion[] {
  const used = new Set(tablesInUse(schema, statementText(context)).values());
  // Before FROM is written, the columns of our own tables are the best guess.
  const columnsOf =
    used.size > 0
      ? [...used]
      : schema.tables.filter(({ database }) => database === schema.defaultDatabase).slice(0, 1);
  const columns = new Map<string, SqlColumn>();
  for (const table of columnsOf) {
    for (const column of table.columns) if (!columns.has(column.name)) columns.set(column.name, column);
  }
  const databases = [...new Set(schema.tables.map(({ database }) => database))];
  return [
    ...[...columns.values()].map((column) => columnOption(column, used.size > 0 ? 3 : 1)),
    ...schema.tables
      .filter(({ database }) => database === schema.defaultDatabase)
      .map((table) => tableOption(table, '')),
    ...databases.map((label): Completion => ({ label, type: 'database', apply: identifier(label) })),
    ...schema.functions.map(({ name, isAggregate }): Completion => {
      return {
        label: name,
        type: isAggregate ? 'aggregate' : 'function',
        apply: (view, _completion, from, to) => {
          const opens = view.state.sliceDoc(to, to + 1) === '(';
          view.dispatch({
            changes: { from, to, insert: opens ? name : `${name}()` },
            selection: { anchor: from + name.length + 1 },
            userEvent: 'input.complete',
          });
        },
      };
    }),
  ];
}

function columnOption({ name, type, comment }: SqlColumn, boost: number): Completion {
  return {
    label: name,
    type: 'column',
    detail: type,
    boost,
    apply: identifier(name),
    ...(comment === undefined || comment === '' ? {} : { info: comment }),
  };
}

function tableOption({ name, comment }: SqlTable, detail: string): Completion {
  return {
    label: name,
    type: 'table',
    detail,
    boost: 2,
    apply: identifier(name),
    ...(comment === undefined || comment === '' ? {} : { info: comment }),
  };
}
