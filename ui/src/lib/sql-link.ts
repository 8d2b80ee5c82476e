/**
 * The part of the SQL page's address that other features link to: the statement opens in a tab of its own. `params` is a
 * JSON object of values by name; `from` and `to` are RFC 3339 or relative.
 */
export interface SqlLink {
  sql?: string;
  title?: string;
  params?: string;
  from?: string;
  to?: string;
  /** The source or connection whose server runs it; left out for this server. */
  src?: string;
}

/** A link to a statement with the values of its parameters, and where it runs. */
export function sqlLink(
  sql: string,
  params: Readonly<Record<string, unknown>>,
  title: string,
  source?: string,
): SqlLink {
  return {
    sql,
    title,
    ...(source === undefined ? {} : { src: source }),
    ...(Object.keys(params).length === 0 ? {} : { params: JSON.stringify(params) }),
  };
}
