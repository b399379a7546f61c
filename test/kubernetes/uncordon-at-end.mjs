// Makes a node schedulable again when its standard input ends, however the process that holds the other end came to its own.
// node uncordon-at-end.mjs NODE, with KUBECONFIG
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { parse } from 'yaml';

const node = process.argv[2];
const config = parse(readFileSync(process.env.KUBECONFIG, 'utf8'));
const { context } = config.contexts.find(({ name }) => name === config['current-context']);
const { cluster } = config.clusters.find(({ name }) => name === context.cluster);
const { user } = config.users.find(({ name }) => name === context.user);
const file = (from, name) =>
  from[`${name}-data`] ? Buffer.from(from[`${name}-data`], 'base64') : from[name] && readFileSync(from[name]);

process.stdin.resume().on('end', () => {
  const call = request(`${cluster.server}/api/v1/nodes/${node}`, {
    method: 'PATCH',
    ca: file(cluster, 'certificate-authority'),
    cert: file(user, 'client-certificate'),
    key: file(user, 'client-key'),
    headers: {
      'content-type': 'application/merge-patch+json',
      ...(user.token && { authorization: `Bearer ${user.token}` }),
    },
  });
  call.on('response', (answer) => {
    answer.resume();
    process.exitCode = answer.statusCode === 200 ? 0 : 1;
  });
  call.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
  call.end(JSON.stringify({ spec: { unschedulable: null } }));
});
