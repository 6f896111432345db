/** The shipped jar as a process in dev mode: started, killed, started again on the same port and data. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const JAR = resolve(process.env.MILLRACE_JAR ?? '../../platform/target/millrace.jar');

export function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

export class Product {
  private constructor(
    readonly port: number,
    readonly adminPort: number,
    readonly data: string,
    private readonly origins: string,
    private readonly joins: boolean,
    private readonly more: readonly string[] = [],
    private process?: ChildProcess,
  ) {}

  /** @param more of the command line */
  static async start(origin: string, ...more: string[]): Promise<Product> {
    if (!existsSync(JAR)) {
      throw new Error(`${JAR} is not there: mvn package first, or say where it is by MILLRACE_JAR`);
    }
    const data = mkdtempSync(join(tmpdir(), 'millrace-browser-'));
    const product = new Product(await freePort(), await freePort(), data, origin, false, more);
    await product.run();
    return product;
  }

  /** One more node on this one's database. */
  async second(): Promise<Product> {
    const node = new Product(await freePort(), await freePort(), this.data, this.origins, true);
    await node.run();
    return node;
  }

  /** One more node, as in production: `node` with a configuration file, which wants everybody to log in. */
  async production(): Promise<Product> {
    const [port, adminPort] = [await freePort(), await freePort()];
    const file = join(this.data, 'node.conf');
    const folder = ['dev.conf', 'running.conf'].map((name) => `include file("${join(this.data, name)}")`);
    writeFileSync(file, [...folder, `millrace.http { port = ${port}, admin-port = ${adminPort} }`].join('\n'));
    const node = new Product(port, adminPort, this.data, this.origins, true, ['node', '--config', file]);
    await node.run();
    return node;
  }

  private command(): readonly string[] {
    const ports = ['--http-port', `${this.port}`, '--admin-port', `${this.adminPort}`, '--data', this.data];
    const dev = ['dev', ...ports, ...(this.joins ? ['--join'] : []), ...this.more];
    return this.more[0] === 'node' ? this.more : dev;
  }

  run(): Promise<void> {
    const args = ['-Xmx320m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-jar', JAR, ...this.command()];
    const child = spawn('java', args, {
      env: { ...process.env, MILLRACE_ACCESS_ALLOWED_ORIGINS: `["${this.origins}"]`, MILLRACE_DRAIN_SPREAD: '1s', MILLRACE_DRAIN_GRACE: '1s' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    const said: string[] = [];
    return new Promise((ready, failed) => {
      const hear = (line: string): void => {
        said.push(line);
        line.startsWith('ready ') && ready();
      };
      createInterface(child.stdout!).on('line', hear);
      createInterface(child.stderr!).on('line', hear);
      child.on('exit', () => failed(new Error('the product ended before it was ready:\n' + said.slice(-20).join('\n'))));
    });
  }

  /** `SIGKILL` leaves its PostgreSQL behind, which the next start takes over. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { process } = this;
    return new Promise((ended) => {
      if (!process || process.exitCode !== null || process.signalCode !== null) {
        return ended();
      }
      process.once('exit', () => ended());
      process.kill(signal);
    });
  }

  async close(): Promise<void> {
    await this.end('SIGTERM');
    this.joins || rmSync(this.data, { recursive: true, force: true });
  }

  /** As an issuer would make it, with the folder's secret. */
  token(seconds: number, claims: object = {}): string {
    const config = readFileSync(join(this.data, 'dev.conf'), 'utf8');
    const secret = /secret = "([^"]+)"/.exec(config)![1]!;
    const now = Math.floor(Date.now() / 1000);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const grants = [{ channels: '*', acts: ['subscribe', 'publish', 'history', 'presence', 'admin'] }];
    const payload = { iss: 'millrace-dev', sub: 'browser', iat: now, exp: now + seconds, jti: `${Math.random()}`, millrace: { grants }, ...claims };
    const signed = `${part({ alg: 'HS256', kid: 'dev', typ: 'JWT' })}.${part(payload)}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** @param path below `/v1/` */
  ask(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}/v1/${path}`, { ...init, headers: { Authorization: `Bearer ${this.token(600)}`, ...init.headers } });
  }

  async publish(channel: string, ...data: unknown[]): Promise<void> {
    const response = await fetch(`${this.url}/v1/channels/${channel}/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.token(600)}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(data.map((each) => ({ type: 'note', data: each }))),
    });
    if (!response.ok) {
      throw new Error(`${response.status} ${await response.text()}`);
    }
  }

  /** Ends the channel's stream. */
  async complete(channel: string, data: unknown): Promise<number> {
    const response = await fetch(`${this.url}/v1/channels/${channel}/complete`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.token(600)}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ data }),
    });
    return response.status;
  }

  async stats(): Promise<any> {
    return (await fetch(`http://127.0.0.1:${this.adminPort}/stats`)).json();
  }
}
