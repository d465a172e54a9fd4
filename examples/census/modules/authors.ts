/**
 * Who is meant by the author of a manifest, in whatever way it is written: the author, and the link to them.
 * Runs on: thread.
 */
import { defineModule } from '../../../actors/index.js';
import { authorKey, parseAuthor } from '../author.js';
import { packageType } from '../entities.js';

export const authors = defineModule({
  name: 'authors',
  url: import.meta.url,
  setup({ registrar }) {
    registrar.registerOnNewAttrHook(
      (eid, { v: text }) => {
        const author = parseAuthor(text);
        const key = authorKey(author);
        if (key === undefined) return [];
        const said = Object.entries(author).filter(([, v]) => v !== '');
        return [
          { etype: 'package', eid, dataPoints: [{ attr: 'author', v: { eid: key } }] },
          { etype: 'author', eid: key, dataPoints: said.map(([attr, v]) => ({ attr, v })) },
        ];
      },
      packageType,
      'author_text',
      { name: 'normalise' },
    );
  },
});
