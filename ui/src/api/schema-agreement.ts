/**
 * The server describes its answers (`schema.d.ts`, generated from its OpenAPI document); `types.ts` says the same in more
 * precise types, such as the known levels for a string. This file does not compile once the two disagree: a field that
 * the server lacks, or one whose type no longer fits.
 */
import type { components } from './schema';
import type * as ours from './types';

type Generated = components['schemas'];

/** `true`, or the names of the fields that the server does not have. */
type Agrees<Ours extends Theirs, Theirs> =
  Exclude<keyof Ours, keyof Theirs> extends never ? true : Exclude<keyof Ours, keyof Theirs>;
/** Rows and items are open objects in the document. */
type WithoutRows<T> = Omit<
  T,
  | 'rows'
  | 'items'
  | 'highlights'
  | 'hints'
  | 'sample'
  | 'cache'
  | 'shape'
  | 'columns'
  | 'truncated'
  | 'bucket_seconds'
>;

type Same<Checks extends true[]> = Checks;

export type Answers = Same<
  [
    Agrees<ours.Import, Generated['Import']>,
    Agrees<ours.ImportFormat, Generated['FormatInfo']>,
    Agrees<WithoutRows<ours.ImportPreview>, WithoutRows<Generated['Preview']>>,
    Agrees<ours.Status, Generated['Status']>,
    Agrees<ours.DeadLetterList, Generated['DeadLetterList']>,
    Agrees<WithoutRows<ours.DeadLetterDetail>, WithoutRows<Generated['DeadLetterDetail']>>,
    Agrees<ours.DeadLetterRetry, Generated['DeadLetterRetry']>,
    Agrees<WithoutRows<ours.HistogramResponse>, WithoutRows<Generated['HistogramAnswer']>>,
    Agrees<WithoutRows<ours.FieldsResponse>, WithoutRows<Generated['FieldsAnswer']>>,
    Agrees<ours.FieldValue, Generated['ValueCount']>,
    Agrees<WithoutRows<ours.CompleteResponse>, WithoutRows<Generated['CompleteAnswer']>>,
    Agrees<ours.StorageReport, Generated['StorageAnswer']>,
    Agrees<ours.Retention, Generated['Retention']>,
    Agrees<ours.DeletePreview, Generated['DeletePreview']>,
    Agrees<ours.StorageRun, Generated['Run']>,
    Agrees<WithoutRows<ours.SearchDone>, WithoutRows<Generated['SearchEnd']>>,
  ]
>;

/** Only the names: the document cannot say that a field may be left out and may not be null. */
type Known<Ours, Theirs> =
  Exclude<keyof Ours, keyof Theirs> extends never ? true : Exclude<keyof Ours, keyof Theirs>;

export type Requests = Same<
  [
    Known<ours.SearchRequest, Generated['SearchRequest']>,
    Known<ours.HistogramRequest, Generated['HistogramRequest']>,
    Known<ours.FieldValuesRequest, Generated['FieldValuesRequest']>,
    Known<ours.CompleteRequest, Generated['CompleteRequest']>,
    Known<ours.RetentionChange, Generated['RetentionChange']>,
  ]
>;
