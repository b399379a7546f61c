import type { Migration } from './migration.js';

/** The indexes of release 0.1.0, which kept no record of migrations: there, and in an empty database, this is the first. */
export const indexes: Migration = {
  version: 1,
  name: 'indexes of experiments, trials, logs and files',
  async run(db) {
    await db.collection('experiments').createIndexes([
      { key: { createdAt: -1, _id: -1 } },
      { key: { name: 1, _id: 1 } },
      { key: { phase: 1 } },
      {
        key: { owner: 1, idempotencyKey: 1 },
        unique: true,
        partialFilterExpression: { idempotencyKey: { $exists: true } },
      },
    ]);
    await db
      .collection('trials')
      .createIndexes([
        { key: { experimentId: 1, index: 1 }, unique: true },
        { key: { experimentId: 1, phase: 1, index: 1 } },
        { key: { podId: 1, phase: 1 } },
      ]);
    await db.collection('podLogs').createIndexes([{ key: { podId: 1, seq: 1 } }, { key: { experimentId: 1, seq: 1 } }]);
    await db.collection('files').createIndexes([{ key: { owner: 1, sha256: 1 } }]);
  },
};
