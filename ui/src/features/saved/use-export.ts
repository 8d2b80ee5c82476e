import { notifyDone, notifyFailure } from '@/components/notify';
import { useSavedApi } from '@/components/saved/use-saved';
import { usePlatform } from '@/platform/context';

/** Writes saved queries to a file, where the user says; all of them where no ids are given. */
export function useExport(): (ids: string[], name: string) => void {
  const saved = useSavedApi();
  const platform = usePlatform();
  return (ids, name) => {
    const write = async (): Promise<void> => {
      const file = await saved.exportFile(ids);
      const fileName = `${name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')}.json`;
      const place = await platform.saveText(fileName, `${JSON.stringify(file, null, 2)}\n`);
      if (place !== null) notifyDone(`Saved to ${place}.`);
    };
    write().catch((error: unknown) => notifyFailure('The queries were not exported', error));
  };
}
