import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { LogRow } from '@/api/types';
import { gridStyle, LogRowView, rowElementId, type RowLook } from '@/components/log/log-row';
import { RowKeys } from '@/components/log/row-keys';
import type { Bookmarks } from './state/use-bookmarks';
import type { TailSession } from './state/tail-session';
import { useTailPart } from './state/use-tail';
import classes from './tail-list.module.css';

const OVERSCAN_ROWS = 8;
/** This close to the end counts as at the end. */
const END_PX = 4;

interface TailListProps {
  session: TailSession;
  look: RowLook;
  rowHeight: number;
  selectedId: string | null;
  bookmarks: Bookmarks;
  isFollowing: boolean;
  onFollow: (isFollowing: boolean) => void;
  onSelect: (row: LogRow) => void;
}

/** The rows, newest at the end; only those in sight are in the document. All have one height, so places are sums. */
export function TailList(props: TailListProps) {
  const { session, look, rowHeight, selectedId, bookmarks, isFollowing, onFollow, onSelect } = props;
  const version = useTailPart(session, (tail) => tail.version);
  const { rows, removed } = session.get();
  const [rowKeys] = useState(() => new RowKeys());
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() =>
      setView((before) => ({ ...before, height: element.clientHeight })),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // Rows that went at the front must not move those that are read.
  const removedBefore = useRef(removed);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const gone = removed - removedBefore.current;
    removedBefore.current = removed;
    if (isFollowing) element.scrollTop = element.scrollHeight;
    else if (gone > 0) element.scrollTop -= gone * rowHeight;
  }, [version, removed, isFollowing, rowHeight, view.height]);

  const topBefore = useRef(0);
  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const top = element.scrollTop;
    const isUp = top < topBefore.current;
    topBefore.current = top;
    const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - END_PX;
    // While new rows are followed it is they that say what is drawn.
    if (isAtEnd && isFollowing) return;
    setView((before) => ({ ...before, top }));
    if (isAtEnd) onFollow(true);
    else if (isUp && isFollowing) onFollow(false);
  };

  const selectedIndex = selectedId === null ? -1 : rows.findIndex((row) => row.IngestId === selectedId);
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(Math.floor(view.height / rowHeight) - 1, 1);
    const steps: Partial<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows.length,
      End: rows.length,
    };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = selectedIndex === -1 ? rows.length : selectedIndex;
    const index = Math.min(Math.max(from + step, 0), rows.length - 1);
    const row = rows[index];
    const element = scroller.current;
    if (!row || !element) return;
    onFollow(index === rows.length - 1);
    onSelect(row);
    const top = index * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + view.height)
      element.scrollTop = top + rowHeight - view.height;
    setView({ top: element.scrollTop, height: element.clientHeight });
  };

  const total = rows.length * rowHeight;
  const shownTop = isFollowing ? Math.max(total - view.height, 0) : view.top;
  const first = Math.max(Math.floor(shownTop / rowHeight) - OVERSCAN_ROWS, 0);
  const last = Math.min(Math.ceil((shownTop + view.height) / rowHeight) + OVERSCAN_ROWS, rows.length);
  const selected = rows[selectedIndex];
  const keys = rowKeys.of(first, last);
  return (
    <div ref={scroller} className={classes.scroller} onScroll={onScroll}>
      <div
        className={classes.grid}
        style={{ ...gridStyle(look), height: total }}
        role="grid"
        aria-label="Live log rows"
        aria-rowcount={rows.length}
        aria-colcount={look.columns.length}
        aria-activedescendant={
          selected && selectedIndex >= first && selectedIndex < last ? rowElementId(selected) : undefined
        }
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {rows.slice(first, last).map((row, offset) => (
          <LogRowView
            key={keys[offset]}
            row={row}
            index={first + offset}
            top={(first + offset) * rowHeight}
            look={look}
            isSelected={row.IngestId === selectedId}
            isBookmarked={bookmarks.has(row)}
            onOpen={onSelect}
            measure={undefined}
          />
        ))}
      </div>
    </div>
  );
}
