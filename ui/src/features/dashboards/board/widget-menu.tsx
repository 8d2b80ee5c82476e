import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { RefObject } from 'react';
import type { Widget } from '@/api/dashboards';
import { notifyDone, notifyFailure } from '@/components/notify';
import { usePlatform } from '@/platform/context';
import { freePlace } from '../model/layout';
import { csvOf } from '../model/csv';
import { linkOf } from '../model/link';
import { useBoard } from '../state/board-context';
import type { WidgetData } from '../state/use-widget-data';
import { widgetPicture } from './picture';
import classes from './widget.module.css';

interface WidgetMenuProps {
  widget: Widget;
  answer: WidgetData;
  body: RefObject<HTMLDivElement | null>;
}

/** What can be done with a widget. */
export function WidgetMenu({ widget, answer, body }: WidgetMenuProps) {
  const { definition, isEditing, change, edit, range, values } = useBoard();
  const platform = usePlatform();
  const navigate = useNavigate();
  const name = widget.title === '' ? 'widget' : widget.title;
  const { query } = widget;
  const canDraw = !['table', 'top_list', 'logs', 'text', 'number'].includes(widget.kind);

  const copy = () =>
    change((widgets) => {
      const layout = { ...freePlace(widgets, widget.kind), w: widget.layout.w, h: widget.layout.h, x: 0 };
      const bottom = widgets.reduce((known, one) => Math.max(known, one.layout.y + one.layout.h), 0);
      return [...widgets, { ...widget, id: crypto.randomUUID(), layout: { ...layout, y: bottom } }];
    });
  const saveCsv = () => {
    const { data } = answer;
    if (data === undefined) return;
    void platform
      .saveText(`${name}.csv`, csvOf(data))
      .then((where) => where !== null && notifyDone(`Saved as ${where}`))
      .catch((error: unknown) => notifyFailure('The rows were not saved', error));
  };
  const copyPicture = () => {
    const picture = body.current === null ? null : widgetPicture(body.current, name);
    if (picture === null) return;
    picture
      .then((blob) => navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]))
      .then(() => notifyDone('The picture is in the clipboard'))
      .catch((error: unknown) => notifyFailure('The picture was not copied', error));
  };
  const savePicture = () => {
    const picture = body.current === null ? null : widgetPicture(body.current, name);
    if (picture === null) return;
    picture
      .then((blob) => platform.saveImage(`${name}.png`, blob))
      .then((where) => where !== null && notifyDone(`Saved as ${where}`))
      .catch((error: unknown) => notifyFailure('The picture was not saved', error));
  };
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          size={24}
          className={classes.menu}
          aria-label={`Menu of ${name}`}
          title={`Menu of ${name}`}
        >
          <IconDots size={15} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => edit(widget)}>Edit</Menu.Item>
        {isEditing && <Menu.Item onClick={copy}>Make a copy</Menu.Item>}
        {widget.kind !== 'text' && <Menu.Item onClick={answer.retry}>Ask again</Menu.Item>}
        {query != null && query.text !== '' && (
          <Menu.Item
            onClick={() => void navigate(linkOf(widget.title, query, { definition, range, values }))}
          >
            Open in {query.language === 'sql' ? 'SQL' : 'Explore'}
          </Menu.Item>
        )}
        {answer.data !== undefined && widget.kind !== 'logs' && (
          <Menu.Item onClick={saveCsv}>Save the values as CSV</Menu.Item>
        )}
        {canDraw && <Menu.Item onClick={copyPicture}>Copy as PNG</Menu.Item>}
        {canDraw && <Menu.Item onClick={savePicture}>Save as PNG</Menu.Item>}
        {isEditing && (
          <>
            <Menu.Divider />
            <Menu.Item
              color="red"
              onClick={() => change((widgets) => widgets.filter(({ id }) => id !== widget.id))}
            >
              Delete
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
