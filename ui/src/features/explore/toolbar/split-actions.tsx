import { ActionIcon, Tooltip } from '@mantine/core';
import { IconLayoutColumns, IconLink, IconLinkOff, IconX } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Shortcut } from '../layout/shortcut';
import { useExplore } from '../state/explore-context';
import { isTimeLinked, splitChange, UNSPLIT, usePane, usePaneCommands } from '../state/pane';
import { rangeParameters, type ExploreSearch } from '../state/search-state';
import classes from './toolbar.module.css';

/** Puts a second search beside the first; in the second, ties its time to the first and closes it. */
export function SplitActions() {
  const { search } = useExplore();
  const { name, isSplit } = usePane();
  const parameters: ExploreSearch = useSearch({ from: '/explore' });
  const navigate = useNavigate({ from: '/explore' });
  const isLinked = isTimeLinked(parameters);
  const change = (next: ExploreSearch) =>
    void navigate({ search: (previous: ExploreSearch) => ({ ...previous, ...next }) });
  const toggle = () => change(isSplit ? UNSPLIT : splitChange(parameters));
  const { from, to } = rangeParameters(search.range);
  const toggleLink = () =>
    change(isLinked ? { from2: from, to2: to ?? 'now' } : { from2: undefined, to2: undefined });
  const group = 'Explore';
  usePaneCommands([
    {
      id: 'explore.split',
      title: isSplit ? 'Close the second search' : 'A second search beside this one',
      group,
      keys: ['v'],
      run: toggle,
    },
    ...(isSplit
      ? [
          {
            id: 'explore.link-time',
            title: isLinked ? 'Give the second search a time of its own' : 'Tie the times of both searches',
            group,
            run: toggleLink,
          },
        ]
      : []),
  ]);
  if (isSplit && name === 'first') return null;
  if (!isSplit) {
    return (
      <Tooltip label={<Shortcut text="A second search beside this one" keys="v" />}>
        <ActionIcon className={classes.wide} aria-label="A second search beside this one" onClick={toggle}>
          <IconLayoutColumns size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    );
  }
  const linkText = isLinked ? 'Same time as the first search' : 'A time of its own';
  return (
    <>
      <Tooltip label={linkText}>
        <ActionIcon
          aria-label="Same time as the first search"
          aria-pressed={isLinked}
          variant={isLinked ? 'light' : 'subtle'}
          color={isLinked ? 'accent' : 'gray'}
          onClick={toggleLink}
        >
          {isLinked ? <IconLink size={16} aria-hidden /> : <IconLinkOff size={16} aria-hidden />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label={<Shortcut text="Close the second search" keys="v" />}>
        <ActionIcon aria-label="Close the second search" onClick={toggle}>
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
