/**
 * What plain scalars of a configuration file mean: the types of YAML 1.1, which the files of DP³ were written for, so
 * that `yes`, `010` and `1:30:00` are what they were there. Dates stay strings. Integers too large for a number are
 * bigint, exactly.
 * Runs on: main.
 */
import type { ScalarTag } from 'yaml';

const NULL = /^(?:~|null|Null|NULL|)$/;
const YES = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const NO = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const BINARY = /^[-+]?0b[01_]+$/;
const OCTAL = /^[-+]?0[0-7_]+$/;
const DECIMAL = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const HEXADECIMAL = /^[-+]?0x[0-9a-fA-F_]+$/;
/** Hours, minutes and seconds, or degrees. */
const SIXTIES = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|[-+]?\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
const FLOAT_SIXTIES = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/;
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;

/** In the order in which they are tried; what none takes is a string. */
export const YAML_SCALARS: ScalarTag[] = [
  scalar('null', NULL, () => null),
  scalar('bool', YES, () => true),
  scalar('bool', NO, () => false),
  scalar('int', DECIMAL, (text) => integerOf(text, '', 10)),
  scalar('int', BINARY, (text) => integerOf(text, '0b', 2)),
  scalar('int', OCTAL, (text) => integerOf(text, '0', 8)),
  scalar('int', HEXADECIMAL, (text) => integerOf(text, '0x', 16)),
  scalar('int', SIXTIES, sixtiesOf),
  scalar('float', FLOAT, (text) => Number(text.replaceAll('_', ''))),
  scalar('float', FLOAT_SIXTIES, sixtiesOf),
  scalar('float', INFINITE, (text) => (text.startsWith('-') ? -Infinity : Infinity)),
  scalar('float', NOT_A_NUMBER, () => NaN),
];

function scalar(name: string, test: RegExp, read: (text: string) => unknown): ScalarTag {
  return {
    default: true,
    tag: `tag:yaml.org,2002:${name}`,
    test,
    resolve: read,
  };
}

function integerOf(text: string, prefix: string, radix: 2 | 8 | 10 | 16): number | bigint {
  const isNegative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '').slice(prefix.length).replaceAll('_', '') || '0';
  const value = Number.parseInt(digits, radix);
  if (Number.isSafeInteger(value)) return isNegative ? -value : value;
  const big = BigInt(radix === 10 ? digits : `${{ 2: '0b', 8: '0o', 16: '0x' }[radix]}${digits}`);
  return isNegative ? -big : big;
}

function sixtiesOf(text: string): number {
  const parts = text.replace(/^[-+]/, '').replaceAll('_', '').split(':');
  const value = parts.reduce((sum, part) => sum * 60 + Number(part), 0);
  return text.startsWith('-') ? -value : value;
}
