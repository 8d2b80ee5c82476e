/**
 * The server describes its answers (`schema.d.ts`, generated from its OpenAPI document); `types.ts` says the same in more
 * precise types, such as the known levels for a string. This file does not compile once the two disagree: a field that
 * the server lacks, or one whose type no longer fits.
 */
import type { components } from './schema';
import type * as exports from './export-jobs';
import type * as sql from './sql';
import type * as ours from './types';

type Generated = components['schemas'];

/** `true`, or the names of the fields that the server does not have. */
type Agrees<Ours extends Theirs, Theirs> =
  Exclude<keyof Ours, keyof Theirs> extends never ? true : Exclude<keyof Ours, keyof Theirs>;
/** Rows and items are open objects in the document; how an answer was kept is not shown. */
type WithoutRows<T> = Omit<
  T,
  'rows' | 'items' | 'highlights' | 'hints' | 'sample' | 'cache' | 'columns' | 'signature' | 'bucket_seconds'
>;

type WithoutSpans<T> = Omit<T, 'spans'>;
type WithoutSides<T> = Omit<T, 'before' | 'after'>;

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
    Agrees<ours.HistogramResponse, WithoutRows<Generated['HistogramAnswer']>>,
    Agrees<ours.FieldsResponse, WithoutRows<Generated['FieldsAnswer']>>,
    Agrees<ours.FieldValue, Generated['ValueCount']>,
    Agrees<ours.FieldStats, Generated['FieldStatsAnswer']>,
    Agrees<ours.Note, Generated['Note']>,
    Agrees<WithoutSpans<ours.Trace>, WithoutSpans<Generated['Trace']>>,
    Agrees<WithoutSides<ours.Surrounding>, WithoutSides<Generated['SurroundingAnswer']>>,
    Agrees<WithoutRows<ours.CompleteResponse>, WithoutRows<Generated['CompleteAnswer']>>,
    Agrees<ours.StorageReport, Generated['StorageAnswer']>,
    Agrees<ours.Retention, Generated['Retention']>,
    Agrees<ours.DeletePreview, Generated['DeletePreview']>,
    Agrees<ours.StorageRun, Generated['Run']>,
    Agrees<WithoutRows<ours.SearchDone>, WithoutRows<Generated['SearchEnd']>>,
    Agrees<WithoutRows<sql.SqlEnd>, WithoutRows<Generated['SqlEnd']>>,
    Agrees<WithoutRows<sql.Estimate>, WithoutRows<Generated['Estimate']>>,
    Agrees<sql.Schema, Generated['Schema']>,
    Agrees<exports.ExportRun, Generated['ExportRun']>,
    Agrees<exports.ExportJobContent, Generated['ExportJobContent']>,
    Agrees<exports.PlannedExport, Generated['PlannedExport']>,
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
    Known<ours.FieldStatsRequest, Generated['FieldStatsRequest']>,
    Known<ours.SurroundingRequest, Generated['SurroundingRequest']>,
    Known<ours.NewNote, Generated['NewNote']>,
    Known<ours.CompleteRequest, Generated['CompleteRequest']>,
    Known<ours.RetentionChange, Generated['RetentionChange']>,
    Known<sql.SqlRequest, Generated['SqlRequest']>,
  ]
>;
