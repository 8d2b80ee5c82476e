import type { Level } from '@/api/types';
import { LEVEL_TAGS } from '@/lib/severity';

export function SeverityTag({ level }: { level: Level }) {
  return (
    <span
      title={level}
      style={{
        color: `var(--severity-${level})`,
        fontFamily: 'var(--font-mono)',
        fontSize: 11,
        fontWeight: level === 'error' || level === 'fatal' ? 700 : 500,
      }}
    >
      {LEVEL_TAGS[level]}
    </span>
  );
}
