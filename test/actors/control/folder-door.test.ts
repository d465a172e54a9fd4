/** The door of a data folder: calls over a Unix socket, what is hostile on it, and what happens when a side goes away. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { encodeFrame, FrameReader } from '../../../actors/control/door-frame.js';
import { connectFolder, type FolderClient } from '../../../actors/control/folder-client.js';
import { type DoorCalls, FolderDoor } from '../../../actors/control/folder-door.js';
import { PLATFORM_LIMITS } from '../../../actors/limits.js';
import { CodedError, silentLogger } from '../../../core/index.js';
import { eventually } from '../../support/eventually.js';
import { TemporaryTree } from '../../support/temporary-tree.js';

const tree = new TemporaryTree();
after(() => tree.remove());

let sockets = 0;
let path: string;
let door: FolderDoor;
let server: Server;
let isHeldAborted = false;

const calls: DoorCalls = {
  echo: async ({ args, payload }) => ({ value: args, payload }),
  refuse: async () => {
    throw new CodedError('MODEL_INVALID' as 'CONFIG_INVALID', 'expected better', {
      details: { faults: 2 },
    });
  },
  hold: ({ signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        isHeldAborted = true;
        resolve({ value: 'too late' });
      });
    }),
  large: async () => ({ value: null, payload: new Uint8Array(PLATFORM_LIMITS.doorFrameBytesMax) }),
};

beforeEach(async () => {
  isHeldAborted = false;
  path = join(tree.root, `${sockets++}.sock`);
  door = new FolderDoor(calls, silentLogger);
  server = createServer((socket) => door.accept(socket));
  server.listen(path);
  await once(server, 'listening');
});

afterEach(() => {
  door.close();
  server.close();
});

async function client(): Promise<FolderClient> {
  const connected = await connectFolder(path);
  assert.ok(connected !== undefined);
  return connected;
}

test('frames come out as they went in, however the chunks fall', () => {
  const frames = fc.array(fc.tuple(fc.jsonValue(), fc.uint8Array({ maxLength: 40 })), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 30 }), (sent, bytesEach) => {
      const bytes = Buffer.concat(sent.map(([head, payload]) => encodeFrame(head, payload)));
      const reader = new FrameReader(1_000_000);
      const got: unknown[] = [];
      for (let from = 0; from < bytes.length; from += bytesEach) {
        reader.push(bytes.subarray(from, from + bytesEach));
        for (let frame = reader.next(); frame !== undefined; frame = reader.next())
          got.push([frame.head, [...frame.payload]]);
      }
      assert.deepEqual(
        got,
        sent.map(([head, payload]) => [JSON.parse(JSON.stringify(head)), [...payload]]),
      );
    }),
  );
});

describe('calls', () => {
  test('a call answers with its value and its bytes, one after another', async () => {
    const one = await client();
    for (let n = 0; n < 3; n++) {
      const { value, payload } = await one.call('echo', { n }, { payload: Buffer.from([n]) });
      assert.deepEqual([value, [...payload]], [{ n }, [n]]);
    }
    one.close();
  });

  test('what a call throws comes with its code and details, and the connection goes on', async () => {
    const one = await client();
    await assert.rejects(one.call('refuse'), { code: 'MODEL_INVALID', details: { faults: 2 } });
    await assert.rejects(one.call('nonsense'), { code: 'DOOR_REFUSED', message: /"nonsense"/ });
    await assert.rejects(one.call('__proto__'), { code: 'DOOR_REFUSED' });
    assert.deepEqual((await one.call('echo', { n: 1 })).value, { n: 1 });
    one.close();
  });

  test('an answer larger than a frame may be is an error, not a broken connection', async () => {
    const one = await client();
    await assert.rejects(one.call('large'), { code: 'DOOR_REFUSED' });
    assert.deepEqual((await one.call('echo', { n: 1 })).value, { n: 1 });
    one.close();
  });

  test('a caller who goes away aborts what it asked for', async () => {
    const one = await client();
    const lost = assert.rejects(one.call('hold'), { code: 'NODE_UNREACHABLE' });
    // The call is on its way when another has been answered after it.
    const other = await client();
    await other.call('echo');
    one.close();
    await lost;
    await eventually('the call to be aborted', () => isHeldAborted);
    other.close();
  });

  test('a platform that goes away fails the call in hand, and the next', async () => {
    const one = await client();
    const lost = assert.rejects(one.call('hold'), { code: 'NODE_UNREACHABLE' });
    await (await client()).call('echo');
    door.close();
    await lost;
    await assert.rejects(one.call('echo'), { code: 'NODE_UNREACHABLE' });
  });

  test('a call that is late is given up', async () => {
    const one = await client();
    const options = { deadlineMs: 5 };
    await assert.rejects(one.call('hold', {}, options), { code: 'NODE_UNREACHABLE' });
  });
});

describe('hostile callers', () => {
  test('what is no frame is answered with its fault and the connection ended', async () => {
    const frames = [
      Buffer.from('GET / HTTP/1.1\r\nhost: troupe\r\n\r\n'),
      Buffer.from([0, 0, 0, 4, 0, 0, 0, 9]),
      Buffer.from([0, 0, 0, 5, 0, 0, 0, 1, 0x7b]),
    ];
    for (const bytes of frames) {
      const socket = connect(path);
      socket.write(bytes);
      const reader = new FrameReader(1_000_000);
      for await (const chunk of socket) reader.push(chunk as Uint8Array);
      const { error } = (reader.next()?.head ?? {}) as { error?: { code: string } };
      assert.equal(error?.code, 'DOOR_REFUSED');
    }
  });

  test('heads of any shape are refused, and the door stays open', async () => {
    const heads = fc.oneof(
      fc.jsonValue(),
      fc.record({ call: fc.jsonValue(), args: fc.jsonValue() }),
    );
    await fc.assert(
      fc.asyncProperty(heads, async (head) => {
        const socket = connect(path);
        socket.write(encodeFrame(head));
        const [chunk] = (await once(socket, 'data')) as [Uint8Array];
        const reader = new FrameReader(1_000_000);
        reader.push(chunk);
        assert.ok('error' in ((reader.next()?.head ?? {}) as object));
        socket.destroy();
        await once(socket, 'close');
      }),
      { numRuns: 50 },
    );
  });

  test('more connections than are allowed are closed at once, and those there are go on', async () => {
    const all = await Promise.all(
      Array.from({ length: PLATFORM_LIMITS.doorConnectionsMax }, () => client()),
    );
    for (const one of all) await one.call('echo');
    const late = connect(path);
    await once(late, 'close');
    assert.deepEqual((await all[0]!.call('echo', { n: 1 })).value, { n: 1 });
    for (const one of all) one.close();
  });
});

test('where no platform listens, connecting answers undefined', async () => {
  assert.equal(await connectFolder(join(tree.root, 'nothing.sock')), undefined);
});
