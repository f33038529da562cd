import { createRequire } from 'node:module';
import { Document, Font, Page, renderToBuffer, StyleSheet, Text, View } from '@react-pdf/renderer';
import { createElement, type ReactElement, type ReactNode } from 'react';
import type { Instant } from '../../machines/values.ts';
import { type Block, blocksOf, type Piece, wordsOf } from './blocks.ts';

/** What is printed: Markdown under a title, and what stands at the foot of each page. */
export type Printed = { title: string; text: string; footer: string; at: Instant };

// DejaVu has the letters of every European language. The fonts come along with us: nothing is loaded from elsewhere.
const require = createRequire(import.meta.url);
const font = (name: string) => require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);
const SANS = 'DejaVu Sans';
const MONO = 'DejaVu Sans Mono';
Font.register({
  family: SANS,
  fonts: [
    { src: font('DejaVuSans') },
    { src: font('DejaVuSans-Bold'), fontWeight: 700 },
    { src: font('DejaVuSans-Oblique'), fontStyle: 'italic' },
    { src: font('DejaVuSans-BoldOblique'), fontWeight: 700, fontStyle: 'italic' },
  ],
});
Font.register({
  family: MONO,
  fonts: [
    { src: font('DejaVuSansMono') },
    { src: font('DejaVuSansMono-Bold'), fontWeight: 700 },
    { src: font('DejaVuSansMono-Oblique'), fontStyle: 'italic' },
    { src: font('DejaVuSansMono-BoldOblique'), fontWeight: 700, fontStyle: 'italic' },
  ],
});
// Words are broken by no rules of one language; only what is too long for a line is cut.
Font.registerHyphenationCallback((word) => [word]);

const INK = '#1c2430';
const QUIET = '#566072';
const LINE = '#d6dbe3';
const MARGIN = 62;

const STYLES = StyleSheet.create({
  page: { fontFamily: SANS, fontSize: 10, color: INK, paddingTop: 62, paddingBottom: 78, paddingHorizontal: MARGIN },
  title: { fontWeight: 700, marginBottom: 16 },
  text: { marginBottom: 7 },
  list: { marginBottom: 8 },
  item: { flexDirection: 'row' },
  mark: { width: 22 },
  itemBody: { flex: 1, marginBottom: -3 },
  table: { marginBottom: 12, borderTopWidth: 1, borderColor: LINE },
  row: { flexDirection: 'row', borderBottomWidth: 1, borderColor: LINE },
  cell: { flex: 1, paddingVertical: 4, paddingRight: 8 },
  head: { fontWeight: 700 },
  quote: { borderLeftWidth: 2, borderColor: LINE, paddingLeft: 12, marginBottom: 8 },
  code: { fontFamily: MONO, marginBottom: 8 },
  rule: { borderBottomWidth: 1, borderColor: LINE, marginVertical: 10 },
  footer: { position: 'absolute', bottom: 34, left: MARGIN, right: MARGIN, height: 20, flexDirection: 'row', paddingTop: 6 },
  footerTitle: { flex: 1, fontSize: 8, color: QUIET, maxLines: 1, textOverflow: 'ellipsis', paddingRight: 16 },
  footerPage: { width: 90, fontSize: 8, color: QUIET, textAlign: 'right' },
});

const SIZES = {
  title: { fontSize: 20, lineHeight: 1.25 },
  text: { fontSize: 10, lineHeight: 1.5 },
  cell: { fontSize: 10, lineHeight: 1.4 },
  code: { fontSize: 9, lineHeight: 1.4 },
};

const HEADINGS = [
  { size: { fontSize: 16, lineHeight: 1.3 }, marginTop: 14, marginBottom: 8 },
  { size: { fontSize: 13, lineHeight: 1.3 }, marginTop: 12, marginBottom: 6 },
  { size: { fontSize: 11, lineHeight: 1.3 }, marginTop: 10, marginBottom: 4 },
] as const;

/** Prints on A4. Once in a program only (see pdf-worker.ts); the only time in there is the one that is given. */
export async function printPdf({ title, text, footer, at }: Printed): Promise<Uint8Array> {
  const blocks = blocksOf(text);
  const [first] = blocks;
  // A text that begins with a heading of the first rank brings its own title.
  const ownTitle = first?.is === 'heading' && first.level === 1;
  const time = new Date(at);
  const about = { title, creationDate: time, modificationDate: time, creator: 'Baton', producer: 'Baton' };
  const page = createElement(
    Page,
    { size: 'A4', style: STYLES.page },
    ownTitle ? titled(wordsOf(first.pieces)) : titled(title),
    ...blocksOfPage(ownTitle ? blocks.slice(1) : blocks),
    footed(footer),
  );
  return renderToBuffer(createElement(Document, about, page));
}

