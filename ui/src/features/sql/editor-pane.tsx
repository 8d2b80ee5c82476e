import { useEffect, type RefObject } from 'react';
import { foreignSource } from '@/components/sources/known-sources';
import { SqlEditor, type SqlEditorHandle } from '@/components/sql-editor/sql-editor';
import { ServerMenu } from '@/components/sources/server-menu';
import { ParameterForm } from './parameters/parameter-form';
import { ActionBar } from './run/action-bar';
import { Messages } from './run/messages';
import { useEditorSchema } from './schema/use-schema';
import type { Workspace } from './use-workspace';
import classes from './sql-page.module.css';

interface EditorPaneProps {
  workspace: Workspace;
  editor: RefObject<SqlEditorHandle | null>;
}

/** The statement, its parameters, what is to be said of it, and what can be done with it. */
export function EditorPane({ workspace, editor }: EditorPaneProps) {
  const { tab, tabs, parameters, marks, error, state, runChosen } = workspace;
  const schema = useEditorSchema(tab.source);
  useEffect(() => editor.current?.focus(), [editor, tab.id]);
  return (
    <div
      className={classes.editorPane}
      id="sql-tab-panel"
      role="tabpanel"
      aria-labelledby={`sql-tab-${tab.id}`}
    >
      <div className={classes.editor}>
        <SqlEditor
          ref={editor}
          document={tab.id}
          label="Statement"
          value={tab.sql}
          onChange={(sql) => tabs.change(tab.id, { sql })}
          onSelect={({ selection, cursor }) => workspace.setPlace({ selection, cursor })}
          onRun={runChosen}
          schema={schema}
          marks={marks}
          placeholder="SELECT ServiceName, count() FROM otel_logs GROUP BY ServiceName"
        />
      </div>
      <ParameterForm
        tab={tab}
        asked={parameters.asked}
        hasRange={parameters.hasRange}
        onChange={(change) => tabs.change(tab.id, change)}
        onRun={runChosen}
      />
      <Messages
        error={error}
        marks={marks}
        onGoTo={(offset) => editor.current?.goTo(offset)}
        onConfirm={workspace.confirm}
        onSource={(source) => tabs.change(tab.id, { source: foreignSource(source) ?? null })}
      />
      <ActionBar
        source={tab.source}
        isRunning={state.status === 'running' || state.isLoadingMore}
        hasSelection={workspace.hasSelection}
        obstacle={workspace.obstacle}
        estimate={workspace.estimate}
        onRun={runChosen}
        onCancel={() => workspace.run.cancel()}
        onFormat={workspace.format}
        onExplain={() => workspace.setView('plan')}
      >
        <ServerMenu source={tab.source} onChoose={(source) => tabs.change(tab.id, { source })} />
      </ActionBar>
    </div>
  );
}
