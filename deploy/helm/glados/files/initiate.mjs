// Makes the mongod processes at MONGODB_HOSTS one replica set with one user. Runs in the server's image; may run at any time again.
//
// Members know each other by the keyfile, and who holds it is `__system`: that is how a set with access control can be
// initiated from outside, and how its first user is made. Members are added one at a time, as rs.add() does; none is
// ever removed here.
// See https://www.mongodb.com/docs/manual/core/security-internal-authentication/
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { MongoClient } = createRequire('/app/package.json')('mongodb');
const { MONGODB_HOSTS, MONGODB_DATABASE, MONGODB_PASSWORD } = process.env;
// While the key is changed the file is a list of two, either of which is accepted.
const key = readFileSync('/etc/mongodb/keyfile', 'utf8').trim().split(/^- /m).at(-1);
const password = key.replace(/\s/g, '');
const hosts = MONGODB_HOSTS.split(',');
const deadline = Date.now() + 240_000;

async function until(what, attempt) {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      console.log(`${what}: ${error.message}; again in 2 s`);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
  }
}

async function onOne(host, work) {
  const client = new MongoClient(`mongodb://${host}/?directConnection=true`, {
    auth: { username: '__system', password },
    authSource: 'local',
    serverSelectionTimeoutMS: 5_000,
  });
  try {
    return await work(client.db('admin'));
  } finally {
    await client.close();
  }
}

/** On whichever member is primary now. */
async function onPrimary(work) {
  for (const host of hosts) {
    const isPrimary = await onOne(host, async (admin) => (await admin.command({ hello: 1 })).isWritablePrimary).catch(
      () => false,
    );
    if (isPrimary) return onOne(host, work);
  }
  throw new Error('no primary yet');
}

async function initiate(admin) {
  try {
    await admin.command({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host: hosts[0] }] } });
    console.log(`initiated with ${hosts[0]}`);
  } catch (error) {
    if (error.codeName !== 'AlreadyInitialized') throw error;
    console.log('is initiated');
  }
}

async function add(host) {
  await onOne(host, (admin) => admin.command({ ping: 1 }));
  await onPrimary(async (admin) => {
    const { config } = await admin.command({ replSetGetConfig: 1 });
    if (config.members.some((member) => member.host === host)) return;
    const _id = Math.max(...config.members.map((member) => member._id)) + 1;
    const members = [...config.members, { _id, host }];
    await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members } });
    console.log(`added ${host}`);
  });
}

async function makeUser(admin) {
  // Backups are rehearsed in a database beside.
  const databases = [MONGODB_DATABASE, `${MONGODB_DATABASE}_rehearsal`];
  const roles = databases.flatMap((db) => ['readWrite', 'dbAdmin'].map((role) => ({ role, db })));
  const rest = { pwd: MONGODB_PASSWORD, roles };
  try {
    await admin.command({ createUser: 'glados', ...rest });
    console.log('made the user glados');
  } catch (error) {
    if (error.code !== 51003) throw error;
    await admin.command({ updateUser: 'glados', ...rest });
    console.log('the user glados has the password of the Secret');
  }
}

await until('initiation', () => onOne(hosts[0], initiate));
await until('a primary', () => onPrimary(async () => undefined));
for (const host of hosts) await until(`adding ${host}`, () => add(host));
await until('the user', () => onPrimary(makeUser));
console.log('done');
