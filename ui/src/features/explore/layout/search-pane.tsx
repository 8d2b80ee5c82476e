import { ProgressBar } from '../results/progress-bar';
import { ExploreContext } from '../state/explore-context';
import { PaneContext, type PaneName } from '../state/pane';
import { useExploreState } from '../state/use-explore-state';
import { Toolbar } from '../toolbar/toolbar';
import { Workspace } from './workspace';
import classes from './search-pane.module.css';

interface SearchPaneProps {
  name: PaneName;
  isSplit: boolean;
  isActive: boolean;
  /** The user turned to this search: keys are meant for it. */
  onActive: () => void;
}

/** One search with its toolbar and everything that it finds. */
export function SearchPane({ name, isSplit, isActive, onActive }: SearchPaneProps) {
  const explore = useExploreState(name);
  return (
    <ExploreContext value={explore}>
      <PaneContext value={{ name, isSplit, isActive }}>
        <section
          className={classes.pane}
          aria-label={isSplit ? `${name === 'first' ? 'First' : 'Second'} search` : 'Search and rows'}
          data-active={(isSplit && isActive) || undefined}
          onFocusCapture={onActive}
          onPointerDownCapture={onActive}
        >
          <header className={classes.toolbar}>
            <Toolbar />
          </header>
          <div className={classes.content}>
            <ProgressBar />
            <Workspace />
          </div>
        </section>
      </PaneContext>
    </ExploreContext>
  );
}
