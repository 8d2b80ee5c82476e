import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconEraser, IconZoomScan } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useApi } from '@/api/client';
import { plainMessage } from '@/components/notify';
import { Page } from '@/components/page';
import { SavedMenu } from '@/components/saved/saved-menu';
import { SourceMenu } from '@/components/sources/source-menu';
import { ChooseSource } from '@/components/sources/choose-source';
import { foreignSource, knownInstead } from '@/components/sources/known-sources';
import { TimePicker } from '@/components/time-picker/time-picker';
import { formatCountOf } from '@/lib/format/numbers';
import { usePreferences } from '@/lib/preferences/preferences';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { useStored, withRecent } from '@/lib/stored';
import { isSameRange, type TimeRange } from '@/lib/time-range/range';
import { BuilderContext } from './builder-context';
import { rangeOfLink, linkOfRange } from './builder-search';
import classes from './builder.module.css';
import { DragContext } from './conditions/drag';
import { GroupEditor } from './conditions/group-editor';
import { EditorSkeleton } from './editor-skeleton';
import { emptyQuery } from './model/query';
import { BuiltToDashboard } from './output/built-to-dashboard';
import type { ResultView } from './output/chart-kind';
import { ResultPane } from './output/result-pane';
import { TextPane } from './output/text-pane';
import { useCount, type Asked } from './output/use-result';
import { StepList } from './steps/step-list';
import { useSaveBuilt } from './use-save-built';
import { useBuilderState, type BuilderState } from './use-builder-state';

const RECENT_RANGES = 6;

/** A search made of conditions and steps, side by side with its text, its SQL and its result. */
export function BuilderPage() {
  const link = useSearch({ from: '/builder' });
  const navigate = useNavigate();
  const [{ timeZone }] = usePreferences();
  const [recent, setRecent] = useStored<TimeRange[]>('click-lite.builder.ranges', []);
  const [view, setView] = useState<ResultView>('chart');
  const [dragged, setDragged] = useState<number | null>(null);
  const range = rangeOfLink(link);
  const source = foreignSource(link.src);
  const state = useBuilderState(link.q ?? '', range, source);
  const fields = useFields(range, source);
  const text = state.written?.text ?? null;
  useEffect(() => {
    if (text === null) return;
    const q = text === '*' ? undefined : text;
    void navigate({ to: '/builder', search: (before) => ({ ...before, q }), replace: true });
  }, [navigate, text]);
  useBuilderCommands(state);
  const asked: Asked = { text, range, source };
  const save = useSaveBuilt(state.text, range, source);
  const lost = knownInstead(state.failure);
  const setSource = (src: string | undefined) =>
    void navigate({ to: '/builder', search: (before) => ({ ...before, src }) });

  const toolbar = (
    <>
      <h1 className={classes.title}>Builder</h1>
      <SourceMenu source={source} onChoose={setSource} />
      <UndoButtons state={state} />
      <Tooltip label="Start anew">
        <ActionIcon aria-label="Start anew" onClick={() => state.change(emptyQuery())}>
          <IconEraser size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <span className={classes.space} />
      <SavedMenu what="search" onSave={save} />
      <BuiltToDashboard asked={asked} view={view} />
      <TimePicker
        group="Builder"
        range={range}
        zone={timeZone}
        recent={recent}
        onChoose={(chosen) => {
          setRecent(withRecent(recent, chosen, RECENT_RANGES, isSameRange));
          void navigate({ to: '/builder', search: (before) => ({ ...before, ...linkOfRange(chosen) }) });
        }}
      />
      <Button
        variant="default"
        leftSection={<IconZoomScan size={14} aria-hidden />}
        onClick={() =>
          void navigate({
            to: '/explore',
            search: {
              ...(text === null || text === '*' ? {} : { q: text }),
              ...(source === undefined ? {} : { src: source }),
              ...linkOfRange(range),
            },
          })
        }
      >
        Explore
      </Button>
    </>
  );
  return (
    <BuilderContext value={{ ...state, fields, range, source }}>
      <DragContext value={{ dragged, setDragged }}>
        <Page title="Builder" toolbar={toolbar}>
          <div className={classes.page} data-reading={!state.isRead || undefined}>
            <div className={classes.editor} tabIndex={-1}>
              <section aria-label="Conditions">
                <div className={classes.sectionHead}>
                  <h2 className={classes.sectionTitle}>Conditions</h2>
                  <Count asked={asked} />
                </div>
                {state.isRead ? <GroupEditor group={state.query.root} isRoot /> : <EditorSkeleton />}
              </section>
              {state.isRead && (
                <section aria-label="Steps">
                  <h2 className={classes.sectionTitle}>Steps</h2>
                  <StepList />
                </section>
              )}
            </div>
            <div className={classes.output}>
              <TextPane state={lost === null ? state : { ...state, failure: null }} source={source} />
              {lost === null ? (
                <ResultPane asked={asked} view={view} onView={setView} />
              ) : (
                <div className={classes.lost} role="alert">
                  {plainMessage(state.failure)}
                  <ChooseSource names={lost} onChoose={(name) => setSource(foreignSource(name))} />
                </div>
              )}
            </div>
          </div>
        </Page>
      </DragContext>
    </BuilderContext>
  );
}

function Count({ asked }: { asked: Asked }) {
  const count = useCount({ ...asked, text: filterOfText(asked.text) });
  if (count.data === undefined) return null;
  return (
    <span className={classes.foundCount} role="status" data-stale={count.isPlaceholderData || undefined}>
      {formatCountOf(count.data, 'record')}
    </span>
  );
}

/** The text before its first pipe, as it is printed: no pipe stands in quotes or slashes before the first one. */
function filterOfText(text: string | null): string | null {
  if (text === null) return null;
  const filter = /^(?:"(?:[^"\\]|\\.)*"|\/(?:[^/\\]|\\.)+\/|\\.|[^|"])*/.exec(text)?.[0] ?? '';
  return filter.trim();
}

function UndoButtons({ state }: { state: BuilderState }) {
  return (
    <>
      <Tooltip label="Undo">
        <ActionIcon aria-label="Undo" disabled={!state.canUndo} onClick={state.undo}>
          <IconArrowBackUp size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Redo">
        <ActionIcon aria-label="Redo" disabled={!state.canRedo} onClick={state.redo}>
          <IconArrowForwardUp size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

function useFields({ from, to }: TimeRange, source: string | undefined) {
  const api = useApi();
  const span = { from: from ?? undefined, to: to ?? undefined };
  const fields = useQuery({
    queryKey: ['builder', 'fields', source, span],
    queryFn: ({ signal }) => api.fields({ query: '*', source, ...span }, signal),
    staleTime: 60_000,
  });
  return fields.data?.fields ?? [];
}

function useBuilderCommands(state: BuilderState): void {
  const group = 'Builder';
  useCommands([
    { id: 'builder.undo', title: 'Undo', group, keys: ['mod+z'], run: state.undo },
    { id: 'builder.redo', title: 'Redo', group, keys: ['mod+shift+z', 'mod+y'], run: state.redo },
  ]);
}
