import { useElementSize } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { LogRow } from '@/api/types';
import { NoData } from '@/components/charts/no-data';
import type { ResultData } from '@/components/charts/result-data';
import { gridTemplate, layOutColumns } from '@/components/log/columns';
import { gridStyle, LogRowView, type RowLook } from '@/components/log/log-row';
import { exploreLinkOfRow, quoted } from '@/lib/explore-link';
import { usePreferences } from '@/lib/preferences/preferences';
import type { TimeZone } from '@/lib/time-range/time-zone';
import classes from './widget.module.css';

interface LogListProps {
  title: string;
  data: ResultData;
  zone: TimeZone;
  /** `undefined` is what this server stores. */
  source: string | undefined;
}

const ROW_PX = { compact: 22, comfortable: 28 };
/** Of a time of day with its milliseconds. */
const TIME_PX = 104;
/** Below this width the message needs the room of the service. */
const NARROW_PX = 520;

/** The newest rows of a search; a click opens one in Explore, among those around it. */
export default function LogList({ title, data, zone, source }: LogListProps) {
  const navigate = useNavigate();
  const [{ density }] = usePreferences();
  const rowPx = ROW_PX[density];
  const { ref, width } = useElementSize<HTMLDivElement>();
  const isNarrow = width < NARROW_PX;
  const rows = data.rows as unknown as LogRow[];
  const look = useMemo((): RowLook => {
    const days = new Set(rows.map((row) => row.Timestamp.slice(0, 10)));
    const hasDate = days.size > 1;
    const names = isNarrow ? ['time', 'level', 'message'] : ['time', 'level', 'service', 'message'];
    const columns = layOutColumns(names, hasDate ? {} : { time: TIME_PX });
    return {
      columns,
      template: gridTemplate(columns),
      highlights: [],
      zone,
      hasDate,
      isWrapped: false,
    };
  }, [rows, zone, isNarrow]);
  if (rows.length === 0) return <NoData needs={null} />;
  const open = (row: LogRow) => {
    const query = row.ServiceName === '' ? '' : `service:${quoted(row.ServiceName)}`;
    void navigate({ to: '/explore', search: exploreLinkOfRow(row, query, source) });
  };
  return (
    <div
      ref={ref}
      className={classes.logs}
      role="grid"
      aria-label={`${title}, rows`}
      aria-rowcount={rows.length}
      tabIndex={0}
    >
      <div
        style={{ ...gridStyle(look), minWidth: 0, position: 'relative', height: rows.length * rowPx }}
        role="rowgroup"
      >
        {rows.map((row, index) => (
          <LogRowView
            key={row.IngestId}
            row={row}
            index={index}
            top={index * rowPx}
            look={look}
            isSelected={false}
            onOpen={open}
            measure={undefined}
          />
        ))}
      </div>
    </div>
  );
}
