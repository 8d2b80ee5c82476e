import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM } from './server';

const START_TIMEOUT_MS = 45_000;

/** A ClickHouse of somebody else, with a user `analyst` who may read database `logs` and set nothing. */
export class ForeignClickHouse {
  static readonly password = 'only reads';
  private readonly folder = mkdtempSync(join(tmpdir(), 'click-lite-foreign-'));
  private process: ChildProcess | null = null;
  private port = 0;

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.port = await freePort();
    const config = join(this.folder, 'config.xml');
    const users = join(this.folder, 'users.xml');
    const user = (name: string, password: string, profile: string, grant: string) =>
      `<${name}><password>${password}</password><networks><ip>127.0.0.1</ip></networks><profile>${profile}</profile>` +
      `<quota>default</quota><grants><query>${grant}</query></grants></${name}>`;
    writeFileSync(
      users,
      `<clickhouse><profiles><default/><reader><readonly>1</readonly></reader></profiles><quotas><default/></quotas><users>` +
        user('default', '', 'default', 'GRANT ALL ON *.*') +
        user('analyst', ForeignClickHouse.password, 'reader', 'GRANT SELECT ON logs.*') +
        `</users></clickhouse>`,
    );
    writeFileSync(
      config,
      `<clickhouse><path>${this.folder}/store/</path><users_config>${users}</users_config><timezone>UTC</timezone>` +
        `<listen_host>127.0.0.1</listen_host><http_port>${this.port}</http_port><max_server_memory_usage>1000000000</max_server_memory_usage>` +
        `<logger><level>warning</level><log>${this.folder}/log</log><console>0</console></logger></clickhouse>`,
    );
    // It ends when the pipe to its stdin does.
    this.process = spawn(PROGRAM, ['engine', '--config', config], { stdio: ['pipe', 'ignore', 'ignore'] });
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      try {
        await this.query('CREATE DATABASE logs');
        return;
      } catch (error) {
        if (Date.now() > deadline || this.process.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** Runs a statement as its administrator. */
  async query(sql: string): Promise<void> {
    const answer = await fetch(this.address, { method: 'POST', body: sql });
    if (!answer.ok) throw new Error(`${sql}: ${await answer.text()}`);
  }

  async stop(): Promise<void> {
    const child = this.process;
    this.process = null;
    if (child?.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