function titled(title: string): ReactElement {
  return createElement(Text, { style: STYLES.title }, ...inline([plainPiece(title)], SIZES.title));
}

function plainPiece(text: string): Piece {
  return { text, bold: false, italic: false, struck: false, code: false };
}

function footed(footer: string): ReactElement {
  const numbered = ({ pageNumber, totalPages }: { pageNumber: number; totalPages: number }) =>
    `Page ${pageNumber} of ${totalPages}`;
  return createElement(
    View,
    { fixed: true, style: STYLES.footer },
    createElement(Text, { style: STYLES.footerTitle }, footer),
    createElement(Text, { style: STYLES.footerPage, render: numbered }),
  );
}

function blocksOfPage(blocks: readonly Block[]): ReactElement[] {
  return blocks.map((block, index) => createElement(View, { key: index, ...ahead(block) }, blockOfPage(block)));
}

/** A heading does not stay behind at the foot of a page. */
function ahead(block: Block): { minPresenceAhead?: number } {
  return block.is === 'heading' ? { minPresenceAhead: 48 } : {};
}

function blockOfPage(block: Block): ReactNode {
  switch (block.is) {
    case 'heading': {
      const { size, ...margins } = HEADINGS[block.level - 1] ?? HEADINGS[2];
      return createElement(Text, { style: { ...margins, fontWeight: 700 } }, ...inline(block.pieces, size));
    }
    case 'paragraph':
      return createElement(Text, { style: STYLES.text, orphans: 2, widows: 2 }, ...inline(block.pieces, SIZES.text));
    case 'list':
      return createElement(View, { style: STYLES.list }, ...block.items.map((item, index) => listItem(item, index)));
    case 'table':
      return createElement(
        View,
        { style: STYLES.table },
        tableRow(block.head, -1, STYLES.head),
        ...block.rows.map((row, index) => tableRow(row, index, {})),
      );
    case 'quote':
      return createElement(View, { style: STYLES.quote }, ...blocksOfPage(block.blocks));
    case 'code':
      return createElement(Text, { style: STYLES.code }, ...inline([plainPiece(block.text)], SIZES.code));
    case 'rule':
      return createElement(View, { style: STYLES.rule });
  }
}

function listItem({ mark, blocks }: { mark: string; blocks: Block[] }, key: number): ReactElement {
  return createElement(
    View,
    { key, style: STYLES.item },
    createElement(Text, { style: STYLES.mark }, ...inline([plainPiece(mark)], SIZES.text)),
    createElement(View, { style: STYLES.itemBody }, ...blocksOfPage(blocks)),
  );
}

function tableRow(cells: readonly Piece[][], key: number, look: { fontWeight?: number }): ReactElement {
  // A row stays on one page, unless it is so long that it might not fit on any.
  const wrap = cells.some((pieces) => wordsOf(pieces).length > 300);
  const columns = cells.map((pieces, index) =>
    createElement(Text, { key: index, style: [STYLES.cell, look] }, ...inline(pieces, SIZES.cell, LONGEST_IN_CELL)),
  );
  return createElement(View, { key, style: STYLES.row, wrap }, ...columns);
}

/** How large a text is. */
type Size = { fontSize: number; lineHeight: number };

/** The pieces of a line. Each says its own size: a line height that is handed down is multiplied once more (react-pdf 4.9.0). */
function inline(pieces: readonly Piece[], size: Size, longest = LONGEST_WORD): ReactNode[] {
  return pieces.flatMap(({ text, bold, italic, struck, code }) => {
    const style = {
      ...size,
      ...(bold ? { fontWeight: 700 } : {}),
      ...(italic ? { fontStyle: 'italic' as const } : {}),
      ...(struck ? { textDecoration: 'line-through' as const } : {}),
      ...(code ? { fontFamily: MONO } : {}),
    };
    return cut(text, longest).map((part) =>
      createElement(Text, { style: part === '' ? { ...size, fontSize: 0.01 } : style }, part === '' ? ' ' : part),
    );
  });
}

// Roughly what fits into a line, and into a cell of a table with many columns.
const LONGEST_WORD = 60;
const LONGEST_IN_CELL = 14;

/**
 * A text, with an empty one wherever a word that is too long for a line may be broken: a blank too small to be seen, since
 * a hyphen would look like a part of an address.
 */
function cut(text: string, longest: number): string[] {
  const words = new RegExp(`\\S{${longest},${longest}}(?=\\S)`, 'gu');
  return text
    .replace(words, '$&\0')
    .split('\0')
    .flatMap((part, index) => (index === 0 ? [part] : ['', part]));
}
