import { expect, it } from 'vitest';
import { ApiError } from '@/api/errors';
import { markOfError, marksOfHints } from './marks';

const TEXT = "SELECT '😀', Bdy FROM otel_logs";

it('places what the server says in characters where the editor counts otherwise', () => {
  const position = Array.from(TEXT.slice(0, TEXT.indexOf('Bdy'))).length;
  const error = new ApiError(400, {
    code: 'sql.unknown_column',
    message: 'no column Bdy',
    details: { position, length: 3, hint: 'did you mean Body?' },
  });
  const mark = markOfError(error, { text: TEXT, from: 100 });
  expect(TEXT.slice((mark?.from ?? 0) - 100, (mark?.to ?? 0) - 100)).toBe('Bdy');
  expect(mark?.message).toBe('No column Bdy. Did you mean Body?');
});

it('says nothing of a place where none is named', () => {
  const error = new ApiError(503, { code: 'engine.unavailable', message: 'starting' });
  expect(markOfError(error, { text: TEXT, from: 0 })).toBeNull();
  const hint = { code: 'full_scan', message: 'm', suggestion: 's', position: null, length: null };
  expect(marksOfHints([hint, { ...hint, position: 0, length: 6 }], { text: TEXT, from: 0 })).toEqual([
    { from: 0, to: 6, kind: 'hint', message: 'M. S.' },
  ]);
});
