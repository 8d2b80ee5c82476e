import { Button, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import type { Import, ImportPreview } from '@/api/types';
import { plainMessage } from '@/components/notify';
import { RecordTable } from '@/components/record-table/record-table';
import { formatCountOf } from '@/lib/format/numbers';
import { formatTimeToSecond } from '@/lib/format/time';
import { usePreferences } from '@/lib/preferences/preferences';
import classes from './file-choices.module.css';
import { useImportController } from './import-controller';
import type { QueuedFile } from './import-queue';

const LOW_CONFIDENCE = 0.5;
const SHOWN_ROWS = 10;

/** Before the import: what the file seems to be, and what the user wants changed. */
export function FileChoices({ item, earlier }: { item: QueuedFile; earlier: Import | null }) {
  const { preview } = item;
  const controller = useImportController();
  const api = useApi();
  const formats = useQuery({
    queryKey: ['import-formats'],
    queryFn: ({ signal }) => api.importFormats(signal),
    staleTime: Infinity,
  });

  if (preview === null) return null;
  return (
    <>
      {earlier !== null && <EarlierImport item={item} earlier={earlier} />}
      <div className={classes.controls}>
        <Select
          label="Format"
          className={classes.format}
          data={[
            { value: 'auto', label: item.format === 'auto' ? `Detected: ${preview.title}` : 'Detect' },
            ...(formats.data ?? []).map(({ name, title }) => ({ value: name, label: title })),
          ]}
          value={item.format}
          onChange={(format) => controller.chooseFormat(item.id, format ?? 'auto')}
          searchable
          allowDeselect={false}
          maxDropdownHeight={320}
        />
        <TextInput
          label="Service"
          className={classes.service}
          placeholder="As found in the file"
          value={item.service}
          onChange={(event) =>
            controller.choose({ type: 'serviceChosen', id: item.id, service: event.currentTarget.value })
          }
        />
      </div>
      {preview.problem === null ? (
        <>
          <p className={classes.text}>{confidenceText(item, preview)}</p>
          <RecordTable
            label="First rows"
            rows={preview.rows.slice(0, SHOWN_ROWS)}
            empty="There is no row in the first part of the file."
            service={item.service.trim()}
          />
        </>
      ) : (
        <div role="alert">
          <p className={classes.problem}>This file cannot be imported as it is</p>
          <p className={classes.text}>{plainMessage(new Error(preview.problem.message))}</p>
        </div>
      )}
    </>
  );
}

function EarlierImport({ item, earlier }: { item: QueuedFile; earlier: Import }) {
  const controller = useImportController();
  const [{ timeZone }] = usePreferences();
  const when = formatTimeToSecond(earlier.started_at, timeZone);
  const choose = (again: boolean): void => controller.choose({ type: 'againChosen', id: item.id, again });
  return (
    <div className={classes.earlier} role="status">
      <span>
        {item.again
          ? 'It will be imported again: its rows will be stored twice.'
          : `This file was imported on ${when} (${formatCountOf(earlier.rows, 'row')}${earlier.name === item.file.name ? '' : `, as ${earlier.name}`}). Import it again?`}
      </span>
      <span className={classes.answers}>
        {item.again ? (
          <Button variant="default" size="compact-xs" onClick={() => choose(false)}>
            Do not import it
          </Button>
        ) : (
          <>
            <Button variant="default" size="compact-xs" onClick={() => choose(true)}>
              Import again
            </Button>
            <Button
              variant="default"
              size="compact-xs"
              onClick={() => controller.choose({ type: 'removed', id: item.id })}
            >
              Leave it out
            </Button>
          </>
        )}
      </span>
    </div>
  );
}

function confidenceText(item: QueuedFile, preview: ImportPreview): string {
  if (item.format !== 'auto') return `The first rows, read as ${preview.title}:`;
  const percent = `${Math.round(preview.confidence * 100)} %`;
  return preview.confidence < LOW_CONFIDENCE
    ? `No known format fits well (${percent}). Check the first rows, or choose a format:`
    : `${percent} of the first lines fit this format. The first rows:`;
}
