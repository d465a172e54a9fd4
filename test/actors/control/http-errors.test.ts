import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerForError } from '../../../actors/control/http-errors.js';
import { CodedError } from '../../../core/index.js';

test('what passes by itself is 503 with a code and a time to come again', () => {
  for (const code of ['ASK_TIMEOUT', 'MAILBOX_FULL', 'PLATFORM_STOPPED', 'STORE_FULL']) {
    const { answer, isExpected } = answerForError(new CodedError(code, 'inner text'));
    assert.equal(answer.status, 503);
    assert.equal(JSON.parse(answer.body as string).code, code);
    assert.equal(answer.headers?.['retry-after'], '1');
    assert.equal(isExpected, true);
  }
});

test('a handler that failed is judged by what it threw', () => {
  const cause = new CodedError('STORE_FULL', 'no room');
  const { answer } = answerForError(new CodedError('HANDLER_FAILED', 'outer', { cause }));
  assert.equal(answer.status, 503);
});

test('anything else is a 500 that gives nothing away, and worth a line in the log', () => {
  for (const error of [new Error('secret /etc/x'), 'secret', undefined, null, { code: 7 }]) {
    const { answer, isExpected } = answerForError(error);
    assert.equal(answer.status, 500);
    assert.equal(answer.body, '{"detail":"Internal Server Error"}');
    assert.equal(isExpected, false);
  }
});

test('what the server library blames on the client keeps its status, not its text', () => {
  const { answer } = answerForError(Object.assign(new Error('secret'), { statusCode: 413 }));
  assert.deepEqual([answer.status, answer.body], [413, '{"detail":"Request body is too large"}']);
});
