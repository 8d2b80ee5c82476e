import { describe, expect, it } from 'vitest';
import {
  addTerm,
  filtersOf,
  negateFilter,
  quoteValue,
  stateOf,
  toggleExclude,
  toggleInclude,
  withoutField,
} from './filters';
import { highlightsOf, matchRanges } from './highlight';
import { tokenize } from './lexer';
import { splitPipes } from './pipes';
import { parse } from './syntax';

const kinds = (text: string) => tokenize(text).map((token) => `${token.kind}:${token.text}`);

describe('tokenize', () => {
  it.each([
    ['connection refused', ['word:connection', 'word:refused']],
    ['level:error AND "no route"', ['field:level', 'word:error', 'keyword:AND', 'phrase:no route']],
    ['-service:api', ['negation:-', 'field:service', 'word:api']],
    ['!timeout', ['negation:!', 'word:timeout']],
    ['status:>=500', ['field:status', 'comparison:>=', 'word:500']],
    ['status>=500', ['field:status', 'comparison:>=', 'word:500']],
    ['user_id!=42 a', ['field:user_id', 'comparison:!=', 'word:42', 'word:a']],
    ['a\\:b a|b', ['word:a\\:b', 'word:a', 'pipe:|', 'command:b']],
    ['a-b -c', ['word:a-b', 'negation:-', 'word:c']],
    ['temperature:-5', ['field:temperature', 'word:-5']],
    ['/time.?out/ x', ['regex:time.?out', 'word:x']],
    ['http.path:/api\\/v1/', ['field:http.path', 'regex:api/v1']],
    ['/var/log/dpkg.log', ['word:/var/log/dpkg.log']],
    ['url:http://x:80/y', ['field:url', 'word:http://x:80/y']],
    ['12:04:01', ['field:12', 'word:04:01']],
    ['"odd name":v', ['field:odd name', 'word:v']],
    ['"say \\"hi\\""', ['phrase:say "hi"']],
    ['(a OR b)', ['parenthesis:(', 'word:a', 'keyword:OR', 'word:b', 'parenthesis:)']],
  ])('%s', (text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });

  it('says where a quote stays open', () => {
    expect(tokenize('a "b c')[1]).toMatchObject({
      kind: 'phrase',
      text: 'b c',
      closed: false,
      from: 2,
      to: 6,
    });
  });
});

describe('parse', () => {
  it('binds AND closer than OR', () => {
    expect(parse('a b OR c')).toMatchObject({ kind: 'or', children: [{ kind: 'and' }, { kind: 'term' }] });
  });

  it('reads what it can of broken text', () => {
    expect(parse('a ) b OR (')).toMatchObject({ kind: 'and' });
    expect(parse('level:')).toBeNull();
    expect(parse('')).toBeNull();
  });
});

describe('pipes', () => {
  const kinds = (text: string) => tokenize(text).map(({ kind, text: source }) => `${kind} ${source}`);

  it('are coloured by what their words do', () => {
    expect(kinds('a | stats sum(`x y`) as n by service, bucket(time, 5m) // why')).toEqual([
      'word a',
      'pipe |',
      'command stats',
      'function sum',
      'parenthesis (',
      'field x y',
      'parenthesis )',
      'keyword as',
      'field n',
      'keyword by',
      'field service',
      'comparison ,',
      'function bucket',
      'parenthesis (',
      'field time',
      'comparison ,',
      'word 5m',
      'parenthesis )',
      'comment // why',
    ]);
    expect(kinds('"a | b" | where level:error and /x|y/')).toEqual([
      'phrase a | b',
      'pipe |',
      'command where',
      'field level',
      'word error',
      'keyword and',
      'regex x|y',
    ]);
  });

  it('end with broken text', () => {
    for (const text of ['|', '| |', '| stats (', "| where '", '| where /', '| 🙂 `', '# ', '//']) {
      expect(tokenize(text).every(({ from, to }) => to > from)).toBe(true);
    }
  });

  it('stay behind what is added to the filter', () => {
    expect(splitPipes('level:error | top 3 host')).toEqual({ filter: 'level:error', pipes: '| top 3 host' });
    expect(toggleInclude('* | top 3 host', 'level', 'error')).toBe('level:error | top 3 host');
    expect(toggleInclude('a OR b | top 3 host', 'level', 'error')).toBe('(a OR b) level:error | top 3 host');
    expect(toggleInclude('a level:error | top 3 host', 'level', 'error')).toBe('a | top 3 host');
    expect(filtersOf('level:error | where service:cart')).toHaveLength(1);
  });
});

describe('ranges and lists', () => {
  it('are filters that are shown and not toggled', () => {
    expect(filtersOf('ms:[1 TO 5] service in (a, b) host:in(c, d) x')).toMatchObject([
      { field: 'ms', label: '[1 TO 5]', editable: false },
      { field: 'service', label: '(a, b)', editable: false },
      { field: 'host', label: 'in(c, d)', editable: false },
    ]);
  });
});

