import { describe, expect, it } from '@jest/globals';
import { startApi, type Fault } from './api-double.js';
import { startRunner, until } from './run-trials.js';

const program = `printf 'a\\n%s\\n' "$(cat "$1")" > results.csv\n`;
const plan = { programName: 'program.sh' };
const configs = Array.from({ length: 120 }, (_, index) => String(index));

describe('An API that is away', () => {
  it.each<Fault>(['unavailable', 'reset'])('for a while (%s) loses no trial and counts none twice', async (kind) => {
    await using api = await startApi({ program, configs, plan });
    let faults = 0;
    api.fault = () => (api.applied.length > 20 && faults++ < 2 ? kind : undefined);
    await using runner = await startRunner(api);
    expect(await runner.end).toBe('done');
    expect(faults).toBeGreaterThan(2);
    expect(api.applied.map(({ index }) => index).sort((a, b) => a - b)).toEqual(configs.map(Number));
    expect(api.applied.every(({ index, resultValues }) => resultValues?.[0] === String(index))).toBe(true);
    expect(runner.printed()).toContain('runner: The API does not answer, trying again');
    expect(runner.printed()).toContain('runner: The API answers again.');
  });

  it('after it has applied a report is told the same again, which does no harm', async () => {
    await using api = await startApi({ program, configs: configs.slice(0, 5), plan });
    let lost = 0;
    api.fault = (operation) => (operation === 'ReportTrials' && lost++ === 0 ? 'answer-lost' : undefined);
    await using runner = await startRunner(api);
    expect(await runner.end).toBe('done');
    expect(lost).toBeGreaterThan(1);
    expect(api.applied).toHaveLength(5);
  });

  it('after it has given trials gives them again, and each is reported once', async () => {
    await using api = await startApi({ program, configs, plan });
    let lost = 0;
    api.fault = (operation) =>
      operation === 'ClaimTrials' && api.applied.length > 0 && lost++ < 2 ? 'answer-lost' : undefined;
    await using runner = await startRunner(api);
    expect(await runner.end).toBe('done');
    expect(lost).toBeGreaterThan(1);
    expect(api.applied.map(({ index }) => index).sort((a, b) => a - b)).toEqual(configs.map(Number));
  });

  it('for too long ends the runner with an error', async () => {
    await using api = await startApi({ program, configs, plan });
    api.fault = () => 'unavailable';
    await using runner = await startRunner(api, { patienceSeconds: 0.3 });
    await expect(runner.end).rejects.toThrow('The API did not answer in time');
  });

  it('for too long while a program runs ends the program too', async () => {
    const hanging = `printf 'a\\n1\\n' > results.csv\n[ "$(cat "$1")" = 0 ] || { echo hanging; exec tail -f /dev/null; }\n`;
    await using api = await startApi({ program: hanging, configs: configs.slice(0, 2), plan });
    api.fault = (operation) => (operation === 'ReportTrials' ? 'unavailable' : undefined);
    await using runner = await startRunner(api, { patienceSeconds: 0.3 });
    await until(() => runner.printed().includes('hanging'));
    await expect(runner.end).rejects.toThrow('The API did not answer in time');
  });
});

describe('An API that refuses', () => {
  it('the token ends the runner with an error', async () => {
    await using api = await startApi({ program, configs, plan });
    api.fault = () => 'unauthenticated';
    await using runner = await startRunner(api);
    await expect(runner.end).rejects.toThrow('The token was revoked.');
  });

  it('one result fails that trial and no other', async () => {
    await using api = await startApi({ program, configs: configs.slice(0, 8), plan });
    api.isInvalid = ({ resultValues }) => resultValues?.[0] === '5';
    await using runner = await startRunner(api);
    expect(await runner.end).toBe('done');
    expect(api.applied.filter(({ outcome }) => outcome === 'SUCCEEDED')).toHaveLength(7);
    expect(api.applicationOf(5)).toMatchObject({ outcome: 'FAILED', diagnosis: { code: 'RESULT_MALFORMED' } });
    expect(api.applicationOf(5).diagnosis?.message).toContain('A value is not welcome.');
  });

  it('claims, because the experiment was cancelled, leaves nothing to do', async () => {
    await using api = await startApi({ program, configs, plan });
    const claims = () => api.asked.filter(({ operation }) => operation === 'ClaimTrials').length;
    api.fault = (operation) => (operation === 'ClaimTrials' && claims() > 1 ? 'claim-refused' : undefined);
    await using runner = await startRunner(api);
    expect(await runner.end).toBe('done');
    expect(api.waiting.length).toBeGreaterThan(0);
  });

  it('the first claim leaves nothing to do', async () => {
    await using api = await startApi({ program, configs, plan });
    api.fault = () => 'claim-refused';
    await using runner = await startRunner(api);
    expect(await runner.end).toBe('done');
    expect(api.asked).toHaveLength(1);
  });
});

describe('Claims and reports', () => {
  it('become large when trials are short', async () => {
    const many = Array.from({ length: 200 }, (_, index) => String(index));
    await using api = await startApi({ program, configs: many, plan });
    await using runner = await startRunner(api);
    expect(await runner.end).toBe('done');
    expect(api.applied).toHaveLength(200);
    const sizes = api.asked.filter(({ operation }) => operation === 'ClaimTrials').map(({ size }) => size);
    expect(sizes[0]).toBe(1);
    expect(Math.max(...sizes)).toBeGreaterThan(10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(50);
    expect(api.asked.length).toBeLessThan(100);
  });
});
