import { ActionIcon } from '@mantine/core';
import { IconStar, IconStarFilled } from '@tabler/icons-react';
import type { SavedQuery } from '@/api/saved';
import { formatDuration } from '@/lib/format/numbers';
import { formatTimeExact, formatTimeToSecond } from '@/lib/format/time';
import { usePreferences } from '@/lib/preferences/preferences';
import { QueryMenu } from './query-menu';
import classes from './query-table.module.css';
import type { SavedSort } from './saved-search';
import { useQueryActions } from './use-query-actions';
import { useSavedSearch } from './use-saved-search';

interface QueryTableProps {
  queries: SavedQuery[];
  /** Also those that are not shown, whose names are taken. */
  all: SavedQuery[];
  openId: string | null;
}

/** The list of saved queries. */
export function QueryTable({ queries, all, openId }: QueryTableProps) {
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-label="Saved queries">
        <thead>
          <tr>
            <th aria-label="Favourite" />
            <SortHeader title="Name" sort="name" />
            <th className={classes.wide}>Folder</th>
            <th className={classes.wide}>Tags</th>
            <SortHeader title="Used" sort="used" />
            <SortHeader title="Changed" sort="changed" />
            <th aria-label="Actions" />
          </tr>
        </thead>
        <tbody>
          {queries.map((query) => (
            <Row key={query.id} query={query} all={all} isOpen={query.id === openId} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SortHeader({ title, sort }: { title: string; sort: SavedSort }) {
  const [search, change] = useSavedSearch();
  const isChosen = (search.sort ?? 'name') === sort;
  const direction = sort === 'name' ? 'ascending' : 'descending';
  return (
    <th aria-sort={isChosen ? direction : 'none'} className={sort === 'changed' ? classes.wide : undefined}>
      <button
        type="button"
        className={classes.sort}
        onClick={() => change({ sort: sort === 'name' ? undefined : sort })}
      >
        {title}
        {isChosen && <span aria-hidden>{direction === 'ascending' ? ' ↑' : ' ↓'}</span>}
      </button>
    </th>
  );
}

function Row({ query, all, isOpen }: { query: SavedQuery; all: SavedQuery[]; isOpen: boolean }) {
  const [{ timeZone }] = usePreferences();
  const [, change] = useSavedSearch();
  const actions = useQueryActions();
  const { last_used_at: used, last_run_ms: duration } = query;
  const Star = query.favourite ? IconStarFilled : IconStar;
  const show = (): void => change({ open: isOpen ? undefined : query.id });
  return (
    <tr
      className={classes.row}
      data-open={isOpen || undefined}
      onClick={show}
      onDoubleClick={() => actions.open(query)}
    >
      <td className={classes.star}>
        <ActionIcon
          size="sm"
          aria-label={query.favourite ? `${query.name}: no favourite` : `${query.name}: favourite`}
          aria-pressed={query.favourite}
          onClick={(event) => {
            event.stopPropagation();
            actions.favourite(query);
          }}
        >
          <Star size={14} aria-hidden className={query.favourite ? classes.isFavourite : undefined} />
        </ActionIcon>
      </td>
      <td className={classes.name}>
        <button
          type="button"
          className={classes.open}
          aria-expanded={isOpen}
          title={query.description}
          onClick={(event) => {
            event.stopPropagation();
            show();
          }}
        >
          {query.name}
        </button>
        <span className={classes.text}>{query.text}</span>
      </td>
      <td className={`${classes.wide} ${classes.dim}`}>{query.folder}</td>
      <td className={classes.wide}>
        {query.tags.map((tag) => (
          <span key={tag} className={classes.tag}>
            {tag}
          </span>
        ))}
      </td>
      <td className={classes.dim} title={used === null ? undefined : formatTimeExact(used, timeZone)}>
        {used === null ? 'Never' : formatTimeToSecond(used, timeZone)}
        {duration !== null && <span className={classes.duration}>{formatDuration(duration)}</span>}
      </td>
      <td className={`${classes.wide} ${classes.dim}`} title={formatTimeExact(query.updated_at, timeZone)}>
        {formatTimeToSecond(query.updated_at, timeZone)}
      </td>
      <td className={classes.menu} onClick={(event) => event.stopPropagation()}>
        <QueryMenu query={query} all={all} />
      </td>
    </tr>
  );
}