describe('filters', () => {
  it('are the field terms at the top level', () => {
    expect(filtersOf('refused level:error -service:api (host:a OR host:b) status:>=500')).toMatchObject([
      { field: 'level', values: ['error'], negated: false, editable: true },
      { field: 'service', values: ['api'], negated: true, editable: true },
      { field: 'host', values: ['a', 'b'], negated: false, label: 'a or b' },
      { field: 'status', label: '>=500', editable: false },
    ]);
  });

  it('are none where an OR stands above them', () => {
    expect(filtersOf('level:error OR refused')).toEqual([]);
  });

  it('include, add, and take out values', () => {
    expect(toggleInclude('', 'level', 'error')).toBe('level:error');
    expect(toggleInclude('*', 'level', 'error')).toBe('level:error');
    expect(toggleInclude('refused level:error', 'level', 'warn')).toBe('refused level:(error OR warn)');
    expect(toggleInclude('refused level:(error OR warn)', 'severity', 'error')).toBe('refused level:warn');
    expect(toggleInclude('refused level:error x', 'level', 'error')).toBe('refused x');
    expect(toggleInclude('-level:error', 'level', 'error')).toBe('level:error');
  });

  it('exclude values and let them in again', () => {
    expect(toggleExclude('level:error', 'service', 'api gateway')).toBe('level:error -service:"api gateway"');
    expect(toggleExclude('level:error -service:api', 'service', 'api')).toBe('level:error');
    expect(toggleExclude('(level:error OR level:warn)', 'level', 'warn')).toBe('level:error -level:warn');
  });

  it('keep the meaning of an OR that they are added to', () => {
    expect(addTerm('a OR b', 'level:error')).toBe('(a OR b) level:error');
    expect(addTerm('(a OR b)', 'level:error')).toBe('(a OR b) level:error');
  });

  it('remove a term together with its AND', () => {
    expect(toggleInclude('a AND level:error AND b', 'level', 'error')).toBe('a b');
  });

  it('know the state of a value under either name of the field', () => {
    expect(stateOf('severity:error', 'level', 'error')).toBe('included');
    expect(stateOf('-level:info', 'level', 'info')).toBe('excluded');
    expect(stateOf('level:>info', 'level', 'info')).toBeNull();
  });

  it('go away with their field, and turn around', () => {
    expect(withoutField('x level:error -severity:info y', 'level')).toBe('x y');
    const [filter] = filtersOf('x level:error');
    expect(filter && negateFilter('x level:error', filter)).toBe('x -level:error');
  });

  it.each([
    ['api', 'api'],
    ['10.0.0.1', '10.0.0.1'],
    ['two words', '"two words"'],
    ['say "hi" \\', '"say \\"hi\\" \\\\"'],
    ['app*', '"app*"'],
    ['/x/', '"/x/"'],
    ['OR', '"OR"'],
    ['', '""'],
    ['>5', '">5"'],
    ['Größe', 'Größe'],
  ])('write %s so that it means itself', (value, written) => {
    expect(quoteValue(value)).toBe(written);
    expect(filtersOf(toggleInclude('', 'f', value))).toMatchObject([{ field: 'f', values: [value] }]);
  });
});

describe('highlights', () => {
  const marked = (query: string, text: string, field = 'message') =>
    matchRanges(text, field, highlightsOf(query)).map(({ from, to }) => text.slice(from, to));

  it.each([
    ['error', 'Error: terror errors ERROR_CODE', ['Error', 'ERROR']],
    ['err*', 'error terror ERRNO', ['error', 'ERRNO']],
    ['"connection refused"', 'Connection refused by peer', ['Connection refused']],
    ['"connection refused"', 'connection, refused', ['connection, refused']],
    ['"connection-refused"', 'connection refused', []],
    ['a?c', 'abc ac', ['abc']],
    ['10.0.0.1', 'from 10.0.0.1:80 and 110.0.0.1', ['10.0.0.1']],
    ['/\\d+ms/', 'took 12ms', ['12ms']],
    ['/(?i)TOOK/', 'took', ['took']],
    ['-error warn', 'error warn', ['warn']],
    ['NOT (a b) c', 'a b c', ['c']],
    ['a OR b', 'b a', ['b', 'a']],
    ['message:peer', 'by peer', ['peer']],
    ['level:error', 'error', []],
    ['"b c" b', 'a b c', ['b c']],
    ['/(/', 'a(', []],
    ['*', 'anything', []],
    ['größe', 'die Größe da', ['Größe']],
  ])('%s in "%s"', (query, text, expected) => {
    expect(marked(query, text)).toEqual(expected);
  });

  it('stay in the column of their field', () => {
    expect(marked('service:api', 'api', 'service')).toEqual(['api']);
    expect(marked('service:(api OR cart*)', 'cartography', 'service')).toEqual(['cartography']);
    expect(marked('service:api', 'api-2', 'service')).toEqual([]);
    expect(marked('severity:error', 'error', 'level')).toEqual(['error']);
  });
});
