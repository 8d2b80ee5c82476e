import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import { sources, type Mapping } from '@/api/sources';
import { plainMessage } from '@/components/notify';
import { RecordTable } from '@/components/record-table/record-table';
import { SkeletonRows } from '@/components/skeleton-rows';
import classes from './connections.module.css';

const SETTLE_MS = 500;

/** The newest rows of the table as records, and what can't be fast on it. */
export function SourcePreviewPanel({ connectionId, mapping }: { connectionId: string; mapping: Mapping }) {
  const api = useApi();
  const [settled] = useDebouncedValue(mapping, SETTLE_MS);
  const preview = useQuery({
    queryKey: ['connections', connectionId, 'preview', settled],
    queryFn: ({ signal }) => sources.preview(api, { connection_id: connectionId, mapping: settled }, signal),
    placeholderData: (previous) => previous,
    retry: false,
    gcTime: 0,
  });
  return (
    <section aria-label="Preview" className={classes.preview} data-stale={preview.isFetching || undefined}>
      <h3 className={classes.heading}>Newest rows</h3>
      {preview.isError ? (
        <p className={classes.problem} role="alert">
          {plainMessage(preview.error)}
        </p>
      ) : preview.data === undefined ? (
        <SkeletonRows count={5} />
      ) : (
        <>
          <RecordTable label="Newest rows" rows={preview.data.rows} empty="The table is empty." />
          {preview.data.limits.length > 0 && (
            <ul className={classes.limits} aria-label="What is slow on this table">
              {preview.data.limits.map(({ code, message }) => (
                <li key={code + message}>{plainMessage(new Error(message))}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </section>
  );
}
