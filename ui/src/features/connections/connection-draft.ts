import type { Connection, ConnectionChange } from '@/api/sources';

/** The form of a connection: texts as they stand in the fields. */
export interface ConnectionDraft {
  name: string;
  url: string;
  user: string;
  database: string;
  cluster: string;
  proxy: string;
  ca: string;
  certificate: string;
  compression: boolean;
  /** Null while the one that is kept stays. */
  password: string | null;
  key: string | null;
}

export function draftOf(connection: Connection | null): ConnectionDraft {
  return {
    name: connection?.name ?? '',
    url: connection?.url ?? '',
    user: connection?.user ?? 'default',
    database: connection?.database ?? 'default',
    cluster: connection?.cluster ?? '',
    proxy: connection?.proxy ?? '',
    ca: connection?.ca ?? '',
    certificate: connection?.certificate ?? '',
    compression: connection?.compression ?? true,
    password: null,
    key: null,
  };
}

const given = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** What the server is sent; secrets that were not touched are left out. */
export function changeOf(draft: ConnectionDraft): ConnectionChange {
  const { name, url, user, database, compression, password, key } = draft;
  return {
    name: name.trim(),
    url: url.trim(),
    user: user.trim(),
    database: database.trim(),
    compression,
    cluster: given(draft.cluster),
    proxy: given(draft.proxy),
    ca: given(draft.ca),
    certificate: given(draft.certificate),
    ...(password === null ? {} : { password }),
    ...(key === null ? {} : { key }),
  };
}

/** Why the form can't be sent; null where it can. */
export function draftProblem({ url }: ConnectionDraft): string | null {
  if (url.trim() === '') return 'Give the address of the HTTP interface.';
  return /^https?:\/\/[^/\s]/i.test(url.trim()) ? null : 'The address begins with http:// or https://.';
}
