/**
 * Equal content: where each content is found, of how many files it is, and what class of size it has.
 *
 *   file.content (set, changed, file deleted) ──▶ content.paths (c: 1 here, 0 no more) ──▶ content.copies
 *   content.bytes ──▶ content.size_class
 * Runs on: thread.
 */
import { defineModule, type RecordView, type TaskInput } from '../../../actors/index.js';
import { content, file } from '../entities.js';
import { sizeClass } from '../size-class.js';

export const contents = defineModule({
  name: 'contents',
  url: import.meta.url,
  setup({ registrar }) {
    registrar.registerOnNewAttrHook(
      (path, { v: { eid } }, ctx) => {
        const before = contentOf(ctx.read('file', path));
        if (before === eid) return [];
        const gone = before === undefined ? [] : [found(before, path, 0, ctx.now)];
        return [...gone, found(eid, path, 1, ctx.now)];
      },
      file,
      'content',
      { name: 'find' },
    );
    registrar.registerOnEntityDeleteHook(
      (path, _task, ctx) => {
        const before = contentOf(ctx.record);
        return before === undefined ? [] : [found(before, path, 0, ctx.now)];
      },
      file,
      { name: 'lose' },
    );
    registrar.registerOnNewAttrHook(
      (eid, _point, ctx) => {
        const paths = (ctx.record?.value('paths') ?? []) as readonly string[];
        return [{ etype: 'content', eid, dataPoints: [{ attr: 'copies', v: paths.length }] }];
      },
      content,
      'paths',
      { name: 'count' },
    );
    registrar.registerOnNewAttrHook(
      (eid, { v: bytes }) => [
        { etype: 'content', eid, dataPoints: [{ attr: 'size_class', v: sizeClass(bytes) }] },
      ],
      content,
      'bytes',
      { name: 'classify' },
    );
  },
});

function contentOf(view: RecordView | undefined): string | undefined {
  return (view?.value('content') as { readonly eid: string } | undefined)?.eid;
}

function found(eid: string, path: string, c: 0 | 1, now: number): TaskInput {
  return { etype: 'content', eid, dataPoints: [{ attr: 'paths', v: path, t1: now, c }] };
}
