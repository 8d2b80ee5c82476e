import { IconDatabase } from '@tabler/icons-react';
import { useSources } from '@/api/sources';
import { SourceMenu } from '@/components/sources/source-menu';
import { useExplore } from '../state/explore-context';
import classes from './toolbar.module.css';

/** Which source is searched; a choice only where there is more than one. */
export function SourceSwitch() {
  const { search, setSource } = useExplore();
  const all = useSources().data ?? [];
  if (all.length < 2 && search.source === undefined) {
    return (
      <span className={classes.source} title="Table otel_logs in database click_lite">
        <IconDatabase size={14} aria-hidden />
        Logs
      </span>
    );
  }
  return <SourceMenu source={search.source} onChoose={setSource} />;
}
