import { describe, expect, it } from '@jest/globals';
import { scriptSays } from './chart-sources.js';

const tools = (...names: readonly string[]) =>
  scriptSays(
    '--input-type=module',
    '-e',
    `import { isThere } from './scripts/deploy/tools.mjs';
    const missing = ${JSON.stringify(names)}.filter((name) => !isThere(name));
    if (missing.length > 0) process.stderr.write(missing.join(', '));`,
  );

/** Tells what cannot be tested here. @returns whether it can */
async function has(what: string, ...names: readonly string[]): Promise<boolean> {
  const { stderr: missing } = await tools(...names);
  if (missing !== '') process.stderr.write(`Not tested here, for want of ${missing}: ${what}\n`);
  return missing === '';
}

describe('what is checked in', () => {
  it('is what helm renders, where there is helm', async () => {
    if (!(await has('that base, rights and policies are the rendered chart', 'helm'))) return;
    expect(await scriptSays('scripts/render-deploy.mjs', '--check')).toEqual({ exitCode: 0, stderr: '' });
  });

  it('lints, refuses wrong values and fits the schemas of Kubernetes, where there are the tools', async () => {
    if (!(await has('values and schemas', 'helm', 'kustomize', 'kubeconform'))) return;
    const check = `import { lint, refusals, validate } from './scripts/deploy/manifests.mjs';
      import { schemaLocation } from './scripts/deploy/tools.mjs';
      lint(); refusals();
      if (schemaLocation('v1.36.3')) validate('v1.36.3');`;
    expect(await scriptSays('--input-type=module', '-e', check)).toEqual({ exitCode: 0, stderr: '' });
  });
});
