import type { Block, Content } from './content.ts';
import type { Fact } from './words.ts';

/** A mail as plain text: the same words, the same link. */
export function plainText({ kicker, heading, blocks, foot }: Content): string {
  const head = kicker === '' ? heading : `${kicker}\n${heading}`;
  return `${[head, ...blocks.map(plainBlock), `-- \n${foot}`].join('\n\n')}\n`;
}

function plainBlock(block: Block): string {
  switch (block.is) {
    case 'words':
    case 'small':
      return block.text;
    case 'quoted':
      return block.title === '' ? block.text : `${block.title}:\n\n${block.text}`;
    case 'facts':
      return [...block.facts.map(plainFact), ...(block.left > 0 ? [`... and ${block.left} more on the page`] : [])].join('\n');
    case 'action':
      return `${block.label}:\n${block.url}`;
  }
}

// Further lines are indented: what somebody typed cannot look like a line of ours.
function plainFact({ label, text }: Fact): string {
  const lines = text.split('\n');
  const asked = /[?:!.]$/.test(label) ? label : `${label}:`;
  return lines.length === 1 ? `${asked} ${text}` : [asked, ...lines.map((line) => `  ${line}`)].join('\n');
}
