import { ActionIcon, Button } from '@mantine/core';
import { IconPlayerPlay, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { ParameterValue, SavedQuery } from '@/api/saved';
import { CopyButton } from '@/components/copy-button';
import { firstValues, ParameterInputs, problemOf } from '@/components/saved/parameter-inputs';
import { useSaved, type Opening } from '@/components/saved/saved-context';
import { contentOf, needsValue } from '@/components/saved/saved-text';
import { useOpenBound, useRefreshSaved, useSavedApi } from '@/components/saved/use-saved';
import { ChooseSource } from '@/components/sources/choose-source';
import { foreignSource, knownInstead, sourceName } from '@/components/sources/known-sources';
import { notifyFailure, plainMessage } from '@/components/notify';
import { formatDuration } from '@/lib/format/numbers';
import { formatTimeToSecond } from '@/lib/format/time';
import { usePreferences } from '@/lib/preferences/preferences';
import { ResultPreview } from './result-preview';
import classes from './saved-page.module.css';
import { useSavedSearch } from './use-saved-search';

interface QueryDetailProps {
  opening: Opening;
  /** The saved query; `null` for a template. */
  saved: SavedQuery | null;
  /** Buttons beside those that open and run it. */
  actions?: ReactNode;
}

/** What a query is, and what it finds. */
export function QueryDetail({ opening, saved, actions }: QueryDetailProps) {
  const { source, query } = opening;
  const [, change] = useSavedSearch();
  const [values, setValues] = useState<Record<string, ParameterValue>>(() => firstValues(query.parameters));
  const api = useSavedApi();
  const refresh = useRefreshSaved();
  const openBound = useOpenBound();
  const run = useMutation({
    mutationFn: () => api.run(source, query.id, values),
    onSuccess: () => (saved === null ? undefined : refresh()),
  });
  const isReady = !query.parameters.some((parameter) =>
    needsValue(query.language, parameter, values[parameter.name] ?? null),
  );
  const refused = problemOf(run.error);
  const openWithValues = (): void => {
    openBound(opening, values).catch((error: unknown) => notifyFailure('The query did not open', error));
  };
  return (
    <aside className={classes.detail} aria-label={query.name}>
      <header className={classes.detailHead}>
        <h2 className={classes.detailName}>{query.name}</h2>
        <ActionIcon aria-label="Close the query" onClick={() => change({ open: undefined })}>
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </header>
      {query.description !== '' && <p className={classes.description}>{query.description}</p>}
      <pre className={classes.code}>{query.text === '' ? '*' : query.text}</pre>
      <Facts opening={opening} saved={saved} />
      {query.parameters.length > 0 && (
        <ParameterInputs
          opening={opening}
          values={values}
          onChange={(name, value) => setValues((current) => ({ ...current, [name]: value }))}
          problem={refused}
        />
      )}
      <div className={classes.actions}>
        <Button
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          disabled={!isReady}
          loading={run.isPending}
          onClick={() => run.mutate()}
        >
          Run
        </Button>
        <Button variant="default" disabled={!isReady} onClick={openWithValues}>
          {query.language === 'sql' ? 'Open in SQL' : 'Open in Explore'}
        </Button>
        {actions}
        <CopyButton text={query.text} label="Copy the query" />
      </div>
      {run.isError && refused === null && (
        <div className={classes.problem} role="alert">
          {plainMessage(run.error)} {saved !== null && <OtherSource saved={saved} error={run.error} />}
        </div>
      )}
      {run.data !== undefined && <ResultPreview result={run.data} />}
    </aside>
  );
}

/** Where the source is gone: the form, with another one in it. */
function OtherSource({ saved, error }: { saved: SavedQuery; error: unknown }) {
  const { edit } = useSaved();
  const names = knownInstead(error);
  if (names === null) return null;
  return (
    <ChooseSource
      names={names}
      onChoose={(source) =>
        edit({
          content: { ...contentOf(saved), source: foreignSource(source) ?? null },
          replaces: saved,
        })
      }
    />
  );
}

function Facts({ opening: { query }, saved }: Pick<QueryDetailProps, 'opening' | 'saved'>) {
  const [{ timeZone }] = usePreferences();
  const facts: [string, string][] = [['Language', query.language === 'sql' ? 'SQL' : 'Search']];
  if (foreignSource(query.source) !== undefined) facts.push(['Source', sourceName(query.source)]);
  if (query.from !== null) facts.push(['Time range', `${query.from} to ${query.to ?? 'now'}`]);
  if (saved !== null) {
    if (saved.folder !== '') facts.push(['Folder', saved.folder]);
    if (saved.tags.length > 0) facts.push(['Tags', saved.tags.join(', ')]);
    facts.push(['Changed', `${formatTimeToSecond(saved.updated_at, timeZone)}, version ${saved.version}`]);
    if (saved.last_run_at !== null && saved.last_run_ms !== null) {
      facts.push([
        'Last run',
        `${formatTimeToSecond(saved.last_run_at, timeZone)}, ${formatDuration(saved.last_run_ms)}`,
      ]);
    }
  }
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <FactLine key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function FactLine({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
