import { type Document, isMap, isPair, isScalar, isSeq, type LineCounter, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Found, Path } from './finding.ts';

/** Where something stands in the file; both count from 1. */
export type Place = { line: number; column: number };

/** The line and column of a finding: of its key, of its value, or of a character within its text. */
export function placeOf(document: Document, lines: LineCounter, found: Found): Place {
  const { line, col } = lines.linePos(found.from ?? offsetOf(document, found));
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function offsetOf(document: Document, { path, atKey, offset }: Found): number {
  if (atKey) return keyOffset(document, path) ?? valueOffset(document, path.slice(0, -1));
  const start = valueOffset(document, path);
  if (offset === undefined) return start;
  const node = nodeAt(document, path);
  if (!isScalar(node)) return start;
  // In a quoted text the first character stands behind the quote; in a block it begins on the next line.
  if (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') return start + 1 + offset;
  return node.type === 'PLAIN' ? start + offset : start;
}

/** The nearest thing to the path that stands in the file: a missing key has no place of its own. */
function valueOffset(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = nodeAt(document, path.slice(0, length));
    const range = isNodeWithRange(node) ? node.range[0] : null;
    if (range !== null) return length === path.length ? range : (keyOffset(document, path.slice(0, length)) ?? range);
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffset(document: Document, path: Path): number | null {
  const parent = nodeAt(document, path.slice(0, -1));
  const key = path.at(-1);
  if (!isMap(parent) || key === undefined) return null;
  const pair = pairsOf(parent).get(String(key));
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? null) : null;
}

function nodeAt(document: Document, path: Path): unknown {
  return path.reduce<unknown>((node, key) => {
    if (isMap(node)) return pairsOf(node).get(String(key))?.value;
    return isSeq(node) ? node.items[Number(key)] : undefined;
  }, document.contents);
}

const known = new WeakMap<YAMLMap, Map<string, Pair>>();

/** The pairs of a map by their keys: a map is a list of pairs, and it may hold thousands. */
function pairsOf(map: YAMLMap): Map<string, Pair> {
  const pairs = known.get(map) ?? new Map(map.items.flatMap((item) => (isPair(item) ? [[keyOf(item), item] as const] : [])));
  known.set(map, pairs);
  return pairs;
}

/** The key of a pair as a text. */
export function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

function isNodeWithRange(node: unknown): node is Node & { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}
