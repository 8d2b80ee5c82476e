import type { ApiClient } from '@/api/client';
import type { WidgetKind, WidgetQuery } from '@/api/dashboards';
import { LEVELS, type HistogramResponse } from '@/api/types';
import type { ResultData } from '@/components/charts/result-data';
import { hasPipe } from '@/lib/query-language/pipe';
import { fillSearch, sqlParameters, type Values } from './variables';

const ROWS = 5_000;
const LOG_ROWS = 200;
/** About so many buckets are over a range, whatever it is. */
const BUCKETS = 90;
const STEPS_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 604_800,
];

export interface Request {
  kind: WidgetKind;
  query: WidgetQuery;
  /** `undefined` is what this server stores. */
  source: string | undefined;
  values: Values;
  /** RFC 3339; `null` is open. */
  from: string | null;
  to: string | null;
}

/** Seconds of a bucket that fit a range. */
export function bucketSeconds(from: string | null, to: string | null): number {
  if (from === null || to === null) return 86_400;
  const seconds = (Date.parse(to) - Date.parse(from)) / 1_000;
  return STEPS_S.find((step) => seconds / step <= BUCKETS) ?? 2_592_000;
}

/** Values of all parameters of a statement but those of its time range. */
export function statementParameters(
  sql: string,
  values: Values,
  from: string | null,
  to: string | null,
): Record<string, unknown> {
  const hasBucket = /\{\s*bucket_seconds\s*:/.test(sql);
  return { ...sqlParameters(sql, values), ...(hasBucket ? { bucket_seconds: bucketSeconds(from, to) } : {}) };
}

/** Runs the query of a widget; the answer says which time it is about. */
export async function runQuery(api: ApiClient, request: Request, signal: AbortSignal): Promise<ResultData> {
  const { from, to } = request;
  const span = from === null || to === null ? null : { from: Date.parse(from), to: Date.parse(to) };
  return { ...(await answerOf(api, request, signal)), span };
}

/** A plain search counts its rows over time by level, where no list of rows is wanted. */
async function answerOf(api: ApiClient, request: Request, signal: AbortSignal): Promise<ResultData> {
  const { kind, query, source, values } = request;
  const scope = {
    ...(source === undefined ? {} : { source }),
    ...(request.from === null ? {} : { from: request.from }),
    ...(request.to === null ? {} : { to: request.to }),
  };
  if (query.language === 'sql') {
    const params = statementParameters(query.text, values, request.from, request.to);
    const body = { sql: query.text, params, ...scope, limit: ROWS, group: 'dashboard' };
    const answer = await api.call<ResultData>({ method: 'POST', path: '/api/v1/sql', body, signal });
    return { ...answer, bucket_seconds: (params.bucket_seconds as number | undefined) ?? null };
  }
  const text = fillSearch(query.text, values);
  if (hasPipe(text)) {
    const body = { query: text, ...scope, limit: ROWS };
    return api.call<ResultData>({ method: 'POST', path: '/api/v1/search', body, signal });
  }
  if (kind === 'logs') {
    const answer = await api.search({ query: text, ...scope, limit: LOG_ROWS }, signal);
    return { shape: 'records', columns: [], rows: answer.rows as unknown as Record<string, unknown>[] };
  }
  if (kind === 'table') {
    const columns = ['time', 'level', 'service', 'message'];
    const answer = await api.search({ query: text, ...scope, limit: LOG_ROWS, columns }, signal);
    return {
      columns: columns.map((name) => ({ name, type: name === 'time' ? 'DateTime64(9)' : 'String' })),
      rows: answer.rows as unknown as Record<string, unknown>[],
    };
  }
  return countsOf(await api.histogram({ query: text, ...scope, buckets: BUCKETS }, signal), kind);
}

/** Counts over time by level; without the time where the chart has none. */
function countsOf(answer: HistogramResponse, kind: WidgetKind): ResultData {
  const level = { name: 'level', type: 'String' };
  const rows = { name: 'rows', type: 'UInt64' };
  if (kind === 'time_series' || kind === 'number' || kind === 'heat_map') {
    return {
      shape: 'time_series',
      bucket_seconds: answer.bucket_ms / 1_000,
      columns: [{ name: 'time', type: 'DateTime64(3)' }, level, rows],
      rows: answer.buckets.flatMap(({ time, levels }) =>
        Object.entries(levels).map(([name, count]) => ({ time, level: name, rows: count })),
      ),
    };
  }
  const totals = LEVELS.map((name) => ({
    level: name,
    rows: answer.buckets.reduce((sum, { levels }) => sum + (levels[name] ?? 0), 0),
  }));
  return { shape: 'table', columns: [level, rows], rows: totals.filter((one) => one.rows > 0) };
}
