import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '@/api/client';
import { dashboards, type Dashboard } from '@/api/dashboards';
import { notifyDone, notifyFailure } from '@/components/notify';
import { CopyLinkItems } from '@/components/share-link/copy-link-items';
import { useCopyLink } from '@/components/share-link/use-copy-link';
import { usePlatform } from '@/platform/context';
import { SettingsDialog } from '../editor/settings-dialog';
import type { Draft } from '../state/use-board';
import { useDashboardActions } from '../state/use-actions';
import { VersionsDialog } from './versions-dialog';

interface BoardMenuProps {
  dashboard: Dashboard;
  draft: Draft;
  onKiosk: () => void;
  onPrint: () => void;
  /** A change waits to be saved. */
  onChanged: () => void;
}

/** What can be done with a dashboard as a whole. */
export function BoardMenu({ dashboard, draft, onKiosk, onPrint, onChanged }: BoardMenuProps) {
  const api = useApi();
  const platform = usePlatform();
  const navigate = useNavigate();
  const actions = useDashboardActions();
  const [dialog, setDialog] = useState<'settings' | 'versions' | null>(null);
  const copyLink = useCopyLink();
  const exportFile = async () => {
    try {
      const file = await dashboards.export(api, dashboard.id);
      const where = await platform.saveText(`${dashboard.name}.json`, `${JSON.stringify(file, null, 2)}\n`);
      if (where !== null) notifyDone(`Saved as ${where}`);
    } catch (error) {
      notifyFailure('The dashboard was not exported', error);
    }
  };
  const fullScreen = () => {
    onKiosk();
    void document.documentElement.requestFullscreen().catch(() => undefined);
  };
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon aria-label="Menu of the dashboard" title="Menu of the dashboard">
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDialog('settings')}>Name, folder, variables…</Menu.Item>
          <Menu.Item onClick={() => setDialog('versions')}>Versions…</Menu.Item>
          <Menu.Divider />
          <CopyLinkItems
            what="to this view"
            onCopy={(form) => copyLink(window.location.pathname + window.location.search, form)}
          />
          <Menu.Item onClick={fullScreen}>Full screen</Menu.Item>
          <Menu.Item onClick={onPrint}>Print, or save as PDF</Menu.Item>
          <Menu.Item onClick={() => void exportFile()}>Export as JSON</Menu.Item>
          <Menu.Divider />
          <Menu.Item onClick={() => actions.duplicate(dashboard.id)}>Make a copy</Menu.Item>
          <Menu.Item
            color="red"
            onClick={() => {
              draft.discard();
              actions.remove(dashboard);
              void navigate({ to: '/dashboards' });
            }}
          >
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog === 'settings' && (
        <SettingsDialog draft={draft} onChanged={onChanged} onClose={() => setDialog(null)} />
      )}
      {dialog === 'versions' && (
        <VersionsDialog dashboard={dashboard} onClose={() => setDialog(null)} onRestored={draft.discard} />
      )}
    </>
  );
}
