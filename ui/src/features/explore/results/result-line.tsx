import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconCode, IconLayoutSidebar, IconLayoutRows, IconTextWrap } from '@tabler/icons-react';
import { formatBytes, formatCompact, formatCount, formatCountOf, formatDuration } from '@/lib/format/numbers';
import { usePreferences } from '@/lib/preferences/preferences';
import type { HistogramData } from '../histogram/histogram-data';
import { Shortcut } from '../layout/shortcut';
import { useResults } from '../state/explore-context';
import { ColumnsMenu } from '../table/columns-menu';
import { HighlightsMenu } from '../table/highlights-menu';
import { FilterChips } from './filter-chips';
import { RowsExport } from './rows-export';
import classes from './results.module.css';

interface ResultLineProps {
  histogram: { data: HistogramData | undefined; isStale: boolean };
  areFacetsShown: boolean;
  onToggleFacets: () => void;
  onShowSql: () => void;
}

/** What was found and what it cost, the filters in force, and how the rows are shown. */
export function ResultLine({ histogram, areFacetsShown, onToggleFacets, onShowSql }: ResultLineProps) {
  const [{ wrapLines, density }, setPreferences] = usePreferences();
  return (
    <div className={classes.line}>
      <Tooltip label={<Shortcut text={areFacetsShown ? 'Hide the fields' : 'Show the fields'} keys="f" />}>
        <ActionIcon size={24} aria-label="Fields" aria-pressed={areFacetsShown} onClick={onToggleFacets}>
          <IconLayoutSidebar size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <FilterChips />
      <Figures histogram={histogram} />
      <div className={classes.views}>
        <Tooltip label={<Shortcut text="The SQL of this search" keys="s" />}>
          <Button variant="subtle" color="gray" size="compact-xs" h={24} aria-label="SQL" onClick={onShowSql}>
            <IconCode size={14} aria-hidden />
            <span className={classes.word}>SQL</span>
          </Button>
        </Tooltip>
        <RowsExport />
        <HighlightsMenu />
        <ColumnsMenu />
        <Tooltip label={<Shortcut text={wrapLines ? 'Cut long lines' : 'Wrap long lines'} keys="w" />}>
          <ActionIcon
            size={24}
            aria-label="Wrap long lines"
            aria-pressed={wrapLines}
            variant={wrapLines ? 'light' : 'subtle'}
            color={wrapLines ? 'accent' : 'gray'}
            onClick={() => setPreferences({ wrapLines: !wrapLines })}
          >
            <IconTextWrap size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={density === 'compact' ? 'Taller rows' : 'Compact rows'}>
          <ActionIcon
            className={classes.density}
            size={24}
            aria-label="Taller rows"
            aria-pressed={density === 'comfortable'}
            variant={density === 'comfortable' ? 'light' : 'subtle'}
            color={density === 'comfortable' ? 'accent' : 'gray'}
            onClick={() => setPreferences({ density: density === 'compact' ? 'comfortable' : 'compact' })}
          >
            <IconLayoutRows size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
    </div>
  );
}

function Figures({ histogram }: Pick<ResultLineProps, 'histogram'>) {
  const status = useResults((results) => results.status);
  const stats = useResults((results) => results.stats);
  const table = useResults((results) => results.table);
  const hasMore = useResults((results) => results.hasMore);
  const progress = useResults((results) => (results.status === 'running' ? results.progress : null));
  // Where the search failed, rows and counts are both of the search before.
  const isCounted =
    table === null && histogram.data !== undefined && (!histogram.isStale || status === 'failed');
  const loaded = useResults(({ rows }) => (isCounted ? 0 : rows.length));
  const hasRows = useResults(({ rows }) => rows.length > 0);
  if (status === 'running') {
    return (
      <span className={classes.figures} role="status">
        {progress === null || progress.rows_read === 0 ? (
          'Searching'
        ) : (
          <>
            Read {formatCompact(progress.rows_read)} rows
            <span className={classes.cost}>{formatBytes(progress.bytes_read)}</span>
          </>
        )}
      </span>
    );
  }
  if (status === 'failed' && !hasRows) return null;
  const total = isCounted ? (histogram.data?.total ?? 0) : (table?.rows.length ?? loaded);
  return (
    <span className={classes.figures} role="status">
      <strong>
        {isCounted || !(hasMore || table?.isTruncated === true)
          ? formatCountOf(total, 'row')
          : `${formatCount(total)}+ rows`}
      </strong>
      {stats && (
        <>
          <span>{formatDuration(stats.elapsed_ms)}</span>
          <span className={classes.cost}>
            read {formatCompact(stats.rows_read)} rows, {formatBytes(stats.bytes_read)}
          </span>
        </>
      )}
    </span>
  );
}
