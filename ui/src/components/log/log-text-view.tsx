import { memo, type CSSProperties, type ReactNode } from 'react';
import { formatBytes } from '@/lib/format/numbers';
import type { AnsiStyle } from './ansi';
import type { LogLine, Segment } from './log-text';
import classes from './log-text.module.css';

/** The palette of 16 in the colours of the theme. */
const PALETTE = [
  '--text',
  '--severity-error',
  '--good',
  '--severity-warn',
  '--severity-info',
  '--severity-fatal',
  '--accent',
  '--text-dim',
  '--text-faint',
  '--severity-error',
  '--good',
  '--severity-warn',
  '--severity-info',
  '--severity-fatal',
  '--accent',
  '--text',
];

function colour(value: number | string | null): string | undefined {
  if (value === null) return undefined;
  return typeof value === 'number' ? `var(${PALETTE[value]})` : value;
}

function cssOf(style: AnsiStyle): CSSProperties {
  const foreground = style.inverse
    ? (colour(style.background) ?? 'var(--surface)')
    : colour(style.foreground);
  const background = style.inverse ? (colour(style.foreground) ?? 'var(--text)') : colour(style.background);
  return {
    color: foreground,
    backgroundColor: background,
    fontWeight: style.bold ? 700 : undefined,
    opacity: style.dim ? 0.7 : undefined,
    fontStyle: style.italic ? 'italic' : undefined,
    textDecoration: style.underline ? 'underline' : style.strike ? 'line-through' : undefined,
  };
}

type RenderText = (segment: Segment) => ReactNode;

function draw(segment: Segment, key: number, renderText: RenderText): ReactNode {
  if (segment.control !== null) {
    return (
      <span key={key} className={classes.control} title={`Control character ${segment.control}`}>
        {segment.control}
      </span>
    );
  }
  const css = segment.style === null ? undefined : cssOf(segment.style);
  const text = renderText(segment);
  if (segment.mark !== null) {
    return (
      <mark
        key={key}
        className={classes.word}
        data-colour={segment.mark}
        data-match={segment.isMatch || undefined}
      >
        {text}
      </mark>
    );
  }
  if (segment.isMatch) {
    return (
      <mark key={key} className={classes.match} style={css}>
        {text}
      </mark>
    );
  }
  return (
    <span key={key} style={css}>
      {text}
    </span>
  );
}

function plainText(segment: Segment): ReactNode {
  return segment.text;
}

interface SegmentsViewProps {
  segments: Segment[];
  renderText?: RenderText;
}

/** The segments one after the other. */
export function SegmentsView({ segments, renderText = plainText }: SegmentsViewProps) {
  const [only] = segments;
  // Most rows are one plain stretch, which needs no element of its own.
  if (
    segments.length === 1 &&
    only &&
    !only.isMatch &&
    only.mark === null &&
    only.control === null &&
    only.style === null
  ) {
    return renderText(only);
  }
  return segments.map((segment, index) => draw(segment, index, renderText));
}

interface LogTextViewProps {
  line: LogLine;
  isWrapped: boolean;
  /** Says how many lines a message has of which one is drawn. */
  countsLines: boolean;
}

/** A laid out log text with what was left out, measured, at its end. */
export const LogTextView = memo(function LogTextView({ line, isWrapped, countsLines }: LogTextViewProps) {
  const text = (
    <bdi className={classes.text} dir="ltr">
      <SegmentsView segments={line.segments} />
    </bdi>
  );
  const hasLines = countsLines && line.lineCount > 1;
  // Most lines are whole: their cell cuts them where it ends, and needs no box for what stands after them.
  if (!isWrapped && !hasLines && line.hiddenBytes === 0) return text;
  return (
    <span className={isWrapped ? classes.wrapped : classes.line}>
      {text}
      {hasLines && <span className={classes.badge}>{line.lineCount} lines</span>}
      {line.hiddenBytes > 0 && <span className={classes.badge}>+{formatBytes(line.hiddenBytes)}</span>}
    </span>
  );
});
