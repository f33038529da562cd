import { Marked, type Token, type Tokens } from 'marked';

/** A piece of a line, as it looks. */
export type Piece = { text: string; bold: boolean; italic: boolean; struck: boolean; code: boolean };

/** What a document is made of. */
export type Block =
  | { is: 'heading'; level: number; pieces: Piece[] }
  | { is: 'paragraph'; pieces: Piece[] }
  | { is: 'list'; items: { mark: string; blocks: Block[] }[] }
  | { is: 'table'; head: Piece[][]; rows: Piece[][][] }
  | { is: 'quote'; blocks: Block[] }
  | { is: 'code'; text: string }
  | { is: 'rule' };

// Addresses that stand in the text are text already; nothing in a document can be pressed.
const markdown = new Marked({ gfm: true, breaks: true, tokenizer: { url: () => undefined } });

/**
 * Markdown taken apart. HTML is shown as it was written, a link as its text and its address, a picture as the words that
 * stand for it and its address: nothing is ever loaded.
 */
export function blocksOf(text: string): Block[] {
  return blocksFrom(markdown.lexer(text), 0);
}

/** The words of a line without their looks. */
export function wordsOf(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}

// Deeper than this nobody writes on purpose, and the lines would have no room left: it is shown as it was written.
const DEEPEST = 6;

function blocksFrom(tokens: readonly Token[], depth: number): Block[] {
  return tokens.flatMap((token) => blockFrom(token, depth));
}

function blockFrom(token: Token, depth: number): Block[] {
  if (depth === DEEPEST && (token.type === 'list' || token.type === 'blockquote'))
    return [{ is: 'paragraph', pieces: [plain(token.raw.trimEnd())] }];
  if (isToken<Tokens.Heading>(token, 'heading')) return [{ is: 'heading', level: token.depth, pieces: piecesFrom(token.tokens) }];
  if (isToken<Tokens.List>(token, 'list')) return [listFrom(token, depth)];
  if (isToken<Tokens.Table>(token, 'table'))
    return [
      {
        is: 'table',
        head: token.header.map((cell) => piecesFrom(cell.tokens)),
        rows: token.rows.map((row) => row.map((cell) => piecesFrom(cell.tokens))),
      },
    ];
  if (isToken<Tokens.Blockquote>(token, 'blockquote')) return [{ is: 'quote', blocks: blocksFrom(token.tokens, depth + 1) }];
  if (isToken<Tokens.Code>(token, 'code')) return [{ is: 'code', text: token.text }];
  if (isToken<Tokens.HTML>(token, 'html')) return [{ is: 'paragraph', pieces: [plain(token.text.trimEnd())] }];
  if (token.type === 'hr') return [{ is: 'rule' }];
  if (token.type === 'space' || token.type === 'def') return [];
  return [{ is: 'paragraph', pieces: piecesFrom(childrenOf(token) ?? [token]) }];
}

function listFrom({ ordered, start, items }: Tokens.List, depth: number): Block {
  return {
    is: 'list',
    items: items.map((item, index) => ({
      mark: markOf(item, ordered ? Number(start || 1) + index : null),
      blocks: blocksFrom(
        item.tokens.filter(({ type }) => type !== 'checkbox'),
        depth + 1,
      ),
    })),
  };
}

function markOf({ task, checked }: Tokens.ListItem, number: number | null): string {
  if (task) return checked ? '☑' : '☐';
  return number === null ? '•' : `${number}.`;
}

const PLAIN: Omit<Piece, 'text'> = { bold: false, italic: false, struck: false, code: false };

function plain(text: string, look = PLAIN): Piece {
  return { ...look, text };
}

function piecesFrom(tokens: readonly Token[], look = PLAIN): Piece[] {
  return tokens.flatMap((token) => pieceFrom(token, look));
}

function pieceFrom(token: Token, look: Omit<Piece, 'text'>): Piece[] {
  const inside = childrenOf(token) ?? [];
  switch (token.type) {
    case 'strong':
      return piecesFrom(inside, { ...look, bold: true });
    case 'em':
      return piecesFrom(inside, { ...look, italic: true });
    case 'del':
      return piecesFrom(inside, { ...look, struck: true });
    case 'br':
      return [plain('\n', look)];
  }
  if (isToken<Tokens.Codespan>(token, 'codespan')) return [plain(token.text, { ...look, code: true })];
  if (isToken<Tokens.Link>(token, 'link')) {
    const pieces = piecesFrom(token.tokens, look);
    return token.href === wordsOf(pieces) || token.href === `mailto:${wordsOf(pieces)}`
      ? pieces
      : [...pieces, plain(` (${token.href})`, look)];
  }
  if (isToken<Tokens.Image>(token, 'image'))
    return [plain(token.text === '' ? token.href : `${token.text} (${token.href})`, look)];
  if (inside.length > 0) return piecesFrom(inside, look);
  return 'text' in token && typeof token.text === 'string' ? [plain(token.text, look)] : [plain(token.raw, look)];
}

function childrenOf(token: Token): Token[] | null {
  return 'tokens' in token && Array.isArray(token.tokens) ? token.tokens : null;
}

function isToken<T extends Token>(token: Token, type: T['type']): token is T {
  return token.type === type;
}
