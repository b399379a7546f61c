import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { json, status } from './api-server.js';

/** A container's log and state, served as a kubelet does: `sinceTime` in whole seconds, followers told as lines come. */
export class LogServer {
  /** As the runtime wrote them: time, space, text, newline. */
  readonly lines: string[] = [];
  state: object | undefined = { running: {} };
  phase = 'Running';
  isDeleted = false;
  readonly reads: URLSearchParams[] = [];
  /** Instead of a read; true when it did something. */
  fault: (response: ServerResponse, read: number) => boolean = () => false;
  readonly #followers = new Set<ServerResponse>();

  write(time: string, text: string): void {
    const line = `${time} ${text}\n`;
    this.lines.push(line);
    for (const follower of this.#followers) follower.write(line);
  }

  end(): void {
    this.state = { terminated: { exitCode: 0 } };
    this.phase = 'Succeeded';
    this.breakOff();
  }

  /** What was being followed ends, as if the container had. */
  breakOff(): void {
    for (const follower of this.#followers) follower.end();
    this.#followers.clear();
  }

  readonly answer: RequestListener = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
    if (this.isDeleted) return status(response, 404, 'NotFound', 'pods "p" not found');
    if (!pathname.endsWith('/log')) {
      const containerStatuses = [{ name: 'c', state: this.state }];
      return json(response, 200, { kind: 'Pod', status: { phase: this.phase, containerStatuses } });
    }
    this.reads.push(searchParams);
    if (this.fault(response, this.reads.length)) return;
    if (this.state === undefined) {
      return status(response, 400, 'BadRequest', 'container "c" in pod "p" is waiting to start: ContainerCreating');
    }
    this.#read(searchParams, response);
  };

  #read(query: URLSearchParams, response: ServerResponse): void {
    const since = Date.parse(query.get('sinceTime') ?? '1970-01-01T00:00:00Z');
    const tail = query.get('tailLines');
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    const after = this.lines.filter((line) => Math.floor(Date.parse(line.split(' ')[0] ?? '') / 1000) * 1000 >= since);
    for (const line of tail === null ? after : after.slice(-Number(tail))) response.write(line);
    if (query.get('follow') !== 'true' || this.phase !== 'Running') return void response.end();
    this.#followers.add(response);
    response.on('close', () => this.#followers.delete(response));
  }
}
