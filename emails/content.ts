import { anyonesLine, anyonesText, bytesInHtml, type Fact, shorten } from './words.ts';

/** What a mail says, before it is known whether it is said in HTML or in plain text. */
export type Content = {
  /** What email programs show beside the subject. */
  preview: string;
  /** Small, above the heading; empty for none. */
  kicker: string;
  heading: string;
  blocks: Block[];
  foot: string;
};

/** One part of a mail. A mail has one action at most. */
export type Block =
  | { is: 'words'; text: string; strong: boolean }
  /** What an owner or somebody else wrote, in any script: paragraphs, under a title unless that is empty. */
  | { is: 'quoted'; title: string; text: string }
  | { is: 'facts'; facts: Fact[]; left: number }
  | { is: 'action'; label: string; url: string }
  | { is: 'small'; text: string };

/** How the portal calls itself. */
export const PORTAL = 'Baton';

const MOST_FACTS = 40;
// Gmail clips a mail at 102 KB, its links with it. 40 rows of markup take 12 KB, guidance and frame take 20.
const FACTS_BYTES = 36_000;
const LENGTHS = [500, 300, 160, 80, 40];

/** A paragraph of ours. */
export function words(text: string): Block {
  return { is: 'words', text, strong: false };
}

/** A paragraph that must not be missed; none if there is nothing to say. */
export function strong(text: string): Block[] {
  return text === '' ? [] : [{ is: 'words', text, strong: true }];
}

/** Paragraphs that people wrote; none if there are none. A blank line begins the next one. */
export function quoted(title: string, text: string): Block[] {
  return text === '' ? [] : [{ is: 'quoted', title, text }];
}

export function action(label: string, url: string): Block {
  return { is: 'action', label, url };
}

export function small(text: string): Block {
  return { is: 'small', text };
}

/** The facts as a mail can carry them: long ones are shortened, all alike, until they fit; the rest is counted. */
export function facts(all: Fact[]): Block[] {
  if (all.length === 0) return [];
  const first = all.slice(0, MOST_FACTS);
  const shown = LENGTHS.map((most) => first.map((fact) => shownFact(fact, most))).find(fits) ?? [];
  return [{ is: 'facts', facts: shown, left: all.length - shown.length }];
}

function shownFact({ label, text }: Fact, most: number): Fact {
  const shown = anyonesText(text, most);
  return { label: anyonesLine(label, Math.min(most, 120)), text: shown === '' ? '–' : shown };
}

function fits(shown: Fact[]): boolean {
  return shown.reduce((sum, { label, text }) => sum + bytesInHtml(label) + bytesInHtml(text), 0) <= FACTS_BYTES;
}

/** Text of an owner's, shortened until its HTML takes no more than `mostBytes`. */
export function fitting(text: string, mostBytes: number): string {
  let fitted = text;
  while (bytesInHtml(fitted) > mostBytes) fitted = shorten(fitted, Math.floor(fitted.length * 0.8));
  return fitted;
}
