/** A fact as a mail shows it. */
export type Fact = { label: string; text: string };

// Control characters, and the marks with which a text can turn round the reading order of what stands after it.
const UNSEEN = /[[\p{Cc}\u202a-\u202e\u2066-\u2069]--[\t\n]]/gv;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
// Email programs make links of these by themselves.
const SELF_LINKING = /([a-z][a-z0-9+.-]*:)(?=\/\/)|\b(www)(?=\.)/gi;

/** Text that an owner wrote: well-formed, without control characters, shortened to `most` characters. */
export function ownersText(text: string, most: number): string {
  const lines = text
    .replace(/\r\n?|\u2028|\u2029/g, '\n')
    .replace(UNSEEN, '')
    .replace(/\n{3,}/g, '\n\n');
  return shorten(lines.toWellFormed().trim(), most);
}

/**
 * Text that anybody may have typed. An unseen joiner after `https:` and `www` keeps email programs from making a link of
 * it: a mail of ours carries one link, our own (promise P36). People still read what was typed; on the page it is whole.
 */
export function anyonesText(text: string, most: number): string {
  return ownersText(text, most).replace(SELF_LINKING, '$&\u2060');
}

/** The same on one line, fit to stand within a sentence of ours: it cannot change the reading order around it. */
export function anyonesLine(text: string, most = 120): string {
  const line = anyonesText(text, most).replace(/\s+/g, ' ');
  return RIGHT_TO_LEFT.test(line) ? `\u2068${line}\u2069` : line;
}

/** A person as the server names them, `Ana Petrova (ana@example.com)`: never the name alone, which anybody may choose. */
export function personLine(person: string): string {
  return anyonesLine(person, 460);
}

/** Markdown as an owner writes guidance, as plain paragraphs: marks are dropped, points get a dot, lines flow. */
export function plainMarkdown(markdown: string, most: number): string {
  const unmarked = ownersText(markdown, most)
    .replace(/^#{1,6} +/gm, '')
    .replace(/^( *)[-*+] +/gm, '$1• ')
    .replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, '$2')
    .replace(/`([^`\n]+)`/g, '$1');
  return unmarked.replace(/([^\n])\n(?! *(?:•|\d+[.)] )|\n)/g, '$1 ');
}

/** Cuts between characters, not within one, and says so with an ellipsis. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text
    .slice(0, most - 1)
    .replace(/[\ud800-\udbff\u200d]$/, '')
    .trimEnd()}…`;
}

/** How many bytes a text takes in the HTML, where markup is escaped and a line break is an element. */
export function bytesInHtml(text: string): number {
  const marks = text.match(/[&<>"'\n]/g)?.length ?? 0;
  return new TextEncoder().encode(text).length + marks * 5;
}
