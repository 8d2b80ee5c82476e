import { describe, expect, it } from 'vitest';
import { changeOf, draftOf, draftProblem } from './connection-draft';

describe('the form of a connection', () => {
  it('sends a secret only once it was touched', () => {
    const draft = { ...draftOf(null), name: ' prod ', url: ' https://ch:8443 ', proxy: ' ' };
    expect(changeOf(draft)).toMatchObject({ name: 'prod', url: 'https://ch:8443', proxy: null });
    expect(changeOf(draft)).not.toHaveProperty('password');
    expect(changeOf({ ...draft, password: '' })).toHaveProperty('password', '');
  });

  it('wants an address', () => {
    expect(draftProblem({ ...draftOf(null), url: 'ch:8443' })).toMatch(/http/);
    expect(draftProblem({ ...draftOf(null), url: 'http://ch:8123' })).toBeNull();
  });
});
