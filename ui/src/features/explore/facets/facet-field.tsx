import { ActionIcon, Tooltip } from '@mantine/core';
import {
  IconChevronDown,
  IconChevronRight,
  IconColumnInsertRight,
  IconColumnRemove,
} from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { Field, FieldValue } from '@/api/types';
import { formatCompact, formatCountOf } from '@/lib/format/numbers';
import type { Filter } from '@/lib/query-language/filters';
import { canonicalField } from '@/lib/query-language/syntax';
import { GRAVEST_FIRST, levelNamed } from '@/components/log/record';
import { useExplore, useResults } from '../state/explore-context';
import { toggleColumn } from '@/components/log/columns';
import { FieldStatsButton } from '../stats/field-stats-button';
import { FacetValue } from './facet-value';
import { useFieldValues } from './use-fields';
import classes from './facets.module.css';

const VALUES_SHOWN = 10;
const VALUES_LIMIT = 100;

interface FacetFieldProps {
  field: Field;
  filters: Filter[];
  isOpen: boolean;
  onToggle: () => void;
}

/** Levels from the gravest down; other values as counted. */
function ordered(name: string, values: FieldValue[]): FieldValue[] {
  if (name !== 'level') return values;
  const rank = ({ value }: FieldValue) => {
    const level = levelNamed(value);
    return level === null ? GRAVEST_FIRST.length : GRAVEST_FIRST.indexOf(level);
  };
  return values.toSorted((left, right) => rank(left) - rank(right));
}

/** The values that are shown: those counted, and those the search names though none was found. */
function withNamed(values: FieldValue[], filters: Filter[]): FieldValue[] {
  const named = filters.filter((filter) => filter.editable).flatMap((filter) => filter.values);
  const missing = named.filter((value) => value !== null && !values.some((other) => other.value === value));
  return [...values, ...[...new Set(missing)].map((value) => ({ value: value ?? '', count: 0 }))];
}

export function FacetField({ field, filters, isOpen, onToggle }: FacetFieldProps) {
  const { search, setColumns } = useExplore();
  const run = useResults((results) => results.run);
  const [showsAll, setShowsAll] = useState(false);
  const id = useId();
  const name = canonicalField(field.name);
  const own = filters.filter((filter) => filter.field === name);
  const isActive = own.length > 0;
  const needsValues = isActive || showsAll || field.values.length === 0;
  const loaded = useFieldValues(
    run,
    field.name,
    showsAll ? VALUES_LIMIT : VALUES_SHOWN,
    isOpen && needsValues,
  );
  const values = ordered(name, withNamed((needsValues ? loaded?.values : undefined) ?? field.values, own));
  const largest = Math.max(...values.map(({ count }) => count), 1);
  const isColumn = search.columns.includes(name);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div className={classes.field} role="group" aria-labelledby={id}>
      <div className={classes.head}>
        <button
          type="button"
          className={classes.name}
          aria-expanded={isOpen}
          title={`${field.name}: ${formatCountOf(field.count, 'row')} have it`}
          onClick={onToggle}
        >
          <Chevron size={12} aria-hidden className={classes.chevron} />
          <span id={id} className={classes.label} data-active={isActive || undefined}>
            {field.name}
          </span>
          {!isOpen && <span className={classes.count}>{formatCompact(field.count)}</span>}
        </button>
        <span className={classes.headActions}>
          <FieldStatsButton field={field.name} />
          {name !== 'message' && (
            <Tooltip label={isColumn ? 'Remove the column' : 'Add as a column'}>
              <ActionIcon
                size={24}

                aria-label={`${isColumn ? 'Remove the column' : 'Add the column'} ${field.name}`}
                onClick={() => setColumns(toggleColumn(search.columns, field.name))}
              >
                {isColumn ? (
                  <IconColumnRemove size={13} aria-hidden />
                ) : (
                  <IconColumnInsertRight size={13} aria-hidden />
                )}
              </ActionIcon>
            </Tooltip>
          )}
        </span>
      </div>
      {isOpen && (
        <ul className={classes.values}>
          {values.map((value) => (
            <FacetValue key={value.value} field={field.name} value={value} share={value.count / largest} />
          ))}
          {needsValues && loaded === undefined && values.length === 0 && (
            <li className={classes.note}>Counting</li>
          )}
          {loaded?.values.length === 0 && values.length === 0 && <li className={classes.note}>No values</li>}
          {!showsAll && values.length >= VALUES_SHOWN && (
            <li>
              <button type="button" className={classes.more} onClick={() => setShowsAll(true)}>
                More values
              </button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
