import { parseArgs } from 'node:util';
import { startLocalKubernetes } from './cluster.js';

/**
 * `node main.js --directory D [--port P] [--image NAME]…`: starts the stand-in
 * for trying it by hand, prints the path of the kubeconfig, ends on SIGTERM or
 * SIGINT. An image runs the commands that its containers name, of this machine.
 */
const { values } = parseArgs({
  options: {
    directory: { type: 'string' },
    port: { type: 'string', default: '0' },
    image: { type: 'string', multiple: true, default: ['localhost/debian:bookworm-slim', 'busybox', 'debian'] },
  },
});
if (values.directory === undefined) {
  console.error('--directory is missing: where the objects and the kubeconfig shall live');
  process.exit(2);
}
const cluster = await startLocalKubernetes({
  directory: values.directory,
  port: Number(values.port),
  images: Object.fromEntries(values.image.map((name) => [name, {}])),
});
console.log(cluster.kubeconfigPath);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void cluster[Symbol.asyncDispose]());
