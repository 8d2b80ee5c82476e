import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatCount } from '@/lib/format/numbers';
import { filtersOf } from '@/lib/query-language/filters';
import { canonicalField } from '@/lib/query-language/syntax';
import { useExplore, useResults } from '../state/explore-context';
import { filterPart } from '../state/pipes';
import { useStored } from '../state/stored';
import { FacetField } from './facet-field';
import { useFields } from './use-fields';
import classes from './facets.module.css';

const SKELETON_ROWS = 14;
/** Fields that stand first, and open unless they were closed. */
const FIRST = ['level', 'service', 'host'];

/** What is looked at first stands first; the others stay in the server's order. */
function rank(name: string): number {
  const place = FIRST.indexOf(name);
  return place === -1 ? FIRST.length : place;
}

type OpenFields = Partial<Record<string, boolean>>;

/** The fields of what was found and their values; a click asks for a value, another button leaves it out. */
export function FacetsPanel() {
  const { search } = useExplore();
  const run = useResults((results) => results.run);
  const { data, isStale, hasFailed } = useFields(run);
  const [sought, setSought] = useState('');
  const [open, setOpen] = useStored<OpenFields>('facets.open', {});
  const filters = useMemo(() => filtersOf(filterPart(search.query)), [search.query]);

  const fields = (data?.fields ?? []).toSorted((left, right) => rank(left.name) - rank(right.name));
  const shown = fields.filter(({ name }) => name.toLowerCase().includes(sought.trim().toLowerCase()));
  // A field that is filtered by stays in the list though no row has it any more.
  const missing = filters
    .map((filter) => filter.field)
    .filter(
      (name, at, all) =>
        all.indexOf(name) === at && !fields.some((field) => canonicalField(field.name) === name),
    )
    .filter((name) => name !== 'time' && name !== 'message');
  return (
    <div className={classes.panel} aria-busy={isStale && !hasFailed}>
      <div className={classes.search}>
        <TextInput
          size="xs"
          aria-label="Find a field"
          placeholder={data ? `Find among ${formatCount(fields.length)} fields` : 'Find a field'}
          leftSection={<IconSearch size={13} aria-hidden />}
          value={sought}
          onChange={(event) => setSought(event.currentTarget.value)}
        />
      </div>
      {data?.sampled_rows != null && (
        <p className={classes.note}>
          Some counts are of the newest {formatCount(data.sampled_rows)} rows only.
        </p>
      )}
      {data?.is_estimated === true && (
        <p className={classes.note}>Counts of attributes are estimates, from each eighth row.</p>
      )}
      <div className={classes.fields} data-stale={(isStale && !hasFailed && data !== undefined) || undefined}>
        {data === undefined && !hasFailed && <SkeletonRows count={SKELETON_ROWS} />}
        {missing.map((name) => (
          <FacetField
            key={name}
            field={{ name, kind: 'attribute', type: 'string', count: 0, values: [] }}
            filters={filters}
            isOpen
            onToggle={() => undefined}
          />
        ))}
        {shown.map((field) => {
          const isActive = filters.some((filter) => filter.field === canonicalField(field.name));
          const isOpen = open[field.name] ?? (FIRST.includes(field.name) || isActive);
          return (
            <FacetField
              key={field.name}
              field={field}
              filters={filters}
              isOpen={isOpen}
              onToggle={() => setOpen({ ...open, [field.name]: !isOpen })}
            />
          );
        })}
        {data && shown.length === 0 && missing.length === 0 && (
          <p className={classes.note}>
            {fields.length === 0 ? 'No rows, so no fields.' : `No field has "${sought.trim()}" in its name.`}
          </p>
        )}
      </div>
    </div>
  );
}
