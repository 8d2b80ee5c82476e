import { beforeEach, expect, it } from 'vitest';
import { PreferenceStore, readPreferences } from './preferences';

beforeEach(() => window.localStorage.clear());

it('keeps what was chosen, and takes what is wrong for its default', () => {
  const store = new PreferenceStore(window.localStorage);
  store.set({ fractionDigits: '6', startRange: 'now-1d', authorName: 'Ada' });
  expect(readPreferences(window.localStorage)).toMatchObject({
    fractionDigits: '6',
    startRange: 'now-1d',
    authorName: 'Ada',
  });
  window.localStorage.setItem(
    'click-lite.preferences',
    '{"fractionDigits":6,"startRange":"now-1y","pageRows":"300","density":"huge"}',
  );
  expect(readPreferences(window.localStorage)).toMatchObject({
    fractionDigits: '3',
    startRange: 'last',
    pageRows: '300',
    density: 'compact',
  });
  store.set({ timeZone: 'America/St_Johns' });
  expect(readPreferences(window.localStorage).timeZone).toBe('America/St_Johns');
  window.localStorage.setItem('click-lite.preferences', '{"timeZone":"Moon/Tycho"}');
  expect(readPreferences(window.localStorage).timeZone).toBe('local');
  window.localStorage.setItem('click-lite.preferences', '[');
  expect(readPreferences(window.localStorage).timeZone).toBe('local');
});
