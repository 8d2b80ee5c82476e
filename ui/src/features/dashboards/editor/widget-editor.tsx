import { Button, Modal, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { WIDGET_KINDS, type Widget, type WidgetKind, type WidgetQuery } from '@/api/dashboards';
import { SourceSelect } from '@/components/sources/source-select';
import { freePlace } from '../model/layout';
import { WidgetBody } from '../board/widget-body';
import { ownSource } from '../model/source';
import { useBoard } from '../state/board-context';
import { useWidgetData } from '../state/use-widget-data';
import classes from './editor.module.css';
import { KIND_NAMES } from './kinds';
import { OptionsForm } from './options-form';

interface WidgetEditorProps {
  widget: Widget;
  onDone: (widget: Widget) => void;
  onClose: () => void;
}

const TYPING_MS = 500;

/** A widget with its query and options on one side and what comes of them on the other. */
export function WidgetEditor({ widget, onDone, onClose }: WidgetEditorProps) {
  const { definition } = useBoard();
  const [draft, setDraft] = useState(widget);
  const isNew = !definition.widgets.some(({ id }) => id === widget.id);
  const set = (change: Partial<Widget>) => setDraft((known) => ({ ...known, ...change }));
  const query: WidgetQuery = draft.query ?? { language: 'search', text: '' };
  const setKind = (kind: WidgetKind) => {
    // A new widget has the place that fits its kind, an old one keeps its own.
    const language = kind === 'logs' ? ('search' as const) : query.language;
    set({
      kind,
      query: { ...query, language },
      ...(isNew ? { layout: freePlace(definition.widgets, kind) } : {}),
    });
  };
  const done = () => onDone(draft.title === '' ? { ...draft, title: KIND_NAMES[draft.kind] } : draft);
  return (
    <Modal
      opened
      onClose={onClose}
      title={isNew ? 'Add a widget' : 'Edit the widget'}
      size="min(1280px, 96vw)"
      yOffset={32}
      closeOnClickOutside={false}
    >
      <form
        className={classes.editor}
        onSubmit={(event) => {
          event.preventDefault();
          done();
        }}
      >
        <div className={classes.form}>
          <Select
            label="Show as"
            data={WIDGET_KINDS.map((kind) => ({ value: kind, label: KIND_NAMES[kind] }))}
            value={draft.kind}
            allowDeselect={false}
            onChange={(kind) => kind !== null && setKind(kind)}
          />
          <TextInput
            label="Title"
            data-autofocus
            value={draft.title}
            placeholder={KIND_NAMES[draft.kind]}
            onChange={(event) => set({ title: event.currentTarget.value })}
          />
          {draft.kind === 'text' ? (
            <Textarea
              label="Markdown"
              autosize
              minRows={10}
              maxRows={22}
              size="xs"
              value={typeof draft.options.text === 'string' ? draft.options.text : ''}
              onChange={(event) => set({ options: { ...draft.options, text: event.currentTarget.value } })}
            />
          ) : (
            <QueryFields kind={draft.kind} query={query} onChange={(next) => set({ query: next })} />
          )}
          <OptionsForm widget={draft} onChange={set} />
        </div>
        <div className={classes.side}>
          <Preview widget={draft} />
          <div className={classes.buttons}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit">{isNew ? 'Add to the dashboard' : 'Apply'}</Button>
          </div>
        </div>
      </form>
    </Modal>
  );
}

interface QueryFieldsProps {
  kind: WidgetKind;
  query: WidgetQuery;
  onChange: (query: WidgetQuery) => void;
}

function QueryFields({ kind, query, onChange }: QueryFieldsProps) {
  const { definition } = useBoard();
  const names = definition.variables.map(({ name }) =>
    query.language === 'sql' ? `{${name}:…}` : `$${name}`,
  );
  const hint =
    query.language === 'search'
      ? kind === 'logs' || kind === 'table'
        ? 'A search. Its newest rows are shown.'
        : 'A search. Without a pipe its rows are counted over time by level.'
      : '{from:DateTime64(9)} and {to:DateTime64(9)} are the time range, {bucket_seconds:UInt32} a step that fits it.';
  return (
    <>
      <SourceSelect
        value={query.source}
        none={ownSource(definition)}
        isSql={query.language === 'sql'}
        onChange={(source) => onChange({ ...query, source })}
      />
      <div className={classes.language}>
        <span id="widget-language">Query</span>
        <SegmentedControl
          aria-labelledby="widget-language"
          data={[
            { value: 'search', label: 'Search' },
            { value: 'sql', label: 'SQL' },
          ]}
          value={query.language}
          onChange={(language) => onChange({ ...query, language: language })}
          disabled={kind === 'logs'}
        />
      </div>
      <Textarea
        aria-label={query.language === 'sql' ? 'SQL' : 'Search'}
        description={names.length === 0 ? hint : `${hint} Variables: ${names.join(', ')}.`}
        inputWrapperOrder={['input', 'description']}
        autosize
        minRows={query.language === 'sql' ? 8 : 3}
        maxRows={16}
        size="xs"
        spellCheck={false}
        classNames={{ input: classes.code }}
        placeholder={
          query.language === 'sql'
            ? 'SELECT ServiceName, count() AS rows\nFROM otel_logs\nWHERE Timestamp >= {from:DateTime64(9)} AND Timestamp < {to:DateTime64(9)}\nGROUP BY ServiceName'
            : 'level:error service:checkout'
        }
        value={query.text}
        onChange={(event) => onChange({ ...query, text: event.currentTarget.value })}
      />
    </>
  );
}

/** What the widget will show; asked when typing pauses. */
function Preview({ widget }: { widget: Widget }) {
  const [query] = useDebouncedValue(widget.query, TYPING_MS);
  const shown = { ...widget, query: query ?? null };
  const answer = useWidgetData(shown, true);
  return (
    <section className={classes.preview} aria-label="Preview" aria-busy={answer.isFetching}>
      <h3 className={classes.previewTitle}>{widget.title === '' ? KIND_NAMES[widget.kind] : widget.title}</h3>
      <div className={classes.previewBody} data-small={widget.kind === 'number' || undefined}>
        <WidgetBody widget={shown} answer={answer} />
      </div>
    </section>
  );
}
