import { render } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { keyNames } from './keys';
import { CommandRegistry, type Command } from './registry';
import { CommandContext, useCommands } from './use-commands';

function press(
  registry: CommandRegistry,
  key: string,
  init: KeyboardEventInit = {},
  target: Element = document.body,
) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
  let ran = false;
  const listener = (pressed: KeyboardEvent): void => {
    ran = registry.handle(pressed);
  };
  window.addEventListener('keydown', listener);
  target.dispatchEvent(event);
  window.removeEventListener('keydown', listener);
  return { ran, prevented: event.defaultPrevented };
}

function command(
  id: string,
  keys: string[],
  rest: Partial<Command> = {},
): Command & { run: ReturnType<typeof vi.fn> } {
  return { id, title: id, group: 'Test', keys, run: vi.fn(), ...rest } as Command & {
    run: ReturnType<typeof vi.fn>;
  };
}

afterEach(() => {
  document.body.replaceChildren();
});

describe('the command registry', () => {
  it('runs the command of a key, and only that', () => {
    const registry = new CommandRegistry();
    const next = command('next', ['j', 'ArrowDown']);
    const palette = command('palette', ['mod+k']);
    registry.add([next, palette]);
    expect(press(registry, 'j')).toEqual({ ran: true, prevented: true });
    expect(press(registry, 'ArrowDown').ran).toBe(true);
    expect(press(registry, 'k')).toEqual({ ran: false, prevented: false });
    expect(press(registry, 'k', { ctrlKey: true }).ran).toBe(true);
    expect(press(registry, 'j', { ctrlKey: true }).ran).toBe(false);
    expect(next.run).toHaveBeenCalledTimes(2);
    expect(palette.run).toHaveBeenCalledTimes(1);
  });

  it('takes ? and / from any layout, whether they need Shift or not', () => {
    const registry = new CommandRegistry();
    const help = command('help', ['?']);
    registry.add([help]);
    expect(press(registry, '?', { shiftKey: true }).ran).toBe(true);
    expect(press(registry, '?').ran).toBe(true);
  });

  it('leaves letters to a text field, but not chords', () => {
    const registry = new CommandRegistry();
    registry.add([
      command('next', ['j']),
      command('palette', ['mod+k']),
      command('leave', ['Escape'], { whileTyping: true }),
    ]);
    const input = document.body.appendChild(document.createElement('input'));
    expect(press(registry, 'j', {}, input).ran).toBe(false);
    expect(press(registry, 'k', { ctrlKey: true }, input).ran).toBe(true);
    expect(press(registry, 'Escape', {}, input).ran).toBe(true);
  });

  it('leaves plain keys to an open dialog', () => {
    const registry = new CommandRegistry();
    registry.add([command('next', ['j'])]);
    const dialog = document.body.appendChild(document.createElement('div'));
    dialog.setAttribute('role', 'dialog');
    dialog.setAttribute('aria-modal', 'true');
    expect(press(registry, 'j').ran).toBe(false);
  });

  it('prefers the command that was added last, and forgets what was removed', () => {
    const registry = new CommandRegistry();
    const frame = command('frame', ['Escape']);
    const drawer = command('drawer', ['Escape']);
    registry.add([frame]);
    const remove = registry.add([drawer]);
    press(registry, 'Escape');
    remove();
    press(registry, 'Escape');
    expect(drawer.run).toHaveBeenCalledTimes(1);
    expect(frame.run).toHaveBeenCalledTimes(1);
    expect(registry.commands().map(({ id }) => id)).toEqual(['frame']);
  });

  it('names keys as a keyboard does', () => {
    expect(keyNames('mod+shift+p')).toEqual(['Ctrl', 'Shift', 'P']);
    expect(keyNames('?')).toEqual(['?']);
    expect(keyNames('mod++')).toEqual(['Ctrl', '+']);
  });
});

it('leaves the Escape that closed a dialog alone, though the dialog is gone by then', () => {
  const registry = new CommandRegistry();
  const run = vi.fn();
  registry.add([{ id: 'close', title: 'Close', group: 'Test', keys: ['Escape'], run }]);
  const dialog = document.createElement('div');
  dialog.setAttribute('role', 'dialog');
  dialog.setAttribute('aria-modal', 'true');
  document.body.append(dialog);
  registry.noteDialog();
  dialog.remove();
  press(registry, 'Escape');
  expect(run).not.toHaveBeenCalled();
  registry.noteDialog();
  press(registry, 'Escape');
  expect(run).toHaveBeenCalledTimes(1);
});

describe('useCommands', () => {
  it('runs the latest closure without registering again, and leaves with its component', () => {
    const registry = new CommandRegistry();
    const changes = vi.fn();
    registry.subscribe(changes);
    const seen: number[] = [];
    function Page({ value }: { value: number }) {
      useCommands([{ id: 'say', title: 'Say', group: 'Test', keys: ['s'], run: () => seen.push(value) }]);
      return null;
    }
    const tree = (value: number) => (
      <CommandContext value={registry}>
        <Page value={value} />
      </CommandContext>
    );
    const { rerender, unmount } = render(tree(1));
    press(registry, 's');
    rerender(tree(2));
    press(registry, 's');
    registry.run('say');
    expect(seen).toEqual([1, 2, 2]);
    expect(changes).toHaveBeenCalledTimes(1);
    unmount();
    expect(registry.commands()).toEqual([]);
  });
});
