const THIN_SPACE = '\u2009';
const NO_BREAK_SPACE = '\u00a0';

/** `1284220` as `1 284 220`, with thin spaces. */
export function formatCount(count: number): string {
  const [whole = '0', fraction] = String(Math.abs(count)).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE);
  return (count < 0 ? '−' : '') + grouped + (fraction === undefined ? '' : `.${fraction}`);
}

/** `formatCount` and the noun that fits: `1 row`, `2 rows`. */
export function formatCountOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)}${NO_BREAK_SPACE}${count === 1 ? singular : plural}`;
}

function scaled(value: number, units: readonly string[], base: number): string {
  let rest = value;
  let unit = 0;
  // 999.6 would round to 1000 of the smaller unit.
  while (rest >= base - 0.5 && unit < units.length - 1) {
    rest /= base;
    unit += 1;
  }
  const digits = unit === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  const figure = unit === 0 && rest > 0 && rest < 10 ? trimmed(rest, 1) : trimmed(rest, digits);
  return `${figure}${NO_BREAK_SPACE}${units[unit] ?? ''}`.trimEnd();
}

function trimmed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Decimal units: `3.2 kB`, `448 MB`. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], 1000);
}

/** Short where exactness does not matter: `1.28 M`, `84 k`. */
export function formatCompact(count: number): string {
  return scaled(count, ['', 'k', 'M', 'G', 'T'], 1000);
}

/** Two units at most: `182 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  const space = NO_BREAK_SPACE;
  if (milliseconds < 1) return milliseconds <= 0 ? `0${space}ms` : `<1${space}ms`;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)}${space}ms`;
  if (milliseconds < 59_950) return `${trimmed(milliseconds / 1000, milliseconds < 9_950 ? 1 : 0)}${space}s`;
  const seconds = Math.round(milliseconds / 1000);
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ];
  const first = units.findIndex(([, size]) => seconds >= size);
  const parts: string[] = [];
  let rest = seconds;
  for (const [name, size] of units.slice(first, first + 2)) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount}${space}${name}`);
  }
  return parts.join(' ');
}
