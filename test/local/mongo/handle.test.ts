import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Handle } from '../../../src/local/mongo/storage/handle.js';

const directory = mkdtempSync(join(tmpdir(), 'glados-handle-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function fill(handle: Handle): unknown {
  try {
    for (let n = 0; n < 1000; n += 1) handle.sql('insert into t (b) values (?)').run(Buffer.alloc(4000, n));
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a handle on a file that cannot grow', () => {
  it('says that the disk is full, keeps what was committed, and goes on when there is room', () => {
    const handle = new Handle(join(directory, 'full.db'));
    handle.exec('create table t (b blob)');
    handle.sql('insert into t (b) values (?)').run(Buffer.from('kept'));
    handle.exec('pragma max_page_count = 60');
    handle.exec('begin immediate');
    expect(fill(handle)).toMatchObject({ code: 'SQLITE_FULL' });
    handle.rollback();
    handle.rollback();
    expect(handle.inTransaction).toBe(false);
    expect(handle.sql('select count(*) from t').get()).toEqual([1]);
    handle.exec('pragma max_page_count = 6000');
    expect(fill(handle)).toBeUndefined();
    expect(handle.sql('select count(*) from t').get()).toEqual([1001]);
    handle.close();
  });

  it('takes a lone Buffer for a value', () => {
    const handle = new Handle(join(directory, 'buffer.db'));
    handle.exec('create table t (k blob primary key, v)');
    handle.sql('insert into t values (?, ?)').run(Buffer.from('key'), 7);
    expect(handle.sql('select v from t where k = ?').get(Buffer.from('key'))).toEqual([7]);
    handle.close();
  });
});
