/** Select Graphic Rendition as far as log lines use it (ECMA-48, 8.3.117). */
export interface AnsiStyle {
  /** 0 to 15 of the palette, or a CSS colour; null is the default. */
  foreground: number | string | null;
  background: number | string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  strike: boolean;
  inverse: boolean;
}

export interface AnsiSpan {
  from: number;
  to: number;
  style: AnsiStyle;
}

const PLAIN: AnsiStyle = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  strike: false,
  inverse: false,
};

// CSI sequences, OSC sequences up to BEL or ST, and two-character escapes.
const ESCAPE = new RegExp(
  String.raw`\u001b(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])`,
  'g',
);

/** The text without escape sequences, and the stretches that they colour. */
export function parseAnsi(text: string): { plain: string; spans: AnsiSpan[] } {
  if (!text.includes('\u001b')) return { plain: text, spans: [] };
  let plain = '';
  let last = 0;
  let style = PLAIN;
  const spans: AnsiSpan[] = [];
  const take = (until: number) => {
    const from = plain.length;
    plain += text.slice(last, until);
    if (style !== PLAIN && plain.length > from) spans.push({ from, to: plain.length, style });
  };
  for (const match of text.matchAll(ESCAPE)) {
    take(match.index);
    last = match.index + match[0].length;
    if (match[2] === 'm') style = applyCodes(style, match[1] ?? '');
  }
  take(text.length);
  return { plain, spans };
}

/** The text without its escape sequences. */
export function stripAnsi(text: string): string {
  return parseAnsi(text).plain;
}

function applyCodes(style: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)));
  let next: AnsiStyle = { ...style };
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, used } = extendedColour(codes.slice(index + 1));
      if (code === 38) next.foreground = colour;
      else next.background = colour;
      index += used;
    } else {
      next = applyCode(next, code);
    }
  }
  return isPlain(next) ? PLAIN : next;
}

function applyCode(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 3) return { ...style, italic: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 7) return { ...style, inverse: true };
  if (code === 9) return { ...style, strike: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 23) return { ...style, italic: false };
  if (code === 24) return { ...style, underline: false };
  if (code === 27) return { ...style, inverse: false };
  if (code === 29) return { ...style, strike: false };
  if (code >= 30 && code <= 37) return { ...style, foreground: code - 30 };
  if (code === 39) return { ...style, foreground: null };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code === 49) return { ...style, background: null };
  if (code >= 90 && code <= 97) return { ...style, foreground: code - 82 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 };
  return style;
}

function extendedColour(codes: number[]): { colour: number | string | null; used: number } {
  const [kind, first = 0, second = 0, third = 0] = codes;
  if (kind === 2) return { colour: `rgb(${byte(first)} ${byte(second)} ${byte(third)})`, used: 4 };
  if (kind !== 5) return { colour: null, used: codes.length };
  if (first < 16) return { colour: first, used: 2 };
  if (first >= 232) {
    const grey = (first - 232) * 10 + 8;
    return { colour: `rgb(${grey} ${grey} ${grey})`, used: 2 };
  }
  const cube = first - 16;
  const channel = (value: number) => (value === 0 ? 0 : value * 40 + 55);
  return {
    colour: `rgb(${channel(Math.floor(cube / 36))} ${channel(Math.floor(cube / 6) % 6)} ${channel(cube % 6)})`,
    used: 2,
  };
}

function byte(value: number): number {
  return Math.min(Math.max(value, 0), 255);
}

function isPlain(style: AnsiStyle): boolean {
  return (Object.keys(PLAIN) as (keyof AnsiStyle)[]).every((key) => style[key] === PLAIN[key]);
}
