// Installs the chart on the cluster of KUBECONFIG and does to it what an operator does in a year: upgrade under load, change
// of secrets, backup, loss of everything, restore, growth to three members, loss of the primary. Takes everything away again.
import { demand, until } from './checks.mjs';
import {
  forward,
  json,
  kubectl,
  makeNamespace,
  makeSecrets,
  ownVolumes,
  putSecret,
  removeNamespace,
  settled,
  secret,
} from './namespace.mjs';
import { codeOf, lostVolume, metrics, primaryOf, refusals, refusedJob, rights, whole } from './probes.mjs';
import { backUp, images, jobSays, manifests, release, toolsSay } from './release.mjs';
import { runTrials, seenBy, trials } from './trials.mjs';

export async function rehearseHelm({ step, directory, env }) {
  const { install, upgrade, test, uninstall, namespace, runners } = release(directory, { env });
  const { tools } = images(env);
  const claim = `${namespace}-backup`;
  const volumes = ownVolumes(namespace);
  let way;
  const place = (token) => ({ url: way.url, token });
  try {
    await makeNamespace(namespace);
    let token = await makeSecrets(namespace);
    await step(
      'helm install, one member of MongoDB',
      async () => {
        await install();
        return { said: await podsOf(namespace) };
      },
      { atMost: 320 },
    );
    await step('helm test', async () => void (await test()), { atMost: 200 });
    way = await forward(namespace, namespace);
    await step('without the token nobody gets in', () => refusals(place));
    await step('the server has the rights of its Role and no others', () => rights(namespace, runners));
    await step('metrics are on a port of their own', () => metrics(namespace, way.url));
    await step('the policy refuses a Job that the server would never make', () => refusedJob(namespace, runners));

    await step(
      `${trials} trials through helm upgrade`,
      async () => {
        const run = runTrials(place(token), `${directory}/upgrade`);
        try {
          await run.reached(5);
          await upgrade({ 'server.logLevel': 'debug' });
          const toldAtEnd = run.told();
          demand(toldAtEnd < trials, 'the experiment was over before the upgrade');
          return { said: `${await run.whole()}; the upgrade ended at trial ${toldAtEnd}` };
        } finally {
          run.stop();
        }
      },
      { atMost: 400 },
    );

    token = await step(
      'the administrator’s token is changed, without a restart',
      async () => {
        const next = secret(32);
        await putSecret(namespace, 'glados-admin-token', { token: next });
        // The kubelet brings the file to pods within a minute or two.
        await until('the new token', 180, async () => ((await codeOf(place(next))) === 0 ? true : undefined));
        demand((await codeOf(place(token))) === 4, 'the old token is still good');
        return { token: next };
      },
      { atMost: 200 },
    ).then((changed) => changed.token);
    await step(
      'the password of MongoDB is changed',
      async () => {
        const { data } = await json('-n', namespace, 'get', 'secret', 'glados-mongodb');
        const keyfile = Buffer.from(data.keyfile, 'base64').toString();
        await putSecret(namespace, 'glados-mongodb', { password: secret(24), keyfile });
        await kubectl('-n', namespace, 'delete', 'job', '-l', 'app.kubernetes.io/component=mongodb-initiate');
        // The hook that migrates would come with the new password before the Job has set it.
        await upgrade({}, '--no-hooks');
        await restart(namespace);
        await way.ready();
        demand((await codeOf(place(token))) === 0, 'the server does not answer');
      },
      { atMost: 400 },
    );

    await step(
      'from one member of MongoDB to three',
      async () => {
        await upgrade({ 'mongodb.members': 3 });
        await settled(namespace);
        await way.ready();
        return whole(namespace, `${namespace}-mongodb-2`);
      },
      { atMost: 400 },
    );

    const before = await seenBy(place(token));
    await step(
      'backup, rehearsed by itself, and verify',
      async () => {
        const said = await backUp(namespace, `${namespace}-backup`, 'backup-now');
        const verified = await toolsSay(namespace, {
          claim,
          image: tools,
          command: ['node', 'dist/src/tools.js', 'verify', '/backup/latest'],
        });
        return { said: `${said.split('\n').join(' ')} ${verified}` };
      },
      { atMost: 300 },
    );
    await step(
      'helm uninstall, and the database’s volume deleted',
      async () => {
        await uninstall();
        await kubectl('-n', namespace, 'delete', 'pvc', '-l', 'app.kubernetes.io/component=mongodb', '--timeout=60s');
        const { items } = await json('-n', namespace, 'get', 'pvc');
        return { said: `left: ${items.map(({ metadata }) => metadata.name).join(', ')}` };
      },
      { atMost: 300 },
    );

    await step(
      'helm install anew with three members, and the backup restored',
      async () => {
        await install({ 'mongodb.members': 3, 'backup.restore.from': 'latest' });
        const { items } = await json('-n', namespace, 'get', 'jobs', '-l', 'app.kubernetes.io/component=restore');
        const said = await jobSays(namespace, items[0].metadata.name, 240);
        await backUp(namespace, `${namespace}-backup`, 'backup-again');
        const [first, second] = await manifests(namespace, claim, tools);
        demand(JSON.stringify(first) === JSON.stringify(second), `they differ: ${JSON.stringify({ first, second })}`);
        return { said: `${said.split('\n').at(-1)} A backup of the restored database has the same counts and hashes.` };
      },
      { atMost: 700 },
    );
    await step(
      'servers on the restored data, seen as before',
      async () => {
        await upgrade({ 'mongodb.members': 3 });
        await settled(namespace);
        await way.ready();
        const after = await seenBy(place(token));
        demand(
          JSON.stringify(after) === JSON.stringify(before),
          `they differ: ${JSON.stringify({ before, after }).slice(0, 4000)}`,
        );
        return { said: `${Object.keys(after).length} experiments with their results` };
      },
      { atMost: 400 },
    );
    await step(
      `${trials} trials through the loss of the primary`,
      async () => {
        const run = runTrials(place(token), `${directory}/primary`);
        try {
          await run.reached(5);
          const primary = await primaryOf(namespace);
          await kubectl('-n', namespace, 'delete', 'pod', primary);
          const said = await run.whole();
          return { said: `${said}; ${primary} was deleted, ${await primaryOf(namespace)} is primary` };
        } finally {
          run.stop();
        }
      },
      { atMost: 240 },
    );
    await step('a member whose volume is lost copies it anew', () => lostVolume(namespace), { atMost: 240 });
  } finally {
    way?.stop();
    volumes.stop();
    await uninstall().catch(({ message }) => console.log(message));
    await removeNamespace(namespace);
  }
}

async function podsOf(namespace) {
  const { items } = await json('-n', namespace, 'get', 'pods');
  return items.map(({ metadata, status }) => `${metadata.name} ${status.phase}`).join(', ');
}

async function restart(namespace) {
  await kubectl('-n', namespace, 'rollout', 'restart', `deployment/${namespace}`);
  await kubectl('-n', namespace, 'rollout', 'status', `deployment/${namespace}`, '--timeout=120s');
  await settled(namespace);
}
