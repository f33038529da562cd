import type { CSSProperties } from 'react';

/** The colours of every mail, by light and dark. Both pairs of text and ground reach a contrast of 4.5 to 1. */
const LIGHT = { ground: '#f3f4f6', card: '#ffffff', text: '#1b1f24', quiet: '#59616c', line: '#e2e5ea', action: '#1d4ed8' };
const DARK = { ground: '#121417', card: '#1d2126', text: '#eceef1', quiet: '#a9b1bc', line: '#363c44', action: '#2f62e6' };

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

// Both spellings, since Outlook knows only the older one: a word without a space must not widen a telephone's page.
const WRAP = { wordBreak: 'break-word', overflowWrap: 'anywhere' } as const;

/** Looks that stand on the elements themselves: Gmail and Outlook drop much of what stands in the head. */
export const LOOK = {
  ground: { backgroundColor: LIGHT.ground, margin: 0, padding: '24px 12px', fontFamily: FONT },
  card: { backgroundColor: LIGHT.card, maxWidth: '560px', borderRadius: '12px', padding: '32px 28px' },
  kicker: { color: LIGHT.quiet, fontSize: '14px', lineHeight: '20px', margin: '0 0 6px', ...WRAP },
  heading: { color: LIGHT.text, fontSize: '24px', lineHeight: '32px', fontWeight: 600, margin: '0 0 20px', ...WRAP },
  words: { color: LIGHT.text, fontSize: '16px', lineHeight: '25px', margin: '0 0 16px', ...WRAP },
  strong: { color: LIGHT.text, fontSize: '16px', lineHeight: '25px', fontWeight: 600, margin: '0 0 16px', ...WRAP },
  title: { color: LIGHT.quiet, fontSize: '14px', lineHeight: '20px', fontWeight: 600, margin: '28px 0 8px' },
  facts: { color: LIGHT.text, fontSize: '16px', lineHeight: '24px', margin: '8px 0', tableLayout: 'fixed', ...WRAP },
  fact: { borderTop: `1px solid ${LIGHT.line}`, padding: '10px 0' },
  label: { color: LIGHT.quiet, fontSize: '13px', lineHeight: '18px' },
  action: { margin: '28px 0 12px' },
  button: {
    backgroundColor: LIGHT.action,
    borderRadius: '8px',
    color: '#ffffff',
    fontSize: '17px',
    fontWeight: 600,
    padding: '15px 28px',
  },
  small: { color: LIGHT.quiet, fontSize: '13px', lineHeight: '20px', margin: '0 0 10px', ...WRAP },
  foot: {
    color: LIGHT.quiet,
    fontSize: '13px',
    lineHeight: '20px',
    margin: '20px auto 0',
    maxWidth: '504px',
    textAlign: 'center',
    ...WRAP,
  },
} as const satisfies Record<string, CSSProperties>;

const DARK_RULES: Record<string, string> = {
  '.ground': `background-color:${DARK.ground}`,
  // React Email's body draws its ground a second time, on the cell of a table within it.
  '.ground>table>tbody>tr>td': `background-color:${DARK.ground}`,
  '.card': `background-color:${DARK.card}`,
  '.text': `color:${DARK.text}`,
  '.quiet': `color:${DARK.quiet}`,
  '.line': `border-color:${DARK.line}`,
  '.action': `background-color:${DARK.action}`,
};

/** The sheet in the head: only what cannot stand on an element, namely dark mode (Outlook.com has its own marks for it). */
export const SHEET = [
  ':root{color-scheme:light dark;supported-color-schemes:light dark}',
  `@media (prefers-color-scheme:dark){${rules(([name, rule]) => `${name}{${rule}!important}`)}}`,
  rules(([name, rule]) => `[data-ogs${rule.startsWith('color') ? 'c' : 'b'}] ${name}{${rule}!important}`),
].join('');

function rules(write: (rule: [string, string]) => string): string {
  return Object.entries(DARK_RULES).map(write).join('');
}
