/**
 * What is derived of licences: from what the manifest of an install and the text beside it say, the claims that its
 * package has, each with a source and a confidence; from a claim, the licence it names and its family; from several
 * claims at once, that the licence is disputed.
 *
 *   install.licence_in_manifest ─┐                                  ┌─▶ licence.family
 *   install.licence_in_text ─────┴─▶ package.licence (src, c) ──────┴─▶ package.is_licence_disputed
 * Runs on: thread.
 */
import {
  defineModule,
  type PointInput,
  type RecordView,
  type TaskInput,
} from '../../../actors/index.js';
import { install, packageType } from '../entities.js';
import { agrees, familyOf } from '../licence.js';

/** Who claims -> how far that is believed: authors forget manifests, texts are recognised by phrases. */
const CONFIDENCE = { manifest: 0.9, text: 0.8 } as const;

/** Who claims -> what. */
type Claims = Partial<Record<keyof typeof CONFIDENCE, string>>;

export const licences = defineModule({
  name: 'licences',
  url: import.meta.url,
  setup({ registrar }) {
    // Whenever a manifest is read, it says which package it is as well.
    for (const attr of ['package', 'licence_in_text'] as const) {
      registrar.registerOnNewAttrHook(
        (eid, _point, ctx) => {
          const owner = packageOf(ctx.record);
          if (owner === undefined) return [];
          const claims = claimsOf(ctx.record);
          // What is committed is from before this task.
          const before = ctx.read('install', eid);
          const old = packageOf(before) === owner ? claimsOf(before) : {};
          return tasksOf(owner, claims, { old, at: ctx.receivedAt });
        },
        install,
        attr,
        { name: `claim_${attr}` },
      );
    }
    registrar.registerOnNewAttrHook(
      (eid, _point, ctx) => {
        const claimed = (ctx.record?.value('licence') ?? []) as readonly unknown[];
        const v = claimed.length > 1;
        if (ctx.record?.value('is_licence_disputed') === v) return [];
        return [{ etype: 'package', eid, dataPoints: [{ attr: 'is_licence_disputed', v }] }];
      },
      packageType,
      'licence',
      { name: 'dispute' },
    );
  },
});

/** What holds now, and with no confidence at all what held before and holds no more. */
export function tasksOf(
  eid: string,
  claims: Claims,
  { old, at }: { readonly old: Claims; readonly at: number },
): TaskInput[] {
  const held = new Set(Object.values(claims));
  const dataPoints: PointInput[] = [];
  for (const [src, name] of Object.entries(old)) {
    if (!held.has(name)) dataPoints.push(point(name, { src, c: 0, at }));
  }
  for (const [src, name] of Object.entries(claims))
    dataPoints.push(point(name, { src, c: CONFIDENCE[src as keyof Claims], at }));
  const named = [...held].map((name) => {
    return { etype: 'licence', eid: name, dataPoints: [{ attr: 'family', v: familyOf(name) }] };
  });
  return dataPoints.length === 0 ? [] : [{ etype: 'package', eid, dataPoints }, ...named];
}

/** A text that bears out the manifest claims the same in other words. */
function claimsOf(view: RecordView | undefined): Claims {
  const manifest = textOf(view, 'licence_in_manifest');
  const text = textOf(view, 'licence_in_text');
  const isSame = manifest !== '' && agrees(manifest, text);
  return {
    ...(text === '' ? {} : { text: isSame ? manifest : text }),
    ...(manifest === '' ? {} : { manifest }),
  };
}

function packageOf(view: RecordView | undefined): string | undefined {
  return (view?.value('package') as { readonly eid: string } | undefined)?.eid;
}

function textOf(view: RecordView | undefined, attr: string): string {
  return (view?.value(attr) as string | undefined) ?? '';
}

function point(name: string, { src, c, at }: { src: string; c: number; at: number }): PointInput {
  return { attr: 'licence', v: { eid: name }, t1: at, c, src };
}
