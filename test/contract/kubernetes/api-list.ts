import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configMap, job, mergePatch, namesOf, pathOf, pod } from './examples.js';
import type { TestCluster } from './open-cluster.js';

/** What any Kubernetes API must do when it lists. */
export function itLists(open: () => Promise<TestCluster>): void {
  describe('lists', () => {
    let cluster: TestCluster;
    let request: TestCluster['request'];
    let maps = '';
    /** Only what this suite made: a namespace may hold objects of the cluster's own. */
    const own = 'labelSelector=suite';
    const list = async (query: string) => (await request('GET', `${maps}?${query}`)).body;
    const selected = async (selector: string) =>
      namesOf(await list(`labelSelector=${encodeURIComponent(`suite,${selector}`)}`));

    beforeAll(async () => {
      cluster = await open();
      request = cluster.request;
      maps = pathOf(cluster, 'configmaps');
      const labels = [{ tier: 'a' }, { tier: 'b' }, { tier: 'b', odd: 'yes' }, { odd: '' }, { size: '5' }];
      for (const [i, more] of labels.entries()) {
        await request('POST', maps, configMap(`m${i}`, {}, { suite: 'list', ...more } as Record<string, string>));
      }
    });
    afterAll(async () => cluster[Symbol.asyncDispose]());

    it('selects by labels: equality, sets, presence, size', async () => {
      expect(await selected('tier=b')).toEqual(['m1', 'm2']);
      expect(await selected('tier==b,odd=yes')).toEqual(['m2']);
      expect(await selected('tier!=b')).toEqual(['m0', 'm3', 'm4']);
      expect(await selected('tier in (a, c)')).toEqual(['m0']);
      expect(await selected('tier notin (a,b)')).toEqual(['m3', 'm4']);
      expect(await selected('odd')).toEqual(['m2', 'm3']);
      expect(await selected('!odd,tier')).toEqual(['m0', 'm1']);
      expect(await selected('odd=')).toEqual(['m3']);
      expect(await selected('size>4')).toEqual(['m4']);
    });

    it('selects as kubectl and the product do', async () => {
      expect(await selected('tier in (a,b),odd notin (yes)')).toEqual(['m0', 'm1']);
      expect(await selected('tier,odd')).toEqual(['m2']);
      expect(await selected('size<6')).toEqual(['m4']);
      expect(await selected('size > 5')).toEqual([]);
      expect(await selected('tier=b,tier!=b')).toEqual([]);
      expect(await selected(' tier = b , odd != yes ')).toEqual(['m1']);
      const product = { 'app.kubernetes.io/name': 'glados', 'app.kubernetes.io/instance': 'x-1' };
      await request('POST', maps, configMap('labelled', {}, { suite: 'list', ...product }));
      expect(await selected('app.kubernetes.io/name=glados,app.kubernetes.io/instance in (x-1)')).toEqual(['labelled']);
      await request('DELETE', `${maps}/labelled`);
    });

    it('selects Jobs, pods and namespaces by their state, and secrets by type', async () => {
      const found = async (path: string, fields: string): Promise<string[]> =>
        namesOf((await request('GET', `${path}?fieldSelector=${encodeURIComponent(fields)}`)).body);
      const { namespace } = cluster;
      const jobs = pathOf(cluster, 'jobs');
      await request('POST', jobs, job('still', cluster));
      expect(await found(jobs, 'status.successful=0')).toEqual(['still']);
      expect(await found(jobs, 'metadata.name=still,metadata.namespace!=other')).toEqual(['still']);
      expect(await found(jobs, 'status.successful!=0')).toEqual([]);
      expect(await found('/api/v1/namespaces', `status.phase=Active,metadata.name=${namespace}`)).toEqual([namespace]);
      await request('POST', pathOf(cluster, 'secrets'), { metadata: { name: 'typed' }, type: 'example.com/kind' });
      expect(await found(pathOf(cluster, 'secrets'), 'type=example.com/kind')).toEqual(['typed']);
      const ended = 'status.phase!=Pending,status.phase!=Running,status.phase!=Succeeded';
      expect(await found('/api/v1/pods', `metadata.namespace=${namespace},${ended}`)).toEqual([]);
    });

    it('refuses a label selector that cannot be read', async () => {
      for (const selector of ['a===b', 'a in b', 'a in (b', 'in (', 'a=b=c', '=b', 'a,,b']) {
        const { status } = await request('GET', `${maps}?labelSelector=${encodeURIComponent(selector)}`);
        expect({ selector, status }).toEqual({ selector, status: 400 });
      }
    });

    it('selects by fields, and refuses those that cannot be selected by', async () => {
      expect(namesOf(await list('fieldSelector=metadata.name%3Dm3'))).toEqual(['m3']);
      expect(namesOf(await list(`${own}&fieldSelector=metadata.name!%3Dm3`))).toEqual(['m0', 'm1', 'm2', 'm4']);
      expect(await list('fieldSelector=data.a%3Db')).toMatchObject({ code: 400, reason: 'BadRequest' });
      await request('POST', pathOf(cluster, 'pods'), pod('idle', cluster));
      const pods = pathOf(cluster, 'pods');
      const found = await request('GET', `${pods}?fieldSelector=metadata.name%3Didle,spec.restartPolicy%3DNever`);
      expect(namesOf(found.body)).toEqual(['idle']);
      const none = await request('GET', `${pods}?fieldSelector=spec.nodeName%3Dnowhere`);
      expect(none.body.items).toEqual([]);
    });

    it('selects events by what they are about', async () => {
      const { namespace } = cluster;
      for (const name of ['one', 'two']) {
        const involvedObject = { kind: 'Pod', name, namespace, uid: `uid-${name}` };
        const event = { metadata: { name: `about-${name}` }, involvedObject, reason: 'Tested', type: 'Warning' };
        expect((await request('POST', pathOf(cluster, 'events'), event)).status).toBe(201);
      }
      const query =
        'fieldSelector=involvedObject.name%3Dtwo,involvedObject.uid%3Duid-two,reason%3DTested,type%3DWarning';
      const { body } = await request('GET', `${pathOf(cluster, 'events')}?${query}`);
      expect(namesOf(body)).toEqual(['about-two']);
    });

    it('finds the same across all namespaces', async () => {
      const { body } = await request('GET', '/api/v1/configmaps?labelSelector=suite%3Dlist');
      const here = body.items.filter(({ metadata }) => metadata.namespace === cluster.namespace);
      expect(here.map(({ metadata }) => metadata.name)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    });

    it('pages in order, every object once, and counts what remains', async () => {
      const all = namesOf(await list(''));
      const first = await list('limit=2');
      expect(first.metadata.remainingItemCount).toBe(all.length - 2);
      const names = namesOf(first);
      for (let next = first.metadata.continue; next !== undefined && next !== '';) {
        const page = await list(`limit=2&continue=${encodeURIComponent(next)}`);
        expect(page.items.length).toBeLessThanOrEqual(2);
        expect(page.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
        names.push(...namesOf(page));
        next = page.metadata.continue;
      }
      expect(names).toEqual(all);
    });

    it('shows on later pages what was there at the first', async () => {
      for (const name of ['p1', 'p2', 'p3', 'p4'])
        await request('POST', maps, configMap(name, { at: 'first' }, { suite: 'paged' }));
      const first = await list('limit=1&labelSelector=suite%3Dpaged');
      await request('DELETE', `${maps}/p2`);
      await request('PATCH', `${maps}/p3`, { data: { at: 'later' } }, mergePatch);
      await request('POST', maps, configMap('p5', {}, { suite: 'paged' }));
      const rest = await list(
        `labelSelector=suite%3Dpaged&continue=${encodeURIComponent(first.metadata.continue ?? '')}`,
      );
      expect(namesOf(first)).toEqual(['p1']);
      expect(namesOf(rest)).toEqual(['p2', 'p3', 'p4']);
      expect(rest.items[1]?.data).toEqual({ at: 'first' });
    });

    it('lists an exact past version, and refuses one of the future', async () => {
      const { body: made } = await request('POST', maps, configMap('exact', { at: '1' }, { suite: 'exact' }));
      await request('DELETE', `${maps}/exact`);
      const version = made.metadata.resourceVersion;
      const then = await list(`labelSelector=suite%3Dexact&resourceVersion=${version}&resourceVersionMatch=Exact`);
      expect(namesOf(then)).toEqual(['exact']);
      expect(then.metadata.resourceVersion).toBe(version);
      expect(namesOf(await list(`labelSelector=suite%3Dexact&resourceVersion=${version}`))).toEqual([]);
      expect(await list('resourceVersion=999999999')).toMatchObject({ code: 504, reason: 'Timeout' });
    });

    it('refuses options that contradict each other', async () => {
      const refused = [
        ['resourceVersionMatch=Exact', 422],
        ['resourceVersionMatch=Exact&resourceVersion=0', 422],
        ['resourceVersionMatch=Sometimes&resourceVersion=1', 422],
        ['sendInitialEvents=true', 422],
        ['resourceVersion=abc', 400],
        ['limit=x', 400],
        ['continue=abc', 400],
      ] as const;
      for (const [query, code] of refused) expect({ query, code: (await list(query)).code }).toEqual({ query, code });
    });

    it('deletes what is selected and nothing else', async () => {
      for (const name of ['d1', 'd2', 'e1'])
        await request('POST', maps, configMap(name, {}, { suite: 'del', group: name.slice(0, 1) }));
      expect((await request('DELETE', `${maps}?labelSelector=group%3Dd`)).status).toBe(200);
      expect(namesOf(await list('labelSelector=suite%3Ddel'))).toEqual(['e1']);
    });

    it('prints a table with the columns of kubectl', async () => {
      const accept = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };
      const { body } = await request(
        'GET',
        `${pathOf(cluster, 'pods')}?fieldSelector=metadata.name%3Didle`,
        undefined,
        accept,
      );
      const titles = (body['columnDefinitions'] as { name: string; priority: number }[]).map(({ name }) => name);
      expect(body.kind).toBe('Table');
      expect(titles.slice(0, 7)).toEqual(['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node']);
      const rows = body['rows'] as { cells: unknown[]; object: { kind: string } }[];
      expect(rows[0]?.cells[0]).toBe('idle');
      expect(rows[0]?.object.kind).toBe('PartialObjectMetadata');
    });
  });
}
