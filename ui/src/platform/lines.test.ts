import { expect, it } from 'vitest';
import { LineSplitter } from './lines';

it('cuts text into lines wherever its pieces end', () => {
  const text = '{"a":1}\n\n{"b":"two words"}\n{"c":3}';
  for (let size = 1; size <= text.length; size += 1) {
    const splitter = new LineSplitter();
    const lines: string[] = [];
    for (let from = 0; from < text.length; from += size)
      lines.push(...splitter.push(text.slice(from, from + size)));
    expect(lines).toEqual(['{"a":1}', '{"b":"two words"}']);
    expect(splitter.end()).toEqual(['{"c":3}']);
    expect(splitter.end()).toEqual([]);
  }
});
