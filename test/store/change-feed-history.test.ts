import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startLocalMongo } from '../../src/local/mongo/server.js';
import { countsFor } from '../../src/model/transitions.js';
import { openChangeFeed, type ChangeFeed, type Fact } from '../../src/store/change-feed.js';
import { createClaims } from '../../src/store/claims.js';
import { openDatabase, type Database } from '../../src/store/database.js';
import { createExperiments } from '../../src/store/experiments.js';
import { experimentOf } from '../model/experiments.js';
import { asks } from '../support/claims.js';
import { openTestDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/server-process.js';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const ignore = () => undefined;

async function add(id: string): Promise<void> {
  const experiment = { ...experimentOf({ counts: countsFor(3) }), id };
  await createExperiments(database).add({ experiment, owner: 'local', submissionHash: '' });
}

/** Resolves with all facts that came from now on, up to the first that is as wanted. */
function factsUntil(feed: ChangeFeed, wanted: (fact: Fact) => boolean): Promise<Fact[]> {
  const facts: Fact[] = [];
  return new Promise((resolve) => {
    const stop = feed.onFact((fact) => {
      facts.push(fact);
      if (!wanted(fact)) return;
      stop();
      resolve(facts);
    });
  });
}

const isGone = (id: string) => (fact: Fact) => fact.type === 'experimentGone' && fact.id === id;

describe('the history of a feed', () => {
  it('tells a later process what was written before it began, by the positions that the earlier one gave', async () => {
    await using first = await openChangeFeed(database, ignore);
    const begun = first.position;
    const told = factsUntil(first, isGone('passing'));
    await add('kept');
    await add('passing');
    // One transaction: its events share one time.
    await createClaims(database).claim('kept', asks('pod', 3));
    await database.db.collection<{ _id: string }>('experiments').deleteOne({ _id: 'passing' });
    const facts = await told;
    const positions = facts.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort());

    await using second = await openChangeFeed(database, ignore);
    expect(second.origin).toBe(first.origin);
    expect(second.position > (positions.at(-1) ?? '')).toBe(true);
    const history = await second.history(begun, second.position);
    if (typeof history === 'string') throw new Error(history);
    expect(history.through).toBe(second.position);
    expect(history.writes.slice(0, -1).map(({ position }) => position)).toEqual(positions);
    const middle = positions[3] ?? '';
    const rest = await second.history(middle, second.position);
    expect(rest).toEqual({
      through: second.position,
      writes: history.writes.filter(({ position }) => position > middle),
    });
  });

  it('is not told from a position at which nothing was written here: that of another or a restored database', async () => {
    await using feed = await openChangeFeed(database, ignore);
    const { position } = feed;
    const second = Number.parseInt(position.slice(0, 8), 16);
    const stranger = (second - 1).toString(16) + '0000ffff';
    expect(await feed.history(stranger, position)).toBe('unknown');
    expect(await feed.history(`${position}.000007`, position)).toBe('unknown');
    expect(await feed.history('nonsense', position)).toBe('unknown');
  });
});

describe('a feed under which a collection goes', () => {
  it('says that facts are lost, begins anew and goes on', async () => {
    await using feed = await openChangeFeed(database, ignore);
    const { position } = feed;
    const lost = factsUntil(feed, ({ type }) => type === 'lost');
    await database.db.dropCollection('trials');
    const [fact] = (await lost).slice(-1);
    expect(fact?.position === feed.position && feed.position > position).toBe(true);
    const told = factsUntil(feed, (next) => next.type === 'experiment' && next.experiment.id === 'after');
    await add('after');
    expect((await told).at(-1)).toMatchObject({ type: 'experiment', experiment: { id: 'after' } });
  });
});

it('a feed goes on where it was when the database was away, without a loss', async () => {
  using directory = temporaryDirectory();
  const place = { directory: directory.path, socketPath: join(directory.path, 'mongo.sock') };
  const first = await startLocalMongo(place);
  const feedDatabase = await openDatabase(first.uri);
  const feed = await openChangeFeed(feedDatabase, ignore);
  const before = feed.position;
  const stale = freshnessWhen(feed, (staleSince) => staleSince !== undefined);
  await first[Symbol.asyncDispose]();
  await stale;
  const second = await startLocalMongo(place);
  const told = factsUntil(feed, ({ type }) => type === 'experiment');
  const experiment = { ...experimentOf({ counts: countsFor(3) }), id: 'later' };
  await createExperiments(feedDatabase).add({ experiment, owner: 'local', submissionHash: '' });
  expect((await told).map(({ type }) => type)).toEqual(['experiment']);
  expect(feed.position > before).toBe(true);
  await freshnessWhen(feed, (staleSince) => staleSince === undefined);
  await feed[Symbol.asyncDispose]();
  await feedDatabase[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

function freshnessWhen(feed: ChangeFeed, wanted: (staleSince: number | undefined) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = feed.onFreshness(({ staleSince }) => {
      if (!wanted(staleSince)) return;
      queueMicrotask(() => stop());
      resolve();
    });
  });
}

it('an emptied database is another one, also under a living feed', async () => {
  await using other = await openTestDatabase();
  await using feed = await openChangeFeed(other, ignore);
  const { origin } = feed;
  const lost = factsUntil(feed, ({ type }) => type === 'lost');
  await other.db.dropDatabase();
  await lost;
  expect(feed.origin).not.toBe(origin);
  await using later = await openChangeFeed(other, ignore);
  expect(later.origin).toBe(feed.origin);
});
