import { ApiServer } from './api-server.js';
import { Stage } from './fault-stage.js';
import type { Follower } from './fault-stage.js';
import type { Situation } from './fault-table.js';

export interface Trial {
  readonly situation: Situation;
  readonly follow: (server: ApiServer, secondMs: number) => Follower;
  /** How long a second of the situation lasts. */
  readonly secondMs: number;
}

export interface TrialResult {
  /** From the moment when the server was well again; undefined when that was never made up for. */
  readonly convergedMs: number | undefined;
  /** Objects whose last state the follower does not hold in the end. */
  readonly lost: number;
  /** States that he was told twice. */
  readonly doubled: number;
  /** Whether he said that he may be behind. */
  readonly saidStale: boolean;
  readonly requests: number;
  /** Everything that he ought to have done otherwise. */
  readonly complaints: readonly string[];
}

/** Lets one follower live through one situation, with a server of their own. */
export async function runTrial({ situation, follow, secondMs }: Trial): Promise<TrialResult> {
  await using server = new ApiServer();
  await server.listen();
  for (const name of ['kept', 'again', 'pot 0', 'pot 1', 'pot 2', 'pot 3', 'pot 4']) server.put(name, 'first');
  situation.prepare?.(server);
  await using follower = follow(server, secondMs);
  const stage = new Stage(server, follower, secondMs);
  const { reports, saysWhenFresh } = follower;

  await situation.play(stage);
  const wellAt = Date.now();
  const isConverged = await stage.until(() => stage.wrong() === 0, 120);
  const convergedMs = isConverged ? Date.now() - wellAt : undefined;
  if (saysWhenFresh) await stage.until(() => reports.at(-1)?.isStale === false, 5);

  const lost = stage.wrong();
  const doubled = follower.doubled();
  const saidStale = reports.some(({ isStale }) => isStale);
  const complaints: readonly (readonly [boolean, string])[] = [
    [!isConverged, 'never converged'],
    [lost > 0, `lost ${lost}`],
    [doubled > 0, `told ${doubled} twice`],
    [situation.isStale && !saidStale, 'did not notice'],
    [!situation.isStale && saidStale, 'said to be behind and was not'],
    [saysWhenFresh && reports.at(-1)?.isStale !== false, 'did not say that it was over'],
    [stage.claimedTooMuch(), 'claimed to know what it could not'],
  ];
  return {
    convergedMs,
    lost,
    doubled,
    saidStale,
    requests: server.calls.length,
    complaints: [...stage.complaints, ...complaints.filter(([is]) => is).map(([, complaint]) => complaint)],
  };
}
