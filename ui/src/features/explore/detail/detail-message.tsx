import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { LogRow } from '@/api/types';
import { formatBytes } from '@/lib/format/numbers';
import { highlightsOf } from '@/lib/query-language/highlight';
import { prettyJson } from '@/components/log/record';
import { useResults } from '../state/explore-context';
import { splitLinks } from '@/components/log/links';
import { layOut, utf8Length, type Segment } from '@/components/log/log-text';
import { SegmentsView } from '@/components/log/log-text-view';
import classes from './detail.module.css';

const LIMIT = 20_000;
const WHOLE_LIMIT = 1_000_000;

/** The message whole: JSON with indents, stack traces with their lines, addresses as links. */
export function DetailMessage({ row }: { row: LogRow }) {
  const query = useResults(({ rowsOf }) => rowsOf?.query ?? '');
  const [isRaw, setRaw] = useState(false);
  const [limit, setLimit] = useState(LIMIT);
  const pretty = prettyJson(row.Body);
  const text = pretty !== null && !isRaw ? pretty : row.Body;
  const line = layOut(text, {
    field: 'message',
    highlights: highlightsOf(query),
    limit,
    firstLineOnly: false,
  });
  return (
    <section className={classes.message} aria-label="Message">
      {pretty !== null && (
        <SegmentedControl
          className={classes.form}
          value={isRaw ? 'raw' : 'pretty'}
          onChange={(value) => setRaw(value === 'raw')}
          data={[
            { value: 'pretty', label: 'Pretty' },
            { value: 'raw', label: 'Raw' },
          ]}
        />
      )}
      <pre className={classes.text} tabIndex={0} aria-label="Message text">
        {row.Body === '' ? (
          <span className={classes.empty}>No message</span>
        ) : (
          <SegmentsView segments={line.segments} renderText={linked} />
        )}
      </pre>
      {line.hiddenBytes > 0 && (
        <button type="button" className={classes.rest} onClick={() => setLimit(WHOLE_LIMIT)}>
          Show {formatBytes(line.hiddenBytes)} more of {formatBytes(utf8Length(text))}
        </button>
      )}
    </section>
  );
}

function linked(segment: Segment) {
  return splitLinks(segment.text).map(({ text, href }, index) =>
    href === null ? (
      text
    ) : (
      <a key={index} href={href} target="_blank" rel="noreferrer noopener">
        {text}
      </a>
    ),
  );
}
