import type { LineChange } from '@/api/saved';

/** Lines that were removed stand beside those that came in their place. */
export function sideBySide(lines: LineChange[]): [LineChange | null, LineChange | null][] {
  const pairs: [LineChange | null, LineChange | null][] = [];
  let removed: LineChange[] = [];
  let added: LineChange[] = [];
  const flush = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) {
      pairs.push([removed[at] ?? null, added[at] ?? null]);
    }
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.kind === 'removed') removed.push(line);
    else if (line.kind === 'added') added.push(line);
    else {
      flush();
      pairs.push([line, line]);
    }
  }
  flush();
  return pairs;
}
