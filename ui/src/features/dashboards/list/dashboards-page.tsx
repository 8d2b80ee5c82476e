import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconFileImport, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useApi } from '@/api/client';
import { dashboards, type DashboardSummary } from '@/api/dashboards';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Page } from '@/components/page';
import { SkeletonRows } from '@/components/skeleton-rows';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { useDashboardActions } from '../state/use-actions';
import { DashboardRow } from './dashboard-row';
import { byFolder, found } from './folders';
import classes from './list.module.css';
import { NewDialog } from './new-dialog';

/** All dashboards: by folder, to search through, and templates to start from. */
export function DashboardsPage() {
  const api = useApi();
  const actions = useDashboardActions();
  const list = useQuery({
    queryKey: ['dashboards', 'list'],
    queryFn: ({ signal }) => dashboards.list(api, signal),
  });
  const [text, setText] = useState('');
  const [only, setOnly] = useState<'all' | 'favourites'>('all');
  const [isNew, setNew] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  useCommands([
    {
      id: 'dashboards.new',
      title: 'New dashboard',
      group: 'Dashboards',
      keys: ['n'],
      run: () => setNew(true),
    },
    {
      id: 'dashboards.import',
      title: 'Import a dashboard',
      group: 'Dashboards',
      run: () => picker.current?.click(),
    },
  ]);
  const all = list.data ?? [];
  const shown = found(all, text).filter(({ favourite }) => only === 'all' || favourite);
  return (
    <Page
      title="Dashboards"
      toolbar={
        <>
          <h1 className={classes.title}>Dashboards</h1>
          <TextInput
            className={classes.search}
            aria-label="Search dashboards"
            placeholder="Name, folder, tag"
            leftSection={<IconSearch size={14} aria-hidden />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <SegmentedControl
            aria-label="Which dashboards"
            data={[
              { value: 'all', label: 'All' },
              { value: 'favourites', label: 'Favourites' },
            ]}
            value={only}
            onChange={(value) => setOnly(value)}
          />
          <span className={classes.space} />
          <Button
            variant="default"
            leftSection={<IconFileImport size={14} aria-hidden />}
            onClick={() => picker.current?.click()}
          >
            Import
          </Button>
          <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setNew(true)}>
            New dashboard
          </Button>
          <input
            ref={picker}
            type="file"
            accept=".json,application/json"
            hidden
            aria-label="File of a dashboard"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              event.currentTarget.value = '';
              void file?.text().then(actions.importFile);
            }}
          />
        </>
      }
    >
      {list.data === undefined && list.isError && (
        <ErrorState
          title="The dashboards could not be listed"
          error={list.error}
          onRetry={() => void list.refetch()}
        />
      )}
      {list.data === undefined && !list.isError && <SkeletonRows count={8} />}
      {list.data !== undefined && all.length === 0 && (
        <EmptyState
          title="No dashboards yet"
          action={<Button onClick={() => setNew(true)}>New dashboard</Button>}
        >
          Start from a template for access logs, Kubernetes, system logs or errors, or from an empty page.
        </EmptyState>
      )}
      {all.length > 0 && shown.length === 0 && (
        <EmptyState title="None is like that">Search for another word, or look at all.</EmptyState>
      )}
      <Folders dashboards={shown} onTag={setText} />
      {isNew && <NewDialog onClose={() => setNew(false)} />}
    </Page>
  );
}

function Folders({
  dashboards: shown,
  onTag,
}: {
  dashboards: DashboardSummary[];
  onTag: (tag: string) => void;
}) {
  return (
    <div className={classes.folders}>
      {byFolder(shown).map(([folder, inside]) => (
        <section key={folder} aria-label={folder === '' ? 'Without a folder' : folder}>
          {folder !== '' && <h2 className={classes.folder}>{folder}</h2>}
          <ul className={classes.list}>
            {inside.map((dashboard) => (
              <DashboardRow key={dashboard.id} dashboard={dashboard} onTag={onTag} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
