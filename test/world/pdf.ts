import { inflateSync } from 'node:zlib';

/** The words of each page of a PDF of ours, line by line, and how many glyphs no font had. */
export function pagesOf(bytes: Uint8Array): { pages: string[]; missing: number } {
  const objects = objectsOf(Buffer.from(bytes));
  const fonts = new Map<string, Map<string, string>>();
  for (const { text } of objects.values()) {
    const [, number = ''] = /\/ToUnicode (\d+) 0 R/.exec(text) ?? [];
    const [, name = ''] = /\/BaseFont \/(\S+)/.exec(text) ?? [];
    if (number !== '' && name !== '') fonts.set(numberOf(objects, text), unicodeOf(objects.get(number)?.stream ?? ''));
  }
  let missing = 0;
  const pages = [...objects.values()]
    .filter(({ text }) => /\/Type \/Page\b/.test(text))
    .map(({ text }) => {
      const names = namedFonts(objects, text);
      const [, contents = ''] = /\/Contents (\d+) 0 R/.exec(text) ?? [];
      const lines: string[] = [];
      let font: Map<string, string> | undefined;
      for (const [, named, shown] of (objects.get(contents)?.stream ?? '').matchAll(
        /\/(F\d+) [\d.]+ Tf|\[((?:<[0-9a-f]*>|[^\]])*)\] TJ/g,
      )) {
        if (named !== undefined) font = fonts.get(names.get(named) ?? '');
        const codes = (shown ?? '').match(/<([0-9a-f]*)>/g)?.flatMap((hex) => hex.match(/[0-9a-f]{4}/g) ?? []) ?? [];
        missing += codes.filter((code) => code === '0000').length;
        if (shown !== undefined) lines.push(codes.map((code) => font?.get(code) ?? '?').join(''));
      }
      return lines.join('\n');
    });
  return { pages, missing };
}

type Objects = Map<string, { text: string; stream: string }>;

function objectsOf(bytes: Buffer): Objects {
  const all = bytes.toString('latin1');
  const objects: Objects = new Map();
  for (const [, number = '', body = ''] of all.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const [text = '', raw] = body.split(/\nstream\n|\nstream\r\n/);
    objects.set(number, { text, stream: raw === undefined ? '' : inflated(text, raw.replace(/\n?endstream\s*$/, '')) });
  }
  return objects;
}

function inflated(text: string, raw: string): string {
  return text.includes('/FlateDecode') && !text.includes('/Length1')
    ? inflateSync(Buffer.from(raw, 'latin1')).toString('latin1')
    : raw;
}

function numberOf(objects: Objects, text: string): string {
  return [...objects].find(([, one]) => one.text === text)?.[0] ?? '';
}

/** What the page calls its fonts → the number of each. */
function namedFonts(objects: Objects, page: string): Map<string, string> {
  const [, number] = /\/Resources (\d+) 0 R/.exec(page) ?? [];
  const resources = number === undefined ? page : (objects.get(number)?.text ?? '');
  return new Map([...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = '', to = '']) => [name, to]));
}

function unicodeOf(cmap: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, first = '', , list = ''] of cmap.matchAll(/<([0-9a-f]+)> <([0-9a-f]+)> \[([^\]]*)\]/g)) {
    const start = Number.parseInt(first, 16);
    [...list.matchAll(/<([0-9a-f ]*)>/g)].forEach(([, hex = ''], index) => {
      const text = (hex.match(/[0-9a-f]{4}/g) ?? []).map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join('');
      found.set((start + index).toString(16).padStart(4, '0'), text);
    });
  }
  return found;
}
