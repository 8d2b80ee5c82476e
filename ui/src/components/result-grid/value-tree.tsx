import { useState } from 'react';
import { rawText } from './cell-text';
import classes from './row-panel.module.css';

const OPEN_LEVELS = 2;
const CHILDREN_SHOWN = 200;

/** A nested value as a tree that opens and closes; plain values as they are. */
export function ValueTree({ value, level = 0 }: { value: unknown; level?: number }) {
  const [shown, setShown] = useState(CHILDREN_SHOWN);
  if (value === null || value === undefined) return <span className={classes.absent}>NULL</span>;
  if (typeof value !== 'object') {
    return (
      <span className={typeof value === 'string' ? classes.text : classes.figure}>{rawText(value)}</span>
    );
  }
  const entries: [string, unknown][] = Object.entries(value);
  if (entries.length === 0)
    return <span className={classes.absent}>{Array.isArray(value) ? '[ ]' : '{ }'}</span>;
  return (
    <ul className={classes.tree}>
      {entries.slice(0, shown).map(([key, child]) => (
        <li key={key}>
          {isNested(child) ? (
            <details open={level < OPEN_LEVELS}>
              <summary>
                <span className={classes.key}>{key}</span>
                <span className={classes.absent}>{sizeOf(child)}</span>
              </summary>
              <ValueTree value={child} level={level + 1} />
            </details>
          ) : (
            <span className={classes.pair}>
              <span className={classes.key}>{key}</span>
              <ValueTree value={child} level={level + 1} />
            </span>
          )}
        </li>
      ))}
      {entries.length > shown && (
        <li>
          <button type="button" className={classes.more} onClick={() => setShown(shown + CHILDREN_SHOWN)}>
            {entries.length - shown} more
          </button>
        </li>
      )}
    </ul>
  );
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function sizeOf(value: object): string {
  const size = Object.keys(value).length;
  return Array.isArray(value) ? `[${size}]` : `{${size}}`;
}

/** A text that is a JSON object or array, as that; else `null`. */
export function jsonIn(text: string): object | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.parse(text) as object;
  } catch {
    return null;
  }
}
