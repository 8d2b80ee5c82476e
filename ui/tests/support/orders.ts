import { ForeignClickHouse } from './foreign-clickhouse';
import type { TestServer } from './server';

const TABLE = `CREATE TABLE logs.shop (ts DateTime64(3), lvl String, msg String, app String, status UInt16)
  ENGINE = MergeTree ORDER BY ts`;
const ROWS = `INSERT INTO logs.shop SELECT now64(3) - number, if(number % 4 = 0, 'error', 'info'),
  concat('order ', toString(number), ' paid'), 'checkout', 200 FROM numbers(40)`;

/** Another ClickHouse, connected as `shop`, with 40 rows of its table as the source `orders`: 10 errors among them. */
export async function connectOrders(server: TestServer, other: ForeignClickHouse): Promise<void> {
  await other.start();
  await other.query(TABLE);
  await other.query(ROWS);
  const connection = await server.call<{ id: string }>('POST', '/api/v1/connections', {
    name: 'shop',
    url: other.address,
    user: 'analyst',
    password: ForeignClickHouse.password,
    database: 'logs',
    compression: true,
  });
  const table = { connection_id: connection.id, database: 'logs', table: 'shop' };
  const { kind, mapping } = await server.call<{ kind: string; mapping: object }>(
    'POST',
    '/api/v1/sources/propose',
    table,
  );
  await server.call('POST', '/api/v1/sources', {
    name: 'orders',
    connection_id: connection.id,
    kind,
    mapping,
  });
}
