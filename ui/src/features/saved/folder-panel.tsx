import {
  IconChevronDown,
  IconChevronRight,
  IconFolder,
  IconList,
  IconStar,
  IconTag,
} from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import type { SavedQueryList } from '@/api/saved';
import { formatCount } from '@/lib/format/numbers';
import { folderTree, type FolderNode } from './library';
import classes from './folder-panel.module.css';
import { useSavedSearch } from './use-saved-search';

/** Folders as a tree, tags and favourites: what narrows the list. */
export function FolderPanel({ library }: { library: SavedQueryList }) {
  const [{ folder, tag, favourites }, change] = useSavedSearch();
  const all = folder === undefined && tag === undefined && favourites !== true;
  const none = { folder: undefined, tag: undefined, favourites: undefined };
  const favouriteCount = library.items.filter(({ favourite }) => favourite).length;
  return (
    <nav className={classes.panel} aria-label="Folders and tags">
      <Choice
        icon={<IconList size={14} aria-hidden />}
        name="All"
        count={library.items.length}
        isChosen={all}
        onChoose={() => change(none)}
      />
      <Choice
        icon={<IconStar size={14} aria-hidden />}
        name="Favourites"
        count={favouriteCount}
        isChosen={favourites === true}
        onChoose={() => change({ ...none, favourites: true })}
      />
      {library.folders.length > 0 && <h2 className={classes.heading}>Folders</h2>}
      {folderTree(library.folders).map((node) => (
        <Folder key={node.path} node={node} depth={0} />
      ))}
      {library.tags.length > 0 && <h2 className={classes.heading}>Tags</h2>}
      {library.tags.map(({ name, count }) => (
        <Choice
          key={name}
          icon={<IconTag size={14} aria-hidden />}
          name={name}
          count={count}
          isChosen={tag === name}
          onChoose={() => change({ ...none, tag: tag === name ? undefined : name })}
        />
      ))}
    </nav>
  );
}

function Folder({ node, depth }: { node: FolderNode; depth: number }) {
  const [{ folder }, change] = useSavedSearch();
  const [isClosed, setClosed] = useState(false);
  const hasChildren = node.children.length > 0;
  const Chevron = isClosed ? IconChevronRight : IconChevronDown;
  const isChosen = folder === node.path;
  return (
    <>
      <div className={classes.folder} style={{ paddingLeft: depth * 14 }}>
        {hasChildren ? (
          <button
            type="button"
            className={classes.chevron}
            aria-label={isClosed ? `Show folders in ${node.name}` : `Hide folders in ${node.name}`}
            aria-expanded={!isClosed}
            onClick={() => setClosed(!isClosed)}
          >
            <Chevron size={14} aria-hidden />
          </button>
        ) : (
          <span className={classes.chevron} />
        )}
        <Choice
          icon={<IconFolder size={14} aria-hidden />}
          name={node.name}
          count={node.count}
          isChosen={isChosen}
          onChoose={() =>
            change({ folder: isChosen ? undefined : node.path, tag: undefined, favourites: undefined })
          }
        />
      </div>
      {hasChildren &&
        !isClosed &&
        node.children.map((child) => <Folder key={child.path} node={child} depth={depth + 1} />)}
    </>
  );
}

interface ChoiceProps {
  icon: ReactNode;
  name: string;
  count: number;
  isChosen: boolean;
  onChoose: () => void;
}

function Choice({ icon, name, count, isChosen, onChoose }: ChoiceProps) {
  return (
    <button type="button" className={classes.choice} aria-pressed={isChosen} onClick={onChoose}>
      {icon}
      <span className={classes.name}>{name}</span>
      <span className={classes.count}>{formatCount(count)}</span>
    </button>
  );
}
