import type { ParameterValue, QueryLanguage, SavedContent, SavedParameter } from '@/api/saved';

/** Types of the parameters of a search, and what they are called. */
export const SEARCH_TYPES = [
  { value: 'text', label: 'Text, exactly' },
  { value: 'wildcards', label: 'Text with * and ?' },
  { value: 'number', label: 'Number' },
  { value: 'word', label: 'Level or time' },
] as const;

export const NEW_CONTENT: SavedContent = {
  name: '',
  description: '',
  folder: '',
  tags: [],
  language: 'search',
  text: '',
  from: null,
  to: null,
  parameters: [],
  source: null,
  visibility: 'shared',
};

/** What is a version of a saved query or template, without what the server adds. */
export function contentOf(saved: SavedContent): SavedContent {
  const { name, description, folder, tags, language, text, from, to, parameters, source, visibility } = saved;
  return {
    name,
    description,
    folder,
    tags,
    language,
    text,
    from,
    to,
    parameters,
    source: source ?? null,
    visibility,
  };
}

/** Filled by the server from the time range. */
const OF_RANGE = new Set(['from', 'to']);

/** The places for parameters in a text, each once. A quoted `"$name"` is a text, not a place. */
export function placesOf(language: QueryLanguage, text: string): { name: string; type: string }[] {
  const found = new Map<string, string>();
  if (language === 'sql') {
    for (const [, name = '', type = ''] of text.matchAll(/\{\s*([A-Za-z_]\w*)\s*:\s*([^{}]+?)\s*\}/g)) {
      if (!OF_RANGE.has(name) && !found.has(name)) found.set(name, type);
    }
  } else {
    const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, ' ""');
    for (const [, name = ''] of bare.matchAll(/(?:^|[\s(:=<>!-])\$([A-Za-z_]\w*)(?=$|[\s)])/g)) {
      if (!found.has(name)) found.set(name, 'text');
    }
  }
  return [...found].map(([name, type]) => ({ name, type }));
}

/** The parameters that a text has places for: those that are described already, and new ones. */
export function parametersOf(
  language: QueryLanguage,
  text: string,
  known: SavedParameter[],
): SavedParameter[] {
  return placesOf(language, text).map(({ name, type }) => {
    const before = known.find((parameter) => parameter.name === name);
    if (before !== undefined) return language === 'sql' ? { ...before, type } : before;
    return { name, type, default: null, values: [], values_query: null, optional: false };
  });
}

export function isEmptyValue(value: ParameterValue): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** True where a query can't be run before this parameter has a value. */
export function needsValue(
  language: QueryLanguage,
  parameter: SavedParameter,
  value: ParameterValue,
): boolean {
  if (!isEmptyValue(value)) return false;
  if (language === 'search') return !parameter.optional;
  return value !== '';
}

export function valueText(value: ParameterValue): string {
  if (value === null) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}
