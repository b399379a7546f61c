import { createServer } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { closeWithin, listen, urlOf } from './api/http/listen.js';
import type { SocketCounts } from './api/http/websocket.js';
import type { Freshness } from './model/change.js';
import { experimentPhases, type Experiment } from './model/experiment.js';
import { podPhases, type Pod } from './model/pod.js';
import { countOf } from './model/transitions.js';
import type { TrialPhase } from './model/trial.js';

interface Source<T> {
  readonly freshness: Freshness;
  values(): Iterable<T>;
}

export interface MetricsNeeds {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly version: string;
  readonly sockets: () => SocketCounts;
  readonly experiments: Source<Experiment>;
  readonly jobs: Source<unknown>;
  readonly pods: Source<Pod>;
  /** ms since the epoch. */
  readonly now: () => number;
}

export interface Metrics extends AsyncDisposable {
  readonly url: string;
}

/**
 * Serves `/metrics` in Prometheus' text format, counted when it is asked for.
 *
 * On a port of its own and without a token, so that a network policy can open
 * it to the monitoring and to nobody else: it names no experiment and no user.
 *
 * @throws PortBusyError
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export async function startMetrics(needs: MetricsNeeds): Promise<Metrics> {
  const registry = createRegistry(needs);
  const http = createServer(async (request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== '/metrics') return void response.writeHead(404).end();
    if (request.method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end();
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType }).end(text);
  });
  const port = await listen(http, needs.host, needs.port);
  return { url: `${urlOf(needs.host, port)}/metrics`, [Symbol.asyncDispose]: () => closeWithin(http, 1) };
}

function createRegistry({ version, sockets, experiments, jobs, pods, now }: MetricsNeeds): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({ name: 'glados_info', help: 'Always 1.', labelNames: ['version'], registers }).set({ version }, 1);

  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('glados_sockets', 'WebSockets that are open.', () => sockets().sockets);
  gauge('glados_subscriptions', 'Subscriptions that share their execution.', () => sockets().subscriptions);
  gauge('glados_subscription_groups', 'Groups of equal ones among them.', () => sockets().groups);
  const slowReaders = new Counter({
    name: 'glados_slow_readers_total',
    help: 'Sockets closed because their clients read too slowly.',
    registers: [],
    collect() {
      this.reset();
      this.inc(sockets().slowReaders);
    },
  });
  registry.registerMetric(slowReaders);

  const sources = { experiments, jobs, pods };
  const staleness = new Gauge({
    name: 'glados_source_stale_seconds',
    help: 'How long a source of live facts has not been current; 0 while it is.',
    labelNames: ['source'],
    registers: [],
    collect() {
      for (const [source, { freshness }] of Object.entries(sources)) {
        const { staleSince } = freshness;
        this.set({ source }, staleSince === undefined ? 0 : Math.max(0, now() - staleSince) / 1000);
      }
    },
  });
  registry.registerMetric(staleness);

  const byPhase = <P extends string>(name: string, help: string, phases: readonly P[], count: (add: Add<P>) => void) =>
    new Gauge({
      name,
      help,
      labelNames: ['phase'],
      registers,
      collect() {
        const counts = new Map(phases.map((phase) => [phase, 0]));
        count((phase, more) => counts.set(phase, (counts.get(phase) ?? 0) + more));
        for (const [phase, n] of counts) this.set({ phase }, n);
      },
    });
  byPhase('glados_experiments', 'Experiments.', experimentPhases, (add) => {
    for (const { phase } of experiments.values()) add(phase, 1);
  });
  byPhase('glados_trials', 'Trials of all experiments.', Object.keys(countOf) as TrialPhase[], (add) => {
    for (const { counts } of experiments.values()) {
      for (const [phase, name] of Object.entries(countOf)) add(phase as TrialPhase, counts[name]);
    }
  });
  byPhase('glados_pods', 'Pods of experiments.', podPhases, (add) => {
    for (const { phase } of pods.values()) add(phase, 1);
  });
  return registry;
}

type Add<P> = (phase: P, more: number) => void;
