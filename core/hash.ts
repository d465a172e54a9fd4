/**
 * A fast 32-bit hash of strings and numbers, the same on every thread, machine and run, so that two sides agree
 * on an owner without talking. Not for anything an adversary may choose against. Allocates nothing: results are
 * signed 32-bit integers, which V8 keeps unboxed (use `>>> 0` for the unsigned value).
 * Runs on: any.
 */

const SPREAD = 0x9e3779b1; // 2^32 / golden ratio, made odd: multiplying is a bijection on 32 bits
const NAN_HASH = 0x7ff80000;

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);

/** The hash of a routing key. The number 7 and the string '7' are different keys; 0 and -0 are the same. */
export function hashKey(key: string | number, seed = 0): number {
  return typeof key === 'string' ? hashString(key, seed) : hashNumber(key, seed);
}

/** Hashes the UTF-16 code units of `text`: one multiplication each. Other seeds give unrelated hashes. */
export function hashString(text: string, seed = 0): number {
  let hash = mix((seed + SPREAD) ^ text.length);
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), SPREAD);
    // A product's high bits know of all its input, its low bits of few: bring the high ones down.
    hash = (hash << 15) | (hash >>> 17);
  }
  return mix(hash);
}

/** Hashes any number by value; all NaN are one. */
export function hashNumber(value: number, seed = 0): number {
  const integer = value | 0;
  if (integer === value) return mix(mix(integer + SPREAD) ^ seed);
  if (Number.isNaN(value)) return mix(NAN_HASH ^ seed);
  float[0] = value;
  return mix(mix(mix(words[0]!) + words[1]!) ^ seed);
}

/** Spreads every bit of a 32-bit integer over all 32; a bijection. */
function mix(word: number): number {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
