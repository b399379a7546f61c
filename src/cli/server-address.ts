import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exitCodes, Failure } from './failures.js';

const usualUrl = 'http://127.0.0.1:7800/graphql';

/**
 * The server to talk to: the one named, else the one that runs from this
 * directory or one around it (`npm start` leaves .glados/server.json), else
 * the usual address.
 *
 * @param named from --server or GLADOS_SERVER; "/graphql" is added when it has no path.
 * @throws Failure when `named` is not an http or https address
 */
export async function serverUrl(named: string | undefined, directory: string): Promise<string> {
  return named ? checked(named) : ((await runningServer(directory)) ?? usualUrl);
}

function checked(named: string): string {
  const parsed = URL.canParse(named) ? new URL(named) : undefined;
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') {
    throw new Failure(`"${named}" is not the address of a server; one looks like ${usualUrl}.`, exitCodes.usage);
  }
  if (parsed.pathname === '/') parsed.pathname = '/graphql';
  return parsed.href;
}

async function runningServer(directory: string): Promise<string | undefined> {
  for (let place = directory; ; place = dirname(place)) {
    const url = await urlIn(join(place, '.glados', 'server.json'));
    if (url !== undefined) return url;
    if (dirname(place) === place) return undefined;
  }
}

async function urlIn(path: string): Promise<string | undefined> {
  try {
    const { url } = JSON.parse(await readFile(path, 'utf8')) as { url?: unknown };
    return typeof url === 'string' && URL.canParse(url) ? url : undefined;
  } catch {
    // Not there, or half written by a server that is just starting: look further up.
    return undefined;
  }
}
