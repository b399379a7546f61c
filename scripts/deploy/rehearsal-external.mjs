// The chart on a database that is not its own: that of GLADOS_EXTERNAL_MONGODB_URI, as pods and this machine reach it.
import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { demand } from './checks.mjs';
import { forward, makeNamespace, makeSecrets, ownVolumes, putSecret, removeNamespace } from './namespace.mjs';
import { backUp, release } from './release.mjs';
import { runTrials, trials } from './trials.mjs';

export async function rehearseExternal({ step, directory, env }) {
  const uri = env.GLADOS_EXTERNAL_MONGODB_URI;
  const database = `glados_rehearsal_${randomBytes(3).toString('hex')}`;
  const port = Number(new URL(uri.replace(/,[^/]*/, '')).port || 27017);
  const { install, upgrade, uninstall, namespace } = release(directory, {
    env,
    more: {
      mongodb: { enabled: false },
      externalMongo: { existingSecret: 'database', database },
      networkPolicy: { externalMongoPorts: [port] },
    },
  });
  const volumes = ownVolumes(namespace);
  let way;
  try {
    await makeNamespace(namespace);
    const token = await makeSecrets(namespace);
    await putSecret(namespace, 'database', { uri });
    await step('helm install on a database elsewhere', async () => void (await install()), { atMost: 320 });
    way = await forward(namespace, namespace);
    await step(
      `${trials} trials through helm upgrade, on a database elsewhere`,
      async () => {
        const run = runTrials({ url: way.url, token }, `${directory}/external`);
        try {
          await run.reached(5);
          await upgrade({ 'server.logLevel': 'debug' });
          return { said: await run.whole() };
        } finally {
          run.stop();
        }
      },
      { atMost: 400 },
    );
    await step(
      'a backup of a database elsewhere',
      async () => {
        const said = await backUp(namespace, `${namespace}-backup`, 'backup-now');
        demand(said.includes('counts and hashes are the same'), said);
        return { said: said.split('\n')[0] };
      },
      { atMost: 200 },
    );
  } finally {
    way?.stop();
    volumes.stop();
    await uninstall().catch(({ message }) => console.log(message));
    await removeNamespace(namespace);
    const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
    await client
      .db(database)
      .dropDatabase()
      .catch(({ message }) => console.log(message));
    await client.close();
  }
}
