import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import {
  exportJobs,
  type ExportJob,
  type ExportJobContent,
  type ExportPlanRequest,
  type ExportRun,
} from '@/api/export-jobs';
import { notifyDone, notifyFailure, notifyUndo } from '@/components/notify';
import { formatBytes, formatCount } from '@/lib/format/numbers';
import { usePlatform } from '@/platform/context';

const KEY = ['export-jobs'];
const BUSY_MS = 1_000;
/** Others may change them, and the schedule goes on. */
const CALM_MS = 15_000;

export function isUnfinished(run: ExportRun | null): boolean {
  return run?.state === 'waiting' || run?.state === 'running';
}

export function useExportJobs() {
  const api = useApi();
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => exportJobs.list(api, signal),
    refetchInterval: ({ state }) =>
      state.data?.jobs.some(({ last_run }) => isUnfinished(last_run)) === true ? BUSY_MS : CALM_MS,
  });
}

export function useExportRuns(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: [...KEY, id, 'runs'],
    queryFn: ({ signal }) => exportJobs.runs(api, id, signal),
    refetchInterval: ({ state }) => (state.data?.some(isUnfinished) === true ? BUSY_MS : CALM_MS),
  });
}

/** How much of its rows a run has read, from 0 to 1; null where that is not known. */
export function useRunShare(run: ExportRun): number | null {
  const api = useApi();
  const progress = useQuery({
    queryKey: [...KEY, 'progress', run.id],
    queryFn: ({ signal }) => exportJobs.progress(api, run.id, signal),
    enabled: run.state === 'running',
    refetchInterval: BUSY_MS,
    retry: false,
  });
  return progress.data?.share ?? null;
}

/** The next runs of a schedule that is being written. */
export function useExportPlan(plan: ExportPlanRequest) {
  const api = useApi();
  return useQuery({
    queryKey: [...KEY, 'plan', plan],
    queryFn: ({ signal }) => exportJobs.preview(api, plan, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function useSaveJob(onSaved: () => void) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ job, content }: { job: ExportJob | null; content: ExportJobContent }) =>
      job === null
        ? exportJobs.create(api, content)
        : exportJobs.replace(api, job.id, { ...content, version: job.version }),
    onSuccess: async () => {
      onSaved();
      await queries.invalidateQueries({ queryKey: KEY });
    },
  });
}

/** Switches a job on or off; the list shows it at once. */
export function useSwitchJob() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ job, enabled }: { job: ExportJob; enabled: boolean }) =>
      exportJobs.replace(api, job.id, { ...job, enabled }),
    onError: (error) => notifyFailure('The export was not switched', error),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useRunJob() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (job: ExportJob) => exportJobs.run(api, job.id),
    onError: (error) => notifyFailure('The export did not start', error),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useDeleteJob() {
  const api = useApi();
  const queries = useQueryClient();
  const changed = () => queries.invalidateQueries({ queryKey: KEY });
  const restore = useMutation({
    mutationFn: (id: string) => exportJobs.restore(api, id),
    onError: (error) => notifyFailure('The export did not come back', error),
    onSettled: changed,
  });
  return useMutation({
    mutationFn: (job: ExportJob) => exportJobs.delete(api, job.id),
    onSuccess: (_, { id, name }) =>
      notifyUndo(`${name} was deleted. Its files stay.`, () => restore.mutate(id)),
    onError: (error) => notifyFailure('The export was not deleted', error),
    onSettled: changed,
  });
}

export function useDeleteRun(jobId: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (run: ExportRun) => exportJobs.deleteRun(api, jobId, run.id),
    onError: (error) => notifyFailure('The run is still there', error),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

/** Saves the file of a run where the user wants it. */
export function useDownload(jobId: string) {
  const platform = usePlatform();
  return useMutation({
    mutationFn: (run: ExportRun) => {
      const path = exportJobs.filePath(jobId, run.id);
      const name = run.path === null ? 'export' : fileName(run.path);
      return platform.saveAnswer({ method: 'GET', path }, name, () => undefined);
    },
    onSuccess: (saved) => {
      if (saved !== null) notifyDone(`Saved ${saved.place} (${formatBytes(saved.bytes)})`);
    },
    onError: (error) => notifyFailure('The file was not saved', error),
  });
}

/** The last part of a path of the server. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/** What is to be known of a file besides its size. */
export function fileNote({ first_rows: rows }: ExportRun): string | null {
  return rows === null ? null : `The first ${formatCount(rows)} rows: a sheet holds no more.`;
}
