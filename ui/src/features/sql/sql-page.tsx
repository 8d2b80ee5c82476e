import { ActionIcon, Drawer, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconTable } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { ToDashboard } from '@/components/add-to-dashboard/to-dashboard';
import { Page } from '@/components/page';
import { SavedMenu } from '@/components/saved/saved-menu';
import { SplitPane } from '@/components/split-pane';
import type { SqlEditorHandle } from '@/components/sql-editor/sql-editor';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { useStored } from '@/lib/stored';
import { EditorPane } from './editor-pane';
import { ResultPane } from './results/result-pane';
import { SchemaBrowser } from './schema/schema-browser';
import { tabOfLink } from './sql-search';
import { statementAddition } from './statement-addition';
import { TabBar } from './tabs/tab-bar';
import { useSaveStatement } from './use-save-statement';
import { useWorkspace, type Workspace } from './use-workspace';
import classes from './sql-page.module.css';

const NARROW = '(max-width: 760px)';

/** ClickHouse's SQL over everything that is stored. */
export function SqlPage() {
  const workspace = useWorkspace();
  const editor = useRef<SqlEditorHandle>(null);
  const isNarrow = useMediaQuery(NARROW);
  const [isSchemaOpen, setIsSchemaOpen] = useStored('click-lite.sql.schema-open', true);
  const [isDrawerOpen, setIsDrawerOpen] = useState(false);
  useLinkedTab(workspace);
  useSqlCommands(workspace, editor);
  const save = useSaveStatement(workspace);

  const schema = (
    <SchemaBrowser
      key={workspace.tab.source}
      source={workspace.tab.source}
      onInsert={(text) => {
        setIsDrawerOpen(false);
        editor.current?.insert(text);
      }}
      onSample={(table) => {
        setIsDrawerOpen(false);
        workspace.runText(`SELECT * FROM ${table} LIMIT 100`);
      }}
    />
  );
  const work = (
    <SplitPane
      name="sql-editor"
      label="Height of the editor"
      direction="column"
      fixed="first"
      initialSize={300}
      minSize={170}
      maxSize={760}
      first={<EditorPane workspace={workspace} editor={editor} />}
      second={<ResultPane workspace={workspace} />}
    />
  );
  const isShown = isNarrow ? isDrawerOpen : isSchemaOpen;
  const title = isShown ? 'Hide the tables' : 'Show the tables';
  const toolbar = (
    <>
      <Tooltip label={title}>
        <ActionIcon
          aria-label={title}
          aria-pressed={isShown}
          onClick={() => (isNarrow ? setIsDrawerOpen(!isDrawerOpen) : setIsSchemaOpen(!isSchemaOpen))}
        >
          <IconTable size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <TabBar tabs={workspace.tabs} />
      <SavedMenu what="statement" onSave={save} />
      <ToDashboard what="statement" group="SQL" addition={statementAddition(workspace)} />
    </>
  );
  return (
    <Page title="SQL" toolbar={toolbar}>
      <h1 className={classes.heading}>SQL</h1>
      {isNarrow || !isSchemaOpen ? (
        work
      ) : (
        <SplitPane
          name="sql-schema"
          label="Width of the tables"
          direction="row"
          fixed="first"
          initialSize={240}
          minSize={160}
          maxSize={480}
          first={schema}
          second={work}
        />
      )}
      {isNarrow && (
        <Drawer opened={isDrawerOpen} onClose={() => setIsDrawerOpen(false)} title="Tables" size={300}>
          <div className={classes.drawer}>{schema}</div>
        </Drawer>
      )}
    </Page>
  );
}

/** A link opens a tab once; the address is the page's own afterwards, so that a reload opens no other. */
function useLinkedTab({ tabs }: Workspace): void {
  const link = useSearch({ from: '/sql' });
  const navigate = useNavigate();
  const taken = useRef<unknown>(null);
  useEffect(() => {
    const wanted = tabOfLink(link);
    if (wanted === null || taken.current === link) return;
    taken.current = link;
    tabs.open(wanted);
    void navigate({ to: '/sql', search: {}, replace: true });
  }, [link, navigate, tabs]);
}

function useSqlCommands(
  { tabs, tab, state, run, runChosen, format, setView }: Workspace,
  editor: RefObject<SqlEditorHandle | null>,
): void {
  const group = 'SQL';
  useCommands([
    {
      id: 'sql.run',
      title: 'Run the statement or the selection',
      group,
      keys: ['mod+Enter'],
      run: runChosen,
    },
    {
      id: 'sql.cancel',
      title: 'Cancel what runs',
      group,
      keys: ['alt+c'],
      whileTyping: true,
      run: () => {
        if (state.status === 'running' || state.isLoadingMore) run.cancel();
      },
    },
    {
      id: 'sql.editor',
      title: 'Go to the editor',
      group,
      keys: ['/'],
      run: () => editor.current?.focus(),
    },
    { id: 'sql.format', title: 'Format the statement', group, keys: ['mod+shift+f'], run: format },
    { id: 'sql.plan', title: 'Show the plan', group, keys: ['mod+shift+e'], run: () => setView('plan') },
    {
      id: 'sql.history',
      title: 'Show what ran before',
      group,
      keys: ['mod+shift+h'],
      run: () => setView('history'),
    },
    {
      id: 'sql.new',
      title: 'New statement',
      group,
      keys: ['alt+n'],
      whileTyping: true,
      run: () => tabs.open(),
    },
    {
      id: 'sql.close',
      title: 'Close the statement',
      group,
      keys: ['alt+w'],
      whileTyping: true,
      run: () => tabs.close(tab.id),
    },
    {
      id: 'sql.next',
      title: 'Next statement',
      group,
      keys: ['alt+PageDown'],
      whileTyping: true,
      run: () => tabs.step(1),
    },
    {
      id: 'sql.previous',
      title: 'Statement before',
      group,
      keys: ['alt+PageUp'],
      whileTyping: true,
      run: () => tabs.step(-1),
    },
  ]);
}
