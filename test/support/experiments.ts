import { createHash } from 'node:crypto';
import type { GladosClient } from '../../src/client/client.js';
import { SubmitExperimentDocument, type SubmitExperimentInput } from '../../src/client/generated/graphql.js';
import { createTree, type Tree } from '../../src/client/tree-store.js';
import { uploadFile } from '../../src/client/upload.js';

/** Uploads a program of one file. @returns its file id */
export function uploadProgram(client: GladosClient, name: string, text: string): Promise<string> {
  const bytes = Buffer.from(text);
  return uploadFile(client, { name, bytes, sha256: createHash('sha256').update(bytes).digest('hex') });
}

/** A Node program that reads its INI file and writes what `body` puts into `row`; `value(name)` reads a setting. */
export function nodeProgram(body: string): string {
  return `const fs = require('node:fs');
const config = fs.readFileSync(process.argv[2], 'utf8');
const value = (name) => config.match(new RegExp('^' + name + ' = (.*)$', 'm'))[1];
const write = (row) => fs.writeFileSync('results.csv', Object.keys(row).join(',') + '\\n' + Object.values(row).join(',') + '\\n');
${body}
`;
}

/** Submits, and fails loudly when it is refused. @returns the id */
export async function submitted(client: GladosClient, input: SubmitExperimentInput): Promise<string> {
  const { submitExperiment } = await client.request(SubmitExperimentDocument, { input });
  if (!submitExperiment.experiment) throw new Error(JSON.stringify(submitExperiment.userErrors));
  return submitExperiment.experiment.id;
}

/** Follows an experiment's tree until `done` says so. */
export async function treeWhen(client: GladosClient, id: string, done: (tree: Tree) => boolean): Promise<Tree> {
  const tree = createTree();
  for await (const change of client.experimentTree({ id })) {
    tree.apply(change);
    if (tree.synced && done(tree)) return tree;
  }
  throw new Error('The stream ended.');
}

const finished = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

/** True when the experiment has ended and every trial that it counts as ended is there as such. */
export function isWhole({ experiment, trials }: Tree): boolean {
  if (!experiment || !finished.has(experiment.phase)) return false;
  const { succeeded, failed, timedOut } = experiment.counts;
  const ended = [...trials.values()].filter((trial) => ['SUCCEEDED', 'FAILED', 'TIMED_OUT'].includes(trial.phase));
  return ended.length === succeeded + failed + timedOut;
}
