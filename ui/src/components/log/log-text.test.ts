import { describe, expect, it } from 'vitest';
import { highlightsOf } from '@/lib/query-language/highlight';
import { parseAnsi, stripAnsi } from './ansi';
import { splitLinks } from './links';
import { layOut, utf8Length } from './log-text';

const options = { field: 'message', highlights: [], limit: 100, firstLineOnly: true };

describe('ANSI colours', () => {
  it('become spans, and the sequences go', () => {
    const { plain, spans } = parseAnsi('a \u001b[1;31mred\u001b[0m b');
    expect(plain).toBe('a red b');
    expect(spans).toMatchObject([{ from: 2, to: 5, style: { foreground: 1, bold: true } }]);
  });

  it('know 256 and true colours', () => {
    const { spans } = parseAnsi('\u001b[38;5;196ma\u001b[48;2;1;2;3mb\u001b[39mc');
    expect(spans.map(({ style }) => [style.foreground, style.background])).toEqual([
      ['rgb(255 0 0)', null],
      ['rgb(255 0 0)', 'rgb(1 2 3)'],
      [null, 'rgb(1 2 3)'],
    ]);
  });

  it('leave other sequences out', () => {
    expect(stripAnsi('\u001b[2K\u001b]8;;http://x\u0007link\u001b]8;;\u0007 \u001b[?25l')).toBe('link ');
  });
});

describe('layOut', () => {
  it('marks matches across colours', () => {
    const line = layOut('\u001b[32mcon\u001b[0mnection refused', {
      ...options,
      highlights: highlightsOf('connection'),
    });
    expect(
      line.segments.map(({ text, isMatch, style }) => [text, isMatch, style?.foreground ?? null]),
    ).toEqual([
      ['con', true, 2],
      ['nection', true, null],
      [' refused', false, null],
    ]);
  });

  it('shows control and bidirectional characters', () => {
    const line = layOut('a\u202Eb\u0000', options);
    expect(line.segments.map(({ control }) => control)).toEqual([null, 'RLO', null, 'NUL']);
  });

  it('cuts long lines and measures what is hidden', () => {
    const line = layOut('x'.repeat(90) + 'ä'.repeat(1_000), options);
    expect(line.segments.map(({ text }) => text).join('')).toHaveLength(100);
    expect(line.hiddenBytes).toBe(1_980);
  });

  it('never cuts a character in two', () => {
    const line = layOut('x'.repeat(99) + '😀y', options);
    expect(line.segments[0]?.text).toBe('x'.repeat(99));
  });

  it('counts lines and draws the first', () => {
    const line = layOut('first\r\n  at second\n  at third\n', options);
    expect(line).toMatchObject({ lineCount: 3, hiddenBytes: 0 });
    expect(line.segments.map(({ text }) => text)).toEqual(['first']);
  });

  it('measures as UTF-8', () => {
    expect(utf8Length('aä€😀')).toBe(10);
  });
});

describe('splitLinks', () => {
  it('finds addresses and leaves the sentence its punctuation', () => {
    expect(splitLinks('see https://a.example/x?y=1. (http://b.example/z)')).toEqual([
      { text: 'see ', href: null },
      { text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' },
      { text: '. (', href: null },
      { text: 'http://b.example/z', href: 'http://b.example/z' },
      { text: ')', href: null },
    ]);
  });

  it('leaves other text whole', () => {
    expect(splitLinks('javascript:alert(1) ftp://x')).toEqual([
      { text: 'javascript:alert(1) ftp://x', href: null },
    ]);
  });
});
