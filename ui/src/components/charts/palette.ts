import { createContext } from 'react';
import { LEVELS, type Level } from '@/api/types';

/** Custom properties of tokens.css. */
const SERIES_TOKENS = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `--series-${number}`);

const LEVEL_WORDS: Record<string, Level> = {
  warning: 'warn',
  err: 'error',
  information: 'info',
  notice: 'info',
  critical: 'fatal',
  crit: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  panic: 'fatal',
};

/** Classes of HTTP status codes are as grave as these. */
const STATUS_LEVELS: Record<string, Level> = { 1: 'trace', 2: 'info', 3: 'debug', 4: 'warn', 5: 'error' };
/** A class, or one of the codes that are in use. */
const STATUS = /^(?:[1-5]xx|10[0-3]|20[0-8]|226|30[0-8]|4[0-4]\d|45[01]|499|50\d|51[01]|52\d)$/;
/** Shades of a class; after them they are used again. */
const SHADES = ['', '-2', '-3', '-4'];

/** The class of an HTTP status code, as grave as a level. */
function statusLevelOf(name: string): Level | null {
  return STATUS.test(name) ? (STATUS_LEVELS[name.charAt(0)] ?? null) : null;
}

function levelOf(name: string): Level | null {
  const word = name.toLowerCase();
  return LEVEL_WORDS[word] ?? LEVELS.find((level) => level === word) ?? null;
}

/** The series into which `timechart ... limit` sums up what it shows no line of. */
export const REST = 'other';
/** What a pie calls the slices that it sums up. */
const PIE_REST = /^\d+ others?$/;

function hashOf(name: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < name.length; index += 1)
    hash = Math.imul(hash ^ name.charCodeAt(index), 16_777_619);
  return hash >>> 0;
}

/**
 * Which colour a series has. The same name has the same one in every chart of a page, whatever stands beside it there;
 * names take free colours before any is used twice. Severities keep theirs, and HTTP status codes have that of their class.
 */
export class SeriesColours {
  private readonly slots = new Map<string, number>();
  private readonly shades = new Map<Level, string[]>();
  private readonly used = new Array<number>(SERIES_TOKENS.length).fill(0);

  /** The custom property with the colour, such as `--series-3`. */
  tokenOf(name: string): string {
    if (name === REST || PIE_REST.test(name)) return '--chart-unknown';
    const status = statusLevelOf(name);
    if (status !== null) return `--chart-${status}${this.shadeOf(name, status)}`;
    const level = levelOf(name);
    if (level !== null) return `--chart-${level}`;
    const slot = this.slots.get(name) ?? this.take(name);
    return SERIES_TOKENS[slot] ?? '--series-1';
  }

  /** Codes of one class differ by their shade. */
  private shadeOf(name: string, level: Level): string {
    const known = this.shades.get(level) ?? [];
    this.shades.set(level, known);
    if (!known.includes(name)) known.push(name);
    return SHADES[known.indexOf(name) % SHADES.length] ?? '';
  }

  private take(name: string): number {
    const least = Math.min(...this.used);
    const wanted = hashOf(name) % SERIES_TOKENS.length;
    const slot = SERIES_TOKENS.map((_, step) => (wanted + step) % SERIES_TOKENS.length).find(
      (candidate) => this.used[candidate] === least,
    );
    const taken = slot ?? wanted;
    this.used[taken] = (this.used[taken] ?? 0) + 1;
    this.slots.set(name, taken);
    return taken;
  }
}

export const SeriesColoursContext = createContext(new SeriesColours());
