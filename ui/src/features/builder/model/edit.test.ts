import { describe, expect, it } from 'vitest';
import { newGroup, newTest, type Group } from './conditions';
import { added, moved, placed, positionOf, replaced } from './edit';
import { changed, redone, started, undone } from './history';
import { hasWildcard, literal, testOf, textOf, textsOf, verbOf, VERBS, type Verb } from './verbs';

/** `a`, then a group of `b` and `c`, then `d`. */
function tree() {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => newTest(name));
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four');
  const group: Group = { ...newGroup('or'), children: [b, c] };
  const root: Group = { ...newGroup('and'), children: [a, group, d] };
  return { root, group, a, b, c, d };
}

function written(group: Group): string {
  return group.children
    .map((child) =>
      child.kind === 'group' ? `(${written(child)})` : child.kind === 'test' ? child.test.field : '?',
    )
    .join(' ');
}

describe('conditions', () => {
  it('are added, replaced and taken out at any depth', () => {
    const { root, group, b } = tree();
    expect(written(added(root, group.id, newTest('e')))).toBe('a (b c e) d');
    expect(written(replaced(root, b.id, null))).toBe('a (c) d');
    expect(written(replaced(root, b.id, { ...b, test: { ...b.test, field: 'x' } }))).toBe('a (x c) d');
    expect(positionOf(root, b.id)).toEqual({ group, place: 0 });
    expect(positionOf(root, -1)).toBeNull();
  });

  it('are dropped where they are let go, but not inside of themselves', () => {
    const { root, group, a, b, d } = tree();
    expect(written(placed(root, d.id, root.id, 0))).toBe('d a (b c)');
    expect(written(placed(root, a.id, root.id, 2))).toBe('(b c) a d');
    expect(written(placed(root, a.id, group.id, 1))).toBe('(b a c) d');
    expect(written(placed(root, b.id, root.id, 3))).toBe('a (c) d b');
    expect(placed(root, group.id, group.id, 0)).toBe(root);
  });

  it('move by keyboard', () => {
    const { root, group, a, b, c, d } = tree();
    expect(written(moved(root, d.id, 'up'))).toBe('a d (b c)');
    expect(written(moved(root, a.id, 'down'))).toBe('(b c) a d');
    expect(written(moved(root, d.id, 'in'))).toBe('a (b c d)');
    expect(written(moved(root, b.id, 'out'))).toBe('a (c) b d');
    expect(written(moved(root, c.id, 'up'))).toBe('a (c b) d');
    expect(moved(root, a.id, 'up')).toBe(root);
    expect(moved(root, a.id, 'out')).toBe(root);
    expect(moved(root, group.id, 'in')).toBe(root);
  });
});

describe('verbs', () => {
  it.each(VERBS.map((verb): [Verb] => [verb]))('%s is read back as it was said', (verb) => {
    const texts = verb.endsWith('pattern')
      ? ['/api/*']
      : verb === 'exists' || verb === 'missing'
        ? []
        : ['5', '7'];
    const { test, isNegated } = testOf('field', verb, texts);
    expect(verbOf(test, isNegated)).toBe(verb);
    const count = verb.endsWith('between') || verb.endsWith('one_of') ? 2 : 1;
    expect(textsOf(test.value)).toEqual(texts.slice(0, count));
  });

  it('writes texts so that they mean themselves', () => {
    expect(literal('api-1.2')).toEqual({ kind: 'word', of: 'api-1.2' });
    expect(literal('a*b')).toEqual({ kind: 'quoted', of: 'a*b' });
    expect(literal('OR')).toEqual({ kind: 'quoted', of: 'OR' });
    expect(textOf({ kind: 'word', of: 'a\\*b' })).toBe('a*b');
    expect(hasWildcard('a\\*b')).toBe(false);
    expect(hasWildcard('a\\\\*b')).toBe(true);
  });

  it('has no word for a comparison that is turned round', () => {
    expect(verbOf(testOf('a', 'greater', ['1']).test, true)).toBeNull();
  });
});

describe('history', () => {
  it('takes back what was typed into one input as one change', () => {
    let history = started('');
    for (const text of ['a', 'ab', 'abc']) history = changed(history, text, 'field 1');
    history = changed(history, 'abc!', null);
    history = undone(history);
    expect(history.present).toBe('abc');
    history = undone(history);
    expect(history.present).toBe('');
    expect(undone(history)).toEqual(history);
    history = redone(redone(history));
    expect(history.present).toBe('abc!');
    expect(redone(history)).toEqual(history);
    expect(undone(changed(undone(history), 'new', null)).present).toBe('abc');
  });
});
