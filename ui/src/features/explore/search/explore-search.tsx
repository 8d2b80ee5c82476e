import { useRef } from 'react';
import { SearchBar, type SearchBarHandle } from '@/components/search-bar/search-bar';
import { useExplore, useResults } from '../state/explore-context';
import { useStored, withRecent } from '../state/stored';
import { usePaneCommands } from '../state/pane';

const HISTORY_LIMIT = 50;

/** The search bar tied to the search in the URL and to the searches run before. */
export function ExploreSearch() {
  const { search, session, setQuery, setDraft } = useExplore();
  const error = useResults((results) => results.error);
  const asked = useResults(({ run }) => run?.query ?? '');
  const [history, setHistory] = useStored<string[]>('queries', []);
  const bar = useRef<SearchBarHandle>(null);

  usePaneCommands([
    {
      id: 'explore.search',
      title: 'Go to the search bar',
      group: 'Explore',
      keys: ['/'],
      run: () => bar.current?.focus(),
    },
  ]);

  return (
    <SearchBar
      ref={bar}
      query={search.query}
      history={history}
      problem={error === null ? null : { text: asked, error }}
      span={() => {
        const { run } = session.get();
        return { from: run?.from, to: run?.to, source: run?.source };
      }}
      onChange={setDraft}
      onClear={() => setQuery('')}
      onRun={(text) => {
        if (text !== '')
          setHistory(withRecent(history, text, HISTORY_LIMIT, (left, right) => left === right));
        setQuery(text);
      }}
      onEscape={() => {
        const isBusy = session.isBusy();
        if (isBusy) session.cancel();
        return isBusy;
      }}
    />
  );
}
