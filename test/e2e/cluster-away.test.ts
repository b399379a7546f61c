import { describe, expect, it } from '@jest/globals';
import { startLocalKubernetes } from '../../src/local/kubernetes/cluster.js';
import { startServer, temporaryDirectory } from '../support/server-process.js';

describe('a server whose cluster goes away', () => {
  it('stays ready and says so: runners report to it, and people see how old what they see is', async () => {
    using directory = temporaryDirectory();
    const cluster = await startLocalKubernetes({ directory: directory.path, images: {} });
    await using server = await startServer(['--ephemeral'], 0, {
      KUBECONFIG: cluster.kubeconfigPath,
      GLADOS_NAMESPACE: 'default',
    });
    const ready = () => fetch(server.url.replace('/graphql', '/readyz?verbose'));
    expect(await (await ready()).text()).toBe('[+]database ok\n[+]jobs ok\n[+]pods ok\nready\n');
    await cluster[Symbol.asyncDispose]();
    let text = '';
    while (!/jobs ok, but: .*\n.*pods ok, but: /.test(text)) {
      const answer = await ready();
      expect(answer.status).toBe(200);
      text = await answer.text();
    }
    expect(text).toContain('[+]database ok\n');
  }, 60_000);
});
