import { describe, expect, it } from '@jest/globals';
import { filledCommand, settingsEnvironment } from '../../src/runner/settings.js';
import { startApi } from './api-double.js';
import { startRunner } from './run-trials.js';

const settings = [
  { name: 'x', value: '0.1' },
  { name: 'learning rate', value: 'it\'s "one" {x}' },
];

describe('a command', () => {
  it('gets the settings that it names, and no file beside them', () => {
    expect(filledCommand(['prog', '--x={x}', '{learning rate}', '{other}'], settings, '/c.ini')).toEqual([
      'prog',
      '--x=0.1',
      'it\'s "one" {x}',
      '{other}',
    ]);
  });

  it('gets the configuration file where it says so, and at its end when it names nothing', () => {
    expect(filledCommand(['prog', '-c', '{config}', '-v'], settings, '/c.ini')).toEqual(['prog', '-c', '/c.ini', '-v']);
    expect(filledCommand(['prog', '{other}'], settings, '/c.ini')).toEqual(['prog', '{other}', '/c.ini']);
    expect(filledCommand(['prog', '{config}'], [{ name: 'config', value: 'mine' }], '/c.ini')).toEqual([
      'prog',
      'mine',
    ]);
  });
});

describe('the environment', () => {
  it('has every setting under a name that a shell can read', () => {
    const twice = { name: 'Learning-Rate', value: 'second' };
    expect(settingsEnvironment([...settings, twice, { name: 'größe.mm', value: '3' }])).toEqual({
      GLADOS_PARAM_X: '0.1',
      GLADOS_PARAM_LEARNING_RATE: 'it\'s "one" {x}',
      GLADOS_PARAM_GRÖSSE_MM: '3',
    });
  });

  it('and the arguments reach the program as they are', async () => {
    const program = `
      import fs from 'node:fs';
      const { GLADOS_PARAM_X, GLADOS_PARAM_LEARNING_RATE } = process.env;
      const row = [GLADOS_PARAM_X, GLADOS_PARAM_LEARNING_RATE, ...process.argv.slice(2)];
      fs.writeFileSync('results.csv', 'seen\\n"' + JSON.stringify(row).replaceAll('"', '""') + '"\\n');`;
    const command = [process.execPath, 'program.mjs', '{x}', '--rate={learning rate}'];
    await using api = await startApi({ program, configs: ['c'], settings: [settings], plan: { command } });
    await using runner = await startRunner(api);
    expect(await runner.end).toBe('done');
    const seen = JSON.parse(api.applicationOf(0).resultValues?.[0] ?? '') as string[];
    const [, { value }] = settings as [unknown, { value: string }];
    expect(seen).toEqual(['0.1', value, '0.1', `--rate=${value}`]);
  });
});
