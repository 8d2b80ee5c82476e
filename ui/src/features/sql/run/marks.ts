import { ApiError } from '@/api/errors';
import type { SqlHint } from '@/api/sql';
import { utf16Offset } from '@/components/search-bar/offsets';
import { plainMessage } from '@/components/notify';
import type { SqlMark } from '@/components/sql-editor/sql-editor';

/** A statement and where it begins in the text of the editor. */
export interface PlacedStatement {
  text: string;
  from: number;
}

/** The place that an error names, in the editor's text; `null` where it names none. */
export function markOfError(error: unknown, statement: PlacedStatement): SqlMark | null {
  const details = error instanceof ApiError ? error.queryDetails() : null;
  if (details === null) return null;
  const message = sentences(plainMessage(error), details.hint);
  return { ...placed(details.position, details.length, statement), kind: 'error', message };
}

export function marksOfHints(hints: readonly SqlHint[], statement: PlacedStatement): SqlMark[] {
  return hints.flatMap(({ message, suggestion, position, length }): SqlMark[] =>
    position === null
      ? []
      : [
          {
            ...placed(position, length ?? 1, statement),
            kind: 'hint',
            message: sentences(message, suggestion),
          },
        ],
  );
}

function sentences(...texts: (string | null)[]): string {
  return texts
    .filter((text) => text !== null && text !== '')
    .map((text) => plainMessage(text))
    .join(' ');
}

function placed(
  position: number,
  length: number,
  { text, from }: PlacedStatement,
): { from: number; to: number } {
  const start = utf16Offset(text, position);
  const end = utf16Offset(text, position + Math.max(length, 1));
  return { from: from + start, to: from + Math.max(end, start) };
}
