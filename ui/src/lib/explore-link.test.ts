import { expect, it } from 'vitest';
import { exploreLinkOfFile } from './explore-link';

it('links to all rows of a file, its last one included', () => {
  expect(exploreLinkOfFile('app.log', '2026-11-20T10:00:00Z', '2026-11-20T11:00:00.500999Z')).toEqual({
    q: 'log.file.name:"app.log"',
    from: '2026-11-20T10:00:00Z',
    to: '2026-11-20T11:00:00.501Z',
  });
});

it('keeps a name with quotes one value, and shows all time where a file has none', () => {
  expect(exploreLinkOfFile('a "b"\\c.log', null, null)).toEqual({
    q: 'log.file.name:"a \\"b\\"\\\\c.log"',
    from: 'all',
  });
});
