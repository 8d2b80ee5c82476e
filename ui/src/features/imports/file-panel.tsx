import { plainMessage } from '@/components/notify';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatBytes } from '@/lib/format/numbers';
import { FileChoices } from './file-choices';
import classes from './file-panel.module.css';
import { FileProgress } from './file-progress';
import { FileReport } from './file-report';
import type { QueuedFile } from './import-queue';

/** One file of the dialog, in whichever phase it is. */
export function FilePanel({ item, onClose }: { item: QueuedFile; onClose: () => void }) {
  const { file, info, preview } = item;
  const encoding = preview === null || preview.encoding === 'none' ? null : `${preview.encoding} compressed`;
  const facts = [info === null ? null : formatBytes(info.size_bytes), encoding].filter(
    (fact) => fact !== null,
  );
  return (
    <div className={classes.panel}>
      <header className={classes.header}>
        <strong className={classes.name}>{file.name}</strong>
        <span className={classes.facts}>{facts.join(', ')}</span>
        {file.path !== null && <div className={classes.path}>{file.path}</div>}
      </header>
      <PhaseView item={item} onClose={onClose} />
    </div>
  );
}

function PhaseView({ item, onClose }: { item: QueuedFile; onClose: () => void }) {
  const { phase } = item;
  switch (phase.name) {
    case 'inspecting':
      return <SkeletonRows count={8} />;
    case 'chosen':
      return <FileChoices item={item} earlier={phase.earlier} />;
    case 'waiting':
      return <p className={classes.text}>Waits for the file before it.</p>;
    case 'running':
      return <FileProgress progress={phase.progress} />;
    case 'finished':
      return <FileReport result={phase.result} onShow={onClose} />;
    case 'failed':
      return (
        <div role="alert">
          <p className={classes.failure}>Not imported</p>
          <p className={classes.text}>{plainMessage(phase.error)}</p>
          {phase.error.requestId !== null && <p className={classes.path}>Request {phase.error.requestId}</p>}
        </div>
      );
    case 'cancelled':
      return (
        <>
          <p className={classes.text}>
            {phase.progress !== null && phase.progress.rows > 0
              ? 'Cancelled. The rows that were read by then are stored and can be searched.'
              : 'Cancelled. Nothing of this file is stored.'}
          </p>
          {phase.progress !== null && <FileProgress progress={phase.progress} />}
        </>
      );
  }
}
