import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createViewerOf } from '../src/api/viewer.js';
import { readConfig } from '../src/config.js';
import { temporaryDirectory } from './support/server-process.js';

const token = 'tR-0123456789abcdef.~+/==';

function configured(environment: NodeJS.ProcessEnv, ...args: string[]) {
  const config = readConfig(args, environment);
  if (config === 'help') throw new Error('Help was not asked for.');
  return config;
}

describe('the settings of access', () => {
  it('take the token from a variable, or from a file without its line end', () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'token');
    writeFileSync(path, `${token}\n`);
    expect(configured({ GLADOS_ADMIN_TOKEN: token }).administratorToken).toBe(token);
    expect(configured({ GLADOS_ADMIN_TOKEN_FILE: path }).administratorToken).toBe(token);
    expect(configured({})).not.toHaveProperty('administratorToken');
    expect(() => configured({ GLADOS_ADMIN_TOKEN: token, GLADOS_ADMIN_TOKEN_FILE: path })).toThrow('set one');
  });

  it('refuse what can be no token, and never repeat it', () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'token');
    for (const wrong of ['', 'short', 'secret with spaces in the middle', 'töken-töken-töken-töken']) {
      writeFileSync(path, wrong);
      const message = `The token in GLADOS_ADMIN_TOKEN_FILE=${path} has to be at least 20 letters, digits and -._~+/, such as "openssl rand -hex 32" gives.`;
      expect(() => configured({ GLADOS_ADMIN_TOKEN_FILE: path })).toThrow(new Error(message));
    }
    const missing = join(directory.path, 'missing');
    expect(() => configured({ GLADOS_ADMIN_TOKEN_FILE: missing })).toThrow('cannot be read (ENOENT)');
  });

  it('open a server to other machines with a token, or when somebody says so', () => {
    const refusal = /^--host 0\.0\.0\.0 can be reached from other machines.*GLADOS_ADMIN_TOKEN_FILE.*GLADOS_ALLOW/;
    for (const environment of [{}, { GLADOS_ALLOW_ANONYMOUS: 'yes' }, { GLADOS_ADMIN_TOKEN: '' }]) {
      expect(() => configured(environment, '--host', '0.0.0.0')).toThrow(refusal);
    }
    expect(configured({ GLADOS_ADMIN_TOKEN: token }, '--host', '0.0.0.0').host).toBe('0.0.0.0');
    expect(configured({ GLADOS_ALLOW_ANONYMOUS: 'true' }, '--host', '0.0.0.0').host).toBe('0.0.0.0');
    expect(configured({}, '--host', '::1').host).toBe('::1');
  });
});

describe('who sends a request', () => {
  const tokens = { check: (said: string) => (said === 'gldr_q_s' ? 'q' : undefined) };
  const administrator = { kind: 'person', owner: 'admin' };
  const runner = { kind: 'runner', experimentId: 'q' };

  it('is the administrator, a runner or refused where there is a token', () => {
    const viewerOf = createViewerOf(tokens, { current: token });
    expect(viewerOf(`Bearer ${token}`)).toEqual(administrator);
    expect(viewerOf(`bearer ${token}`)).toEqual(administrator);
    expect(viewerOf('Bearer gldr_q_s')).toEqual(runner);
    for (const said of [undefined, '', 'Bearer ', `Bearer ${token}x`, `Bearer ${token.slice(0, -1)}`, 'Bearer x']) {
      expect(() => viewerOf(said)).toThrow(expect.objectContaining({ status: 401, code: 'UNAUTHENTICATED' }));
    }
  });

  it('is the one person, a runner or refused where there is none', () => {
    const viewerOf = createViewerOf(tokens);
    expect(viewerOf(undefined)).toEqual({ kind: 'person', owner: 'local' });
    expect(viewerOf('Bearer gldr_q_s')).toEqual(runner);
    expect(() => viewerOf(`Bearer ${token}`)).toThrow('not known');
  });
});
