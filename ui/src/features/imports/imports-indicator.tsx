import { useImportController, useImportState } from './import-controller';
import { fractionDone, isSettled } from './import-queue';
import classes from './imports-indicator.module.css';

/** In the status bar while the dialog is closed: what runs, and what ended meanwhile. */
export function ImportsIndicator() {
  const controller = useImportController();
  const { queue, opened } = useImportState();
  if (opened || queue.length === 0) return null;

  const running = queue.find(({ phase }) => phase.name === 'running');
  const waiting = queue.filter(({ phase }) => phase.name === 'waiting').length;
  const asking = queue.some(({ phase }) => phase.name === 'chosen');
  const failed = queue.filter(({ phase }) => phase.name === 'failed').length;
  const settled = queue.filter(isSettled).length;

  let text = `${settled} ${settled === 1 ? 'import' : 'imports'} ended${failed > 0 ? `, ${failed} failed` : ''}`;
  if (asking) text = 'A file needs your answer';
  if (running !== undefined) {
    const fraction = fractionDone(running);
    const percent = fraction === null ? '' : ` ${Math.floor(fraction * 100)} %`;
    text = `Importing ${running.file.name}${percent}${waiting > 0 ? `, ${waiting} more` : ''}`;
  }
  return (
    <button type="button" className={classes.indicator} onClick={() => controller.open()}>
      {text}
    </button>
  );
}
