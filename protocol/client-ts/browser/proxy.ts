/** A line that can be cut: passes bytes on to a port, and ends connections when told or after so many bytes. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class CutProxy {
  private readonly server: Server;
  private readonly lines = new Set<Socket>();
  /** Bytes until a connection that carries them is cut; asked for each connection, and again when it has changed. */
  cutAfter: () => number = () => Infinity;
  /** Connections are refused. */
  refusing = false;
  cuts = 0;
  accepted = 0;

  private constructor(public target: number) {
    this.server = createServer((client) => this.pass(client));
  }

  static async start(target: number): Promise<CutProxy> {
    const proxy = new CutProxy(target);
    await new Promise<void>((done) => proxy.server.listen(0, '127.0.0.1', done));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private pass(client: Socket): void {
    this.accepted++;
    if (this.refusing) {
      return void client.resetAndDestroy();
    }
    const server = connect(this.target, '127.0.0.1');
    this.lines.add(client);
    let rule = this.cutAfter;
    let left = rule();
    const end = (): void => {
      this.lines.delete(client);
      client.destroy();
      server.destroy();
    };
    client.pipe(server);
    server.on('data', (bytes: Buffer) => {
      if (rule !== this.cutAfter) {
        rule = this.cutAfter;
        left = rule();
      }
      if (bytes.length < left) {
        left -= bytes.length;
        client.write(bytes);
      } else {
        // In the middle of a frame, as a network does.
        this.cuts++;
        client.write(bytes.subarray(0, left), end);
      }
    });
    [client, server].forEach((side) => side.on('error', end).on('close', end));
  }

  /** All that are open. */
  cut(): void {
    this.lines.forEach((line) => {
      this.cuts++;
      line.resetAndDestroy();
    });
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((done) => this.server.close(() => done()));
  }
}
