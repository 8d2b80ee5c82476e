import { titleOf } from '@/components/add-to-dashboard/addition';
import { searchKinds, withShown } from '@/components/add-to-dashboard/search-kinds';
import { ToDashboard } from '@/components/add-to-dashboard/to-dashboard';
import { chartKindOf, type ResultView } from './chart-kind';
import { useResult, type Asked } from './use-result';

/** Puts the search on a dashboard, first of all as it is shown. */
export function BuiltToDashboard({ asked, view }: { asked: Asked; view: ResultView }) {
  const { data } = useResult(asked);
  const { text, range, source } = asked;
  const chart = data === undefined ? null : chartKindOf(data);
  // Records are rows of the log where nothing was computed of them.
  const shown = view === 'chart' && chart !== null ? chart : data?.shape === 'records' ? 'logs' : 'table';
  const query = text === null || text === '*' ? '' : text;
  return (
    <ToDashboard
      what="search"
      group="Builder"
      addition={
        text === null
          ? null
          : {
              title: query === '' ? 'All rows' : titleOf(query),
              query: { language: 'search', text: query, source: source ?? null },
              kinds: withShown(searchKinds(query), shown),
              range: { from: range.from, to: range.to },
            }
      }
    />
  );
}
