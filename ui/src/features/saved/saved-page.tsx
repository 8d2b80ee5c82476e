import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useRef } from 'react';
import { Page } from '@/components/page';
import { useSaved } from '@/components/saved/saved-context';
import { NEW_CONTENT } from '@/components/saved/saved-text';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { DeletedView } from './deleted-view';
import { FileMenu } from './file-menu';
import { LibraryView } from './library-view';
import classes from './saved-page.module.css';
import type { SavedTab } from './saved-search';
import { TemplatesView } from './templates-view';
import { useSavedSearch } from './use-saved-search';

const TABS = [
  { value: 'queries', label: 'Saved' },
  { value: 'templates', label: 'Templates' },
  { value: 'deleted', label: 'Deleted' },
];

/** Queries under a name: those that were saved, and those that come with the program. */
export function SavedPage() {
  const [{ tab = 'queries', q = '', folder }, change] = useSavedSearch();
  const { edit } = useSaved();
  const search = useRef<HTMLInputElement>(null);
  const create = (): void => edit({ content: { ...NEW_CONTENT, folder: folder ?? '' }, replaces: null });
  const group = 'Saved queries';
  useCommands([
    {
      id: 'saved.search',
      title: 'Look for a saved query',
      group,
      keys: ['/'],
      run: () => search.current?.focus(),
    },
    { id: 'saved.new', title: 'New saved query', group, keys: ['n'], run: create },
  ]);
  return (
    <Page
      title="Saved queries"
      toolbar={
        <div className={classes.toolbar}>
          <SegmentedControl
            aria-label="Which queries"
            data={TABS}
            value={tab}
            onChange={(value) =>
              change({ tab: value === 'queries' ? undefined : (value as SavedTab), open: undefined })
            }
          />
          <TextInput
            ref={search}
            className={classes.search}
            aria-label="Look for a query"
            placeholder="Name, tag or text"
            leftSection={<IconSearch size={14} aria-hidden />}
            value={q}
            onChange={(event) =>
              change({ q: event.currentTarget.value === '' ? undefined : event.currentTarget.value })
            }
            onKeyDown={(event) => {
              if (event.key === 'Escape') event.currentTarget.blur();
            }}
          />
          <FileMenu />
          <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={create}>
            New
          </Button>
        </div>
      }
    >
      {tab === 'queries' && <LibraryView />}
      {tab === 'templates' && <TemplatesView />}
      {tab === 'deleted' && <DeletedView />}
    </Page>
  );
}
