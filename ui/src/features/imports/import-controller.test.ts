import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/errors';
import type { Import, ImportPreview } from '@/api/types';
import type { ImportOptions, PickedFile } from '@/platform/platform';
import { ImportController } from './import-controller';

const file = (name: string): PickedFile => ({ name, path: `/logs/${name}`, handle: null });
const preview = {
  format: 'text',
  title: 'Text',
  confidence: 1,
  encoding: 'none',
  rows: [],
  problem: null,
} as ImportPreview;
const done = (name: string): Import => ({ name, state: 'done', rows: 1, error: null }) as Import;

interface Sent {
  name: string;
  options: ImportOptions;
  resolve: (result: Import) => void;
  reject: (error: unknown) => void;
}

function setUp({ earlier = [] as Import[], unreadable = [] as string[] } = {}) {
  const sent: Sent[] = [];
  const onStored = vi.fn();
  const controller = new ImportController(
    {
      inspectFile: ({ name, path }) =>
        unreadable.includes(name)
          ? Promise.reject(new ApiError(0, { code: 'file.unreadable', message: `${name} is a directory` }))
          : Promise.resolve({ name, path, size_bytes: 10, modified: null, fingerprint: `f-${name}` }),
      previewFile: () => Promise.resolve(preview),
      importFile: ({ name }, _info, options) =>
        new Promise((resolve, reject) => {
          sent.push({ name, options, resolve, reject });
        }),
    },
    { imports: () => Promise.resolve(earlier) },
    onStored,
  );
  const phases = (): string[] => controller.get().queue.map(({ phase }) => phase.name);
  const add = async (...names: string[]): Promise<void> => {
    controller.add(names.map(file));
    await vi.waitFor(() => expect(phases()).not.toContain('inspecting'));
  };
  return { controller, sent, onStored, phases, add };
}

describe('the import controller', () => {
  it('sends one file after the other', async () => {
    const { controller, sent, onStored, phases, add } = setUp();
    await add('a.log', 'b.log');
    controller.start();
    expect(phases()).toEqual(['running', 'waiting']);
    expect(sent.map(({ name }) => name)).toEqual(['a.log']);
    sent[0]?.resolve(done('a.log'));
    await vi.waitFor(() => expect(phases()).toEqual(['finished', 'running']));
    sent[1]?.resolve(done('b.log'));
    await vi.waitFor(() => expect(phases()).toEqual(['finished', 'finished']));
    expect(onStored).toHaveBeenCalledTimes(2);
    expect(controller.isBusy()).toBe(false);
  });

  it('goes on with the next file after one that failed', async () => {
    const { controller, sent, phases, add } = setUp();
    await add('a.log', 'b.log');
    controller.start();
    sent[0]?.reject(new ApiError(503, { code: 'spool.full', message: 'the spool is full' }));
    await vi.waitFor(() => expect(phases()).toEqual(['failed', 'running']));
  });

  it('cancels the file that runs', async () => {
    const { controller, sent, phases, add } = setUp();
    await add('a.log');
    controller.start();
    const first = sent[0];
    controller.cancel(first?.options.id ?? '');
    expect(first?.options.signal.aborted).toBe(true);
    first?.reject(new DOMException('aborted', 'AbortError'));
    await vi.waitFor(() => expect(controller.isBusy()).toBe(false));
    expect(phases()).toEqual(['cancelled']);
  });

  it('asks before it imports a file a second time, and then says so to the server', async () => {
    const { controller, sent, phases, add } = setUp({ earlier: [done('a.log')] });
    await add('a.log');
    controller.start();
    expect(sent).toEqual([]);
    const id = controller.get().queue[0]?.id ?? '';
    controller.choose({ type: 'againChosen', id, again: true });
    controller.start();
    expect(phases()).toEqual(['running']);
    expect(sent[0]?.options.again).toBe(true);
  });

  it('asks too where only the server noticed, and uses a new id for the second try', async () => {
    const { controller, sent, phases, add } = setUp();
    await add('a.log');
    controller.start();
    const details = { import: done('a.log') };
    sent[0]?.reject(new ApiError(409, { code: 'import.duplicate', message: 'known', details }));
    await vi.waitFor(() => expect(phases()).toEqual(['chosen']));
    const id = controller.get().queue[0]?.id ?? '';
    expect(id).not.toBe(sent[0]?.options.id);
    controller.choose({ type: 'againChosen', id, again: true });
    controller.start();
    await vi.waitFor(() => expect(sent[1]?.options).toMatchObject({ id, again: true }));
  });

  it('says what is wrong with a file that cannot be read, and imports the rest', async () => {
    const { controller, sent, phases, add } = setUp({ unreadable: ['dir'] });
    await add('dir', 'b.log');
    expect(phases()).toEqual(['failed', 'chosen']);
    controller.start();
    expect(sent.map(({ name }) => name)).toEqual(['b.log']);
  });

  it('keeps what runs when the dialog closes', async () => {
    const { controller, sent, phases, add } = setUp();
    await add('a.log');
    controller.start();
    controller.close();
    expect(phases()).toEqual(['running']);
    sent[0]?.resolve(done('a.log'));
    await vi.waitFor(() => expect(phases()).toEqual(['finished']));
    controller.open();
    controller.close();
    expect(phases()).toEqual([]);
  });
});
