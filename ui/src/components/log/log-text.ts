import { parseAnsi, type AnsiStyle } from './ansi';
import type { Highlight } from '@/lib/query-language/highlight';
import { matchRanges } from '@/lib/query-language/highlight';

/** A stretch of a log line that is drawn in one way. */
export interface Segment {
  text: string;
  style: AnsiStyle | null;
  isMatch: boolean;
  /** Colour of a word that the user wants to stand out; null where there is none. */
  mark: string | null;
  /** A control or bidirectional character made visible; `title` says which. */
  control: string | null;
}

export interface LogLine {
  segments: Segment[];
  /** Bytes that are not drawn, in UTF-8; 0 when all is. */
  hiddenBytes: number;
  /** Lines of the whole message. */
  lineCount: number;
}

export interface WordMark {
  /** With the flag `g`. */
  pattern: RegExp;
  colour: string;
}

export interface LogTextOptions {
  field: string;
  highlights: Highlight[];
  /** Words that the user wants to stand out in any field. */
  marks?: readonly WordMark[] | undefined;
  /** Characters to draw at most. */
  limit: number;
  /** Draws only the first line. */
  firstLineOnly: boolean;
}

const CONTROL = new RegExp(
  String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]`,
  'g',
);

const MARKS_LIMIT = 100;

const CONTROL_NAMES: Record<number, string> = {
  0x00: 'NUL',
  0x07: 'BEL',
  0x08: 'BS',
  0x0b: 'VT',
  0x0c: 'FF',
  0x0d: 'CR',
  0x1b: 'ESC',
  0x7f: 'DEL',
  0xad: 'SHY',
  0x61c: 'ALM',
  0x200b: 'ZWSP',
  0x200c: 'ZWNJ',
  0x200d: 'ZWJ',
  0x200e: 'LRM',
  0x200f: 'RLM',
  0x2028: 'LS',
  0x2029: 'PS',
  0x202a: 'LRE',
  0x202b: 'RLE',
  0x202c: 'PDF',
  0x202d: 'LRO',
  0x202e: 'RLO',
  0x2066: 'LRI',
  0x2067: 'RLI',
  0x2068: 'FSI',
  0x2069: 'PDI',
  0xfeff: 'BOM',
};

function controlName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return CONTROL_NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else if (code >= 0xd800 && code < 0xdc00) {
      bytes += 4;
      index += 1;
    } else bytes += 3;
  }
  return bytes;
}

function countLines(text: string): number {
  let count = 1;
  const end = text.endsWith('\n') ? text.length - 1 : text.length;
  for (let index = text.indexOf('\n'); index !== -1 && index < end; index = text.indexOf('\n', index + 1))
    count += 1;
  return count;
}

/** A message as segments to draw: colours, matches and invisible characters told apart, cut at the limit. */
export function layOut(text: string, options: LogTextOptions): LogLine {
  const lineCount = countLines(text);
  const { limit } = options;
  const firstLineEnd = options.firstLineOnly ? text.indexOf('\n') : -1;
  const end = firstLineEnd === -1 ? text.length : firstLineEnd;
  // Cut before colours are read, with room for their escape sequences, so that a huge message costs no more than a long one.
  const head = text.slice(0, Math.min(end, limit * 2)).replace(/\r$/, '');
  const { plain, spans } = parseAnsi(head);
  const cut = safeCut(plain, limit);
  const shown = plain.slice(0, cut);
  const hiddenBytes =
    cut < plain.length || head.length < end - 1 ? utf8Length(text.slice(0, end)) - utf8Length(shown) : 0;

  const boundaries = new Set([0, shown.length]);
  for (const span of spans) {
    if (span.from < shown.length) boundaries.add(span.from);
    if (span.to < shown.length) boundaries.add(span.to);
  }
  const matches = matchRanges(shown, options.field, options.highlights);
  for (const { from, to } of matches) {
    boundaries.add(from);
    boundaries.add(to);
  }
  const marks = markRanges(shown, options.marks ?? []);
  for (const { from, to } of marks) {
    boundaries.add(from);
    boundaries.add(to);
  }
  const controls = new Map<number, string>();
  for (const match of shown.matchAll(CONTROL)) {
    controls.set(match.index, controlName(match[0]));
    boundaries.add(match.index);
    boundaries.add(match.index + 1);
  }
  const ordered = [...boundaries].sort((left, right) => left - right);
  const segments: Segment[] = [];
  for (let index = 0; index + 1 < ordered.length; index += 1) {
    const from = ordered[index] ?? 0;
    segments.push({
      text: shown.slice(from, ordered[index + 1]),
      style: spans.find((span) => span.from <= from && from < span.to)?.style ?? null,
      isMatch: matches.some((range) => range.from <= from && from < range.to),
      mark: marks.find((range) => range.from <= from && from < range.to)?.colour ?? null,
      control: controls.get(from) ?? null,
    });
  }
  return { segments, hiddenBytes, lineCount };
}

interface MarkRange {
  from: number;
  to: number;
  colour: string;
}

function markRanges(text: string, marks: readonly WordMark[]): MarkRange[] {
  return marks.flatMap(({ pattern, colour }) =>
    [...text.matchAll(pattern)]
      .filter((match) => match[0] !== '')
      .slice(0, MARKS_LIMIT)
      .map((match) => ({ from: match.index, to: match.index + match[0].length, colour })),
  );
}

/** Never between the halves of a surrogate pair. */
function safeCut(text: string, limit: number): number {
  if (text.length <= limit) return text.length;
  const code = text.charCodeAt(limit - 1);
  return code >= 0xd800 && code < 0xdc00 ? limit - 1 : limit;
}
