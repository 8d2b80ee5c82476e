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

/** The newest rows of a search; a click opens one in Explore, among those around it. */
export default function LogList({ title, data, zone, source }: LogListProps) {
  const navigate = useNavigate();
  const [{ density }] = usePreferences();
  const rowPx = ROW_PX[density];
  const rows = data.rows as unknown as LogRow[];
  const look = useMemo((): RowLook => {
    const days = new Set(rows.map((row) => row.Timestamp.slice(0, 10)));
    const columns = layOutColumns(['time', 'level', 'service', 'message'], {});
    return {
      columns,
      template: gridTemplate(columns),
      highlights: [],
      zone,
      hasDate: days.size > 1,
      isWrapped: false,
    };
  }, [rows, zone]);
  if (rows.length === 0) return <NoData needs={null} />;
  const open = (row: LogRow) => {
    const query = row.ServiceName === '' ? '' : `service:${quoted(row.ServiceName)}`;
    void navigate({ to: '/explore', search: exploreLinkOfRow(row, query, source) });
  };
  return (
    <div
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
