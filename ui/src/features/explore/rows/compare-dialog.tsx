import { Modal, Switch } from '@mantine/core';
import { useState } from 'react';
import type { LogRow } from '@/api/types';
import { SeverityTag } from '@/components/log/severity-tag';
import { formatCountOf } from '@/lib/format/numbers';
import { formatTime, formatTimeExact } from '@/lib/format/time';
import { levelOfNumber } from '@/lib/severity';
import { useExplore } from '../state/explore-context';
import { stripAnsi } from '@/components/log/ansi';
import { compareRows, differences, type ComparedField, type Piece } from './compare';
import classes from './rows.module.css';

/** Rows side by side, what differs marked. */
export default function CompareDialog({ rows, onClose }: { rows: LogRow[]; onClose: () => void }) {
  const { zone } = useExplore();
  const [onlyDifferences, setOnlyDifferences] = useState(true);
  const groups = compareRows(rows);
  const differing = groups.flatMap((group) => group.fields).filter((field) => field.differs).length;
  return (
    <Modal opened onClose={onClose} size={Math.min(1_400, 420 * rows.length)} title="Compare rows">
      <div className={classes.compareHead}>
        <span>
          {differing === 0
            ? 'The rows are equal'
            : formatCountOf(differing, 'field differs', 'fields differ')}
        </span>
        <Switch
          label="Only what differs"
          checked={onlyDifferences}
          onChange={(event) => setOnlyDifferences(event.currentTarget.checked)}
        />
      </div>
      <div className={classes.compareScroll} tabIndex={0} role="group" aria-label="Comparison">
        <table className={classes.compare}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              {rows.map((row) => (
                <th key={row.IngestId} scope="col" title={formatTimeExact(row.Timestamp, zone)}>
                  <SeverityTag level={levelOfNumber(row.SeverityNumber)} /> {formatTime(row.Timestamp, zone)}
                </th>
              ))}
            </tr>
          </thead>
          {groups.map((group) => {
            const fields = group.fields.filter((field) => field.differs || !onlyDifferences);
            return fields.length === 0 ? null : (
              <tbody key={group.name}>
                <tr>
                  <th colSpan={rows.length + 1} scope="rowgroup" className={classes.compareGroup}>
                    {group.name}
                  </th>
                </tr>
                {fields.map((field) => (
                  <tr key={field.label} data-differs={field.differs || undefined}>
                    <th scope="row">
                      {field.label}
                      {field.differs && <span className={classes.differs}>differs</span>}
                    </th>
                    <Values field={field} />
                  </tr>
                ))}
              </tbody>
            );
          })}
        </table>
      </div>
    </Modal>
  );
}

function Values({ field: { values, differs } }: { field: ComparedField }) {
  const texts = values.map((value) => (value === undefined ? undefined : stripAnsi(value)));
  const [left, right] = texts;
  const pieces =
    differs && texts.length === 2 && left !== undefined && right !== undefined
      ? differences(left, right)
      : null;
  return texts.map((text, index) => (
    <td key={index}>
      {text === undefined ? (
        <span className={classes.missing}>not there</span>
      ) : (
        <Pieces pieces={pieces?.[index] ?? [{ text, isOwn: false }]} />
      )}
    </td>
  ));
}

function Pieces({ pieces }: { pieces: Piece[] }) {
  return pieces.map(({ text, isOwn }, index) =>
    isOwn ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
  );
}
