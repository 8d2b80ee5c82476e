import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconBookmark, IconBookmarkFilled, IconX, IconZoomScan } from '@tabler/icons-react';
import type { LogRow } from '@/api/types';
import { CopyButton } from '@/components/copy-button';
import { Keys } from '@/components/keys';
import { splitLinks } from '@/components/log/links';
import { layOut, type Segment } from '@/components/log/log-text';
import { SegmentsView } from '@/components/log/log-text-view';
import { detailGroups, prettyJson, recordJson } from '@/components/log/record';
import { SeverityTag } from '@/components/log/severity-tag';
import { formatTime, formatTimeExact } from '@/lib/format/time';
import type { TimeZone } from '@/lib/time-range/time-zone';
import type { Highlight } from '@/lib/query-language/highlight';
import { levelOfNumber } from '@/lib/severity';
import classes from './tail-detail.module.css';

const TEXT_LIMIT = 100_000;

interface TailDetailProps {
  row: LogRow;
  zone: TimeZone;
  highlights: Highlight[];
  isBookmarked: boolean;
  onBookmark: () => void;
  /** Shows the row among those around it. */
  onExplore: () => void;
  onClose: () => void;
}

/** Everything of one row, and the way to what is around it. */
export function TailDetail(props: TailDetailProps) {
  const { row, zone, highlights, isBookmarked, onBookmark, onExplore, onClose } = props;
  const text = prettyJson(row.Body) ?? row.Body;
  const message = layOut(text, { field: 'message', highlights, limit: TEXT_LIMIT, firstLineOnly: false });
  return (
    <div className={classes.detail}>
      <header className={classes.header}>
        <span className={classes.heading}>
          <SeverityTag level={levelOfNumber(row.SeverityNumber)} />
          <time dateTime={row.Timestamp} title={formatTimeExact(row.Timestamp, zone)}>
            {formatTime(row.Timestamp, zone)}
          </time>
        </span>
        <Button
          size="compact-xs"
          variant="light"
          leftSection={<IconZoomScan size={13} aria-hidden />}
          onClick={onExplore}
        >
          Explore
        </Button>
        <Tooltip
          label={
            <>
              Bookmark <Keys of="b" />
            </>
          }
        >
          <ActionIcon size={24} aria-label="Bookmark" aria-pressed={isBookmarked} onClick={onBookmark}>
            {isBookmarked ? (
              <IconBookmarkFilled size={15} aria-hidden />
            ) : (
              <IconBookmark size={15} aria-hidden />
            )}
          </ActionIcon>
        </Tooltip>
        <CopyButton text={recordJson(row)} label="Copy the row as JSON" />
        <ActionIcon size={24} aria-label="Close" onClick={onClose}>
          <IconX size={15} aria-hidden />
        </ActionIcon>
      </header>
      <div className={classes.body}>
        <pre className={classes.text} tabIndex={0} aria-label="Message text">
          <SegmentsView segments={message.segments} renderText={linked} />
        </pre>
        {detailGroups(row).map((group) => (
          <section key={group.name} aria-label={group.name}>
            <h3 className={classes.group}>{group.name}</h3>
            <dl className={classes.fields}>
              {group.fields.map((field) => (
                <div key={field.label} className={classes.field}>
                  <dt title={field.label}>{field.label}</dt>
                  <dd>
                    <SegmentsView
                      segments={
                        layOut(field.value, {
                          field: '',
                          highlights: [],
                          limit: TEXT_LIMIT,
                          firstLineOnly: false,
                        }).segments
                      }
                    />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </div>
  );
}

function linked(segment: Segment) {
  return splitLinks(segment.text).map(({ text, href }, index) =>
    href === null ? (
      text
    ) : (
      <a key={index} href={href} target="_blank" rel="noreferrer noopener">
        {text}
      </a>
    ),
  );
}
