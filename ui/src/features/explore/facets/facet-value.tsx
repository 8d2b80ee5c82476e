import { ActionIcon, Tooltip } from '@mantine/core';
import { IconEqualNot, IconX } from '@tabler/icons-react';
import type { FieldValue } from '@/api/types';
import { SeverityTag } from '@/components/log/severity-tag';
import { formatCompact, formatCountOf } from '@/lib/format/numbers';
import { stateOf, toggleExclude, toggleInclude } from '@/lib/query-language/filters';
import { levelNamed } from '@/components/log/record';
import { useExplore } from '../state/explore-context';
import { filterPart } from '../state/pipes';
import classes from './facets.module.css';

interface FacetValueProps {
  field: string;
  value: FieldValue;
  /** Of the field's most frequent value, 0 to 1. */
  share: number;
}

/** A click asks for the value (again: no more); with Alt or Shift, or by the button, it is left out. */
export function FacetValue({ field, value: { value, count }, share }: FacetValueProps) {
  const { search, editQuery } = useExplore();
  const state = stateOf(filterPart(search.query), field, value);
  const level = field === 'level' ? levelNamed(value) : null;
  const include = () => editQuery((query) => toggleInclude(query, field, value));
  const exclude = () => editQuery((query) => toggleExclude(query, field, value));
  const label = value === '' ? '(empty)' : value;
  return (
    <li className={classes.value} data-state={state ?? undefined}>
      <span
        className={classes.share}
        aria-hidden
        style={{
          width: `${share * 100}%`,
          background:
            level === null ? undefined : `color-mix(in srgb, var(--chart-${level}) 14%, transparent)`,
        }}
      />
      <button
        type="button"
        className={classes.include}
        aria-pressed={state === 'included'}
        title={`${label}\n${formatCountOf(count, 'row')}. Click: only this. Alt-click: all but this.`}
        aria-label={`${field} ${label}, ${formatCountOf(count, 'row')}${state === 'excluded' ? ', left out' : ''}`}
        onClick={(event) => (event.altKey || event.shiftKey ? exclude() : include())}
      >
        {level !== null && <SeverityTag level={level} />}
        <span className={classes.text}>{label}</span>
        <span className={classes.count}>{formatCompact(count)}</span>
      </button>
      <Tooltip
        label={
          state === 'excluded'
            ? 'Let it in again'
            : state === 'included'
              ? 'Remove this filter'
              : 'Leave it out'
        }
      >
        <ActionIcon
          size={24}
          className={classes.action}
          data-shown={state !== null || undefined}
          aria-label={state === null ? `Leave out ${field} ${label}` : `Remove the filter ${field} ${label}`}
          onClick={state === 'included' ? include : exclude}
        >
          {state === null ? <IconEqualNot size={13} aria-hidden /> : <IconX size={12} aria-hidden />}
        </ActionIcon>
      </Tooltip>
    </li>
  );
}
