import { expect, it } from 'vitest';
import { desktopLink, linkOrigin } from '@/components/share-link/link-forms';
import { ALL_TIME } from '@/lib/time-range/range';
import { explorePath } from '../state/search-state';

it('gives links that a browser opens, on the desktop too, and those that the desktop opens', () => {
  expect(linkOrigin('web', '127.0.0.1:7410')).toBe(window.location.origin);
  expect(linkOrigin('tauri', '127.0.0.1:7410')).toBe('http://127.0.0.1:7410');
  expect(linkOrigin('tauri', undefined)).toBeNull();
  const path = explorePath({ query: 'a b', range: ALL_TIME, columns: ['time'], pinned: 0 }, '7');
  expect(path).toBe('/explore?q=a+b&from=all&cols=time&row=%227%22');
  expect(desktopLink(path)).toBe('click-lite://explore?q=a+b&from=all&cols=time&row=%227%22');
});
