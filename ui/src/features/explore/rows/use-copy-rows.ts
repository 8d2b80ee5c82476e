import { useApi } from '@/api/client';
import { useStatus } from '@/api/status';
import type { LogRow } from '@/api/types';
import { notifyDone, notifyFailure } from '@/components/notify';
import { formatCountOf } from '@/lib/format/numbers';
import { usePlatform } from '@/platform/context';
import { linkOrigin } from '@/components/share-link/link-forms';
import { useExplore } from '../state/explore-context';
import { stripAnsi } from '@/components/log/ansi';
import {
  asCsv,
  asCurl,
  asJson,
  asNdjson,
  asText,
  FORMATS,
  searchFor,
  spanOf,
  type RowFormat,
} from './row-formats';

/** Where the server listens unless told otherwise. */
const DEFAULT_ADDRESS = 'http://127.0.0.1:7410';

export type CopyRows = (rows: readonly LogRow[], format: RowFormat) => void;

/** Copies rows in one of the formats, and says so. */
export function useCopyRows(): CopyRows {
  const api = useApi();
  const platform = usePlatform();
  const { search } = useExplore();
  const listener = useStatus().data?.listeners.http;

  const textOf = async (rows: readonly LogRow[], format: RowFormat): Promise<string> => {
    switch (format) {
      case 'text':
        return asText(rows);
      case 'message':
        return rows.map((row) => stripAnsi(row.Body)).join('\n');
      case 'json':
        return asJson(rows);
      case 'ndjson':
        return asNdjson(rows);
      case 'csv':
        return asCsv(rows, search.columns);
      case 'search':
        return searchFor(rows);
      case 'curl':
        return asCurl(rows, linkOrigin(platform.kind, listener) ?? DEFAULT_ADDRESS);
      case 'sql':
        return (
          await api.search({
            query: searchFor(rows),
            source: search.source,
            ...spanOf(rows),
            limit: rows.length,
          })
        ).sql;
    }
  };
  return (rows, format) => {
    if (rows.length === 0) return;
    const noun = FORMATS.find((info) => info.format === format)?.noun ?? '';
    const what = rows.length === 1 ? noun : `${noun} of ${formatCountOf(rows.length, 'row')}`;
    textOf(rows, format)
      .then((text) => platform.writeClipboard(text))
      .then(
        () => notifyDone(`${what} copied`),
        (error: unknown) => notifyFailure('Nothing was copied', error),
      );
  };
}
