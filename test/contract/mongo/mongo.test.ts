import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from '@jest/globals';
import { type LocalMongo, startLocalMongo } from '../../../src/local/mongo/server.js';
import { itStreamsLikeMongo } from './change-streams.js';
import { itStoresLikeMongo } from './crud.js';
import { itKeepsFilesLikeMongo } from './gridfs.js';
import { itIndexesLikeMongo } from './indexes.js';
import { itTransactsLikeMongo } from './transactions.js';
import { itKeepsTypesLikeMongo } from './types.js';

/** The stand-in, or the MongoDB that MONGODB_URI names: the same must hold for both. */
const given = process.env['MONGODB_URI'];
const directory = mkdtempSync(join(tmpdir(), 'lm-'));
let local: Promise<LocalMongo> | undefined;

async function open(): Promise<{ uri: string }> {
  if (given !== undefined) return { uri: given };
  local ??= startLocalMongo({ directory, socketPath: join(directory, 'm.sock') });
  return local;
}

afterAll(async () => {
  await (await local)?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

describe('documents and queries', () => itStoresLikeMongo(open));
describe('indexes', () => itIndexesLikeMongo(open));
describe('types', () => itKeepsTypesLikeMongo(open));
describe('transactions', () => itTransactsLikeMongo(open));
describe('change streams', () => itStreamsLikeMongo(open));
describe('files and collections', () => itKeepsFilesLikeMongo(open));
