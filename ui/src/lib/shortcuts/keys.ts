export interface KeyChord {
  /** As `KeyboardEvent.key` names it. */
  key: string;
  mod: boolean;
  shift: boolean;
  alt: boolean;
}

const IS_MAC = /mac/i.test(navigator.userAgent);

/** Reads `mod+shift+p`, `?`, `ArrowDown`. */
export function parseKeys(text: string): KeyChord {
  const parts = text.split('+');
  const key = text.endsWith('++') || text === '+' ? '+' : (parts.at(-1) ?? '');
  return { key, mod: parts.includes('mod'), shift: parts.includes('shift'), alt: parts.includes('alt') };
}

export function matches(chord: KeyChord, event: KeyboardEvent): boolean {
  const mod = IS_MAC ? event.metaKey : event.ctrlKey;
  const otherMod = IS_MAC ? event.ctrlKey : event.metaKey;
  if (mod !== chord.mod || otherMod || event.altKey !== chord.alt) return false;
  if (chord.key.length > 1 || /[a-z]/i.test(chord.key)) {
    return event.shiftKey === chord.shift && event.key.toLowerCase() === chord.key.toLowerCase();
  }
  // On which layout `?` or `/` needs Shift is not ours to say.
  return event.key === chord.key;
}

export function isEditable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

const NAMES: Record<string, string> = {
  mod: IS_MAC ? '⌘' : 'Ctrl',
  shift: 'Shift',
  alt: 'Alt',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  PageDown: 'PgDn',
  PageUp: 'PgUp',
  ' ': 'Space',
};

/** The keys as they are written on a keyboard, one entry each. */
export function keyNames(text: string): string[] {
  const { key, mod, shift, alt } = parseKeys(text);
  const names = [...(mod ? ['mod'] : []), ...(shift ? ['shift'] : []), ...(alt ? ['alt'] : []), key];
  return names.map((name) => NAMES[name] ?? (name.length === 1 ? name.toUpperCase() : name));
}
