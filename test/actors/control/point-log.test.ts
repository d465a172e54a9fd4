import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PointLog } from '../../../actors/control/point-log.js';
import { silentLogger } from '../../../core/index.js';

test('accepted data-points go to one file and faults with their sender to the other, a JSON line each', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'points-'));
  try {
    const [goodFile, badFile] = [join(dir, 'good'), join(dir, 'bad')];
    const log = new PointLog({ goodFile, badFile, logger: silentLogger });
    log.good([
      { type: 'host', id: 1n << 62n },
      { type: 'host', id: '\n' },
    ]);
    log.bad([{ loc: ['body', 3, 'v'], msg: 'no', type: 'int_type', input: 'x' }], '192.0.2.1', 0);
    await log.stop();
    assert.equal(
      readFileSync(goodFile, 'utf8'),
      '{"type":"host","id":4611686018427387904}\n{"type":"host","id":"\\n"}\n',
    );
    assert.deepEqual(JSON.parse(readFileSync(badFile, 'utf8')), {
      time: '1970-01-01T00:00:00.000Z',
      client: '192.0.2.1',
      loc: ['body', 3, 'v'],
      msg: 'no',
      type: 'int_type',
      input: 'x',
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('a file in a folder that is not there is refused at once', () => {
  const goodFile = '/nowhere/at/all/good.log';
  assert.throws(() => new PointLog({ goodFile, badFile: undefined, logger: silentLogger }), {
    code: 'POINT_LOG_UNFIT',
  });
});

test('a file that cannot be written ends the log and nothing else', async () => {
  const lines: string[] = [];
  const logger = {
    ...silentLogger,
    child: () => ({ ...silentLogger, error: (line: string) => void lines.push(line) }),
  };
  const dir = mkdtempSync(join(tmpdir(), 'points-'));
  try {
    // The folder itself is no file to append to.
    const log = new PointLog({ goodFile: undefined, badFile: `${dir}/.`, logger });
    log.bad([{ loc: [], msg: 'no', type: 'x' }], 'c', 0);
    await log.stop();
    assert.deepEqual(lines, ['the data-point log cannot be written and ends here']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
