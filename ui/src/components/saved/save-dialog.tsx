import { Autocomplete, Button, Modal, SegmentedControl, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { SourceSelect } from '@/components/sources/source-select';
import { ApiError } from '@/api/errors';
import type { SavedContent, SavedParameter } from '@/api/saved';
import { notifyDone, plainMessage } from '@/components/notify';
import { ParameterEditor } from './parameter-editor';
import classes from './saved.module.css';
import type { Draft } from './saved-context';
import { parametersOf } from './saved-text';
import { useSavedQueries, useWriteSaved } from './use-saved';

const LANGUAGES = [
  { value: 'search', label: 'Search' },
  { value: 'sql', label: 'SQL' },
];

/** The form of a saved query, new or changed. */
export default function SaveDialog({ draft, onClose }: { draft: Draft; onClose: () => void }) {
  const [content, setContent] = useState<SavedContent>(() =>
    withDefaults(withParameters(draft.content), draft.values),
  );
  const library = useSavedQueries().data;
  const write = useWriteSaved();
  // The one that has the name already: it can be replaced.
  const sameName = library?.items.find(
    ({ name, id }) => name.toLowerCase() === content.name.trim().toLowerCase() && id !== draft.replaces?.id,
  );
  const save = useMutation({
    mutationFn: () => write(content, draft.replaces ?? sameName ?? null),
    onSuccess: ({ name }) => {
      notifyDone(`“${name}” is saved.`);
      onClose();
    },
  });
  const change = (part: Partial<SavedContent>): void => {
    save.reset();
    setContent((current) => withParameters({ ...current, ...part }));
  };
  const isReady = content.name.trim() !== '' && !(sameName !== undefined && draft.replaces !== null);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (isReady) save.mutate();
  };
  const range = (text: string): string | null => (text.trim() === '' ? null : text);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={draft.replaces === null ? 'Save query' : `Edit “${draft.replaces.name}”`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form className={classes.fields} onSubmit={submit}>
        <TextInput
          label="Name"
          required
          data-autofocus
          value={content.name}
          error={fieldProblem(save.error, 'name')}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <div className={classes.pair}>
          <Autocomplete
            size="xs"
            label="Folder"
            placeholder="None; Web/Shop is Shop in Web"
            data={(library?.folders ?? []).map(({ name }) => name)}
            value={content.folder}
            error={fieldProblem(save.error, 'folder')}
            onChange={(folder) => change({ folder })}
          />
          <TagsInput
            size="xs"
            label="Tags"
            data={(library?.tags ?? []).map(({ name }) => name)}
            value={content.tags}
            acceptValueOnBlur
            onChange={(tags) => change({ tags })}
          />
        </div>
        <Textarea
          size="xs"
          label="Description"
          autosize
          minRows={1}
          maxRows={5}
          value={content.description}
          error={fieldProblem(save.error, 'description')}
          onChange={(event) => change({ description: event.currentTarget.value })}
        />
        <SegmentedControl
          aria-label="Language"
          data={LANGUAGES}
          value={content.language}
          onChange={(language) => change({ language: language === 'sql' ? 'sql' : 'search' })}
        />
        <SourceSelect
          value={content.source}
          isSql={content.language === 'sql'}
          onChange={(source) => change({ source })}
        />
        <Textarea
          className={classes.text}
          size="xs"
          label="Query"
          description={
            content.language === 'sql'
              ? 'A value that is asked for: {name:Type}. {from:DateTime64(9)} and {to:DateTime64(9)} are the time range.'
              : 'A value that is asked for: $name in place of a value, such as service:$service.'
          }
          autosize
          minRows={2}
          maxRows={14}
          spellCheck={false}
          value={content.text}
          onChange={(event) => change({ text: event.currentTarget.value })}
        />
        <div className={classes.pair}>
          <TextInput
            label="From"
            placeholder="The range of who opens it"
            value={content.from ?? ''}
            onChange={(event) => change({ from: range(event.currentTarget.value) })}
          />
          <TextInput
            label="To"
            placeholder="now"
            value={content.to ?? ''}
            onChange={(event) => change({ to: range(event.currentTarget.value) })}
          />
        </div>
        <ParameterEditor
          language={content.language}
          parameters={content.parameters}
          onChange={(parameters) => change({ parameters })}
        />
        {save.isError && (
          <p className={classes.problem} role="alert">
            {plainMessage(save.error)}
          </p>
        )}
        {sameName !== undefined && (
          <p className={classes.problem} role="status">
            {draft.replaces === null
              ? 'A query with this name is there: saving replaces it, and what it was stays in its versions.'
              : 'Another query has this name.'}
          </p>
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!isReady} loading={save.isPending}>
            {draft.replaces === null && sameName !== undefined ? 'Replace' : 'Save'}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function withParameters(content: SavedContent): SavedContent {
  return { ...content, parameters: parametersOf(content.language, content.text, content.parameters) };
}

function withDefaults(content: SavedContent, values: Draft['values'] = {}): SavedContent {
  const withDefault = (parameter: SavedParameter): SavedParameter => {
    const value = values[parameter.name] ?? '';
    return value === '' || parameter.default !== null ? parameter : { ...parameter, default: value };
  };
  return { ...content, parameters: content.parameters.map(withDefault) };
}

function fieldProblem(error: unknown, field: string): string | null {
  if (!(error instanceof ApiError) || error.code !== 'saved.content') return null;
  const details = error.details as { field?: string } | null;
  return details?.field === field ? plainMessage(error) : null;
}
