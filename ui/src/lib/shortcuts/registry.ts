import { isEditable, matches, parseKeys, type KeyChord } from './keys';

export interface Command {
  /** Unique, such as `explore.run`. */
  id: string;
  title: string;
  /** Heading under which help and palette list it. */
  group: string;
  /** Alternatives, such as `['mod+k']` or `['j', 'ArrowDown']`; `mod` is Ctrl, and Command on a Mac. */
  keys?: string[];
  run: () => void;
  /** Fires while a text field has the focus. By default only chords with `mod` and F-keys do. */
  whileTyping?: boolean;
  /** Left out of the command palette, as moving the cursor would be. */
  onlyKeys?: boolean;
}

interface Entry {
  command: Command;
  chords: KeyChord[];
}

/**
 * The commands that exist right now. Features add theirs while they are on screen; shortcuts, the help and the command
 * palette all read this one list. Of two commands with the same key the one added last wins.
 */
export class CommandRegistry {
  private entries: Entry[] = [];
  private snapshot: readonly Command[] = [];
  private readonly listeners = new Set<() => void>();
  private wasBehindDialog = false;

  add(commands: Command[]): () => void {
    const added = commands.map((command) => ({ command, chords: (command.keys ?? []).map(parseKeys) }));
    this.entries = [...this.entries, ...added];
    this.changed();
    return () => {
      this.entries = this.entries.filter((entry) => !added.includes(entry));
      this.changed();
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly commands = (): readonly Command[] => this.snapshot;

  /** Runs a command that another part of the interface offers, if it is there. */
  run(id: string): void {
    this.entries.findLast((entry) => entry.command.id === id)?.command.run();
  }

  /**
   * Takes note, before anything else sees a key, whether a dialog is open: one that closes by Escape may be gone when
   * the key arrives here, and its Escape is no other command's.
   */
  readonly noteDialog = (): void => {
    this.wasBehindDialog = isBehindDialog();
  };

  /** Runs the command of the pressed key, if there is one; answers whether it did. */
  readonly handle = (event: KeyboardEvent): boolean => {
    if (event.defaultPrevented || event.isComposing) return false;
    const typing = isEditable(event.target);
    const behindDialog = this.wasBehindDialog || isBehindDialog();
    this.wasBehindDialog = false;
    for (const { command, chords } of this.entries.toReversed()) {
      const chord = chords.find((candidate) => matches(candidate, event));
      if (chord === undefined) continue;
      const always = chord.mod || /^F\d+$/.test(chord.key);
      if (typing && !always && command.whileTyping !== true) continue;
      if (behindDialog && !always) continue;
      event.preventDefault();
      command.run();
      return true;
    }
    return false;
  };

  private changed(): void {
    this.snapshot = this.entries.map((entry) => entry.command);
    for (const listener of this.listeners) listener();
  }
}

function isBehindDialog(): boolean {
  return document.querySelector('[role="dialog"][aria-modal="true"]') !== null;
}
