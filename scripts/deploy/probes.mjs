// What is asked of a release that stands: who gets in, what the server may do, whether a member comes back.
import { demand, until } from './checks.mjs';
import { kubectl } from './namespace.mjs';
import { start } from './tools.mjs';
import { commandLine } from './trials.mjs';

/** Exit code of the command line. */
export const codeOf = (at) => commandLine(at, 'list').ended;

export async function refusals(place) {
  demand((await codeOf(place('x'.repeat(32)))) === 4, 'a wrong token has to end with 4');
  demand((await codeOf(place(''))) === 4, 'no token has to end with 4');
  const [live, ready] = await Promise.all(['livez', 'readyz'].map((path) => fetch(`${place('').url}/${path}`)));
  demand(live.ok && ready.ok, 'probes need no token');
  return { said: 'exit code 4 with a wrong token and without one; probes answer' };
}

export async function rights(namespace, runners) {
  const as = `--as=system:serviceaccount:${namespace}:${namespace}`;
  const may = async (where, verb, what) =>
    (await kubectl('auth', 'can-i', verb, what, as, '-n', where).catch(({ message }) => message))
      .trim()
      .endsWith('yes');
  for (const [verb, what] of [
    ['create', 'jobs'],
    ['watch', 'pods'],
    ['get', 'pods/log'],
    ['create', 'secrets'],
  ])
    demand(await may(runners, verb, what), `may not ${verb} ${what}`);
  const denied = [
    [runners, 'get', 'secrets'],
    [runners, 'create', 'pods'],
    [runners, 'create', 'pods/exec'],
    [namespace, 'create', 'jobs'],
    [namespace, 'get', 'secrets'],
    ['kube-system', 'list', 'pods'],
  ];
  for (const [where, verb, what] of denied) demand(!(await may(where, verb, what)), `may ${verb} ${what} in ${where}`);
  return { said: `4 allowed, ${denied.length} denied` };
}

export async function refusedJob(namespace, runners) {
  const container = { name: 'x', image: 'localhost/other:1' };
  const spec = { template: { spec: { restartPolicy: 'Never', hostNetwork: true, containers: [container] } } };
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'x', namespace: runners }, spec };
  const args = ['create', '--dry-run=server', `--as=system:serviceaccount:${namespace}:${namespace}`, '-f', '-'];
  // A policy is in force some seconds after it was made.
  const said = await until('the policy', 20, async () => {
    const answer = await start('kubectl', args, { input: JSON.stringify(job) }).catch(({ message }) => message);
    return answer.includes('ValidatingAdmissionPolicy') ? answer : undefined;
  });
  demand(said.includes('denied request'), said);
  return { said: said.split('denied request: ').at(1)?.split('\n')[0] };
}

/** Runs a script in a server, with the driver and its own way to the database. @returns what it printed, as JSON */
async function inServer(namespace, body) {
  const script = `const { MongoClient } = require('mongodb');
    const { MONGODB_URI: uri, GLADOS_DATABASE: database } = process.env;
    (async () => { ${body} })().then((said) => { console.log(JSON.stringify(said)); process.exit(0); });`;
  const args = ['exec', `deployment/${namespace}`, '-c', 'server', '--', 'node', '-e', script];
  return JSON.parse(await kubectl('-n', namespace, ...args));
}

/** Every server tells its numbers there, and none at the port that people reach. */
export async function metrics(namespace, url) {
  const { status, text } = await inServer(
    namespace,
    `const answer = await fetch('http://127.0.0.1:9464/metrics'); return { status: answer.status, text: await answer.text() };`,
  );
  demand(status === 200 && /^glados_experiments\{/m.test(text), `HTTP ${status}: ${text.slice(0, 500)}`);
  const outside = await fetch(`${url}/metrics`);
  demand(!(await outside.text()).includes('glados_experiments'), 'metrics are told at the port of the API');
  return { said: `${text.split('\n').filter((line) => line.startsWith('glados_')).length} lines of glados_…` };
}

/** @returns the name of the pod that is primary */
export async function primaryOf(namespace) {
  const { primary } = await inServer(
    namespace,
    `const client = await new MongoClient(uri).connect(); return client.db('admin').command({ hello: 1 });`,
  );
  return primary.split('.')[0];
}

/** Waits until a member of the replica set has all trials. @returns a sentence */
export async function whole(namespace, member) {
  const host = `${member}.${namespace}-mongodb.${namespace}.svc`;
  const look = `
    const all = await new MongoClient(uri).connect();
    const own = uri.replace(/@.*/, '@${host}/?directConnection=true&authSource=admin');
    const one = await new MongoClient(own, { readPreference: 'secondaryPreferred' }).connect();
    const { secondary, isWritablePrimary, hosts } = await one.db('admin').command({ hello: 1 });
    const count = (client) => client.db(database).collection('trials').countDocuments();
    return { isMember: secondary || isWritablePrimary, hosts, all: await count(all), own: await count(one) };`;
  return until('a member with all trials', 200, async () => {
    // While it copies it lets nobody in.
    const { isMember, hosts, all, own } = await inServer(namespace, look).catch(() => ({ isMember: false }));
    const isWhole = isMember && all > 0 && all === own;
    return isWhole ? { said: `${own} trials on ${member} itself, of ${hosts.length} members` } : undefined;
  });
}

export async function lostVolume(namespace) {
  const member = `${namespace}-mongodb-1`;
  await kubectl('-n', namespace, 'delete', 'pvc', `data-${member}`, '--wait=false');
  await kubectl('-n', namespace, 'delete', 'pod', member);
  return whole(namespace, member);
}
