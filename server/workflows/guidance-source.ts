import { type Document, isMap, isScalar, parseDocument, type Scalar, type YAMLMap } from 'yaml';

/**
 * A workflow's source with another guidance for one stage. Only those lines change, where the source allows it: an
 * owner's comments, spacing and brackets are theirs. (Printing the whole document again moves comments and brackets.)
 */
export function withGuidance(source: string, stage: string, text: string): string {
  const document = parseDocument(source);
  const spliced = splice(source, document, stage, text);
  return spliced !== null && saysSo(spliced, stage, text) ? spliced : printed(document, stage, text);
}

function splice(source: string, document: Document, stage: string, text: string): string | null {
  const map = document.getIn(['stages', stage], true);
  if (!isMap(map) || map.flow === true || !map.range) return null;
  const [start] = map.range;
  const indent = columnOf(source, start);
  const node = document.getIn(['stages', stage, 'guidance'], true);
  if (!isScalar(node)) return map.has('guidance') ? null : inserted(source, afterFirst(source, map), indent, text);
  return replaced(source, node, indent, text);
}

/** The value and the rest of its line give way; a comment on that line and empty lines after the value stay. */
function replaced(source: string, node: Scalar, indent: number, text: string): string | null {
  if (!node.range) return null;
  const [start, end] = node.range;
  const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  const lineEnd = endOfLine(source, isBlock ? start : end);
  const comment = /(?:^|\s)(#.*)$/.exec(source.slice(isBlock ? start : end, lineEnd))?.[1] ?? '';
  const stop = isBlock ? end : lineEnd;
  const blankLines = isBlock ? (/\n(\n+)$/.exec(source.slice(start, end))?.[1] ?? '') : '';
  const ending = isBlock ? `\n${blankLines}` : '';
  return `${source.slice(0, start)}${literal(text, indent, comment)}${ending}${source.slice(stop)}`;
}

function inserted(source: string, at: number, indent: number, text: string): string {
  return `${source.slice(0, at)}${' '.repeat(indent)}guidance: ${literal(text, indent, '')}\n${source.slice(at)}`;
}

/** Where the line after the last of title and actor begins: guidance is read right after them. */
function afterFirst(source: string, map: YAMLMap): number {
  const heads = map.items.filter((pair) => isScalar(pair.key) && ['title', 'actor'].includes(String(pair.key.value)));
  const ends = heads.flatMap((pair) =>
    isScalar(pair.value) && pair.value.range ? [endOfLine(source, pair.value.range[1])] : [],
  );
  return Math.min(source.length, Math.max(map.range?.[0] ?? 0, ...ends) + 1);
}

function literal(text: string, indent: number, comment: string): string {
  const after = comment === '' ? '' : ` ${comment}`;
  if (text === '') return `""${after}`;
  const margin = ' '.repeat(indent + 2);
  const lines = text.split('\n').map((line) => (line === '' ? '' : `${margin}${line}`));
  // A first line that begins with spaces would be taken for a deeper margin.
  return `|${/^\s/.test(text) ? '2' : ''}${after}\n${lines.join('\n')}`;
}

function printed(document: Document, stage: string, text: string): string {
  document.setIn(['stages', stage, 'guidance'], text === '' ? '' : `${text}\n`);
  return document.toString({ lineWidth: 0 });
}

function saysSo(source: string, stage: string, text: string): boolean {
  const document = parseDocument(source);
  const value: unknown = document.getIn(['stages', stage, 'guidance']);
  return document.errors.length === 0 && typeof value === 'string' && value.trimEnd() === text;
}

function columnOf(source: string, offset: number): number {
  return offset - (source.lastIndexOf('\n', offset - 1) + 1);
}

function endOfLine(source: string, offset: number): number {
  const end = source.indexOf('\n', offset);
  return end === -1 ? source.length : end;
}
