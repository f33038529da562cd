import { type Document, isMap, isPair, isScalar, type LineCounter, type Node } from 'yaml';
import type { Found, Path } from './finding.ts';

/** Where something stands in the file; both count from 1. */
export type Place = { line: number; column: number };

/** The line and column of a finding: of its key, of its value, or of a character within its text. */
export function placeOf(document: Document, lines: LineCounter, found: Found): Place {
  const offset = offsetOf(document, found);
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function offsetOf(document: Document, { path, atKey, offset }: Found): number {
  if (atKey) return keyOffset(document, path) ?? valueOffset(document, path.slice(0, -1));
  const start = valueOffset(document, path);
  if (offset === undefined) return start;
  const node = document.getIn(path, true);
  if (!isScalar(node)) return start;
  // In a quoted text the first character stands behind the quote; in a block it begins on the next line.
  if (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') return start + 1 + offset;
  return node.type === 'PLAIN' ? start + offset : start;
}

/** The nearest thing to the path that stands in the file: a missing key has no place of its own. */
function valueOffset(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    const range = isNodeWithRange(node) ? node.range[0] : null;
    if (range !== null) return length === path.length ? range : (keyOffset(document, path.slice(0, length)) ?? range);
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffset(document: Document, path: Path): number | null {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return null;
  const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1));
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? null) : null;
}

function isNodeWithRange(node: unknown): node is Node & { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}
