import { expect, expectAccessible, test } from './support/fixtures';
import { ForeignClickHouse } from './support/foreign-clickhouse';

const TABLE = `CREATE TABLE logs.shop (ts DateTime64(3), lvl String, msg String, app String, status UInt16)
  ENGINE = MergeTree ORDER BY ts`;
const ROWS = `INSERT INTO logs.shop SELECT now64(3) - number, if(number % 4 = 0, 'error', 'info'),
  concat('order ', toString(number), ' paid'), 'checkout', 200 FROM numbers(40)`;

test('a table of another ClickHouse is connected, mapped and searched', async ({ app }) => {
  const other = new ForeignClickHouse();
  try {
    await other.start();
    await other.query(TABLE);
    await other.query(ROWS);
    await app.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Connections' }).click();
    await expect(app.getByRole('heading', { name: 'No other ClickHouse is connected' })).toBeVisible();
    await expectAccessible(app);

    // A wrong password is seen before anything is kept.
    await app.getByRole('button', { name: 'Add a connection' }).click();
    const dialog = app.getByRole('dialog');
    await dialog.getByLabel('Name').fill('shop');
    await dialog.getByLabel('Address').fill(other.address);
    await dialog.getByLabel('User').fill('analyst');
    await dialog.getByLabel('Password', { exact: true }).fill('guessed');
    await dialog.getByLabel('Database').fill('logs');
    await dialog.getByRole('button', { name: 'Test' }).click();
    const steps = dialog.getByRole('list', { name: 'Steps of the test' });
    await expect(steps.getByRole('listitem').filter({ hasText: 'Sign in' })).toContainText('does not work');
    await dialog.getByLabel('Password', { exact: true }).fill(ForeignClickHouse.password);
    await dialog.getByRole('button', { name: 'Test' }).click();
    await expect(steps).toContainText('can be seen');
    await expectAccessible(app);
    await dialog.getByRole('button', { name: 'Save' }).click();

    const connection = app.getByRole('region', { name: 'shop' });
    await expect(connection.getByRole('status')).toContainText('ClickHouse');
    await connection.getByRole('button', { name: 'Add a source' }).click();
    await dialog.getByRole('combobox', { name: 'Table' }).click();
    await app.getByRole('option', { name: 'logs.shop' }).click();
    await expect(dialog.getByRole('combobox', { name: 'Column of message' })).toHaveValue('msg');
    await expect(dialog.getByRole('region', { name: 'Newest rows' })).toContainText('order 0 paid');
    await expect(dialog.getByRole('list', { name: 'What is slow on this table' })).toContainText('No index');
    await dialog.getByLabel('Name of the source').fill('orders');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expectAccessible(app);

    // The source stands in the address, and everything on the page is of it.
    await connection.getByRole('link', { name: 'orders' }).click();
    await expect(app).toHaveURL(/src=orders/);
    await expect(app.getByRole('grid', { name: 'Log rows' })).toContainText('order 0 paid');

    // A live tail of it asks for what is new.
    await app.getByRole('button', { name: 'Live', exact: true }).click();
    await expect(app).toHaveURL(/tail.*src=orders/);
    await expect(app.getByRole('grid', { name: 'Live log rows' })).toContainText('order 0 paid');
    await other.query("INSERT INTO logs.shop SELECT now64(3), 'error', 'order 77 refused', 'checkout', 500");
    await expect(app.getByRole('grid', { name: 'Live log rows' })).toContainText('order 77 refused');
    await expectAccessible(app);
    await app.goBack();

    await app.getByRole('button', { name: 'Source: orders' }).click();
    await app.getByRole('menuitem', { name: /^Logs/ }).click();
    await expect(app).not.toHaveURL(/src=/);
    await expect(app.getByText('order 0 paid')).toBeHidden();
  } finally {
    await other.stop();
  }
});
