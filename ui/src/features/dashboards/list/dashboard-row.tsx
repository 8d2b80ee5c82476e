import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, IconStar, IconStarFilled } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { DashboardSummary } from '@/api/dashboards';
import { formatCountOf } from '@/lib/format/numbers';
import { formatTimeToSecond } from '@/lib/format/time';
import { usePreferences } from '@/lib/preferences/preferences';
import { useDashboardActions } from '../state/use-actions';
import classes from './list.module.css';

interface DashboardRowProps {
  dashboard: DashboardSummary;
  onTag: (tag: string) => void;
}

export function DashboardRow({ dashboard, onTag }: DashboardRowProps) {
  const { id, name, description, tags, favourite, widgets, updated_at } = dashboard;
  const actions = useDashboardActions();
  const [{ timeZone }] = usePreferences();
  const Star = favourite ? IconStarFilled : IconStar;
  return (
    <li className={classes.row}>
      <ActionIcon
        aria-label={favourite ? `${name} is a favourite: take that back` : `Make ${name} a favourite`}
        title={favourite ? 'No favourite any more' : 'Make it a favourite'}
        aria-pressed={favourite}
        className={classes.star}
        onClick={() => actions.mark(id, !favourite)}
      >
        <Star size={15} aria-hidden />
      </ActionIcon>
      <Link to="/dashboards/$id" params={{ id }} className={classes.name}>
        {name}
      </Link>
      <span className={classes.description}>{description}</span>
      <span className={classes.tags}>
        {tags.map((tag) => (
          <button key={tag} type="button" className={classes.tag} onClick={() => onTag(tag)}>
            {tag}
          </button>
        ))}
      </span>
      <span className={classes.fact}>{formatCountOf(widgets, 'widget')}</span>
      <span className={classes.fact} title="Last saved">
        {formatTimeToSecond(updated_at, timeZone).slice(0, 16)}
      </span>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon aria-label={`Menu of ${name}`} title={`Menu of ${name}`}>
            <IconDots size={15} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => actions.duplicate(id)}>Make a copy</Menu.Item>
          <Menu.Item color="red" onClick={() => actions.remove({ id, name })}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}
