import { CustomObjectsApi, KubeConfig, makeInformer } from '@kubernetes/client-node';
import type { KubernetesListObject, KubernetesObject } from '@kubernetes/client-node';
import { kubeconfig } from '../../cluster/api-server.js';
import type { ApiServer } from '../../cluster/api-server.js';
import type { Follower, Report } from '../../cluster/fault-stage.js';

/** client-node's informer, used as its examples use it: after an error it is started again, five seconds later. */
export function followWithInformer(server: ApiServer, secondMs: number): Follower {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig(server.address, { 'insecure-skip-tls-verify': true }));
  const api = config.makeApiClient(CustomObjectsApi);
  const [, , group = '', version = '', , namespace = '', plural = ''] = server.path.split('/');
  const list = (): Promise<KubernetesListObject<KubernetesObject>> =>
    api.listNamespacedCustomObject({ group, version, namespace, plural });
  const informer = makeInformer(config, server.path, list);

  /** The last version that its handlers were told, by uid. */
  const told = new Map<string, string>();
  let doubled = 0;
  const reports: Report[] = [];
  let isDisposed = false;
  let restart: NodeJS.Timeout | undefined;
  const take = ({ metadata }: KubernetesObject): void => {
    const { uid = '', resourceVersion = '' } = metadata ?? {};
    if (told.get(uid) === resourceVersion) doubled += 1;
    told.set(uid, resourceVersion);
  };
  informer.on('add', take);
  informer.on('update', take);
  informer.on('error', () => {
    if (isDisposed) return;
    reports.push({ at: Date.now(), isStale: true });
    restart = setTimeout(() => void informer.start(), 5 * secondMs);
  });
  void informer.start();
  return {
    held: () => new Map(informer.list().map(({ metadata }) => [metadata?.uid ?? '', metadata?.resourceVersion ?? ''])),
    doubled: () => doubled,
    reports,
    saysWhenFresh: false,
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      clearTimeout(restart);
      await informer.stop();
    },
  };
}
