import { describe, expect, it } from 'vitest';
import type { Variable, Widget } from '@/api/dashboards';
import { Gate } from './gate';
import { changed, historyOf, redone, undone } from './history';
import { compacted, freePlace, inReadingOrder, moved, resized } from './layout';
import { hasPipe } from '@/lib/query-language/pipe';
import { bucketSeconds } from './query';
import { fillSearch, inOrder, sqlParameters, valuesOf, variablesIn, withPicked } from './variables';

function widget(id: string, x: number, y: number, w: number, h: number): Widget {
  return { id, kind: 'bar', title: id, layout: { x, y, w, h }, options: {} };
}

function places(widgets: Widget[]): Record<string, number[]> {
  return Object.fromEntries(widgets.map(({ id, layout: { x, y, w, h } }) => [id, [x, y, w, h]]));
}

function variable(name: string, change: Partial<Variable> = {}): Variable {
  return { name, label: '', type: 'list', multi: true, values: [], default: [], ...change };
}

describe('layout', () => {
  const board = [widget('a', 0, 0, 6, 4), widget('b', 6, 0, 6, 4), widget('c', 0, 4, 12, 3)];

  it('has no holes', () => {
    expect(places(compacted([widget('a', 0, 5, 6, 2), widget('b', 0, 9, 6, 2)]))).toEqual({
      a: [0, 0, 6, 2],
      b: [0, 2, 6, 2],
    });
  });

  it('moves by keyboard, and what is in the way goes below', () => {
    expect(places(moved(board, 'a', 1, 0)).a).toEqual([1, 0, 6, 4]);
    expect(places(moved(board, 'a', 1, 0)).b?.[1]).toBeGreaterThanOrEqual(4);
    expect(places(moved(board, 'a', -1, 0))).toEqual(places(board));
    expect(places(moved(board, 'b', 9, 0)).b).toEqual([6, 0, 6, 4]);
  });

  it('changes places with the widget above or below', () => {
    expect(places(moved(board, 'c', 0, -1)).c).toEqual([0, 0, 12, 3]);
    const down = places(moved(board, 'a', 0, 1));
    expect(down.a?.[1]).toBeGreaterThan(down.c?.[1] ?? 99);
    expect(places(moved(board, 'c', 0, 1))).toEqual(places(board));
  });

  it('resizes within the grid', () => {
    expect(places(resized(board, 'b', 3, 0)).b).toEqual([6, 0, 6, 4]);
    expect(places(resized(board, 'a', -2, 1)).a).toEqual([0, 0, 4, 5]);
    expect(places(resized(board, 'a', -20, -20)).a).toEqual([0, 0, 1, 2]);
    expect(places(resized(board, 'a', 3, 0)).b?.[1]).toBeGreaterThanOrEqual(4);
  });

  it('finds room for a new widget', () => {
    expect(freePlace([], 'number')).toEqual({ x: 0, y: 0, w: 3, h: 3 });
    expect(freePlace([widget('a', 0, 0, 8, 4)], 'number')).toEqual({ x: 8, y: 0, w: 3, h: 3 });
    expect(freePlace(board, 'logs').y).toBe(7);
  });

  it('is read from above and from the left', () => {
    expect(inReadingOrder(board.toReversed()).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });
});

describe('history', () => {
  it('goes back and forth, and a new change ends what was undone', () => {
    let history = changed(changed(historyOf(1), 2), 3);
    history = undone(undone(history));
    expect([history.present, undone(history).present]).toEqual([1, 1]);
    history = redone(history);
    expect(history.present).toBe(2);
    history = changed(history, 9);
    expect([redone(history).present, undone(history).present]).toEqual([9, 2]);
    expect(changed(history, 9)).toBe(history);
  });
});

describe('variables', () => {
  it('become quoted texts in a search, and can be nothing else', () => {
    const fill = (text: string, chosen: string[]) => fillSearch(text, { service: chosen });
    expect(fill('level:error service:$service', ['api'])).toBe('level:error service:"api"');
    expect(fill('service:$service x', ['a', 'b'])).toBe('service:("a" OR "b") x');
    expect(fill('service:$service', ['a" OR level:error "\\'])).toBe('service:"a\\" OR level:error \\"\\\\"');
    expect(fill('service!=$service timeout', ['api'])).toBe('service!="api" timeout');
    expect(fill('"$service" $other message:/$service/', ['api'])).toBe(
      '"$service" $other message:/$service/',
    );
    expect(fill('$service', ['connection refused'])).toBe('"connection refused"');
  });

  it('without a value leave their test out, negated or not', () => {
    const fill = (text: string) => fillSearch(text, { service: [] });
    expect(fill('level:error service:$service')).toBe('level:error *');
    expect(fill('-service:$service level:error')).toBe('* level:error');
    expect(fill('NOT service:$service level:error')).toBe('* level:error');
    expect(fill('a service!=$service')).toBe('a *');
    expect(fill('* | where service:$service | stats count()')).toBe('* | where true | stats count()');
  });

  it('are bound to SQL in the form of the parameter, and only where it is named', () => {
    const values = { service: ['a', 'b'], word: [], level: ['error'] };
    expect(sqlParameters('has({service:Array(String)}, x) AND {level : String} = y', values)).toEqual({
      service: ['a', 'b'],
      level: 'error',
    });
    expect(sqlParameters('{word:String} {word2:String}', values)).toEqual({ word: '' });
    expect(sqlParameters('{word:Nullable(String)}', values)).toEqual({ word: null });
  });

  it('take the values of the address, else their defaults', () => {
    const variables = [variable('a', { default: ['x'] }), variable('b', { multi: false })];
    expect(valuesOf(variables, { b: ['1', '2'], other: ['y'] })).toEqual({ a: ['x'], b: ['1'] });
  });

  it('come after those they depend on', () => {
    const query = (text: string) => ({ type: 'query' as const, query: { language: 'sql' as const, text } });
    const pod = variable('pod', query('SELECT pod WHERE ns = {namespace:String}'));
    const namespace = variable('namespace', query('SELECT ns WHERE c = {cluster:String}'));
    const cluster = variable('cluster', query('SELECT {pod:String}'));
    expect(inOrder([pod, namespace, cluster]).map(({ name }) => name)).toEqual([
      'cluster',
      'namespace',
      'pod',
    ]);
    expect(variablesIn({ language: 'search', text: 'a:$pod "$cluster"' }, [pod, cluster])).toEqual(['pod']);
  });

  it('are chosen by a click on a value of their column, and left by the second', () => {
    const variables = [variable('service'), variable('h', { label: 'Host' })];
    const once = withPicked(variables, { service: ['x', 'y'] }, 'service', 'api');
    expect(once).toEqual({ service: ['api'] });
    expect(withPicked(variables, once ?? {}, 'Service', 'api')).toEqual({ service: [] });
    expect(withPicked(variables, {}, 'host', 'n1')).toEqual({ h: ['n1'] });
    expect(withPicked(variables, {}, 'path', '/')).toBeNull();
  });
});

describe('queries', () => {
  it('have buckets that fit their range', () => {
    expect(bucketSeconds('2026-11-20T10:00:00Z', '2026-11-20T10:15:00Z')).toBe(10);
    expect(bucketSeconds('2026-11-20T10:00:00Z', '2026-11-20T16:00:00Z')).toBe(300);
    expect(bucketSeconds(null, null)).toBe(86_400);
  });

  it('have a pipe or not', () => {
    expect(hasPipe('level:error | stats count()')).toBe(true);
    expect(hasPipe('"a | b" message:/x|y/')).toBe(false);
  });

  it('run so many at once, in order, and one that is aborted leaves the line', async () => {
    const gate = new Gate(1);
    const seen: string[] = [];
    let finish = (): void => undefined;
    const forever = new AbortController().signal;
    const first = gate.run(() => new Promise<void>((resolve) => (finish = resolve)), forever);
    const gone = new AbortController();
    const second = gate.run(() => Promise.resolve(seen.push('second')), gone.signal);
    const third = gate.run(() => Promise.resolve(seen.push('third')), forever);
    gone.abort();
    await expect(second).rejects.toThrow('not wanted');
    expect(seen).toEqual([]);
    finish();
    await Promise.all([first, third]);
    expect(seen).toEqual(['third']);
    await gate.run(() => Promise.resolve(seen.push('fourth')), forever);
    expect(seen).toEqual(['third', 'fourth']);
  });
});
