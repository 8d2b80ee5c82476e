import { expect, it } from 'vitest';
import { logRow } from '@/test/log-row';
import { RowList } from './row-list';

const rows = (...ids: string[]) => ids.map((IngestId) => logRow({ IngestId }));
const ids = (list: Iterable<{ IngestId: string }>) => [...list].map(({ IngestId }) => IngestId).join(' ');

it('leaves a list as it was when another one goes on from it', () => {
  const first = RowList.of(rows('9', '8'));
  const second = first.with(rows('7'));
  expect(ids(first)).toBe('9 8');
  expect(first.row(2)).toBeUndefined();
  expect(ids(second)).toBe('9 8 7');
  expect(ids(second.slice(1))).toBe('8 7');
  expect(ids(first.slice(1, 3))).toBe('8');
});

it('goes on from a list again without the rows of the other one', () => {
  const first = RowList.of(rows('9'));
  const broken = first.with(rows('8', '7'));
  expect(ids(first.with(rows('8', '6')))).toBe('9 8 6');
  expect(ids(broken)).toBe('9 8 7');
});

it('finds rows that came after they were looked for, and only in the lists that hold them', () => {
  const first = RowList.of(rows('9', '8'));
  expect(first.indexOf('8')).toBe(1);
  expect(first.indexOf('6')).toBe(-1);
  const second = first.with(rows('7', '6'));
  expect(second.indexOf('6')).toBe(3);
  expect(first.indexOf('6')).toBe(-1);
  expect(second.indexOf('9')).toBe(0);
  expect(second.row(second.indexOf('nothing'))).toBeUndefined();
});

it('does not go through the rows again for each page', () => {
  let looks = 0;
  const counted = Array.from({ length: 1_000 }, (_, index) => ({
    ...logRow(),
    get IngestId() {
      looks += 1;
      return String(index);
    },
  }));
  let list = RowList.of(counted);
  for (let page = 0; page < 100; page += 1) {
    list = list.with(rows(`page ${page}`));
    list.indexOf('not there');
  }
  expect(looks).toBe(1_000);
});
