import type { LogRow } from '@/api/types';
import { detailGroups } from '@/components/log/record';

export interface ComparedField {
  label: string;
  /** Per row; undefined where the row lacks the field. */
  values: (string | undefined)[];
  differs: boolean;
}

export interface ComparedGroup {
  name: string;
  fields: ComparedField[];
}

/** The fields of rows side by side, in the groups and the order of a row's detail. */
export function compareRows(rows: readonly LogRow[]): ComparedGroup[] {
  const groups = new Map<string, Map<string, (string | undefined)[]>>();
  const put = (group: string, label: string, place: number, value: string) => {
    const fields = groups.get(group) ?? new Map<string, (string | undefined)[]>();
    groups.set(group, fields);
    const values = fields.get(label) ?? rows.map(() => undefined);
    values[place] = value;
    fields.set(label, values);
  };
  rows.forEach((row, place) => {
    put('Message', 'message', place, row.Body);
    for (const group of detailGroups(row)) {
      for (const field of group.fields) put(group.name, field.label, place, field.value);
    }
  });
  return [...groups].map(([name, fields]) => ({
    name,
    fields: [...fields].map(([label, values]) => ({
      label,
      values,
      differs: values.some((value) => value !== values[0]),
    })),
  }));
}

export interface Piece {
  text: string;
  /** Not in the other text. */
  isOwn: boolean;
}

const PIECES_LIMIT = 400;

/** Two texts word by word: what both have in order, and what is of one alone. */
export function differences(left: string, right: string): [Piece[], Piece[]] {
  const a = left.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  const b = right.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  if (a.length > PIECES_LIMIT || b.length > PIECES_LIMIT) {
    return [[{ text: left, isOwn: false }], [{ text: right, isOwn: false }]];
  }
  // Longest common subsequence; texts are short, so the table is small.
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      const below = lengths[i + 1];
      if (row === undefined || below === undefined) continue;
      row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  const result: [Piece[], Piece[]] = [[], []];
  const push = (side: 0 | 1, text: string | undefined, isOwn: boolean) => {
    const pieces = result[side];
    const last = pieces.at(-1);
    if (last?.isOwn === isOwn) last.text += text ?? '';
    else pieces.push({ text: text ?? '', isOwn });
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      push(0, a[i], false);
      push(1, b[j], false);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))) {
      push(0, a[i], true);
      i += 1;
    } else {
      push(1, b[j], true);
      j += 1;
    }
  }
  return result;
}
