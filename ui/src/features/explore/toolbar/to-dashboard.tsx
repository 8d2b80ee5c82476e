import { titleOf } from '@/components/add-to-dashboard/addition';
import { searchKinds } from '@/components/add-to-dashboard/search-kinds';
import { ToDashboard } from '@/components/add-to-dashboard/to-dashboard';
import { useExplore } from '../state/explore-context';
import { rangeParameters } from '../state/search-state';
import classes from './toolbar.module.css';

/** Puts this search on a dashboard. */
export function SearchToDashboard() {
  const { search } = useExplore();
  const { from, to } = rangeParameters(search.range);
  return (
    <ToDashboard
      what="search"
      group="Explore"
      className={classes.wide}
      addition={{
        title: search.query === '' ? 'All rows' : titleOf(search.query),
        query: { language: 'search', text: search.query, source: search.source ?? null },
        kinds: searchKinds(search.query),
        range: { from: from ?? null, to: to ?? null },
      }}
    />
  );
}
