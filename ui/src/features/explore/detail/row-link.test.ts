import { expect, it } from 'vitest';
import { ALL_TIME } from '@/lib/time-range/range';
import { exploreAddress } from '../state/search-state';
import { linkOrigin } from './use-row-actions';

it('gives links that a browser opens, on the desktop too', () => {
  expect(linkOrigin('web', '127.0.0.1:7410')).toBe(window.location.origin);
  const origin = linkOrigin('tauri', '127.0.0.1:7410');
  expect(
    exploreAddress(origin ?? '', { query: 'a b', range: ALL_TIME, columns: ['time'], pinned: 0 }, '7'),
  ).toBe('http://127.0.0.1:7410/explore?q=a+b&from=all&cols=time&row=%227%22');
  expect(linkOrigin('tauri', undefined)).toBeNull();
});
