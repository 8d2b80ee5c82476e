import type { FieldsResponse } from '@/api/types';
import { formatCount, formatCountOf } from '@/lib/format/numbers';

export interface TourStep {
  /** `data-tour` of what the step is about; the step stands in the middle where it is not on screen. */
  target: string;
  title: string;
  text: string;
  /** A search of the user's own rows to try. */
  trial: { label: string; query: string } | null;
}

function topValue(
  fields: FieldsResponse | undefined,
  name: string,
): { value: string; count: number } | undefined {
  return fields?.fields.find((field) => field.name === name)?.values[0];
}

function searchStep(fields: FieldsResponse | undefined): TourStep {
  const levels = fields?.fields.find((field) => field.name === 'level')?.values ?? [];
  const grave = ['fatal', 'error', 'warn'].find((level) => levels.some(({ value }) => value === level));
  const service = topValue(fields, 'service');
  const query = [
    grave && `level:>=${grave}`,
    service && /^[\w.-]+$/.test(service.value) && `service:${service.value}`,
  ]
    .filter(Boolean)
    .slice(0, 1)
    .join('');
  const trial = query === '' ? null : { label: `Try ${query}`, query };
  return {
    target: 'search',
    title: 'Ask in words',
    text: 'Type words, "a phrase", or field:value. Fields and values are completed from what you have stored.',
    trial,
  };
}

function fieldsStep(fields: FieldsResponse | undefined): TourStep {
  const count = fields?.fields.length ?? 0;
  const service = topValue(fields, 'service');
  const known =
    count === 0
      ? 'Every field of your rows stands here with its values.'
      : `Your rows have ${formatCountOf(count, 'field')}${service === undefined ? '' : `; the service ${service.value} wrote most of them, ${formatCount(service.count)}`}.`;
  return {
    target: 'fields',
    title: 'Narrow down by a click',
    text: `${known} Click a value to see only it, Alt-click to leave it out. The bars beside a name show its statistics.`,
    trial: null,
  };
}

/** The steps of the tour, told with what is stored. */
export function tourSteps(fields: FieldsResponse | undefined): TourStep[] {
  return [
    searchStep(fields),
    {
      target: 'time',
      title: 'Choose when',
      text: 'Pick a range, or type one: 2h ago to now, yesterday, 10:00 ± 5m. Back and forward go through your ranges.',
      trial: null,
    },
    {
      target: 'histogram',
      title: 'See when it happened',
      text: 'Rows over time, coloured by severity. Drag across it to zoom in.',
      trial: null,
    },
    fieldsStep(fields),
    {
      target: 'rows',
      title: 'Read, compare, note',
      text: 'A click opens a row: all its fields, the rows around it, its trace. Ctrl-click picks several, to compare or copy. N writes a note.',
      trial: null,
    },
    {
      target: 'rail',
      title: 'Everything by keyboard',
      text: 'Ctrl+K finds any command, page, saved search, field or note. The question mark lists the keys of a page.',
      trial: null,
    },
  ];
}
