/**
 * What the census stores: the entity types and how they point to each other. Ids are texts that can be read: paths from
 * the directory the census is of, `name@version`, digests.
 *
 *   file ──content──▶ content          install ──package──▶ package ──author──▶ author
 *                                                             │  └──licence (claims, with confidence)──▶ licence
 *                                                             └──depends (range, kind)──▶ package
 * Runs on: any.
 */
import {
  array,
  category,
  defineEntity,
  dict,
  link,
  observations,
  plain,
} from '../../stores/index.js';
import { FAMILIES } from './licence.js';
import { SIZE_CLASSES } from './size-class.js';

/** The directory itself, by its absolute path: one in each data folder. Its history is that of the runs. */
export const census = defineEntity('census', {
  id: 'string',
  attributes: {
    begun: plain('time', { description: 'when the last run began' }),
    files: observations('int', { history: { expireTime: 'inf' } }),
    bytes: observations('int', { history: { expireTime: 'inf' } }),
    packages: observations('int', { history: { expireTime: 'inf' } }),
  },
});

export const content = defineEntity('content', {
  id: 'string',
  description: 'by SHA-256, base64url',
  attributes: {
    bytes: plain('int'),
    size_class: plain(category('string', SIZE_CLASSES)),
    paths: observations('string', {
      description: 'where it was found; with confidence 0 where it was and is no more',
      multiValue: true,
      confidence: true,
      history: { expireTime: 'inf' },
    }),
    copies: plain('int', { description: 'of how many files it is the content now' }),
  },
});

export const file = defineEntity('file', {
  id: 'string',
  attributes: {
    bytes: plain('int'),
    modified: plain('time'),
    kind: plain('string'),
    role: plain('string', { description: 'manifest, licence, or nothing of the kind: file' }),
    content: plain(link(content)),
  },
});

export const licence = defineEntity('licence', {
  id: 'string',
  description: 'by SPDX identifier or expression, else as it is written',
  attributes: { family: plain(category('string', FAMILIES)) },
});

export const author = defineEntity('author', {
  id: 'string',
  description: 'by e-mail address, else by name, lower case',
  attributes: { name: plain('string'), email: plain('string'), url: plain('string') },
});

export const packageType = defineEntity('package', {
  id: 'string',
  description: 'name@version, however often it is installed',
  attributes: {
    name: plain('string'),
    version: plain('string'),
    description: plain('string'),
    author_text: plain('string', { description: 'as the manifest has it' }),
    author: plain(link(author, { mirror: 'packages' })),
    licence: observations(link(licence, { mirror: 'packages' }), {
      description: 'as the manifest claims, and as the text of the licence reads',
      multiValue: true,
      confidence: true,
      history: { expireTime: 'inf' },
    }),
    is_licence_disputed: plain('binary'),
    depends: plain(
      array(link('package', { data: dict({ range: 'string', kind: 'string' }), mirror: 'users' })),
    ),
    missing: plain(array('string'), {
      description: 'needed, but not installed where it is looked for',
    }),
  },
});

export const install = defineEntity('install', {
  id: 'string',
  description: 'a directory that a package is installed in',
  attributes: {
    package: plain(link(packageType, { mirror: 'installs' })),
    requires: plain('json', { description: 'name -> range and kind, as the manifest has them' }),
    licence_in_manifest: plain('string'),
    licence_in_text: plain('string'),
  },
});

export const ENTITIES = [census, content, file, licence, author, packageType, install] as const;
