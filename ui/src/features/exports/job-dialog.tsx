import {
  Button,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  TextInput,
  type ComboboxItem,
} from '@mantine/core';
import { useState, type KeyboardEvent } from 'react';
import { ApiError } from '@/api/errors';
import type { ExportJob } from '@/api/export-jobs';
import { EXPORT_FORMATS } from '@/components/exports/formats';
import { plainMessage } from '@/components/notify';
import { SearchBar } from '@/components/search-bar/search-bar';
import { SourceSelect } from '@/components/sources/source-select';
import { SqlEditor } from '@/components/sql-editor/sql-editor';
import { zoneNames } from '@/lib/time-range/time-zone';
import classes from './exports.module.css';
import {
  contentOf,
  hasColumns,
  ignoresRange,
  missingIn,
  planOf,
  type JobDraft,
  type RangeKind,
} from './job-draft';
import { NextRuns } from './next-runs';
import { ScheduleFields } from './schedule-fields';
import { useSaveJob } from './use-export-jobs';

const RANGES: { value: RangeKind; label: string }[] = [
  { value: 'hour', label: 'The whole hour before' },
  { value: 'day', label: 'The whole day before' },
  { value: 'week', label: 'The whole week before' },
  { value: 'month', label: 'The whole month before' },
  { value: 'range', label: 'A range before the run' },
  { value: 'all', label: 'All time' },
];

const FORMATS = EXPORT_FORMATS.map(({ format, title }) => ({ value: format, label: title }));
const LANGUAGES = [
  { value: 'search', label: 'Search' },
  { value: 'sql', label: 'SQL' },
];

interface JobDialogProps {
  /** Null for a new one. */
  job: ExportJob | null;
  first: JobDraft;
  onClose: () => void;
}

/** Makes or changes a scheduled export, and shows when it would run. */
export function JobDialog({ job, first, onClose }: JobDialogProps) {
  const [draft, setDraft] = useState(first);
  const [isLeaving, setLeaving] = useState(false);
  const save = useSaveJob(onClose);
  const change = (part: Partial<JobDraft>): void => {
    setDraft((now) => ({ ...now, ...part }));
    setLeaving(false);
    save.reset();
  };
  const missing = missingIn(draft);
  const submit = (): void => {
    if (missing === null && !save.isPending) save.mutate({ job, content: contentOf(draft) });
  };
  const leave = (): void => {
    if (JSON.stringify(contentOf(draft)) === JSON.stringify(contentOf(first))) onClose();
    else setLeaving(true);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  };
  const code = save.error instanceof ApiError ? save.error.code : '';
  const problemOf = (...codes: string[]) => (codes.includes(code) ? plainMessage(save.error) : null);
  const isElsewhere = ['export_job.name', 'export_job.range'].includes(code);
  return (
    <Modal
      opened
      onClose={leave}
      size={680}
      title={job === null ? 'New scheduled export' : `Edit ${job.name}`}
    >
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        onKeyDown={onKeyDown}
      >
        <TextInput
          label="Name"
          description="Its files are named by it and by the time of the run"
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          data-autofocus
          maxLength={100}
          autoComplete="off"
          value={draft.name}
          error={problemOf('export_job.name')}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Question draft={draft} change={change} />
        <div className={classes.pair}>
          <Select
            label="Records of"
            allowDeselect={false}
            data={RANGES}
            value={draft.range}
            onChange={(range) => range !== null && change({ range })}
          />
          <Select
            label="File"
            allowDeselect={false}
            data={FORMATS}
            value={draft.format}
            onChange={(format) => format !== null && change({ format: format })}
          />
          {ignoresRange(draft) && (
            <p className={`${classes.hint} ${classes.whole}`}>
              The statement reads all time: it names neither <code>{'{from:DateTime64(9)}'}</code> nor{' '}
              <code>{'{to:DateTime64(9)}'}</code>.
            </p>
          )}
          {draft.range === 'range' && (
            <>
              <TextInput
                label="From"
                placeholder="the first record"
                value={draft.from}
                error={problemOf('export_job.range')}
                onChange={(event) => change({ from: event.currentTarget.value })}
              />
              <TextInput
                label="To"
                placeholder="the last record"
                value={draft.to}
                onChange={(event) => change({ to: event.currentTarget.value })}
              />
            </>
          )}
        </div>
        <ScheduleFields schedule={draft.schedule} onChange={(schedule) => change({ schedule })} />
        <div className={classes.pair}>
          <Select
            label="Time zone"
            searchable
            allowDeselect={false}
            data={zonesWith(draft.timeZone)}
            limit={200}
            value={draft.timeZone}
            onChange={(timeZone) => timeZone !== null && change({ timeZone })}
          />
          <NumberInput
            label="Files to keep"
            size="xs"
            min={1}
            max={10_000}
            allowDecimal={false}
            clampBehavior="blur"
            value={draft.keepFiles}
            onChange={(value) => typeof value === 'number' && change({ keepFiles: value })}
          />
        </div>
        <NextRuns plan={planOf(draft)} />
        {save.isError && !isElsewhere && (
          <p className={classes.problem} role="alert">
            {plainMessage(save.error)}
          </p>
        )}
        <div className={classes.buttons}>
          {isLeaving ? (
            <>
              <span className={classes.hint} role="alert">
                What you changed is not saved.
              </span>
              <Button variant="default" onClick={onClose}>
                Discard
              </Button>
            </>
          ) : (
            <>
              {missing !== null && <span className={classes.hint}>{missing}.</span>}
              <Button variant="default" onClick={leave}>
                Cancel
              </Button>
            </>
          )}
          <Button type="submit" disabled={missing !== null} loading={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}

interface PartProps {
  draft: JobDraft;
  change: (part: Partial<JobDraft>) => void;
}

/** What is asked: a search or a statement, and of which source. */
function Question({ draft, change }: PartProps) {
  const { language, query, sql, params, source } = draft;
  const given = Object.entries(params);
  return (
    <>
      <div className={classes.question}>
        <div className={classes.questionHead}>
          <span className={classes.label}>What</span>
          <SegmentedControl
            aria-label="Language"
            data={LANGUAGES}
            value={language}
            onChange={(value) => change({ language: value === 'sql' ? 'sql' : 'search' })}
          />
        </div>
        {language === 'search' ? (
          <SearchBar
            query={query}
            onRun={(text) => change({ query: text })}
            onChange={(text) => change({ query: text })}
            onClear={() => change({ query: '' })}
            span={() => ({ from: undefined, to: undefined, source: source ?? undefined })}
          />
        ) : (
          <div className={classes.editor}>
            <SqlEditor
              label="Statement"
              value={sql}
              hasLineNumbers={false}
              onChange={(text) => change({ sql: text })}
            />
          </div>
        )}
        {language === 'sql' && given.length > 0 && (
          <p className={classes.hint}>
            With {given.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ')}
          </p>
        )}
      </div>
      <SourceSelect value={source} isSql={language === 'sql'} onChange={(next) => change({ source: next })} />
      {hasColumns(draft) && (
        <TextInput
          label="Columns"
          placeholder="time, level, service, host, message, ids and attributes"
          autoComplete="off"
          spellCheck={false}
          value={draft.columns}
          onChange={(event) => change({ columns: event.currentTarget.value })}
        />
      )}
    </>
  );
}

/** Those of the browser, UTC, and the one that is chosen. */
function zonesWith(chosen: string): ComboboxItem[] {
  const names = new Set(['UTC', chosen, ...zoneNames()]);
  return [...names].map((name) => ({ value: name, label: name.replaceAll('_', ' ') }));
}
