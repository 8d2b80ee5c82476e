import { IconX } from '@tabler/icons-react';
import { filtersOf, negateFilter, removeRange, type Filter } from '@/lib/query-language/filters';
import { useExplore } from '../state/explore-context';
import { filterPart } from '../state/pipes';
import classes from './results.module.css';

/** The field filters of the search that ran: a click turns one around, its cross takes it out. */
export function FilterChips() {
  const { search, setQuery } = useExplore();
  const filters = filtersOf(filterPart(search.query));
  return (
    <ul className={classes.chips} aria-label="Filters">
      {filters.map((filter) => (
        <Chip
          key={filter.from}
          filter={filter}
          onNegate={() => setQuery(negateFilter(search.query, filter))}
          onRemove={() => setQuery(removeRange(search.query, filter.from, filter.to))}
        />
      ))}
    </ul>
  );
}

interface ChipProps {
  filter: Filter;
  onNegate: () => void;
  onRemove: () => void;
}

function Chip({ filter, onNegate, onRemove }: ChipProps) {
  const text = `${filter.field}${filter.negated ? ' is not ' : ': '}${filter.label}`;
  return (
    <li className={classes.chip} data-negated={filter.negated || undefined}>
      <button
        type="button"
        className={classes.chipText}
        title={filter.negated ? 'Ask for it instead' : 'Leave it out instead'}
        onClick={onNegate}
      >
        <span className={classes.chipField}>
          {filter.field}
          {filter.negated ? ' ≠' : ':'}
        </span>{' '}
        {filter.label}
      </button>
      <button
        type="button"
        className={classes.chipRemove}
        aria-label={`Remove the filter ${text}`}
        title={`Remove the filter ${text}`}
        onClick={onRemove}
      >
        <IconX size={11} aria-hidden />
      </button>
    </li>
  );
}
